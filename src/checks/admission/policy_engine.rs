use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::inventory::engines::{ENGINE_KINDS, Mode};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// Something refuses objects at admission: Pod Security in a namespace, a ValidatingAdmissionPolicy with a binding that
/// denies, or a policy of Kyverno, Gatekeeper or Kubewarden in its enforcing mode that sees pods (pitfalls 41, 42).
/// One is enough, whatever else could not be read; where it holds is `ns.pss-enforce`'s question.
pub static CHECK: Check = Check {
    id: "admission.policy-engine",
    title: "A policy engine refuses what breaks its rules",
    severity: Severity::Medium,
    over: &[],
    needs: ENGINE_KINDS,
    aliases: &["kubescape:C-0192", "kube-bench:5.2.1"],
    why: "Rules that are only written down, or only audited, hold until the first deployment that ignores them.",
    remedy: Remedy {
        advice: "Label namespaces for Pod Security admission, or bind a policy with the action Deny; engines that only \
                 audit can be set to enforce rule by rule.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Read what the policy reports while it audits: each of these would be refused.",
    },
    run: Run::Cluster(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let hits = judge.cluster();
    let pod_security = cx.inventory.namespaces.values().any(|namespace| {
        let level = namespace.meta.labels.get("pod-security.kubernetes.io/enforce");
        level.is_some_and(|level| matches!(level.as_str(), "baseline" | "restricted"))
    });
    let engines = cx.engines();
    let modes = || engines.policies.iter().map(|policy| (policy, engines.denies(policy)));
    if (pod_security && cx.version().at_least(23)) || modes().any(|(_, mode)| mode == Mode::Deny) {
        return;
    }
    let expected = "a policy that denies";
    let gap = cx.gap(Kind::Namespace, None).or_else(|| engines.gap(None)).or_else(|| {
        let denying = engines.policies.iter().filter(|policy| policy.mode == Mode::Deny);
        denying.into_iter().find_map(|policy| engines.hooks_known(policy.engine))
    });
    if let Some(reason) = gap {
        hits.unread(FieldPath::of("policies"), reason, expected);
        return;
    }
    let near: Vec<String> = modes().map(|(policy, mode)| format!("{} {}", policy.object, mode.as_str())).collect();
    let hit = hits.fail(FieldPath::of("policies"), near.len(), expected);
    hit.message(match near.len() {
        0 => "no policy engine is recognised, and no namespace enforces a Pod Security level".to_owned(),
        n => format!("none of {n} policies denies: {}", near.first().map_or("", String::as_str)),
    });
    for (policy, mode) in modes() {
        let path = FieldPath::of("policies").named(0, &policy.object.kind_name());
        hit.also(path, Value::from(mode.as_str()), expected);
    }
}
