//! Packs of users: frameworks, other severities and checks of their own, read as leniently as is honest. What is wrong is
//! told with its place; what is right counts; and what a control asks for and could not be read is not evaluated.

mod check;

use super::decode::{Source, did_you_mean};
use super::parse::{Known, Place, head, section, sort, unique};
use super::{Control, Decides, Pack, PackError, Section, Tree};
use crate::checks::{self, custom::Draft};
use crate::model::{FieldPath, Severity};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The files of a pack: one, or a `pack.yaml` with its sections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// Path of the file or of the folder, as given.
    pub name: String,
    /// Path and text of each file.
    pub texts: Vec<(String, String)>,
}

/// What a pack brings.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// Path of the file or of the folder.
    pub name: String,
    /// Its framework.
    pub framework: Option<Arc<str>>,
    /// Controls of that.
    pub controls: usize,
    /// Ids of its checks, broken ones included.
    pub checks: Vec<&'static str>,
    /// How many checks it grades.
    pub grades: usize,
    /// How many things are wrong with it.
    pub errors: usize,
}

/// What several packs bring.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// Frameworks.
    pub packs: Vec<Pack>,
    /// Checks, to be installed.
    pub drafts: Vec<Draft>,
    /// Other severities for checks.
    pub grades: Vec<(String, Severity)>,
    /// A line a pack.
    pub origins: Vec<Origin>,
    /// Everything that is wrong.
    pub errors: Vec<PackError>,
}

/// A pack under the reader.
struct Open<'t> {
    files: &'t Files,
    sources: Vec<(&'t str, Source<'t>)>,
    /// What is wrong with files that are no YAML.
    unparsed: Vec<PackError>,
    origin: Origin,
}

/// Reads packs that may refer to the program's own, to each other's checks, and to frameworks before them.
pub fn load(packs: &[Files], own: &[Pack]) -> Loaded {
    let mut loaded = Loaded::default();
    let mut open: Vec<Open<'_>> = packs.iter().map(Open::new).collect();
    let mut ids = BTreeSet::new();
    for pack in &mut open {
        pack.drafts(&mut ids, &mut loaded.drafts);
    }
    let mut known: Vec<&str> = checks::ALL.iter().map(|check| check.id).collect();
    known.extend(loaded.drafts.iter().map(|draft| draft.id));
    let mut graded = BTreeMap::new();
    for pack in &mut open {
        pack.grades(&known, &mut graded);
        let before: Vec<Pack> = own.iter().chain(&loaded.packs).cloned().collect();
        let framework = pack.framework(Known { packs: &before, checks: Some(&known) });
        pack.origin.framework = framework.as_ref().map(|framework| framework.id.clone());
        let read = |framework: &Pack| framework.all_controls().filter(|control| *control.id != *UNREAD).count();
        pack.origin.controls = framework.as_ref().map_or(0, read);
        loaded.packs.extend(framework);
        let mut errors = pack.unparsed.clone();
        errors.extend(pack.sources.iter().flat_map(|(_, source)| source.errors()));
        errors.dedup();
        pack.origin.errors = errors.len();
        loaded.errors.extend(errors);
        loaded.origins.push(pack.origin.clone());
    }
    loaded.grades = graded.into_iter().collect();
    loaded
}

impl Loaded {
    /// Puts checks and severities into force.
    pub fn install(&mut self) {
        for draft in std::mem::take(&mut self.drafts) {
            checks::custom::install(draft);
        }
        for (id, severity) in &self.grades {
            if let Some(check) = checks::find(id) {
                checks::custom::grade(check, *severity);
            }
        }
    }
}

impl<'t> Open<'t> {
    fn new(files: &'t Files) -> Self {
        let (mut sources, mut unparsed) = (Vec::new(), Vec::new());
        for (file, text) in &files.texts {
            match Source::parse(file, text) {
                Ok(source) => sources.push((file.as_str(), source)),
                Err(wrong) => unparsed.extend(wrong),
            }
        }
        Self { files, sources, unparsed, origin: Origin { name: files.name.clone(), ..Origin::default() } }
    }

    /// Reads the checks; one with something wrong in it stays as one that is never evaluated.
    fn drafts(&mut self, ids: &mut BTreeSet<String>, drafts: &mut Vec<Draft>) {
        for (_, source) in &self.sources {
            for fields in source.root().maps("checks") {
                let Some(mut draft) = check::draft(source, &fields, ids) else { continue };
                draft.broken = source.fault_under(fields.place()).map(|error| error.to_string());
                self.origin.checks.push(draft.id);
                drafts.push(draft);
            }
        }
    }

    fn grades(&mut self, known: &[&str], graded: &mut BTreeMap<String, Severity>) {
        for (_, source) in &self.sources {
            let root = source.root();
            for (id, word) in root.pairs("grades") {
                let at = root.at("grades").key(&id);
                if !known.contains(&&*id) {
                    let near = did_you_mean(&id, known.iter().copied());
                    source.complain(at, format!("unknown check {id:?}{near}"));
                } else if graded.contains_key(&*id) {
                    source.complain(at, format!("{id} is graded twice: the first grade stands"));
                } else if let Some(severity) = check::severity(&word) {
                    graded.insert(id.to_string(), severity);
                    self.origin.grades += 1;
                } else {
                    source.complain(at, check::no_severity(&word));
                }
            }
        }
    }

    /// Reads the framework, if there is one; what could not be read stands in it as not evaluated.
    fn framework(&self, known: Known<'_>) -> Option<Pack> {
        let single = self.files.texts.len() == 1;
        let is_head = |file: &str| single || file.rsplit('/').next() == Some("pack.yaml");
        let (_, source) = self.sources.iter().find(|(file, _)| is_head(file))?;
        let root = source.root();
        // read before
        let (checks, grades) = (root.any("checks").is_some(), root.any("grades").is_some());
        if single && !["id", "title", "sections"].iter().any(|key| root.has(key)) {
            if !checks && !grades {
                root.complain("", "a pack has a framework (id, title, source, sections), checks, or grades");
            }
            root.done();
            return None;
        }
        let mut pack = head(source, &root);
        if pack.versions.is_empty() {
            pack.versions.push("1".into());
        }
        let is_id = pack.id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if known.packs.iter().any(|other| other.id == pack.id) {
            root.complain("id", format!("there is a framework {:?} already: choose another id", pack.id));
        } else if !is_id {
            root.complain("id", format!("id: expected lower-case letters, digits and dashes, found {:?}", pack.id));
        }
        let usable = !pack.id.is_empty() && source.fault_under(&root.at("id")).is_none();
        let mut placed: Vec<(&Source<'_>, Arc<str>, FieldPath)> = Vec::new();
        let mut add = |pack: &mut Pack, source, (section, places): (Section, Vec<Place>)| {
            placed.extend(places.into_iter().map(|(id, path)| (source, id, path)));
            pack.sections.push(section);
        };
        let mut order = Vec::new();
        match root.any("sections") {
            Some((value, _)) if value.get(0).is_some_and(serde_json::Value::is_object) => {
                for fields in root.maps("sections") {
                    let read = section(source, &fields, &pack, known);
                    fields.done();
                    order.push(read.0.id.clone());
                    add(&mut pack, source, read);
                }
            }
            _ => order = root.texts("sections"),
        }
        root.done();
        for (_, source) in self.sources.iter().filter(|(file, _)| !is_head(file)) {
            let root = source.root();
            let _ = (root.any("checks"), root.any("grades"));
            let read = section(source, &root, &pack, known);
            root.done();
            add(&mut pack, source, read);
        }
        if pack.sections.is_empty() {
            root.complain("sections", "a framework needs sections with controls");
        }
        unique(&pack, &placed);
        mark(&mut pack, &placed);
        sort(&mut pack, &order, source);
        if let Some(error) = self.loose(&placed) {
            pack.sections.push(unread(&error));
        }
        usable.then_some(pack)
    }

    /// The first thing that is wrong with no control, check or grade: nobody knows what it hides.
    fn loose(&self, placed: &[(&Source<'_>, Arc<str>, FieldPath)]) -> Option<PackError> {
        let faults = self.sources.iter().flat_map(|(_, source)| {
            let control = |at: &FieldPath| {
                let own = placed.iter().filter(|(of, _, _)| std::ptr::eq(*of, source));
                own.filter_map(|(_, _, id)| id.parent()).any(|control| at.steps().starts_with(control.steps()))
            };
            let apart = |at: &FieldPath| ["checks", "grades"].iter().any(|key| within(at, key));
            let faults = source.faults().into_iter();
            faults.filter(move |(at, _)| !control(at) && !apart(at)).map(|(_, error)| error).collect::<Vec<_>>()
        });
        self.unparsed.iter().cloned().chain(faults).next()
    }
}

/// Whether a path lies under a key of the root.
fn within(path: &FieldPath, key: &str) -> bool {
    path.steps().starts_with(FieldPath::root().key(key).steps())
}

/// Marks the controls that have something wrong in them, and names those that have no id.
fn mark(pack: &mut Pack, placed: &[(&Source<'_>, Arc<str>, FieldPath)]) {
    let mut places = placed.iter();
    for (number, section) in pack.sections.iter_mut().enumerate() {
        if section.id.is_empty() {
            section.id = format!("section-{}", number + 1).into();
        }
        if section.title.is_empty() {
            section.title = section.id.clone();
        }
        for (number, control) in section.controls.iter_mut().enumerate() {
            let Some((source, _, id)) = places.next() else { return };
            let error = id.parent().and_then(|control| source.fault_under(&control));
            control.broken = error.map(|error| error.to_string().into());
            if control.id.is_empty() {
                control.id = format!("{}-{}", section.id, number + 1).into();
                control.key = control.id.clone();
            }
            if control.title.is_empty() {
                control.title = control.id.clone();
            }
        }
    }
}

/// The control that stands for what could not be read.
const UNREAD: &str = "unread";

/// Stands for what could not be read of a framework: it must not look whole.
fn unread(error: &PackError) -> Section {
    let id: Arc<str> = UNREAD.into();
    let control = Control {
        id: id.clone(),
        key: id.clone(),
        title: "Every part of this pack could be read".into(),
        level: None,
        assessment: None,
        decides: Decides::Measured,
        checks: Tree::All(Vec::new()),
        evidence: Vec::new(),
        why: "Controls that could not be read are not evaluated, and nobody sees them here.".into(),
        collect: vec!["attach: the pack, mended: plimsoll packs lint PATH".into()],
        relates: Vec::new(),
        criterion: None,
        note: None,
        official: None,
        like: None,
        broken: Some(error.to_string().into()),
        retired: false,
        versions: BTreeMap::new(),
    };
    Section { id, title: "What could not be read".into(), controls: vec![control] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(name: &str, text: &str) -> Files {
        Files { name: name.to_owned(), texts: vec![(name.to_owned(), text.to_owned())] }
    }

    fn loaded(text: &str) -> Loaded {
        load(&[files("acme.yaml", text)], &super::super::embedded().unwrap())
    }

    #[track_caller]
    fn errors(text: &str, wanted: &[&str]) {
        let errors: Vec<String> = loaded(text).errors.iter().map(ToString::to_string).collect();
        assert_eq!(errors, wanted);
    }

    const CHECK: &str = "checks:\n  - id: acme.team\n    title: T\n    severity: low\n    why: w\n    \
                         match: {apiVersion: apps/v1, kind: Deployment}\n    validations:\n";

    #[test]
    fn a_pack_of_one_file_is_read() {
        let text = format!(
            "id: acme\ntitle: Acme\nsource: ours\nsections:\n  - section: z\n    title: Z\n    controls:\n      \
             - {{id: A1, title: a, why: w., decides: measured, checks: [acme.team, container.privileged]}}\n  \
             - section: a\n    title: A\n    controls:\n      - {{id: A2, like: cis/5.2.2}}\n\
             grades: {{container.privileged: low}}\n{CHECK}      - expression: has(object.metadata.labels)\n"
        );
        let loaded = loaded(&text);
        assert_eq!(loaded.errors, []);
        let pack = &loaded.packs[0];
        let sections: Vec<&str> = pack.sections.iter().map(|section| &*section.id).collect();
        assert_eq!((sections, &*pack.newest()), (vec!["z", "a"], "1"), "in the order of the file");
        assert_eq!(loaded.grades, [("container.privileged".to_owned(), Severity::Low)]);
        assert_eq!(loaded.drafts.len(), 1);
        assert!(loaded.drafts[0].broken.is_none());
        assert_eq!(loaded.origins[0].controls, 2);
    }

    #[test]
    fn what_is_wrong_with_an_expression_has_its_place_however_yaml_writes_it() {
        for (yaml, place) in [
            ("      - expression: object.spec.replica >\n", "acme.yaml:8:42"),
            ("      - expression: 'object.kind == ''a'' &&& true'\n", "acme.yaml:8:45"),
            ("      - {expression: \"object.kind == \\\"a\\\" &&& true\"}\n", "acme.yaml:8:46"),
            (
                "      - expression: |\n          object.kind == 'a' &&\n          objct.spec.x == 1\n",
                "acme.yaml:10:11",
            ),
            (
                "      - message: m\n        expression: >-\n          object.kind == 'a' &&\n          objct.spec.x\n",
                "acme.yaml:11:11",
            ),
        ] {
            let loaded = loaded(&format!("{CHECK}{yaml}"));
            let first = loaded.errors[0].to_string();
            assert!(first.starts_with(&format!("{place}: ")), "{yaml}{first}");
            assert!(loaded.drafts[0].broken.is_some(), "it stays, and is never evaluated");
        }
    }

    #[test]
    fn names_are_told_with_the_nearest() {
        let kind = "checks:\n  - {id: acme.a, title: T, severity: hihg, why: w, match: {apiVersion: apps/v1, kind: Deploymnt}, \
                    validations: [{expression: 'true', pth: spec}], remdy: {}}\n";
        errors(
            kind,
            &[
                "acme.yaml:2:28: severity: expected critical, high, medium, low or info, found \"hihg\": did you mean \"high\"?",
                "acme.yaml:2:81: apps/v1 has no \"Deploymnt\": did you mean \"Deployment\"?",
                "acme.yaml:2:134: unknown key \"pth\": did you mean \"path\"?",
                "acme.yaml:2:147: unknown key \"remdy\": did you mean \"remedy\"?",
            ],
        );
        errors(
            "grades: {container.priviledged: low}\n",
            &["acme.yaml:1:10: unknown check \"container.priviledged\": did you mean \"container.privileged\"?"],
        );
        errors("{}\n", &["acme.yaml:1:1: a pack has a framework (id, title, source, sections), checks, or grades"]);
    }

    #[test]
    fn an_id_is_given_once_and_never_plimsolls_own() {
        let one = |id: &str| {
            format!(
                "  - {{id: {id}, title: T, severity: low, why: w, match: {{apiVersion: v1, kind: Pod}}, validations: [{{expression: 'true'}}]}}\n"
            )
        };
        let text = format!("checks:\n{}{}{}{}", one("container.privileged"), one("acme.a"), one("acme.a"), one("Acme"));
        errors(
            &text,
            &[
                "acme.yaml:2:6: id: \"container.privileged\" is a check of plimsoll's own: choose another id, or grade it under `grades`",
                "acme.yaml:4:6: id: \"acme.a\" stands twice",
                "acme.yaml:5:6: id: expected family.name in lower-case letters, digits and dashes, found \"Acme\"",
            ],
        );
        errors(
            "id: cis\ntitle: T\nsource: s\nsections: [{section: a, title: A, controls: [{id: x, like: cis/5.2.2}]}]\n",
            &["acme.yaml:1:1: there is a framework \"cis\" already: choose another id"],
        );
    }

    #[test]
    fn secrets_are_never_asked_about() {
        let text = "checks:\n  - {id: acme.a, title: T, severity: low, why: w, match: {apiVersion: v1, kind: Secret}, \
                    validations: [{expression: \"has(object.data)\"}]}\n";
        let loaded = loaded(text);
        assert_eq!(
            loaded.errors[0].to_string(),
            "acme.yaml:2:75: Secrets are never read whole: whoever asks about one asks for its values"
        );
        assert!(loaded.drafts[0].broken.is_some());
    }

    #[test]
    fn what_is_broken_stays_in_the_framework_and_is_not_evaluated() {
        let text = "id: acme\ntitle: Acme\nsource: ours\nsections:\n  - section: a\n    title: A\n    controls:\n      \
                    - {id: A1, title: a, why: w., decides: measured, checks: [container.privileged]}\n      \
                    - {id: A2, title: a, why: w., decides: measured, checks: [container.priviledged]}\n      \
                    - {title: a, why: w., decides: sometimes, checks: []}\n  - section: b\n";
        let loaded = loaded(text);
        let broken: Vec<(&str, bool)> =
            loaded.packs[0].all_controls().map(|control| (&*control.id, control.broken.is_some())).collect();
        assert_eq!(broken, [("A1", false), ("A2", true), ("a-3", true), ("unread", true)]);
    }

    #[test]
    fn a_section_that_is_no_yaml_shows_as_unread() {
        let head = "id: acme\ntitle: Acme\nsource: ours\nversions: [\"1\"]\n";
        let good = "section: a\ntitle: A\ncontrols:\n  - {id: A1, like: cis/5.2.2}\n";
        let texts = [("p/pack.yaml", head), ("p/a.yaml", good), ("p/b.yaml", "section: [\n")];
        let texts = texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let loaded = load(&[Files { name: "p".into(), texts }], &super::super::embedded().unwrap());
        let ids: Vec<&str> = loaded.packs[0].all_controls().map(|control| &*control.id).collect();
        assert_eq!(ids, ["A1", "unread"]);
        assert!(loaded.errors[0].to_string().starts_with("p/b.yaml:"), "{:?}", loaded.errors);
    }
}
