use super::super::{Check, Cx, Judge, Run};
use crate::inventory::{Kind, Medium};
use crate::model::{Disruption, FieldPath, Fix, GapReason, Remedy, Severity};

/// The Secrets that `spec.tls` names exist and are of type `kubernetes.io/tls`; their metadata and type is all that is read,
/// and only under `--with-secrets`. Whether a certificate has expired or names the host stands in its data and is never
/// claimed (pitfall 57).
pub static CHECK: Check = Check {
    id: "ingress.tls-secret",
    title: "TLS Secrets of Ingresses exist, with the right type",
    severity: Severity::Medium,
    over: &[Kind::Ingress],
    needs: &[Kind::Secret],
    aliases: &[],
    why: "Without its Secret a host is served with the controller's own certificate, which no client trusts: people learn to \
          click the warning away.",
    remedy: Remedy {
        advice: "Create the Secret with type kubernetes.io/tls, or let cert-manager issue it; correct the name where it is \
                 wrong.",
        fix: Fix::Advice,
        disruption: Disruption::None,
        try_first: "kubectl get certificates, challenges and orders in the namespace say why one was not issued.",
    },
    run: Run::Objects(run),
};

const TYPE: &str = "kubernetes.io/tls";

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let inventory = cx.inventory;
    for ingress in inventory.ingresses.values().filter(|i| cx.in_scope(Kind::Ingress, &i.meta)) {
        let hits = judge.object(Kind::Ingress, &ingress.meta);
        let namespace = ingress.meta.namespace.as_str();
        let mut seen: Vec<&str> = Vec::new();
        for (index, entry) in ingress.spec.tls.iter().enumerate() {
            let name = entry.secret_name.as_str();
            if name.is_empty() || seen.contains(&name) {
                continue;
            }
            seen.push(name);
            let path = FieldPath::of("spec.tls").item(index, "secretName", name).fields("secretName");
            let expected = "a Secret of type kubernetes.io/tls";
            let secret = inventory.secrets.get(&(namespace.into(), name.into()));
            let gap = match (secret, inventory.medium) {
                (Some(_), _) => None,
                // manifests rarely hold the Secret: a controller or a person makes it
                (None, Medium::Files) => Some(GapReason::SourceCannotHoldIt),
                (None, Medium::Cluster) => cx.gap(Kind::Secret, Some(namespace)),
            };
            match (secret, gap) {
                (_, Some(reason)) => {
                    hits.unread(path, reason, expected).message(format!("Secret {namespace}/{name} was not read"));
                }
                (None, None) => {
                    hits.fail(path, name, expected).message(format!("Secret {namespace}/{name} does not exist"));
                }
                (Some(secret), None) if secret.r#type != TYPE => {
                    let written = if secret.r#type.is_empty() { "another type" } else { secret.r#type.as_str() };
                    hits.fail(path, name, expected)
                        .message(format!("Secret {namespace}/{name} is of type {written}, not {TYPE}"))
                        .severity(Severity::Low);
                }
                (Some(_), None) => {}
            }
        }
    }
}
