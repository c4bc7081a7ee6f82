//! One reflector for every kind: watch-list where the server streams one, else a paged list, then a watch.

use super::config::{self, Flags};
use super::discovery::{self, Discovery, Served};
use super::errors::{ConnectError, Problem};
use super::kubelets;
use super::wire::{self, Event, Frames};
use crate::inventory::kinds::config::SECRET_TYPES;
use crate::inventory::{Inventory, Kind, Medium, Object, ReadState, Version};
use crate::model::{Cluster, GapReason, ObjectRef, Scope};
use crate::sources::{Change, Update};
use bytes::Bytes;
use futures::StreamExt;
use http_body_util::BodyExt;
use kube::client::Body;
use kube::{Client, Config};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;

/// Objects handed over at once: few enough to be soon, many enough to be cheap.
const BATCH: usize = 128;
/// Objects a page, where the server cannot stream.
const PAGE: usize = 500;
/// Requests at a time in the first pass; kube speaks HTTP/1.1, a connection each.
const CONCURRENT: usize = 8;
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
    /// Bytes of bodies received, after decompression.
    pub bytes: AtomicU64,
    /// Times that the server asked to slow down (429) or failed on its side.
    pub backoffs: AtomicU64,
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
    stats: Arc<Stats>,
    /// Watch-list is off on this server: found out once, remembered for every kind.
    no_watch_list: AtomicBool,
    slots: Semaphore,
}

impl Session {
    /// Connects: reads the kubeconfig and asks the server for its version.
    ///
    /// # Errors
    /// Why the cluster cannot be used, and what to do.
    pub async fn connect(flags: &Flags) -> Result<Self, ConnectError> {
        let (mut config, context) = config::load(flags).await?;
        // retries are counted and shown: see `Inner::ask`
        config.default_retry = false;
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
        };
        let body = inner.get("/version", "application/json").await;
        let body = body.map_err(|problem| problem.into_connect_error(&inner.server))?;
        let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
        let version = answer.get("gitVersion").and_then(Value::as_str).unwrap_or_default();
        inner.version = version.parse().map_err(|_| {
            ConnectError::new(
                format!("{} answers, but not as a Kubernetes API server: version {version:?}", inner.server),
                "Check the address of the cluster in the kubeconfig",
            )
        })?;
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
        // few batches in flight: the consumer's pace bounds memory
        let (sender, receiver) = mpsc::channel(4);
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
                let discovery = self.inner.discover().await?;
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

fn client(config: Config, server: &str) -> Result<Client, ConnectError> {
    Client::try_from(config).map_err(|error| Problem::from_kube(&error).into_connect_error(server))
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
struct Target {
    kind: Kind,
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

    /// The end of a query, after a `&`.
    fn query(&self) -> String {
        match self.secret_type {
            None => String::new(),
            Some("") => {
                let others: Vec<String> = SECRET_TYPES.iter().map(|name| format!("type!={name}")).collect();
                format!("&fieldSelector={}", encode(&others.join(",")))
            }
            Some(one) => format!("&fieldSelector={}", encode(&format!("type={one}"))),
        }
    }

    /// What is forgotten before it is read anew.
    fn clear(&self) -> Update {
        let only = self.secret_type.map(Arc::from).or_else(|| self.own_kind.clone());
        Update::Clear(self.kind, self.namespace.clone(), only)
    }

    /// Says what the answer to its query cannot.
    fn complete(&self, mut change: Change) -> Change {
        if let (Some(of), Change::Put(Object::Secret(secret))) = (self.secret_type, &mut change) {
            of.clone_into(&mut secret.r#type);
        }
        change
    }
}

/// How reading a target in one place ended.
enum End {
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
            tokio::spawn(async move { if wanted { Some(inner.discover().await) } else { None } })
        };
        // whether namespaces can be listed decides the scope of every other kind: one answer, then all at once
        let scope = self.namespaces(&asked, kinds.contains(&Kind::Namespace), mode, &out).await;
        let mut tasks = tokio::task::JoinSet::new();
        // pods first: they take longest
        let mut builtin: Vec<Kind> =
            kinds.iter().copied().filter(|k| k.is_builtin() && *k != Kind::Namespace).collect();
        builtin.sort_by_key(|kind| (*kind != Kind::Pod, *kind != Kind::ReplicaSet));
        for kind in builtin {
            let (inner, scope, out) = (self.clone(), scope.clone(), out.clone());
            tasks.spawn(async move { inner.read_kind(kind, Target::of(kind), &scope, mode, &out).await });
        }
        if kinds.contains(&Kind::KubeletConfig) {
            let (inner, out) = (self.clone(), out.clone());
            tasks.spawn(async move { inner.read_kubelets(&out).await });
        }
        let customs = kinds.iter().copied().filter(|kind| kind.is_custom());
        match discovery.await.ok().flatten() {
            Some(Ok(discovery)) => {
                for kind in customs {
                    let info = kind.info();
                    let targets: Vec<Target> =
                        discovery.of(info.group, info.name).into_iter().map(|s| target(kind, s)).collect();
                    if targets.is_empty() {
                        let state = if discovery.stale.contains(info.group) {
                            failed(
                                GapReason::DiscoveryFailed,
                                &format!("the server of group {} does not answer", info.group),
                            )
                        } else {
                            ReadState::Absent
                        };
                        let _ = out.send(Update::State(kind, state)).await;
                        continue;
                    }
                    let (inner, scope, out) = (self.clone(), scope.clone(), out.clone());
                    tasks.spawn(async move { inner.read_kind(kind, targets, &scope, mode, &out).await });
                }
            }
            Some(Err(problem)) => {
                for kind in customs {
                    let state = failed(GapReason::DiscoveryFailed, &format!("discovery: {problem}"));
                    let _ = out.send(Update::State(kind, state)).await;
                }
            }
            None => {}
        }
        while tasks.join_next().await.is_some() {}
        let _ = out.send(Update::FirstPassDone).await;
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
        match self.read_place(&target, None, mode, out).await {
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
                let state = self.single_namespaces(&scope, &problem, out).await;
                let _ = out.send(Update::State(Kind::Namespace, state)).await;
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

    /// Reads a kind everywhere in scope and says how it ended.
    async fn read_kind(
        self: Arc<Self>,
        kind: Kind,
        targets: Vec<Target>,
        scope: &Scope,
        mode: Mode,
        out: &mpsc::Sender<Update>,
    ) {
        let mut state = ReadState::Complete;
        for target in &targets {
            let place = kind.info().place.filter(|place| {
                scope.namespaces.is_empty() || scope.namespaces.iter().any(|namespace| **namespace == **place)
            });
            let ended = if let Some(place) = place {
                state_of(self.read_place(target, Some(place), mode, out).await, target, Some(place))
            } else if target.namespaced && !scope.namespaces.is_empty() {
                self.read_namespaces(target, scope, mode, out).await
            } else {
                match self.read_place(target, None, mode, out).await {
                    End::Failed(problem) if problem.status() == Some(403) && target.namespaced => {
                        self.read_own_namespace(target, &problem, mode, out).await
                    }
                    end => state_of(end, target, None),
                }
            };
            if !matches!(ended, ReadState::Complete) {
                state = ended;
            }
        }
        let _ = out.send(Update::State(kind, state)).await;
    }

    /// Each namespace of the scope; those that could be read are remembered.
    async fn read_namespaces(
        self: &Arc<Self>,
        target: &Target,
        scope: &Scope,
        mode: Mode,
        out: &mpsc::Sender<Update>,
    ) -> ReadState {
        let mut read = BTreeSet::new();
        let mut worst = ReadState::Complete;
        for namespace in &scope.namespaces {
            match self.read_place(target, Some(namespace), mode, out).await {
                End::Done => drop(read.insert(namespace.clone())),
                end => worst = state_of(end, target, Some(namespace)),
            }
        }
        if let ReadState::Failed { read: known, .. } = &mut worst {
            *known = read;
        }
        worst
    }

    /// Forbidden everywhere: the context's own namespace may still be allowed.
    async fn read_own_namespace(
        self: &Arc<Self>,
        target: &Target,
        problem: &Problem,
        mode: Mode,
        out: &mpsc::Sender<Update>,
    ) -> ReadState {
        let (reason, message) = explain(problem, target, None);
        let mut read = BTreeSet::new();
        if let End::Done = self.read_place(target, Some(&self.namespace), mode, out).await {
            read.insert(self.namespace.as_str().into());
        }
        ReadState::Failed { reason, message: message.into(), read }
    }

    /// Reads a target in one place, and in `Follow` mode leaves a task that watches on.
    async fn read_place(
        self: &Arc<Self>,
        target: &Target,
        namespace: Option<&str>,
        mode: Mode,
        out: &mpsc::Sender<Update>,
    ) -> End {
        let Ok(slot) = self.slots.acquire().await else { return End::Closed };
        let namespace = namespace.filter(|_| target.namespaced);
        let target = &Target { namespace: namespace.map(Into::into), ..target.clone() };
        let path = resource_path(&target.api_version, namespace, &target.plural);
        let first = self.first_pass(target, &path, out).await;
        drop(slot);
        match first {
            Ok((watch, version)) => {
                if mode == Mode::Follow {
                    let (inner, target, out) = (self.clone(), target.clone(), out.clone());
                    tokio::spawn(async move { inner.follow(target, path, watch, version, out).await });
                }
                End::Done
            }
            Err(end) => end,
        }
    }

    /// The first pass: a streamed watch-list (then the open watch is returned), else pages.
    async fn first_pass(
        &self,
        target: &Target,
        path: &str,
        out: &mpsc::Sender<Update>,
    ) -> Result<(Option<Watch>, String), End> {
        if !self.no_watch_list.load(Ordering::Relaxed) {
            const QUERY: &str = "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan\
                                 &allowWatchBookmarks=true";
            match self.ask(&format!("{path}?{QUERY}{}", target.query()), wire::accept(target.kind, true)).await {
                Ok(body) => {
                    let mut watch = Watch::new(target.kind, body);
                    match self.until_initial_end(&mut watch, target, out).await {
                        Ok(version) => return Ok((Some(watch), version)),
                        Err(Broken::Closed) => return Err(End::Closed),
                        // the server opened a plain watch: it does not know the parameter
                        Err(Broken::NoBookmark) => self.no_watch_list.store(true, Ordering::Relaxed),
                        Err(Broken::Problem(_)) => {}
                    }
                    if out.send(target.clear()).await.is_err() {
                        return Err(End::Closed);
                    }
                }
                Err(problem) => match problem.status() {
                    // off by feature gate: 1.33 answers 422, others 400
                    Some(400 | 422) => self.no_watch_list.store(true, Ordering::Relaxed),
                    // list may be allowed where watch is not
                    Some(403) => {}
                    Some(404) => return Err(End::Absent),
                    _ => return Err(End::Failed(problem)),
                },
            }
        }
        self.pages(target, path, out).await.map(|version| (None, version))
    }

    /// Streams objects until the server says that the first pass is over.
    async fn until_initial_end(
        &self,
        watch: &mut Watch,
        target: &Target,
        out: &mpsc::Sender<Update>,
    ) -> Result<String, Broken> {
        let kind = target.kind;
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            match watch.next(self).await? {
                Event::Change(change) => {
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
    async fn pages(&self, target: &Target, path: &str, out: &mpsc::Sender<Update>) -> Result<String, End> {
        let mut next = String::new();
        let mut begun_anew = false;
        loop {
            let token = if next.is_empty() { String::new() } else { format!("&continue={}", encode(&next)) };
            let query = format!("{path}?limit={PAGE}{}{token}", target.query());
            let body = match self.get(&query, wire::accept(target.kind, false)).await {
                Ok(body) => body,
                Err(Problem::Status(410, _)) if !begun_anew => {
                    begun_anew = true;
                    next.clear();
                    out.send(target.clear()).await.map_err(|_| End::Closed)?;
                    continue;
                }
                Err(Problem::Status(404, _)) if next.is_empty() => return Err(End::Absent),
                Err(problem) => return Err(End::Failed(problem)),
            };
            let page = wire::page(target.kind, body).map_err(|error| End::Failed(Problem::Broken(error)))?;
            let changes = page.changes.into_iter().map(|change| target.complete(change)).collect();
            out.send(Update::Batch(target.kind, changes)).await.map_err(|_| End::Closed)?;
            if page.next.is_empty() {
                return Ok(page.resource_version);
            }
            next = page.next;
        }
    }

    /// Watches on after the first pass, until nobody listens.
    async fn follow(
        self: Arc<Self>,
        target: Target,
        path: String,
        mut watch: Option<Watch>,
        mut version: String,
        out: mpsc::Sender<Update>,
    ) {
        let mut failures = 0u32;
        loop {
            if out.is_closed() {
                return;
            }
            if watch.is_none() {
                let from = encode(&version);
                let query = format!("watch=true&allowWatchBookmarks=true&resourceVersion={from}{}", target.query());
                match self.ask(&format!("{path}?{query}"), wire::accept(target.kind, true)).await {
                    Ok(body) => watch = Some(Watch::new(target.kind, body)),
                    // no live updates: what was listed stays
                    Err(Problem::Status(403, _)) => return,
                    Err(Problem::Status(410, _)) => match self.again(&target, &path, &out).await {
                        Some((fresh, from)) => (watch, version) = (fresh, from),
                        None => failures += 1,
                    },
                    Err(_) => failures += 1,
                }
            }
            while let Some(open) = &mut watch {
                match open.next(&self).await {
                    Ok(Event::Change(change)) => {
                        failures = 0;
                        let change = target.complete(change);
                        if let Change::Put(object) | Change::Delete(object) = &change {
                            version.clone_from(&object.meta().resource_version);
                        }
                        if out.send(Update::Batch(target.kind, vec![change])).await.is_err() {
                            return;
                        }
                    }
                    Ok(Event::Bookmark { resource_version, .. }) => {
                        failures = 0;
                        version = resource_version;
                    }
                    Ok(Event::Error(status)) if status.code == 410 => {
                        watch = None;
                        match self.again(&target, &path, &out).await {
                            Some((fresh, from)) => (watch, version) = (fresh, from),
                            None => failures += 1,
                        }
                    }
                    Ok(Event::Error(_)) | Err(_) => {
                        watch = None;
                        failures += 1;
                    }
                }
            }
            if failures > 0 {
                self.stats.backoffs.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(backoff(failures)).await;
            }
        }
    }

    /// The version to watch from is too old: everything is read anew.
    async fn again(&self, target: &Target, path: &str, out: &mpsc::Sender<Update>) -> Option<(Option<Watch>, String)> {
        out.send(target.clear()).await.ok()?;
        self.first_pass(target, path, out).await.ok()
    }

    /// What the server serves.
    async fn discover(&self) -> Result<Discovery, Problem> {
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
        let body = self.ask(path, accept).await?;
        self.collect(body).await
    }

    /// The same, asked once and with little patience: for what many are asked, of whom some may be gone. Only 429 is
    /// heeded and repeated.
    pub(super) async fn get_once(&self, path: &str, accept: &str, patience: Duration) -> Result<Bytes, Problem> {
        let ask = || async {
            let body = self.ask_once(path, accept).await?;
            self.collect(body).await.map_err(|problem| (problem, None))
        };
        let late = || (Problem::TimedOut(format!("no answer within {patience:?}")), None);
        let answer = match timeout(patience, ask()).await.unwrap_or_else(|_| Err(late())) {
            Err((Problem::Status(429, _), pause)) => {
                self.stats.backoffs.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(pause.unwrap_or_else(|| backoff(1))).await;
                timeout(patience, ask()).await.unwrap_or_else(|_| Err(late()))
            }
            answer => answer,
        };
        answer.map_err(|(problem, _)| problem)
    }

    async fn collect(&self, body: Body) -> Result<Bytes, Problem> {
        let collected = timeout(self.patience() * 3, body.collect()).await;
        let bytes = match collected {
            Ok(Ok(body)) => body.to_bytes(),
            Ok(Err(error)) => return Err(Problem::Broken(format!("the answer broke off: {error}"))),
            Err(_) => return Err(Problem::TimedOut("the answer did not end in time".into())),
        };
        self.stats.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(bytes)
    }

    /// How long to wait for an answer to begin, and between its parts.
    pub(super) fn patience(&self) -> Duration {
        self.flags.request_timeout.unwrap_or(Duration::from_secs(20))
    }

    /// Sends a request; repeats it where the server says so (429) or fails on its side, with growing pauses.
    async fn ask(&self, path: &str, accept: &str) -> Result<Body, Problem> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let (problem, pause) = match self.ask_once(path, accept).await {
                Ok(body) => return Ok(body),
                Err(failure) => failure,
            };
            let repeat = matches!(problem.status(), Some(429 | 500 | 502 | 503 | 504));
            if !repeat || attempt == ATTEMPTS {
                return Err(problem);
            }
            self.stats.backoffs.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(pause.unwrap_or_else(|| backoff(attempt))).await;
        }
    }

    async fn ask_once(&self, path: &str, accept: &str) -> Result<Body, (Problem, Option<Duration>)> {
        self.answer(http::Request::get(path).header(http::header::ACCEPT, accept), None).await
    }

    /// Sends a request that may change something: once, whatever comes of it.
    pub(super) async fn send_once(
        &self,
        method: http::Method,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> Result<Bytes, Problem> {
        let request = http::Request::builder().method(method).uri(path);
        let body = self.answer(request, body).await.map_err(|(problem, _)| problem)?;
        self.collect(body).await
    }

    async fn answer(
        &self,
        request: http::request::Builder,
        body: Option<Vec<u8>>,
    ) -> Result<Body, (Problem, Option<Duration>)> {
        self.stats.requests.fetch_add(1, Ordering::Relaxed);
        let request = request.header(http::header::USER_AGENT, concat!("plimsoll/", env!("CARGO_PKG_VERSION")));
        let request = match body {
            Some(body) => request.header(http::header::CONTENT_TYPE, "application/json").body(Body::from(body)),
            None => request.body(Body::empty()),
        };
        let request = request.map_err(|error| (Problem::Broken(error.to_string()), None))?;
        let answer = match timeout(self.patience(), self.client.send(request)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err((Problem::from_kube(&error), None)),
            Err(_) => return Err((Problem::TimedOut(format!("no answer within {:?}", self.patience())), None)),
        };
        let status = answer.status();
        if status.is_success() {
            return Ok(answer.into_body());
        }
        let seconds = answer.headers().get(http::header::RETRY_AFTER).and_then(|v| v.to_str().ok()?.parse().ok());
        // a server may ask for minutes; nobody waits that long for a screen
        let pause = seconds.map(|seconds: u64| Duration::from_secs(seconds.min(10)));
        let body = self.collect(answer.into_body()).await.unwrap_or_default();
        let message = wire::status(&body).map(|status| status.message).filter(|message| !message.is_empty());
        let message = message.unwrap_or_else(|| status.canonical_reason().unwrap_or("no reason given").to_owned());
        Err((Problem::Status(status.as_u16(), message), pause))
    }
}

/// 0.1 s, 0.2 s, 0.4 s … at most 30 s.
fn backoff(attempt: u32) -> Duration {
    Duration::from_millis(50 << attempt.min(9)).min(Duration::from_secs(30))
}

/// Why a watch ended.
enum Broken {
    /// Nobody listens any more.
    Closed,
    /// Silence where the end of the first pass should have been said.
    NoBookmark,
    /// The connection or the server.
    #[allow(dead_code)] // read when debugging
    Problem(Problem),
}

/// An open watch.
struct Watch {
    frames: Frames,
    body: http_body_util::BodyDataStream<Body>,
}

impl Watch {
    fn new(kind: Kind, body: Body) -> Self {
        Self { frames: Frames::new(kind), body: body.into_data_stream() }
    }

    async fn next(&mut self, inner: &Inner) -> Result<Event, Broken> {
        /// A watch that says nothing, not even a bookmark, for this long is dead.
        const SILENCE: Duration = Duration::from_secs(90);
        loop {
            match self.frames.next() {
                Some(Ok(event)) => return Ok(event),
                Some(Err(error)) => return Err(Broken::Problem(Problem::Broken(error))),
                None => {}
            }
            let patience = inner.flags.request_timeout.unwrap_or(SILENCE);
            match timeout(patience, self.body.next()).await {
                Ok(Some(Ok(chunk))) => {
                    inner.stats.bytes.fetch_add(chunk.len() as u64, Ordering::Relaxed);
                    self.frames.push(&chunk);
                }
                Ok(Some(Err(error))) => {
                    return Err(Broken::Problem(Problem::Broken(format!("the stream broke off: {error}"))));
                }
                Ok(None) => return Err(Broken::Problem(Problem::Broken("the server ended the stream".into()))),
                Err(_) => return Err(Broken::NoBookmark),
            }
        }
    }
}

fn target(kind: Kind, served: &Served) -> Target {
    Target {
        kind,
        api_version: format!("{}/{}", served.group, served.version),
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

fn state_of(end: End, target: &Target, namespace: Option<&str>) -> ReadState {
    match end {
        End::Done => ReadState::Complete,
        End::Absent => ReadState::Absent,
        End::Closed => failed(GapReason::Stale, "reading was stopped"),
        End::Failed(problem) => {
            let (reason, message) = explain(&problem, target, namespace);
            failed(reason, &message)
        }
    }
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
