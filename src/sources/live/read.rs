//! One reflector for every kind: watch-list where the server streams one, else a paged list, then a watch.

use super::config::{self, Flags};
use super::discovery::{self, Discovery, Served};
use super::errors::{ConnectError, Problem};
use super::follow::UNWATCHED;
use super::journal::{Entry, Journal};
use super::kubelets;
use super::link::{Link, Packed};
use super::pace::Pace;
use super::unpack::{Refused, Unpack};
use super::wire::{self, Event, Frames};
use crate::inventory::kinds::config::SECRET_TYPES;
use crate::inventory::{Inventory, Kind, Medium, Object, ReadState, Version};
use crate::model::{Cluster, GapReason, ObjectRef, Scope};
use crate::sources::{Change, Names, Part, Update};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use http_body_util::{BodyDataStream, BodyExt};
use kube::client::Body;
use kube::{Client, Config};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Sleep, sleep, timeout};

/// Objects handed over at once: few enough to be soon, many enough to be cheap.
const BATCH: usize = 128;
/// Objects a page, where the server cannot stream.
const PAGE: usize = 500;
/// Through a slow line: fewer round trips, and packed they are small.
const FAR_PAGE: usize = 1000;
/// Most bytes of an answer, unpacked. A page that holds more is asked for again in smaller ones; etcd refuses objects of more
/// than a few MiB.
const LIMIT: usize = 64 << 20;
/// Requests at a time in the first pass; kube speaks HTTP/1.1, a connection each.
const CONCURRENT: usize = 16;
/// Requests a second, after a burst: a user with rights in forty namespaces asks for each kind in each.
const QPS: u32 = 400;
/// How long everything else waits, in the terminal, for a first finding in what is read first. With all kinds at once, a
/// busy machine would need longer for it.
const HEAD_START: Duration = Duration::from_millis(150);
/// How often it is doubted that the server is far away.
const DOUBTS: usize = 2;
/// Attempts at a request that the server asked to repeat or that failed on its side.
const ATTEMPTS: u32 = 4;

/// Whether reading goes on after the first pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// One pass: for scans.
    Once,
    /// Then watch: for the terminal.
    Follow,
}

/// What the reading cost.
#[derive(Debug, Default)]
pub struct Stats {
    /// Requests sent, repeats included.
    pub requests: AtomicU64,
    /// Bytes of bodies received, as they came.
    pub bytes: AtomicU64,
    /// Times that the server asked to slow down (429) or failed on its side.
    pub backoffs: AtomicU64,
    /// Requests that waited for their turn: `--max-qps`.
    pub paced: AtomicU64,
}

/// A cluster that answered.
#[derive(Clone)]
pub struct Session {
    inner: Arc<Inner>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("server", &self.inner.server).finish_non_exhaustive()
    }
}

pub(super) struct Inner {
    client: Client,
    server: String,
    context: Option<String>,
    namespace: String,
    flags: Flags,
    version: Version,
    pub(super) stats: Arc<Stats>,
    /// Watch-list is off on this server: found out once, remembered for every kind.
    no_watch_list: AtomicBool,
    pub(super) slots: Semaphore,
    pace: Mutex<Pace>,
    pub(super) journal: Arc<Journal>,
    /// Kinds that somebody stopped reading.
    stopped: watch::Sender<BTreeSet<Kind>>,
    link: Link,
    /// Something that was read first was looked at.
    looked: Notify,
    log: Option<Mutex<File>>,
}

/// How the reason begins why a kind is not read that somebody stopped.
pub const CANCELLED: &str = "cancelled by you";

impl Session {
    /// Connects: reads the kubeconfig and asks the server for its version.
    ///
    /// # Errors
    /// Why the cluster cannot be used, and what to do.
    pub async fn connect(flags: &Flags) -> Result<Self, ConnectError> {
        let (mut config, context) = config::load(flags).await?;
        // retries are counted and shown: see `Inner::ask`
        config.default_retry = false;
        let has_program = config.auth_info.exec.is_some() || flags.credential.is_some();
        Self::open(flags, config, context)
            .await
            .map_err(|error| ConnectError { login: error.login && has_program, ..error })
    }

    async fn open(flags: &Flags, config: Config, context: Option<String>) -> Result<Self, ConnectError> {
        let server = config.cluster_url.to_string().trim_end_matches('/').to_owned();
        let namespace = config.default_namespace.clone();
        let client = client(config, &server)?;
        let mut inner = Inner {
            client,
            server,
            context,
            namespace,
            flags: flags.clone(),
            version: Version::NEWEST,
            stats: Arc::default(),
            no_watch_list: AtomicBool::new(false),
            slots: Semaphore::new(CONCURRENT),
            pace: Mutex::new(Pace::new(flags.max_qps.unwrap_or(QPS))),
            journal: Arc::default(),
            stopped: watch::Sender::default(),
            link: Link::new(flags.packed),
            looked: Notify::new(),
            log: flags.request_log.as_deref().map(open_log).transpose()?,
        };
        let asked = Instant::now();
        let body = inner.get("/version", "application/json").await;
        inner.link.answered(asked.elapsed(), true);
        let body = body.map_err(|problem| problem.into_connect_error(&inner.server))?;
        let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
        let version = answer.get("gitVersion").and_then(Value::as_str).unwrap_or_default();
        inner.version = version.parse().map_err(|_| {
            ConnectError::new(
                format!("{} answers, but not as a Kubernetes API server: version {version:?}", inner.server),
                "Check the address of the cluster in the kubeconfig",
            )
        })?;
        // a server that is near and busy for a moment looks far: it is asked again before that is believed
        for _ in 0..DOUBTS {
            if inner.link.is_slow() && flags.packed == Packed::Auto {
                let _ = inner.get("/version", "application/json").await;
            }
        }
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Which cluster: context, address and version; the id follows with the namespaces.
    pub fn cluster(&self) -> Cluster {
        Cluster {
            context: self.inner.context.as_deref().map(Into::into),
            server: Some(self.inner.server.as_str().into()),
            version: Some(self.inner.version.to_string().into()),
            id: None,
        }
    }

    /// An empty inventory for this cluster and what was asked for.
    pub fn inventory(&self) -> Inventory {
        let mut inventory = Inventory::new(Medium::Cluster, self.inner.version);
        inventory.cluster = self.cluster();
        inventory.scope = self.scope();
        inventory
    }

    /// The server's version.
    pub fn version(&self) -> Version {
        self.inner.version
    }

    /// What the reading has cost so far.
    pub fn stats(&self) -> Arc<Stats> {
        self.inner.stats.clone()
    }

    /// What was asked of the server so far.
    pub fn journal(&self) -> Arc<Journal> {
        self.inner.journal.clone()
    }

    /// There is something to look at: what waited for that is read now.
    pub fn looked(&self) {
        self.inner.looked.notify_one();
    }

    /// Stops reading and watching a kind; a new session reads it again.
    pub fn cancel(&self, kind: Kind) {
        self.inner.stopped.send_if_modified(|kinds| kinds.insert(kind));
        self.inner.journal.touch();
    }

    /// Whether the line to the server is slow, so that lists come packed.
    pub fn is_far(&self) -> bool {
        self.inner.link.is_slow()
    }

    pub(super) fn inner(&self) -> &Inner {
        &self.inner
    }

    pub(super) fn client(&self) -> &Client {
        &self.inner.client
    }

    fn scope(&self) -> Scope {
        Scope {
            namespaces: self.inner.flags.namespaces.iter().map(|n| n.as_str().into()).collect(),
            selector: self.inner.flags.selector.as_deref().map(Into::into),
        }
    }

    /// Reads kinds; updates come as they are read. Dropping the receiver ends it.
    pub fn read(&self, kinds: BTreeSet<Kind>, mode: Mode) -> mpsc::Receiver<Update> {
        // the consumer's pace bounds memory, and while it looks for a first finding the machine is its own
        let (sender, receiver) = mpsc::channel(1);
        let inner = self.inner.clone();
        let scope = self.scope();
        tokio::spawn(async move { inner.read_all(kinds, scope, mode, sender).await });
        receiver
    }

    /// The complete object, as JSON; a Secret as its metadata only.
    ///
    /// # Errors
    /// What the server answered instead.
    pub async fn get_object(&self, object: &ObjectRef) -> Result<Value, Problem> {
        let kind = Kind::of(object.group(), &object.kind);
        if kind == Some(Kind::KubeletConfig) {
            let config = self.inner.configz(&object.name).await?;
            return Ok(kubelets::document(&object.name, Ok(config)));
        }
        let plural = match kind.map(|kind| kind.info().plural).filter(|plural| *plural != "*") {
            Some(plural) => plural.to_owned(),
            None => {
                let discovery = self.inner.discover(object.group().is_empty()).await?;
                let served = discovery.of(object.group(), &object.kind).first().map(|s| s.plural.clone());
                served.ok_or_else(|| Problem::Status(404, format!("{} is not served", object.kind)))?
            }
        };
        let path = resource_path(&object.api_version, object.namespace.as_deref(), &plural);
        let accept = if kind == Some(Kind::Secret) {
            "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
        } else {
            "application/json"
        };
        let body = self.inner.get(&format!("{path}/{}", encode(&object.name)), accept).await?;
        serde_json::from_slice(&body).map_err(|error| Problem::Broken(format!("the answer is not JSON: {error}")))
    }
}

/// A log of what is read; its first line says how much of that is under way at once.
fn open_log(path: &Path) -> Result<Mutex<File>, ConnectError> {
    let opened = File::create(path).and_then(|mut file| writeln!(file, "at once\t{CONCURRENT}").map(|()| file));
    opened.map(Mutex::new).map_err(|error| {
        ConnectError::new(format!("--request-log {}: {error}", path.display()), "Name a file that can be written")
    })
}

fn client(config: Config, server: &str) -> Result<Client, ConnectError> {
    super::client::client(config).map_err(|error| Problem::from_kube(&error).into_connect_error(server))
}

fn resource_path(api_version: &str, namespace: Option<&str>, plural: &str) -> String {
    let root = if api_version.contains('/') { "apis" } else { "api" };
    match namespace {
        Some(namespace) => format!("/{root}/{api_version}/namespaces/{}/{plural}", encode(namespace)),
        None => format!("/{root}/{api_version}/{plural}"),
    }
}

/// Percent-encodes what is not plain in a path segment; names may hold colons (`system:node`).
pub(super) fn encode(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~:".contains(&b);
    text.bytes().map(|b| if plain(b) { (b as char).to_string() } else { format!("%{b:02X}") }).collect()
}

/// A resource to read: a kind, or one of the several that a kind stands for.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) kind: Kind,
    api_version: String,
    plural: String,
    namespaced: bool,
    /// A Secret's type: its metadata does not say it, a field selector does.
    secret_type: Option<&'static str>,
    /// Its own kind, where a kind stands for several.
    own_kind: Option<Arc<str>>,
    /// The one namespace that is read.
    namespace: Option<Arc<str>>,
}

impl From<Kind> for Target {
    fn from(kind: Kind) -> Self {
        let (info, plural) = (kind.info(), kind.info().plural.to_owned());
        let (api_version, namespaced) = (kind.api_version(), info.namespaced);
        Self { kind, api_version, plural, namespaced, secret_type: None, own_kind: None, namespace: None }
    }
}

impl Target {
    /// The targets of a built-in kind: one, but for Secrets one a type and one for all other types.
    fn of(kind: Kind) -> Vec<Self> {
        if kind != Kind::Secret {
            return vec![kind.into()];
        }
        let of_type = |secret_type| Self { secret_type: Some(secret_type), ..kind.into() };
        SECRET_TYPES.into_iter().chain([""]).map(of_type).collect()
    }

    /// Where it is listed and watched.
    pub(super) fn path(&self) -> String {
        resource_path(&self.api_version, self.namespace.as_deref(), &self.plural)
    }

    /// The end of a query, after a `&`.
    pub(super) fn query(&self) -> String {
        match self.secret_type {
            None => String::new(),
            Some("") => {
                let others: Vec<String> = SECRET_TYPES.iter().map(|name| format!("type!={name}")).collect();
                format!("&fieldSelector={}", encode(&others.join(",")))
            }
            Some(one) => format!("&fieldSelector={}", encode(&format!("type={one}"))),
        }
    }

    /// What it reads.
    pub(super) fn part(&self) -> Part {
        let only = self.secret_type.map(Arc::from).or_else(|| self.own_kind.clone());
        Part { kind: self.kind, namespace: self.namespace.clone(), only }
    }

    /// Says what the answer to its query cannot.
    pub(super) fn complete(&self, mut change: Change) -> Change {
        if let (Some(of), Change::Put(Object::Secret(secret))) = (self.secret_type, &mut change) {
            of.clone_into(&mut secret.r#type);
        }
        change
    }
}

/// A target in one place, and how reading it ended.
pub(super) struct Place {
    pub(super) target: Target,
    pub(super) end: End,
}

impl Place {
    /// Whether asking again may help: what was forbidden stays so until somebody asks for a new scan.
    pub(super) fn may_recover(&self) -> bool {
        matches!(&self.end, End::Failed(problem) if !matches!(problem.status(), Some(401 | 403)))
    }
}

/// How reading a target in one place ended.
pub(super) enum End {
    /// All read; the version to watch from.
    Done,
    /// The group or resource is not served.
    Absent,
    /// Not read.
    Failed(Problem),
    /// Nobody listens any more.
    Closed,
}

impl Inner {
    async fn read_all(self: Arc<Self>, kinds: BTreeSet<Kind>, asked: Scope, mode: Mode, out: mpsc::Sender<Update>) {
        for kind in &kinds {
            if out.send(Update::State(*kind, ReadState::Reading)).await.is_err() {
                return;
            }
        }
        let discovery = {
            let inner = self.clone();
            let wanted = kinds.iter().any(|kind| kind.is_custom());
            let core = kinds.iter().any(|kind| kind.is_whole() && kind.info().group.is_empty());
            tokio::spawn(async move { if wanted { Some(inner.discover(core).await) } else { None } })
        };
        let mut tasks = JoinSet::new();
        let read = |kind: Kind, scope: Scope, tasks: &mut JoinSet<()>| {
            let (inner, out) = (self.clone(), out.clone());
            tasks.spawn(async move {
                let read = inner.clone().read_kind(kind, Target::of(kind), &scope, mode, &out);
                inner.unless_cancelled(kind, read, &out).await;
            });
        };
        let soon = match mode {
            // while the server has nothing else to do: something to look at
            Mode::Follow => self.link.is_near().then_some(Kind::Deployment),
            // what takes longest
            Mode::Once => Some(Kind::Pod),
        };
        let mut soon = soon.filter(|kind| kinds.contains(kind));
        soon.into_iter().for_each(|kind| read(kind, asked.clone(), &mut tasks));
        // whether namespaces can be listed decides the scope of every other kind: one answer, then all at once
        let scope = self.namespaces(&asked, kinds.contains(&Kind::Namespace), mode, &out).await;
        if scope != asked {
            // what it came to is of another scope
            while tasks.join_next().await.is_some() {}
            soon = None;
        }
        if soon.is_some() && mode == Mode::Follow {
            let _ = timeout(HEAD_START, self.looked.notified()).await;
        }
        // pods first: they take longest
        let others = |kind: &Kind| kind.is_builtin() && *kind != Kind::Namespace && Some(*kind) != soon;
        let mut builtin: Vec<Kind> = kinds.iter().copied().filter(others).collect();
        builtin.sort_by_key(|kind| (*kind != Kind::Pod, *kind != Kind::ReplicaSet));
        builtin.into_iter().for_each(|kind| read(kind, scope.clone(), &mut tasks));
        if kinds.contains(&Kind::KubeletConfig) {
            let (inner, out) = (self.clone(), out.clone());
            tasks.spawn(async move {
                let read = inner.clone().read_kubelets(&out);
                inner.unless_cancelled(Kind::KubeletConfig, read, &out).await;
            });
        }
        let customs: Vec<Kind> = kinds.iter().copied().filter(|kind| kind.is_custom()).collect();
        if let Some(found) = discovery.await.ok().flatten() {
            let unknown = self.read_customs(customs, found, &scope, mode, &out, &mut tasks).await;
            if mode == Mode::Follow && !unknown.is_empty() {
                let (inner, out) = (self.clone(), out.clone());
                tokio::spawn(async move { inner.rediscover(unknown, scope, out).await });
            }
        }
        while tasks.join_next().await.is_some() {}
        let _ = out.send(Update::FirstPassDone).await;
    }

    /// Starts to read the custom kinds that the server says to serve; gives back those that it cannot tell of.
    pub(super) async fn read_customs(
        self: &Arc<Self>,
        kinds: Vec<Kind>,
        found: Result<Discovery, Problem>,
        scope: &Scope,
        mode: Mode,
        out: &mpsc::Sender<Update>,
        tasks: &mut JoinSet<()>,
    ) -> Vec<Kind> {
        let mut unknown = Vec::new();
        for kind in kinds {
            let info = kind.info();
            let state = match &found {
                Err(problem) => {
                    unknown.push(kind);
                    failed(GapReason::DiscoveryFailed, &format!("discovery: {problem}"))
                }
                Ok(discovery) => {
                    let in_any = discovery.of(info.group, info.name);
                    let exact = discovery.exactly(info.group, info.version, info.name);
                    let served = if kind.is_whole() { exact.into_iter().collect() } else { in_any.clone() };
                    let targets: Vec<Target> = served.into_iter().map(|s| target(kind, s)).collect();
                    if !targets.is_empty() {
                        let (inner, scope, out) = (self.clone(), scope.clone(), out.clone());
                        tasks.spawn(async move {
                            let read = inner.clone().read_kind(kind, targets, &scope, mode, &out);
                            inner.unless_cancelled(kind, read, &out).await;
                        });
                        continue;
                    }
                    if let Some(other) = in_any.first() {
                        let (wanted, served) = (kind.api_version(), other.api_version());
                        failed(GapReason::ReadFailed, &format!("{wanted} {} is not served, {served} is", info.name))
                    } else if discovery.stale.contains(info.group) {
                        unknown.push(kind);
                        let why = format!("the server of group {} does not answer", info.group);
                        failed(GapReason::DiscoveryFailed, &why)
                    } else {
                        ReadState::Absent
                    }
                }
            };
            let _ = out.send(Update::State(kind, state)).await;
        }
        unknown
    }

    /// Works on a kind until that is done or somebody stops it, and says so then: true.
    pub(super) async fn unless_cancelled(
        &self,
        kind: Kind,
        work: impl Future<Output = ()>,
        out: &mpsc::Sender<Update>,
    ) -> bool {
        let mut stopped = self.stopped.subscribe();
        let is_stopped = async { drop(stopped.wait_for(|kinds| kinds.contains(&kind)).await) };
        let cancelled = tokio::select! {
            () = work => false,
            () = is_stopped => true,
        };
        if cancelled {
            let _ = out.send(Update::State(kind, failed(GapReason::ReadFailed, CANCELLED))).await;
        }
        cancelled
    }

    /// Reads the namespaces and settles the scope: as asked for, else all, else the context's own.
    async fn namespaces(
        self: &Arc<Self>,
        asked: &Scope,
        wanted: bool,
        mode: Mode,
        out: &mpsc::Sender<Update>,
    ) -> Scope {
        if !wanted {
            return asked.clone();
        }
        let target = Target::from(Kind::Namespace);
        let place = self.read_place(&target, None, mode, out).await;
        match &place.end {
            End::Done | End::Absent => {
                let _ = out.send(Update::State(Kind::Namespace, ReadState::Complete)).await;
                asked.clone()
            }
            End::Closed => asked.clone(),
            End::Failed(problem) => {
                let mut scope = asked.clone();
                if scope.namespaces.is_empty() && problem.status() == Some(403) && !self.reads_everywhere().await {
                    scope.namespaces = vec![self.namespace.as_str().into()];
                    let why = "namespaces cannot be listed: the context's own namespace";
                    let _ = out.send(Update::Scope(scope.clone(), why.into())).await;
                }
                if mode == Mode::Follow && !scope.namespaces.is_empty() {
                    let why = format!("{UNWATCHED}: namespaces cannot be listed");
                    let _ = out.send(Update::Lost(place.target.part(), why.into())).await;
                }
                let state = self.single_namespaces(&scope, problem, out).await;
                let _ = out.send(Update::State(Kind::Namespace, state)).await;
                if mode == Mode::Follow && place.may_recover() {
                    let (inner, out) = (self.clone(), out.clone());
                    tokio::spawn(async move { inner.keep_trying(Kind::Namespace, vec![place], out).await });
                }
                scope
            }
        }
    }

    /// Whether something that lives in namespaces may be listed in all of them. Then the scope stays the cluster, with
    /// the namespaces a gap: a scope that narrows by a right that is missing would turn failures into passes.
    async fn reads_everywhere(&self) -> bool {
        const PROBES: [Kind; 3] = [Kind::Pod, Kind::ServiceAccount, Kind::RoleBinding];
        for kind in PROBES {
            let path = resource_path(&kind.api_version(), None, kind.info().plural);
            if self.get(&format!("{path}?limit=1"), wire::accept(kind, false)).await.is_ok() {
                return true;
            }
        }
        false
    }

    /// Namespaces that can be read one by one, where they cannot be listed.
    async fn single_namespaces(&self, scope: &Scope, problem: &Problem, out: &mpsc::Sender<Update>) -> ReadState {
        let mut read = BTreeSet::new();
        for namespace in &scope.namespaces {
            let path = format!("/api/v1/namespaces/{}", encode(namespace));
            let Ok(body) = self.get(&path, "application/json").await else { continue };
            let object = serde_json::from_slice(&body).ok().and_then(|v| Object::from_json(Kind::Namespace, v).ok());
            if let Some(object) = object {
                read.insert(namespace.clone());
                let _ = out.send(Update::Batch(Kind::Namespace, vec![Change::Put(object)])).await;
            }
        }
        let (reason, message) = explain(problem, &Target::from(Kind::Namespace), None);
        ReadState::Failed { reason, message: message.into(), read }
    }

    /// Reads a kind everywhere in scope and says how it ended; in `Follow` mode what failed is tried again.
    async fn read_kind(
        self: Arc<Self>,
        kind: Kind,
        targets: Vec<Target>,
        scope: &Scope,
        mode: Mode,
        out: &mpsc::Sender<Update>,
    ) {
        let mut places = Vec::new();
        for target in &targets {
            let place = kind.info().place.filter(|place| {
                scope.namespaces.is_empty() || scope.namespaces.iter().any(|namespace| **namespace == **place)
            });
            if let Some(place) = place {
                places.push(self.read_place(target, Some(place), mode, out).await);
            } else if target.namespaced && !scope.namespaces.is_empty() {
                for namespace in &scope.namespaces {
                    places.push(self.read_place(target, Some(namespace), mode, out).await);
                }
            } else {
                let everywhere = self.read_place(target, None, mode, out).await;
                let forbidden = matches!(&everywhere.end, End::Failed(problem) if problem.status() == Some(403));
                places.push(everywhere);
                if forbidden && target.namespaced {
                    // the context's own namespace may still be allowed
                    places.push(self.read_place(target, Some(&self.namespace), mode, out).await);
                }
            }
        }
        let _ = out.send(Update::State(kind, state_of(&places))).await;
        if mode == Mode::Follow && places.iter().any(Place::may_recover) {
            let out = out.clone();
            tokio::spawn(async move { self.keep_trying(kind, places, out).await });
        }
    }

    /// Reads a target in one place, and in `Follow` mode leaves a task that watches on.
    async fn read_place(
        self: &Arc<Self>,
        target: &Target,
        namespace: Option<&str>,
        mode: Mode,
        out: &mpsc::Sender<Update>,
    ) -> Place {
        let namespace = namespace.filter(|_| target.namespaced);
        let target = Target { namespace: namespace.map(Into::into), ..target.clone() };
        let mut place = Place { target, end: End::Closed };
        let Ok(slot) = self.slots.acquire().await else { return place };
        let first = self.first_pass(&place.target, &mut None, out).await;
        drop(slot);
        place.end = match first {
            Ok((watch, version)) => {
                if mode == Mode::Follow {
                    let (inner, target, out) = (self.clone(), place.target.clone(), out.clone());
                    tokio::spawn(async move { inner.follow(target, watch, version, out).await });
                }
                End::Done
            }
            Err(end) => end,
        };
        place
    }

    /// The first pass: a streamed watch-list (then the open watch is returned), else pages. With `seen`, objects of an
    /// earlier pass stand until this one is over, and their names are gathered.
    pub(super) async fn first_pass(
        &self,
        target: &Target,
        seen: &mut Option<Names>,
        out: &mpsc::Sender<Update>,
    ) -> Result<(Option<Watch>, String), End> {
        let path = target.path();
        // objects that are read whole are judged and dropped page by page
        let streams = !self.no_watch_list.load(Ordering::Relaxed) && !self.link.is_slow();
        if !target.kind.is_whole() && streams {
            const QUERY: &str = "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan\
                                 &allowWatchBookmarks=true";
            match self.ask(&format!("{path}?{QUERY}{}", target.query()), wire::accept(target.kind, true)).await {
                Ok(answer) => {
                    let mut watch = Watch::new(target.kind, answer);
                    match self.until_initial_end(&mut watch, target, seen, out).await {
                        Ok(version) => {
                            if target.kind == Kind::Namespace {
                                // later ones share the line
                                self.link.came(watch.came, watch.opened.elapsed());
                            }
                            return Ok((Some(watch), version));
                        }
                        Err(Broken::Closed) => return Err(End::Closed),
                        // the server opened a plain watch: it does not know the parameter
                        Err(Broken::NoBookmark) => self.no_watch_list.store(true, Ordering::Relaxed),
                        Err(Broken::Problem(_)) => {}
                    }
                    begin_anew(target, seen, out).await?;
                }
                Err(problem) => match problem.status() {
                    // off by feature gate: 1.33 answers 422, others 400
                    Some(400 | 422) => self.no_watch_list.store(true, Ordering::Relaxed),
                    // list may be allowed where watch is not; a cache that is too old may still list
                    Some(403 | 410) => {}
                    Some(404) => return Err(End::Absent),
                    _ => return Err(End::Failed(problem)),
                },
            }
        }
        self.pages(target, &path, seen, out).await.map(|version| (None, version))
    }

    /// Streams objects until the server says that the first pass is over.
    async fn until_initial_end(
        &self,
        watch: &mut Watch,
        target: &Target,
        seen: &mut Option<Names>,
        out: &mpsc::Sender<Update>,
    ) -> Result<String, Broken> {
        let kind = target.kind;
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            match watch.next(self, self.patience()).await? {
                Event::Change(change) => {
                    note(&change, seen);
                    batch.push(target.complete(change));
                    if batch.len() == BATCH {
                        let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
                        out.send(Update::Batch(kind, full)).await.map_err(|_| Broken::Closed)?;
                    }
                }
                Event::Bookmark { initial_end: true, resource_version } => {
                    if !batch.is_empty() {
                        out.send(Update::Batch(kind, batch)).await.map_err(|_| Broken::Closed)?;
                    }
                    return Ok(resource_version);
                }
                Event::Bookmark { .. } => {}
                Event::Error(status) => {
                    let code = u16::try_from(status.code).unwrap_or_default();
                    return Err(Broken::Problem(Problem::Status(code, status.message)));
                }
            }
        }
    }

    /// Pages of a list; a 410 in the middle begins anew, once.
    async fn pages(
        &self,
        target: &Target,
        path: &str,
        seen: &mut Option<Names>,
        out: &mpsc::Sender<Update>,
    ) -> Result<String, End> {
        let mut next = String::new();
        let mut begun_anew = false;
        let mut most = if self.link.is_slow() && !target.kind.is_whole() { FAR_PAGE } else { PAGE };
        loop {
            // the first pods soon, whatever follows
            let size = if next.is_empty() && target.kind == Kind::Pod { PAGE.min(most) } else { most };
            let token = if next.is_empty() { String::new() } else { format!("&continue={}", encode(&next)) };
            let query = format!("{path}?limit={size}{}{token}", target.query());
            let body = match self.get(&query, wire::accept(target.kind, false)).await {
                Ok(body) => body,
                Err(Problem::TooLarge) if size > 1 => {
                    most = (size / 10).max(1);
                    continue;
                }
                Err(Problem::Status(410, _)) if !begun_anew => {
                    begun_anew = true;
                    next.clear();
                    begin_anew(target, seen, out).await?;
                    continue;
                }
                Err(Problem::Status(404, _)) if next.is_empty() => return Err(End::Absent),
                Err(problem) => return Err(End::Failed(problem)),
            };
            let page = wire::page(target.kind, body).map_err(|error| End::Failed(Problem::Broken(error)))?;
            page.changes.iter().for_each(|change| note(change, seen));
            let changes = page.changes.into_iter().map(|change| target.complete(change)).collect();
            out.send(Update::Batch(target.kind, changes)).await.map_err(|_| End::Closed)?;
            if page.next.is_empty() {
                return Ok(page.resource_version);
            }
            next = page.next;
        }
    }

    /// What the server serves; the core group too where that is wanted.
    pub(super) async fn discover(&self, core: bool) -> Result<Discovery, Problem> {
        let mut discovery = self.discover_groups().await?;
        if core {
            match self.get("/api/v1", "application/json").await {
                Ok(body) => discovery.served.extend(discovery::resources("", "v1", &body).unwrap_or_default()),
                Err(_) => drop(discovery.stale.insert(String::new())),
            }
        }
        Ok(discovery)
    }

    async fn discover_groups(&self) -> Result<Discovery, Problem> {
        const ACCEPT: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
        let body = self.get("/apis", ACCEPT).await?;
        if let Some(discovery) = discovery::aggregated(&body) {
            return Ok(discovery);
        }
        let groups = discovery::groups(&body).ok_or_else(|| Problem::Broken("/apis is not a list of groups".into()))?;
        let mut all = Discovery::default();
        for (group, version) in groups {
            let path = format!("/apis/{}/{}", encode(&group), encode(&version));
            match self.get(&path, "application/json").await {
                Ok(body) => all.served.extend(discovery::resources(&group, &version, &body).unwrap_or_default()),
                Err(_) => drop(all.stale.insert(group)),
            }
        }
        Ok(all)
    }

    /// A whole body.
    pub(super) async fn get(&self, path: &str, accept: &str) -> Result<Bytes, Problem> {
        let answer = self.ask(path, accept).await?;
        self.collect(answer).await
    }

    /// The same, asked once and with little patience: for what many are asked, of whom some may be gone. Only 429 is
    /// heeded and repeated.
    pub(super) async fn get_once(&self, path: &str, accept: &str, patience: Duration) -> Result<Bytes, Problem> {
        let ask = || async {
            let answer = self.ask_once(path, accept).await?;
            self.collect(answer).await.map_err(|problem| (problem, None))
        };
        let late = || (Problem::TimedOut(format!("no answer within {patience:?}")), None);
        let answer = match timeout(patience, ask()).await.unwrap_or_else(|_| Err(late())) {
            Err((Problem::Status(429, _), pause)) => {
                self.stats.backoffs.fetch_add(1, Ordering::Relaxed);
                self.journal.backed_off(path);
                tokio::time::sleep(pause.unwrap_or_else(|| self.flags.backoff(1))).await;
                timeout(patience, ask()).await.unwrap_or_else(|_| Err(late()))
            }
            answer => answer,
        };
        answer.map_err(|(problem, _)| problem)
    }

    /// All of an answer, unpacked.
    async fn collect(&self, answer: Answer) -> Result<Bytes, Problem> {
        let limit = self.flags.answering();
        let read = timeout(limit, self.read_whole(answer)).await;
        read.unwrap_or_else(|_| Err(Problem::TimedOut(format!("the answer did not end within {limit:?}"))))
    }

    async fn read_whole(&self, answer: Answer) -> Result<Bytes, Problem> {
        let mut unpack = Unpack::new(answer.is_gzip, LIMIT);
        let entry = answer.entry;
        let mut body = answer.body.into_data_stream();
        let mut whole = BytesMut::new();
        let late = |_| Problem::TimedOut(format!("nothing more came within {:?}", self.patience()));
        while let Some(chunk) = timeout(self.patience(), body.next()).await.map_err(late)? {
            let chunk = chunk.map_err(|error| Problem::Broken(format!("the answer broke off: {error}")))?;
            self.stats.bytes.fetch_add(chunk.len() as u64, Ordering::Relaxed);
            self.journal.received(entry, chunk.len() as u64);
            unpack.push(&chunk, |bytes| whole.extend_from_slice(bytes))?;
        }
        unpack.finish(|bytes| whole.extend_from_slice(bytes))?;
        Ok(whole.freeze())
    }

    /// How long a watch may be silent.
    pub(super) fn silence(&self) -> Duration {
        self.flags.silence()
    }

    /// How long to wait for an answer to begin, and between its parts.
    pub(super) fn patience(&self) -> Duration {
        self.flags.patience()
    }

    /// How long a kubelet may take.
    pub(super) fn patience_with_kubelets(&self) -> Duration {
        self.flags.of_kubelets()
    }

    /// How long to pause after so many failures.
    pub(super) fn backoff(&self, attempt: u32) -> Duration {
        self.flags.backoff(attempt)
    }

    /// Sends a request; repeats it where the server says so (429) or fails on its side, with growing pauses.
    pub(super) async fn ask(&self, path: &str, accept: &str) -> Result<Answer, Problem> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let (problem, pause) = match self.ask_once(path, accept).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let repeat = matches!(problem.status(), Some(429 | 500 | 502 | 503 | 504));
            if !repeat || attempt == ATTEMPTS {
                return Err(problem);
            }
            self.stats.backoffs.fetch_add(1, Ordering::Relaxed);
            self.journal.backed_off(path);
            tokio::time::sleep(pause.unwrap_or_else(|| self.flags.backoff(attempt))).await;
        }
    }

    async fn ask_once(&self, path: &str, accept: &str) -> Result<Answer, (Problem, Option<Duration>)> {
        // packing costs the server more than a quick line costs us
        let packing = if self.link.is_slow() { "gzip" } else { "" };
        if let Some(log) = &self.log {
            let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
            // what cannot be written is missed where it is read
            let _ = writeln!(log, "{path}\t{accept}\t{packing}");
        }
        let mut request = http::Request::get(path).header(http::header::ACCEPT, accept);
        if !packing.is_empty() {
            request = request.header(http::header::ACCEPT_ENCODING, packing);
        }
        self.answer(path, request, None).await
    }

    /// Sends a request that may change something: once, whatever comes of it.
    pub(super) async fn send_once(
        &self,
        method: http::Method,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> Result<Bytes, Problem> {
        let request = http::Request::builder().method(method).uri(path);
        let answer = self.answer(path, request, body).await.map_err(|(problem, _)| problem)?;
        self.collect(answer).await
    }

    async fn answer(
        &self,
        path: &str,
        request: http::request::Builder,
        body: Option<Vec<u8>>,
    ) -> Result<Answer, (Problem, Option<Duration>)> {
        let wait = self.pace.lock().unwrap_or_else(PoisonError::into_inner).wait(Instant::now());
        if !wait.is_zero() {
            self.stats.paced.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(wait).await;
        }
        self.stats.requests.fetch_add(1, Ordering::Relaxed);
        let request = request.header(http::header::USER_AGENT, concat!("plimsoll/", env!("CARGO_PKG_VERSION")));
        let request = match body {
            Some(body) => request.header(http::header::CONTENT_TYPE, "application/json").body(Body::from(body)),
            None => request.body(Body::empty()),
        };
        let request = request.map_err(|error| (Problem::Broken(error.to_string()), None))?;
        let (entry, asked) = (self.journal.begin(request.method().as_str(), path), Instant::now());
        let failed = |problem: Problem| {
            self.journal.answered(entry, Err(&problem.to_string()), asked.elapsed());
            (problem, None)
        };
        let answer = match timeout(self.patience(), self.client.send(request)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err(failed(Problem::from_kube(&error))),
            Err(_) => return Err(failed(Problem::TimedOut(format!("no answer within {:?}", self.patience())))),
        };
        self.link.answered(asked.elapsed(), false);
        let status = answer.status();
        self.journal.answered(entry, Ok(status.as_u16()), asked.elapsed());
        let seconds = answer.headers().get(http::header::RETRY_AFTER).and_then(|v| v.to_str().ok()?.parse().ok());
        let is_gzip = answer.headers().get(http::header::CONTENT_ENCODING).is_some_and(|packing| packing == "gzip");
        let answer = Answer { body: answer.into_body(), is_gzip, entry };
        if status.is_success() {
            return Ok(answer);
        }
        let pause = seconds.map(|seconds| self.flags.heeded(Duration::from_secs(seconds)));
        let body = self.collect(answer).await.unwrap_or_default();
        let message = wire::status(&body).map(|status| status.message).filter(|message| !message.is_empty());
        let message = message.unwrap_or_else(|| status.canonical_reason().unwrap_or("no reason given").to_owned());
        Err((Problem::Status(status.as_u16(), message), pause))
    }
}

/// An answer whose body is still to come.
pub(super) struct Answer {
    body: Body,
    is_gzip: bool,
    /// Its request's in the journal.
    entry: Entry,
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::TooLarge => Self::TooLarge,
            Refused::Broken(why) => Self::Broken(why),
        }
    }
}

/// Why a watch ended.
pub(super) enum Broken {
    /// Nobody listens any more.
    Closed,
    /// Silence where the end of the first pass should have been said.
    NoBookmark,
    /// The connection or the server.
    Problem(Problem),
}

/// An open watch.
pub(super) struct Watch {
    frames: Frames,
    unpack: Unpack,
    body: BodyDataStream<Body>,
    opened: Instant,
    /// Bytes that came.
    came: u64,
    entry: Entry,
    alarm: Alarm,
}

impl Watch {
    pub(super) fn new(kind: Kind, answer: Answer) -> Self {
        // it may go on for days: what is limited are its frames
        let unpack = Unpack::new(answer.is_gzip, usize::MAX);
        let entry = answer.entry;
        let body = answer.body.into_data_stream();
        Self {
            frames: Frames::new(kind),
            unpack,
            body,
            opened: Instant::now(),
            came: 0,
            entry,
            alarm: Alarm::default(),
        }
    }

    /// The next event, if it comes in time.
    pub(super) async fn next(&mut self, inner: &Inner, patience: Duration) -> Result<Event, Broken> {
        loop {
            match self.frames.next() {
                Some(Ok(event)) => return Ok(event),
                Some(Err(error)) => return Err(Broken::Problem(Problem::Broken(error))),
                None => {}
            }
            match self.alarm.unless_silent(patience, self.body.next()).await {
                Ok(Some(Ok(chunk))) => {
                    self.came += chunk.len() as u64;
                    inner.stats.bytes.fetch_add(chunk.len() as u64, Ordering::Relaxed);
                    inner.journal.received(self.entry, chunk.len() as u64);
                    let Self { unpack, frames, .. } = self;
                    let unpacked = unpack.push(&chunk, |bytes| frames.push(bytes));
                    unpacked.map_err(|refused| Broken::Problem(refused.into()))?;
                }
                Ok(Some(Err(error))) => {
                    return Err(Broken::Problem(Problem::Broken(format!("the stream broke off: {error}"))));
                }
                Ok(None) => return Err(Broken::Problem(Problem::Broken("the server ended the stream".into()))),
                Err(Silent) => return Err(Broken::NoBookmark),
            }
        }
    }
}

/// Nothing came in time.
struct Silent;

/// Notices silence. A timer for every part of a stream would cost more than the part: one is kept, and looks each time it
/// goes off whether anything came since. So silence is noticed after its limit, and before twice that.
#[derive(Default)]
struct Alarm {
    timer: Option<(Duration, Pin<Box<Sleep>>)>,
    /// Something came since the timer was set.
    heard: bool,
}

impl Alarm {
    /// What comes, or that nothing does within a limit.
    async fn unless_silent<T>(&mut self, limit: Duration, coming: impl Future<Output = T>) -> Result<T, Silent> {
        let (of, timer) = self.timer.get_or_insert_with(|| (limit, Box::pin(sleep(limit))));
        if *of != limit {
            *of = limit;
            self.heard = false;
            timer.as_mut().reset(tokio::time::Instant::now() + limit);
        }
        tokio::pin!(coming);
        loop {
            tokio::select! {
                biased;
                came = &mut coming => {
                    self.heard = true;
                    return Ok(came);
                }
                () = timer.as_mut() => {
                    timer.as_mut().reset(tokio::time::Instant::now() + limit);
                    if !std::mem::take(&mut self.heard) {
                        return Err(Silent);
                    }
                }
            }
        }
    }
}

fn target(kind: Kind, served: &Served) -> Target {
    Target {
        kind,
        api_version: served.api_version(),
        plural: served.plural.clone(),
        namespaced: served.namespaced,
        secret_type: None,
        own_kind: kind.info().name.is_empty().then(|| served.kind.as_str().into()),
        namespace: None,
    }
}

pub(super) fn failed(reason: GapReason, message: &str) -> ReadState {
    ReadState::Failed { reason, message: message.into(), read: BTreeSet::new() }
}

/// How far a kind is that was read in these places: the first that failed says why, and where it did not.
pub(super) fn state_of(places: &[Place]) -> ReadState {
    let Some(place) = places.iter().find(|place| matches!(place.end, End::Failed(_) | End::Closed)) else {
        let absent = !places.is_empty() && places.iter().all(|place| matches!(place.end, End::Absent));
        return if absent { ReadState::Absent } else { ReadState::Complete };
    };
    let (reason, message) = match &place.end {
        End::Failed(problem) => explain(problem, &place.target, place.target.namespace.as_deref()),
        _ => (GapReason::Stale, "reading was stopped".to_owned()),
    };
    // of a kind that is read in several parts a namespace is known when all of them are
    let whole = |namespace: &Arc<str>| {
        let mut of = places.iter().filter(|p| p.target.namespace.as_ref() == Some(namespace));
        of.all(|p| matches!(p.end, End::Done))
    };
    let read = places.iter().filter_map(|p| p.target.namespace.clone()).filter(whole).collect();
    ReadState::Failed { reason, message: message.into(), read }
}

/// What was read so far does not count.
async fn begin_anew(target: &Target, seen: &mut Option<Names>, out: &mpsc::Sender<Update>) -> Result<(), End> {
    match seen {
        Some(names) => {
            names.clear();
            Ok(())
        }
        None => out.send(Update::Clear(target.part())).await.map_err(|_| End::Closed),
    }
}

fn note(change: &Change, seen: &mut Option<Names>) {
    let Some(names) = seen else { return };
    let (there, namespace, name) = match change {
        Change::Put(object) => (true, &object.meta().namespace, &object.meta().name),
        Change::Broken { namespace, name, .. } => (true, namespace, name),
        Change::Delete(object) => (false, &object.meta().namespace, &object.meta().name),
        Change::Gone { namespace, name } => (false, namespace, name),
    };
    let name = (namespace.clone(), name.clone());
    if there {
        names.insert(name)
    } else {
        names.remove(&name)
    };
}

/// A gap's reason and sentence.
fn explain(problem: &Problem, target: &Target, namespace: Option<&str>) -> (GapReason, String) {
    let place = namespace.map_or(String::new(), |namespace| format!(" in namespace {namespace}"));
    let what = format!("list {}{place}", target.plural);
    match problem {
        Problem::Status(403, _) => (GapReason::Forbidden, format!("{what}: forbidden for this user")),
        Problem::TimedOut(message) => (GapReason::TimedOut, format!("{what}: {message}")),
        other => (GapReason::ReadFailed, format!("{what}: {other}")),
    }
}
