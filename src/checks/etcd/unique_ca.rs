use super::super::flag::{Said, manifest, replicas, report};
use super::super::{Check, Cx, Judge, Run};
use super::table::CONFIG_FILE;
use crate::inventory::Kind;
use crate::inventory::control_plane::{Component, Process};
use crate::inventory::flags::Given;
use crate::inventory::node_facts::Found;
use crate::model::{FieldPath, GapReason, Severity};
use std::borrow::Cow;

/// `--trusted-ca-file` of etcd is another authority than `--client-ca-file` of the API server; CIS 2.7. Their paths
/// decide; where a node was looked at, one content under two paths fails too. Without an API server to compare with it
/// is not decided.
pub static CHECK: Check = Check {
    id: "etcd.unique-ca",
    title: "etcd trusts an authority of its own",
    severity: Severity::High,
    over: &[Kind::Pod],
    needs: &[Kind::Node],
    aliases: &["kubescape:C-0159", "kube-bench:2.7"],
    why: "Where etcd trusts the authority of the whole cluster, every client certificate of the cluster opens it, past \
          RBAC.",
    remedy: manifest!("etcd", MayBreak, "set --trusted-ca-file to an authority that signs for etcd's clients alone,"),
    run: Run::Objects(run),
};

const OWN: &str = "trusted-ca-file";
const CLUSTER: &str = "client-ca-file";

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let Some(members) = replicas(cx, Component::Etcd, judge) else { return };
    let servers: Vec<&Process<'_>> = cx.control_plane().of(Component::ApiServer).collect();
    let cluster: Vec<&str> = servers.iter().filter_map(|s| s.flags.get(CLUSTER)).map(Given::text).collect();
    for member in members {
        let (at, own) = (member.flags.at(OWN), member.flags.get(OWN).filter(|given| !given.is_empty()));
        let said = |review: bool, at: FieldPath, actual: Option<&str>, message: String| Said {
            review,
            at,
            actual: actual.into(),
            expected: Cow::from("another authority than the API server's"),
            message,
        };
        let same = own.and_then(|own| {
            let other = cluster.iter().find(|path| **path == own.text() || have_one_content(cx, own.text(), path))?;
            Some((own.text(), *other))
        });
        let found = if let Some(file) = member.flags.get(CONFIG_FILE.flag) {
            let at = member.flags.at(CONFIG_FILE.flag);
            vec![said(true, at, Some(file.text()), format!("--{} is given: {}", CONFIG_FILE.flag, CONFIG_FILE.look))]
        } else if own.is_none() {
            vec![said(false, at, None, format!("--{OWN} is not given: etcd has no authority to hold a client against"))]
        } else if let Some((own, other)) = same {
            let message =
                format!("etcd trusts {own}, and the API server's own clients are signed by {other}: one authority");
            vec![said(false, at, Some(own), message)]
        } else {
            Vec::new()
        };
        report(judge, member, found, None);
    }
    if servers.is_empty() {
        let message = "no pod of kube-system runs kube-apiserver: etcd's authority has nothing to be compared with";
        judge.missing("Pod", GapReason::NoControlPlanePod, message);
    }
}

/// Whether on some node that was looked at two files are the same certificates.
fn have_one_content(cx: &Cx<'_>, one: &str, other: &str) -> bool {
    cx.inventory.node_facts.values().any(|facts| {
        let sum = |path| match facts.file(path) {
            Found::There(file) => file.sha256.as_ref(),
            Found::Missing | Found::Unknown => None,
        };
        sum(one).is_some() && sum(one) == sum(other)
    })
}
