use super::super::{Check, Cx, Judge, Run};
use crate::inventory::kinds::cluster::Service;
use crate::inventory::{Kind, Platform};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// A load balancer of AWS that listens on port 443 has a certificate (`aws-load-balancer-ssl-cert`): without one, where it
/// speaks HTTP to its pods, it serves port 443 in the clear. One that forwards TCP may leave TLS to the pods, which is for a
/// person; load balancers of other clouds always do. CIS EKS 5.4.5.
pub static CHECK: Check = Check {
    id: "service.lb-no-tls",
    title: "Load balancers on port 443 have a certificate",
    severity: Severity::High,
    over: &[Kind::Service],
    needs: &[Kind::Node],
    aliases: &["kubescape:C-0231"],
    why: "A client that is sent to port 443 believes itself under TLS; what answers there in the clear is read and changed on \
          the way.",
    remedy: Remedy {
        advice: "Name a certificate of the account in service.beta.kubernetes.io/aws-load-balancer-ssl-cert and the ports that \
                 it holds for in aws-load-balancer-ssl-ports.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Try it on a second Service with another name: clients that spoke plain HTTP on port 443 stop working.",
    },
    run: Run::Objects(run),
};

const AWS: &str = "service.beta.kubernetes.io/aws-load-balancer-";
const CERTIFICATE: &str = "service.beta.kubernetes.io/aws-load-balancer-ssl-cert";
const BACKEND: &str = "service.beta.kubernetes.io/aws-load-balancer-backend-protocol";

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for service in cx.inventory.services.values().filter(|s| cx.in_scope(Kind::Service, &s.meta)) {
        let hits = judge.object(Kind::Service, &service.meta);
        let annotations = &service.meta.annotations;
        let listens = service.spec.ports.iter().any(|port| port.port == 443);
        if service.spec.r#type != "LoadBalancer" || !listens || annotations.contains_key(CERTIFICATE) {
            continue;
        }
        let path = FieldPath::of("metadata.annotations").key(CERTIFICATE);
        let expected = "a certificate";
        let backend = annotations.get(BACKEND).map(|protocol| protocol.to_ascii_lowercase());
        match (backend.as_deref(), is_aws(cx, service)) {
            (Some("http" | "https"), _) => {
                hits.fail(path, Value::Null, expected).message("its load balancer serves port 443 without TLS");
            }
            (_, true) => {
                hits.review(path, Value::Null, expected)
                    .message("its load balancer forwards port 443 as it is: whether the pods end TLS is not seen")
                    .severity(Severity::Low);
            }
            (_, false) => {
                if let Some(reason) = cx.gap(Kind::Node, None).filter(|_| !is_other(service)) {
                    hits.unread(path, reason, expected).message("whether AWS makes its load balancer was not read");
                }
            }
        }
    }
}

fn is_aws(cx: &Cx<'_>, service: &Service) -> bool {
    let class = service.spec.load_balancer_class.as_deref().unwrap_or_default();
    let annotated = service.meta.annotations.keys().any(|key| key.starts_with(AWS));
    annotated || class.starts_with("service.k8s.aws/") || cx.platform() == Platform::Eks
}

/// Whether it is said to be another cloud's.
fn is_other(service: &Service) -> bool {
    service.meta.annotations.keys().any(|key| key.contains("azure") || key.contains("gke") || key.contains("google"))
}
