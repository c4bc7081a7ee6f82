//! What comes in: keys, what a scan says, answers to effects.

use super::form::FieldName;
use super::{Arranged, Book, Done, Folded, Key, Target};
use crate::inventory::nodes::NodeRow;
use crate::inventory::{Answer, Facts, Question};
use crate::model::{Activity, Date, Report};
use std::path::PathBuf;
use std::sync::Arc;

/// Something went wrong: what, in one sentence, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What failed, a sentence.
    pub what: String,
    /// What the user can do, a sentence.
    pub todo: String,
    /// Whether the login program of the context's user may help.
    pub login: bool,
}

impl Failure {
    /// From both sentences.
    pub fn new(what: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { what: what.into(), todo: todo.into(), login: false }
    }
}

/// How far the reading of one kind has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Resource as in URLs: `pods`.
    pub kind: Arc<str>,
    /// Objects so far.
    pub count: usize,
    /// Nothing more will come in the first pass.
    pub done: bool,
}

/// How results are kept true after the first pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// They are as of their time.
    #[default]
    None,
    /// Every kind is watched.
    Live,
    /// Some kinds cannot be watched: they are as of when they were read.
    Partly {
        /// Clock time of that.
        since: Arc<str>,
        /// How many kinds.
        kinds: usize,
        /// Why, of one of them.
        why: Arc<str>,
    },
    /// Some kinds are not watched any more.
    Lost {
        /// Clock time since when.
        since: Arc<str>,
        /// How many kinds.
        kinds: usize,
        /// Why, of one of them.
        why: Arc<str>,
    },
}

/// What a scan says while it runs.
#[derive(Clone, Debug)]
pub enum ScanEvent {
    /// How many kinds will be read.
    Planned(usize),
    /// A kind moved on.
    Progress(Progress),
    /// All results so far; the last one before [`ScanEvent::Finished`] is complete.
    Report(Arc<Report>),
    /// The nodes, as far as they are known.
    Nodes(Vec<NodeRow>),
    /// Something worth telling that is no failure.
    Note(String),
    /// The records of people cannot be read, and count for nothing; None: they can.
    Records(Option<Failure>),
    /// The first pass is over.
    Finished,
    /// How results are kept true after the first pass.
    Link(Link),
    /// It cannot go on.
    Failed(Failure),
}

/// A resource as text, to be shown with its fields marked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// YAML, as read; credentials are masked before it gets here.
    pub text: Arc<str>,
    /// One entry per evidence of the finding, in its order.
    pub marks: Vec<Mark>,
    /// Lines of the file before this document.
    pub above: usize,
    /// Where it was read: `GET /apis/apps/v1/…` or `file.yaml, document 3`.
    pub origin: String,
    /// resourceVersion and time for live objects, where known.
    pub version: Option<String>,
    /// What controls the object directly: `ReplicaSet web-7c9`.
    pub controller: Option<String>,
    /// What deployed it and undoes what is changed by hand: `Helm (release web)`.
    pub manager: Option<String>,
    /// Who wrote the field at fault, or what should hold it, a sentence; None: it is not written down.
    pub writers: Option<String>,
    /// Said above it: `changed since read`, masked values …
    pub note: Option<String>,
}

/// Lines of a [`Document`] that an evidence points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// First line, from 0.
    pub first: usize,
    /// Last line, from 0.
    pub last: usize,
    /// False: the field is not there, and these lines are what should hold it.
    pub exact: bool,
}

/// A fix, ready to be read and copied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemedyText {
    /// The change as YAML: a patch, or an object to create. Empty: advice only.
    pub yaml: String,
    /// The change as a unified diff of the object. Empty: nothing to compare with.
    pub diff: String,
    /// The resource as it would be, without what the API server writes. Empty: nothing to change.
    pub whole: String,
    /// The command that applies it.
    pub command: Option<String>,
    /// Who owns the field: `Managed by Argo CD (app monitoring): change it there`.
    pub manager: Option<String>,
    /// Why there is no change, where there is none.
    pub note: Option<String>,
}

/// A context of the kubeconfig.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextInfo {
    /// Name.
    pub name: Arc<str>,
    /// Cluster, server or other note beside it.
    pub cluster: Arc<str>,
    /// Its default namespace.
    pub namespace: Option<Arc<str>>,
    /// The one that is current in the kubeconfig.
    pub current: bool,
}

/// What a path tells of nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The path.
    pub path: PathBuf,
    /// The node that was named beside it.
    pub node: Option<Arc<str>>,
    /// The nodes that it tells of.
    pub nodes: Vec<Arc<str>>,
}

/// What the machine says for a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// Which file.
    pub book: Book,
    /// The day, in UTC.
    pub today: Date,
    /// The user, by git's configuration.
    pub user: Option<String>,
    /// The file, as people write it; None: there is no place for it.
    pub file: Option<String>,
    /// Whether it lies in a git repository.
    pub shared: bool,
}

/// A record that was written or taken back.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// What it takes to take it back.
    pub done: Option<Done>,
    /// A sentence.
    pub said: String,
    /// Why records count for nothing.
    pub problem: Option<Failure>,
    /// What was read of this target, judged anew.
    pub report: Option<(Target, Arc<Report>)>,
}

/// Why a record was not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What failed.
    pub failure: Failure,
    /// The field that is to blame.
    pub field: Option<FieldName>,
}

/// The configuration, as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configured {
    /// What was laid down for the terminal.
    pub profiles: super::Profiles,
    /// Themes that there are.
    pub themes: Vec<String>,
    /// What was ignored, a sentence each.
    pub ignored: Vec<String>,
}

/// Everything that can happen.
#[derive(Clone, Debug)]
pub enum Msg {
    /// A key was pressed.
    Key(Key),
    /// Text was pasted.
    Paste(String),
    /// The window has a new size: columns, rows.
    Resize(u16, u16),
    /// An answer about this target; it is dropped where another one is looked at by now.
    About(Target, Box<Msg>),
    /// Scan number and what it says; those of an older scan are dropped.
    Scan(u64, ScanEvent),
    /// Answer to [`super::Effect::LoadYaml`]: fingerprint and document.
    Yaml(Arc<str>, Result<Document, Failure>),
    /// Answer to [`super::Effect::LoadRemedy`].
    Remedy(Arc<str>, Result<RemedyText, Failure>),
    /// Answer to [`super::Effect::LoadRole`].
    Role(Result<String, Failure>),
    /// Answer to [`super::Effect::Import`].
    Imported(Result<Imported, Failure>),
    /// Answer to [`super::Effect::LoadCollector`]: the image, and what would be created.
    Collector(String, Result<String, Failure>),
    /// Answer to [`super::Effect::Collect`]: what came of it, and what was said of the nodes of which nothing came.
    Collected(Result<(Imported, Vec<String>), Failure>),
    /// Answer to [`super::Effect::Export`]: path and number of rows.
    Exported(Result<(PathBuf, usize), Failure>),
    /// Answer to [`super::Effect::Save`]: what was saved, and where.
    Saved(&'static str, Result<PathBuf, Failure>),
    /// Answer to [`super::Effect::Edit`]: the copy, where it was changed and is kept.
    Edited(Result<Option<PathBuf>, Failure>),
    /// Answer to [`super::Effect::Login`].
    LoggedIn(Result<(), Failure>),
    /// Answer to [`super::Effect::Copy`]: what was copied, and by which way.
    Copied(String, Result<String, Failure>),
    /// Answer to [`super::Effect::ListContexts`].
    Contexts(Result<Vec<ContextInfo>, Failure>),
    /// Answer to [`super::Effect::ListNamespaces`].
    Namespaces(Result<Vec<Arc<str>>, Failure>),
    /// Answer to [`super::Effect::Ask`].
    Answered(Question, Result<Answer, Failure>),
    /// Answer to [`super::Effect::LoadActivity`].
    Activity(Result<Activity, Failure>),
    /// Answer to [`super::Effect::Arrange`], with its number.
    Arranged(u64, Arranged),
    /// Answer to [`super::Effect::Fold`], with its number.
    Folded(u64, Box<Folded>),
    /// Answer to [`super::Effect::LoadFacts`].
    Facts(Result<Facts, Failure>),
    /// Answer to [`super::Effect::Prepare`].
    Prepared(Prepared),
    /// Answer to [`super::Effect::Record`].
    Recorded(Box<Result<Recorded, Refused>>),
    /// Answer to [`super::Effect::Undo`].
    Undone(Box<Result<Recorded, Failure>>),
    /// Answer to [`super::Effect::SetTheme`]: its name.
    Theme(Result<String, Failure>),
    /// The mouse did something.
    Mouse(super::Mouse),
    /// Answer to [`super::Effect::Reload`], and said when a file has changed.
    Configured(Box<Configured>),
}
