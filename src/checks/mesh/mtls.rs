use super::super::{Check, Cx, Judge, Run};
use crate::inventory::kinds::custom::Custom;
use crate::inventory::{Kind, image};
use crate::model::{Disruption, FieldPath, Fix, GapReason, Remedy, Severity};
use serde_json::Value;

/// Where Istio runs, a PeerAuthentication of its root namespace that selects nothing in particular says STRICT, and none
/// says otherwise elsewhere. Linkerd encrypts between its proxies by itself: whether it refuses the rest is for a person.
/// A mesh is known by its control plane's image (pitfall 41), or by Istio's policies.
pub static CHECK: Check = Check {
    id: "mesh.mtls",
    title: "The mesh takes no traffic in the clear",
    severity: Severity::Low,
    over: &[],
    needs: &[Kind::Deployment, Kind::IstioPeerAuthentication, Kind::LinkerdMeshTls],
    aliases: &[],
    why: "In its permissive default a mesh encrypts what it can and accepts the rest: a pod without a proxy, or an attacker, \
          still talks to every service in the clear and without a name.",
    remedy: Remedy {
        advice: "Create a PeerAuthentication with mode STRICT in Istio's root namespace, and delete the exceptions that are no \
                 longer needed.",
        fix: Fix::ByField(&[("mode", Fix::Set("\"STRICT\"")), ("", Fix::Advice)]),
        disruption: Disruption::CutsTraffic,
        try_first: "Istio's metrics count connections by their security: find the plain ones, and set STRICT in one namespace \
                    first.",
    },
    run: Run::Cluster(run),
};

/// The control plane of a mesh among the Deployments: its namespace.
fn plane<'a>(cx: &Cx<'a>, name: &str, repository: &str) -> Option<&'a str> {
    cx.inventory.controllers.iter().find_map(|((kind, (namespace, own)), row)| {
        let spec = row.template.as_ref().filter(|_| *kind == Kind::Deployment)?;
        let by_image = spec.each_container().any(|(_, _, c)| image::repository(&c.image).ends_with(repository));
        (by_image && own.starts_with(name)).then_some(&**namespace)
    })
}

fn mode(policy: &Custom) -> &str {
    policy.spec.pointer("/mtls/mode").and_then(Value::as_str).unwrap_or_default()
}

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let inventory = cx.inventory;
    let istiod = plane(cx, "istiod", "/pilot");
    let linkerd = plane(cx, "linkerd-destination", "/linkerd/controller");
    let policies: Vec<&Custom> = inventory.customs_of(Kind::IstioPeerAuthentication).collect();
    let expected = "a mesh-wide PeerAuthentication with mode STRICT";
    let at = FieldPath::of("peerauthentications");
    if istiod.is_none() && policies.is_empty() {
        let gap: Option<GapReason> = CHECK.needs.iter().find_map(|kind| cx.gap(*kind, None));
        match (linkerd, gap) {
            (Some(namespace), _) => {
                judge
                    .cluster()
                    .review(FieldPath::of("linkerd"), namespace, "an inbound policy that wants authenticated clients")
                    .message(format!(
                        "Linkerd runs in {namespace} and encrypts between its proxies; whether pods take the rest is the \
                         default inbound policy's"
                    ))
                    .severity(Severity::Info);
            }
            (None, Some(reason)) => {
                judge.cluster().unread(at, reason, expected);
            }
            (None, None) => judge.not_applicable("no service mesh is recognised"),
        }
        return;
    }
    let root = istiod.unwrap_or("istio-system");
    let whole = |policy: &&&Custom| {
        let labels = policy.spec.pointer("/selector/matchLabels").and_then(Value::as_object);
        policy.meta.namespace == root && labels.is_none_or(|labels| labels.is_empty())
    };
    let strict = policies.iter().find(whole).filter(|policy| mode(policy) == "STRICT");
    let hits = judge.cluster();
    match (strict, cx.gap(Kind::IstioPeerAuthentication, None)) {
        (Some(_), None) => {}
        (_, Some(reason)) => {
            hits.unread(at, reason, expected).message("what PeerAuthentications say was not wholly read");
        }
        (None, None) => {
            let own = policies.iter().filter(|policy| mode(policy) == "STRICT").count();
            let besides = match own {
                0 => String::new(),
                1 => "; one is for a part of it".to_owned(),
                _ => format!("; {own} are for parts of it"),
            };
            hits.fail(at, Value::Null, expected)
                .message(format!("no PeerAuthentication in {root} is STRICT for the whole mesh{besides}"));
        }
    }
    for policy in policies {
        let hits = judge.object(Kind::IstioPeerAuthentication, &policy.meta);
        let written = mode(policy);
        if matches!(written, "PERMISSIVE" | "DISABLE") {
            hits.fail(FieldPath::of("spec.mtls.mode"), written, "STRICT")
                .message(format!("takes traffic in the clear ({written})"));
        }
        let ports = policy.spec.get("portLevelMtls").and_then(Value::as_object).into_iter().flatten();
        for (port, rule) in ports {
            let written = rule.get("mode").and_then(Value::as_str).unwrap_or_default();
            if matches!(written, "PERMISSIVE" | "DISABLE") {
                hits.fail(FieldPath::of("spec.portLevelMtls").key(port).fields("mode"), written, "STRICT")
                    .message(format!("takes traffic in the clear on port {port} ({written})"));
            }
        }
    }
}
