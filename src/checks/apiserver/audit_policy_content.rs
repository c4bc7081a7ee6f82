use super::super::flag::{Said, manifest};
use super::super::{Check, Cx, Judge, Run};
use super::on_node;
use crate::inventory::Kind;
use crate::inventory::node_facts::{AuditPolicy, NodeFacts};
use crate::model::{FieldPath, Severity};

/// The audit policy records what matters and no credentials; CIS 3.2.2. The first rule that matches a request decides, so
/// a rule for some users, verbs, namespaces or names only does not end the search: what it says holds for a part. Secrets,
/// ConfigMaps and TokenReviews: Metadata, never their bodies. Pods, Deployments and what is done through pods and
/// services: anything but None; from the benchmark of 1.34 on also certificate requests and tokens of ServiceAccounts.
pub static CHECK: Check = Check {
    id: "apiserver.audit-policy-content",
    title: "The audit policy records what matters, and no credentials",
    severity: Severity::Medium,
    over: &[],
    needs: &[Kind::NodeFacts, Kind::Node, Kind::Pod],
    aliases: &["kubescape:C-0161", "kube-bench:3.2.2"],
    why: "A policy that leaves out exec or changes of pods hides an intrusion; one that records the bodies of Secrets makes \
          the log a copy of every credential.",
    remedy: manifest!(
        "kube-apiserver",
        Restarts,
        "mend the file that --audit-policy-file names (Metadata for Secrets, ConfigMaps and TokenReviews; at least Metadata \
         for the rest), and set the flag"
    ),
    run: Run::Objects(run),
};

/// What must be recorded without its body.
const BODIES: [(&str, &str); 3] = [("", "secrets"), ("", "configmaps"), ("authentication.k8s.io", "tokenreviews")];

/// What must be recorded.
const RECORDED: [(&str, &str); 6] = [
    ("", "pods"),
    ("apps", "deployments"),
    ("", "pods/exec"),
    ("", "pods/portforward"),
    ("", "pods/proxy"),
    ("", "services/proxy"),
];

/// What CIS 2.0.1 added.
const ADDED: [(&str, &str); 2] = [("certificates.k8s.io", "certificatesigningrequests"), ("", "serviceaccounts/token")];

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    // the benchmark goes by the server's version
    let wrong = if cx.version().at_least(34) { judge_new } else { judge_old };
    on_node::each(cx, judge, "audit-policy-file", |facts| facts.audit_policy.is_some(), wrong);
}

fn judge_new(facts: &NodeFacts) -> Option<Said> {
    judge_node(facts, &[&RECORDED[..], &ADDED].concat())
}

fn judge_old(facts: &NodeFacts) -> Option<Said> {
    judge_node(facts, &RECORDED)
}

fn judge_node(facts: &NodeFacts, recorded: &[(&str, &str)]) -> Option<Said> {
    let root = FieldPath::of("auditPolicy");
    let said = |at: FieldPath, actual: Option<&str>, message: String| {
        let expected =
            "Metadata for Secrets, ConfigMaps and TokenReviews; more than None for what changes or enters pods";
        Some(Said { review: false, at, actual: actual.into(), expected: expected.into(), message })
    };
    let Some(policy) = &facts.audit_policy else {
        return said(root, None, "the API server has no audit policy: nothing is recorded".to_owned());
    };
    let (mut whole, mut unseen, mut first) = (Vec::new(), Vec::new(), None);
    for (group, resource) in BODIES.iter().chain(recorded) {
        let levels = levels(policy, group, resource);
        let body = BODIES.contains(&(*group, *resource));
        let with_body = levels.iter().find(|(_, level)| body && level.starts_with("Request"));
        let last = levels.last().copied().unwrap_or((None, "None"));
        if let Some(found) = with_body {
            whole.push(*resource);
            first = first.or(Some(*found));
        } else if last.1 == "None" {
            unseen.push(*resource);
            first = first.or(Some(last));
        }
    }
    let (rule, level) = first?;
    let at = root.fields("rules");
    let at = rule.map_or(at.clone(), |rule| at.index(rule).fields("level"));
    let part =
        |what: &str, resources: &[&str]| (!resources.is_empty()).then(|| format!("{what} {}", resources.join(", ")));
    let parts = [part("records the bodies of", &whole), part("does not record", &unseen)];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    said(at, Some(level), format!("{} {}", policy.path, parts.join(", and ")))
}

/// The levels at which requests for a resource are recorded, with the rule's position: of rules for a part of them, then
/// of the first that is for all. Whatever no rule matches is not recorded.
fn levels<'p>(policy: &'p AuditPolicy, group: &str, resource: &str) -> Vec<(Option<usize>, &'p str)> {
    let mut levels = Vec::new();
    for (index, rule) in policy.rules.iter().enumerate() {
        let (some, all) = rule.matches(group, resource);
        if some {
            levels.push((Some(index), rule.level.as_str()));
        }
        if all {
            return levels;
        }
    }
    levels.push((None, "None"));
    levels
}
