use super::super::{Check, Cx, Hits, Judge, Run};
use super::routes::{attached, leads_to_tls};
use crate::inventory::Kind;
use crate::inventory::json::{list, text};
use crate::inventory::kinds::custom::Custom;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// No listener of a Gateway serves in the clear: one of protocol HTTP has routes that only redirect to HTTPS (or answer the
/// challenges of a certificate authority), one of HTTPS or TLS has a certificate unless it passes TLS through. Istio's own
/// Gateways are judged alike: `tls.httpsRedirect`, `tls.credentialName`. A listener that no route is attached to serves
/// nothing.
pub static CHECK: Check = Check {
    id: "gateway.no-tls",
    title: "Gateways serve under TLS",
    severity: Severity::Medium,
    over: &[Kind::Gateway, Kind::IstioGateway],
    needs: &[Kind::HttpRoute, Kind::GrpcRoute, Kind::IstioVirtualService],
    aliases: &["kubescape:C-0266"],
    why: "What a listener without TLS serves is read and changed by anybody on the way between client and gateway.",
    remedy: Remedy {
        advice: "Give the listener protocol HTTPS and a certificate, and leave on HTTP a route that redirects to it.",
        fix: Fix::ByField(&[("httpsRedirect", Fix::Set("true")), ("", Fix::Advice)]),
        disruption: Disruption::MayBreak,
        try_first: "Add the HTTPS listener beside the other and move routes one by one; look for clients that cannot follow a \
                    redirect.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let inventory = cx.inventory;
    for gateway in inventory.customs_of(Kind::Gateway).filter(|g| cx.in_scope(Kind::Gateway, &g.meta)) {
        let hits = judge.object(Kind::Gateway, &gateway.meta);
        for (index, listener) in list(&gateway.spec, "listeners").iter().enumerate() {
            let path = FieldPath::of("spec.listeners").named(index, text(listener, "name"));
            match text(listener, "protocol") {
                "HTTP" => plain(cx, gateway, listener, path, hits),
                "HTTPS" | "TLS" => certificate(gateway, listener, path, hits),
                _ => {}
            }
        }
    }
    for gateway in inventory.customs_of(Kind::IstioGateway).filter(|g| cx.in_scope(Kind::IstioGateway, &g.meta)) {
        let hits = judge.object(Kind::IstioGateway, &gateway.meta);
        for (index, server) in list(&gateway.spec, "servers").iter().enumerate() {
            let path = FieldPath::of("spec.servers").named(index, text(server, "name"));
            istio(cx, gateway, server, path, hits);
        }
    }
}

/// A listener of protocol HTTP.
fn plain(cx: &Cx<'_>, gateway: &Custom, listener: &Value, path: FieldPath, hits: &mut Hits) {
    let expected = "HTTPS, or routes that only redirect to it";
    let path = path.fields("protocol");
    let name = text(listener, "name");
    let mut routes = attached(cx.inventory, gateway, listener);
    let open = routes.find(|(kind, route)| match kind {
        Kind::HttpRoute => !list(&route.spec, "rules").iter().all(leads_to_tls),
        Kind::GrpcRoute => true,
        _ => false,
    });
    if let Some((kind, route)) = open {
        hits.fail(path, "HTTP", expected).message(format!(
            "listener {name} serves {} {}/{} without TLS",
            kind.name(),
            route.meta.namespace,
            route.meta.name
        ));
    } else if let Some(reason) = [Kind::HttpRoute, Kind::GrpcRoute].into_iter().find_map(|kind| cx.gap(kind, None)) {
        hits.unread(path, reason, expected).message(format!("which routes listener {name} serves was not read"));
    }
}

/// Options and annotations by which implementations bring a certificate of their own.
const CERTIFICATES: [&str; 2] = ["networking.gke.io/certmap", "cert-manager.io/"];

/// A listener of protocol HTTPS or TLS.
fn certificate(gateway: &Custom, listener: &Value, path: FieldPath, hits: &mut Hits) {
    let tls = listener.get("tls").unwrap_or(&Value::Null);
    let name = text(listener, "name");
    if text(tls, "mode") == "Passthrough" || !list(tls, "certificateRefs").is_empty() {
        return;
    }
    let [own, issued] = CERTIFICATES;
    let annotated = |prefix: &str| gateway.meta.annotations.keys().any(|key| key.starts_with(prefix));
    let options = tls.get("options").and_then(Value::as_object).is_some_and(|options| !options.is_empty());
    let path = path.fields("tls.certificateRefs");
    let expected = "a certificate";
    if annotated(own) {
        return;
    }
    if options || annotated(issued) {
        hits.review(path, Value::Null, expected)
            .message(format!("listener {name} names no certificate; an option or an issuer may bring one"))
            .severity(Severity::Low);
    } else {
        hits.fail(path, Value::Null, expected).message(format!("listener {name} has no certificate"));
    }
}

/// A server of Istio's own Gateway.
fn istio(cx: &Cx<'_>, gateway: &Custom, server: &Value, path: FieldPath, hits: &mut Hits) {
    let tls = server.get("tls").unwrap_or(&Value::Null);
    let protocol = server.pointer("/port/protocol").and_then(Value::as_str).unwrap_or_default();
    let mode = text(tls, "mode");
    match protocol {
        "HTTP" | "HTTP2" | "GRPC" if tls.get("httpsRedirect") != Some(&Value::Bool(true)) && mode.is_empty() => {
            let names = [gateway.meta.name.clone(), format!("{}/{}", gateway.meta.namespace, gateway.meta.name)];
            let [short, full] = &names;
            let open = cx.inventory.customs_of(Kind::IstioVirtualService).find(|service| {
                let bound = list(&service.spec, "gateways").iter().filter_map(Value::as_str).any(|gateway_name| {
                    gateway_name == full || (gateway_name == short && service.meta.namespace == gateway.meta.namespace)
                });
                let to_tls = |rule: &Value| rule.pointer("/redirect/scheme").is_some_and(|scheme| scheme == "https");
                bound && !list(&service.spec, "http").iter().all(to_tls)
            });
            let path = path.fields("tls.httpsRedirect");
            let expected = "true, or HTTPS";
            let actual = tls.get("httpsRedirect").cloned().unwrap_or(Value::Null);
            if let Some(service) = open {
                hits.fail(path, actual, expected).message(format!(
                    "serves VirtualService {}/{} over {protocol} without TLS",
                    service.meta.namespace, service.meta.name
                ));
            } else if let Some(reason) = cx.gap(Kind::IstioVirtualService, None) {
                hits.unread(path, reason, expected).message("which VirtualServices it serves was not read");
            }
        }
        "HTTPS" | "TLS" => {
            let given = ["credentialName", "credentialNames", "serverCertificate", "tlsCertificates"];
            let own = matches!(mode, "PASSTHROUGH" | "AUTO_PASSTHROUGH" | "ISTIO_MUTUAL");
            if !own && given.iter().all(|field| tls.get(field).is_none()) {
                hits.fail(path.fields("tls.credentialName"), Value::Null, "a certificate")
                    .message(format!("a server of protocol {protocol} has no certificate"));
            }
        }
        _ => {}
    }
}
