use super::super::{Check, Cx, Judge, Run};
use super::hosts::certificate;
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// No Ingress with TLS says `ssl-redirect: "false"`: the annotation of ingress-nginx (unless `force-ssl-redirect` overrides
/// it), of HAProxy and of others that took over its name.
pub static CHECK: Check = Check {
    id: "ingress.ssl-redirect-off",
    title: "Ingresses with TLS redirect HTTP to HTTPS",
    severity: Severity::Low,
    over: &[Kind::Ingress],
    needs: &[],
    aliases: &[],
    why: "With the redirect off everything stays readable over HTTP as well, and links and bookmarks that begin with http: keep \
          working unnoticed.",
    remedy: Remedy {
        advice: "Remove the annotation: the controller redirects by default where there is a certificate.",
        fix: Fix::Remove,
        disruption: Disruption::MayBreak,
        try_first: "Look in the controller's log for clients on port 80 that may not follow a redirect.",
    },
    run: Run::Objects(run),
};

/// The annotation and, where there is one, what overrides it.
const SWITCHES: [(&str, &str); 3] = [
    ("nginx.ingress.kubernetes.io/ssl-redirect", "nginx.ingress.kubernetes.io/force-ssl-redirect"),
    ("ingress.kubernetes.io/ssl-redirect", "ingress.kubernetes.io/force-ssl-redirect"),
    ("nginx.org/redirect-to-https", ""),
];

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for ingress in cx.inventory.ingresses.values().filter(|i| cx.in_scope(Kind::Ingress, &i.meta)) {
        let hits = judge.object(Kind::Ingress, &ingress.meta);
        if ingress.spec.tls.is_empty() && certificate(ingress).is_none() {
            continue;
        }
        let value = |key: &str| ingress.meta.annotations.get(key).map(|value| value.to_ascii_lowercase());
        for (off, force) in SWITCHES {
            if value(off).as_deref() == Some("false") && value(force).as_deref() != Some("true") {
                hits.fail(FieldPath::of("metadata.annotations").key(off), "false", "absent")
                    .message("serves its hosts over plain HTTP as well");
            }
        }
    }
}
