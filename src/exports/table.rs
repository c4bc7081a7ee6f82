use crate::model::findings::Row;
use crate::model::{
    ControlResult, Counts, FindingStatus, FrameworkResult, GapReason, ObjectRef, Report, Score, Severity, Verdict,
    clean, versioned,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns of a terminal that a pipeline's log still shows whole.
pub(super) const WIDTH: usize = 100;
/// Rows of findings before the rest is counted.
const ROWS: usize = 20;

/// `scan -o table`: frameworks, then findings by check, then what could not be read; plain text of at most 100 columns.
pub fn table(report: &Report) -> String {
    let mut out = String::new();
    head(&mut out, report);
    frameworks(&mut out, report);
    findings(&mut out, report);
    gaps(&mut out, report);
    out
}

fn head(out: &mut String, report: &Report) {
    let cluster = &report.cluster;
    let mut line = cluster.context.as_deref().unwrap_or("files").to_owned();
    if let Some(version) = &cluster.version {
        let _ = write!(line, " @ {version}");
    }
    let _ = write!(line, ", scope: {}, observed {}", report.scope.sentence(), report.finished);
    wrapped(out, 0, &line);
}

fn frameworks(out: &mut String, report: &Report) {
    out.push('\n');
    row(
        out,
        &framework_row("FRAMEWORK", "", "STATUS", "SCORE", "COVERAGE", ["FAIL", "MANUAL", "UNREAD"].map(String::from)),
    );
    for framework in report.frameworks.iter().filter(|framework| !framework.is_elsewhere()) {
        let counts = &framework.counts;
        let numbers = [counts.fail, counts.manual, counts.not_evaluated].map(|n| n.to_string());
        let scored = counts != &Counts::default();
        let (score, coverage) = (score(framework.score), if scored { coverage(counts) } else { "–".into() });
        // criteria alone have no status that a table of scores could show
        let status = if scored { framework.status.short() } else { "–" };
        row(out, &framework_row(&framework.title, &framework.version, status, &score, &coverage, numbers));
        about(out, report, framework);
    }
    let elsewhere: Vec<&str> =
        report.frameworks.iter().filter(|framework| framework.is_elsewhere()).map(|framework| &*framework.id).collect();
    if let [first, ..] = elsewhere.as_slice() {
        wrapped(
            out,
            2,
            &format!("for other platforms: {} (--framework {first} judges it all the same)", elsewhere.join(", ")),
        );
    }
}

fn framework_row(
    title: &str,
    version: &str,
    status: &str,
    score: &str,
    coverage: &str,
    numbers: [String; 3],
) -> String {
    let name = versioned(title, version);
    let [fail, manual, unread] = numbers;
    // a long title takes a line of its own
    let name =
        if name.width() > 46 { format!("{name}\n{:46}", "") } else { format!("{name}{:1$}", "", 46 - name.width()) };
    format!("{name}  {status:<8}{score:<11}{coverage:>9}{fail:>7}{manual:>8}{unread:>8}")
}

/// What stands beside the score: the benchmark's range, and the criteria, which have none.
fn about(out: &mut String, report: &Report, framework: &FrameworkResult) {
    if let Some(note) = &framework.note {
        wrapped(out, 2, &format!("  {note}"));
    }
    let criteria = report.controls.iter().filter(|c| c.criterion.is_some() && c.framework == framework.id);
    let mut counts: BTreeMap<u8, (&str, usize)> = BTreeMap::new();
    for ControlResult { status, .. } in criteria {
        let rank = match status {
            Verdict::Contradicted => 0,
            Verdict::SupportedInPart => 1,
            Verdict::NoTechnicalEvidence => 2,
            _ => 3,
        };
        counts.entry(rank).or_insert((status.as_str(), 0)).1 += 1;
    }
    if !counts.is_empty() {
        let words: Vec<String> = counts.values().map(|(word, n)| format!("{n} {}", word.replace('-', " "))).collect();
        let sentence = format!(
            "  SOC2 criteria: {}; as observed at {}, not evidence of operation over a period",
            words.join(", "),
            report.finished
        );
        wrapped(out, 2, &sentence);
    }
}

fn score(score: Score) -> String {
    let percent = |share: f64| (share * 100.0).round();
    match (score.worst, score.best) {
        (Some(worst), Some(best)) if percent(worst) == percent(best) => format!("{:.0} %", percent(worst)),
        (Some(worst), Some(best)) => format!("{:.0}–{:.0} %", percent(worst), percent(best)),
        _ => "–".into(),
    }
}

/// Decided controls of those that apply.
fn coverage(counts: &Counts) -> String {
    let decided = counts.pass + counts.fail + counts.waived;
    format!("{decided}/{}", decided + counts.not_evaluated + counts.manual + counts.attested)
}

/// Findings of one check.
struct Group<'r> {
    first: Row<'r>,
    severity: Severity,
    /// The first top owners in the report's order: the worst first.
    objects: Vec<&'r ObjectRef>,
    /// Which owners, by number, and how many.
    seen: Vec<bool>,
    count: usize,
    reach: BTreeSet<&'static str>,
}

impl Group<'_> {
    /// Whether an owner was not seen before.
    fn is_new(&mut self, owner: usize) -> bool {
        if self.seen.len() <= owner {
            self.seen.resize(owner + 1, false);
        }
        self.seen.get_mut(owner).is_some_and(|seen| !std::mem::replace(seen, true))
    }
}

/// What is counted and not listed.
#[derive(Default)]
struct Besides {
    /// Failures of components of the platform.
    platform: BTreeMap<Severity, usize>,
    manual: usize,
    undecided: usize,
    waived: usize,
    /// Their waiver is over.
    expired: usize,
}

fn findings(out: &mut String, report: &Report) {
    let (mut groups, besides) = grouped(report);
    groups.sort_by_key(|group| (std::cmp::Reverse(group.severity), std::cmp::Reverse(group.reach.len() * group.count)));
    out.push('\n');
    if groups.is_empty() {
        out.push_str("No failing objects were seen.\n");
    } else {
        row(out, "FINDINGS (by check; objects)");
    }
    let shown = || groups.iter().take(ROWS);
    let width = shown().map(|group| group.first.check().len()).max().unwrap_or_default();
    for group in shown() {
        let count = group.count;
        let mut line = format!("{:<5}{:<width$}{count:>5}  ", group.severity.short(), group.first.check());
        let room = WIDTH.saturating_sub(line.width());
        let mut names = String::new();
        for (i, name) in group.objects.iter().enumerate() {
            let more = if count > i + 1 { format!(" +{}", count - i - 1) } else { String::new() };
            let comma = if i > 0 { ", " } else { "" };
            let place = name.namespace.as_ref().map_or(String::new(), |namespace| format!("{namespace}/"));
            let name = format!("{comma}{}", clean(&format!("{place}{}", name.kind_name())));
            // the first is always there; the row before the last one that fits says how many follow
            if i > 0 && names.width() + name.width() + more.width() > room {
                let _ = write!(names, " +{}", count - i);
                break;
            }
            names.push_str(&name);
        }
        line.push_str(&names);
        wrapped(out, width + 12, &line);
    }
    if let Some(rest) = groups.get(ROWS..).filter(|rest| !rest.is_empty()) {
        wrapped(out, 0, &format!("and {} more checks: {}", rest.len(), by_severity(rest.iter().map(|g| g.severity))));
    }
    let Besides { platform, manual, undecided, waived, expired } = besides;
    if !platform.is_empty() {
        wrapped(out, 0, &format!("platform: {}", counted(&platform)));
    }
    let others = [
        (manual, "for review"),
        (undecided, "undecided"),
        (waived - report.exempt.min(waived), "waived"),
        (report.exempt, "exempt (built-in; --strict drops them)"),
    ];
    if expired > 0 {
        wrapped(out, 0, &format!("{expired} of the findings fail again: their waiver is over"));
    }
    let others: Vec<String> = others.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    if !others.is_empty() {
        wrapped(out, 0, &format!("besides: {}", others.join(", ")));
    }
}

/// Failures that are not the platform's, by check, and what is besides: in one walk, since there may be millions.
fn grouped(report: &Report) -> (Vec<Group<'_>>, Besides) {
    // the report is ordered by severity and reach, so the first of a check decides its place
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut besides = Besides::default();
    // findings of a check come one after the other
    let mut at = 0;
    for finding in report.findings.rows() {
        besides.expired += usize::from(finding.expired_waiver().is_some());
        match finding.status() {
            FindingStatus::Manual => besides.manual += 1,
            FindingStatus::NotEvaluated => besides.undecided += 1,
            FindingStatus::Waived => besides.waived += 1,
            FindingStatus::Fail if finding.platform() => *besides.platform.entry(finding.severity()).or_default() += 1,
            FindingStatus::Fail => {
                let is_of = |group: &Group<'_>| group.first.check() == finding.check();
                if !groups.get(at).is_some_and(is_of) {
                    at = groups.iter().position(is_of).unwrap_or(groups.len());
                }
                if at == groups.len() {
                    groups.push(Group {
                        first: finding,
                        severity: finding.severity(),
                        objects: Vec::new(),
                        seen: Vec::new(),
                        count: 0,
                        reach: BTreeSet::new(),
                    });
                }
                let Some(group) = groups.get_mut(at) else { continue };
                if group.is_new(finding.owner_number()) {
                    group.count += 1;
                    group.reach.extend(finding.reach());
                    if group.objects.len() < WIDTH {
                        group.objects.push(finding.owner());
                    }
                }
            }
        }
    }
    (groups, besides)
}

fn by_severity(severities: impl Iterator<Item = Severity>) -> String {
    let mut counts: BTreeMap<Severity, usize> = BTreeMap::new();
    for severity in severities {
        *counts.entry(severity).or_default() += 1;
    }
    counted(&counts)
}

fn counted(counts: &BTreeMap<Severity, usize>) -> String {
    counts.iter().rev().map(|(severity, n)| format!("{n} {severity}")).collect::<Vec<_>>().join(", ")
}

/// Kinds that were not read for one reason, and the checks that miss them.
#[derive(Default)]
struct Line<'r> {
    kinds: Vec<String>,
    checks: BTreeSet<&'r str>,
}

fn gaps(out: &mut String, report: &Report) {
    if report.gaps.is_empty() {
        return;
    }
    out.push_str("\nNOT READ\n");
    // kinds with the same reason and answer are one line
    let mut grouped: BTreeMap<(GapReason, String), Line<'_>> = BTreeMap::new();
    for gap in &report.gaps {
        let kind = match &gap.namespace {
            Some(namespace) => format!("{} in {namespace}", gap.kind),
            None => gap.kind.to_string(),
        };
        // the message names the kind: without it, equal answers are equal
        let message = if gap.reason == GapReason::SourceCannotHoldIt { String::new() } else { gap.message.to_string() };
        let entry = grouped.entry((gap.reason, message)).or_default();
        entry.kinds.push(kind);
        entry.checks.extend(gap.checks.iter().map(|check| &**check));
    }
    for ((reason, message), Line { kinds, checks }) in grouped {
        let many = if checks.len() == 1 { "check" } else { "checks" };
        let said = if message.is_empty() { String::new() } else { format!(": {message}") };
        let line = format!("{:<23}{} ({} {many}){said}", reason.as_str(), kinds.join(", "), checks.len());
        wrapped(out, 23, &line);
    }
}

/// A line of our own words.
fn row(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}

/// A line of any words, cleaned, and broken between them where it is too long; what follows the first line is indented.
pub(super) fn wrapped(out: &mut String, indent: usize, text: &str) {
    let text = clean(text);
    let mut line = String::new();
    for word in text.split_inclusive(' ').flat_map(|word| pieces(word, WIDTH - indent)) {
        if !line.trim().is_empty() && line.width() + word.trim_end().width() > WIDTH {
            row(out, &line);
            line = " ".repeat(indent);
        }
        line.push_str(&word);
    }
    row(out, &line);
}

/// A word in parts that fit: nothing is cut off.
fn pieces(word: &str, room: usize) -> Vec<String> {
    let mut parts = vec![String::new()];
    for c in word.chars() {
        match parts.last_mut() {
            Some(part) if part.width() + c.width().unwrap_or(0) <= room => part.push(c),
            _ => parts.push(c.to_string()),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_broken_and_nothing_is_lost() {
        let mut out = String::new();
        let text = format!("{} {} end", "word ".repeat(30), "x".repeat(250));
        wrapped(&mut out, 4, &text);
        assert!(out.lines().all(|line| line.width() <= WIDTH), "{out}");
        let squeeze = |text: &str| text.split_whitespace().collect::<String>();
        assert_eq!(squeeze(&out), squeeze(&text));
        assert!(out.lines().skip(1).all(|line| line.starts_with("    ")));
    }
}
