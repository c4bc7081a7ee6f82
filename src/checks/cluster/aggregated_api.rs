use super::super::{Check, Cx, Judge, Run};
use crate::inventory::{Kind, Medium, Version};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// APIs that something else than the API server serves: the certificate of who serves them is verified, they are
/// available, and they are inside the cluster. On a server with CVE-2022-3172 each of them fails, because it follows
/// their redirects with its clients' requests.
pub static CHECK: Check = Check {
    id: "cluster.aggregated-api",
    title: "Aggregated APIs are verified and available",
    severity: Severity::Medium,
    over: &[Kind::ApiService],
    needs: &[Kind::Service],
    aliases: &["kubescape:C-0089"],
    why: "Requests reach an aggregated API with their users' rights: who can stand in for a server that is not verified reads \
          and answers them. One that is not available stalls discovery and the deletion of namespaces.",
    remedy: Remedy {
        advice: "Give the server a certificate that names its Service, put its CA into caBundle and drop \
                 insecureSkipTLSVerify (cert-manager injects a CA by annotation); delete the APIService of what is gone.",
        // the CA is not known from here, and without it the API would not answer
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "kubectl get apiservices shows AVAILABLE within seconds of the change; keep the old object to go back.",
    },
    run: Run::Objects(run),
};

/// First and last patch of the API servers with CVE-2022-3172, by minor; all before 1.22 have it.
const REDIRECTED: [(u32, u32); 4] = [(22, 13), (23, 10), (24, 4), (25, 0)];

fn is_redirected(version: Version) -> bool {
    version.minor < 22 || REDIRECTED.iter().any(|(minor, last)| version.minor == *minor && version.patch <= *last)
}

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let version = cx.version();
    for api in cx.inventory.api_services.values().filter(|api| cx.in_scope(Kind::ApiService, &api.meta)) {
        let hits = judge.object(Kind::ApiService, &api.meta);
        // what has no service is the API server's own
        let Some(service) = &api.spec.service else { continue };
        let name = &api.meta.name;
        let place = format!("{}/{}", service.namespace, service.name);
        if api.spec.insecure_skip_tls_verify {
            hits.fail(FieldPath::of("spec.insecureSkipTLSVerify"), true, "false, and a caBundle")
                .message(format!("API {name} is served by {place}, whose certificate is not verified"));
        }
        if cx.inventory.medium == Medium::Cluster && is_redirected(version) {
            hits.fail(FieldPath::of("spec.service"), place.as_str(), "an API server that follows no redirect")
                .message(format!("API server {version} follows redirects of {place} (CVE-2022-3172)"));
        }
        let available = api.status.conditions.iter().enumerate().find(|(_, c)| c.r#type == "Available");
        if let Some((index, condition)) = available.filter(|(_, condition)| condition.status != "True") {
            let path = FieldPath::of("status.conditions").item(index, "type", "Available").fields("status");
            hits.fail(path, condition.status.as_str(), "True")
                .severity(Severity::Low)
                .message(format!("API {name} of {place} is not available"));
        }
        let key = (service.namespace.as_str().into(), service.name.as_str().into());
        let path = FieldPath::of("spec.service.name");
        let expected = "a Service that leads to pods";
        match (cx.inventory.services.get(&key), cx.gap(Kind::Service, Some(&service.namespace))) {
            (Some(found), _) if found.spec.r#type == "ExternalName" => {
                hits.review(path, service.name.as_str(), expected)
                    .message(format!("API {name} is served from outside the cluster, by ExternalName Service {place}"));
            }
            (None, Some(reason)) => {
                hits.unread(path, reason, expected).message(format!("where Service {place} leads was not read"));
            }
            _ => {}
        }
    }
}
