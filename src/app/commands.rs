//! `:` commands: a table, and what completes them.

use super::actions;
use super::query::Query;
use super::rows::TextKind;
use super::{Code, Effect, Key, Origin, State, Target, View};
use std::path::PathBuf;

/// A command.
#[derive(Debug)]
pub struct Command {
    /// Its names; the first is the one that is completed.
    pub names: &'static [&'static str],
    /// Its arguments, as in the help.
    pub arguments: &'static str,
    /// Its line in the help.
    pub help: &'static str,
    /// Does it; None: the arguments make no sense.
    run: fn(&mut State, &str) -> Option<Vec<Effect>>,
}

/// The commands; the id of a framework is one as well.
pub static COMMANDS: &[Command] = &[
    Command { names: &["overview", "home"], arguments: "", help: "The first screen", run: overview },
    Command {
        names: &["findings", "f"],
        arguments: "[NAMESPACE] [SEVERITY] [/TEXT]",
        help: "A list of findings",
        run: findings,
    },
    Command { names: &["frameworks", "fw"], arguments: "", help: "All frameworks", run: frameworks },
    Command {
        names: &["gaps"],
        arguments: "[FRAMEWORK]",
        help: "What could not be read; with a framework, who answers its controls",
        run: gaps,
    },
    Command { names: &["role"], arguments: "", help: "The role to ask for", run: role },
    Command {
        names: &["waivers", "attestations"],
        arguments: "",
        help: "What people recorded, and what came of it",
        run: records,
    },
    Command { names: &["ctx", "context"], arguments: "[NAME]", help: "Contexts, or switch to one", run: context },
    Command {
        names: &["ns", "namespace"],
        arguments: "[NAME|all]",
        help: "Namespaces, or look at one",
        run: namespace,
    },
    Command { names: &["export", "csv"], arguments: "[FILE]", help: "Save what the list shows as CSV", run: export },
    Command { names: &["rescan"], arguments: "", help: "Read everything again", run: rescan },
    Command { names: &["demo"], arguments: "", help: "Look at the demo cluster", run: demo },
    Command { names: &["theme"], arguments: "NAME", help: "Use another theme: dark, light, mono", run: theme },
    Command { names: &["help", "h"], arguments: "", help: "Keys and commands", run: help },
    Command { names: &["suspend"], arguments: "", help: "Back to the shell; fg returns", run: suspend },
    Command { names: &["q", "quit", "q!", "exit"], arguments: "", help: "Leave", run: quit },
];

fn overview(state: &mut State, _: &str) -> Option<Vec<Effect>> {
    state.home();
    Some(Vec::new())
}

fn findings(state: &mut State, arguments: &str) -> Option<Vec<Effect>> {
    let (query, filter) = Query::parse(arguments);
    let effects = state.push(View::Findings(query));
    if let Some(pane) = state.screen_mut().pane_mut() {
        pane.filter = filter;
    }
    state.refresh();
    Some(effects)
}

fn gaps(state: &mut State, name: &str) -> Option<Vec<Effect>> {
    if name.is_empty() {
        return Some(state.push(View::Gaps(None)));
    }
    let id = own(state, name);
    let known = state.session.framework(&id).map(|framework| framework.id.clone());
    match known {
        Some(id) => Some(state.push(View::Analysis(id))),
        None => {
            state.say(format!("There is no framework {name}. :frameworks lists them."));
            Some(Vec::new())
        }
    }
}

fn frameworks(state: &mut State, _: &str) -> Option<Vec<Effect>> {
    Some(state.push(View::Frameworks))
}

/// A framework's id as typed; `cis` on a provider's platform means that provider's benchmark.
fn own(state: &State, name: &str) -> String {
    let name = name.to_lowercase();
    let report = state.session.report.as_deref();
    let mut frameworks = report.into_iter().flat_map(|report| &report.frameworks);
    let own = frameworks.find(|framework| !framework.platforms.is_empty() && !framework.is_elsewhere());
    match own {
        Some(own) if name == "cis" => own.id.to_string(),
        _ => name,
    }
}

fn role(state: &mut State, _: &str) -> Option<Vec<Effect>> {
    Some(state.push(View::Text(TextKind::Role)))
}

fn records(state: &mut State, _: &str) -> Option<Vec<Effect>> {
    Some(state.push(View::Text(TextKind::Records)))
}

fn context(state: &mut State, name: &str) -> Option<Vec<Effect>> {
    if name.is_empty() {
        return Some(state.push(View::Contexts));
    }
    let target = Target { origin: Origin::Cluster, context: Some(name.into()), namespaces: Vec::new() };
    Some(state.retarget(target, false))
}

fn namespace(state: &mut State, name: &str) -> Option<Vec<Effect>> {
    match name {
        "" => Some(state.push(View::Namespaces)),
        "all" | "-" => Some(actions::switch_namespace(state, None)),
        name => Some(actions::switch_namespace(state, Some(name.into()))),
    }
}

fn export(state: &mut State, arguments: &str) -> Option<Vec<Effect>> {
    // `:export csv` as in other tools' habits: the format is the only one.
    let path = Some(arguments).filter(|text| !text.is_empty() && *text != "csv").map(PathBuf::from);
    Some(actions::export_to(state, path))
}

fn rescan(state: &mut State, _: &str) -> Option<Vec<Effect>> {
    Some(actions::rescan(state, Key::plain(Code::Enter)))
}

fn demo(state: &mut State, _: &str) -> Option<Vec<Effect>> {
    Some(actions::demo(state, Key::plain(Code::Enter)))
}

fn theme(_: &mut State, name: &str) -> Option<Vec<Effect>> {
    (!name.is_empty()).then(|| vec![Effect::SetTheme(name.to_owned())])
}

fn help(state: &mut State, _: &str) -> Option<Vec<Effect>> {
    Some(state.push(View::Text(TextKind::Help)))
}

fn suspend(_: &mut State, _: &str) -> Option<Vec<Effect>> {
    Some(vec![Effect::Suspend])
}

fn quit(_: &mut State, _: &str) -> Option<Vec<Effect>> {
    Some(vec![Effect::Quit])
}

/// Carries out what was typed.
pub fn run(state: &mut State, line: &str) -> Vec<Effect> {
    let line = line.trim();
    let (name, arguments) = line.split_once(char::is_whitespace).map_or((line, ""), |(n, a)| (n, a.trim()));
    if name.is_empty() {
        return Vec::new();
    }
    if let Some(command) = COMMANDS.iter().find(|c| c.names.contains(&name)) {
        return (command.run)(state, arguments).unwrap_or_else(|| {
            state.say(format!("How to write it: :{name} {}", command.arguments));
            Vec::new()
        });
    }
    if let Some(view) = framework(state, name) {
        return state.push(view);
    }
    state.say(match complete(state, name) {
        Some(rest) => format!("There is no :{name}. Did you mean :{name}{rest}?"),
        None => format!("There is no :{name}. ? lists the commands."),
    });
    Vec::new()
}

/// A framework by id; `soc2` means the criteria of whichever pack has them.
fn framework(state: &State, name: &str) -> Option<View> {
    let name = own(state, name);
    let session = &state.session;
    if let Some(framework) = session.framework(&name) {
        let only_criteria =
            session.report.as_deref()?.controls.iter().all(|c| *c.framework != *name || c.criterion.is_some());
        return Some(View::Framework(framework.id.clone(), only_criteria));
    }
    (name == "soc2").then(|| session.summary.criteria.keys().next().map(|id| View::Framework(id.clone(), true)))?
}

/// What could follow what is typed so far; None: nothing.
pub fn complete(state: &State, typed: &str) -> Option<String> {
    let rest =
        |candidate: &str, typed: &str| candidate.strip_prefix(typed).filter(|rest| !rest.is_empty()).map(str::to_owned);
    match typed.rsplit_once(' ') {
        None if typed.is_empty() => None,
        None => {
            let frameworks = state.session.report.iter().flat_map(|r| r.frameworks.iter().map(|f| &*f.id));
            let soc2 = (!state.session.summary.criteria.is_empty()).then_some("soc2");
            let names = COMMANDS.iter().filter_map(|c| c.names.first().copied());
            names.chain(frameworks).chain(soc2).find_map(|name| rest(name, typed))
        }
        Some((before, last)) => {
            let contexts = || state.contexts.ready().into_iter().flatten().map(|c| &*c.name);
            let namespaces = || {
                let listed = state.namespaces.ready().into_iter().flatten();
                listed.chain(&state.session.summary.namespaces).map(|n| &**n)
            };
            match before.split_whitespace().next()? {
                "ctx" | "context" => contexts().find_map(|name| rest(name, last)),
                "ns" | "namespace" | "findings" | "f" if !last.is_empty() => {
                    namespaces().find_map(|name| rest(name, last))
                }
                "gaps" => {
                    let frameworks = state.session.report.iter().flat_map(|r| r.frameworks.iter().map(|f| &*f.id));
                    frameworks.filter(|_| !last.is_empty()).find_map(|name| rest(name, last))
                }
                "theme" => ["dark", "light", "mono"].into_iter().find_map(|name| rest(name, last)),
                _ => None,
            }
        }
    }
}
