//! What two checks share that ask for the content of a file which the API server's flags name.

use super::super::flag::Said;
use super::super::nodes::{self, Seen, Whose};
use super::super::{Cx, Judge};
use crate::inventory::Kind;
use crate::inventory::node_facts::NodeFacts;
use crate::model::GapReason;

/// Judges each node that runs an API server and on which the file was read, or was not given. The judge is told of the
/// others, and of no such node at all.
pub(super) fn each(
    cx: &Cx<'_>,
    judge: &mut Judge,
    flag: &str,
    has_file: fn(&NodeFacts) -> bool,
    wrong: fn(&NodeFacts) -> Option<Said>,
) {
    if nodes::is_hosted(cx, judge) {
        return;
    }
    let (mut seen, mut unread, mut looked) = (Vec::new(), Vec::new(), false);
    for facts in nodes::facts(cx, judge, Whose::ControlPlane) {
        looked = true;
        let node = facts.meta.name.as_str();
        let flags = facts.flags("kube-apiserver");
        if has_file(facts) || flags.as_ref().is_some_and(|flags| !flags.has(flag)) {
            seen.push(Seen::new(node, Kind::NodeFacts, wrong(facts).into_iter().collect()));
        } else if flags.is_some() {
            unread.push(node);
        }
    }
    if !unread.is_empty() {
        let message = format!("the file of --{flag} was not read on {}", unread.join(", "));
        judge.missing(Kind::NodeFacts.name(), GapReason::NoNodeEvidence, message);
    } else if looked && seen.is_empty() {
        let message = "no node that was looked at runs kube-apiserver";
        judge.missing(Kind::NodeFacts.name(), GapReason::NoNodeEvidence, message);
    }
    nodes::report(judge, seen);
}
