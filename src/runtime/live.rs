//! The live cluster behind the terminal: one session, kept for the objects that are opened later.

use super::desk::Held;
use super::source::{Login, Sink};
use super::sources::{Resource, Sources};
use crate::app::{ContextInfo, Failure, Link, Target};
use crate::engine::{Engine, kinds};
use crate::inventory::{Inventory, Kind, OptIn, ReadState, Version};
use crate::model::{Activity, Doing, KindActivity, ObjectRef};
use crate::sources::live::login::{self, Credential};
use crate::sources::live::{CANCELLED, ConnectError, Flags, Mode, Session, UNWATCHED, contexts};
use crate::sources::{Part, Update, apply};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// Least time between two reports while kinds are read.
const BETWEEN: Duration = Duration::from_millis(150);

/// The same until there is a finding to look at; the first workloads are looked at at once.
const FIRST: Duration = Duration::from_millis(20);

/// How much rest may be put off: the first few changes after a calm are looked at at once.
const BURST: Duration = Duration::from_secs(1);

/// How long changes are gathered before the next look.
const GATHER: Duration = Duration::from_millis(100);

/// How long nothing changes before the time alone is looked at: records end, evidence grows old.
const TICK: Duration = Duration::from_secs(600);

/// Which watches are lost.
#[derive(Default)]
struct Links(BTreeMap<Part, (Arc<str>, Arc<str>)>);

impl Links {
    /// Takes what an update says of watches; gives back what it says of the cluster.
    fn absorb(&mut self, update: Update) -> Option<Update> {
        match update {
            Update::Lost(part, why) => {
                let since = clock(&super::sources::now()).into();
                // since when is that of the first reason
                self.0.entry(part).or_insert_with(|| (since, why.clone())).1 = why.clone();
                None
            }
            Update::Back(part) => {
                self.0.remove(&part);
                None
            }
            Update::FirstPassDone => None,
            update => Some(update),
        }
    }

    fn say(&self) -> Link {
        let unwatched = |why: &str| why.starts_with(UNWATCHED);
        let lost = self.0.iter().filter(|(_, (_, why))| !unwatched(why));
        let kinds: BTreeSet<Kind> = lost.clone().map(|(part, _)| part.kind).collect();
        if let Some((since, why)) = lost.map(|(_, told)| told).min() {
            return Link::Lost { since: since.clone(), kinds: kinds.len(), why: why.clone() };
        }
        let kinds: BTreeSet<Kind> = self.0.keys().map(|part| part.kind).collect();
        match self.0.values().next() {
            Some((since, why)) => Link::Partly { since: since.clone(), kinds: kinds.len(), why: why.clone() },
            None => Link::Live,
        }
    }
}

/// What is being done about the kinds of a scan.
#[derive(Debug, Default)]
struct Standing {
    kinds: BTreeMap<Kind, (Doing, usize)>,
}

impl Standing {
    fn of(kinds: &BTreeSet<Kind>) -> Self {
        Self { kinds: kinds.iter().map(|kind| (*kind, (Doing::Waiting, 0))).collect() }
    }

    /// Takes what an update says of a kind; true: it is news.
    fn note(&mut self, update: &Update) -> bool {
        let (kind, doing) = match update {
            Update::State(kind, state) => (*kind, doing(state)),
            Update::Lost(part, why) => (part.kind, Doing::Lost(clock(&super::sources::now()).into(), why.clone())),
            Update::Back(part) => (part.kind, Doing::Live),
            _ => return false,
        };
        let Some((known, _)) = self.kinds.get_mut(&kind) else { return false };
        let before = known.clone();
        match (&*known, &doing) {
            // since when is that of the first reason; what was stopped does not come back by itself
            (Doing::Lost(since, _), Doing::Lost(_, why)) => *known = Doing::Lost(since.clone(), why.clone()),
            (Doing::Cancelled, Doing::Live | Doing::Lost(..)) => {}
            _ => *known = doing,
        }
        // in the terminal every kind is watched once it was read
        if *known == Doing::Read {
            *known = Doing::Live;
        }
        *known != before
    }

    fn count(&mut self, inventory: &Inventory, kind: Kind) {
        if let Some((_, objects)) = self.kinds.get_mut(&kind) {
            *objects = inventory.count(kind);
        }
    }
}

fn doing(state: &ReadState) -> Doing {
    match state {
        ReadState::Unread => Doing::Waiting,
        ReadState::Reading => Doing::Reading,
        ReadState::Complete => Doing::Read,
        ReadState::Absent => Doing::Absent,
        ReadState::Failed { message, .. } if &**message == CANCELLED => Doing::Cancelled,
        ReadState::Failed { message, .. } => Doing::Failed(message.clone()),
    }
}

/// The name of a kind's resource: `deployments.apps`.
fn resource(kind: Kind) -> String {
    let info = kind.info();
    match (info.plural, info.group) {
        ("" | "*", _) => kind.name().to_owned(),
        (plural, "") => plural.to_owned(),
        (plural, group) => format!("{plural}.{group}"),
    }
}

/// Takes updates as they come, while those before are looked at: the server ends a watch whose events nobody takes.
fn drained(mut updates: mpsc::Receiver<Update>) -> mpsc::UnboundedReceiver<Update> {
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(update) = updates.recv().await {
            if sender.send(update).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Connection flags, the session that is open, and what it does.
#[derive(Debug, Default)]
pub struct Live {
    flags: Flags,
    /// What the last login program gave.
    credential: Arc<Mutex<Option<Credential>>>,
    open: Mutex<Option<(Target, Session)>>,
    standing: Mutex<Standing>,
}

/// How often it is looked whether anything happened, while somebody looks at it.
const GLANCE: Duration = Duration::from_millis(500);

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        Self { login: error.login, ..Self::new(sentence(&error.what), sentence(&error.hint)) }
    }
}

/// `23:41:07Z` of an RFC 3339 time.
fn clock(time: &str) -> &str {
    time.split_once('T').map_or(time, |(_, clock)| clock)
}

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut chars = text.chars();
    // An address stays as it is.
    let upper = |c: char| if text.starts_with("http") { c.to_string() } else { c.to_uppercase().to_string() };
    let first = chars.next().map(upper).unwrap_or_default();
    let end = if text.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

impl Live {
    /// With kubectl's connection flags.
    pub fn new(flags: Flags) -> Self {
        Self { flags, ..Self::default() }
    }

    fn flags(&self, target: &Target) -> Flags {
        let mut flags = self.flags.clone();
        if let Some(context) = &target.context {
            // Another context brings its own cluster and user.
            if flags.context.as_deref() != Some(&**context) {
                flags.cluster = None;
                flags.user = None;
                flags.server = None;
                flags.token = None;
            }
            flags.context = Some(context.to_string());
        }
        flags.namespaces = target.namespaces.iter().map(ToString::to_string).collect();
        flags.credential = self.credential.lock().unwrap_or_else(PoisonError::into_inner).clone();
        flags
    }

    /// The login program of a target's user.
    pub(super) fn login(&self, target: &Target) -> Result<Login, Failure> {
        let (command, context) = Handle::current().block_on(login::program(&self.flags(target)))?;
        let credential = self.credential.clone();
        let done = move |written: &[u8]| {
            let given = Credential::read(written, context)?;
            *credential.lock().unwrap_or_else(PoisonError::into_inner) = Some(given);
            Ok(())
        };
        Ok(Login { command, done: Box::new(done) })
    }

    pub(super) fn scan(
        &self,
        sources: &Sources,
        target: &Target,
        sink: &Sink,
        started: &Arc<str>,
    ) -> Result<(), Failure> {
        Handle::current().block_on(self.read(sources, target, sink, started))
    }

    async fn read(&self, sources: &Sources, target: &Target, sink: &Sink, started: &Arc<str>) -> Result<(), Failure> {
        let flags = self.flags(target);
        let session = tokio::select! {
            session = Session::connect(&flags) => session?,
            () = sink.closed() => return Ok(()),
        };
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = Some((target.clone(), session.clone()));
        let editions = sources.editions(session.version())?;
        let mut allowed = sources.allowed.clone();
        allowed.extend(target.kubelets.then_some(OptIn::KubeletConfig));
        let wanted = kinds(&editions, &allowed);
        sink.planned(wanted.len());
        *self.standing() = Standing::of(&wanted);
        let mut inventory = session.inventory();
        inventory.settings = sources.settings(session.cluster().context.as_deref()).inventory();
        wanted.iter().filter(|kind| kind.info().opt_in.is_some()).for_each(|kind| inventory.opt_in(*kind));
        let mut engine = Engine::following();
        let mut updates = session.read(wanted.clone(), Mode::Follow);
        let mut links = Links::default();
        let (mut told, mut pause) = (Instant::now(), Duration::ZERO);
        let begun = Instant::now();
        let mut worth_a_look = false;
        loop {
            let update = tokio::select! {
                update = updates.recv() => update,
                () = sink.closed() => return Ok(()),
            };
            let kind = match &update {
                None | Some(Update::FirstPassDone) => break,
                Some(Update::State(kind, _) | Update::Batch(kind, _)) => Some(*kind),
                Some(_) => None,
            };
            update.iter().for_each(|update| self.note(update, &session));
            if let Some(update) = update.and_then(|update| links.absorb(update)) {
                apply(&mut inventory, update);
            }
            if let Some(kind) = kind {
                self.standing().count(&inventory, kind);
                progress(sink, &inventory, kind);
            }
            // before the first workload there is little to find, and looking would only delay it
            worth_a_look |= begun.elapsed() >= BETWEEN || Kind::POD_SPEC.iter().any(|kind| inventory.count(*kind) > 0);
            if worth_a_look && told.elapsed() >= pause {
                let begin = Instant::now();
                let report = sources.evaluate(&mut engine, &inventory, &editions, started, None)?;
                let least = if report.findings.is_empty() { FIRST } else { BETWEEN };
                if !report.findings.is_empty() {
                    session.looked();
                }
                sink.report(report);
                told = Instant::now();
                // Looking takes a fifth of the time at most: reading comes first.
                pause = least.max(begin.elapsed() * 4);
            }
        }
        nothing_readable(&inventory, &wanted, &session)?;
        sources.take_evidence(&mut inventory, target, sink);
        let (target, started, finished) = (target.clone(), started.clone(), super::sources::now());
        sources.last(Held { target, inventory, editions, engine, started, finished }, sink)?;
        sink.finished();
        sink.link(links.say());
        let mut updates = drained(updates);
        // Until when what was looked at is rested from.
        let mut rest = tokio::time::Instant::now();
        loop {
            let update = tokio::select! {
                update = updates.recv() => update,
                () = sink.closed() => None,
                () = tokio::time::sleep(TICK) => {
                    sources.go_on(Vec::new(), sink)?;
                    continue;
                }
            };
            let Some(update) = update else { break };
            let known = links.say();
            self.note(&update, &session);
            let mut changes: Vec<Update> = links.absorb(update).into_iter().collect();
            // What comes within a moment of each other is looked at together.
            let now = tokio::time::Instant::now();
            let until = (now + GATHER).max(rest.checked_sub(BURST).unwrap_or(now));
            while let Ok(Some(update)) = tokio::time::timeout_at(until, updates.recv()).await {
                self.note(&update, &session);
                changes.extend(links.absorb(update));
                // what is there already comes whatever the time
                if tokio::time::Instant::now() >= until {
                    break;
                }
            }
            if !changes.is_empty() && sink.is_open() {
                let begin = Instant::now();
                sources.go_on(changes, sink)?;
                // A fifth of the time, but for the first few: what is rare is seen at once, and what goes on is not heard.
                rest = rest.max(tokio::time::Instant::now()) + begin.elapsed() * 4;
            }
            let now = links.say();
            if now != known {
                sink.link(now);
            }
        }
        Ok(())
    }

    /// Notes what an update says, for who looks at what is being done.
    fn note(&self, update: &Update, session: &Session) {
        if self.standing().note(update) {
            session.journal().touch();
        }
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is being done and was asked, once that is another than at this revision, or after a while.
    pub(super) fn activity(
        &self,
        target: &Target,
        after: u64,
        counts: impl Fn(Kind) -> Option<usize>,
    ) -> Result<Activity, Failure> {
        let session = {
            let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            open.as_ref().filter(|(of, _)| of == target).map(|(_, session)| session.clone())
        };
        let nothing = || Failure::new("Nothing was asked of the cluster yet.", "It is being connected to.");
        let session = session.ok_or_else(nothing)?;
        let journal = session.journal();
        if after > 0 {
            let until = Instant::now() + TICK;
            loop {
                // what happens within a glance is told together
                Handle::current().block_on(tokio::time::sleep(GLANCE));
                let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
                // a new scan has a journal of its own
                let same = |session: &Session| Arc::ptr_eq(&session.journal(), &journal);
                let here = open.as_ref().is_some_and(|(of, session)| of == target && same(session));
                if journal.revision() != after || !here || Instant::now() > until {
                    break;
                }
            }
        }
        let revision = journal.revision();
        let (asked, sums, by_resource) = journal.read();
        let standing = self.standing();
        let kinds = standing.kinds.iter().map(|(kind, (doing, objects))| {
            let resource = resource(*kind);
            let sums = by_resource.get(&resource).copied().unwrap_or_default();
            let objects = counts(*kind).unwrap_or(*objects);
            KindActivity { kind: resource.into(), doing: doing.clone(), objects, sums }
        });
        Ok(Activity { kinds: kinds.collect(), asked, sums, revision })
    }

    /// Stops reading a kind, by its resource.
    pub(super) fn cancel(&self, target: &Target, name: &str) {
        let kind = self.standing().kinds.keys().copied().find(|kind| resource(*kind) == name);
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(kind), Some((of, session))) = (kind, &*open)
            && of == target
        {
            session.cancel(kind);
        }
    }

    pub(super) fn contexts(&self) -> Result<Vec<ContextInfo>, Failure> {
        let contexts = contexts(&self.flags)?;
        let info = |(name, (cluster, namespace)): (&String, &(String, Option<String>))| ContextInfo {
            name: name.as_str().into(),
            cluster: cluster.as_str().into(),
            namespace: namespace.as_deref().map(Into::into),
            current: contexts.current.as_ref() == Some(name),
        };
        Ok(contexts.names.iter().zip(&contexts.about).map(info).collect())
    }

    /// The session of a target; another target is connected to.
    async fn session(&self, target: &Target) -> Result<Session, Failure> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match open {
            Some((of, session)) if of == *target => Ok(session),
            _ => Ok(Session::connect(&self.flags(target)).await?),
        }
    }

    pub(super) fn namespaces(&self, target: &Target) -> Result<Vec<Arc<str>>, Failure> {
        Handle::current().block_on(async {
            let everywhere = Target { namespaces: Vec::new(), ..target.clone() };
            let session = self.session(&everywhere).await?;
            let mut inventory = session.inventory();
            let mut updates = session.read([Kind::Namespace].into(), Mode::Once);
            while let Some(update) = updates.recv().await {
                if matches!(update, Update::FirstPassDone) {
                    break;
                }
                apply(&mut inventory, update);
            }
            match inventory.state(Kind::Namespace) {
                ReadState::Failed { message, .. } => {
                    Err(Failure::new(sentence(message), "Name one: :ns NAME looks at it all the same."))
                }
                _ => Ok(super::sources::namespaces(&inventory)),
            }
        })
    }

    /// The server's version, and the nodes that can be looked at.
    pub(super) fn nodes(&self, target: &Target) -> Result<(Version, Vec<String>), Failure> {
        Handle::current().block_on(async {
            let session = self.session(target).await?;
            let names = session.node_names().await.map_err(|problem| {
                Failure::new(format!("Nodes cannot be listed: {problem}."), "Ask for the role that :role shows.")
            })?;
            Ok((session.version(), names))
        })
    }

    /// Looks at the nodes by `plimsoll collect nodes`, a process of its own: it removes what it made even where this one
    /// ends first. Returns the directory with what came, and what was said of nodes of which nothing did.
    pub(super) fn collect(
        &self,
        target: &Target,
        image: &str,
        folder: &Path,
    ) -> Result<(PathBuf, Vec<String>), Failure> {
        let flags = self.flags(target);
        if flags.token.is_some() {
            let what = "A token of the command line would be seen by everybody on this machine.";
            return Err(Failure::new(what, "Run plimsoll collect nodes --apply yourself, and :import what it writes."));
        }
        let context = self.context(target).unwrap_or_else(|| "cluster".to_owned());
        let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '-' };
        let name =
            format!("{}-{}", context.chars().map(safe).collect::<String>(), super::sources::now().replace(':', ""));
        let folder = folder.join(name);
        let failed = |error: std::io::Error| {
            Failure::new(format!("plimsoll cannot be started: {error}."), "Please report this.")
        };
        let mut command = Command::new(std::env::current_exe().map_err(failed)?);
        command.args(["collect", "nodes", "--apply", "--yes", "--image", image, "--output-dir"]).arg(&folder);
        command.args(flags.to_args());
        // keys of this terminal are not its own
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let output =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).output().map_err(failed)?;
        let said = String::from_utf8_lossy(&output.stderr);
        // the last line is the command for what came, which is taken here
        let said: Vec<String> = said.lines().filter(|line| !line.contains("--node-facts")).map(str::to_owned).collect();
        if folder.is_dir() {
            return Ok((folder, said));
        }
        let left = said.iter().find(|line| line.contains("kubectl delete namespace"));
        let first = said.first().map(String::as_str).unwrap_or_default();
        let more = if said.len() > 1 { format!("; and {} more", said.len() - 1) } else { String::new() };
        Err(Failure::new(
            format!("Nothing came of it: {}{more}.", first.trim_end_matches('.')),
            left.map_or("Nothing of it is left in the cluster.".to_owned(), |left| format!("{left}.")),
        ))
    }

    /// An object, complete.
    pub(super) fn object(&self, target: &Target, object: &ObjectRef) -> Result<Resource, Failure> {
        Handle::current().block_on(async {
            let session = self.session(target).await?;
            let value = session.get_object(object).await.map_err(|problem| {
                let what = format!("{} cannot be read: {problem}.", object.kind_name());
                Failure::new(what, "It may be gone since; :rescan reads everything again.")
            })?;
            let version = value.pointer("/metadata/resourceVersion").and_then(|v| v.as_str()).map(str::to_owned);
            Ok(Resource {
                whole: value.clone(),
                object: value,
                text: None,
                origin: format!("{} as read at {}", object.kind_name(), clock(&super::sources::now())),
                version: version.map(|v| format!("resourceVersion {v}")),
            })
        })
    }

    /// The context of the open session.
    pub(super) fn context(&self, target: &Target) -> Option<String> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, session) = open.as_ref().filter(|(of, _)| of == target)?;
        session.cluster().context.map(|context| context.to_string())
    }
}

fn progress(sink: &Sink, inventory: &Inventory, kind: Kind) {
    let done = !matches!(inventory.state(kind), ReadState::Unread | ReadState::Reading);
    let plural = kind.info().plural;
    sink.progress(if plural.is_empty() { kind.name() } else { plural }, inventory.count(kind), done);
}

/// No kind at all could be read: the cluster is as good as unreachable.
fn nothing_readable(inventory: &Inventory, kinds: &BTreeSet<Kind>, session: &Session) -> Result<(), Failure> {
    let failed = |kind: &Kind| match inventory.state(*kind) {
        ReadState::Failed { read, message, .. } if read.is_empty() => Some(message.clone()),
        _ => None,
    };
    let builtin: Vec<_> = kinds.iter().filter(|kind| kind.is_builtin() || kind.is_whole()).map(failed).collect();
    match builtin.first() {
        Some(Some(first)) if builtin.iter().all(Option::is_some) => Err(Failure::new(
            format!("Nothing could be read from {}: {first}.", session.cluster().server.unwrap_or_default()),
            "Ask for the role that :role shows, or choose a namespace with :ns NAME.",
        )),
        _ => Ok(()),
    }
}
