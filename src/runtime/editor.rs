//! A copy of a text in the user's editor: `KUBE_EDITOR`, `VISUAL`, `EDITOR`, else vi, as kubectl reads them.

use super::look::Env;
use crate::app::Failure;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

/// The program and its arguments before the file's name. What holds quotes is the shell's to split, as kubectl does.
fn words(env: Env<'_>) -> (Vec<String>, bool) {
    let set = |name: &&str| env(name).filter(|value| !value.trim().is_empty());
    let editor = ["KUBE_EDITOR", "VISUAL", "EDITOR"].iter().find_map(set).unwrap_or_else(|| "vi".to_owned());
    if editor.contains(['"', '\'', '\\']) {
        let shell = env("SHELL").filter(|shell| !shell.is_empty()).unwrap_or_else(|| "/bin/sh".to_owned());
        return (vec![shell, "-c".to_owned(), editor], true);
    }
    (editor.split_whitespace().map(str::to_owned).collect(), false)
}

/// A copy that nobody else can read; it is removed again unless it was changed.
pub(super) struct Copy {
    folder: PathBuf,
    file: PathBuf,
    text: String,
    keep: bool,
}

impl Copy {
    /// Writes it to a file of this name in a directory of its own: 0600 in 0700.
    pub(super) fn new(name: &str, text: &str) -> Result<Self, Failure> {
        let wrong = |error: io::Error| {
            Failure::new(
                format!("The copy cannot be written: {error}."),
                "Set TMPDIR to a directory that can be written.",
            )
        };
        let folder = fresh(&std::env::temp_dir()).map_err(wrong)?;
        let file = folder.join(name);
        let copy = Self { folder, file, text: text.to_owned(), keep: false };
        write(&copy.file, text).map_err(wrong)?;
        Ok(copy)
    }

    /// What opens it.
    pub(super) fn command(&self, env: Env<'_>) -> Command {
        let (mut words, by_shell) = words(env);
        if by_shell && let Some(script) = words.last_mut() {
            script.push_str(" \"$1\"");
        }
        let mut words = words.into_iter();
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words);
        if by_shell {
            // the name of the script, for its messages
            command.arg("plimsoll");
        }
        command.arg(&self.file);
        command
    }

    /// Where it is kept, if it was changed.
    pub(super) fn done(mut self) -> Option<PathBuf> {
        // what cannot be read is the user's own doing
        self.keep = fs::read_to_string(&self.file).map_or(self.file.exists(), |now| now != self.text);
        self.keep.then(|| self.file.clone())
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        if !self.keep {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// A directory that was not there before.
fn fresh(parent: &Path) -> io::Result<PathBuf> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let mut attempt = 0;
    loop {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.subsec_nanos());
        let folder = parent.join(format!("plimsoll-{}-{now}", std::process::id()));
        attempt += 1;
        match builder.create(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 100 => {}
            Err(error) => return Err(error),
        }
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<'e>(set: &'e [(&'e str, &'e str)]) -> impl Fn(&str) -> Option<String> + 'e {
        move |name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn the_editor_is_found_as_kubectl_finds_it() {
        let words = |set: &[(&str, &str)]| words(&with(set));
        assert_eq!(words(&[]), (vec!["vi".to_owned()], false));
        assert_eq!(words(&[("EDITOR", "nano"), ("VISUAL", " "), ("KUBE_EDITOR", "code --wait")]).0, ["code", "--wait"]);
        assert_eq!(words(&[("EDITOR", "nano"), ("VISUAL", "vim")]).0, ["vim"]);
        let (quoted, by_shell) = words(&[("EDITOR", "'/opt/my editor' -w"), ("SHELL", "/bin/zsh")]);
        assert_eq!((quoted.join(" ").as_str(), by_shell), ("/bin/zsh -c '/opt/my editor' -w", true));
    }

    #[cfg(unix)]
    #[test]
    fn a_copy_is_private_and_stays_only_where_it_was_changed() {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let copy = Copy::new("web.yaml", "a: b\n").unwrap();
        assert_eq!((mode(&copy.folder), mode(&copy.file)), (0o700, 0o600));
        let folder = copy.folder.clone();
        assert_eq!(copy.done(), None);
        assert!(!folder.exists());
        let copy = Copy::new("web.yaml", "a: b\n").unwrap();
        let set = [("EDITOR", "sh -c 'echo x >> \"$0\"'"), ("SHELL", "/bin/sh")];
        assert!(copy.command(&with(&set)).status().unwrap().success());
        let kept = copy.done().unwrap();
        assert_eq!(fs::read_to_string(&kept).unwrap(), "a: b\nx\n");
        fs::remove_dir_all(kept.parent().unwrap()).unwrap();
    }
}
