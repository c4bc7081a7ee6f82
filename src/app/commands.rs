//! `:` commands: a table, and what completes them.

use super::actions;
use super::nodes;
use super::query::Query;
use super::rows::TextKind;
use super::{Code, Effect, Key, Origin, State, Target, View};
use crate::checks;
use crate::inventory::{Question, kind_name, resource_name};
use crate::model::Severity;
use std::path::PathBuf;
use std::sync::Arc;

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
        arguments: "[NAMESPACE] [KIND/NAME] [SEVERITY] [team=NAME] [app=web] [/TEXT] [@CONTEXT]",
        help: "A list of findings",
        run: findings,
    },
    Command { names: &["pod", "po"], arguments: "NAME", help: "Whose pods have this in their names", run: pod },
    Command { names: &["image"], arguments: "TEXT", help: "Who runs an image with this in its name", run: image },
    Command { names: &["node", "no"], arguments: "NAME", help: "What runs on a node", run: node },
    Command { names: &["sa"], arguments: "[NAMESPACE/]NAME", help: "What runs as a ServiceAccount", run: account },
    Command {
        names: &["who-can", "can"],
        arguments: "VERB RESOURCE [NAMESPACE]",
        help: "Who may do that, by RBAC: who-can get secrets shop",
        run: who_can,
    },
    Command {
        names: &["recent"],
        arguments: "[24h]",
        help: "Failing objects and bindings that are new or changed",
        run: recent,
    },
    Command {
        names: &["finding"],
        arguments: "ID",
        help: "A finding by the first digits of its id",
        run: |state, id| finding(state, id, View::Finding),
    },
    Command {
        names: &["yaml"],
        arguments: "ID",
        help: "The YAML of a finding",
        run: |state, id| finding(state, id, View::Yaml),
    },
    Command { names: &["explain"], arguments: "ID", help: "Explain a finding, a check or a control", run: explain },
    Command { names: &["frameworks", "fw"], arguments: "", help: "All frameworks", run: frameworks },
    Command {
        names: &["gaps"],
        arguments: "[FRAMEWORK]",
        help: "What could not be read; with a framework, who answers its controls",
        run: gaps,
    },
    Command { names: &["role"], arguments: "", help: "The role to ask for", run: role },
    Command { names: &["nodes", "no"], arguments: "", help: "Nodes, and what is known of each", run: nodes::list },
    Command {
        names: &["kubelet"],
        arguments: "[off]",
        help: "Ask every kubelet for its configuration: takes the right to get nodes/proxy, which is one over every pod",
        run: nodes::kubelet,
    },
    Command {
        names: &["import"],
        arguments: "PATH [NODE]",
        help: "Take what plimsoll node or kube-bench wrote: a file or a directory",
        run: nodes::import,
    },
    Command {
        names: &["collect"],
        arguments: "IMAGE [apply]",
        help: "Show what would look at every node; with apply create it, read it, remove it",
        run: nodes::collect,
    },
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
    Command {
        names: &["activity"],
        arguments: "",
        help: "What is read of each kind, what it costs, and stop it",
        run: |state, _| Some(state.push(View::Activity)),
    },
    Command {
        names: &["requests", "log"],
        arguments: "",
        help: "The requests that were made, as kubectl lines",
        run: |state, _| Some(state.push(View::Requests)),
    },
    Command { names: &["save", "w"], arguments: "[FILE]", help: "Save the fix of a finding as it is shown", run: save },
    Command { names: &["rescan"], arguments: "", help: "Read everything again", run: rescan },
    Command { names: &["demo"], arguments: "", help: "Look at the demo cluster", run: demo },
    Command { names: &["tour"], arguments: "", help: "Ten steps through the demo", run: super::tour::begin },
    Command { names: &["theme"], arguments: "[NAME]", help: "Themes, or use another one", run: theme },
    Command { names: &["mouse"], arguments: "on|off", help: "Heed the mouse, or leave it to the terminal", run: mouse },
    Command { names: &["reload"], arguments: "", help: "Read the settings again", run: reload },
    Command { names: &["help", "h"], arguments: "", help: "Keys and commands", run: help },
    Command { names: &["suspend"], arguments: "", help: "Back to the shell; fg returns", run: suspend },
    Command { names: &["q", "quit", "q!", "exit"], arguments: "", help: "Leave", run: quit },
];

fn overview(state: &mut State, _: &str) -> Option<Vec<Effect>> {
    state.home();
    Some(Vec::new())
}

fn findings(state: &mut State, arguments: &str) -> Option<Vec<Effect>> {
    let (contexts, words): (Vec<&str>, Vec<&str>) =
        arguments.split_whitespace().partition(|word| word.len() > 1 && word.starts_with('@'));
    if let Some(context) = contexts.first().and_then(|word| word.strip_prefix('@')) {
        let target = Target { origin: Origin::Cluster, context: Some(context.into()), ..Target::default() };
        let effects = state.retarget(target, false);
        state.opening = Some(format!("findings {}", words.join(" ")));
        return Some(effects);
    }
    let (query, filter) = Query::parse(arguments);
    let effects = state.push(View::Findings(query));
    state.set_filter(filter);
    Some(effects)
}

/// Asks, where there is something to ask about.
fn ask(state: &mut State, text: &str, question: impl FnOnce(&str) -> Option<Question>) -> Option<Vec<Effect>> {
    let question = Some(text).filter(|text| !text.is_empty()).and_then(question)?;
    Some(state.push(View::Found(question)))
}

fn pod(state: &mut State, name: &str) -> Option<Vec<Effect>> {
    ask(state, name, |name| Some(Question::Pod(name.into())))
}

fn image(state: &mut State, text: &str) -> Option<Vec<Effect>> {
    ask(state, text, |text| Some(Question::Image(text.into())))
}

fn node(state: &mut State, name: &str) -> Option<Vec<Effect>> {
    ask(state, name, |name| Some(Question::Node(name.into())))
}

fn account(state: &mut State, name: &str) -> Option<Vec<Effect>> {
    ask(state, name, |name| {
        Some(match name.split_once('/') {
            Some((namespace, name)) => Question::Account(Some(namespace.into()), name.into()),
            None => Question::Account(None, name.into()),
        })
    })
}

fn who_can(state: &mut State, words: &str) -> Option<Vec<Effect>> {
    ask(state, words, |words| {
        let mut words = words.split_whitespace();
        let (verb, resource, namespace) = (words.next()?.to_lowercase(), words.next()?, words.next());
        Some(Question::WhoCan(verb.into(), resource_name(resource).into(), namespace.map(Into::into)))
    })
}

fn recent(state: &mut State, within: &str) -> Option<Vec<Effect>> {
    ask(state, if within.is_empty() { "24h" } else { within }, |within| duration(within).map(Question::Recent))
}

/// `30m`, `24h`, `7d`, in seconds.
fn duration(text: &str) -> Option<i64> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let seconds = match unit {
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    number.parse::<i64>().ok().filter(|number| *number > 0)?.checked_mul(seconds)
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
    let target = Target { origin: Origin::Cluster, context: Some(name.into()), ..Target::default() };
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

fn save(state: &mut State, path: &str) -> Option<Vec<Effect>> {
    Some(actions::save_to(state, Some(path).filter(|path| !path.is_empty()).map(PathBuf::from)))
}

fn rescan(state: &mut State, _: &str) -> Option<Vec<Effect>> {
    Some(actions::rescan(state, Key::plain(Code::Enter)))
}

fn demo(state: &mut State, _: &str) -> Option<Vec<Effect>> {
    Some(actions::demo(state, Key::plain(Code::Enter)))
}

fn theme(state: &mut State, name: &str) -> Option<Vec<Effect>> {
    if name.is_empty() {
        state.say(format!("The theme is {}. There are {}.", state.theme, state.themes.join(", ")));
        return Some(Vec::new());
    }
    Some(vec![Effect::SetTheme(name.to_owned())])
}

fn mouse(state: &mut State, word: &str) -> Option<Vec<Effect>> {
    state.mouse = match word {
        "on" => true,
        "off" => false,
        _ => return None,
    };
    state.say(if state.mouse { MOUSE_ON } else { "The mouse is the terminal's again." });
    Some(vec![Effect::SetMouse(state.mouse)])
}

const MOUSE_ON: &str = "Click selects, click again opens, click on the way above goes back. Hold shift to select text.";

fn reload(_: &mut State, _: &str) -> Option<Vec<Effect>> {
    Some(vec![Effect::Reload])
}

/// Opens the one finding whose id begins so.
fn finding(state: &mut State, id: &str, view: fn(Arc<str>) -> View) -> Option<Vec<Effect>> {
    if id.is_empty() {
        return None;
    }
    let fingerprints = state.session.summary.fingerprints().iter();
    let mut found: Vec<Arc<str>> = fingerprints.filter(|f| f.starts_with(id)).take(2).cloned().collect();
    match (found.pop(), found.is_empty()) {
        (Some(only), true) => {
            let effects = state.push(view(only));
            state.scroll_to_mark();
            return Some(effects);
        }
        (Some(_), false) => state.say(format!("Several findings begin with {id}: give more digits.")),
        (None, _) => state.say(format!("No finding's id begins with {id}.")),
    }
    Some(Vec::new())
}

fn explain(state: &mut State, id: &str) -> Option<Vec<Effect>> {
    if id.is_empty() {
        return None;
    }
    let (framework, control) = id.split_once('/').unwrap_or(("cis", id));
    let (framework, control): (Arc<str>, Arc<str>) = (framework.into(), control.into());
    if let Some(check) = checks::find(id) {
        return Some(state.push(View::Text(TextKind::Check(check.id))));
    }
    if state.session.control(&framework, &control).is_some() {
        return Some(state.push(View::Text(TextKind::Control(framework, control))));
    }
    finding(state, id, |fingerprint| View::Text(TextKind::Finding(fingerprint)))
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

/// Carries out what was typed, and remembers it.
pub fn run(state: &mut State, line: &str) -> Vec<Effect> {
    let before = state.screen().view.clone();
    let effects = carry_out(state, line);
    let scans = effects.iter().any(|effect| matches!(effect, Effect::StartScan(..)));
    let leads = scans || state.screen().view != before;
    let line = line.trim();
    if !line.is_empty() {
        state.history.note(line, leads);
    }
    effects
}

/// Carries out a command.
pub(super) fn carry_out(state: &mut State, line: &str) -> Vec<Effect> {
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
        return match view {
            View::Framework(framework, _) if !arguments.is_empty() => control(state, framework, arguments),
            view => state.push(view),
        };
    }
    state.say(match complete(state, name) {
        Some(rest) => format!("There is no :{name}. Did you mean :{name}{rest}?"),
        None => format!("There is no :{name}. :help lists the commands."),
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

/// A control of a framework.
fn control(state: &mut State, framework: Arc<str>, id: &str) -> Vec<Effect> {
    let id: Arc<str> = id.into();
    if state.session.control(&framework, &id).is_some() {
        return state.push(View::Control(framework, id));
    }
    state.say(format!("{framework} has no control {id}."));
    Vec::new()
}

/// Whether a command needs nothing of a report: its name is in the table and is no list of results.
pub(super) fn is_known(line: &str) -> bool {
    let name = line.split_whitespace().next().unwrap_or_default();
    COMMANDS.iter().any(|c| c.names.contains(&name)) && !matches!(name, "finding" | "yaml" | "explain")
}

/// Verbs that people ask about, and resources.
const VERBS: &[&str] = &[
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "impersonate",
    "bind",
    "escalate",
];
const RESOURCES: &[&str] = &[
    "secrets",
    "pods",
    "pods/exec",
    "pods/log",
    "configmaps",
    "serviceaccounts/token",
    "nodes/proxy",
    "deployments",
    "roles",
    "rolebindings",
    "clusterroles",
    "clusterrolebindings",
];

/// The rest of `team=NAME` or of `kind/NAME`.
fn of_findings(state: &State, typed: &str) -> Option<String> {
    let summary = &state.session.summary;
    let rest = |known: &str, begin: &str| known.strip_prefix(begin).filter(|rest| !rest.is_empty()).map(str::to_owned);
    if let Some(begin) = typed.strip_prefix("team=") {
        return summary.teams.iter().find_map(|team| rest(team, begin));
    }
    // labels are known once somebody asked for them
    if let Some((key, begin)) = typed.split_once('=') {
        let objects = state.session.facts.ready().into_iter().flat_map(|facts| facts.values());
        return objects.filter_map(|object| object.label(key)).find_map(|value| rest(value, begin));
    }
    let (kind, begin) = typed.split_once('/').filter(|(kind, _)| !kind.is_empty())?;
    summary.owners.get(kind_name(kind)?)?.iter().find_map(|name| rest(name, begin))
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
                "findings" | "f" if last.starts_with('@') => {
                    contexts().find_map(|name| rest(&format!("@{name}"), last))
                }
                "findings" | "f" if last.contains(['=', '/']) => of_findings(state, last),
                "findings" | "f" if !last.is_empty() => {
                    let mut words = Severity::ALL.into_iter().map(Severity::as_str).chain(["team="]);
                    let kinds = || state.session.summary.owners.keys().map(|kind| format!("{}/", kind.to_lowercase()));
                    namespaces()
                        .find_map(|name| rest(name, last))
                        .or_else(|| words.find_map(|word| rest(word, last)))
                        .or_else(|| kinds().find_map(|kind| rest(&kind, last)))
                }
                "ns" | "namespace" if !last.is_empty() => namespaces().find_map(|name| rest(name, last)),
                "gaps" => {
                    let frameworks = state.session.report.iter().flat_map(|r| r.frameworks.iter().map(|f| &*f.id));
                    frameworks.filter(|_| !last.is_empty()).find_map(|name| rest(name, last))
                }
                "who-can" | "can" => {
                    let known: &[&str] = match before.split_whitespace().count() {
                        1 => VERBS,
                        2 => RESOURCES,
                        _ => return namespaces().filter(|_| !last.is_empty()).find_map(|name| rest(name, last)),
                    };
                    known.iter().filter(|_| !last.is_empty()).find_map(|name| rest(name, last))
                }
                "recent" => ["24h", "7d", "1h"].into_iter().find_map(|name| rest(name, last)),
                "theme" => state.themes.iter().find_map(|name| rest(name, last)),
                "mouse" => ["on", "off"].into_iter().find_map(|word| rest(word, last)),
                "explain" if !last.is_empty() => checks::ALL.iter().find_map(|check| rest(check.id, last)),
                framework => {
                    let own = own(state, framework);
                    let controls = state.session.report.iter().flat_map(|report| &report.controls);
                    let ids = controls.filter(|c| *c.framework == *own).map(|c| &*c.id);
                    ids.filter(|_| !last.is_empty()).find_map(|id| rest(id, last))
                }
            }
        }
    }
}
