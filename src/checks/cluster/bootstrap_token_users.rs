use super::super::flag::{Said, replicas, report};
use super::super::{Check, Cx, Judge, Run};
use crate::inventory::control_plane::{Component, NAMESPACE};
use crate::inventory::kinds::config::Secret;
use crate::inventory::{Kind, Medium};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// Bootstrap tokens, which are for nodes that join; CIS 3.1.3. Evidence for a person: whether API servers take them
/// (`--enable-bootstrap-token-auth`), and those that there are, with `--with-secrets`. When one ends stands in its data,
/// which is not read.
pub static CHECK: Check = Check {
    id: "cluster.bootstrap-token-users",
    title: "Nobody signs in with a bootstrap token",
    severity: Severity::Medium,
    over: &[Kind::Pod],
    needs: &[Kind::Secret, Kind::Node],
    aliases: &["kubescape:C-0288", "kube-bench:3.1.3"],
    why: "A bootstrap token can ask for the credential of a node; one that stays after nodes have joined is a way in for \
          whoever finds it.",
    remedy: Remedy {
        advice: "Delete tokens once the nodes have joined (kubeadm token delete), give new ones a short life, and where no \
                 node joins set --enable-bootstrap-token-auth=false in /etc/kubernetes/manifests/kube-apiserver.yaml, which \
                 no request to the API can change.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "See with kubeadm token list which ones there are, and that no autoscaler makes nodes with one.",
    },
    run: Run::Objects(run),
};

const FLAG: &str = "enable-bootstrap-token-auth";
const TYPE: &str = "bootstrap.kubernetes.io/token";

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let mut taken = false;
    for replica in replicas(cx, Component::ApiServer, judge).into_iter().flatten() {
        let on = replica.flags.get(FLAG).filter(|given| given.bool() == Some(true));
        taken |= on.is_some();
        let said = on.map(|given| Said {
            review: true,
            at: given.at.clone(),
            actual: given.text().into(),
            expected: "false where no node joins".into(),
            message: "the API server takes bootstrap tokens: see that there is none but for nodes that join".to_owned(),
        });
        report(judge, replica, said.into_iter().collect(), Some(Severity::Info));
    }
    let here = |secret: &&Secret| secret.r#type == TYPE && secret.meta.namespace == NAMESPACE;
    for secret in cx.inventory.secrets.values().filter(here).filter(|s| cx.in_scope(Kind::Secret, &s.meta)) {
        let hits = judge.object(Kind::Secret, &secret.meta);
        hits.review(FieldPath::of("type"), TYPE, "no token that is left over")
            .message("a bootstrap token: its data, which is not read, says when it ends and what it is for");
    }
    if taken && cx.inventory.medium == Medium::Cluster && cx.gap(Kind::Secret, Some(NAMESPACE)).is_some() {
        judge
            .cluster()
            .review(FieldPath::of("secrets"), None::<&str>, "no token that is left over")
            .message("which bootstrap tokens there are was not read: --with-secrets, or kubeadm token list")
            .severity(Severity::Info);
    }
}
