use super::super::{Check, Cx, Judge, Run};
use super::hosts::{Covered, certificate, covered, only_challenges};
use crate::inventory::Kind;
use crate::inventory::kinds::ingress::Ingress;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// Every host of an Ingress is named by an entry of `spec.tls`, a wildcard standing for one label, or a cloud controller's
/// annotation brings the certificate (pitfall 57). An entry without a Secret, and a rule without a host beside entries, are
/// served with the controller's default certificate: a person looks at it. What only answers the challenges of a
/// certificate authority is not judged.
pub static CHECK: Check = Check {
    id: "ingress.no-tls",
    title: "Every host of an Ingress is served under TLS",
    severity: Severity::High,
    over: &[Kind::Ingress],
    needs: &[],
    aliases: &["kubescape:C-0263", "polaris:tlsSettingsMissing"],
    why: "Without TLS names, passwords and session cookies cross every network on the way in the clear, and anybody there can \
          answer in the application's place.",
    remedy: Remedy {
        advice: "Add an entry to spec.tls with the host and a Secret that holds its certificate, from cert-manager or from \
                 your authority.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Once there is a certificate most controllers redirect HTTP to HTTPS: look for clients that cannot follow.",
    },
    run: Run::Objects(run),
};

const EXPECTED: &str = "an entry that names the host and a Secret";

/// Ways into Traefik; its own word for the one under TLS.
const ENTRY_POINTS: &str = "traefik.ingress.kubernetes.io/router.entrypoints";

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for ingress in cx.inventory.ingresses.values().filter(|i| cx.in_scope(Kind::Ingress, &i.meta)) {
        let hits = judge.object(Kind::Ingress, &ingress.meta);
        if certificate(ingress).is_some() || only_challenges(ingress) {
            continue;
        }
        if ingress.spec.tls.is_empty() {
            let path = FieldPath::of("spec.tls");
            let secure = ingress.meta.annotations.get(ENTRY_POINTS).filter(|points| *points == "websecure");
            match secure {
                Some(points) => hits
                    .review(path, Value::Null, EXPECTED)
                    .message(format!("entry point {points} may serve {} with a default certificate", hosts(ingress)))
                    .severity(Severity::Low),
                None => {
                    hits.fail(path, Value::Null, EXPECTED).message(format!("serves {} without TLS", hosts(ingress)))
                }
            };
            continue;
        }
        for (index, rule) in ingress.spec.rules.iter().enumerate() {
            let path = FieldPath::of("spec.rules").item(index, "host", &rule.host);
            let host = if rule.host.is_empty() { "every other host" } else { rule.host.as_str() };
            match covered(ingress, &rule.host) {
                Covered::Secret(_) => {}
                Covered::No => {
                    hits.fail(path.fields("host"), rule.host.as_str(), EXPECTED)
                        .message(format!("{host} is in no entry of spec.tls"));
                }
                Covered::Default => {
                    hits.review(path, rule.host.as_str(), EXPECTED)
                        .message(format!("{host} is served with the controller's default certificate"))
                        .severity(Severity::Low);
                }
            }
        }
    }
}

/// Its hosts, in words.
fn hosts(ingress: &Ingress) -> String {
    let mut hosts: Vec<&str> = ingress.spec.rules.iter().map(|rule| rule.host.as_str()).collect();
    hosts.sort_unstable();
    hosts.dedup();
    match hosts.as_slice() {
        [] | [""] => "every host".to_owned(),
        hosts => hosts
            .iter()
            .map(|host| if host.is_empty() { "every other host" } else { host })
            .collect::<Vec<_>>()
            .join(", "),
    }
}
