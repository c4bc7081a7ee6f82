//! The pages of `docs/`: every check, and a page a framework, from the same data that the program evaluates.

use super::analysis::{cell, code};
use crate::checks::{self, Check};
use crate::frameworks::analysis::{Analysis, Class, totals};
use crate::frameworks::{Control, Crosswalk, Edition, Pack, Sibling};
use crate::inventory::{Kind, Version};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

const HEAD: &str = "<!-- Written by `cargo xtask gen` from the checks and from controls/. Do not edit. -->\n";

/// Every page by its path under `docs/`. `rule` gives the exact rule of a check where its source states one.
pub fn pages(packs: &[Pack], rule: &dyn Fn(&str) -> Option<String>) -> BTreeMap<String, String> {
    let editions: Vec<Edition> = packs.iter().map(|pack| pack.edition(&pack.newest(), Version::NEWEST)).collect();
    let walk = Crosswalk::new(&editions);
    let mut pages: BTreeMap<String, String> = packs
        .iter()
        .zip(&editions)
        .map(|(pack, edition)| (format!("frameworks/{}.md", pack.id), framework(pack, edition, &walk)))
        .collect();
    pages.insert("frameworks/README.md".to_owned(), contents(&editions));
    pages.insert("checks.md".to_owned(), all_checks(&editions, rule));
    pages
}

fn contents(editions: &[Edition]) -> String {
    let mut out = format!("{HEAD}\n# Frameworks\n\n| framework | version | controls |");
    for class in Class::ALL {
        let _ = write!(out, " {} |", class.words());
    }
    let _ = writeln!(out, "\n|{}", " --- |".repeat(3 + Class::ALL.len()));
    for edition in editions {
        let analyses: Vec<Analysis> = edition.controls().map(|(_, control)| Analysis::of(control)).collect();
        let totals = totals(analyses.iter());
        let _ = write!(
            out,
            "| [{}]({}.md) | {} | {} |",
            cell(&edition.title),
            edition.framework,
            cell(&edition.version),
            analyses.len()
        );
        for class in Class::ALL {
            let _ = write!(out, " {} |", totals.get(&class).copied().unwrap_or_default());
        }
        out.push('\n');
    }
    out
}

/// A line of a list: what it is, and what there is to say; nothing where there is nothing.
fn line(out: &mut String, what: &str, said: &str) {
    if !said.is_empty() {
        let _ = writeln!(out, "- **{what}**: {said}");
    }
}

fn all_checks(editions: &[Edition], rule: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = format!("{HEAD}\n# Checks\n\n{} checks. `plimsoll explain ID` says the same.\n", checks::ALL.len());
    let mut sorted: Vec<&'static Check> = checks::ALL.to_vec();
    sorted.sort_by_key(|check| check.id);
    let mut family = "";
    for check in sorted {
        let of = check.id.split('.').next().unwrap_or_default();
        if family != of {
            family = of;
            let _ = write!(out, "\n## {}\n", cell(family));
        }
        let _ = write!(out, "\n### {}\n\n{} ({})\n\n", cell(check.id), cell(check.title), check.severity);
        let names = |kinds: &[Kind]| kinds.iter().map(|kind| cell(kind.name())).collect::<Vec<_>>().join(", ");
        line(&mut out, "Why", &cell(check.why));
        line(&mut out, "Rule", &rule(check.id).map(|text| cell(&text)).unwrap_or_default());
        line(&mut out, "Judges", &names(check.over));
        line(&mut out, "Needs", &names(check.needs));
        line(&mut out, "Fix", &cell(check.remedy.advice));
        line(
            &mut out,
            "Disruption",
            &format!("{}. {}", check.remedy.disruption.as_str(), cell(check.remedy.try_first)),
        );
        line(&mut out, "Elsewhere", &check.aliases.iter().map(|a| cell(a)).collect::<Vec<_>>().join(", "));
        let (mut decides, mut shows) = (Vec::new(), Vec::new());
        for edition in editions {
            for (_, control) in edition.controls() {
                let name = link("frameworks/", &edition.framework, &control.id);
                if control.checks.checks().iter().any(|id| **id == *check.id) {
                    decides.push(name);
                } else if control.evidence.iter().any(|id| **id == *check.id) {
                    shows.push(name);
                }
            }
        }
        line(&mut out, "Decides", &decides.join(", "));
        line(&mut out, "Evidence for", &shows.join(", "));
    }
    out
}

/// A control as a link to its place on its framework's page.
fn link(folder: &str, framework: &str, id: &str) -> String {
    format!("[{framework} {}]({folder}{framework}.md#{})", cell(id), anchor(id))
}

/// What a heading's address is made of: `5.2.2` gives `522`; the title is not in the heading.
fn anchor(id: &str) -> String {
    id.chars().filter(|c| c.is_alphanumeric() || *c == '-' || *c == '_').collect::<String>().to_lowercase()
}

fn framework(pack: &Pack, edition: &Edition, walk: &Crosswalk<'_>) -> String {
    let mut out = format!("{HEAD}\n# {}\n\n{}\n\n", cell(&pack.title), cell(&pack.source));
    versions(&mut out, pack);
    let analyses: Vec<Analysis> = edition.controls().map(|(_, control)| Analysis::of(control)).collect();
    let totals = totals(analyses.iter());
    let counted = Class::ALL.into_iter().filter_map(|class| {
        let count = totals.get(&class).copied().unwrap_or_default();
        (count > 0).then(|| format!("{count} {}", class.words()))
    });
    let counted: Vec<String> = counted.collect();
    let _ = writeln!(out, "{} controls: {}.", analyses.len(), counted.join(", "));
    let mut section: Option<Arc<str>> = None;
    for ((id, control), analysis) in edition.controls().zip(&analyses) {
        if section.as_ref() != Some(&id) {
            let title = edition.sections.iter().find(|s| s.id == id).map_or("", |s| &*s.title);
            let _ = write!(out, "\n## {} {}\n", cell(&id), cell(title));
            section = Some(id);
        }
        control_entry(&mut out, pack, edition, control, analysis, walk);
    }
    let gone: Vec<&Control> = pack.all_controls().filter(|c| c.numbers().count() > 0 && !is_in(edition, c)).collect();
    if !gone.is_empty() {
        out.push_str("\n## In older versions only\n");
    }
    for control in gone {
        control_entry(&mut out, pack, edition, control, &Analysis::of(control), walk);
    }
    out
}

fn is_in(edition: &Edition, control: &Control) -> bool {
    edition.controls().any(|(_, other)| other.key == control.key)
}

fn versions(out: &mut String, pack: &Pack) {
    if !pack.platforms.is_empty() {
        let names: Vec<&str> = pack.platforms.iter().map(|platform| platform.title()).collect();
        let _ =
            writeln!(out, "Asked on {} only, or where it is named: `--framework {}`.\n", names.join(" and "), pack.id);
    }
    if pack.versions.len() > 1 {
        let _ = writeln!(out, "| version | controls | written for Kubernetes |\n| --- | --- | --- |");
        for version in pack.versions.iter().rev() {
            let edition = pack.edition(version, Version::NEWEST);
            let range = edition.range.as_deref().unwrap_or_default().to_owned();
            let _ = writeln!(out, "| {} | {} | {} |", cell(version), edition.controls().count(), cell(&range));
        }
        out.push('\n');
    }
}

fn control_entry(
    out: &mut String,
    pack: &Pack,
    edition: &Edition,
    control: &Control,
    analysis: &Analysis,
    walk: &Crosswalk<'_>,
) {
    let _ = write!(out, "\n### {}\n\n{}\n\n", cell(&control.id), cell(&control.title));
    let level = control.level.map(|level| format!("level {level}, ")).unwrap_or_default();
    let label = control.assessment.as_deref().map(|label| format!("benchmark: {label}, ")).unwrap_or_default();
    line(out, "Decided", &format!("{level}{label}{}", cell(&analysis.words())));
    line(out, "Why", &cell(&control.why));
    let ids = |ids: &[Arc<str>]| {
        let link = |id: &Arc<str>| match checks::find(id) {
            Some(_) => format!("[{}](../checks.md#{})", cell(id), anchor(id)),
            None => format!("{} (not built yet)", code(id)),
        };
        ids.iter().map(link).collect::<Vec<_>>().join(", ")
    };
    line(out, "Checks", &ids(&control.checks.checks()));
    line(out, "Shows", &ids(&control.evidence));
    line(out, "Note", &control.note.as_deref().map(cell).unwrap_or_default());
    line(out, "Other numbers", &numbers(pack, control));
    line(out, "Elsewhere", &elsewhere(&walk.siblings(&edition.framework, &control.id)));
    match control.like.as_deref().and_then(|like| like.split_once('/')) {
        Some((framework, id)) => line(out, "Evidence", &format!("as for {}", link("", framework, id))),
        None => {
            let lines: Vec<String> = control.collect.iter().map(|line| format!("  - {}", evidence(line))).collect();
            if !lines.is_empty() {
                let _ = writeln!(out, "- **Evidence**:\n{}", lines.join("\n"));
            }
        }
    }
}

/// Under which number older versions have it, the newest of them first, equal ones together.
fn numbers(pack: &Pack, control: &Control) -> String {
    let mut numbers: Vec<(&str, Vec<&str>)> = Vec::new();
    for version in pack.versions.iter().rev() {
        let Some((version, id)) = control.numbers().find(|(known, _)| *known == &**version) else { continue };
        match numbers.last_mut().filter(|(last, _)| *last == id) {
            Some((_, versions)) => versions.push(version),
            None => numbers.push((id, vec![version])),
        }
    }
    let one = |(id, versions): &(&str, Vec<&str>)| format!("{} in {}", cell(id), versions.join(", "));
    numbers.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// A line to collect: code, or what a person hands in.
fn evidence(line: &str) -> String {
    match line.split_once(": ") {
        Some(("attach", what)) => format!("attach {}", cell(what)),
        Some(("node", command)) => format!("on the node: {}", code_outside_a_table(command)),
        Some(("provider", what)) if ["aws ", "az ", "gcloud "].iter().any(|tool| what.starts_with(tool)) => {
            format!("provider: {}", code_outside_a_table(what))
        }
        Some(("provider", what)) => format!("provider: {}", cell(what)),
        _ => code_outside_a_table(line),
    }
}

fn code_outside_a_table(text: &str) -> String {
    code(text).replace("\\|", "|")
}

/// Siblings, those of a framework together.
fn elsewhere(siblings: &[Sibling<'_>]) -> String {
    siblings.iter().map(|s| link("", &s.edition.framework, &s.control.id)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frameworks::embedded;

    #[test]
    fn pages_are_the_same_every_time_and_no_link_is_broken() {
        let packs = embedded().unwrap();
        let pages = super::pages(&packs, &|_| None);
        assert_eq!(pages, super::pages(&packs, &|_| None));
        assert_eq!(pages.len(), packs.len() + 2);
        let anchors: BTreeMap<&str, Vec<String>> = pages
            .iter()
            .map(|(path, text)| {
                let heads = text.lines().filter_map(|line| line.strip_prefix("### "));
                (path.as_str(), heads.map(|head| anchor(&head.replace('\\', ""))).collect())
            })
            .collect();
        for (path, text) in &pages {
            for target in text.split("](").skip(1).filter_map(|rest| rest.split_once(')').map(|(target, _)| target)) {
                let Some((file, anchor)) = target.split_once('#') else { continue };
                let folder = if path.starts_with("frameworks/") { "frameworks/" } else { "" };
                let file = format!("{folder}{file}").replace("frameworks/../", "");
                assert!(anchors[file.as_str()].iter().any(|known| known == anchor), "{path}: {target}");
            }
        }
    }
}
