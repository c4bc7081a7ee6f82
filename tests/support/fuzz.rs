//! What is fuzzed: a body a target, which takes any bytes and fails by a panic. `fuzz/` runs them under libFuzzer,
//! `tests/fuzz.rs` on what was found and on what a small generator makes of it.

use plimsoll::app::{Filter, Query};
use plimsoll::checks::cel::Program;
use plimsoll::engine::{BuiltIn, Engine, Selection, Times};
use plimsoll::frameworks::custom::{self, Files};
use plimsoll::frameworks::{Edition, Pack, embedded};
use plimsoll::inventory::flags::{Flags, seconds};
use plimsoll::inventory::yaml::{self, Positions, Span};
use plimsoll::inventory::{Kind, LabelSelector, Medium, Version};
use plimsoll::model::FieldPath;
use plimsoll::sources::files::Loader;
use plimsoll::sources::live::fuzz as live;
use serde_json::Value;
use std::sync::OnceLock;

/// A target's name and its body.
pub type Target = (&'static str, fn(&[u8]));

pub const TARGETS: &[Target] = &[
    ("watch", watch),
    ("list", list),
    ("gzip", gzip),
    ("manifests", manifests),
    ("positions", positions),
    ("selectors", selectors),
    ("flags", flags),
    ("packs", packs),
    ("filters", filters),
    ("cel", cel),
];

/// The first byte chooses, the rest is the input.
fn choose<'d, T: Copy>(data: &'d [u8], among: &[T]) -> Option<(T, &'d [u8])> {
    let (first, rest) = data.split_first()?;
    Some((*among.get(usize::from(*first) % among.len())?, rest))
}

fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

/// How many lines a text has for YAML, which a lone carriage return ends too.
fn lines(text: &str) -> usize {
    text.replace("\r\n", "\n").split(['\n', '\r']).count()
}

/// Protobuf, metadata only, and JSON.
const KINDS: [Kind; 8] = [
    Kind::Pod,
    Kind::Deployment,
    Kind::RoleBinding,
    Kind::NetworkPolicy,
    Kind::Secret,
    Kind::ConfigMap,
    Kind::Node,
    Kind::CiliumNetworkPolicy,
];

/// A watch's bytes say the same however they are cut.
pub fn watch(data: &[u8]) {
    let Some((kind, rest)) = choose(data, &KINDS) else { return };
    let Some((size, bytes)) = rest.split_first() else { return };
    let whole = live::watch(kind, [bytes]);
    let cut = live::watch(kind, bytes.chunks(usize::from(*size).max(1)));
    assert_eq!(whole, cut);
}

/// A list is read or refused.
pub fn list(data: &[u8]) {
    let Some((kind, bytes)) = choose(data, &KINDS) else { return };
    let _ = live::list(kind, bytes);
}

/// What is packed is unpacked the same however it is cut, and never beyond the limit.
pub fn gzip(data: &[u8]) {
    const LIMIT: usize = 1 << 20;
    let Some((size, bytes)) = data.split_first() else { return };
    // what is wrong in two ways may be refused for either
    let whole = live::unpack([bytes], LIMIT).ok();
    let cut = live::unpack(bytes.chunks(usize::from(*size).max(1)), LIMIT).ok();
    assert!(whole.as_ref().map_or(0, Vec::len) <= LIMIT);
    assert!(whole == cut, "the same bytes, cut in two ways, are not the same");
}

fn editions() -> &'static [Edition] {
    static EDITIONS: OnceLock<Vec<Edition>> = OnceLock::new();
    EDITIONS.get_or_init(|| Selection::default().editions(own(), Version::NEWEST).unwrap())
}

fn own() -> &'static [Pack] {
    static PACKS: OnceLock<Vec<Pack>> = OnceLock::new();
    PACKS.get_or_init(|| embedded().unwrap())
}

/// Manifests are read the same on one thread and on several; whatever they hold can be judged, and the report written.
pub fn manifests(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let load = |threads| {
        let mut loader = Loader::new(Medium::Files, Version::NEWEST, None);
        loader.threads(threads);
        let read = loader.text("fuzz.yaml", text);
        let (inventory, notes) = loader.finish();
        (read, inventory, notes)
    };
    let (read, inventory, notes) = load(1);
    let (read_again, again, notes_again) = load(3);
    assert_eq!((&read, &notes), (&read_again, &notes_again));
    assert_eq!((inventory.sources.len(), inventory.pods.len()), (again.sources.len(), again.pods.len()));
    let times = Times { started: "2026-01-01T00:00:00Z".into(), finished: "2026-01-01T00:00:00Z".into() };
    let exempt = BuiltIn::new(&inventory).unwrap();
    let report = Engine::default().evaluate(&inventory, editions(), &exempt, false, times);
    plimsoll::exports::json(&report, &mut std::io::sink()).unwrap();
}

/// Every field that a document has is found in its text; what it has not ends inside it.
pub fn positions(data: &[u8]) {
    let Some(text) = text(data) else { return };
    for document in yaml::documents(text) {
        let Ok(parsed) = document.parse() else { continue };
        let Some(positions) = document.positions() else { continue };
        let lines = lines(document.text);
        let inside = |span: Span| {
            assert!(span.line >= 1 && span.line <= span.end_line && span.end_line <= lines, "{span:?} of {lines}");
            assert!(span.column >= 1 && (span.line < span.end_line || span.column <= span.end_column), "{span:?}");
        };
        let mut left = 500;
        each(&parsed.value, &FieldPath::root(), 0, &mut left, &mut |path| {
            // a value that came through a merge key or an alias stands elsewhere, and still in the text
            if let Some(span) = positions.locate(path) {
                inside(span);
            }
            if let Some(span) = positions.locate(&path.clone().key("nothing of this name").index(7)) {
                inside(span);
            }
        });
        assert_eq!(positions.locate(&FieldPath::root()).is_some(), Positions::of(document.text).is_some() && lines > 0);
    }
}

fn each(value: &Value, path: &FieldPath, depth: usize, left: &mut usize, visit: &mut dyn FnMut(&FieldPath)) {
    if *left == 0 || depth > 40 {
        return;
    }
    *left -= 1;
    visit(path);
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| each(value, &path.clone().key(key), depth + 1, left, visit));
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                each(item, &path.clone().index(index), depth + 1, left, visit);
            }
        }
        _ => {}
    }
}

/// A selector is refused or says what it selects; printed and read again it is the same.
pub fn selectors(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let Ok(selector) = text.parse::<LabelSelector>() else { return };
    assert_eq!(selector.to_string().parse::<LabelSelector>().as_ref(), Ok(&selector));
    let label =
        |key: &str| [("app", "web"), ("tier", ""), ("é", "x")].into_iter().find_map(|(k, v)| (k == key).then_some(v));
    let _ = (selector.selects(label), selector.selects(|_| None));
}

/// Words of a command line, one a line.
pub fn flags(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let words: Vec<String> = text.lines().map(str::to_owned).collect();
    for program in ["kube-apiserver", "etcd", "kubelet"] {
        let started: Vec<String> = [program.to_owned()].into_iter().chain(words.iter().cloned()).collect();
        for words in [&words, &started] {
            let Some(flags) = Flags::of_words(words, "command", &FieldPath::root(), program) else { continue };
            for name in ["authorization-mode", "client-ca-file", "feature-gates", "tls-cipher-suites", ""] {
                let _ = (flags.get(name), flags.has(name), flags.at(name), flags.lists(name, "RBAC"));
                let _ = (flags.list(name).count(), flags.keyed(name, "A"));
                if let Some(given) = flags.get(name) {
                    let _ = (given.bool(), given.integer(), given.seconds(), given.items().count());
                }
            }
        }
    }
    let _ = seconds(text);
}

/// A pack is loaded or everything that is wrong with it is said, each inside its text.
pub fn packs(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let texts = vec![("pack.yaml".to_owned(), text.to_owned())];
    let loaded = custom::load(&[Files { name: "pack.yaml".to_owned(), texts }], own());
    let lines = lines(text);
    for error in &loaded.errors {
        let said = error.to_string();
        let line = said.strip_prefix("pack.yaml:").and_then(|rest| rest.split(':').next()?.parse::<usize>().ok());
        assert!(line.is_none_or(|line| line >= 1 && line <= lines), "{said}");
    }
}

/// `/` and `:findings`: any text is a filter, and it keeps what is written in it.
pub fn filters(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let filter = Filter::parse(text);
    assert_eq!(filter.text(), text);
    let _ = (filter.keeps(""), filter.keeps(text), filter.keeps("high container.privileged shop Deployment/web"));
    assert!(!filter.is_empty() || filter.keeps("anything"));
    let (query, _) = Query::parse(text);
    let _ = query.title();
}

/// An expression compiles, or its mistakes are told, each inside its text.
pub fn cel(data: &[u8]) {
    let Some(text) = text(data) else { return };
    if let Err(faults) = Program::compile(text, &["variables".into()]) {
        assert!(!faults.is_empty());
        let lines = lines(text);
        assert!(faults.iter().all(|fault| fault.line >= 1 && fault.line <= lines), "{faults:?}");
    }
}
