//! What kube-bench said of a node, by the checks that ask the same: evidence of its own kind, never taken for a reading of
//! plimsoll's own.
//!
//! The document `plimsoll/v1 KubeBench` is named like its node. `imports` makes it from kube-bench's own JSON, which names
//! neither node nor time.

use super::kinds::meta::Meta;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What kube-bench says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// A person has to look, for the benchmark or for want of an answer.
    Warn,
    /// Skipped.
    Info,
}

impl Status {
    /// kube-bench's own word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::Warn => "WARN",
            Self::Info => "INFO",
        }
    }
}

/// A test and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestResult {
    /// Its number in kube-bench's benchmark: `1.1.1`.
    pub number: String,
    /// What came of it.
    pub status: Status,
    /// What kube-bench saw, where that is a mode or an owner: command lines are not carried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    /// Whether kube-bench had anything to look at: a file that is not there fails for it all the same.
    #[serde(default = "yes")]
    pub looked: bool,
}

fn yes() -> bool {
    true
}

/// What kube-bench said of one node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KubeBench {
    /// The node's name.
    #[serde(rename = "metadata", serialize_with = "super::kinds::meta::name_only")]
    pub meta: Meta,
    /// kube-bench's benchmark: `cis-1.12`.
    pub benchmark: String,
    /// When its file was written, RFC 3339 in UTC: the oldest where there are several.
    pub collected_at: String,
    /// Results by the id of the check that asks the same.
    pub results: BTreeMap<String, TestResult>,
}

impl KubeBench {
    /// Adds what another file says of the same node: kube-bench may be run for each of its targets.
    pub fn merge(&mut self, other: Self) {
        self.results.extend(other.results);
        self.collected_at = std::mem::take(&mut self.collected_at).min(other.collected_at);
        if !self.benchmark.split(", ").any(|known| known == other.benchmark) {
            self.benchmark = format!("{}, {}", self.benchmark, other.benchmark);
        }
    }
}
