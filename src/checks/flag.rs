//! The rule of the tables `apiserver`, `kcm`, `scheduler` and `etcd`: what a component was started with.

use super::{Cx, Judge, Row};
use crate::inventory::control_plane::{Component, NAMESPACE, Process};
use crate::inventory::flags::{Flags, Given};
use crate::inventory::{Kind, Platform};
use crate::model::{FieldPath, GapReason, ObjectRef, Severity};
use serde_json::Value;
use std::borrow::Cow;
use std::net::IpAddr;

/// A row: flags of a component, and what they must be.
#[derive(Debug)]
pub(super) struct Flag {
    /// Whose flags.
    pub of: Component,
    /// The flags; each of them must hold it.
    pub flags: &'static [&'static str],
    /// What they must be.
    pub must: Must,
    /// What may stand in their place, where the API does not show what it says.
    pub instead: &'static [Instead],
    /// Where the question does not arise for a replica; why not.
    pub unless: Option<fn(&Cx<'_>, &Flags) -> Option<&'static str>>,
}

/// What most rows leave as it is.
pub(super) const FLAG: Flag =
    Flag { of: Component::ApiServer, flags: &[], must: Must::Set, instead: &[], unless: None };

/// A flag that decides in the place of others: a person has to look (pitfall 46).
#[derive(Debug)]
pub(super) struct Instead {
    /// The flag, without dashes.
    pub flag: &'static str,
    /// The Kubernetes minor from which on it can.
    pub since: u32,
    /// Whether it also wins where the others are given.
    pub wins: bool,
    /// What to look at.
    pub look: &'static str,
}

/// What a flag must be. Defaults are the component's own, not those of tools that read it (pitfall 47).
#[derive(Clone, Copy, Debug)]
pub(super) enum Must {
    /// Given, with a value.
    Set,
    /// Not given, or empty.
    Unset,
    /// A switch, and what it is where it is not given.
    Be(bool, bool),
    /// A whole number that is not less.
    AtLeast(i64),
    /// A duration of more than nothing and at most so many seconds; not given is less.
    Within(f64),
    /// A list that names it, and what the list is where it is not given.
    Name(&'static str, &'static str),
    /// A list that does not name it, and what the list is where it is not given.
    NotName(&'static str, &'static str),
    /// A list of `key=value` in which this pair is not.
    NotPair(&'static str, &'static str),
    /// An admission plugin that has to be enabled.
    Plugin(&'static str),
    /// An admission plugin that must not be.
    NoPlugin(&'static str),
    /// An admission plugin that is on unless disabled.
    KeepPlugin(&'static str),
    /// A loopback address; not given is every address.
    Loopback,
    /// A list of nothing but these TLS cipher suites; not given is for a person to judge.
    Ciphers(&'static [&'static str]),
}

/// What is said of a flag.
#[derive(Debug)]
pub(super) struct Said {
    /// For a person to decide.
    pub review: bool,
    /// The word at fault, or where one is missing.
    pub at: FieldPath,
    /// What it says.
    pub actual: Value,
    /// What would pass.
    pub expected: Cow<'static, str>,
    /// One sentence.
    pub message: String,
}

fn fails(at: FieldPath, actual: impl Into<Value>, expected: impl Into<Cow<'static, str>>, message: String) -> Said {
    Said { review: false, at, actual: actual.into(), expected: expected.into(), message }
}

impl Must {
    /// What is wrong with a flag; None: nothing.
    fn judge(self, name: &str, flags: &Flags) -> Option<Said> {
        let given = flags.get(name);
        let text = given.map(Given::text);
        let at = || flags.at(name);
        let is = |default: &str| match text {
            Some(text) => format!("--{name} is {text}"),
            None if default.is_empty() => format!("--{name} is not given"),
            None => format!("--{name} is not given and defaults to {default}"),
        };
        let fail = |expected: Cow<'static, str>, message: String| Some(fails(at(), text, expected, message));
        match self {
            Self::Set => match given {
                Some(given) if !given.is_empty() => None,
                Some(_) => fail("a value".into(), format!("--{name} is empty")),
                None => fail("a value".into(), is("")),
            },
            Self::Unset => given.filter(|given| !given.is_empty()).and_then(|_| fail("not given".into(), is(""))),
            Self::Be(wanted, default) => {
                let holds = given.map_or(Some(default), Given::bool) == Some(wanted);
                if holds { None } else { fail(wanted.to_string().into(), is(&default.to_string())) }
            }
            Self::AtLeast(least) => match given.map(Given::integer) {
                Some(Some(number)) if number >= least => None,
                Some(_) => fail(format!("{least} or more").into(), format!("{}: less than {least}", is(""))),
                None => fail(format!("{least} or more").into(), is("")),
            },
            Self::Within(most) => match given?.seconds() {
                Some(seconds) if seconds > 0.0 && seconds <= most => None,
                _ => fail(format!("more than 0, at most {most}s").into(), is("")),
            },
            Self::Name(item, default) => {
                let named = if given.is_some() { flags.lists(name, item) } else { default == item };
                if named { None } else { fail(format!("a list with {item}").into(), is(default)) }
            }
            Self::NotName(item, default) => match flags.list(name).find(|(named, _)| *named == item) {
                Some((_, given)) => {
                    Some(fails(given.at.clone(), given.text(), format!("a list without {item}"), is("")))
                }
                None if given.is_none() && default == item => {
                    fail(format!("a list without {item}").into(), is(default))
                }
                None => None,
            },
            Self::NotPair(key, value) => {
                let (found, given) = flags.keyed(name, key)?;
                let wrong = found.eq_ignore_ascii_case(value);
                wrong.then(|| fails(given.at.clone(), given.text(), format!("without {key}={value}"), is("")))
            }
            Self::Plugin(plugin) => {
                if is_enabled(flags, plugin) && !flags.lists(DISABLE, plugin) {
                    return None;
                }
                let (at, how) = match flags.list(DISABLE).find(|(named, _)| *named == plugin) {
                    Some((_, given)) => (given.at.clone(), "disabled"),
                    None => (at(), "not enabled"),
                };
                Some(fails(at, text, format!("a list with {plugin}"), format!("admission plugin {plugin} is {how}")))
            }
            Self::NoPlugin(plugin) => {
                let on =
                    [ENABLE, ONLY].into_iter().flat_map(|flag| flags.list(flag)).find(|(named, _)| *named == plugin);
                on.map(|(_, given)| {
                    let message = format!("admission plugin {plugin} is enabled");
                    fails(given.at.clone(), given.text(), format!("a list without {plugin}"), message)
                })
            }
            Self::KeepPlugin(plugin) => {
                let message = || format!("admission plugin {plugin}, on by default, is off");
                if let Some((_, given)) = flags.list(DISABLE).find(|(named, _)| *named == plugin) {
                    let expected = format!("a list without {plugin}");
                    return Some(fails(given.at.clone(), given.text(), expected, message()));
                }
                let only = flags.get(ONLY).filter(|_| !flags.lists(ONLY, plugin))?;
                Some(fails(only.at.clone(), only.text(), format!("a list with {plugin}"), message()))
            }
            Self::Loopback => {
                let address = text.and_then(|text| text.trim_matches(['[', ']']).parse::<IpAddr>().ok());
                let loopback = address.is_some_and(|address| address.is_loopback());
                if loopback { None } else { fail("127.0.0.1 or ::1".into(), is("0.0.0.0")) }
            }
            Self::Ciphers(strong) => {
                // 1.3 has its own suites, all of them strong, and takes no list
                if flags.get("tls-min-version").is_some_and(|given| given.text() == "VersionTLS13") {
                    return None;
                }
                let expected = "strong cipher suites alone, or --tls-min-version=VersionTLS13";
                let weak: Vec<&str> =
                    flags.list(name).map(|(suite, _)| suite).filter(|suite| !strong.contains(suite)).collect();
                match (flags.has(name), weak.as_slice()) {
                    (false, _) => {
                        let message = format!("--{name} is not given: Go's own list, which differs between releases");
                        Some(Said { review: true, ..fails(at(), text, expected, message) })
                    }
                    (true, []) => None,
                    (true, weak) => fail(expected.into(), format!("--{name} allows {}", weak.join(", "))),
                }
            }
        }
    }
}

const ENABLE: &str = "enable-admission-plugins";
const DISABLE: &str = "disable-admission-plugins";
/// The deprecated list of all plugins that run.
const ONLY: &str = "admission-control";

fn is_enabled(flags: &Flags, plugin: &str) -> bool {
    flags.lists(ENABLE, plugin) || flags.lists(ONLY, plugin)
}

impl Flag {
    /// What is wrong with a replica: the first decides; none: it passes.
    pub(super) fn judge(&self, cx: &Cx<'_>, flags: &Flags) -> Vec<Said> {
        let given = self.flags.iter().any(|flag| flags.has(flag));
        let stands = |i: &&Instead| (i.wins || !given) && cx.version().at_least(i.since) && flags.has(i.flag);
        let said: Vec<Said> = self.flags.iter().filter_map(|flag| self.must.judge(flag, flags)).collect();
        match self.instead.iter().find(stands) {
            Some(instead) if instead.wins || !said.is_empty() => {
                let at = flags.at(instead.flag);
                let value = flags.get(instead.flag).map(Given::text);
                let expected = said.first().map_or("see the file".into(), |said| said.expected.clone());
                let message = format!("--{} is given: {}", instead.flag, instead.look);
                vec![Said { review: true, ..fails(at, value, expected, message) }]
            }
            _ => said,
        }
    }

    /// How a replica is started, as far as this row asks.
    fn as_given(&self, flags: &Flags) -> String {
        let words = self.flags.iter().map(|flag| match flags.get(flag) {
            Some(given) => format!("--{flag}={}", given.text()),
            None => format!("no --{flag}"),
        });
        words.collect::<Vec<_>>().join(" ")
    }
}

impl Row for Flag {
    fn run(&self, cx: &Cx<'_>, judge: &mut Judge) {
        let Some(replicas) = replicas(cx, self.of, judge) else { return };
        let mut why_not = None;
        for replica in &replicas {
            if let Some(why) = self.unless.and_then(|unless| unless(cx, &replica.flags)) {
                why_not = Some(why);
                continue;
            }
            let mut said = self.judge(cx, &replica.flags);
            if let Some(first) = said.first_mut() {
                let own = self.as_given(&replica.flags);
                let others = replicas.iter().map(|other| (other.pod, self.as_given(&other.flags)));
                let others: Vec<String> = others
                    .filter(|(_, other)| *other != own)
                    .map(|(pod, other)| format!("{} has {other}", pod.name))
                    .collect();
                if !others.is_empty() {
                    first.message = format!("{}; {}", first.message, others.join(", "));
                }
            }
            report(judge, replica, said, None);
        }
        if let Some(why) = why_not.filter(|_| judge.judged.is_empty()) {
            judge.not_applicable(why);
        }
    }
}

/// Counts a replica, with what is wrong with it.
pub(super) fn report(judge: &mut Judge, replica: &Process<'_>, said: Vec<Said>, severity: Option<Severity>) {
    let pod = replica.pod;
    let hits = judge.reference(ObjectRef::new("v1", "Pod", Some(&pod.namespace), &pod.name));
    hits.about(Some(replica.container));
    let mut said = said.into_iter();
    let Some(Said { review, at, actual, expected, mut message }) = said.next() else { return };
    let rest: Vec<Said> = said.filter(|more| more.review == review).collect();
    for more in &rest {
        message = format!("{message}, {}", more.message);
    }
    let hit = if review { hits.review(at, actual, expected) } else { hits.fail(at, actual, expected) };
    hit.message(message);
    if let Some(severity) = severity {
        hit.severity(severity);
    }
    for more in rest {
        hit.also(more.at, more.actual, more.expected);
    }
}

/// The replicas of a component. None: there are none to see, and the judge was told why.
pub(super) fn replicas<'a>(cx: &Cx<'a>, component: Component, judge: &mut Judge) -> Option<Vec<&'a Process<'a>>> {
    let replicas: Vec<_> = cx.control_plane().of(component).collect();
    if !replicas.is_empty() {
        return Some(replicas);
    }
    let (inventory, program) = (cx.inventory, component.program());
    let scope = &inventory.scope;
    let outside = !scope.namespaces.is_empty() && !scope.namespaces.iter().any(|n| **n == *NAMESPACE);
    if outside || scope.selector.is_some() {
        let message = format!("the scope leaves out {program} in {NAMESPACE}");
        judge.missing("Pod", GapReason::SourceCannotHoldIt, message);
    } else if let Some(reason) = cx.gap(Kind::Pod, Some(NAMESPACE)) {
        judge.missing("Pod", reason, format!("pods of {NAMESPACE} are not known: {program} may be among them"));
    } else if cx.platform().is_managed() {
        judge.not_applicable("provider: see its SOC report");
    } else {
        let message = match cx.platform() {
            Platform::K3s => {
                "k3s runs the control plane inside its own process, which shows its flags on no pod".to_owned()
            }
            Platform::Openshift => {
                "OpenShift keeps these settings in ConfigMaps, not in flags of static pods".to_owned()
            }
            _ => format!("no pod of {NAMESPACE} runs {program}: it is hosted, external or no pod at all"),
        };
        judge.missing("Pod", GapReason::NoControlPlanePod, message);
    }
    None
}

/// The remedy of a flag: a line in a file of the node. What the API shows of a static pod is a copy that no request
/// changes.
macro_rules! manifest {
    ($program:literal, $disruption:ident, $what:literal) => {
        crate::model::Remedy {
            advice: concat!(
                "On every control-plane node ",
                $what,
                " in /etc/kubernetes/manifests/",
                $program,
                ".yaml, and in kubeadm's ClusterConfiguration so that an upgrade keeps it. The API cannot change a \
                 static pod; the kubelet restarts it when the file changes."
            ),
            fix: crate::model::Fix::Advice,
            disruption: crate::model::Disruption::$disruption,
            try_first: "Change one control-plane node, and wait until its pod is ready again before the next.",
        }
    };
}
pub(super) use manifest;
