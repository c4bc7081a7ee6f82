//! Where people's records are read and written, and what was read of the cluster is judged anew by them.

use super::source::Sink;
use super::sources::Sources;
use crate::app::{Book, Change, Done, Failure, FieldName, Origin, Prepared, Recorded, Refused, Target};
use crate::engine::{Decisions, Engine};
use crate::frameworks::Edition;
use crate::inventory::{Answer, Facts, Inventory, Medium, Question};
use crate::model::{Attachment, Attestation, Report, WaiverRecord};
use crate::sources::files;
use crate::store::{self, ChangeError, Changed, Record, RecordPaths};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The files of records, what stands in them, and what was read last.
#[derive(Debug, Default)]
pub struct Desk {
    paths: Mutex<RecordPaths>,
    decisions: Mutex<Arc<Decisions>>,
    held: Mutex<Option<Held>>,
}

/// A target as it was read, to be judged anew when a record changes.
#[derive(Debug)]
pub(super) struct Held {
    pub target: Target,
    pub inventory: Inventory,
    pub editions: Vec<Edition>,
    pub engine: Engine,
    pub started: Arc<str>,
    pub finished: Arc<str>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl From<ChangeError> for Failure {
    fn from(error: ChangeError) -> Self {
        let todo = match &error {
            ChangeError::Wrong(_) => "Mend the file: until then no record in it counts, and nothing is written to it.",
            ChangeError::Unreadable(..) | ChangeError::Unwritable(..) => "See who may read and write it.",
            ChangeError::Gone(_) => ":rescan reads everything again.",
            ChangeError::Rigid(_) | ChangeError::Changed(_) => "Nothing was written.",
        };
        // the first of many is enough to begin with
        let what = error.to_string().lines().next().unwrap_or_default().to_owned();
        Self::new(format!("{}.", what.trim_end_matches('.')), todo)
    }
}

impl Desk {
    /// With these files.
    pub fn new(paths: RecordPaths) -> Self {
        Self { paths: Mutex::new(paths), ..Self::default() }
    }

    /// Uses these files from here on: every context may have its own.
    pub(super) fn look_in(&self, paths: RecordPaths) {
        *locked(&self.paths) = paths;
    }

    fn paths(&self) -> RecordPaths {
        locked(&self.paths).clone()
    }

    /// The records as they were read last.
    pub(super) fn decisions(&self) -> Arc<Decisions> {
        locked(&self.decisions).clone()
    }

    /// Reads both files. A file that cannot be read counts for nothing, and says so.
    pub(super) fn read(&self) -> Result<(), Failure> {
        let RecordPaths { waivers, attestations } = self.paths();
        let (waivers, attestations) =
            (of::<WaiverRecord>(waivers.as_deref()), of::<Attestation>(attestations.as_deref()));
        let (waivers, attestations, problem) = match (waivers, attestations) {
            (Ok(waivers), Ok(attestations)) => (waivers, attestations, None),
            (Err(error), other) => (Vec::new(), other.unwrap_or_default(), Some(error)),
            (Ok(waivers), Err(error)) => (waivers, Vec::new(), Some(error)),
        };
        *locked(&self.decisions) = Arc::new(Decisions::new(waivers, attestations));
        problem.map_or(Ok(()), |error| Err(error.into()))
    }

    /// Keeps what was read, where somebody still wants that scan: the next one holds only after this one is unwanted.
    pub(super) fn hold(&self, held: Held, sink: &Sink) {
        let mut slot = locked(&self.held);
        if sink.is_open() {
            // what was looked at before goes, and takes its specs along
            slot.insert(held).inventory.sweep();
        }
    }

    /// Changes what is kept; nothing where something else is looked at by now.
    pub(super) fn change(
        &self,
        sink: &Sink,
        change: impl FnOnce(&mut Held) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut slot = locked(&self.held);
        if sink.is_open() { slot.as_mut().map_or(Ok(()), change) } else { Ok(()) }
    }

    /// Answers a question from what was read of a target.
    pub(super) fn answer(&self, target: &Target, question: &Question) -> Result<Answer, Failure> {
        let held = locked(&self.held);
        let held = held.as_ref().filter(|held| held.target == *target);
        let unread = || Failure::new("The cluster is still being read.", "The answer comes when that is done.");
        held.map(|held| held.inventory.answer(question, now(target, &held.inventory))).ok_or_else(unread)
    }

    /// Labels and ages of what was read of a target.
    pub(super) fn facts(&self, target: &Target) -> Result<Facts, Failure> {
        let held = locked(&self.held);
        let held = held.as_ref().filter(|held| held.target == *target);
        let unread = || Failure::new("Labels are not known yet.", "They are when the cluster was read.");
        held.map(|held| held.inventory.facts(now(target, &held.inventory))).ok_or_else(unread)
    }

    /// How many objects of a kind a target has, where that is kept.
    pub(super) fn count(&self, target: &Target, kind: crate::inventory::Kind) -> Option<usize> {
        let held = locked(&self.held);
        held.as_ref().filter(|held| held.target == *target).map(|held| held.inventory.count(kind))
    }

    fn path(&self, book: Book) -> Option<PathBuf> {
        match book {
            Book::Waivers => self.paths().waivers,
            Book::Attestations => self.paths().attestations,
        }
    }

    /// The day, the user and the file.
    pub(super) fn prepare(&self, book: Book) -> Prepared {
        let path = self.path(book);
        let path = path.as_deref();
        Prepared {
            book,
            today: jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date(),
            user: git_user(path),
            file: path.map(store::shortened),
            shared: path.is_some_and(store::is_in_repository),
        }
    }

    /// Writes a record.
    fn write(&self, change: &Change) -> Result<Changed, Refused> {
        let book = match change {
            Change::Waive(_) | Change::WaiveMarked(_) | Change::Unwaive(_) => Book::Waivers,
            Change::Attest(..) | Change::Withdraw(_) => Book::Attestations,
        };
        let refused = |failure| Refused { failure, field: None };
        let nowhere = || {
            let todo = "Name a file when you start plimsoll: --waivers FILE, --attestations FILE.";
            refused(Failure::new("There is no place for it: no home directory is set.", todo))
        };
        let path = self.path(book).ok_or_else(nowhere)?;
        let path = path.as_path();
        let changed = match change {
            Change::Waive(record) => store::change(path, Some(record), |known: &WaiverRecord| known.is_about(record)),
            Change::WaiveMarked(records) => all(path, records),
            Change::Unwaive(record) => store::change(path, None, |known: &WaiverRecord| known.is_about(record)),
            Change::Attest(record, files) => {
                let record = Attestation { attachments: attachments(files)?, ..record.clone() };
                store::change(path, Some(&record), |_| false)
            }
            Change::Withdraw(record) => store::change(path, None, |known: &Attestation| known == record),
        };
        changed.map_err(|error| refused(error.into()))
    }
}

/// What ages are reckoned from: the time; of the demo, which stands still, its own.
fn now(target: &Target, inventory: &Inventory) -> i64 {
    match target.origin {
        Origin::Demo => inventory.newest(),
        Origin::Cluster | Origin::Files => jiff::Timestamp::now().as_second(),
    }
}

/// The records of a file; none where there is no file, or no place for one.
fn of<T: Record>(path: Option<&Path>) -> Result<Vec<crate::model::Placed<T>>, ChangeError> {
    path.map_or_else(|| Ok(Vec::new()), store::load)
}

/// Writes several waivers as one change: all of them or none.
fn all(path: &Path, records: &[WaiverRecord]) -> Result<Changed, ChangeError> {
    let mut whole: Option<Changed> = None;
    for record in records {
        match store::change(path, Some(record), |known: &WaiverRecord| known.is_about(record)) {
            Ok(changed) => {
                let before = whole.map_or(changed.before, |first| first.before);
                whole = Some(Changed { before, ..changed });
            }
            Err(error) => {
                // of what is half done nothing stays; where that fails, the file tells what counts
                let _ = whole.as_ref().map(store::undo);
                return Err(error);
            }
        }
    }
    whole.ok_or_else(|| ChangeError::Gone(path.display().to_string()))
}

/// The address in git's configuration, as it is where the file lies.
fn git_user(path: Option<&Path>) -> Option<String> {
    let folder = path.and_then(|path| path.ancestors().find(|folder| folder.is_dir()));
    let mut git = Command::new("git");
    git.args(["config", "--get", "user.email"]).stdin(Stdio::null()).stderr(Stdio::null());
    if let Some(folder) = folder {
        git.current_dir(folder);
    }
    let output = git.output().ok().filter(|output| output.status.success())?;
    let user = String::from_utf8(output.stdout).ok()?;
    Some(user.trim().to_owned()).filter(|user| !user.is_empty())
}

/// The files that were looked at, by name and digest.
fn attachments(files: &[PathBuf]) -> Result<Vec<Attachment>, Refused> {
    let attachment = |path: &PathBuf| {
        let path = store::paths::expanded(path);
        let digest = sha256(&path).map_err(|error| Refused {
            failure: Failure::new(format!("{}: {}", path.display(), plainly(&error)), ""),
            field: Some(FieldName::Attachments),
        })?;
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        Ok(Attachment { name: name.as_ref().into(), sha256: digest.into() })
    };
    files.iter().map(attachment).collect()
}

/// Without the system's number.
fn plainly(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

fn sha256(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "not a file"));
    }
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        let read = file.read(&mut buffer)?;
        match buffer.get(..read) {
            Some(bytes) if read > 0 => hash.update(bytes),
            _ => break,
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

impl Sources {
    /// Writes a record, and judges what was read of the target by it.
    pub(super) fn keep(&self, target: &Target, change: &Change) -> Result<Recorded, Refused> {
        let changed = self.desk.write(change)?;
        let file = store::shortened(&changed.path);
        let (what, said) = match change {
            Change::Waive(record) => {
                (format!("the waiver of {}", record.subject()), format!("Waived until {}, in {file}.", record.expires))
            }
            Change::WaiveMarked(records) => {
                let until = records.first().map(|record| record.expires.to_string()).unwrap_or_default();
                let count = records.len();
                (format!("{count} waivers"), format!("Waived {count} failures until {until}, in {file}."))
            }
            Change::Unwaive(record) => (
                format!("taking away the waiver of {}", record.subject()),
                format!("No longer waived: taken out of {file}."),
            ),
            Change::Attest(record, _) => (
                format!("the attestation of {}", record.subject()),
                format!("Attested until {}, in {file}.", record.valid_until),
            ),
            Change::Withdraw(record) => (
                format!("withdrawing the attestation of {}", record.subject()),
                format!("Attested no longer: taken out of {file}."),
            ),
        };
        let Changed { path, before, after } = changed;
        let done = Done { what, file: path, before, after };
        let (problem, report) = self.judge(target);
        Ok(Recorded { done: Some(done), said, problem, report })
    }

    /// Takes a record back.
    pub(super) fn take_back(&self, target: &Target, done: &Done) -> Result<Recorded, Failure> {
        let Done { what, file, before, after } = done.clone();
        store::undo(&Changed { path: file.clone(), before, after })?;
        let said = format!("Taken back: {what}. {} is as it was before.", store::shortened(&file));
        let (problem, report) = self.judge(target);
        Ok(Recorded { done: None, said, problem, report })
    }

    /// What is wrong with the records now, and what was read of the target last, judged by them; None: there is
    /// nothing of it yet.
    fn judge(&self, target: &Target) -> (Option<Failure>, Option<(Target, Arc<Report>)>) {
        let problem = problem(&self.desk);
        let mut held = locked(&self.desk.held);
        let held = held.as_mut().filter(|held| held.target == *target);
        let report = held.and_then(|held| self.report_of(held).ok());
        (problem, report.map(|report| (target.clone(), Arc::new(report))))
    }

    /// The report of what was read.
    pub(super) fn report_of(&self, held: &mut Held) -> Result<Report, Failure> {
        let Held { inventory, editions, engine, started, finished, .. } = held;
        let mut report = self.evaluate(engine, inventory, editions, started, Some(finished.clone()))?;
        if inventory.medium == Medium::Files {
            files::fill_lines(&mut report);
        }
        Ok(report)
    }
}

/// Reads the records anew, before a scan. What is wrong with them does not stop it.
pub(super) fn problem(desk: &Desk) -> Option<Failure> {
    desk.read().err().map(|failure| Failure::new(format!("No record counts: {}", failure.what), failure.todo))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{Msg, ScanEvent};
    use crate::model::FindingStatus;
    use std::fs;

    /// Scans the demo as the terminal does; the last report, and what was said of the records.
    fn scan(sources: &Sources) -> (Report, Option<Failure>) {
        use crate::runtime::source::{Sink, Source};
        let (messages, mut received) = tokio::sync::mpsc::unbounded_channel();
        let current = tokio::sync::watch::Sender::new(1);
        sources.scan(&demo(), &Sink::new(1, messages, current.subscribe())).unwrap();
        let (mut report, mut problem) = (None, None);
        while let Ok(message) = received.try_recv() {
            match message {
                Msg::Scan(_, ScanEvent::Report(last)) => report = Some(last),
                Msg::Scan(_, ScanEvent::Records(said)) => problem = said,
                _ => {}
            }
        }
        (Report::clone(&report.unwrap()), problem)
    }

    fn demo() -> Target {
        Target { origin: Origin::Demo, ..Target::default() }
    }

    fn sources(folder: &Path) -> Sources {
        let file = |name: &str| Some(folder.join(name));
        Sources {
            gaps: Vec::new(),
            packs: crate::frameworks::embedded().unwrap(),
            selection: crate::engine::Selection { frameworks: vec!["cis".into()], ..Default::default() },
            files: Vec::new(),
            config: Mutex::default(),
            allowed: Vec::new(),
            role: |_| String::new(),
            desk: Desk::default(),
            records: {
                let paths = RecordPaths { waivers: file("waivers.yaml"), attestations: file("attestations.yaml") };
                Box::new(move |_| paths.clone())
            },
            current: None,
            #[cfg(feature = "live")]
            live: crate::runtime::live::Live::default(),
        }
    }

    fn waiver(report: &Report) -> (Arc<str>, WaiverRecord) {
        let failing = report.findings.iter().find(|f| f.status == FindingStatus::Fail).unwrap();
        let record = WaiverRecord {
            check: failing.check.into(),
            resource: failing.owner.clone(),
            container: failing.container.clone(),
            reason: "r".into(),
            owner: "ana".into(),
            approved_by: "bo".into(),
            ticket: "t".into(),
            expires: crate::model::parse_day("2999-12-31").unwrap(),
        };
        (failing.fingerprint.clone(), record)
    }

    fn status(report: &Report, fingerprint: &str) -> FindingStatus {
        report.findings.iter().find(|f| *f.fingerprint == *fingerprint).unwrap().status
    }

    #[test]
    fn a_record_counts_at_once_and_can_be_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let sources = sources(folder.path());
        let (before, problem) = scan(&sources);
        assert_eq!(problem, None);
        let (fingerprint, record) = waiver(&before);
        let kept = sources.keep(&demo(), &Change::Waive(record.clone())).unwrap();
        let (target, report) = kept.report.unwrap();
        assert_eq!((target, status(&report, &fingerprint)), (demo(), FindingStatus::Waived));
        assert_eq!(report.finished, before.finished, "nothing was read anew");
        let other = Target { namespaces: vec!["shop".into()], ..demo() };
        let gone = sources.keep(&other, &Change::Unwaive(record)).unwrap();
        assert!(gone.report.is_none(), "of another target nothing is known");
        assert_eq!(status(&scan(&sources).0, &fingerprint), FindingStatus::Fail);
        let back = sources.take_back(&demo(), &gone.done.unwrap()).unwrap();
        assert_eq!(status(&back.report.unwrap().1, &fingerprint), FindingStatus::Waived);
        sources.take_back(&demo(), &kept.done.unwrap()).unwrap();
        assert!(!folder.path().join("waivers.yaml").exists(), "there was no file before");
        assert_eq!(scan(&sources).0.findings, before.findings);
    }

    #[test]
    fn a_file_that_is_wrong_counts_for_nothing_and_is_not_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("waivers.yaml");
        fs::write(&file, "- check: container.privileged\n").unwrap();
        let sources = sources(folder.path());
        let (report, problem) = scan(&sources);
        let said = problem.unwrap();
        assert!(said.what.contains("waivers.yaml:1:3: `resource` is missing"), "{said:?}");
        let refused = sources.keep(&demo(), &Change::Waive(waiver(&report).1)).unwrap_err();
        assert!(refused.failure.what.contains("waivers.yaml:1:3") && refused.field.is_none(), "{refused:?}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "- check: container.privileged\n");
    }

    #[test]
    fn attachments_are_known_by_their_digest() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("review.txt");
        fs::write(&file, "abc").unwrap();
        let known = attachments(std::slice::from_ref(&file)).unwrap();
        assert_eq!(&*known[0].name, "review.txt");
        assert_eq!(&*known[0].sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let refused = attachments(&[folder.path().join("nosuch")]).unwrap_err();
        assert_eq!(refused.field, Some(FieldName::Attachments));
        assert!(refused.failure.what.contains("nosuch"), "{refused:?}");
        assert!(attachments(&[folder.path().to_path_buf()]).is_err(), "a folder has no digest");
    }
}
