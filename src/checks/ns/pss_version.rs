use super::super::{Check, Cx, Judge, Run};
use crate::inventory::pod_security::{ENFORCE_VERSION, Level, enforced};
use crate::inventory::{Kind, Version};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// `pod-security.kubernetes.io/enforce-version` of a namespace that enforces a level: no older than three minors before
/// the server. Absent it follows the server, which is told; `latest` in so many words is a decision. What is no version
/// counts as latest, as in the admission library.
pub static CHECK: Check = Check {
    id: "ns.pss-version",
    title: "Enforced Pod Security rules are of a chosen, recent version",
    severity: Severity::Info,
    over: &[Kind::Namespace],
    needs: &[],
    aliases: &[],
    why: "A pin that is years old lets through what later versions refuse; without a pin an upgrade of the cluster changes \
          what a namespace refuses.",
    remedy: Remedy {
        advice: "Set pod-security.kubernetes.io/enforce-version to the server's minor, or to latest where an upgrade may \
                 tighten the rules, and raise it after each upgrade.",
        fix: Fix::Set("\"latest\""),
        disruption: Disruption::MayBreak,
        try_first: "kubectl label --dry-run=server with the new version prints the running pods that would be refused.",
    },
    run: Run::Objects(run),
};

/// Minors that a pin may lag behind.
const LAG: u32 = 3;

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let server = cx.version();
    for namespace in cx.inventory.namespaces.values().filter(|n| cx.in_scope(Kind::Namespace, &n.meta)) {
        let (name, labels) = (&namespace.meta.name, &namespace.meta.labels);
        let hits = judge.object(Kind::Namespace, &namespace.meta);
        let Some(level) = enforced(labels, server) else { continue };
        let path = FieldPath::of("metadata.labels").key(ENFORCE_VERSION);
        let expected = format!("a version from v1.{} on, or latest", server.minor.saturating_sub(LAG));
        match labels.get(ENFORCE_VERSION).map(String::as_str) {
            Some("latest") => {}
            None => {
                hits.review(path, Value::Null, expected).message(follows(name, level));
            }
            Some(pin) => match pin.parse::<Version>() {
                Ok(version) if version.minor.saturating_add(LAG) >= server.minor => {}
                Ok(version) => {
                    hits.fail(path, pin, expected).message(format!(
                        "namespace {name} enforces {level} as of v{}; the server is v{}",
                        version.short(),
                        server.short()
                    ));
                }
                Err(_) => {
                    hits.fail(path, pin, expected).message(format!(
                        "the enforce-version of namespace {name} is no version: the newest rules hold"
                    ));
                }
            },
        }
    }
}

fn follows(name: &str, level: Level) -> String {
    format!("namespace {name} enforces {level} by the rules of whatever version the server has")
}
