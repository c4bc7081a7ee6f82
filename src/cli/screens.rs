//! `plimsoll` without a command: the terminal, or its screens as text.

use super::args::{LiveArgs, RecordArgs, ScreenArgs};
use super::{Exit, Failure};

#[cfg(not(feature = "tui"))]
pub(super) fn run(
    _: &LiveArgs,
    _: &RecordArgs,
    _: bool,
    _: &ScreenArgs,
    _: &[std::path::PathBuf],
) -> Result<Exit, Failure> {
    Err(Failure::new(Exit::Usage, "this build has no terminal: plimsoll scan"))
}

#[cfg(feature = "tui")]
pub(super) use tui::run;

#[cfg(feature = "tui")]
mod tui {
    use super::{Exit, Failure, LiveArgs, RecordArgs, ScreenArgs};
    use crate::app::{Catalog, Origin, Target};
    use crate::cli::packs::installed;
    use crate::config::configured;
    use crate::engine::Selection;
    use crate::inventory::kind_name;
    use crate::model::nearest;
    use crate::runtime::{self, Desk, Ended, Look, Options, Printed, Sources};
    use crate::store::paths::Paths;
    use crate::ui::Themes;
    use clap::CommandFactory;
    use std::io::{BufWriter, IsTerminal, Write};
    use std::path::PathBuf;
    use std::sync::{Arc, Mutex};

    pub(in crate::cli) fn run(
        live: &LiveArgs,
        records: &RecordArgs,
        demo: bool,
        args: &ScreenArgs,
        packs: &[PathBuf],
    ) -> Result<Exit, Failure> {
        let command = place(&args.place)?;
        if demo && !args.files.is_empty() {
            return Err(Failure::new(Exit::Usage, "--demo and -f exclude each other"));
        }
        let is_dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
        let is_dumb = is_dumb && std::io::stdout().is_terminal();
        let options = options(live, records, demo, args, packs, command)?;
        if args.plain || is_dumb {
            if is_dumb && !args.plain {
                let hint = "this terminal (TERM=dumb) cannot draw screens: here is the overview as text; \
                            `plimsoll --plain :help` names the others, `plimsoll scan` prints a report";
                let _ = writeln!(std::io::stderr(), "plimsoll: {hint}");
            }
            return print(options);
        }
        match runtime::run(options) {
            Ok(Ended::Quit) => Ok(Exit::Ok),
            Ok(Ended::Signal(_)) => Ok(Exit::Interrupted),
            Err(error) => Err(Failure::new(Exit::Usage, format!("{error:#}"))),
        }
    }

    /// The command to begin with. What begins without a colon was meant to be another command.
    fn place(words: &[String]) -> Result<Option<String>, Failure> {
        let Some(first) = words.first() else { return Ok(None) };
        if first.starts_with(':') {
            return Ok(Some(words.join(" ")));
        }
        if let Some((kind, name)) = first.split_once('/').filter(|_| words.len() == 1) {
            return of_object(kind, name).map(Some);
        }
        let commands = crate::cli::Cli::command();
        let near = nearest(first, commands.get_subcommands().map(clap::Command::get_name));
        let near = near.map(|near| format!(": did you mean {near:?}?")).unwrap_or_default();
        let hint = "screens begin with a colon: plimsoll :findings";
        Err(Failure::new(
            Exit::Usage,
            format!("unknown command {first:?}{near}\n  {hint}; plimsoll --help lists the commands"),
        ))
    }

    /// The screen of one object: `deploy/web`. A pod's is that of its owner.
    fn of_object(kind: &str, name: &str) -> Result<String, Failure> {
        match kind_name(kind) {
            Some("Pod") => Ok(format!(":pod {name}")),
            Some(_) => Ok(format!(":findings {kind}/{name}")),
            None => Err(Failure::new(
                Exit::Usage,
                format!(
                    "unknown kind {kind:?}\n  expected a kind that is judged, such as deploy/web, sts/db, pod/web-0, sa/ci"
                ),
            )),
        }
    }

    fn options(
        live: &LiveArgs,
        records: &RecordArgs,
        demo: bool,
        args: &ScreenArgs,
        packs: &[PathBuf],
        command: Option<String>,
    ) -> Result<Options, Failure> {
        let installed = installed(packs)?;
        let origin = match (demo, args.files.is_empty()) {
            (true, _) => Origin::Demo,
            (false, false) => Origin::Files,
            (false, true) => Origin::Cluster,
        };
        let files = super::super::config::files();
        let current = LiveArgs { context: None, ..live.clone() };
        let (config, configured) = configured(&files, |config| super::super::config::context(&current, config));
        let mut target = Target {
            origin,
            context: live.context.as_deref().map(Into::into),
            namespaces: live.namespaces.iter().map(|n| n.as_str().into()).collect(),
            ..Target::default()
        };
        let settings = match origin {
            Origin::Cluster => config.of(live.context.as_deref().or(configured.profiles.current.as_deref())),
            Origin::Files | Origin::Demo => config.of(None),
        };
        if origin == Origin::Cluster && target.namespaces.is_empty() && !live.all_namespaces {
            target.namespaces.clone_from(&configured.profiles.of(&target).namespaces);
        }
        let look = Look {
            color: args.color.or(settings.color).unwrap_or_default(),
            ascii: args.ascii || settings.ascii.unwrap_or(false),
            theme: args.theme.clone(),
        };
        let catalog = Catalog::of(&installed.packs);
        let source = Sources {
            gaps: installed.gaps(),
            packs: installed.packs,
            selection: Selection::default(),
            files: args.files.clone(),
            config: Mutex::new(config),
            allowed: Vec::new(),
            desk: Desk::new(records.with(&settings).paths()),
            records: {
                let named = records.clone();
                Box::new(move |settings| named.with(settings).paths())
            },
            current: configured.profiles.current.as_ref().map(ToString::to_string),
            role: |kinds| super::super::role::role(&kinds.iter().copied().collect(), false),
            #[cfg(feature = "live")]
            live: runtime::Live::new(live.with(&settings).flags()),
        };
        Ok(Options {
            target,
            source: Arc::new(source),
            catalog,
            configured,
            themes: Themes::new(files.themes),
            look,
            command,
            paths: Paths::new(),
        })
    }

    fn print(options: Options) -> Result<Exit, Failure> {
        for ignored in &options.configured.ignored {
            let _ = writeln!(std::io::stderr(), "{ignored} (ignored)");
        }
        let mut out = BufWriter::new(std::io::stdout().lock());
        // a closed pipe (`| head`) is no failure
        let printed = runtime::print(options, &mut |line| {
            let _ = writeln!(out, "{line}");
        });
        let _ = out.flush();
        match printed.map_err(|error| Failure::new(Exit::Internal, format!("{error:#}")))? {
            Printed::Screen => Ok(Exit::Ok),
            Printed::Part => Ok(Exit::Incomplete),
            Printed::Said(said) => Err(Failure::new(Exit::Usage, said)),
            Printed::Nothing(failure) => {
                Err(Failure::new(Exit::Unreachable, format!("{}\n  {}", failure.what, failure.todo)))
            }
        }
    }
}
