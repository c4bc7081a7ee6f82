use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::inventory::kinds::cluster::Service;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// No Service of type NodePort; one of type LoadBalancer that opens node ports besides is told as info.
pub static CHECK: Check = Check {
    id: "service.node-port",
    title: "No Service opens ports on the nodes",
    severity: Severity::Low,
    over: &[Kind::Service],
    needs: &[],
    aliases: &["kubescape:C-0256", "kube-linter:exposed-services", "popeye:POP-1104"],
    why: "A node port listens on every node's address, beside the load balancer or Ingress that is meant to guard the \
          application, and for whoever reaches any node.",
    remedy: Remedy {
        advice: "Use ClusterIP and lead to it by an Ingress or a Gateway; a load balancer that goes to pods directly needs \
                 no node ports.",
        fix: Fix::ByField(&[("type", Fix::Set("\"ClusterIP\"")), ("allocateLoadBalancerNodePorts", Fix::Set("false"))]),
        disruption: Disruption::CutsTraffic,
        try_first: "Find out who connects to the nodes on these ports; a load balancer outside the cluster may.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for service in cx.inventory.services.values().filter(|s| cx.in_scope(Kind::Service, &s.meta)) {
        let hits = judge.object(Kind::Service, &service.meta);
        let spec = &service.spec;
        match (spec.r#type.as_str(), spec.allocate_load_balancer_node_ports) {
            ("NodePort", _) => {
                hits.fail(FieldPath::of("spec.type"), "NodePort", "ClusterIP")
                    .message(format!("opens {} on every node", ports(service)));
            }
            ("LoadBalancer", None | Some(true)) => {
                let actual = spec.allocate_load_balancer_node_ports.map_or(Value::Null, Value::from);
                hits.fail(FieldPath::of("spec.allocateLoadBalancerNodePorts"), actual, "false")
                    .message(format!("opens {} on every node, besides its load balancer", ports(service)))
                    .severity(Severity::Info);
            }
            _ => {}
        }
    }
}

/// The ports, where they are known.
fn ports(service: &Service) -> String {
    let ports: Vec<String> =
        service.spec.ports.iter().filter(|port| port.node_port != 0).map(|port| port.node_port.to_string()).collect();
    match ports.as_slice() {
        [] => "a port that is chosen by the API server".to_owned(),
        [one] => format!("port {one}"),
        _ => format!("ports {}", ports.join(", ")),
    }
}
