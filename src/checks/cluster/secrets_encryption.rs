use super::super::apiserver::encryption_providers::judge_node;
use super::super::apiserver::table::ENCRYPTION;
use super::super::flag::{Said, manifest, replicas, report};
use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::inventory::control_plane::{Component, Process};
use crate::inventory::flags::Given;
use crate::inventory::node_facts::NodeFacts;
use crate::model::Severity;

/// Secrets are encrypted at rest: a configuration is given and a strong provider stands first in it; CIS 1.2.27 and 1.2.28
/// together. Where nobody looked into the file, a person has to.
pub static CHECK: Check = Check {
    id: "cluster.secrets-encryption",
    title: "Secrets are encrypted where they are stored",
    severity: Severity::High,
    over: &[Kind::Pod],
    needs: &[Kind::Node, Kind::NodeFacts],
    aliases: &["kubescape:C-0066"],
    why: "Without it whoever gets a disk, a snapshot or a backup of etcd has every Secret in clear text.",
    remedy: manifest!(
        "kube-apiserver",
        MayBreak,
        "set --encryption-provider-config to a file with kms, secretbox or aescbc first for secrets"
    ),
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for replica in replicas(cx, Component::ApiServer, judge).into_iter().flatten() {
        let mut said = ENCRYPTION.judge(cx, &replica.flags);
        if let Some(file) = replica.flags.get("encryption-provider-config").filter(|_| said.is_empty()) {
            said.extend(content(cx, replica, file));
        }
        report(judge, replica, said, None);
    }
}

/// What is wrong with the file, as far as somebody looked.
fn content(cx: &Cx<'_>, replica: &Process<'_>, file: &Given) -> Option<Said> {
    let node = replica.pod.name.strip_prefix("kube-apiserver-").unwrap_or_default();
    let facts = cx.inventory.node_facts.get(&("".into(), node.into()));
    let (review, message) = match facts.filter(|facts: &&NodeFacts| facts.encryption.is_some()) {
        Some(facts) => (false, judge_node(facts)?.message),
        None => (true, format!("which provider stands first in {} the API does not show", file.text())),
    };
    let expected = "aescbc, kms or secretbox first".into();
    Some(Said { review, at: file.at.clone(), actual: file.text().into(), expected, message })
}
