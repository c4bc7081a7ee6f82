//! After the first pass: watches that go on, break and come back; reads that failed and are tried again.

use super::errors::Problem;
use super::read::{Broken, End, Inner, Mode, Place, Target, Watch, encode, state_of};
use super::wire::{self, Event};
use crate::inventory::Kind;
use crate::model::Scope;
use crate::sources::{Change, Names, Update};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// How the reason begins why a part is not watched and will not be.
pub const UNWATCHED: &str = "no live updates";

/// Failures in a row after which a watch counts as lost: servers end healthy ones now and then.
const LOST: u32 = 2;

impl Inner {
    /// Watches on after the first pass, until nobody listens or somebody stops it.
    pub(super) async fn follow(
        self: Arc<Self>,
        target: Target,
        watch: Option<Watch>,
        version: String,
        out: mpsc::Sender<Update>,
    ) {
        let part = target.part();
        let work = self.watch_on(target, watch, version, &out);
        if self.unless_cancelled(part.kind, work, &out).await {
            // what is no longer wanted is not lost
            let _ = out.send(Update::Back(part)).await;
        }
    }

    async fn watch_on(
        &self,
        target: Target,
        mut watch: Option<Watch>,
        mut version: String,
        out: &mpsc::Sender<Update>,
    ) {
        let mut failures = 0u32;
        // as it was told last
        let mut lost: Option<String> = None;
        while !out.is_closed() {
            let opened = match watch.take() {
                Some(open) => Ok((open, version.clone())),
                None => self.open(&target, &version, out).await,
            };
            let why = match opened {
                Ok((mut open, from)) => {
                    version = from;
                    if lost.take().is_some() && out.send(Update::Back(target.part())).await.is_err() {
                        return;
                    }
                    match self.drain(&target, &mut open, &mut version, out).await {
                        // quiet, or dead: opening it again will show
                        Ok((_, Broken::NoBookmark)) => {
                            failures = 0;
                            continue;
                        }
                        // what it said shows that it had worked
                        Ok((said, why)) => {
                            failures = if said { 1 } else { failures + 1 };
                            why.to_string()
                        }
                        Err(()) => return,
                    }
                }
                Err(End::Failed(problem)) if problem.status() == Some(403) => {
                    // nobody asks again what was denied
                    let why = format!("{UNWATCHED}: watch {} is forbidden", target.part().kind.info().plural);
                    let _ = out.send(Update::Lost(target.part(), why.into())).await;
                    return;
                }
                Err(End::Closed) => return,
                Err(End::Failed(problem)) => {
                    failures += 1;
                    problem.to_string()
                }
                Err(End::Absent | End::Done) => {
                    failures += 1;
                    "it is not served any more".to_owned()
                }
            };
            if failures >= LOST && lost.as_ref() != Some(&why) {
                if out.send(Update::Lost(target.part(), why.as_str().into())).await.is_err() {
                    return;
                }
                lost = Some(why);
            }
            self.stats.backoffs.fetch_add(1, Ordering::Relaxed);
            self.journal.backed_off(&target.path());
            if !self.rested(failures, out).await {
                return;
            }
        }
    }

    /// Hands over what a watch says until it breaks: whether it said anything, and how it broke. Err: nobody listens.
    async fn drain(
        &self,
        target: &Target,
        watch: &mut Watch,
        version: &mut String,
        out: &mpsc::Sender<Update>,
    ) -> Result<(bool, Broken), ()> {
        let mut said = false;
        loop {
            let event = tokio::select! {
                event = watch.next(self, self.silence()) => event,
                () = out.closed() => return Err(()),
            };
            match event {
                Ok(Event::Change(change)) => {
                    let change = target.complete(change);
                    if let Change::Put(object) | Change::Delete(object) = &change {
                        object.meta().resource_version().clone_into(version);
                    }
                    out.send(Update::Batch(target.kind, vec![change])).await.map_err(drop)?;
                }
                Ok(Event::Bookmark { resource_version, .. }) => *version = resource_version,
                Ok(Event::Error(status)) => {
                    if status.code == 410 {
                        version.clear();
                    }
                    let code = u16::try_from(status.code).unwrap_or_default();
                    return Ok((said, Broken::Problem(Problem::Status(code, status.message))));
                }
                Err(broken) => return Ok((said, broken)),
            }
            said = true;
        }
    }

    /// Opens a watch from a version; where that is too old (or unknown), everything is read anew.
    async fn open(&self, target: &Target, version: &str, out: &mpsc::Sender<Update>) -> Result<(Watch, String), End> {
        if !version.is_empty() {
            match self.watch(target, version).await {
                Err(End::Failed(problem)) if problem.status() == Some(410) => {}
                opened => return opened.map(|watch| (watch, version.to_owned())),
            }
        }
        let (watch, version) = self.again(target, out).await?;
        match watch {
            Some(watch) => Ok((watch, version)),
            None => Ok((self.watch(target, &version).await?, version)),
        }
    }

    async fn watch(&self, target: &Target, version: &str) -> Result<Watch, End> {
        let from = encode(version);
        let query = format!("watch=true&allowWatchBookmarks=true&resourceVersion={from}{}", target.query());
        let answer = self.ask(&format!("{}?{query}", target.path()), wire::accept(target.kind, true)).await;
        answer.map(|answer| Watch::new(target.kind, answer)).map_err(End::Failed)
    }

    /// Reads a part anew. What is known of it stands until the end: a second look hides nothing.
    async fn again(&self, target: &Target, out: &mpsc::Sender<Update>) -> Result<(Option<Watch>, String), End> {
        let _slot = self.slots.acquire().await.map_err(|_| End::Closed)?;
        let mut seen = Some(Names::new());
        let read = self.first_pass(target, &mut seen, out).await?;
        let names = seen.unwrap_or_default();
        out.send(Update::Retain(target.part(), names)).await.map_err(|_| End::Closed)?;
        Ok(read)
    }

    /// Asks again what the server serves, until it tells of all these kinds or nobody listens.
    pub(super) async fn rediscover(self: Arc<Self>, mut unknown: Vec<Kind>, scope: Scope, out: mpsc::Sender<Update>) {
        let mut attempt = 0;
        while !unknown.is_empty() {
            attempt += 1;
            if !self.rested(attempt, &out).await {
                return;
            }
            let core = unknown.iter().any(|kind| kind.info().group.is_empty());
            let found = self.discover(core).await;
            let mut tasks = JoinSet::new();
            unknown = self.read_customs(unknown, found, &scope, Mode::Follow, &out, &mut tasks).await;
            while tasks.join_next().await.is_some() {}
        }
    }

    /// Reads again what failed, until all of it is read, nobody listens, or somebody stops it.
    pub(super) async fn keep_trying(self: Arc<Self>, kind: Kind, places: Vec<Place>, out: mpsc::Sender<Update>) {
        self.unless_cancelled(kind, self.clone().recover(kind, places, out.clone()), &out).await;
    }

    /// The same, with growing pauses.
    async fn recover(self: Arc<Self>, kind: Kind, mut places: Vec<Place>, out: mpsc::Sender<Update>) {
        let mut attempt = 0;
        while places.iter().any(Place::may_recover) {
            attempt += 1;
            if !self.rested(attempt, &out).await {
                return;
            }
            for place in places.iter_mut().filter(|place| place.may_recover()) {
                match self.again(&place.target, &out).await {
                    Ok((watch, version)) => {
                        place.end = End::Done;
                        let (inner, target, out) = (self.clone(), place.target.clone(), out.clone());
                        tokio::spawn(async move { inner.follow(target, watch, version, out).await });
                    }
                    Err(end) => place.end = end,
                }
            }
            if out.send(Update::State(kind, state_of(&places))).await.is_err() {
                return;
            }
        }
    }

    /// Waits longer with each attempt; false: nobody listens any more.
    async fn rested(&self, attempt: u32, out: &mpsc::Sender<Update>) -> bool {
        tokio::select! {
            () = tokio::time::sleep(self.backoff(attempt)) => true,
            () = out.closed() => false,
        }
    }
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Closed => f.write_str("reading was stopped"),
            Self::NoBookmark => f.write_str("it said nothing for too long"),
            Self::Problem(problem) => problem.fmt(f),
        }
    }
}
