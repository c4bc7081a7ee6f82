//! The program's own sources behind [`Source`]: the live cluster, manifests, the demo.

use super::desk::{self, Desk, Held};
use super::source::{Login, Sink, Source};
use crate::app::{
    Book, Change, ContextInfo, Document, Done, Failure, Imported, Mark, Origin, Prepared, Recorded, Refused,
    RemedyText, Target,
};
use crate::config::{self, Config};
use crate::engine::{BuiltIn, Engine, Selection, Times, kinds};
use crate::frameworks::{Edition, Pack};
use crate::inventory::yaml::{self, Positions, Span};
use crate::inventory::{Answer, Facts, Inventory, Kind, Medium, Object, OptIn, Question, Version, nodes};
use crate::model::{Activity, Evidence, FieldPath, Finding, Fix, Gap, Report, Step};
use crate::sources::collector::Collector;
use crate::sources::{Update, apply, demo, files};
use crate::store::RecordPaths;
use crate::{exports, imports, remediation};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The sources, and what was asked for on the command line.
pub struct Sources {
    /// The installed packs.
    pub packs: Vec<Pack>,
    /// What could not be read of the user's.
    pub gaps: Vec<Gap>,
    /// Which of their frameworks.
    pub selection: Selection,
    /// Manifests to read.
    pub files: Vec<PathBuf>,
    /// The settings.
    pub config: Mutex<Config>,
    /// Kinds that are read on request and were requested.
    pub allowed: Vec<OptIn>,
    /// Prints the role for these kinds.
    pub role: fn(&[Kind]) -> String,
    /// What people recorded.
    pub desk: Desk,
    /// Where that lies, by the settings of a context.
    pub records: Box<dyn Fn(&config::Settings) -> RecordPaths + Send + Sync>,
    /// The kubeconfig's current context.
    pub current: Option<String>,
    /// Connection flags.
    #[cfg(feature = "live")]
    pub live: super::live::Live,
}

/// Now, RFC 3339 in UTC, to the second.
pub(super) fn now() -> Arc<str> {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into()
}

fn internal(error: impl ToString) -> Failure {
    Failure::new(format!("plimsoll failed: {}.", error.to_string()), "Please report this.")
}

/// A file's or server's own words as a sentence.
pub(super) fn failed(what: &str, error: impl ToString, todo: &str) -> Failure {
    Failure::new(format!("{what}: {}.", error.to_string().trim_end_matches('.')), todo)
}

impl Sources {
    /// The settings that hold in a context.
    pub(super) fn settings(&self, context: Option<&str>) -> config::Settings {
        self.config.lock().unwrap_or_else(PoisonError::into_inner).of(context)
    }

    /// The editions for a server.
    pub(super) fn editions(&self, version: Version) -> Result<Vec<Edition>, Failure> {
        self.selection.editions(&self.packs, version).map_err(|error| failed("That selection", error, ":q leaves."))
    }

    /// Evaluates what was read so far, until now where no end of the reading is given.
    pub(super) fn evaluate(
        &self,
        engine: &mut Engine,
        inventory: &Inventory,
        editions: &[Edition],
        started: &Arc<str>,
        finished: Option<Arc<str>>,
    ) -> Result<Report, Failure> {
        let times = Times { started: started.clone(), finished: finished.unwrap_or_else(now) };
        engine.decide_by(self.desk.decisions());
        let exempt = BuiltIn::new(inventory)
            .map_err(|error| failed("The built-in exemptions", error, "That is a fault of plimsoll."))?;
        let mut report = engine.evaluate(inventory, editions, &exempt, self.selection.strict, times);
        report.add_gaps(self.gaps.iter().cloned());
        Ok(report)
    }

    /// What was not asked for is known to be unread.
    pub(super) fn apply_opt_ins(&self, inventory: &mut Inventory) {
        for kind in Kind::every() {
            if kind.info().opt_in.is_some_and(|opt_in| self.allowed.contains(&opt_in)) {
                inventory.opt_in(kind);
            }
        }
    }

    /// Manifests or demo: everything is there at once.
    fn at_once(
        &self,
        mut inventory: Inventory,
        target: &Target,
        sink: &Sink,
        started: &Arc<str>,
    ) -> Result<(), Failure> {
        inventory.scope.namespaces.clone_from(&target.namespaces);
        inventory.settings = self.settings(None).inventory();
        self.apply_opt_ins(&mut inventory);
        self.take_evidence(&mut inventory, target, sink);
        let editions = self.editions(inventory.version)?;
        self.last(
            Held {
                target: target.clone(),
                inventory,
                editions,
                engine: Engine::default(),
                started: started.clone(),
                finished: now(),
            },
            sink,
        )
    }

    /// The last report of a scan; what it is made of is kept, to be judged anew when a record changes.
    pub(super) fn last(&self, mut held: Held, sink: &Sink) -> Result<(), Failure> {
        self.tell(&mut held, sink)?;
        self.desk.hold(held, sink);
        Ok(())
    }

    /// What was seen on nodes, read anew: a file that is gone is told of.
    fn evidence(&self, target: &Target) -> (Vec<Object>, Vec<String>) {
        let (mut objects, mut notes) = (Vec::new(), Vec::new());
        for (path, node) in &target.evidence {
            match imports::evidence(path, node.as_deref(), &self.packs) {
                Ok(found) => objects.extend(found),
                Err(error) => notes.push(format!("{error}.")),
            }
        }
        (objects, notes)
    }

    /// Takes it into an inventory.
    pub(super) fn take_evidence(&self, inventory: &mut Inventory, target: &Target, sink: &Sink) {
        let (objects, notes) = self.evidence(target);
        let notes = notes.into_iter().chain(imports::take(inventory, objects));
        if let Some(text) = notes.reduce(|all, one| format!("{all} {one}")) {
            sink.note(text);
        }
    }

    /// A document about a node, as it was brought.
    fn brought(&self, target: &Target, finding: &Finding) -> Option<Resource> {
        let kind =
            [Kind::NodeFacts, Kind::KubeBench].into_iter().find(|kind| *kind.name() == *finding.resource.kind)?;
        let mut inventory = Inventory::new(Medium::Files, Version::NEWEST);
        imports::take(&mut inventory, self.evidence(target).0);
        let object = nodes::document(&inventory, kind, &finding.resource.name)?;
        let origin = format!("what was seen on {}", finding.resource.name);
        Some(Resource { whole: object.clone(), object, text: None, origin, version: None })
    }

    /// Judges what was read, and says what came of it.
    fn tell(&self, held: &mut Held, sink: &Sink) -> Result<(), Failure> {
        let report = self.report_of(held)?;
        sink.nodes(nodes::rows(&held.inventory, &report));
        sink.report(report);
        Ok(())
    }

    /// What became of the cluster since the last report; without changes, what became of it by time alone.
    pub(super) fn go_on(&self, changes: Vec<Update>, sink: &Sink) -> Result<(), Failure> {
        self.desk.change(sink, |held| {
            let (by_time, before) = (changes.is_empty(), held.inventory.changes());
            changes.into_iter().for_each(|change| apply(&mut held.inventory, change));
            if !by_time && held.inventory.changes() == before {
                return Ok(());
            }
            held.finished = now();
            self.tell(held, sink)
        })
    }

    fn manifests(&self, target: &Target) -> Result<Inventory, Failure> {
        let namespace = target.namespaces.first().map(|n| &**n);
        let mut loader = files::Loader::new(Medium::Files, Version::NEWEST, namespace);
        for path in &self.files {
            let todo = "Expected Kubernetes manifests, YAML or JSON. Mend the file, then :rescan.";
            loader.path(path).map_err(|error| failed("The manifests cannot be read", error, todo))?;
        }
        let (mut inventory, _) = loader.finish();
        inventory.cluster.version = Some(Version::NEWEST.to_string().into());
        Ok(inventory)
    }

    /// The finding's resource: its complete object, its own text where it has one, where it is from, its version.
    fn object(&self, target: &Target, finding: &Finding) -> Result<Resource, Failure> {
        let gone = |error| failed("The resource cannot be read again", error, ":rescan reads everything again.");
        let of_text = |text: std::io::Result<String>, origin: String| -> Result<Resource, Failure> {
            let text = text.map_err(gone)?;
            let value = yaml::parse(&text).map_err(unreadable)?.value;
            let path = Positions::of(&text).map(|p| p.object(&finding.resource)).unwrap_or_default();
            let object = path.resolve(&value).cloned().unwrap_or_default();
            Ok(Resource { object, whole: value, text: Some(text), origin, version: None })
        };
        match (&finding.source, target.origin) {
            (Some(source), Origin::Demo) => of_text(demo::document(source), format!("demo, {}", source.file)),
            (Some(source), _) => {
                of_text(files::document(source), format!("{}, document {}", source.file, source.document + 1))
            }
            (None, _) if ["NodeFacts", "KubeBench"].contains(&&*finding.resource.kind) => {
                let gone = || Failure::new("What was seen on this node is gone.", ":import takes it again.");
                self.brought(target, finding).ok_or_else(gone)
            }
            // a kubelet says again how it is configured; the cluster as a whole is no object
            #[cfg(feature = "live")]
            (None, Origin::Cluster)
                if !finding.resource.api_version.starts_with("plimsoll/")
                    || &*finding.resource.kind == "KubeletConfig" =>
            {
                self.live.object(target, &finding.resource)
            }
            _ => Err(Failure::new(
                format!("{} is no object that could be shown.", finding.resource.kind_name()),
                "Its explanation says what was compared.",
            )),
        }
    }
}

/// An object, complete: what must not be shown is still in it.
pub(super) struct Resource {
    pub(super) object: Value,
    /// The document that it stands in, where that is a list.
    pub(super) whole: Value,
    pub(super) text: Option<String>,
    pub(super) origin: String,
    pub(super) version: Option<String>,
}

impl Resource {
    /// As it may be shown: without Secrets' data and credentials. A document's own text keeps its line numbers.
    fn document(mut self) -> Result<Document, Failure> {
        let text = match &self.text {
            Some(text) => yaml::mask_text(text, &credentials(&self.whole)).map_err(unreadable)?,
            None => {
                let hidden = credentials(&self.object);
                yaml::mask(&mut self.object, &hidden);
                yaml::hide(&mut self.object, true);
                yaml::print(&self.object)
            }
        };
        Ok(Document { text: text.into(), origin: self.origin, version: self.version, ..Document::default() })
    }
}

fn unreadable(error: yaml::YamlError) -> Failure {
    failed("The resource cannot be shown", error, "Mend the file, then :rescan.")
}

impl Sources {
    /// The context that a command line should name.
    fn context(&self, target: &Target) -> Option<String> {
        #[cfg(feature = "live")]
        if let Some(context) = self.live.context(target) {
            return Some(context);
        }
        target.context.as_deref().map(str::to_owned)
    }
}

impl Source for Sources {
    fn scan(&self, target: &Target, sink: &Sink) -> Result<(), Failure> {
        let started = now();
        let context = target.context.as_deref().or(self.current.as_deref());
        let context = context.filter(|_| target.origin == Origin::Cluster);
        self.desk.look_in((self.records)(&self.settings(context)));
        sink.records(desk::problem(&self.desk));
        match target.origin {
            Origin::Demo => self.at_once(demo::load().0, target, sink, &started),
            Origin::Files => self.at_once(self.manifests(target)?, target, sink, &started),
            #[cfg(feature = "live")]
            Origin::Cluster => self.live.scan(self, target, sink, &started),
            #[cfg(not(feature = "live"))]
            Origin::Cluster => {
                Err(Failure::new("This build reads files only.", "Start it with --demo, or use plimsoll scan -f PATH."))
            }
        }
    }

    #[cfg(feature = "live")]
    fn contexts(&self) -> Result<Vec<ContextInfo>, Failure> {
        self.live.contexts()
    }

    #[cfg(not(feature = "live"))]
    fn contexts(&self) -> Result<Vec<ContextInfo>, Failure> {
        Ok(Vec::new())
    }

    fn namespaces(&self, target: &Target) -> Result<Vec<Arc<str>>, Failure> {
        let inventory = match target.origin {
            Origin::Demo => demo::load().0,
            Origin::Files => self.manifests(&Target { namespaces: Vec::new(), ..target.clone() })?,
            #[cfg(feature = "live")]
            Origin::Cluster => return self.live.namespaces(target),
            #[cfg(not(feature = "live"))]
            Origin::Cluster => return Ok(Vec::new()),
        };
        Ok(namespaces(&inventory))
    }

    fn yaml(&self, target: &Target, finding: &Finding) -> Result<Document, Failure> {
        let resource = self.object(target, finding)?;
        let path = finding.paths.first().map(|evidence| &evidence.path).filter(|path| !path.is_root());
        let (controller, manager) = (remediation::controller(&resource.object), remediation::manager(&resource.object));
        let writers = path.and_then(|path| remediation::Writers::of(&resource.object, path).sentence());
        let mut document = Document { controller, manager, writers, ..resource.document()? };
        mark(&mut document, finding);
        Ok(document)
    }

    fn remedy(&self, target: &Target, finding: &Finding) -> Result<RemedyText, Failure> {
        let Some(check) = crate::checks::find(finding.check) else { return Ok(RemedyText::default()) };
        let object = match check.remedy.fix {
            Fix::Advice => Value::Null, // not read for nothing
            _ => self.object(target, finding)?.object,
        };
        let change = match remediation::plan(finding, &check.remedy, &object) {
            Ok(change) => change,
            Err(reason) => {
                let note = format!("No change is proposed: {reason}.");
                return Ok(RemedyText { note: Some(note), ..RemedyText::default() });
            }
        };
        let mut masked = credentials(&object);
        masked.extend(credentials(change.after()));
        let manager =
            change.managed_by.as_ref().map(|by| format!("by {by}, which undoes a change made here: make it there"));
        Ok(RemedyText {
            yaml: change.yaml(),
            diff: change.diff(&masked),
            whole: change.whole(&masked),
            command: (target.origin == Origin::Cluster).then(|| change.command(self.context(target).as_deref(), false)),
            manager,
            note: None,
        })
    }

    fn role(&self) -> Result<String, Failure> {
        let kinds: Vec<Kind> = kinds(&self.editions(Version::NEWEST)?, &self.allowed).into_iter().collect();
        Ok((self.role)(&kinds))
    }

    fn import(&self, path: &Path, node: Option<&str>) -> Result<Imported, Failure> {
        let home =
            path.strip_prefix("~").ok().and_then(|rest| Some(PathBuf::from(std::env::var_os("HOME")?).join(rest)));
        let path = home.unwrap_or_else(|| path.to_path_buf());
        let objects = imports::evidence(&path, node, &self.packs).map_err(|error| {
            failed(
                "That cannot be taken",
                error,
                "plimsoll node and kube-bench --json write what can: :import PATH [NODE]",
            )
        })?;
        let mut nodes: Vec<Arc<str>> = objects.iter().map(|object| object.meta().name.as_str().into()).collect();
        nodes.sort();
        nodes.dedup();
        Ok(Imported { path, node: node.map(Into::into), nodes })
    }

    fn collector(&self, target: &Target, image: &str) -> Result<String, Failure> {
        let (version, nodes) = match target.origin {
            #[cfg(feature = "live")]
            Origin::Cluster => self.live.nodes(target)?,
            #[cfg(not(feature = "live"))]
            Origin::Cluster => (Version::NEWEST, Vec::new()),
            Origin::Demo => names_of_nodes(&demo::load().0),
            Origin::Files => names_of_nodes(&self.manifests(target)?),
        };
        if nodes.is_empty() {
            return Err(Failure::new("There is no node to look at.", "esc goes back."));
        }
        Collector::new(image, nodes, version).print(&self.packs).map_err(internal)
    }

    #[cfg(feature = "live")]
    fn collect(&self, target: &Target, image: &str) -> Result<(Imported, Vec<String>), Failure> {
        let folder = crate::store::paths::Paths::new().map(|paths| paths.state.join("node-facts"));
        let folder =
            folder.ok_or_else(|| Failure::new("There is no home directory.", "Set HOME or XDG_STATE_HOME."))?;
        let (path, failed) = self.live.collect(target, image, &folder)?;
        Ok((self.import(&path, None)?, failed))
    }

    #[cfg(not(feature = "live"))]
    fn collect(&self, _: &Target, _: &str) -> Result<(Imported, Vec<String>), Failure> {
        Err(Failure::new("This build reaches no cluster.", "Apply what is shown, and :import what its logs hold."))
    }

    fn configure(&self, config: Config) {
        *self.config.lock().unwrap_or_else(PoisonError::into_inner) = config;
    }

    fn export(&self, report: &Report, rows: &[usize], path: Option<&Path>) -> Result<PathBuf, Failure> {
        let part = Report { findings: report.findings.select(rows), ..report.clone() };
        let id = self.settings(report.cluster.context.as_deref()).cluster_id;
        let path = path.map_or_else(|| exports::file_name(report, "csv"), Path::to_path_buf);
        let written = crate::store::write_private_with(&path, |out| exports::csv(&part, id.as_deref(), out));
        written.map_err(|error| {
            failed(&format!("{} cannot be written", path.display()), error, "Name another file: :export FILE")
        })?;
        Ok(path)
    }

    fn answer(&self, target: &Target, question: &Question) -> Result<Answer, Failure> {
        self.desk.answer(target, question)
    }

    fn activity(&self, target: &Target, after: u64) -> Result<Activity, Failure> {
        #[cfg(feature = "live")]
        if target.origin == Origin::Cluster {
            return self.live.activity(target, after, |kind| self.desk.count(target, kind));
        }
        let _ = after;
        let what = if target.origin == Origin::Demo { "The demo is inside the program" } else { "Files are read" };
        Err(Failure::new(format!("{what}: no cluster is asked anything."), ":ctx chooses a cluster."))
    }

    fn login(&self, target: &Target) -> Result<Login, Failure> {
        #[cfg(feature = "live")]
        if target.origin == Origin::Cluster {
            return self.live.login(target);
        }
        let _ = target;
        Err(Failure::new("No cluster is asked anything here.", ":ctx chooses a cluster."))
    }

    fn cancel(&self, target: &Target, kind: &str) {
        #[cfg(feature = "live")]
        self.live.cancel(target, kind);
        let _ = (target, kind);
    }

    fn facts(&self, target: &Target) -> Result<Facts, Failure> {
        self.desk.facts(target)
    }

    fn prepare(&self, book: Book) -> Prepared {
        self.desk.prepare(book)
    }

    fn record(&self, target: &Target, change: &Change) -> Result<Recorded, Refused> {
        self.keep(target, change)
    }

    fn undo(&self, target: &Target, done: &Done) -> Result<Recorded, Failure> {
        self.take_back(target, done)
    }
}

fn names_of_nodes(inventory: &Inventory) -> (Version, Vec<String>) {
    (inventory.version, inventory.nodes.keys().map(|(_, name)| name.to_string()).collect())
}

/// Names of the namespaces that were read.
pub(super) fn namespaces(inventory: &Inventory) -> Vec<Arc<str>> {
    inventory.namespaces.values().map(|namespace| namespace.meta.name.as_str().into()).collect()
}

/// Fields of an object that hold what a credential check matched.
fn credentials(object: &Value) -> Vec<FieldPath> {
    let mut found = crate::checks::container::env_literal_credential::credentials(object);
    found.extend(crate::checks::configmap::credentials::credentials(object));
    found
}

/// Lines of each evidence, of its field or of what should hold it, and whether something else stands there now.
fn mark(document: &mut Document, finding: &Finding) {
    let Some(positions) = Positions::of(&document.text) else { return };
    let object = positions.object(&finding.resource);
    let value = yaml::parse(&document.text).map(|parsed| parsed.value).unwrap_or_default();
    let mut changed = false;
    for evidence in &finding.paths {
        let path = object.join(&evidence.path);
        let span = positions.locate(&path);
        let span = span.unwrap_or(Span { line: 1, column: 1, end_line: 1, end_column: 1, exact: false });
        changed |= is_changed(&path, evidence, &value);
        document.marks.push(Mark {
            first: span.line.saturating_sub(1),
            last: span.end_line.saturating_sub(1).max(span.line.saturating_sub(1)),
            // The whole object is no field of it.
            exact: span.exact && !evidence.path.is_root(),
        });
    }
    let file_line = finding.paths.first().and_then(|evidence| evidence.line);
    let first = document.marks.first().map(|mark| mark.first + 1);
    document.above = file_line.zip(first).map_or(0, |(file, own)| file.saturating_sub(own));
    if changed {
        document.note = Some("Changed since it was read: :rescan checks again.".to_owned());
    }
}

/// Whether something else stands there than what was read: another flag or number, or the list item is gone. A check
/// may give the value in force where the field is not set, or say a word, so that nothing else tells of a change.
fn is_changed(path: &FieldPath, evidence: &Evidence, value: &Value) -> bool {
    let plain = |value: &Value| value.is_boolean() || value.is_number();
    let now = path.resolve(value);
    let other = now.is_some_and(|now| plain(now) && plain(&evidence.actual) && *now != evidence.actual);
    let mut around = Some(path.clone());
    while let Some(path) = &around {
        if matches!(path.steps().last(), Some(Step::Item { key: Some(_), .. })) {
            break;
        }
        around = path.parent();
    }
    // Paths that begin outside of the object (`policies[…]`) have no list in it.
    let list = |item: &FieldPath| item.parent().is_some_and(|list| list.resolve(value).is_some_and(Value::is_array));
    other || around.is_some_and(|item| list(&item) && item.resolve(value).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FindingStatus;

    fn sources() -> Sources {
        Sources {
            packs: crate::frameworks::embedded().unwrap(),
            gaps: Vec::new(),
            selection: Selection::default(),
            files: Vec::new(),
            config: Mutex::default(),
            allowed: Vec::new(),
            role: |_| String::new(),
            desk: Desk::default(),
            records: Box::new(|_| RecordPaths::default()),
            current: None,
            #[cfg(feature = "live")]
            live: super::super::live::Live::default(),
        }
    }

    fn demo() -> Target {
        Target { origin: Origin::Demo, ..Target::default() }
    }

    #[test]
    fn a_credential_is_in_no_document_and_no_fix() {
        let sources = sources();
        let (inventory, _) = demo::load();
        let editions = sources.editions(inventory.version).unwrap();
        let report = sources.evaluate(&mut Engine::default(), &inventory, &editions, &now(), None).unwrap();
        let with = |f: &Finding| f.check == "container.env-literal-credential" && f.source.is_some();
        let mut seen = 0;
        for leak in report.findings.iter().filter(with) {
            let object = sources.object(&demo(), &leak).unwrap().object;
            let secret = leak.paths[0].path.resolve(&object).and_then(Value::as_str).unwrap().to_owned();
            for finding in report.findings.iter().filter(|f| f.resource == leak.resource) {
                let document = sources.yaml(&demo(), &finding).unwrap();
                assert!(document.text.contains(yaml::MASK) && !document.text.contains(&secret));
                let fix = sources.remedy(&demo(), &finding).unwrap();
                assert!(!format!("{fix:?} {finding:?}").contains(&secret), "{}", finding.check);
                seen += 1;
            }
        }
        assert!(seen > 5, "{seen}");
    }

    #[test]
    fn what_changed_since_it_was_read_is_told() {
        let path = FieldPath::of("spec.containers").named(0, "app").fields("securityContext.privileged");
        let evidence = Evidence { path: path.clone(), actual: true.into(), expected: "false".into(), line: None };
        let changed = |object: Value| is_changed(&path, &evidence, &object);
        let container = |name: &str, privileged: bool| serde_json::json!({"spec": {"containers": [{"name": name, "securityContext": {"privileged": privileged}}]}});
        assert!(!changed(container("app", true)));
        assert!(changed(container("app", false)), "another value");
        assert!(changed(container("other", true)), "its container is gone");
        assert!(!changed(serde_json::json!({"kind": "Namespace"})), "a path that begins outside of the object");
    }

    #[test]
    fn every_finding_of_the_demo_opens_at_its_field() {
        let sources = sources();
        let (inventory, _) = demo::load();
        let editions = sources.editions(inventory.version).unwrap();
        let report = sources.evaluate(&mut Engine::default(), &inventory, &editions, &now(), None).unwrap();
        let mut opened = 0;
        for finding in report.findings.iter().filter(|f| f.status == FindingStatus::Fail && f.source.is_some()) {
            let document = sources.yaml(&demo(), &finding).unwrap();
            assert_eq!(document.marks.len(), finding.paths.len());
            let said = format!("{} on {}: {}", finding.check, finding.resource, document.text);
            assert_eq!(document.note, None, "{said}");
            let first = document.marks.first().unwrap();
            assert!(first.last < document.text.lines().count() && first.first <= first.last, "{said}");
            opened += 1;
            sources.remedy(&demo(), &finding).unwrap();
        }
        assert!(opened > 100, "{opened}");
    }
}
