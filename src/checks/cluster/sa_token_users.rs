use super::super::{Check, Cx, Judge, Run};
use crate::inventory::kinds::pod::PodSpec;
use crate::inventory::kinds_of;
use crate::inventory::{Holder, Inventory, Kind, Medium};
use crate::model::{Disruption, FieldPath, Fix, GapReason, ObjectRef, Remedy, Severity};
use std::collections::{BTreeMap, HashSet};

/// ServiceAccounts that somebody outside of the cluster may work as; CIS 3.1.2. Evidence for a person: accounts that hold
/// rights and as which no pod runs, and, with `--with-secrets`, long-lived tokens that no pod mounts.
pub static CHECK: Check = Check {
    id: "cluster.sa-token-users",
    title: "People do not sign in as ServiceAccounts",
    severity: Severity::Medium,
    over: &[Kind::RoleBinding, Kind::ClusterRoleBinding],
    needs: kinds_of!(&[Kind::ServiceAccount, Kind::Secret], Kind::POD_SPEC),
    aliases: &["kubescape:C-0287", "kube-bench:3.1.2"],
    why: "A ServiceAccount's token names nobody: what several people do with it, the audit log gives to none of them.",
    remedy: Remedy {
        advice: "Give people names of their own through an identity provider, delete tokens of type \
                 kubernetes.io/service-account-token that no pod mounts, and take rights from accounts that nothing uses.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "See in the audit log from where the account is used: a pipeline outside of the cluster may need it.",
    },
    run: Run::Objects(run),
};

const TYPE: &str = "kubernetes.io/service-account-token";

/// What pods run as and mount: by namespace and name.
#[derive(Default)]
struct Used<'a> {
    accounts: HashSet<(&'a str, &'a str)>,
    secrets: HashSet<(&'a str, &'a str)>,
}

impl<'a> Used<'a> {
    fn by(inventory: &'a Inventory) -> Self {
        let templates =
            inventory.controllers.iter().filter_map(|((_, key), row)| Some((&*key.0, row.template.as_deref()?)));
        let pods = inventory.pods.iter().filter(|pod| !pod.ended).map(|pod| (&*pod.namespace, &*pod.spec));
        let mut used = Self::default();
        for (namespace, spec) in templates.chain(pods) {
            used.accounts.insert((namespace, spec.service_account()));
            used.secrets.extend(secrets(spec).map(|name| (namespace, name)));
        }
        used
    }
}

/// Secrets that a pod mounts.
fn secrets(spec: &PodSpec) -> impl Iterator<Item = &str> {
    spec.volumes.iter().flat_map(|volume| {
        let whole = volume.source.secret.iter().map(|secret| secret.secret_name.as_str());
        let parts = volume.source.projected.iter().flat_map(|projected| &projected.sources);
        whole.chain(parts.filter_map(|part| Some(part.secret.as_ref()?.reference.name.as_str())))
    })
}

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let inventory = cx.inventory;
    let used = Used::by(inventory);
    let mut bound: BTreeMap<(&str, &str), String> = BTreeMap::new();
    for grant in cx.rbac.grants.iter().filter(|grant| cx.in_scope(grant.kind, &grant.binding.meta)) {
        judge.object(grant.kind, &grant.binding.meta);
        for (_, holder) in grant.own_holders() {
            if let Holder::Account { namespace, name } = holder {
                let role = &grant.binding.role_ref;
                bound.entry((namespace, name)).or_insert_with(|| format!("{} {}", role.kind, role.name));
            }
        }
    }
    for ((namespace, name), role) in bound {
        let account = (namespace.into(), name.into());
        // an account that does not exist has no token
        let gone = cx.gap(Kind::ServiceAccount, Some(namespace)).is_none()
            && !inventory.service_accounts.contains_key(&account);
        if used.accounts.contains(&(namespace, name)) || gone {
            continue;
        }
        let hits = judge.reference(ObjectRef::new("v1", "ServiceAccount", Some(namespace), name));
        let expected = "a workload that runs as it, or no rights";
        match users_gap(cx, namespace) {
            Some(reason) => hits.unread(FieldPath::of("metadata.name"), reason, expected),
            None => hits.review(FieldPath::of("metadata.name"), name, expected),
        }
        .message(format!("ServiceAccount {namespace}/{name} holds {role}, and no pod runs as it"));
    }
    let tokens = inventory.secrets.values().filter(|secret| secret.r#type == TYPE);
    for secret in tokens.filter(|secret| cx.in_scope(Kind::Secret, &secret.meta)) {
        let hits = judge.object(Kind::Secret, &secret.meta);
        if !used.secrets.contains(&(secret.meta.namespace.as_str(), secret.meta.name.as_str())) {
            hits.review(FieldPath::of("type"), TYPE, "no token that does not end")
                .message("a token of a ServiceAccount that does not end, and no pod mounts it");
        }
    }
    if inventory.medium == Medium::Cluster && cx.gap(Kind::Secret, None).is_some() {
        judge
            .cluster()
            .review(FieldPath::of("secrets"), None::<&str>, "no token that does not end")
            .message("whether there are tokens that do not end was not read: --with-secrets")
            .severity(Severity::Info);
    }
}

/// Why it is not known what runs in a namespace.
fn users_gap(cx: &Cx<'_>, namespace: &str) -> Option<GapReason> {
    let mut gaps = Kind::POD_SPEC.iter().map(|kind| cx.gap(*kind, Some(namespace)));
    match cx.inventory.medium {
        Medium::Cluster => gaps.find_map(|gap| gap),
        // a source that holds workloads of any kind is where they are kept
        Medium::Files => gaps.reduce(|a, b| a.and(b)).flatten(),
    }
}
