//! A screen as text, without a terminal: the same state, the same effects, one view printed when all is there.

use super::Options;
use super::work::Work;
use crate::app::{Effect, Failure, Msg, Phase, ScanEvent, State, update};
use crate::ui::plain;
use anyhow::Context as _;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Columns and rows of the window that there is not: as roomy as any.
const ROOMY: (u16, u16) = (500, 100);

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Printed {
    /// The screen.
    Screen,
    /// The screen, of a scan that was cut short.
    Part,
    /// The command leads to no screen: what it said.
    Said(String),
    /// There is nothing to show.
    Nothing(Failure),
}

/// Prints the overview, or the screen that the command of the options leads to.
///
/// # Errors
/// The worker threads cannot be started, or one of them failed.
pub fn print(options: Options, out: &mut dyn FnMut(&str)) -> anyhow::Result<Printed> {
    let runtime = super::threads()?;
    let printed = runtime.block_on(run(options, out));
    runtime.shutdown_background();
    printed
}

/// The state, and the work that has not answered yet.
struct Headless {
    state: State,
    work: Work<dyn super::Source>,
    messages: mpsc::UnboundedReceiver<Msg>,
    awaited: usize,
}

impl Headless {
    fn start(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            // what waits for a change is for somebody who goes on looking
            if matches!(effect, Effect::LoadActivity(_, after) if after > 0) {
                continue;
            }
            // what is no work concerns a terminal
            if self.work.start(effect).is_none() {
                self.awaited += 1;
            }
        }
    }

    /// Waits until everything that was asked for is there.
    async fn settle(&mut self) -> anyhow::Result<()> {
        while self.awaited > 0 {
            let message = tokio::select! {
                message = self.messages.recv() => message.context("the work ended without an answer")?,
                () = self.work.broken() => anyhow::bail!("plimsoll failed; what it said is above"),
            };
            let goes_on = matches!(
                message,
                Msg::Scan(
                    _,
                    ScanEvent::Planned(_)
                        | ScanEvent::Progress(_)
                        | ScanEvent::Records(_)
                        | ScanEvent::Report(_)
                        | ScanEvent::Nodes(_)
                        | ScanEvent::Note(_)
                        | ScanEvent::Link(_)
                )
            );
            self.awaited -= usize::from(!goes_on);
            let effects = update(&mut self.state, message);
            self.start(effects);
        }
        Ok(())
    }
}

async fn run(options: Options, out: &mut dyn FnMut(&str)) -> anyhow::Result<Printed> {
    let ascii = options.look.is_ascii(&|name| std::env::var(name).ok());
    let (sender, messages) = mpsc::unbounded_channel();
    let (state, effects) = State::new(options.target, Arc::new(options.catalog), ROOMY);
    let mut headless = Headless { state, work: Work::new(options.source, sender), messages, awaited: 0 };
    headless.state.configure(options.configured.profiles);
    headless.start(effects);
    headless.settle().await?;
    if let (Phase::Failed(failure), None) = (&headless.state.session.phase, &headless.state.session.report) {
        return Ok(Printed::Nothing(failure.clone()));
    }
    if let Some(command) = &options.command {
        let before = headless.state.screen().view.clone();
        headless.state.notice = None;
        let effects = headless.state.open(command);
        let said = headless.state.notice.as_ref().map(|notice| notice.text.clone());
        if let (Some(said), true) = (said, effects.is_empty() && headless.state.screen().view == before) {
            return Ok(Printed::Said(said));
        }
        headless.start(effects);
        headless.settle().await?;
    }
    plain(&headless.state, ascii, out);
    let whole = !matches!(headless.state.session.phase, Phase::Failed(_));
    Ok(if whole { Printed::Screen } else { Printed::Part })
}
