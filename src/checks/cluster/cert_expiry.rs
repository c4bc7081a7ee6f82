use super::super::flag::Said;
use super::super::nodes::{self, Seen, Whose};
use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::inventory::node_facts::{FileFact, NodeFacts};
use crate::model::{Disruption, FieldPath, Fix, GapReason, Remedy, Severity};

/// Certificates of the control plane and of kubelets have thirty days left, counted from the scan. They are files of the
/// nodes, and inside their kubeconfigs: `plimsoll node` takes the ends of them. Certificates of workloads are
/// `ops.cert-manager`'s.
pub static CHECK: Check = Check {
    id: "cluster.cert-expiry",
    title: "Certificates of the cluster do not run out soon",
    severity: Severity::Medium,
    over: &[],
    needs: &[Kind::NodeFacts, Kind::Node],
    aliases: &[],
    why: "When a certificate of the control plane runs out, the cluster cannot be managed any more from one minute to the \
          next, its repair included.",
    remedy: Remedy {
        advice: "Renew them well before: kubeadm certs renew all, or the rotation of your distribution; let kubelets rotate \
                 theirs.",
        fix: Fix::Advice,
        disruption: Disruption::Restarts,
        try_first: "kubeadm certs check-expiration on a control-plane node lists them with the days that are left.",
    },
    run: Run::Objects(run),
};

const DAY: i64 = 24 * 3600;
const LEAST: i64 = 30 * DAY;

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    if cx.platform().is_managed() {
        judge.not_applicable("the provider renews them: see its SOC report");
        return;
    }
    let (mut seen, mut none) = (Vec::new(), Vec::new());
    for facts in nodes::facts(cx, judge, Whose::Every) {
        let node = facts.meta.name.as_str();
        if ends(facts).next().is_none() {
            none.push(node);
            continue;
        }
        let soon = ends(facts).filter(|(_, end)| end - cx.now() < LEAST);
        let said = soon.map(|(file, end)| said(file, end - cx.now())).collect();
        seen.push(Seen::new(node, Kind::NodeFacts, said));
    }
    if !none.is_empty() {
        let message = format!("no certificate was seen on {}", none.join(", "));
        judge.missing(Kind::NodeFacts.name(), GapReason::NoNodeEvidence, message);
    }
    nodes::report(cx, judge, seen);
}

/// Files that hold certificates, with the time when the first of each runs out, in seconds.
fn ends(facts: &NodeFacts) -> impl Iterator<Item = (&FileFact, i64)> {
    let end = |file: &FileFact| file.expires.as_ref()?.parse::<jiff::Timestamp>().ok().map(|end| end.as_second());
    facts.files.iter().filter_map(move |file| Some((file, end(file)?)))
}

fn said(file: &FileFact, left: i64) -> Said {
    let when = match left / DAY {
        _ if left < 0 => "has run out".to_owned(),
        0 => "runs out within a day".to_owned(),
        1 => "runs out in a day".to_owned(),
        days => format!("runs out in {days} days"),
    };
    Said {
        review: false,
        at: FieldPath::of("files").item(0, "path", &file.path).fields("expires"),
        actual: file.expires.as_deref().into(),
        expected: "30 days or more".into(),
        message: format!("the certificate in {} {when}", file.path),
    }
}
