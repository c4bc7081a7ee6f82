//! `docs/conformance.md`.

use super::table::{Answer, Entry, Table};
use std::collections::BTreeMap;
use std::fmt::{self, Write};

/// What it all came to.
#[derive(Default)]
pub struct Counts {
    /// Rules that are answered, with the cases that they have.
    pub answered: BTreeMap<String, usize>,
    /// Rules that are refused.
    pub refused: usize,
    /// Cases in which all is the same.
    pub agreeing: usize,
    /// Cases in which something is not.
    pub deviating: usize,
    /// Of those that agree: where manifests alone leave something open.
    pub undecided: usize,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { answered, refused, agreeing, deviating, undecided } = self;
        let (mapped, cases) = (answered.len(), agreeing + deviating);
        write!(f, "{} rules: {mapped} mapped, {refused} refused. ", mapped + refused)?;
        write!(f, "{cases} cases: {agreeing} agreeing, {deviating} deviating")?;
        write!(f, " ({undecided} of those that agree are decided in a cluster only).")
    }
}

const HEAD: &str = "# Agreement with kubescape

Written by `UPDATE_DOCS=1 cargo test --test kubescape` from `tests/kubescape/rules.yaml`, which is where a rule is mapped
or refused and where each deviation has its reason. The rules are those that came with the project's shared data; their
cases are kubescape's own.

What is compared is the object and the verdict. Each case is read as the manifests that it is (`plimsoll scan -f`) and
as all that a cluster holds: each of kubescape's alerts is found on an object that it names, and whatever plimsoll finds
is in some alert. A candidate for review counts as found: kubescape fails what plimsoll leaves to a person. What its
sensor saw of a node is read as a `NodeFacts` document. Where manifests leave open what only the rest of the cluster
tells (a Service, a policy, the pods that a selector means), the cluster decides.

";

pub fn document(table: &Table, counts: &Counts) -> String {
    let mut text = format!("{HEAD}**{counts}**\n");
    text += "\n## Mapped\n\n| rule | cases | answered by |\n| --- | ---: | --- |\n";
    for (rule, cases) in &counts.answered {
        let Entry::Answered(answers) = &table.rules[rule] else { continue };
        let by = |answer: &Answer| answer.checks.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" and ");
        let by: Vec<String> = answers.iter().map(by).collect();
        writeln!(text, "| {rule} | {cases} | {} |", by.join("; ")).unwrap();
    }
    text += "\n## Deviations\n\n| rule | case | why plimsoll says something else |\n| --- | --- | --- |\n";
    for (rule, entry) in &table.rules {
        let Entry::Answered(answers) = entry else { continue };
        for answer in answers {
            let whose = if answers.len() > 1 { format!(" (`{}`)", answer.checks.join("`, `")) } else { String::new() };
            for (case, why) in &answer.differs {
                writeln!(text, "| {rule} | {case} | {why}{whose} |").unwrap();
            }
        }
    }
    text += "\n## Refused\n\n| rule | why no check answers it |\n| --- | --- |\n";
    for (rule, entry) in &table.rules {
        if let Entry::Refused(why) = entry {
            writeln!(text, "| {rule} | {why} |").unwrap();
        }
    }
    text
}
