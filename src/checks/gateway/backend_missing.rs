use super::super::{Check, Cx, Judge, Run};
use super::routes::ROUTES;
use crate::inventory::Kind;
use crate::inventory::exposure::gateway_backend;
use crate::inventory::json::list;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// The Services that routes of the Gateway API lead to exist: of the route's namespace unless the reference names another.
/// Backends that are no Services are not judged.
pub static CHECK: Check = Check {
    id: "gateway.backend-missing",
    title: "Routes lead to Services that exist",
    severity: Severity::Low,
    over: &ROUTES,
    needs: &[Kind::Service],
    aliases: &[],
    why: "The host answers with an error, and whoever may create a Service of that name in the namespace takes over what is \
          served there.",
    remedy: Remedy {
        advice: "Create the Service, correct the reference, or delete the rule.",
        fix: Fix::Advice,
        disruption: Disruption::None,
        try_first: "The route's status says ResolvedRefs: False where the gateway sees it too.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for kind in ROUTES {
        for route in cx.inventory.customs_of(kind).filter(|r| cx.in_scope(kind, &r.meta)) {
            let hits = judge.object(kind, &route.meta);
            for (rule_index, rule) in list(&route.spec, "rules").iter().enumerate() {
                for (index, backend) in list(rule, "backendRefs").iter().enumerate() {
                    let Some((namespace, name)) = gateway_backend(backend, &route.meta.namespace) else { continue };
                    if cx.services().named(&namespace, name).is_some() {
                        continue;
                    }
                    let path = FieldPath::of("spec.rules").index(rule_index).fields("backendRefs");
                    let path = path.named(index, name).fields("name");
                    match cx.gap(Kind::Service, Some(&namespace)) {
                        Some(reason) => hits.unread(path, reason, "a Service that exists"),
                        None => hits.fail(path, name, "a Service that exists"),
                    }
                    .message(format!("Service {namespace}/{name} does not exist"));
                }
            }
        }
    }
}
