use super::super::{Check, Cx, Judge, Run};
use crate::inventory::exposure::{EXPOSURE_KINDS, Exposure};
use crate::inventory::services::Carries;
use crate::inventory::{Kind, Workload, kinds_of};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use std::collections::BTreeSet;

/// Which workloads are reached from outside the cluster, and how: Services that carry further than it, Ingresses, routes of
/// the Gateway API, of Istio, Traefik and Contour. Evidence: a person compares it with what is meant to be public.
pub static CHECK: Check = Check {
    id: "service.exposed",
    title: "What is reached from outside the cluster is meant to be",
    severity: Severity::Low,
    over: OVER,
    needs: &[],
    aliases: &["kubescape:C-0256", "kubescape:C-0266"],
    why: "An attack begins at what can be reached; a list of it is the first thing to compare with what should be public.",
    remedy: Remedy {
        advice: "Delete the routes and make the Services ClusterIP of what nobody outside needs.",
        fix: Fix::Advice,
        disruption: Disruption::CutsTraffic,
        try_first: "Ask who uses the address before it goes.",
    },
    run: Run::Objects(run),
};

const OVER: &[Kind] = kinds_of!(EXPOSURE_KINDS, Kind::POD_SPEC);

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let exposure = cx.exposure();
    for workload in cx.workloads {
        let hits = judge.reference(workload.owner.clone());
        let (names, furthest) = ways(exposure, workload);
        let Some(furthest) = furthest else { continue };
        let severity = if furthest == Carries::Outside { Severity::Low } else { Severity::Info };
        let names: Vec<String> = names.into_iter().collect();
        let message = format!("is reached from outside through {}", names.join(", "));
        hits.review(FieldPath::of(workload.prefix), names, "only what is meant to be reached")
            .message(message)
            .severity(severity);
    }
}

/// The ways to any of a workload's specs, and how far the furthest carries.
fn ways(exposure: &Exposure<'_>, workload: &Workload<'_>) -> (BTreeSet<String>, Option<Carries>) {
    let (mut names, mut furthest) = (BTreeSet::new(), None);
    for spec in workload.specs() {
        for way in exposure.of(workload.namespace(), workload.pod_labels, spec) {
            furthest = furthest.max(Some(way.carries));
            names.insert(way.to_string());
        }
    }
    (names, furthest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_population_is_all_that_leads_in_and_all_that_is_reached() {
        let (roads, ends) = OVER.split_at(EXPOSURE_KINDS.len());
        assert_eq!((roads, ends), (EXPOSURE_KINDS, Kind::POD_SPEC));
    }
}
