use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// No `spec.externalIPs`: CVE-2020-8554, which no version fixes; CIS 1.2.3 wants the API server to refuse them.
pub static CHECK: Check = Check {
    id: "service.external-ips",
    title: "No Service claims addresses by externalIPs",
    severity: Severity::High,
    over: &[Kind::Service],
    needs: &[],
    aliases: &["trivy:KSV-0108"],
    why: "Every node sends traffic for these addresses to the Service, whoever owns them: who may write a Service can take \
          over what pods and nodes send elsewhere.",
    remedy: Remedy {
        advice: "Remove externalIPs and publish by a LoadBalancer or an Ingress; let the API server refuse the field \
                 (admission plugin DenyServiceExternalIPs).",
        fix: Fix::Remove,
        disruption: Disruption::CutsTraffic,
        try_first: "Find out who connects to these addresses, and give them the new one first.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for service in cx.inventory.services.values().filter(|s| cx.in_scope(Kind::Service, &s.meta)) {
        let hits = judge.object(Kind::Service, &service.meta);
        let addresses = &service.spec.external_ips;
        if !addresses.is_empty() {
            hits.fail(FieldPath::of("spec.externalIPs"), addresses.clone(), "absent")
                .message(format!("every node takes traffic for {} to this Service", addresses.join(", ")));
        }
    }
}
