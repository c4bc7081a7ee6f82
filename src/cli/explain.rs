//! `plimsoll explain`.

use super::args::ExplainArgs;
use super::list::{controls_of, newest};
use super::{Exit, Failure, print};
use crate::checks::{self, Check};
use crate::engine::Selection;
use crate::frameworks::{self, Control, Crosswalk, Edition, Sibling};
use crate::inventory::Version;
use crate::model::{nearest, versioned};
use std::fmt::Write;

pub(super) fn run(args: &ExplainArgs) -> Result<Exit, Failure> {
    let packs = frameworks::embedded().map_err(|error| Failure::new(Exit::Internal, error))?;
    let all = newest(&packs, &[], &args.versions)?;
    let mut text = String::new();
    if let Some(check) = checks::find(&args.id) {
        explain_check(&mut text, check, &all);
    } else {
        let versions = all.iter().map(|e| (e.framework.to_string(), e.version.to_string())).collect();
        let selection = Selection { controls: vec![args.id.clone()], versions, ..Selection::default() };
        let editions = selection.editions(&packs, Version::NEWEST).map_err(|_| {
            let names: Vec<String> = checks::ALL
                .iter()
                .map(|check| check.id.to_owned())
                .chain(all.iter().flat_map(|e| e.controls().map(|(_, c)| c.id.to_string()).collect::<Vec<_>>()))
                .collect();
            let near = nearest(&args.id, names.iter().map(String::as_str));
            let near = near.map(|near| format!(": did you mean {near:?}?")).unwrap_or_default();
            Failure::new(Exit::Usage, format!("no check and no control is called {:?}{near}", args.id))
        })?;
        let walk = Crosswalk::new(&all);
        for edition in &editions {
            for (_, control) in edition.controls() {
                explain_control(&mut text, edition, control, &walk);
            }
        }
    }
    print(&text)?;
    Ok(Exit::Ok)
}

/// Lines under a heading, indented; nothing where there are none.
fn block<T: AsRef<str>>(text: &mut String, heading: &str, lines: impl IntoIterator<Item = T>) {
    let mut first = true;
    for line in lines {
        let heading = if std::mem::take(&mut first) { heading } else { "" };
        let _ = writeln!(text, "{heading:<10}{}", line.as_ref());
    }
}

fn explain_check(text: &mut String, check: &Check, editions: &[Edition]) {
    let _ = writeln!(text, "{}  ({})\n{}\n", check.id, check.severity, check.title);
    block(text, "Why", [check.why]);
    block(text, "Fix", [check.remedy.advice]);
    block(
        text,
        "Try first",
        [format!("{} (disruption: {})", check.remedy.try_first, check.remedy.disruption.as_str())],
    );
    let names = |kinds: &[crate::inventory::Kind]| kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ");
    if !check.over.is_empty() {
        block(text, "Judges", [names(check.over)]);
    }
    if !check.needs.is_empty() {
        block(text, "Needs", [format!("{}: unread, they leave it undecided", names(check.needs))]);
    }
    block(
        text,
        "Controls",
        controls_of(check.id, editions).iter().map(|c| format!("{}/{} ({})", c.framework, c.id, c.version)),
    );
    if !check.aliases.is_empty() {
        block(text, "Peers", [check.aliases.join(", ")]);
    }
    let collects = editions.iter().flat_map(|edition| {
        let controls = edition.controls().filter(|(_, c)| c.all_checks().iter().any(|id| **id == *check.id));
        controls.flat_map(|(_, control)| control.collect.clone()).collect::<Vec<_>>()
    });
    let mut seen = std::collections::BTreeSet::new();
    block(text, "Evidence", collects.filter(|line| seen.insert(line.clone())));
}

fn explain_control(text: &mut String, edition: &Edition, control: &Control, walk: &Crosswalk<'_>) {
    let level = control.level.map(|level| format!(", level {level}")).unwrap_or_default();
    let name = versioned(&edition.title, &edition.version);
    let _ = writeln!(text, "{name} {}{level}\n{}\n", control.id, control.title);
    block(text, "Why", [&control.why]);
    let benchmark = control.assessment.as_deref().map(|word| format!("benchmark: {word}; "));
    let decided = match &control.criterion {
        Some(criterion) => format!("relates to SOC2 {criterion} (plimsoll's mapping, not AICPA's); never scored"),
        None => format!("{}{} by plimsoll", benchmark.unwrap_or_default(), decided(control)),
    };
    block(text, "Decided", [decided]);
    let ids = control.checks.checks();
    let check = |id: &std::sync::Arc<str>| match checks::find(id) {
        Some(check) => format!("{id}: {}", check.title),
        None => format!("{id}: not built yet"),
    };
    block(text, "Checks", ids.iter().map(check));
    block(text, "Shows", control.evidence.iter().map(check));
    block(text, "Note", control.note.iter());
    block(text, "Relates", [control.relates.join(", ")].iter().filter(|line| !line.is_empty()));
    block(text, "Elsewhere", elsewhere(&walk.siblings(&edition.framework, &control.id)));
    block(text, "Evidence", &control.collect);
    text.push('\n');
}

/// The controls of other frameworks that ask about the same, a line a framework.
fn elsewhere(siblings: &[Sibling<'_>]) -> Vec<String> {
    let mut lines: Vec<(String, Vec<&str>)> = Vec::new();
    for sibling in siblings {
        let name = versioned(&sibling.edition.framework, &sibling.edition.version);
        match lines.iter_mut().find(|(known, _)| *known == name) {
            Some((_, ids)) => ids.push(&sibling.control.id),
            None => lines.push((name, vec![&sibling.control.id])),
        }
    }
    lines.into_iter().map(|(name, ids)| format!("{name}: {}", ids.join(", "))).collect()
}

fn decided(control: &Control) -> &'static str {
    match control.decides {
        frameworks::Decides::Measured => "measured",
        frameworks::Decides::Review => "candidates listed, a person decides,",
    }
}
