//! The rule of the table `kubelet`: fields of each node's configuration.

use super::flag::Said;
use super::nodes::{self, Seen};
use super::{Cx, Judge, Row};
use crate::inventory::Version;
use crate::inventory::kubelet::KubeletConfig;
use serde_json::Value;

/// A row: a field of the kubelet's configuration, and what is wrong with it.
#[derive(Debug)]
pub(super) struct Setting {
    /// The field, dotted.
    pub field: &'static str,
    /// What would pass.
    pub expected: &'static str,
    /// What is wrong; None: nothing. A field that is absent has the default of the version.
    pub wrong: fn(&KubeletConfig, Version) -> Option<Wrong>,
}

/// What is wrong with a field.
#[derive(Debug)]
pub(super) struct Wrong {
    /// Its value; null: absent.
    pub actual: Value,
    /// One sentence.
    pub message: String,
    /// For a person to decide.
    pub review: bool,
}

/// A failure.
pub(super) fn wrong(actual: impl Into<Value>, message: impl Into<String>) -> Option<Wrong> {
    Some(Wrong { actual: actual.into(), message: message.into(), review: false })
}

/// A candidate for review.
pub(super) fn look(actual: impl Into<Value>, message: impl Into<String>) -> Option<Wrong> {
    Some(Wrong { actual: actual.into(), message: message.into(), review: true })
}

impl Row for Setting {
    fn run(&self, cx: &Cx<'_>, judge: &mut Judge) {
        let seen = nodes::kubelets(cx, judge).into_iter().map(|kubelet| {
            let wrong = (self.wrong)(&kubelet.config, cx.version());
            let said = wrong.map(|Wrong { actual, message, review }| Said {
                review,
                at: kubelet.at(self.field),
                actual,
                expected: self.expected.into(),
                message,
            });
            Seen::new(kubelet.node, kubelet.kind, said.into_iter().collect())
        });
        let seen = seen.collect();
        nodes::report(judge, seen);
    }
}
