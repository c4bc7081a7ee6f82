use super::super::flag::{Said, manifest, replicas, report};
use super::super::{Check, Cx, Judge, Run};
use crate::inventory::control_plane::Component;
use crate::inventory::flags::Given;
use crate::inventory::{Kind, Medium};
use crate::model::Severity;

/// `--insecure-port` is 0. It was 8080 where it was not given until 1.20, when the API server stopped to serve it, and the
/// flag itself is gone since 1.24 (pitfall 53): from then on it is open nowhere, though a manifest may still ask for it.
pub static CHECK: Check = Check {
    id: "cluster.insecure-port",
    title: "The API server has no port without authentication",
    severity: Severity::High,
    over: &[],
    needs: &[Kind::Pod, Kind::Node],
    aliases: &["kubescape:C-0005"],
    why: "Requests to the insecure port are neither authenticated nor authorized: whoever reaches it is an administrator.",
    remedy: manifest!("kube-apiserver", MayBreak, "set --insecure-port=0"),
    run: Run::Objects(run),
};

const PORT: &str = "insecure-port";

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let (inventory, gone) = (cx.inventory, cx.version().at_least(24));
    if gone && inventory.medium == Medium::Cluster && inventory.scope.namespaces.is_empty() {
        judge.cluster();
        return;
    }
    let default = if cx.version().at_least(20) { "0" } else { "8080" };
    for replica in replicas(cx, Component::ApiServer, judge).into_iter().flatten() {
        let given = replica.flags.get(PORT).map(Given::text);
        // a server without the flag does not start with it, and a manifest does not say which server that is
        let open = given.map_or(!gone && default != "0", |port| port != "0");
        let said = Said {
            review: false,
            at: replica.flags.at(PORT),
            actual: given.into(),
            expected: "0".into(),
            message: match given {
                Some(port) => format!("--{PORT} is {port}"),
                None => format!("--{PORT} is not given and defaults to {default}"),
            },
        };
        report(judge, replica, open.then_some(said).into_iter().collect(), None);
    }
}
