//! The event loop: one receive, drain, update, draw at most every 16 ms. Idle, it waits and does nothing.

use super::clipboard::Clipboard;
use super::terminal::Screen;
use super::work::Work;
use super::{Ended, Options, input};
use crate::app::{Effect, Failure, Msg, State, update};
use crate::ui::{Theme, view};
use anyhow::{Context as _, bail};
use crossterm::event::EventStream;
use futures::StreamExt;
use std::io::stdout;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// Least time between two frames.
const FRAME: Duration = Duration::from_millis(16);

pub(super) async fn run(options: Options, theme: Theme) -> anyhow::Result<Ended> {
    let screen = Screen::take().context("the terminal cannot be used")?;
    // Before the size is asked for: a window that changes in between is told of.
    let keys = EventStream::new();
    let size = screen.terminal.size().context("the terminal does not tell its size")?;
    let (mut state, effects) = State::new(options.target, Arc::new(options.catalog), (size.width, size.height));
    state.theme.clone_from(&theme.name);
    let (sender, messages) = mpsc::unbounded_channel();
    let mut app = Loop {
        screen: Some(screen),
        state,
        theme,
        work: Work::new(options.source, sender),
        clipboard: Clipboard::new(|name| std::env::var(name).ok()),
        ended: None,
    };
    // The first frame comes before anything is asked.
    app.draw()?;
    app.carry_out(effects)?;
    app.run(messages, keys).await
}

struct Loop {
    /// None while suspended.
    screen: Option<Screen>,
    state: State,
    theme: Theme,
    work: Work<dyn super::Source>,
    clipboard: Clipboard,
    ended: Option<Ended>,
}

impl Loop {
    async fn run(
        &mut self,
        mut messages: mpsc::UnboundedReceiver<Msg>,
        mut keys: EventStream,
    ) -> anyhow::Result<Ended> {
        let mut signals = Signals::new().context("signals cannot be received")?;
        let (mut drawn, mut stale) = (Instant::now(), false);
        loop {
            let next = tokio::select! {
                biased;
                signal = signals.next() => return Ok(Ended::Signal(signal)),
                event = keys.next() => match event {
                    Some(event) => input::message(event.context("the terminal cannot be read")?),
                    // The terminal is gone: as if it had hung up.
                    None => return Ok(Ended::Signal(SIGHUP)),
                },
                message = messages.recv() => message,
                () = self.work.broken() => bail!("plimsoll failed; what it said is above"),
                () = tokio::time::sleep_until((drawn + FRAME).into()), if stale => None,
            };
            if let Some(message) = next {
                self.take(message)?;
                while let Ok(message) = messages.try_recv() {
                    self.take(message)?;
                }
                stale = true;
            }
            if let Some(ended) = self.ended {
                return Ok(ended);
            }
            if stale && drawn.elapsed() >= FRAME {
                self.draw()?;
                (drawn, stale) = (Instant::now(), false);
            }
        }
    }

    fn draw(&mut self) -> anyhow::Result<()> {
        let Some(screen) = &mut self.screen else { return Ok(()) };
        screen
            .terminal
            .draw(|frame| view(&self.state, &self.theme, frame))
            .context("the terminal cannot be drawn on")?;
        Ok(())
    }

    fn take(&mut self, message: Msg) -> anyhow::Result<()> {
        let effects = update(&mut self.state, message);
        self.carry_out(effects)
    }

    fn carry_out(&mut self, effects: Vec<Effect>) -> anyhow::Result<()> {
        for effect in effects {
            let answer = match self.work.start(effect) {
                Some(Effect::Quit) => {
                    self.ended = Some(Ended::Quit);
                    continue;
                }
                Some(Effect::Copy(what, text)) => Msg::Copied(what, self.clipboard.copy(&text, &mut stdout())),
                Some(Effect::SetTheme(name)) => Msg::Theme(self.set_theme(&name)),
                Some(Effect::Suspend) => {
                    self.suspend()?;
                    continue;
                }
                _ => continue,
            };
            self.take(answer)?;
        }
        Ok(())
    }

    fn set_theme(&mut self, name: &str) -> Result<String, Failure> {
        self.theme = Theme::load(name).map_err(|error| Failure::new(error.to_string(), ""))?;
        Ok(name.to_owned())
    }

    /// Gives the terminal back and stops; continues where it was when the job is in front again.
    fn suspend(&mut self) -> anyhow::Result<()> {
        self.screen = None;
        let stopped = std::process::Command::new("kill").args(["-TSTP", &std::process::id().to_string()]).status();
        let screen = Screen::take().context("the terminal cannot be taken again")?;
        let size = screen.terminal.size().context("the terminal does not tell its size")?;
        self.screen = Some(screen);
        if stopped.is_err() {
            self.state.say("This system cannot suspend a program.");
        }
        self.take(Msg::Resize(size.width, size.height))
    }
}

/// Terminal hung up.
const SIGHUP: i32 = 1;

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// The number of the next signal that ends the program.
    async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.terminate.recv() => 15,
            _ = self.hang_up.recv() => SIGHUP,
            _ = self.interrupt.recv() => 2,
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> i32 {
        let _ = tokio::signal::ctrl_c().await;
        2
    }
}
