//! Packs from the texts of their files: read strictly, everything that is wrong told at once, with file, line and column.

use super::decode::{Fields, Source, did_you_mean, shown};
use super::pack::{Change, Control, Decides, Pack, Section, Servers, Tree};
use super::{PackError, PackErrors, Platform};
use crate::inventory::Version;
use crate::model::FieldPath;
use include_dir::{Dir, include_dir};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

static CONTROLS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/controls");

/// The packs that the program carries, in the order in which they are shown. A pack may refer only to those before it.
const ORDER: [&str; 15] = [
    "cis",
    "cis-eks",
    "cis-gke",
    "cis-aks",
    "pss-baseline",
    "pss-restricted",
    "soc2",
    "nsa-cisa",
    "owasp-2025",
    "owasp-2022",
    "mitre-k8s",
    "mitre-attack",
    "audit-50",
    "seed",
    "hygiene",
];

/// What a pack may refer to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'k> {
    /// Packs that are loaded already: what `like` takes from, and what `relates` is checked against.
    pub packs: &'k [Pack],
    /// Ids of checks, where one that is none of them is an error; None: a check that is not built yet may be named.
    pub checks: Option<&'k [&'k str]>,
}

/// The packs that the program carries, in the order in which they are shown.
///
/// # Errors
/// Packs that do not parse or contradict themselves; a test makes sure that none does.
pub fn embedded() -> Result<Vec<Pack>, PackErrors> {
    let place = |dir: &&Dir<'_>| {
        let name = dir.path().to_str().unwrap_or_default();
        ORDER.iter().position(|id| *id == name).unwrap_or(ORDER.len())
    };
    let mut folders: Vec<&Dir<'_>> = CONTROLS.dirs().collect();
    folders.sort_by_key(place);
    let mut packs = Vec::with_capacity(folders.len());
    for folder in folders {
        let yaml = folder.files().filter(|file| file.path().extension().is_some_and(|e| e == "yaml"));
        let texts: Vec<(String, &str)> =
            yaml.map(|file| (file.path().display().to_string(), file.contents_utf8().unwrap_or_default())).collect();
        let texts = texts.iter().map(|(name, text)| (name.as_str(), *text));
        packs.push(read(texts, Known { packs: &packs, checks: None })?);
    }
    Ok(packs)
}

/// A pack from the texts of its files, by path, that refers to no other pack.
///
/// # Errors
/// As [`read`].
pub fn from_texts<'t>(files: impl Iterator<Item = (&'t str, &'t str)>) -> Result<Pack, PackErrors> {
    read(files, Known::default())
}

/// A pack from the texts of its files: `pack.yaml` and one file a section, by path.
///
/// # Errors
/// Everything that is wrong in any of them.
pub fn read<'t>(files: impl Iterator<Item = (&'t str, &'t str)>, known: Known<'_>) -> Result<Pack, PackErrors> {
    let (mut sources, mut errors, mut last) = (Vec::new(), Vec::new(), "");
    for (file, text) in files {
        last = file;
        match Source::parse(file, text) {
            Ok(source) => sources.push((file, source)),
            Err(wrong) => errors.extend(wrong),
        }
    }
    let is_head = |file: &str| file.rsplit('/').next() == Some("pack.yaml");
    let head = sources.iter().find(|(file, _)| is_head(file));
    let Some((_, head)) = head else {
        if errors.is_empty() {
            errors.push(PackError::of(last, "a pack needs a pack.yaml beside its sections"));
        }
        return Err(PackErrors(errors));
    };
    let (mut pack, order) = read_head(head);
    let mut placed = Vec::new();
    for (_, source) in sources.iter().filter(|(file, _)| !is_head(file)) {
        let (section, places) = read_section(source, &pack, known);
        placed.extend(places.into_iter().map(|(id, path)| (source, id, path)));
        pack.sections.push(section);
    }
    let listed = |id: &Arc<str>| order.iter().position(|other| other == id).unwrap_or(order.len());
    pack.sections.sort_by_cached_key(|section| (listed(&section.id), natural(&section.id)));
    for id in order.iter().filter(|id| !pack.sections.iter().any(|section| section.id == **id)) {
        head.complain(FieldPath::of("sections"), format!("no file has section {id:?}"));
    }
    unique(&pack, &placed);
    errors.extend(sources.iter().flat_map(|(_, source)| source.errors()));
    if errors.is_empty() { Ok(pack) } else { Err(PackErrors(errors)) }
}

/// The head, and the order of sections where it gives one.
fn read_head(source: &Source<'_>) -> (Pack, Vec<Arc<str>>) {
    let root = source.root();
    let pack = Pack {
        id: root.required("id"),
        title: root.required("title"),
        source: root.required("source"),
        versions: root.texts("versions"),
        platforms: platforms(source, &root),
        groups: root.pairs("groups"),
        servers: root.maps("servers").iter().map(servers).collect(),
        sections: Vec::new(),
    };
    if pack.versions.is_empty() {
        root.complain("versions", "`versions` is missing: oldest to newest, one entry where there are none");
    }
    for servers in &pack.servers {
        if !pack.versions.contains(&servers.version) {
            root.complain("servers", format!("{:?} is none of the versions", servers.version));
        }
    }
    // for people and later views
    root.word("kind", &[("benchmark", ()), ("standard", ()), ("criteria-mixed", ())]);
    let order = root.texts("sections");
    root.done();
    (pack, order)
}

fn platforms(source: &Source<'_>, root: &Fields<'_>) -> Vec<Platform> {
    let names = root.texts("platforms");
    let platform = |(i, name): (usize, &Arc<str>)| {
        let found = Platform::ALL.into_iter().find(|platform| platform.as_str() == &**name);
        if found.is_none() {
            let near = did_you_mean(name, Platform::ALL.iter().map(|platform| platform.as_str()));
            source.complain(root.at("platforms").index(i), format!("unknown platform {name:?}{near}"));
        }
        found
    };
    names.iter().enumerate().filter_map(platform).collect()
}

fn servers(fields: &Fields<'_>) -> Servers {
    let minor = |key: &'static str| {
        let text = fields.text(key)?;
        let version: Result<Version, String> = text.parse();
        version.map_err(|error| fields.complain(key, error)).ok()
    };
    let required = |key: &'static str| {
        if !fields.has(key) {
            fields.complain(key, format!("`{key}` is missing"));
        }
        minor(key).unwrap_or(Version::NEWEST)
    };
    let (from, to) = (required("from"), required("to"));
    let servers =
        Servers { version: fields.required("version"), from, to, written_to: minor("written_to").unwrap_or(to) };
    fields.done();
    servers
}

/// A control's id and where it stands in its file.
type Place = (Arc<str>, FieldPath);

fn read_section(source: &Source<'_>, pack: &Pack, known: Known<'_>) -> (Section, Vec<Place>) {
    let root = source.root();
    let id = root.required("section");
    let title = root.required("title");
    let criteria = root.word("kind", &[("criteria", true)]).unwrap_or(false);
    let reader = Reader { source, pack, known, criteria };
    let files = root.maps("controls");
    if files.is_empty() {
        root.complain("controls", "a section needs controls");
    }
    let controls: Vec<Control> = files.iter().map(|fields| reader.control(fields)).collect();
    root.done();
    let places = controls.iter().zip(&files).map(|(control, fields)| (control.key.clone(), fields.at("id")));
    let places = places.collect();
    (Section { id, title, controls }, places)
}

const DECIDES: [(&str, Decides); 2] = [("measured", Decides::Measured), ("review", Decides::Review)];
const ASSESSMENTS: [(&str, &str); 2] = [("manual", "manual"), ("automated", "automated")];

/// Reads the controls of one section.
struct Reader<'r> {
    source: &'r Source<'r>,
    pack: &'r Pack,
    known: Known<'r>,
    criteria: bool,
}

impl Reader<'_> {
    fn control(&self, fields: &Fields<'_>) -> Control {
        let id = fields.required("id");
        let like = fields.text("like");
        let base = like.as_ref().and_then(|like| self.base(fields, like));
        // what another control says already may be left out
        let text = |key: &'static str, of_base: fn(&Control) -> &Arc<str>| match base {
            Some(base) if !fields.has(key) => of_base(base).clone(),
            _ if like.is_some() && !fields.has(key) => "".into(),
            _ => fields.required(key),
        };
        let list = |key: &'static str, of_base: fn(&Control) -> &Vec<Arc<str>>| match base {
            Some(base) if !fields.has(key) => of_base(base).clone(),
            _ => fields.texts(key),
        };
        let (title, why) = (text("title", |c| &c.title), text("why", |c| &c.why));
        let criterion = fields.text("criterion");
        let control = Control {
            key: id.clone(),
            title,
            why,
            level: fields.number("level", 1..=2),
            assessment: fields.word("assessment", &ASSESSMENTS).map(Into::into),
            decides: self.decides(fields, base, criterion.is_some()),
            checks: match fields.any("checks") {
                Some((value, path)) => self.tree(value, path),
                None => base.map_or(Tree::All(Vec::new()), |base| base.checks.clone()),
            },
            evidence: list("evidence", |c| &c.evidence),
            collect: list("collect", |c| &c.collect),
            relates: list("relates", |c| &c.relates),
            criterion,
            note: fields.text("note"),
            official: fields.text("official"),
            like,
            retired: fields.flag("retired"),
            versions: self.versions(fields),
            id,
        };
        fields.done();
        self.sound(fields, &control);
        control
    }

    /// The control that another one is like: `framework/id`.
    fn base(&self, fields: &Fields<'_>, like: &str) -> Option<&Control> {
        let (framework, id) = like.split_once('/').unwrap_or(("", like));
        let pack = self.known.packs.iter().find(|pack| *pack.id == *framework);
        let controls = || pack.into_iter().flat_map(Pack::all_controls);
        let found = controls().find(|control| *control.key == *id);
        if found.is_none() {
            let near = match pack {
                Some(_) => did_you_mean(id, controls().map(|control| &*control.key)),
                None => did_you_mean(framework, self.known.packs.iter().map(|pack| &*pack.id)),
            };
            let what = if pack.is_some() { "control" } else { "pack" };
            fields.complain("like", format!("like: no such {what} before this pack, {like:?}{near}"));
        }
        found
    }

    fn decides(&self, fields: &Fields<'_>, base: Option<&Control>, is_criterion: bool) -> Decides {
        let given = fields.word("decides", &DECIDES);
        if is_criterion && given.is_some() {
            fields.complain("decides", "a criterion is never decided: leave `decides` out");
        }
        if !is_criterion && base.is_none() && !fields.has("decides") && !fields.has("like") {
            fields.complain("decides", "`decides` is missing: measured or review");
        }
        given.or(base.map(|base| base.decides)).unwrap_or(Decides::Measured)
    }

    /// `[a, b]`, `{all: […]}`, `{any: […]}`, or one id, nested.
    fn tree(&self, value: &Value, path: FieldPath) -> Tree {
        let each = |items: &[Value], path: &FieldPath| {
            let items = items.iter().enumerate();
            items.map(|(i, item)| self.tree(item, path.clone().index(i))).collect()
        };
        match value {
            Value::String(id) => {
                self.is_check(id, path);
                Tree::Check(id.as_str().into())
            }
            Value::Array(items) => Tree::All(each(items, &path)),
            Value::Object(map) => match map.iter().next() {
                Some((word, Value::Array(items))) if map.len() == 1 && matches!(word.as_str(), "all" | "any") => {
                    let trees = each(items, &path.key(word));
                    if word == "any" { Tree::Any(trees) } else { Tree::All(trees) }
                }
                _ => {
                    self.source.complain(path, "checks: expected a list of ids, {all: [..]} or {any: [..]}");
                    Tree::All(Vec::new())
                }
            },
            other => {
                let found = shown(other);
                self.source.complain(path, format!("checks: expected a list of ids, found {found}"));
                Tree::All(Vec::new())
            }
        }
    }

    fn is_check(&self, id: &str, path: FieldPath) {
        let Some(checks) = self.known.checks else { return };
        if !checks.contains(&id) {
            let near = did_you_mean(id, checks.iter().copied());
            self.source.complain(path, format!("unknown check {id:?}{near}"));
        }
    }

    fn versions(&self, fields: &Fields<'_>) -> BTreeMap<Arc<str>, Change> {
        let change = |(version, fields): (&str, Fields<'_>)| {
            if !self.pack.versions.iter().any(|known| **known == *version) {
                let near = did_you_mean(version, self.pack.versions.iter().map(|known| &**known));
                fields.complain("", format!("the pack has no version {version:?}{near}"));
            }
            let change = Change {
                id: fields.text("id"),
                title: fields.text("title"),
                level: fields.number("level", 1..=2),
                assessment: fields.word("assessment", &ASSESSMENTS).map(Into::into),
                decides: fields.word("decides", &DECIDES),
                checks: fields.any("checks").map(|(value, path)| self.tree(value, path)),
                absent: fields.flag("absent"),
            };
            fields.done();
            (version.into(), change)
        };
        fields.entries("versions").into_iter().map(change).collect()
    }

    /// What holds between the keys of one control.
    fn sound(&self, fields: &Fields<'_>, control: &Control) {
        if self.criteria && control.criterion.is_none() {
            fields.complain("criterion", "a row of a section of criteria needs `criterion`");
        }
        let people =
            control.criterion.is_some() || control.decides == Decides::Review || control.all_checks().is_empty();
        if people && control.collect.is_empty() && self.base_is_known(control) {
            fields.complain("collect", "`collect` is missing: what a person looks at, or hands in");
        }
        for (i, id) in control.evidence.iter().enumerate() {
            self.is_check(id, fields.at("evidence").index(i));
        }
        for (i, name) in control.relates.iter().enumerate().filter(|_| fields.has("relates")) {
            self.is_control(name, fields.at("relates").index(i));
        }
    }

    /// False where `like` leads nowhere, which is complained of already.
    fn base_is_known(&self, control: &Control) -> bool {
        control.like.is_none() || !control.title.is_empty()
    }

    /// A name of a control in a pack that is loaded; of others nothing is known yet.
    fn is_control(&self, name: &str, path: FieldPath) {
        let Some((framework, id)) = name.split_once('/') else {
            return self.source.complain(path, format!("{name:?}: expected FRAMEWORK/ID"));
        };
        let Some(pack) = self.known.packs.iter().find(|pack| *pack.id == *framework) else { return };
        if !pack.all_controls().any(|control| *control.key == *id) {
            let near = did_you_mean(id, pack.all_controls().map(|control| &*control.key));
            self.source.complain(path, format!("{framework} has no control {id:?}{near}"));
        }
    }
}

/// No id stands twice in a version.
fn unique(pack: &Pack, placed: &[(&Source<'_>, Arc<str>, FieldPath)]) {
    let newest = pack.newest();
    for version in &pack.versions {
        let mut seen: BTreeMap<Arc<str>, ()> = BTreeMap::new();
        let controls = pack.all_controls().filter_map(|control| control.in_version(version, *version == newest));
        for control in controls {
            if seen.insert(control.id.clone(), ()).is_some()
                && let Some((source, _, path)) = placed.iter().rev().find(|(_, id, _)| *id == control.key)
            {
                source.complain(path.clone(), format!("control {} stands twice in version {version}", control.id));
            }
        }
    }
}

/// `5.10` after `5.9`.
fn natural(id: &str) -> Vec<(u32, String)> {
    let part = |p: &str| (p.parse().unwrap_or(u32::MAX), p.to_owned());
    id.split('.').map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embedded_packs_are_sound() {
        let packs = embedded().unwrap_or_else(|errors| panic!("{errors}"));
        let ids: Vec<_> = packs.iter().map(|p| &*p.id).collect();
        assert_eq!(ids, ORDER);
    }

    #[test]
    fn servers_choose_the_benchmark() {
        let packs = embedded().unwrap();
        let cis = packs.iter().find(|p| &*p.id == "cis").unwrap();
        let version = |text: &str| cis.version_for(text.parse().unwrap());
        assert_eq!(&*version("1.36"), "2.0.1");
        assert_eq!(&*version("1.34.2"), "2.0.1");
        assert_eq!(&*version("1.33"), "1.12");
        assert_eq!(&*version("1.29"), "1.11");
        assert_eq!(&*version("1.24"), "1.24");
        assert_eq!(&*version("1.25"), "1.7");
        let edition = cis.edition("2.0.1", "1.36".parse().unwrap());
        assert_eq!(edition.range.as_deref(), Some("1.34–1.35"));
        assert_eq!(
            edition.note.as_deref(),
            Some("CIS Kubernetes Benchmark 2.0.1, written for 1.34–1.35; none exists for 1.36")
        );
        assert!(cis.edition("2.0.1", "1.35".parse().unwrap()).note.is_none());
    }

    const HEAD: (&str, &str) = ("x/pack.yaml", "id: x\ntitle: X\nsource: s\nversions: [\"1\"]\n");

    fn errors(known: Known<'_>, text: &str) -> String {
        read([HEAD, ("x/a.yaml", text)].into_iter(), known).unwrap_err().to_string()
    }

    #[test]
    fn errors_name_file_line_column_and_what_is_near() {
        let text = "section: a\ntitle: A\ncontrols:\n  - id: one\n    titel: T\n    why: w\n    decides: measured\n    \
                    checks: [container.priviledged]\n  - id: 2.1\n    title: T\n    why: w\n    decides: sometimes\n    \
                    checks: [container.privileged]\n    versions:\n      \"2\": {absent: maybe}\n";
        let known = Known { packs: &[], checks: Some(&["container.privileged", "pod.host-pid"]) };
        let wanted = [
            "x/a.yaml:4:5: `title` is missing",
            "x/a.yaml:5:5: unknown key \"titel\": did you mean \"title\"?",
            "x/a.yaml:8:14: unknown check \"container.priviledged\": did you mean \"container.privileged\"?",
            "x/a.yaml:9:5: id: expected text, found the number 2.1 (in quotes it is text)",
            "x/a.yaml:12:5: decides: expected measured or review, found \"sometimes\"",
            "x/a.yaml:15:7: the pack has no version \"2\"",
            "x/a.yaml:15:13: absent: expected true or false, found the text \"maybe\"",
        ];
        assert_eq!(errors(known, text).lines().collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn what_leads_nowhere_is_an_error() {
        let packs = embedded().unwrap();
        let known = Known { packs: &packs, checks: None };
        let text = "section: a\ntitle: A\ncontrols:\n  - {id: one, like: cis/5.2.2x}\n  - {id: two, like: cos/5.2.2}\n  \
                    - {id: two, like: cis/5.2.2, relates: [soc2/CC6.11]}\n";
        let wanted = [
            "x/a.yaml:4:15: like: no such control before this pack, \"cis/5.2.2x\": did you mean \"5.2.2\"?",
            "x/a.yaml:5:15: like: no such pack before this pack, \"cos/5.2.2\": did you mean \"cis\"?",
            "x/a.yaml:6:6: control two stands twice in version 1",
            "x/a.yaml:6:42: soc2 has no control \"CC6.11\": did you mean \"CC6.1\"?",
        ];
        assert_eq!(errors(known, text).lines().collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn a_file_that_is_no_yaml_does_not_hide_the_others() {
        let text = errors(Known::default(), "section: [\n");
        assert!(text.starts_with("x/a.yaml:"), "{text}");
        let text = errors(Known::default(), "section: a\nsection: b\n");
        assert!(text.contains("x/a.yaml:2:1") && text.contains("given twice"), "{text}");
    }

    #[test]
    fn a_control_takes_from_another_what_it_does_not_say() {
        let packs = embedded().unwrap();
        let text = "section: a\ntitle: A\ncontrols:\n  - {id: one, like: cis/5.2.2, title: Mine}\n";
        let pack = read([HEAD, ("x/a.yaml", text)].into_iter(), Known { packs: &packs, checks: None }).unwrap();
        let one = pack.all_controls().next().unwrap();
        assert_eq!((&*one.title, one.checks.checks()), ("Mine", vec!["container.privileged".into()]));
        assert!(one.level.is_none() && one.assessment.is_none() && !one.why.is_empty() && !one.collect.is_empty());
    }
}
