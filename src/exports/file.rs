use crate::model::Report;
use std::path::PathBuf;

/// What an export is called when nobody named it: `plimsoll-prod-eu-1-20260721T234100Z.csv`.
pub fn file_name(report: &Report, extension: &str) -> PathBuf {
    let keep = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_') { c } else { '-' };
    let context: String = report.cluster.context.as_deref().unwrap_or("files").chars().map(keep).take(80).collect();
    let time: String =
        report.finished.split('.').next().unwrap_or_default().chars().filter(char::is_ascii_alphanumeric).collect();
    format!("plimsoll-{}-{}Z.{extension}", context.trim_matches(['-', '.']), time.trim_end_matches('Z')).into()
}
