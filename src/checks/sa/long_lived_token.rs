use super::super::{Check, Cx, Judge, Run};
use crate::inventory::{Kind, Medium};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use std::collections::HashMap;

/// Secrets of type `kubernetes.io/service-account-token`; CIS 3.1.2. Read on request only, and of them the metadata.
/// Releases before 1.24 made one for each ServiceAccount and listed it there; since then somebody makes them on purpose.
/// One that the API server has marked as unused and no longer takes does not count.
pub static CHECK: Check = Check {
    id: "sa.long-lived-token",
    title: "No Secret holds a ServiceAccount token that does not expire",
    severity: Severity::Medium,
    over: &[Kind::Secret],
    needs: &[],
    aliases: &[],
    why: "Such a token is good until somebody deletes the Secret: from a backup, a log or a laptop it opens the cluster \
          years later, and everyone who may read Secrets there can take it.",
    remedy: Remedy {
        advice: "Let pods use the token that the kubelet mounts and renews, and others ask for one that expires: kubectl \
                 create token; then delete the Secret.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "See in the label kubernetes.io/legacy-token-last-used and in the audit log who still sends it.",
    },
    run: Run::Objects(run),
};

const TYPE: &str = "kubernetes.io/service-account-token";
const LAST_USED: &str = "kubernetes.io/legacy-token-last-used";
const INVALID_SINCE: &str = "kubernetes.io/legacy-token-invalid-since";

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let accounts = cx.inventory.service_accounts.values();
    let lists = accounts.flat_map(|a| a.secrets.iter().map(|s| ((&*a.meta.namespace, &*s.name), &*a.meta.name)));
    let listed: HashMap<(&str, &str), &str> = lists.collect();
    for secret in cx.inventory.secrets.values().filter(|secret| cx.in_scope(Kind::Secret, &secret.meta)) {
        let hits = judge.object(Kind::Secret, &secret.meta);
        if secret.r#type != TYPE || secret.meta.labels.contains_key(INVALID_SINCE) {
            continue;
        }
        let namespace = &*secret.meta.namespace;
        let made = match listed.get(&(namespace, &*secret.meta.name)) {
            Some(account) => {
                format!("; ServiceAccount {account} lists it, as it did those that releases before 1.24 made unasked")
            }
            None if cx.inventory.medium == Medium::Cluster
                && cx.gap(Kind::ServiceAccount, Some(namespace)).is_none() =>
            {
                "; no ServiceAccount lists it: somebody asked for it".to_owned()
            }
            None => String::new(),
        };
        let used = secret.meta.labels.get(LAST_USED).map(|day| format!("; last used {day}")).unwrap_or_default();
        hits.fail(FieldPath::of("type"), TYPE, "a token that expires, asked for when it is used")
            .message(format!("holds a ServiceAccount's token that does not expire{made}{used}"));
    }
}
