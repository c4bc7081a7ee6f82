//! The live cluster behind the terminal: one session, kept for the objects that are opened later.

use super::desk::Held;
use super::source::Sink;
use super::sources::{Resource, Sources};
use crate::app::{ContextInfo, Failure, Target};
use crate::engine::{Engine, kinds};
use crate::inventory::{Inventory, Kind, ReadState};
use crate::model::ObjectRef;
use crate::sources::live::{ConnectError, Flags, Mode, Session, contexts};
use crate::sources::{Update, apply};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;

/// Least time between two reports while kinds are read.
const BETWEEN: Duration = Duration::from_millis(150);

/// Connection flags, and the session that is open.
#[derive(Debug, Default)]
pub struct Live {
    flags: Flags,
    open: Mutex<Option<(Target, Session)>>,
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        Self::new(sentence(&error.what), sentence(&error.hint))
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
        Self { flags, open: Mutex::default() }
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
        flags
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
        let wanted = kinds(&editions, &sources.allowed);
        sink.planned(wanted.len());
        let mut inventory = session.inventory();
        inventory.settings = sources.settings(session.cluster().context.as_deref()).inventory();
        wanted.iter().filter(|kind| kind.info().opt_in.is_some()).for_each(|kind| inventory.opt_in(*kind));
        let mut engine = Engine::default();
        let mut updates = session.read(wanted.clone(), Mode::Once);
        let (mut told, mut pause) = (Instant::now(), BETWEEN);
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
            if let Some(update) = update {
                apply(&mut inventory, update);
            }
            if let Some(kind) = kind {
                progress(sink, &inventory, kind);
            }
            if told.elapsed() >= pause {
                let begin = Instant::now();
                sink.report(sources.evaluate(&mut engine, &inventory, &editions, started, None)?);
                told = Instant::now();
                // Looking takes a fifth of the time at most: reading comes first.
                pause = BETWEEN.max(begin.elapsed() * 4);
            }
        }
        nothing_readable(&inventory, &wanted, &session)?;
        let (target, started, finished) = (target.clone(), started.clone(), super::sources::now());
        sources.last(Held { target, inventory, editions, engine, started, finished }, sink)
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
    sink.progress(kind.info().plural, inventory.count(kind), done);
}

/// No kind at all could be read: the cluster is as good as unreachable.
fn nothing_readable(
    inventory: &Inventory,
    kinds: &std::collections::BTreeSet<Kind>,
    session: &Session,
) -> Result<(), Failure> {
    let failed = |kind: &Kind| match inventory.state(*kind) {
        ReadState::Failed { read, message, .. } if read.is_empty() => Some(message.clone()),
        _ => None,
    };
    let builtin: Vec<_> = kinds.iter().filter(|kind| !kind.is_custom()).map(failed).collect();
    match builtin.first() {
        Some(Some(first)) if builtin.iter().all(Option::is_some) => Err(Failure::new(
            format!("Nothing could be read from {}: {first}.", session.cluster().server.unwrap_or_default()),
            "Ask for the role that :role shows, or choose a namespace with :ns NAME.",
        )),
        _ => Ok(()),
    }
}
