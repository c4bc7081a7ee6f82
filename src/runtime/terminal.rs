//! Taking the terminal and giving it back, whatever happens.

use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::execute;
use ratatui::DefaultTerminal;
use std::io::{Write, stdout};
use std::sync::Once;

/// The terminal while it is ours; dropping gives it back.
#[derive(Debug)]
pub(super) struct Screen {
    /// To draw on.
    pub(super) terminal: DefaultTerminal,
}

impl Screen {
    /// Takes the terminal, and the mouse where it is heeded. A panic gives it back before it says anything.
    pub(super) fn take(with_mouse: bool) -> std::io::Result<Self> {
        // ratatui's own hook, once: it restores the terminal and then does what was there before.
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                // an expression of a pack is caught, and said as its error
                if !crate::checks::cel::is_running() {
                    restore();
                }
                before(panic);
            }));
        });
        crossterm::terminal::enable_raw_mode()?;
        let take = || -> std::io::Result<DefaultTerminal> {
            execute!(stdout(), crossterm::terminal::EnterAlternateScreen, EnableBracketedPaste)?;
            if with_mouse {
                mouse(true)?;
            }
            ratatui::Terminal::new(ratatui::backend::CrosstermBackend::new(stdout()))
        };
        take().map(|terminal| Self { terminal }).inspect_err(|_| restore())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Asks for clicks and the wheel (1000, with coordinates as in 1006), or no longer: not for every movement, which would
/// wake the program, and the network, for nothing.
pub(super) fn mouse(on: bool) -> std::io::Result<()> {
    let sequence = if on { "\x1b[?1000h\x1b[?1006h" } else { "\x1b[?1006l\x1b[?1000l" };
    stdout().write_all(sequence.as_bytes())?;
    stdout().flush()
}

/// Gives the terminal back; harmless where it was not taken.
fn restore() {
    let _ = mouse(false);
    let _ =
        execute!(stdout(), DisableBracketedPaste, crossterm::terminal::LeaveAlternateScreen, crossterm::cursor::Show);
    let _ = crossterm::terminal::disable_raw_mode();
}
