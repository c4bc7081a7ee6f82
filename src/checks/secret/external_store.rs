use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use std::collections::BTreeSet;

/// Signs that credentials come from a store outside the cluster, or lie encrypted where they are kept (SealedSecret);
/// CIS 5.4.2. A review: that an ExternalSecret exists is evidence of use, and says nothing of the Secrets beside it.
pub static CHECK: Check = Check {
    id: "secret.external-store",
    title: "An external secret store is in use",
    severity: Severity::Low,
    over: &[],
    needs: &[
        Kind::ExternalSecret,
        Kind::ClusterSecretStore,
        Kind::SecretProviderClass,
        Kind::VaultStaticSecret,
        Kind::SealedSecret,
        Kind::CsiDriver,
    ],
    aliases: &["kubescape:C-0208", "kube-bench:5.4.2"],
    why: "A store outside the cluster keeps one place for access, rotation and audit of credentials; Secrets in the API \
          server give few of these by themselves.",
    remedy: Remedy {
        advice: "Keep credentials in a store with its own access rules and audit, and bring them in by External Secrets, \
                 the Secrets Store CSI driver or the store's operator.",
        fix: Fix::Advice,
        disruption: Disruption::None,
        try_first: "Begin with the credentials that open something outside the cluster.",
    },
    run: Run::Cluster(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let inventory = cx.inventory;
    let hits = judge.cluster();
    let expected = "credentials that come from a store outside the cluster";
    let path = |kind: Kind| FieldPath::of("evidence").key(&format!("{}.{}", kind.info().plural, kind.info().group));
    let mut seen = Vec::new();
    for kind in CHECK.needs.iter().copied().filter(|kind| kind.is_custom()) {
        let namespaces: BTreeSet<_> = inventory.customs_of(kind).map(|custom| &custom.meta.namespace).collect();
        let (count, plural) = (inventory.count(kind), kind.info().plural);
        match (count, kind.info().namespaced) {
            (0, _) => {}
            (_, true) => {
                let places = if namespaces.len() == 1 { "namespace" } else { "namespaces" };
                seen.push((path(kind), format!("{count} {plural} in {} {places}", namespaces.len())));
            }
            (_, false) => seen.push((path(kind), format!("{count} {plural}"))),
        }
    }
    let driver = (Kind::CsiDriver, ("".into(), "secrets-store.csi.k8s.io".into()));
    if inventory.metas.contains_key(&driver) {
        seen.push((path(Kind::CsiDriver), "the Secrets Store CSI driver is installed".to_owned()));
    }
    let mut seen = seen.into_iter();
    if let Some((first, text)) = seen.next() {
        let message = format!("{text}: evidence of use");
        let hit = hits.review(first, text, expected).message(message).severity(Severity::Info);
        for (path, text) in seen {
            hit.also(path, text, expected);
        }
        return;
    }
    let path = FieldPath::of("evidence");
    match CHECK.needs.iter().find_map(|kind| cx.gap(*kind, None)) {
        Some(reason) => hits.unread(path, reason, expected),
        None => hits.review(path, 0, expected),
    }
    .message("no sign of an external secret store: credentials live in the API server's Secrets");
}
