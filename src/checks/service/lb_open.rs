use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::inventory::network;
use crate::inventory::services::Carries;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// A Service of type LoadBalancer stays inside the provider's network (annotation or class) or names source ranges that
/// are not every address: `spec.loadBalancerSourceRanges`, or the annotation that providers read before there was the field.
pub static CHECK: Check = Check {
    id: "service.lb-open",
    title: "Load balancers of Services are internal or name who may connect",
    severity: Severity::Medium,
    over: &[Kind::Service],
    needs: &[],
    aliases: &["kubescape:C-0256", "kube-linter:exposed-services"],
    why: "Without source ranges the provider opens the load balancer to the whole Internet, whatever the application behind \
          it is meant for.",
    remedy: Remedy {
        advice: "Name the networks that may connect in loadBalancerSourceRanges, or make the load balancer internal; what is \
                 meant for everybody belongs behind an Ingress or a Gateway that ends TLS.",
        fix: Fix::Advice,
        disruption: Disruption::CutsTraffic,
        try_first: "Collect the addresses that connect today from the load balancer's log.",
    },
    run: Run::Objects(run),
};

/// The annotation, a list with commas.
const RANGES: &str = "service.beta.kubernetes.io/load-balancer-source-ranges";

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for service in cx.inventory.services.values().filter(|s| cx.in_scope(Kind::Service, &s.meta)) {
        let hits = judge.object(Kind::Service, &service.meta);
        if service.spec.r#type != "LoadBalancer" || service.carries() != Carries::Outside || service.is_internal() {
            continue;
        }
        let field = &service.spec.load_balancer_source_ranges;
        let annotation = service.meta.annotations.get(RANGES).map_or("", String::as_str);
        let ranges: Vec<&str> = match field.is_empty() {
            true => annotation.split(',').map(str::trim).filter(|range| !range.is_empty()).collect(),
            false => field.iter().map(String::as_str).collect(),
        };
        let path = FieldPath::of("spec.loadBalancerSourceRanges");
        let expected = "the networks that may connect";
        if ranges.is_empty() {
            hits.fail(path, Value::Null, expected).message("its load balancer takes connections from anywhere");
        } else if network::is_world(ranges.iter().copied()) {
            hits.fail(path, ranges, expected).message("its source ranges hold every address");
        }
    }
}
