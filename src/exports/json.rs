use crate::model::Report;

/// `scan -o json`: the report as `assets/schema/report.schema.json` describes it.
///
/// # Errors
/// A value that JSON cannot hold.
pub fn json(report: &Report) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(report).map(|text| text + "\n")
}
