//! What goes out: the runtime carries it out and answers with a [`super::Msg`].

use super::{Arrangement, Fold, ThemeChoice};
use crate::inventory::Question;
use crate::model::{Attestation, Finding, Report, WaiverRecord};
use std::any::Any;
use std::path::PathBuf;
use std::sync::Arc;

/// What kind of thing is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A cluster, through the kubeconfig.
    #[default]
    Cluster,
    /// Manifests named on the command line.
    Files,
    /// The demo cluster inside the program.
    Demo,
}

/// What to scan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// Cluster, files or demo.
    pub origin: Origin,
    /// Context; None: the current one.
    pub context: Option<Arc<str>>,
    /// Namespaces; empty: all that may be read.
    pub namespaces: Vec<Arc<str>>,
    /// Every kubelet is asked for its configuration: somebody said so.
    pub kubelets: bool,
    /// What was seen on nodes: paths, and of kube-bench's results the node.
    pub evidence: Vec<(PathBuf, Option<Arc<str>>)>,
}

/// A file of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Book {
    /// `waivers.yaml`.
    Waivers,
    /// `attestations.yaml`.
    Attestations,
}

/// What shall be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A failure may stand; it takes the place of a record about the same.
    Waive(WaiverRecord),
    /// Several failures may stand, for the same reason and time; all are recorded or none.
    WaiveMarked(Vec<WaiverRecord>),
    /// It may stand no longer.
    Unwaive(WaiverRecord),
    /// What was found of a control, and the files that were looked at.
    Attest(Attestation, Vec<PathBuf>),
    /// It is said no longer.
    Withdraw(Attestation),
}

/// What a record changed: enough to take it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// What it was, as in `the waiver of …`.
    pub what: String,
    /// The file.
    pub file: PathBuf,
    /// Its text before; None: it was not there.
    pub before: Option<String>,
    /// Its text since.
    pub after: String,
}

impl Target {
    /// Whether both are about the same objects, whatever else is known of them.
    pub fn is_same_place(&self, other: &Self) -> bool {
        (self.origin, &self.context, &self.namespaces) == (other.origin, &other.context, &other.namespaces)
    }
}

/// Work for the runtime.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Start a scan with this number; it replaces the one that runs.
    StartScan(u64, Target),
    /// Read the object of a finding as YAML.
    LoadYaml(Target, Box<Finding>),
    /// Work out the fix of a finding.
    LoadRemedy(Target, Box<Finding>),
    /// Work out the role that would close the gaps.
    LoadRole,
    /// See what a file or directory tells of nodes; of kube-bench's results the node may have to be named.
    Import(PathBuf, Option<Arc<str>>),
    /// Work out what would look at the nodes with this image.
    LoadCollector(Target, String),
    /// Look at the nodes with this image: create, read, remove.
    Collect(Target, String),
    /// Put text on the clipboard; the first says what it is.
    Copy(String, String),
    /// Write a text to the path, or to a new file of this name in the working directory: what it is, name, text, path.
    Save(&'static str, String, String, Option<PathBuf>),
    /// Open a copy of a text in an editor: its name, and the text.
    Edit(String, String),
    /// Run the login program of the target's user, with the terminal to itself.
    Login(Target),
    /// Write these findings (positions in the report) as CSV, to the path or to a new file in the working directory.
    Export(Arc<Report>, Vec<usize>, Option<PathBuf>),
    /// The contexts of the kubeconfig.
    ListContexts,
    /// The namespaces of the target.
    ListNamespaces(Target),
    /// Answer a question from what was read of the target.
    Ask(Target, Question),
    /// Say what is being done and was asked of the target, once that is another than at this revision; 0: at once.
    LoadActivity(Target, u64),
    /// Stop reading a kind of the target.
    CancelRead(Target, Arc<str>),
    /// Work out the rows of a long list; the number comes back with them.
    Arrange(u64, Box<Arrangement>),
    /// Work out what the screens need of many results.
    Fold(u64, Box<Fold>),
    /// Throw away what was shown before: of many things that takes time as well.
    Forget(Arc<dyn Any + Send + Sync>),
    /// Labels and ages of the target's objects.
    LoadFacts(Target),
    /// The day, the user and the file, for a form.
    Prepare(Book),
    /// Write a record, and judge what was read of the target by it.
    Record(Target, Box<Change>),
    /// Take a record back.
    Undo(Target, Box<Done>),
    /// Use the theme of this name.
    SetTheme(String),
    /// Use the theme that was laid down, without a word.
    UseTheme(ThemeChoice),
    /// Heed the mouse, or leave it to the terminal.
    SetMouse(bool),
    /// Read the configuration again.
    Reload,
    /// Give the terminal back until the job is continued.
    Suspend,
    /// Leave.
    Quit,
}
