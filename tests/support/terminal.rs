//! The program in a pseudo-terminal: keys in, screen out. Waits for what the screen shows, never for a time.

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

pub struct Terminal {
    parser: vt100::Parser,
    bytes: Receiver<Vec<u8>>,
    /// Everything that the program wrote.
    pub raw: Vec<u8>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    /// Starts a program with arguments and further environment, and nothing of this machine's settings.
    pub fn start(program: &Path, args: &[&str], environment: &[(&str, &str)], (columns, rows): (u16, u16)) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env_clear();
        command.cwd(env!("CARGO_MANIFEST_DIR"));
        let path = std::env::var("PATH").unwrap_or_default();
        for (name, value) in
            [("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("HOME", "/nonexistent"), ("PATH", &path)]
        {
            command.env(name, value);
        }
        for (name, value) in environment {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, bytes) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 65536];
            while let Ok(n) = reader.read(&mut buffer) {
                if n == 0 || sender.send(buffer[..n].to_vec()).is_err() {
                    return;
                }
            }
        });
        let writer = pair.master.take_writer().unwrap();
        let parser = vt100::Parser::new(rows.try_into().unwrap(), columns.try_into().unwrap(), 0);
        Self { parser, bytes, raw: Vec::new(), writer, child, master: pair.master }
    }

    pub fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    pub fn text(&self) -> String {
        self.screen().contents()
    }

    pub fn keys(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.parser.screen_mut().set_size(rows.try_into().unwrap(), columns.try_into().unwrap());
        self.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
    }

    /// The modes that the terminal driver is in: whether it gathers lines, and shows what is typed.
    #[cfg(unix)]
    pub fn is_cooked(&self) -> bool {
        // asked of the terminal itself: the program may have ended
        let name = self.master.tty_name().unwrap();
        let said = std::process::Command::new("stty").arg("-F").arg(name).arg("-a").output().unwrap().stdout;
        let said = String::from_utf8_lossy(&said).into_owned();
        let has = |word: &str| said.split_whitespace().any(|part| part.trim_end_matches(';') == word);
        has("icanon") && has("echo") && has("isig")
    }

    /// Waits until something that is not written on the screen holds.
    #[track_caller]
    pub fn waits(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !holds(self) {
            assert!(Instant::now() < deadline, "waited in vain for {what}:\n{}", self.text());
            if let Ok(bytes) = self.bytes.recv_timeout(Duration::from_millis(20)) {
                self.raw.extend(&bytes);
                self.parser.process(&bytes);
            }
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Takes what the program writes until the screen is as wanted.
    #[track_caller]
    pub fn until(&mut self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        self.until_in(Duration::from_secs(60), what, wanted);
    }

    /// The same, for what may take as long as it likes.
    #[track_caller]
    pub fn until_some_day(&mut self, wanted: impl Fn(&vt100::Screen) -> bool) {
        self.until_in(Duration::from_secs(86_400), "what may come some day", wanted);
    }

    #[track_caller]
    fn until_in(&mut self, limit: Duration, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        let deadline = Instant::now() + limit;
        while !wanted(self.parser.screen()) {
            match self.bytes.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(bytes) => {
                    self.raw.extend(&bytes);
                    self.parser.process(&bytes);
                }
                Err(RecvTimeoutError::Timeout) => panic!("waited in vain for {what}:\n{}", self.text()),
                Err(RecvTimeoutError::Disconnected) => panic!("the program ended before {what}:\n{}", self.text()),
            }
        }
    }

    /// Takes what the program writes until the screen shows a text.
    #[track_caller]
    pub fn shows(&mut self, text: &str) {
        self.until(&format!("{text:?}"), |screen| screen.contents().contains(text));
    }

    /// Takes the rest of a frame: until the program is silent for a third of a second. For pictures, not for tests.
    pub fn settle(&mut self) {
        while let Ok(bytes) = self.bytes.recv_timeout(Duration::from_millis(330)) {
            self.raw.extend(&bytes);
            self.parser.process(&bytes);
        }
    }

    /// Takes the rest, and returns the exit code.
    pub fn end(&mut self) -> u32 {
        while let Ok(bytes) = self.bytes.recv_timeout(Duration::from_secs(60)) {
            self.raw.extend(&bytes);
            self.parser.process(&bytes);
        }
        self.child.wait().unwrap().exit_code()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // only this child, by its own handle
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
