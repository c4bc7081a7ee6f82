//! Gap analysis: of each control, what plimsoll checks, what it only collects, and what still needs somebody else.

use super::{Control, Decides, Edition};
use crate::checks::{self, Check};
use crate::inventory::OptIn;
use crate::model::Severity;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Who, or what, a control is answered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A check decides it from what a scan reads.
    Checked,
    /// A check decides it, once a right or evidence is given that a scan does not take by itself.
    CheckedWithOptIn,
    /// plimsoll shows evidence and decides nothing.
    EvidenceOnly,
    /// Only people can show it.
    Person,
    /// The cloud provider has to be asked.
    Provider,
    /// A tool on the node shows it.
    NodeTool,
}

impl Class {
    /// All, in the order of totals.
    pub const ALL: [Class; 6] =
        [Self::Checked, Self::CheckedWithOptIn, Self::EvidenceOnly, Self::Person, Self::Provider, Self::NodeTool];

    /// The word of exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Checked => "checked",
            Self::CheckedWithOptIn => "checked-with-opt-in",
            Self::EvidenceOnly => "evidence-only",
            Self::Person => "person",
            Self::Provider => "provider",
            Self::NodeTool => "node-tool",
        }
    }

    /// The words of a sentence, after a number or alone.
    pub fn words(self) -> &'static str {
        match self {
            Self::Checked => "checked",
            Self::CheckedWithOptIn => "checked with opt-in",
            Self::EvidenceOnly => "evidence only",
            Self::Person => "for people",
            Self::Provider => "for the provider",
            Self::NodeTool => "for a tool on the node",
        }
    }
}

/// What is known of a control before anything is scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Analysis {
    /// Who answers it.
    pub class: Class,
    /// How: measured, review, or criterion.
    pub decided: &'static str,
    /// Checks that decide it and are built.
    pub checks: Vec<Arc<str>>,
    /// Checks that show evidence and are built.
    pub evidence: Vec<Arc<str>>,
    /// Checks that it names and nobody has built yet.
    pub unbuilt: Vec<Arc<str>>,
    /// What a scan has to be given: `--with-secrets`, `node evidence`.
    pub opt_ins: Vec<&'static str>,
    /// Lines for a shell with kubectl and jq.
    pub collect: Vec<Arc<str>>,
    /// What is left for a person, the provider or a tool on the node: a line each, with who first.
    pub remaining: Vec<Arc<str>>,
}

impl Analysis {
    /// Of a control.
    pub fn of(control: &Control) -> Self {
        let is_built = |id: &Arc<str>| checks::find(id).is_some();
        let (checks, mut unbuilt): (Vec<_>, Vec<_>) = control.checks.checks().into_iter().partition(is_built);
        let (evidence, more): (Vec<_>, Vec<_>) = control.evidence.iter().cloned().partition(is_built);
        unbuilt.extend(more);
        // a check of severity info lists what there is and judges nothing
        let judges = |check: &&&'static Check| check.severity > Severity::Info;
        let deciding: Vec<&'static Check> = checks.iter().filter_map(|id| checks::find(id)).collect();
        let opt_ins: BTreeSet<&'static str> = deciding.iter().flat_map(|check| opt_ins(check)).collect();
        let (remaining, collect): (Vec<Arc<str>>, Vec<Arc<str>>) =
            control.collect.iter().cloned().partition(|line| elsewhere(line).is_some());
        let needs = |who: &str| remaining.iter().any(|line| elsewhere(line) == Some(who));
        let class = if deciding.iter().any(|check| judges(&check)) {
            if opt_ins.is_empty() { Class::Checked } else { Class::CheckedWithOptIn }
        } else if needs("provider") {
            Class::Provider
        } else if needs("node") {
            Class::NodeTool
        } else if !(checks.is_empty() && evidence.is_empty() && collect.is_empty()) {
            Class::EvidenceOnly
        } else {
            Class::Person
        };
        let decided = match control.decides {
            _ if control.criterion.is_some() => "criterion",
            Decides::Measured => "measured",
            Decides::Review => "review",
        };
        Self { class, decided, checks, evidence, unbuilt, opt_ins: opt_ins.into_iter().collect(), collect, remaining }
    }

    /// How plimsoll answers it, in a few words: `measured`, `review of candidates`, what it needs.
    pub fn words(&self) -> String {
        let how = match (self.class, self.decided) {
            (Class::Checked | Class::CheckedWithOptIn, "measured") => "measured".to_owned(),
            (Class::Checked | Class::CheckedWithOptIn, "criterion") => "weighed, never scored".to_owned(),
            (Class::Checked | Class::CheckedWithOptIn, _) => "review of candidates".to_owned(),
            (class, _) => class.words().to_owned(),
        };
        if self.opt_ins.is_empty() { how } else { format!("{how}; needs {}", self.opt_ins.join(", ")) }
    }
}

/// Who a line to collect is for, where it is none for the shell: `attach`, `provider`, `node`.
fn elsewhere(line: &str) -> Option<&str> {
    let (who, _) = line.split_once(": ")?;
    matches!(who, "attach" | "provider" | "node").then_some(who)
}

/// What a check must be given beyond a plain scan.
fn opt_ins(check: &Check) -> Vec<&'static str> {
    let kinds = check.over.iter().chain(check.needs).filter_map(|kind| kind.info().opt_in);
    kinds
        .map(|opt_in| match opt_in {
            OptIn::Secrets => "--with-secrets",
            OptIn::ConfigMaps => "--with-configmaps",
            OptIn::KubeletConfig => "--with-kubelet-config",
            OptIn::NodeFacts => "node evidence",
        })
        .collect()
}

/// How many controls of an edition are in each class.
pub fn totals<'a>(analyses: impl Iterator<Item = &'a Analysis>) -> BTreeMap<Class, usize> {
    let mut totals: BTreeMap<Class, usize> = Class::ALL.into_iter().map(|class| (class, 0)).collect();
    for analysis in analyses {
        *totals.entry(analysis.class).or_default() += 1;
    }
    totals
}

/// The controls of an edition with what is known of each: section, control, analysis.
pub fn analyse(edition: &Edition) -> Vec<(Arc<str>, &Control, Analysis)> {
    edition.controls().map(|(section, control)| (section, control, Analysis::of(control))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::embedded;
    use super::*;
    use crate::inventory::Version;

    #[test]
    fn controls_are_told_apart_by_who_answers_them() {
        let packs = embedded().unwrap();
        let of = |framework: &str, id: &str| {
            let pack = packs.iter().find(|pack| *pack.id == *framework).unwrap();
            let edition = pack.edition(&pack.newest(), Version::NEWEST);
            let control = edition.controls().find(|(_, control)| *control.id == *id).unwrap().1.clone();
            Analysis::of(&control)
        };
        assert_eq!(of("cis", "5.2.2").class, Class::Checked);
        assert_eq!(of("cis", "5.2.2").words(), "measured");
        assert_eq!(of("cis", "5.1.3").words(), "review of candidates");
        assert_eq!(of("soc2", "CC6.8").words(), "weighed, never scored");
        assert_eq!(of("soc2", "CC1.1").class, Class::Person);
        assert_eq!(of("cis-eks", "5.1.2").class, Class::Provider);
        assert_eq!(of("cis-aks", "3.1.3").class, Class::NodeTool);
        assert_eq!(of("mitre-k8s", "MS-TA9014").class, Class::EvidenceOnly, "an inventory decides nothing");
        assert!(of("cis-eks", "5.1.2").remaining[0].starts_with("provider: aws"));
    }
}
