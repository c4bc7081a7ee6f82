//! `plimsoll config`, and the settings that hold for a run.

use super::args::{ConfigArgs, ConfigCommand, LiveArgs};
use super::{Exit, Failure, print};
use crate::config::{self, Config, Files, Level, Settings};
use crate::store::paths::Paths;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

pub(super) fn run(args: &ConfigArgs) -> Result<Exit, Failure> {
    match &args.command {
        ConfigCommand::Init { print: true } => print(&config::template()).map(|()| Exit::Ok),
        ConfigCommand::Init { print: false } => init(&paths()?.settings()),
        ConfigCommand::Check { file } => check(file.as_deref()),
        ConfigCommand::Schema => {
            let text = serde_json::to_string_pretty(&config::schema());
            print(&format!("{}\n", text.map_err(|error| Failure::new(Exit::Internal, error))?)).map(|()| Exit::Ok)
        }
    }
}

fn paths() -> Result<Paths, Failure> {
    let none = "there is no home directory: set HOME, or PLIMSOLL_CONFIG_DIR";
    Paths::new().ok_or_else(|| Failure::new(Exit::Usage, none))
}

fn init(path: &Path) -> Result<Exit, Failure> {
    let failed = |error: std::io::Error| {
        let what = match error.kind() {
            ErrorKind::AlreadyExists => {
                "is there already, and stays as it is: `plimsoll config init --print` shows a new one"
            }
            _ => &format!("cannot be written: {error}"),
        };
        Failure::new(Exit::Usage, format!("{}: {what}", path.display()))
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path).map_err(failed)?;
    file.write_all(config::template().as_bytes()).map_err(failed)?;
    print(&format!("{}\n", path.display())).map(|()| Exit::Ok)
}

fn check(file: Option<&Path>) -> Result<Exit, Failure> {
    let mut files = match (Paths::new(), file) {
        (Some(paths), _) => Files::find(&paths),
        (None, Some(_)) => Files::default(),
        (None, None) => return paths().map(|_| Exit::Ok),
    };
    if let Some(file) = file {
        let text = fs::read_to_string(file)
            .map_err(|error| Failure::new(Exit::Usage, format!("{}: cannot be read: {error}", file.display())))?;
        files = Files { path: file.to_owned(), text: Some(text), unreadable: Vec::new(), ..files };
    }
    let (_, problems) = files.config();
    let themes = if file.is_none() { themes(&files) } else { Vec::new() };
    let wrong = themes.len() + problems.iter().filter(|problem| problem.level == Level::Error).count();
    let mut text: String = problems.iter().map(|problem| format!("{problem}\n")).collect();
    text.extend(themes.iter().map(|error| format!("{error}\n")));
    let path = files.path.display();
    text.push_str(&match (wrong, &files.text) {
        (0, None) => format!("{path}: there is none, and none is needed; `plimsoll config init` writes one\n"),
        (0, Some(_)) => format!("{path}: nothing is wrong\n"),
        (1, _) => "1 mistake: what stands there is ignored\n".to_owned(),
        (n, _) => format!("{n} mistakes: what stands there is ignored\n"),
    });
    print(&text)?;
    Ok(if wrong == 0 { Exit::Ok } else { Exit::Usage })
}

/// What is wrong with the user's themes.
#[cfg(feature = "tui")]
fn themes(files: &Files) -> Vec<String> {
    use crate::ui::{Depth, Themes};
    let themes = Themes::new(files.themes.clone());
    let folder = files.path.parent().unwrap_or(Path::new(""));
    let wrong = |name: &String| themes.load(name, Depth::True).err();
    files.themes.keys().filter_map(wrong).map(|error| folder.join(error.to_string()).display().to_string()).collect()
}

#[cfg(not(feature = "tui"))]
fn themes(_: &Files) -> Vec<String> {
    Vec::new()
}

/// The user's files.
pub(super) fn files() -> Files {
    Paths::new().map(|paths| Files::find(&paths)).unwrap_or_default()
}

/// The settings for a run without screens. What of them is ignored is said on standard error.
pub(super) fn settings(live: &LiveArgs, is_cluster: bool) -> Settings {
    let (config, problems) = files().config();
    for problem in problems.iter().filter(|problem| problem.level == Level::Error) {
        let _ = writeln!(std::io::stderr(), "{problem} (ignored)");
    }
    let context = if is_cluster { context(live, &config) } else { None };
    config.of(context.as_deref())
}

/// The context that is meant, where something is laid down for contexts.
pub(super) fn context(live: &LiveArgs, config: &Config) -> Option<String> {
    if config.contexts.is_empty() { None } else { live.context.clone().or_else(|| current(live)) }
}

#[cfg(feature = "live")]
fn current(live: &LiveArgs) -> Option<String> {
    crate::sources::live::contexts(&live.flags()).ok()?.current
}

#[cfg(not(feature = "live"))]
fn current(_: &LiveArgs) -> Option<String> {
    None
}
