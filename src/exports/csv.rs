use crate::model::{Evidence, Finding, Report, Waiver, clean_lines};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, Write};

/// What a row is made from.
struct Row<'r> {
    report: &'r Report,
    finding: &'r Finding,
    /// The cluster's id for tickets, as configured.
    cluster: Option<&'r str>,
}

type Cell = fn(&Row<'_>) -> String;

/// The columns, in order. Those of history stay empty until there is any.
const COLUMNS: &[(&str, Cell)] = &[
    ("fingerprint", |row| row.finding.fingerprint.to_string()),
    ("status", |row| row.finding.status.as_str().into()),
    ("severity", |row| row.finding.severity.as_str().into()),
    ("check", |row| row.finding.check.into()),
    ("framework", |row| distinct(row.finding.controls.iter().map(|c| format!("{} {}", c.framework, c.version)))),
    ("control_ids", |row| distinct(row.finding.controls.iter().map(|c| format!("{}/{}", c.framework, c.id)))),
    ("benchmark_range", |row| row.benchmark_range()),
    ("cluster", |row| text(&row.report.cluster.server)),
    ("context", |row| text(&row.report.cluster.context)),
    ("scope", |row| row.report.scope.sentence()),
    ("namespace", |row| text(&row.finding.resource.namespace)),
    ("kind", |row| row.finding.resource.kind.to_string()),
    ("name", |row| row.finding.resource.name.to_string()),
    ("container", |row| text(&row.finding.container)),
    ("owner_kind", |row| row.finding.owner.kind.to_string()),
    ("owner_name", |row| row.finding.owner.name.to_string()),
    ("team", |row| text(&row.finding.team)),
    ("instances", |row| row.finding.instances.map_or(String::new(), |n| n.to_string())),
    ("message", |row| row.finding.message.to_string()),
    ("failing_paths", |row| lines(&row.finding.paths, |evidence| evidence.path.to_string())),
    ("current_value", |row| lines(&row.finding.paths, |evidence| value(&evidence.actual))),
    ("expected", |row| lines(&row.finding.paths, |evidence| evidence.expected.to_string())),
    ("remediation", |row| row.finding.remediation.into()),
    ("disruption", |row| row.finding.disruption.as_str().into()),
    ("try_first", |row| row.finding.try_first.into()),
    ("docs_url", |_| String::new()),
    ("first_seen", |_| String::new()),
    ("last_seen", |_| String::new()),
    ("scan_id", |_| String::new()),
    ("observed", |row| row.report.finished.to_string()),
    ("waiver_id", |row| row.waiver().map_or(String::new(), |w| w.ticket.as_ref().unwrap_or(&w.source).to_string())),
    ("waiver_expires", |row| row.waiver().map_or(String::new(), |w| text(&w.expires))),
    ("correlation_id", |row| correlation_id(row.report, row.finding, row.cluster)),
    ("note", |row| row.note()),
];

impl Row<'_> {
    fn benchmark_range(&self) -> String {
        let named = |id: &str| self.finding.controls.iter().any(|control| *control.framework == *id);
        let frameworks = self.report.frameworks.iter().filter(|framework| named(&framework.id));
        distinct(frameworks.filter_map(|f| f.benchmark_range.as_ref().map(|range| format!("{} {range}", f.id))))
    }

    /// Its waiver, in force or over.
    fn waiver(&self) -> Option<&Waiver> {
        self.finding.waiver.as_ref().or(self.finding.expired_waiver.as_ref())
    }

    /// What a reader has to know besides.
    fn note(&self) -> String {
        let expired = self.finding.expired_waiver.as_ref().map(|w| format!("waiver expired on {}", text(&w.expires)));
        let notes: Vec<String> = expired.into_iter().chain(self.observed()).collect();
        notes.join("; ")
    }

    /// A criterion is looked at, not tested over a period: every row that relates to one says so.
    fn observed(&self) -> Option<String> {
        let criteria = self.report.controls.iter().filter(|control| control.criterion.is_some());
        let related = |id: &str, framework: &str| {
            self.finding.controls.iter().any(|control| *control.id == *id && *control.framework == *framework)
        };
        let mut related = criteria.filter(|control| related(&control.id, &control.framework));
        let sentence = format!("as observed at {}; not evidence of operation over a period", self.report.finished);
        related.next().map(|_| sentence)
    }
}

/// `scan -o csv`: one row a finding, RFC 4180 with CRLF; text that a spreadsheet would run gets a leading quote.
/// `cluster` is the configured id for tickets.
///
/// # Errors
/// A failure of the writer.
pub fn csv(report: &Report, cluster: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(out);
    writer.write_record(COLUMNS.iter().map(|(name, _)| name))?;
    for finding in &report.findings {
        let row = Row { report, finding: &finding, cluster };
        let cells = COLUMNS.iter().map(|(_, cell)| guarded(&cell(&row)).into_owned());
        writer.write_record(cells)?;
    }
    writer.flush()
}

/// The key by which a ticket system knows a finding again: the cluster's id (configured, else the UID of kube-system,
/// else a hash of the context's name, which a rename changes) and the fingerprint.
pub fn correlation_id(report: &Report, finding: &Finding, configured: Option<&str>) -> String {
    let hash = |context: &str| {
        let digest = Sha256::digest(context.as_bytes());
        digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let cluster = configured.map(str::to_owned).or_else(|| report.cluster.id.as_ref().map(|id| id.to_string()));
    let cluster = cluster.unwrap_or_else(|| hash(report.cluster.context.as_deref().unwrap_or_default()));
    format!("{cluster}/{}", finding.fingerprint)
}

/// OWASP ASVS 5, 1.2.10: what begins like a formula, blanks before it included, is shown and not run. Control
/// characters are shown as U+FFFD: the file may be printed to a terminal.
pub(super) fn guarded(cell: &str) -> Cow<'_, str> {
    const STARTS: [char; 12] =
        ['=', '+', '-', '@', '\t', '\r', '\n', '\0', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
    let runs = cell.starts_with(STARTS) || cell.trim_start().starts_with(STARTS);
    let clean = clean_lines(cell);
    if runs { Cow::Owned(format!("'{clean}")) } else { clean }
}

fn text(value: &Option<std::sync::Arc<str>>) -> String {
    value.as_deref().unwrap_or_default().to_owned()
}

fn distinct(values: impl Iterator<Item = String>) -> String {
    let mut seen = BTreeSet::new();
    values.filter(|value| seen.insert(value.clone())).collect::<Vec<_>>().join("; ")
}

/// One line an evidence, so that path, value and expectation stand in the same line of their cells.
fn lines(paths: &[Evidence], cell: impl Fn(&Evidence) -> String) -> String {
    paths.iter().map(|evidence| cell(evidence).replace('\n', " ")).collect::<Vec<_>>().join("\n")
}

/// A value as a person writes it; absent is a word, an empty string is not nothing.
fn value(actual: &Value) -> String {
    match actual {
        Value::Null => "absent".into(),
        Value::String(text) if !text.is_empty() => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_quoted() {
        for start in ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "\0x", "＝1", "＋1", "－1", "＠x", "  =1"] {
            assert!(guarded(start).starts_with('\''), "{start:?}");
        }
        assert_eq!(guarded("a=1 - b@c"), "a=1 - b@c");
        assert_eq!(guarded("a\u{1b}[31mb"), "a\u{fffd}[31mb");
    }
}
