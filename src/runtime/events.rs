//! The event loop: one receive, drain, update, draw at most every 16 ms. Idle, it waits and does nothing.

use super::clipboard::Clipboard;
use super::editor::Copy;
use super::input::{Heard, Input};
use super::look::Wardrobe;
use super::source::Login;
use super::terminal::{Screen, mouse};
use super::watch::{Reread, watch};
use super::work::Work;
use super::{Ended, Options, background};
use crate::app::{Effect, Failure, Msg, State, Target, ThemeChoice, update};
use crate::ui::{Theme, ThemeError, view};
use anyhow::{Context as _, bail};
use crossterm::event::EventStream;
use futures::StreamExt;
use std::io::{Write, stdout};
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Notify, mpsc};

/// Least time between two frames.
const FRAME: Duration = Duration::from_millis(16);

pub(super) async fn run(options: Options) -> anyhow::Result<Ended> {
    let env = |name: &str| std::env::var(name).ok();
    let choice = options.configured.profiles.of(&options.target).theme.clone();
    let wardrobe = Wardrobe::new(&options.look, choice, options.themes, &env);
    // A theme of the settings that cannot be used is said, one of the command line ends it.
    let theme = match (wardrobe.chosen(), &options.look.theme) {
        (Ok(theme), _) => Ok(theme),
        (Err(error), Some(_)) => return Err(error.into()),
        (Err(error), None) => Err(error.to_string()),
    };
    let mouse = options.configured.profiles.of(&options.target).mouse;
    crossterm::style::force_color_output(wardrobe.is_coloured());
    let screen = Screen::take(mouse).context("the terminal cannot be used")?;
    // Before the size is asked for: a window that changes in between is told of.
    let keys = EventStream::new();
    let size = screen.terminal.size().context("the terminal does not tell its size")?;
    let (mut state, mut effects) = State::new(options.target, Arc::new(options.catalog), (size.width, size.height));
    // Theme and mouse are as they should be already.
    let _ = state.configure(options.configured.profiles);
    state.themes = options.configured.themes;
    let mut ignored = options.configured.ignored;
    ignored.extend(theme.as_ref().err().cloned());
    state.ignore(&ignored);
    let theme = theme.or_else(|_| wardrobe.named("dark"))?;
    state.theme.clone_from(&theme.name);
    if let Some(command) = &options.command {
        effects.extend(state.open(command));
    }
    let (sender, messages) = mpsc::unbounded_channel();
    let reload = Arc::new(Notify::new());
    let current = state.profiles.current.clone();
    let reread = options.paths.map(|paths| watch(paths, current, reload.clone()));
    let mut app = Loop {
        screen: Some(screen),
        keys: Some(keys),
        stopped: false,
        errand: None,
        state,
        theme,
        wardrobe,
        source: options.source.clone(),
        work: Work::new(options.source, sender),
        clipboard: Clipboard::new(env),
        reload,
        ended: None,
    };
    // The first frame comes before anything is asked.
    app.draw()?;
    if app.wardrobe.wonders() && background::answers(env) {
        let _ = stdout().write_all(background::QUESTION.as_bytes()).and_then(|()| stdout().flush());
    }
    app.carry_out(effects)?;
    app.run(messages, reread).await
}

/// What another program gets the terminal for.
enum Errand {
    /// A copy is opened in an editor: its name and text.
    Edit(String, String),
    /// The user of a target logs in.
    Login(Target),
}

/// How lending the terminal ended.
enum Lent {
    /// The program ended, or did not start.
    Back(std::io::Result<Output>),
    /// A signal ended both.
    Signal(i32),
}

struct Loop {
    /// None while suspended, and while another program has the terminal.
    screen: Option<Screen>,
    /// None while another program reads them.
    keys: Option<EventStream>,
    /// This program stopped itself: that it was continued is known.
    stopped: bool,
    /// What another program shall have the terminal for.
    errand: Option<Errand>,
    state: State,
    theme: Theme,
    wardrobe: Wardrobe,
    source: Arc<dyn super::Source>,
    work: Work<dyn super::Source>,
    clipboard: Clipboard,
    /// Asks for the settings to be read.
    reload: Arc<Notify>,
    ended: Option<Ended>,
}

/// The next event of the terminal; without one, waits for ever.
async fn event(keys: &mut Option<EventStream>) -> Option<std::io::Result<crossterm::event::Event>> {
    match keys {
        Some(keys) => keys.next().await,
        None => std::future::pending().await,
    }
}

/// The next of what may never come; without it, waits for ever.
async fn next(reread: &mut Option<mpsc::UnboundedReceiver<Reread>>) -> Option<Reread> {
    match reread {
        Some(reread) => reread.recv().await,
        None => std::future::pending().await,
    }
}

impl Loop {
    async fn run(
        &mut self,
        mut messages: mpsc::UnboundedReceiver<Msg>,
        mut reread: Option<mpsc::UnboundedReceiver<Reread>>,
    ) -> anyhow::Result<Ended> {
        let mut signals = Signals::new().context("signals cannot be received")?;
        let mut input = Input::default();
        let (mut drawn, mut stale) = (Instant::now(), false);
        loop {
            let heard = tokio::select! {
                biased;
                signal = signals.next() => match signal {
                    Signal::End(number) => return Ok(Ended::Signal(number)),
                    Signal::Stop => {
                        self.suspend()?;
                        Vec::new()
                    }
                    Signal::Continue => {
                        self.continued()?;
                        Vec::new()
                    }
                },
                event = event(&mut self.keys) => match event {
                    Some(event) => input.hear(event.context("the terminal cannot be read")?),
                    // The terminal is gone: as if it had hung up.
                    None => return Ok(Ended::Signal(SIGHUP)),
                },
                message = messages.recv() => message.map(Heard::Message).into_iter().collect(),
                Some(reread) = next(&mut reread) => {
                    self.take_settings(reread)?;
                    stale = true;
                    Vec::new()
                }
                () = self.work.broken() => bail!("plimsoll failed; what it said is above"),
                () = tokio::time::sleep_until((drawn + FRAME).into()), if stale => Vec::new(),
            };
            for heard in heard {
                match heard {
                    Heard::Message(message) => self.take(message)?,
                    Heard::Light(light) => {
                        self.wardrobe.light = Some(light);
                        self.wear()?;
                    }
                }
                while let Ok(message) = messages.try_recv() {
                    self.take(message)?;
                }
                stale = true;
            }
            if let Some(errand) = self.errand.take() {
                match self.lend_for(errand, &mut signals).await? {
                    Some(ended) => return Ok(ended),
                    None => stale = true,
                }
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

    /// Takes files that have changed.
    fn take_settings(&mut self, reread: Reread) -> anyhow::Result<()> {
        self.wardrobe.themes = reread.themes;
        self.source.configure(reread.config);
        self.take(Msg::Configured(Box::new(reread.configured)))?;
        // The theme in use may be what has changed.
        let name = self.state.theme.clone();
        match self.wardrobe.named(&name) {
            Ok(theme) => self.theme = theme,
            Err(error) => self.take(Msg::Theme(Err(unusable(&error))))?,
        }
        Ok(())
    }

    /// Puts on the theme that was laid down, without a word unless it cannot be used.
    fn wear(&mut self) -> anyhow::Result<()> {
        match self.wardrobe.chosen() {
            Ok(theme) => {
                self.state.theme.clone_from(&theme.name);
                self.theme = theme;
                Ok(())
            }
            Err(error) => self.take(Msg::Theme(Err(unusable(&error)))),
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
                Some(Effect::UseTheme(choice)) => {
                    self.wardrobe.choice = choice;
                    self.wear()?;
                    continue;
                }
                Some(Effect::SetMouse(on)) => {
                    let _ = mouse(on);
                    continue;
                }
                Some(Effect::Edit(name, text)) => {
                    self.errand = Some(Errand::Edit(name, text));
                    continue;
                }
                Some(Effect::Login(target)) => {
                    self.errand = Some(Errand::Login(target));
                    continue;
                }
                Some(Effect::Reload) => {
                    super::panic_if_asked("loop");
                    self.reload.notify_one();
                    continue;
                }
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
        self.theme = self.wardrobe.named(name).map_err(|error| unusable(&error))?;
        // What was chosen by hand goes before what the terminal may tell later.
        self.wardrobe.choice = ThemeChoice::Named(name.to_owned());
        Ok(name.to_owned())
    }

    /// Gives the terminal back and stops; continues where it was when the job is in front again.
    fn suspend(&mut self) -> anyhow::Result<()> {
        self.screen = None;
        self.stopped = true;
        let stopped = stop();
        self.retake()?;
        if !stopped {
            self.stopped = false;
            self.state.say("This system cannot suspend a program.");
        }
        Ok(())
    }

    /// Somebody else stopped this program and let it go on: the shell used the terminal meanwhile.
    fn continued(&mut self) -> anyhow::Result<()> {
        if std::mem::take(&mut self.stopped) { Ok(()) } else { self.retake() }
    }

    /// Takes the terminal again and draws all of it.
    fn retake(&mut self) -> anyhow::Result<()> {
        // first given back: what it was before this program is known only as long as it is taken
        self.screen = None;
        let screen = Screen::take(self.state.mouse).context("the terminal cannot be taken again")?;
        let size = screen.terminal.size().context("the terminal does not tell its size")?;
        self.screen = Some(screen);
        self.take(Msg::Resize(size.width, size.height))?;
        self.draw()
    }

    /// Lets another program have the terminal until it ends; what it wrote to a pipe comes back. None: a signal ended both.
    async fn lend(&mut self, command: Command, signals: &mut Signals) -> anyhow::Result<Lent> {
        // both read the keyboard: ours goes first
        (self.keys, self.screen) = (None, None);
        // what woke the reader up would swallow the first key that comes after
        let _ = crossterm::event::poll(Duration::ZERO);
        let ended = match tokio::process::Command::from(command).kill_on_drop(true).spawn() {
            Ok(program) => {
                let mut output = Box::pin(program.wait_with_output());
                loop {
                    tokio::select! {
                        ended = &mut output => break ended,
                        signal = signals.next() => match signal {
                            // ctrl-c is the other program's
                            Signal::End(SIGINT) | Signal::Continue => {}
                            Signal::End(number) => return Ok(Lent::Signal(number)),
                            // the other program stopped with us
                            Signal::Stop => drop(stop()),
                        },
                    }
                }
            }
            Err(error) => Err(error),
        };
        self.keys = Some(EventStream::new());
        self.retake()?;
        Ok(Lent::Back(ended))
    }

    /// Does what takes the terminal. Some: a signal ended both.
    async fn lend_for(&mut self, errand: Errand, signals: &mut Signals) -> anyhow::Result<Option<Ended>> {
        match errand {
            Errand::Edit(name, text) => self.edit(&name, &text, signals).await,
            Errand::Login(target) => self.login(target, signals).await,
        }
    }

    /// Opens a copy in an editor.
    async fn edit(&mut self, name: &str, text: &str, signals: &mut Signals) -> anyhow::Result<Option<Ended>> {
        let copy = match Copy::new(name, text) {
            Ok(copy) => copy,
            Err(failure) => {
                self.take(Msg::Edited(Err(failure)))?;
                return Ok(None);
            }
        };
        let command = copy.command(&|name| std::env::var(name).ok());
        let program = command.get_program().to_string_lossy().into_owned();
        let ended = match self.lend(command, signals).await? {
            Lent::Signal(number) => return Ok(Some(Ended::Signal(number))),
            Lent::Back(ended) => ended.map(|output| output.status),
        };
        let answer = match (ended, copy.done()) {
            (_, Some(path)) => Ok(Some(path)),
            (Ok(status), None) if status.success() => Ok(None),
            (Ok(status), None) => Err(Failure::new(format!("{program} ended with {status}."), "Nothing was changed.")),
            (Err(error), None) => {
                let what = format!("{program} cannot be started: {error}.");
                Err(Failure::new(what, "Set KUBE_EDITOR or EDITOR to your editor."))
            }
        };
        self.take(Msg::Edited(answer))?;
        Ok(None)
    }

    /// Runs the login program of a target's user.
    async fn login(&mut self, target: Target, signals: &mut Signals) -> anyhow::Result<Option<Ended>> {
        let source = self.source.clone();
        let found = tokio::task::spawn_blocking(move || source.login(&target)).await?;
        let answer = match found {
            Err(failure) => Err(failure),
            Ok(Login { command, done }) => {
                let program = command.get_program().to_string_lossy().into_owned();
                match self.lend(command, signals).await? {
                    Lent::Signal(number) => return Ok(Some(Ended::Signal(number))),
                    Lent::Back(Ok(output)) if output.status.success() => done(&output.stdout).map_err(|why| {
                        Failure::new(format!("{program} did not log you in: {why}."), "Log in as your provider says.")
                    }),
                    Lent::Back(Ok(output)) => {
                        let what = format!("{program} ended with {}.", output.status);
                        Err(Failure::new(what, "You are not logged in."))
                    }
                    Lent::Back(Err(error)) => {
                        let what = format!("{program} cannot be started: {error}.");
                        Err(Failure::new(what, "Install it, or log in as your provider says."))
                    }
                }
            }
        };
        self.take(Msg::LoggedIn(answer))?;
        Ok(None)
    }
}

/// Stops this process, until it is continued; false: that cannot be done here.
fn stop() -> bool {
    let own = std::process::id().to_string();
    std::process::Command::new("kill").args(["-STOP", &own]).status().is_ok_and(|status| status.success())
}

fn unusable(error: &ThemeError) -> Failure {
    Failure::new(error.to_string(), "")
}

/// What a signal asks for.
enum Signal {
    /// To end, by its number.
    End(i32),
    /// To stop for a while, as ctrl-z does elsewhere.
    Stop,
    /// To go on.
    Continue,
}

/// Terminal hung up.
const SIGHUP: i32 = 1;
const SIGINT: i32 = 2;
const SIGTERM: i32 = 15;

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    stop: tokio::signal::unix::Signal,
    go_on: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        // SIGTSTP and SIGCONT: Linux has numbers of its own
        let (stop, go_on) = if cfg!(target_os = "linux") { (20, 18) } else { (18, 19) };
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            stop: signal(SignalKind::from_raw(stop))?,
            go_on: signal(SignalKind::from_raw(go_on))?,
        })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.terminate.recv() => Signal::End(SIGTERM),
            _ = self.hang_up.recv() => Signal::End(SIGHUP),
            _ = self.interrupt.recv() => Signal::End(SIGINT),
            _ = self.stop.recv() => Signal::Stop,
            _ = self.go_on.recv() => Signal::Continue,
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

    async fn next(&mut self) -> Signal {
        let _ = tokio::signal::ctrl_c().await;
        Signal::End(SIGINT)
    }
}
