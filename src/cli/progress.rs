use std::io::{IsTerminal, Write};

/// Progress on standard error, one line that is rewritten; silent where nobody watches (no terminal, or CI).
#[derive(Debug)]
pub(super) struct Progress {
    on: bool,
}

impl Progress {
    pub(super) fn new() -> Self {
        let ci = std::env::var_os("CI").is_some_and(|v| !v.is_empty());
        Self { on: std::io::stderr().is_terminal() && !ci }
    }

    pub(super) fn show(&self, text: &str) {
        if self.on {
            let _ = write!(std::io::stderr(), "\r\x1b[K{text}");
        }
    }

    pub(super) fn clear(&self) {
        self.show("");
    }
}
