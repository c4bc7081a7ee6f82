//! Copying: by the terminal (OSC 52), which works over ssh, and by the desktop's clipboard where there is one.

use crate::app::Failure;
use base64::Engine as _;
use std::io::Write;

/// Bytes after encoding that terminals take: k9s and tmux cut there.
const LIMIT: usize = 74_994;

/// What the terminal's sequences must pass through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Multiplexer {
    None,
    Tmux,
    Screen,
}

/// The clipboard; kept, because a desktop's clipboard lives only as long as who offers it.
pub(super) struct Clipboard {
    multiplexer: Multiplexer,
    desktop: Option<arboard::Clipboard>,
}

impl Clipboard {
    /// By the environment: over ssh the desktop's clipboard would be the wrong machine's.
    pub(super) fn new(env: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| env(name).is_some_and(|value| !value.is_empty());
        let multiplexer = if set("TMUX") {
            Multiplexer::Tmux
        } else if env("TERM").is_some_and(|term| term.starts_with("screen")) {
            Multiplexer::Screen
        } else {
            Multiplexer::None
        };
        let remote = set("SSH_CONNECTION") || set("SSH_TTY");
        let has_display = cfg!(any(target_os = "macos", windows)) || set("DISPLAY") || set("WAYLAND_DISPLAY");
        let desktop = if !remote && has_display { arboard::Clipboard::new().ok() } else { None };
        Self { multiplexer, desktop }
    }

    /// Copies by every way there is and says by which: `by the desktop's clipboard`, …
    pub(super) fn copy(&mut self, text: &str, terminal: &mut impl Write) -> Result<String, Failure> {
        let desktop = self.desktop.as_mut().is_some_and(|desktop| desktop.set_text(text).is_ok());
        let sequence = osc52(text, self.multiplexer);
        let sent = match &sequence {
            Some(sequence) => terminal.write_all(sequence.as_bytes()).and_then(|()| terminal.flush()).is_ok(),
            None => false,
        };
        match (desktop, sent, self.multiplexer) {
            (true, _, _) => Ok("to the desktop's clipboard".to_owned()),
            (false, true, Multiplexer::Tmux) => Ok("by OSC 52 through tmux (needs allow-passthrough on)".to_owned()),
            (false, true, _) => Ok("by OSC 52, if this terminal allows it".to_owned()),
            (false, false, _) if sequence.is_none() => Err(Failure::new(
                format!("This is too long for a terminal's clipboard ({} bytes).", text.len()),
                "Save it with :export, or copy less.",
            )),
            (false, false, _) => Err(Failure::new("The terminal took nothing.", "Select the text with the mouse.")),
        }
    }
}

/// The sequence that makes a terminal take text into its clipboard; None: too long.
fn osc52(text: &str, multiplexer: Multiplexer) -> Option<String> {
    let encoded = base64::engine::general_purpose::STANDARD.encode(text);
    if encoded.len() > LIMIT {
        return None;
    }
    let sequence = format!("\x1b]52;c;{encoded}\x07");
    Some(match multiplexer {
        Multiplexer::None => sequence,
        Multiplexer::Tmux => format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b")),
        // screen takes at most 768 bytes a string
        Multiplexer::Screen => {
            let parts = sequence.as_bytes().chunks(700).map(|part| String::from_utf8_lossy(part).into_owned());
            parts.map(|part| format!("\x1bP{part}\x1b\\")).collect()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_pass_through_multiplexers() {
        assert_eq!(osc52("hi", Multiplexer::None).unwrap(), "\x1b]52;c;aGk=\x07");
        assert_eq!(osc52("hi", Multiplexer::Tmux).unwrap(), "\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\");
        assert_eq!(osc52("hi", Multiplexer::Screen).unwrap(), "\x1bP\x1b]52;c;aGk=\x07\x1b\\");
        // 3 bytes become 4: the last length that fits, and the first that does not
        assert!(osc52(&"x".repeat(LIMIT / 4 * 3), Multiplexer::None).is_some());
        assert!(osc52(&"x".repeat(LIMIT / 4 * 3 + 1), Multiplexer::None).is_none());
    }

    #[test]
    fn over_ssh_only_the_terminal_is_used() {
        let env = |name: &str| matches!(name, "SSH_CONNECTION" | "DISPLAY").then(|| "x".to_owned());
        let mut clipboard = Clipboard::new(env);
        let mut out = Vec::new();
        assert!(clipboard.copy("name", &mut out).unwrap().contains("OSC 52"));
        assert_eq!(out, b"\x1b]52;c;bmFtZQ==\x07");
        assert!(clipboard.copy(&"x".repeat(LIMIT), &mut out).is_err());
    }
}
