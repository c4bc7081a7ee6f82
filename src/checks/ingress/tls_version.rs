use super::super::{Check, Cx, Hits, Judge, Run};
use super::hosts::certificate;
use crate::inventory::Kind;
use crate::inventory::ingresses::{Controller, controller};
use crate::inventory::kinds::custom::Custom;
use crate::inventory::kinds::ingress::Ingress;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// Nothing that ends TLS at the edge speaks a version before 1.2: `ssl-protocols` in ConfigMaps of NGINX controllers (read
/// on request only), the `ssl-policy` annotation of AWS load balancers, a FrontendConfig's policy on GKE (its default
/// allows 1.0), `minVersion` of Traefik's TLSOptions, `minProtocolVersion` of Istio's Gateways and
/// `minimumProtocolVersion` of Contour's HTTPProxies. What a controller's flags or the cloud say is for a person.
pub static CHECK: Check = Check {
    id: "ingress.tls-version",
    title: "Controllers at the edge speak TLS 1.2 and later only",
    severity: Severity::Medium,
    over: &[Kind::Ingress, Kind::TraefikTlsOption, Kind::IstioGateway, Kind::ContourHttpProxy, Kind::GkeFrontendConfig],
    needs: &[Kind::ConfigMap, Kind::IngressClass, Kind::Node],
    aliases: &[],
    why: "TLS 1.0 and 1.1 rest on hashes and ciphers that are broken; as long as the server takes them, somebody on the way can \
          talk a client into them.",
    remedy: Remedy {
        advice: "Allow TLS 1.2 and 1.3 only, in the controller's ConfigMap, policy or option.",
        fix: Fix::ByField(&[
            ("data", Fix::Set("\"TLSv1.2 TLSv1.3\"")),
            ("annotations", Fix::Set("\"ELBSecurityPolicy-TLS13-1-2-2021-06\"")),
            ("minVersion", Fix::Set("\"VersionTLS12\"")),
            ("minProtocolVersion", Fix::Set("\"TLSV1_2\"")),
            ("minimumProtocolVersion", Fix::Set("\"1.2\"")),
            ("", Fix::Advice),
        ]),
        disruption: Disruption::MayBreak,
        try_first: "Log the version of each connection for a week: clients that are older than ten years stop working.",
    },
    run: Run::Objects(run),
};

const EXPECTED: &str = "TLS 1.2 or later";
const PROTOCOLS: &str = "ssl-protocols";
const ALB_POLICY: &str = "alb.ingress.kubernetes.io/ssl-policy";
const GKE_CONFIG: &str = "networking.gke.io/v1beta1.FrontendConfig";

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let inventory = cx.inventory;
    for map in inventory.config_maps.values().filter(|m| cx.in_scope(Kind::ConfigMap, &m.meta)) {
        let Some(protocols) = map.data.get(PROTOCOLS) else { continue };
        let old = |word: &&str| matches!(*word, "SSLv2" | "SSLv3" | "TLSv1" | "TLSv1.0" | "TLSv1.1");
        let hits = judge.object(Kind::ConfigMap, &map.meta);
        let old: Vec<&str> = protocols.split_whitespace().filter(old).collect();
        if !old.is_empty() {
            hits.fail(FieldPath::of("data").key(PROTOCOLS), protocols.as_str(), EXPECTED)
                .message(format!("lets NGINX speak {}", old.join(" and ")));
        }
    }
    for (kind, field, old) in [
        (Kind::TraefikTlsOption, "minVersion", &["VersionTLS10", "VersionTLS11"][..]),
        (Kind::ContourHttpProxy, "virtualhost.tls.minimumProtocolVersion", &["1.0", "1.1"]),
    ] {
        for custom in inventory.customs_of(kind).filter(|c| cx.in_scope(kind, &c.meta)) {
            let path = FieldPath::of(field);
            let written = path.resolve(&custom.spec).and_then(Value::as_str).unwrap_or_default();
            let hits = judge.object(kind, &custom.meta);
            if old.contains(&written) {
                hits.fail(FieldPath::of("spec").join(&path), written, EXPECTED)
                    .message(format!("lets clients speak {}", spoken(written)));
            }
        }
    }
    for custom in inventory.customs_of(Kind::IstioGateway).filter(|c| cx.in_scope(Kind::IstioGateway, &c.meta)) {
        istio(custom, judge.object(Kind::IstioGateway, &custom.meta));
    }
    for ingress in inventory.ingresses.values().filter(|i| cx.in_scope(Kind::Ingress, &i.meta)) {
        let hits = judge.object(Kind::Ingress, &ingress.meta);
        if !ingress.spec.tls.is_empty() || certificate(ingress).is_some() {
            by_controller(cx, ingress, hits);
        }
    }
}

fn istio(gateway: &Custom, hits: &mut Hits) {
    let servers = gateway.spec.get("servers").and_then(Value::as_array).into_iter().flatten();
    for (index, server) in servers.enumerate() {
        let name = server.get("name").and_then(Value::as_str).unwrap_or_default();
        let path = FieldPath::of("spec.servers").named(index, name).fields("tls.minProtocolVersion");
        let written = server.pointer("/tls/minProtocolVersion").and_then(Value::as_str).unwrap_or_default();
        if matches!(written, "TLSV1_0" | "TLSV1_1") {
            hits.fail(path, written, EXPECTED).message(format!("lets clients speak {}", spoken(written)));
        }
    }
}

/// A version in words: the kinds write `VersionTLS10`, `TLSV1_0` and `1.0`.
fn spoken(written: &str) -> &'static str {
    if written.ends_with('0') { "TLS 1.0" } else { "TLS 1.1" }
}

/// What the controller of an Ingress speaks.
fn by_controller(cx: &Cx<'_>, ingress: &Ingress, hits: &mut Hits) {
    let namespace = ingress.meta.namespace.as_str();
    let annotation = |key: &str| ingress.meta.annotations.get(key).map(String::as_str);
    let at = |key: &str| FieldPath::of("metadata.annotations").key(key);
    let class = FieldPath::of("spec.ingressClassName");
    let found = controller(cx.inventory, cx.platform(), ingress);
    // nodes tell the platform, whose controller serves what names no class
    let asked: &[Kind] =
        if ingress.class().is_empty() { &[Kind::IngressClass, Kind::Node] } else { &[Kind::IngressClass] };
    let gap = asked.iter().find_map(|kind| cx.gap(*kind, None));
    if let (None, Some(reason)) = (found, gap) {
        hits.unread(class, reason, EXPECTED).message("which controller serves it was not read");
        return;
    }
    match found {
        Some(Controller::Nginx | Controller::NginxInc) => {
            if let Some(reason) = cx.gap(Kind::ConfigMap, None) {
                hits.unread(class, reason, EXPECTED).message("served by NGINX, whose ConfigMap was not read");
            }
        }
        Some(Controller::Alb) => match annotation(ALB_POLICY) {
            Some(policy) if !policy.starts_with("ELBSecurityPolicy-") => {
                hits.review(at(ALB_POLICY), policy, EXPECTED)
                    .message(format!("which versions policy {policy} allows is not known here"))
                    .severity(Severity::Low);
            }
            Some(policy) if policy.contains("-1-2-") || policy.contains("-1-3-") => {}
            Some(policy) => {
                hits.fail(at(ALB_POLICY), policy, EXPECTED).message(format!("{policy} allows TLS 1.0 or 1.1"));
            }
            None => {
                hits.review(at(ALB_POLICY), Value::Null, EXPECTED)
                    .message("names no policy: the controller's default is a flag that is not read, and AWS's allows TLS 1.0")
                    .severity(Severity::Low);
            }
        },
        Some(Controller::Gce) => {
            let name = annotation(GKE_CONFIG).unwrap_or_default();
            let config = cx
                .inventory
                .customs_of(Kind::GkeFrontendConfig)
                .find(|config| config.meta.namespace == namespace && config.meta.name == name);
            let policy = config.and_then(|config| config.spec.get("sslPolicy")).and_then(Value::as_str);
            match (policy, cx.gap(Kind::GkeFrontendConfig, Some(namespace))) {
                (Some(policy), _) => {
                    hits.review(at(GKE_CONFIG), name, EXPECTED)
                        .message(format!("which versions policy {policy} allows stands in Google Cloud"))
                        .severity(Severity::Info);
                }
                (None, Some(reason)) if !name.is_empty() && config.is_none() => {
                    hits.unread(at(GKE_CONFIG), reason, EXPECTED);
                }
                (None, _) => {
                    let actual = ingress.class();
                    hits.fail(class, actual, "a FrontendConfig with an sslPolicy")
                        .message("no FrontendConfig gives it a policy, and Google's default allows TLS 1.0");
                }
            }
        }
        Some(Controller::Traefik) => {}
        Some(Controller::AppGateway | Controller::Other) | None => {
            let name = if ingress.class().is_empty() { "its controller" } else { ingress.class() };
            hits.review(class, ingress.class(), EXPECTED)
                .message(format!("which versions {name} speaks is not read from the API"))
                .severity(Severity::Info);
        }
    }
}
