//! What the terminal asks of the rest of the program.

use crate::app::{
    Book, Change, ContextInfo, Document, Done, Failure, Imported, Link, Msg, Prepared, Progress, Recorded, Refused,
    RemedyText, ScanEvent, Target,
};
use crate::config::Config;
use crate::inventory::nodes::NodeRow;
use crate::inventory::{Answer, Facts, Question};
use crate::model::{Activity, Finding, Report};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{mpsc, watch};

/// Where results come from. Every function may block; the runtime calls each on a thread of its own.
pub trait Source: Send + Sync + 'static {
    /// Scans, and says what it finds as it goes; returns when nothing more will come, or when the sink is closed. A
    /// source that goes on after its first pass says when that is over.
    ///
    /// # Errors
    /// Why it cannot go on, and what to do.
    fn scan(&self, target: &Target, sink: &Sink) -> Result<(), Failure>;

    /// The contexts to choose from.
    ///
    /// # Errors
    /// A kubeconfig that cannot be read.
    fn contexts(&self) -> Result<Vec<ContextInfo>, Failure>;

    /// The namespaces of a target.
    ///
    /// # Errors
    /// They may not be listed.
    fn namespaces(&self, target: &Target) -> Result<Vec<Arc<str>>, Failure>;

    /// The resource of a finding as YAML, credentials masked, with the lines of its evidence.
    ///
    /// # Errors
    /// It is gone, or cannot be read any more.
    fn yaml(&self, target: &Target, finding: &Finding) -> Result<Document, Failure>;

    /// The fix of a finding.
    ///
    /// # Errors
    /// It cannot be worked out.
    fn remedy(&self, target: &Target, finding: &Finding) -> Result<RemedyText, Failure>;

    /// The role to ask for, as YAML.
    ///
    /// # Errors
    /// It cannot be worked out.
    fn role(&self) -> Result<String, Failure>;

    /// What a path tells of nodes; of kube-bench's results the node may have to be named.
    ///
    /// # Errors
    /// It cannot be read, or is something else.
    fn import(&self, path: &Path, node: Option<&str>) -> Result<Imported, Failure>;

    /// What would look at the nodes of a target with this image.
    ///
    /// # Errors
    /// Its nodes cannot be listed.
    fn collector(&self, target: &Target, image: &str) -> Result<String, Failure>;

    /// Looks at the nodes of a target with this image: what came of it, and what was said of the others.
    ///
    /// # Errors
    /// Nothing came of it.
    fn collect(&self, target: &Target, image: &str) -> Result<(Imported, Vec<String>), Failure>;

    /// Takes settings that were read again; they hold from the next scan on.
    fn configure(&self, config: Config);

    /// Writes findings of a report (by position) as CSV, to the path or to a new file; returns the path.
    ///
    /// # Errors
    /// It cannot be written.
    fn export(&self, report: &Report, rows: &[usize], path: Option<&Path>) -> Result<PathBuf, Failure>;

    /// Answers a question from what was read of the target.
    ///
    /// # Errors
    /// Nothing was read of it yet.
    fn answer(&self, target: &Target, question: &Question) -> Result<Answer, Failure>;

    /// What is being done and was asked of the target: once that is another than at this revision; at 0 at once.
    ///
    /// # Errors
    /// Nothing is asked of such a target.
    fn activity(&self, target: &Target, after: u64) -> Result<Activity, Failure>;

    /// The login program of the target's user.
    ///
    /// # Errors
    /// There is none.
    fn login(&self, target: &Target) -> Result<Login, Failure>;

    /// Stops reading a kind of the target.
    fn cancel(&self, target: &Target, kind: &str);
    /// Labels and ages of what was read of the target.
    ///
    /// # Errors
    /// It is still being read.
    fn facts(&self, target: &Target) -> Result<Facts, Failure>;

    /// What a form has to know of this machine.
    fn prepare(&self, book: Book) -> Prepared;

    /// Writes a record, and judges what was read of the target by it.
    ///
    /// # Errors
    /// It cannot be written, or a field is to blame.
    fn record(&self, target: &Target, change: &Change) -> Result<Recorded, Refused>;

    /// Takes a record back.
    ///
    /// # Errors
    /// It cannot be written, or the file changed since.
    fn undo(&self, target: &Target, done: &Done) -> Result<Recorded, Failure>;
}

/// Takes what a login program wrote to standard output, or says what is wrong with that.
pub type TakeLogin = Box<dyn FnOnce(&[u8]) -> Result<(), String> + Send>;

/// A program that logs a user in.
pub struct Login {
    /// What to start; it gets the terminal.
    pub command: Command,
    /// What becomes of what it wrote.
    pub done: TakeLogin,
}

/// Where a scan sends what it finds.
#[derive(Clone, Debug)]
pub struct Sink {
    scan: u64,
    messages: mpsc::UnboundedSender<Msg>,
    current: watch::Receiver<u64>,
    finished: Arc<AtomicBool>,
}

impl Sink {
    pub(super) fn new(scan: u64, messages: mpsc::UnboundedSender<Msg>, current: watch::Receiver<u64>) -> Self {
        Self { scan, messages, current, finished: Arc::default() }
    }

    /// Whether anybody still wants this scan.
    pub fn is_open(&self) -> bool {
        *self.current.borrow() == self.scan && !self.messages.is_closed()
    }

    /// Waits until nobody wants this scan any more.
    pub async fn closed(&self) {
        let mut current = self.current.clone();
        // An error: the event loop is gone.
        let _ = current.wait_for(|scan| *scan != self.scan).await;
    }

    /// How many kinds will be read.
    pub fn planned(&self, kinds: usize) {
        self.send(ScanEvent::Planned(kinds));
    }

    /// A kind moved on.
    pub fn progress(&self, kind: &str, count: usize, done: bool) {
        self.send(ScanEvent::Progress(Progress { kind: kind.into(), count, done }));
    }

    /// What is wrong with the records of people; None: nothing.
    pub fn records(&self, problem: Option<Failure>) {
        self.send(ScanEvent::Records(problem));
    }

    /// All results so far.
    pub fn report(&self, report: Report) {
        self.send(ScanEvent::Report(Arc::new(report)));
    }

    /// The first pass is over, and more may come. Said once.
    pub fn finished(&self) {
        if !self.finished.swap(true, Ordering::Relaxed) {
            self.send(ScanEvent::Finished);
        }
    }

    /// How results are kept true from here on.
    pub fn link(&self, link: Link) {
        self.send(ScanEvent::Link(link));
    }

    /// The nodes.
    pub fn nodes(&self, nodes: Vec<NodeRow>) {
        self.send(ScanEvent::Nodes(nodes));
    }

    /// Something worth telling.
    pub fn note(&self, text: String) {
        self.send(ScanEvent::Note(text));
    }

    pub(super) fn send(&self, event: ScanEvent) {
        let _ = self.messages.send(Msg::Scan(self.scan, event));
    }
}
