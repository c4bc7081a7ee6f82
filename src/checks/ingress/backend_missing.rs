use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::inventory::kinds::cluster::Service;
use crate::inventory::kinds::ingress::{Backend, BackendPort};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// The Services that an Ingress leads to exist in its namespace and have the ports that it names. A backend that is another
/// resource is not judged; nor are ports of an ExternalName.
pub static CHECK: Check = Check {
    id: "ingress.backend-missing",
    title: "Ingresses lead to Services that exist",
    severity: Severity::Low,
    over: &[Kind::Ingress],
    needs: &[Kind::Service],
    aliases: &["kube-linter:dangling-ingress", "popeye:POP-1401", "popeye:POP-1402"],
    why: "The host answers with an error, and whoever may create a Service of that name in the namespace takes over what is \
          served there.",
    remedy: Remedy {
        advice: "Create the Service, correct the name or the port, or delete the path.",
        fix: Fix::Advice,
        disruption: Disruption::None,
        try_first: "kubectl get services in the namespace: the name may have changed with a release.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for ingress in cx.inventory.ingresses.values().filter(|i| cx.in_scope(Kind::Ingress, &i.meta)) {
        let hits = judge.object(Kind::Ingress, &ingress.meta);
        let namespace = ingress.meta.namespace.as_str();
        let mut backends: Vec<(FieldPath, &Backend)> = Vec::new();
        for (index, rule) in ingress.spec.rules.iter().enumerate() {
            let rule_path = FieldPath::of("spec.rules").item(index, "host", &rule.host).fields("http.paths");
            for (index, path) in rule.paths().iter().enumerate() {
                backends.push((rule_path.clone().item(index, "path", &path.path).fields("backend"), &path.backend));
            }
        }
        let default = ingress.spec.default_backend.iter();
        backends.extend(default.map(|backend| (FieldPath::of("spec.defaultBackend"), backend)));
        for (path, backend) in backends {
            let Some(wanted) = &backend.service else { continue };
            let path = path.fields("service");
            let (name, port) = (wanted.name.as_str(), &wanted.port);
            let Some(service) = cx.services().named(namespace, name) else {
                let path = path.fields("name");
                match cx.gap(Kind::Service, Some(namespace)) {
                    Some(reason) => hits.unread(path, reason, "a Service of the namespace"),
                    None => hits.fail(path, name, "a Service of the namespace"),
                }
                .message(format!("Service {name} is not in namespace {namespace}"));
                continue;
            };
            if !has_port(service, port) {
                let said = if port.name.is_empty() { port.number.to_string() } else { port.name.clone() };
                hits.fail(path.fields("port"), said.as_str(), "a port of the Service")
                    .message(format!("Service {name} has no port {said}"));
            }
        }
    }
}

fn has_port(service: &Service, wanted: &BackendPort) -> bool {
    let unset = wanted.name.is_empty() && wanted.number == 0;
    unset
        || service.spec.r#type == "ExternalName"
        || service.spec.ports.iter().any(|port| match wanted.name.as_str() {
            "" => port.port == wanted.number,
            name => port.name == name,
        })
}
