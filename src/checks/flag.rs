//! The rule of the tables `apiserver`, `kcm`, `scheduler` and `etcd`: what a component was started with.

use super::{Cx, Judge, Row};
use crate::inventory::control_plane::{Component, NAMESPACE, Process};
use crate::inventory::flags::{Flags, Given};
use crate::inventory::{Kind, Platform};
use crate::model::{FieldPath, GapReason, ObjectRef, Scope, Severity};
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

impl Must {
    /// What would pass, in words.
    fn expected(self) -> Cow<'static, str> {
        match self {
            Self::Set => "a value".into(),
            Self::Unset => "not given".into(),
            Self::Be(wanted, _) => if wanted { "true" } else { "false" }.into(),
            Self::AtLeast(least) => format!("{least} or more").into(),
            Self::Within(most) => format!("more than 0, at most {most}s").into(),
            Self::Name(item, _) | Self::Plugin(item) => format!("a list with {item}").into(),
            Self::NotName(item, _) | Self::NoPlugin(item) | Self::KeepPlugin(item) => {
                format!("a list without {item}").into()
            }
            Self::NotPair(key, value) => format!("a list without {key}={value}").into(),
            Self::Loopback => "127.0.0.1 or ::1".into(),
            Self::Ciphers(_) => "strong cipher suites alone, or --tls-min-version=VersionTLS13".into(),
        }
    }

    /// What is wrong with a flag; None: nothing.
    fn judge(self, name: &str, flags: &Flags) -> Option<Said> {
        let given = flags.get(name);
        let text = given.map(Given::text);
        let is = |default: &str| match text {
            Some("") => format!("--{name} is empty"),
            Some(text) => format!("--{name} is {text}"),
            None if default.is_empty() => format!("--{name} is not given"),
            None => format!("--{name} is not given and defaults to {default}"),
        };
        let said = |at: FieldPath, actual: Option<&str>, message: String| Said {
            review: false,
            at,
            actual: actual.into(),
            expected: self.expected(),
            message,
        };
        let fails = |message: String| said(flags.at(name), text, message);
        let by = |given: &Given, message: String| said(given.at.clone(), Some(given.text()), message);
        match self {
            Self::Set => given.is_none_or(Given::is_empty).then(|| fails(is(""))),
            Self::Unset => given.is_some_and(|given| !given.is_empty()).then(|| fails(is(""))),
            Self::Be(wanted, default) => {
                let holds = given.map_or(Some(default), Given::bool) == Some(wanted);
                (!holds).then(|| fails(is(if default { "true" } else { "false" })))
            }
            Self::AtLeast(least) => match given.map(Given::integer) {
                Some(Some(number)) if number >= least => None,
                Some(_) => Some(fails(format!("{}, not {least} or more", is("")))),
                None => Some(fails(is(""))),
            },
            Self::Within(most) => {
                let within = given?.seconds().is_some_and(|seconds| seconds > 0.0 && seconds <= most);
                (!within).then(|| fails(is("")))
            }
            Self::Name(item, default) => {
                let named = if given.is_some() { flags.lists(name, item) } else { default == item };
                (!named).then(|| fails(is(default)))
            }
            Self::NotName(item, default) => match flags.list(name).find(|(named, _)| *named == item) {
                Some((_, given)) => Some(by(given, is(""))),
                None => (given.is_none() && default == item).then(|| fails(is(default))),
            },
            Self::NotPair(key, value) => {
                let (found, given) = flags.keyed(name, key)?;
                found.eq_ignore_ascii_case(value).then(|| by(given, is("")))
            }
            Self::Plugin(plugin) => {
                if let Some((_, given)) = flags.list(DISABLE).find(|(named, _)| *named == plugin) {
                    let expected = format!("a list without {plugin}").into();
                    return Some(Said { expected, ..by(given, format!("admission plugin {plugin} is disabled")) });
                }
                let enabled = flags.lists(ENABLE, plugin) || flags.lists(ONLY, plugin);
                (!enabled).then(|| fails(format!("admission plugin {plugin} is not enabled")))
            }
            Self::NoPlugin(plugin) => {
                let mut on = [ENABLE, ONLY].into_iter().flat_map(|flag| flags.list(flag));
                let (_, given) = on.find(|(named, _)| *named == plugin)?;
                Some(by(given, format!("admission plugin {plugin} is enabled")))
            }
            Self::KeepPlugin(plugin) => {
                let message = format!("admission plugin {plugin}, on by default, is off");
                if let Some((_, given)) = flags.list(DISABLE).find(|(named, _)| *named == plugin) {
                    return Some(by(given, message));
                }
                let only = flags.get(ONLY).filter(|_| !flags.lists(ONLY, plugin))?;
                Some(Said { expected: format!("a list with {plugin}").into(), ..by(only, message) })
            }
            Self::Loopback => {
                let address = text.and_then(|text| text.trim_matches(['[', ']']).parse::<IpAddr>().ok());
                (!address.is_some_and(|address| address.is_loopback())).then(|| fails(is("0.0.0.0")))
            }
            Self::Ciphers(strong) => {
                // 1.3 has its own suites, all of them strong, and takes no list
                if flags.get("tls-min-version").is_some_and(|given| given.text() == "VersionTLS13") {
                    return None;
                }
                if !flags.has(name) {
                    let message = format!("--{name} is not given: Go's own list, which differs between releases");
                    return Some(Said { review: true, ..fails(message) });
                }
                let suites = flags.list(name).map(|(suite, _)| suite);
                let weak: Vec<&str> = suites.filter(|suite| !strong.contains(suite)).collect();
                (!weak.is_empty()).then(|| fails(format!("--{name} allows {}", weak.join(", "))))
            }
        }
    }
}

const ENABLE: &str = "enable-admission-plugins";
const DISABLE: &str = "disable-admission-plugins";
/// The deprecated list of all plugins that run.
const ONLY: &str = "admission-control";

impl Flag {
    /// What is wrong with a replica: the first decides; none: it passes.
    pub(super) fn judge(&self, cx: &Cx<'_>, flags: &Flags) -> Vec<Said> {
        let given = self.flags.iter().any(|flag| flags.has(flag));
        let stands = |i: &&Instead| (i.wins || !given) && cx.version().at_least(i.since) && flags.has(i.flag);
        let said: Vec<Said> = self.flags.iter().filter_map(|flag| self.must.judge(flag, flags)).collect();
        match self.instead.iter().find(stands) {
            Some(instead) if instead.wins || !said.is_empty() => vec![Said {
                review: true,
                at: flags.at(instead.flag),
                actual: flags.get(instead.flag).map(Given::text).into(),
                expected: format!("the same by other means: {}", self.must.expected()).into(),
                message: format!("--{} is given: {}", instead.flag, instead.look),
            }],
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
    if is_outside(&inventory.scope) {
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

/// Whether a scope leaves out the cluster's own namespace, or the parts of it that labels do not select.
pub(super) fn is_outside(scope: &Scope) -> bool {
    let here = scope.namespaces.is_empty() || scope.namespaces.iter().any(|n| **n == *NAMESPACE);
    !here || scope.selector.is_some()
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
