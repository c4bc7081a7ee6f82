//! Effects that take time: each on a thread of its own, its answer a message.

use super::source::{Sink, Source};
use crate::app::{Effect, Failure, Msg, ScanEvent, Target};
use crate::store::paths;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{Notify, mpsc, watch};

/// Starts work and remembers which scan is the current one.
#[derive(Debug)]
pub(super) struct Work<S: ?Sized> {
    source: Arc<S>,
    messages: mpsc::UnboundedSender<Msg>,
    current: watch::Sender<u64>,
    broken: Arc<Notify>,
}

impl Work<dyn Source> {
    pub(super) fn new(source: Arc<dyn Source>, messages: mpsc::UnboundedSender<Msg>) -> Self {
        Self { source, messages, current: watch::Sender::new(0), broken: Arc::default() }
    }

    /// Waits until work panicked: its hook has given the terminal back already.
    pub(super) async fn broken(&self) {
        self.broken.notified().await;
    }

    /// Runs a blocking function and sends what it answers.
    fn run(&self, answer: impl FnOnce(&dyn Source) -> Msg + Send + 'static) {
        let messages = self.messages.clone();
        self.spawn(move |source| drop(messages.send(answer(source))));
    }

    /// The same, where the answer is of use only as long as this target is looked at.
    fn about(&self, target: Target, answer: impl FnOnce(&dyn Source, &Target) -> Msg + Send + 'static) {
        self.run(move |source| {
            let answer = answer(source, &target);
            Msg::About(target, Box::new(answer))
        });
    }

    fn spawn(&self, work: impl FnOnce(&dyn Source) + Send + 'static) {
        let source = self.source.clone();
        let work = tokio::task::spawn_blocking(move || work(&*source));
        let broken = self.broken.clone();
        tokio::spawn(async move {
            if work.await.is_err_and(|error| error.is_panic()) {
                broken.notify_one();
            }
        });
    }

    /// Starts the work of an effect; gives back those that are no work.
    pub(super) fn start(&self, effect: Effect) -> Option<Effect> {
        match effect {
            Effect::StartScan(scan, target) => {
                // The scan before sees that it is not the current one, and stops.
                self.current.send_replace(scan);
                let sink = Sink::new(scan, self.messages.clone(), self.current.subscribe());
                self.spawn(move |source| match source.scan(&target, &sink) {
                    Ok(()) => sink.finished(),
                    Err(failure) => sink.send(ScanEvent::Failed(failure)),
                });
            }
            Effect::LoadYaml(target, finding) => self.about(target, move |source, target| {
                Msg::Yaml(finding.fingerprint.clone(), source.yaml(target, &finding))
            }),
            Effect::LoadRemedy(target, finding) => self.about(target, move |source, target| {
                Msg::Remedy(finding.fingerprint.clone(), source.remedy(target, &finding))
            }),
            Effect::Import(path, node) => {
                self.run(move |source| Msg::Imported(source.import(&path, node.as_deref())));
            }
            Effect::LoadCollector(target, image) => self.about(target, move |source, target| {
                let text = source.collector(target, &image);
                Msg::Collector(image, text)
            }),
            Effect::Collect(target, image) => {
                self.about(target, move |source, target| Msg::Collected(source.collect(target, &image)));
            }
            Effect::LoadRole => self.run(|source| {
                super::panic_if_asked("work");
                Msg::Role(source.role())
            }),
            Effect::ListContexts => self.run(|source| Msg::Contexts(source.contexts())),
            Effect::ListNamespaces(target) => {
                self.about(target, |source, target| Msg::Namespaces(source.namespaces(target)));
            }
            Effect::Export(report, rows, path) => self.run(move |source| {
                let count = rows.len();
                Msg::Exported(source.export(&report, &rows, path.as_deref()).map(|path| (path, count)))
            }),
            Effect::Save(what, name, text, path) => self.run(move |_| {
                let path = path.map_or_else(|| unused(&name), |path| paths::expanded(&path));
                let saved = crate::store::write_private(&path, text.as_bytes());
                let failed = |error| {
                    let what = format!("{} cannot be written: {error}.", path.display());
                    Failure::new(what, "Name another file: :save FILE")
                };
                Msg::Saved(what, saved.map(|()| path.clone()).map_err(failed))
            }),
            Effect::Ask(target, question) => {
                self.about(target, move |source, target| {
                    Msg::Answered(question.clone(), source.answer(target, &question))
                });
            }
            Effect::LoadActivity(target, after) => {
                self.about(target, move |source, target| Msg::Activity(source.activity(target, after)));
            }
            Effect::CancelRead(target, kind) => self.spawn(move |source| source.cancel(&target, &kind)),
            Effect::Arrange(number, work) => self.run(move |_| Msg::Arranged(number, work.work().unwrap_or_default())),
            Effect::Fold(number, work) => self.run(move |_| Msg::Folded(number, Box::new(work.work()))),
            Effect::Forget(things) => self.spawn(move |_| drop(things)),
            Effect::LoadFacts(target) => self.about(target, |source, target| Msg::Facts(source.facts(target))),
            Effect::Prepare(book) => self.run(move |source| Msg::Prepared(source.prepare(book))),
            Effect::Record(target, change) => {
                self.run(move |source| Msg::Recorded(Box::new(source.record(&target, &change))));
            }
            Effect::Undo(target, done) => {
                self.run(move |source| Msg::Undone(Box::new(source.undo(&target, &done))));
            }
            other => return Some(other),
        }
        None
    }
}

/// A file of this name in the working directory that is not there yet: `web.yaml`, `web-2.yaml` …
fn unused(name: &str) -> PathBuf {
    let (stem, end) = name.rsplit_once('.').unwrap_or((name, "txt"));
    let names = std::iter::once(name.to_owned()).chain((2..1000).map(|n| format!("{stem}-{n}.{end}")));
    names.map(PathBuf::from).find(|path| !path.exists()).unwrap_or_else(|| name.into())
}
