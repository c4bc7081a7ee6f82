//! How workloads are reached from outside the cluster: Services that carry further than it, and the Ingresses and routes
//! that lead to a Service.

use super::json::{list, text};
use super::kinds::cluster::Service;
use super::kinds::custom::Custom;
use super::kinds::ingress::Ingress;
use super::kinds::meta::Map;
use super::kinds::pod::PodSpec;
use super::services::{Carries, Services};
use super::{Inventory, Kind};
use crate::model::{GapReason, ObjectRef};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// What decides whether something is reached from outside.
pub const EXPOSURE_KINDS: &[Kind] = &[
    Kind::Service,
    Kind::Ingress,
    Kind::HttpRoute,
    Kind::GrpcRoute,
    Kind::TcpRoute,
    Kind::TlsRoute,
    Kind::UdpRoute,
    Kind::IstioGateway,
    Kind::IstioVirtualService,
    Kind::TraefikIngressRoute,
    Kind::ContourHttpProxy,
];

/// A way from outside to a pod.
#[derive(Clone, Debug)]
pub struct Way<'a> {
    /// The Service that selects the pod.
    pub service: &'a Service,
    /// What leads to the Service; None: it carries outside by itself.
    pub through: Option<&'a ObjectRef>,
    /// How far.
    pub carries: Carries,
}

impl fmt::Display for Way<'_> {
    /// `Ingress shop/web`, `Service shop/web (NodePort)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.through {
            Some(through) => write!(f, "{through}"),
            None => {
                let Service { meta, spec } = self.service;
                let by = match spec.external_ips.is_empty() {
                    false => "externalIPs",
                    true if self.carries == Carries::Internal => "internal LoadBalancer",
                    true => spec.r#type.as_str(),
                };
                write!(f, "Service {}/{} ({by})", meta.namespace, meta.name)
            }
        }
    }
}

/// Routes by the Service that they lead to: namespace and name.
type Routes = BTreeMap<(String, String), Vec<(ObjectRef, Carries)>>;

/// Every way in that was read.
#[derive(Debug)]
pub struct Exposure<'a> {
    inventory: &'a Inventory,
    services: Services<'a>,
    routes: Routes,
}

impl<'a> Exposure<'a> {
    /// Reads an inventory.
    pub fn new(inventory: &'a Inventory) -> Self {
        let mut routes = Routes::new();
        for ingress in inventory.ingresses.values() {
            let meta = &ingress.meta;
            let object =
                ObjectRef::new(&Kind::Ingress.api_version(), Kind::Ingress.name(), meta.namespace(), &meta.name);
            for service in ingress.services() {
                add(&mut routes, &meta.namespace, service, &object, of_ingress(ingress));
            }
        }
        for ((kind, _), custom) in inventory.customs.iter().filter(|((kind, _), _)| EXPOSURE_KINDS.contains(kind)) {
            let object = ObjectRef::new(&kind.api_version(), kind.name(), custom.meta.namespace(), &custom.meta.name);
            let carries = match kind {
                Kind::IstioVirtualService => by_istio(inventory, custom),
                _ => by_gateways(inventory, custom),
            };
            let Some(carries) = carries else { continue };
            for (namespace, service) in backends(*kind, custom) {
                add(&mut routes, &namespace, service, &object, carries);
            }
        }
        Self { inventory, services: Services::new(inventory), routes }
    }

    /// The ways to a pod with these labels and containers, what carries furthest first.
    pub fn of<'e>(&'e self, namespace: &str, pod: &Map, spec: &PodSpec) -> Vec<Way<'e>> {
        let mut ways = Vec::new();
        for service in self.services.of(namespace, pod).filter(|service| has_port(service, spec)) {
            let carries = service.carries();
            if carries > Carries::Cluster {
                ways.push(Way { service, through: None, carries });
            }
            let key = (service.meta.namespace.clone(), service.meta.name.clone());
            let routes = self.routes.get(&key).into_iter().flatten();
            ways.extend(routes.map(|(through, carries)| Way { service, through: Some(through), carries: *carries }));
        }
        ways.sort_by_key(|way| std::cmp::Reverse(way.carries));
        ways
    }

    /// Why it is not known that nothing else leads into a namespace.
    pub fn gap(&self, namespace: &str) -> Option<GapReason> {
        EXPOSURE_KINDS.iter().find_map(|kind| self.inventory.gap(*kind, Some(namespace)))
    }
}

fn add(routes: &mut Routes, namespace: &str, service: &str, object: &ObjectRef, carries: Carries) {
    let known = routes.entry((namespace.to_owned(), service.to_owned())).or_default();
    if !known.iter().any(|(other, _)| other == object) {
        known.push((object.clone(), carries));
    }
}

/// Whether a port of the Service is one of the pod's: a number always is, a name has to be a container's.
fn has_port(service: &Service, spec: &PodSpec) -> bool {
    let ports = &service.spec.ports;
    let names = |name: &str| spec.each_container().any(|(_, _, c)| c.ports.iter().any(|port| port.name == name));
    let named = |target: &super::kinds::meta::IntOrString| target.number().is_none() && !names(&target.text);
    ports.is_empty() || ports.iter().any(|port| !port.target_port.as_ref().is_some_and(named))
}

/// Load balancers of AWS are internal unless the annotation says otherwise.
fn of_ingress(ingress: &Ingress) -> Carries {
    let scheme = ingress.meta.annotations.get("alb.ingress.kubernetes.io/scheme").map(String::as_str);
    match (ingress.class(), scheme) {
        ("gce-internal", _) | (_, Some("internal")) | ("alb", None) => Carries::Internal,
        _ => Carries::Outside,
    }
}

/// How far the gateways of a VirtualService carry. None: no further than the cluster, or the gateways do not exist.
fn by_istio(inventory: &Inventory, route: &Custom) -> Option<Carries> {
    let names = list(&route.spec, "gateways").iter().filter_map(Value::as_str).filter(|name| *name != "mesh");
    let of = |written: &str| {
        let (namespace, name) = written.split_once('/').unwrap_or((&route.meta.namespace, written));
        let gateway = inventory
            .customs_of(Kind::IstioGateway)
            .find(|gateway| gateway.meta.namespace == namespace && gateway.meta.name == name);
        let Some(gateway) = gateway else {
            // one that was not read may carry as far as any
            return inventory.gap(Kind::IstioGateway, Some(namespace)).map(|_| Carries::Outside);
        };
        let labels = gateway.spec.get("selector").and_then(Value::as_object)?;
        let fronts = |service: &&Service| {
            !labels.is_empty()
                && labels.iter().all(|(key, value)| {
                    let value = value.as_str().unwrap_or_default();
                    [&service.spec.selector, &service.meta.labels]
                        .into_iter()
                        .any(|map| map.get(key).is_some_and(|own| own == value))
                })
        };
        furthest(inventory.services.values().filter(fronts))
    };
    names.filter_map(of).max()
}

/// How far the Gateways of a route carry, by the Services that implementations label with their names; where there is none
/// it is taken to be outside.
fn by_gateways(inventory: &Inventory, route: &Custom) -> Option<Carries> {
    const NAME: &str = "gateway.networking.k8s.io/gateway-name";
    let parents = list(&route.spec, "parentRefs");
    let of = |parent: &Value| {
        let namespace = or(text(parent, "namespace"), &route.meta.namespace);
        let own = inventory.services.values().filter(|service| {
            service.meta.namespace == namespace
                && service.meta.labels.get(NAME).is_some_and(|name| name == text(parent, "name"))
        });
        furthest(own)
    };
    if parents.is_empty() { Some(Carries::Outside) } else { parents.iter().filter_map(of).max() }
}

/// How far the Services in front of a gateway carry: none is seen, outside; none leaves the cluster, None.
fn furthest<'s>(services: impl Iterator<Item = &'s Service>) -> Option<Carries> {
    let furthest = services.map(Service::carries).max().unwrap_or(Carries::Outside);
    (furthest > Carries::Cluster).then_some(furthest)
}

/// The Services that a route leads to.
pub fn backends(kind: Kind, route: &Custom) -> Vec<(String, &str)> {
    let own = route.meta.namespace.as_str();
    match kind {
        Kind::HttpRoute | Kind::GrpcRoute | Kind::TcpRoute | Kind::TlsRoute | Kind::UdpRoute => {
            // a route whose parents are Services steers traffic inside the mesh
            let parents = list(&route.spec, "parentRefs");
            if !parents.is_empty() && parents.iter().all(|parent| text(parent, "kind") == "Service") {
                return Vec::new();
            }
            let rules = list(&route.spec, "rules").iter();
            rules
                .flat_map(|rule| list(rule, "backendRefs"))
                .filter_map(|backend| gateway_backend(backend, own))
                .collect()
        }
        Kind::IstioVirtualService => virtual_service(route),
        Kind::TraefikIngressRoute => {
            let services = list(&route.spec, "routes").iter().flat_map(|rule| list(rule, "services"));
            services
                .filter(|service| matches!(text(service, "kind"), "" | "Service"))
                .map(|service| (or(text(service, "namespace"), own), text(service, "name")))
                .collect()
        }
        Kind::ContourHttpProxy => {
            let tcp = route.spec.get("tcpproxy").unwrap_or(&Value::Null);
            let rules = list(&route.spec, "routes").iter().chain(std::iter::once(tcp));
            rules
                .flat_map(|rule| list(rule, "services"))
                .map(|service| (own.to_owned(), text(service, "name")))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// A `backendRef` of the Gateway API that is a Service.
pub fn gateway_backend<'v>(backend: &'v Value, own: &str) -> Option<(String, &'v str)> {
    let service = text(backend, "group").is_empty() && matches!(text(backend, "kind"), "" | "Service");
    service.then(|| (or(text(backend, "namespace"), own), text(backend, "name")))
}

/// Destinations of an Istio VirtualService that is bound to a gateway; `mesh` is the traffic between pods.
fn virtual_service(route: &Custom) -> Vec<(String, &str)> {
    if list(&route.spec, "gateways").iter().all(|gateway| gateway == "mesh") {
        return Vec::new();
    }
    let rules = ["http", "tls", "tcp"].into_iter().flat_map(|field| list(&route.spec, field));
    let hosts =
        rules.flat_map(|rule| list(rule, "route")).filter_map(|to| to.get("destination")?.get("host")?.as_str());
    hosts
        .map(|host| {
            let mut parts = host.split('.');
            let name = parts.next().unwrap_or_default();
            // a short name means the route's own namespace
            (or(parts.next().unwrap_or_default(), &route.meta.namespace), name)
        })
        .collect()
}

fn or(written: &str, own: &str) -> String {
    if written.is_empty() { own } else { written }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{Medium, Object, Version};
    use serde_json::json;

    fn inventory(objects: &[Value]) -> Inventory {
        let mut inventory = Inventory::new(Medium::Files, Version::NEWEST);
        for object in objects {
            let group = object["apiVersion"].as_str().unwrap().split_once('/').map_or("", |(group, _)| group);
            let kind = Kind::of(group, object["kind"].as_str().unwrap()).unwrap();
            inventory.upsert(Object::from_json(kind, object.clone()).unwrap());
        }
        inventory
    }

    fn object(api_version: &str, kind: &str, name: &str, spec: Value) -> Value {
        json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": "shop"}, "spec": spec})
    }

    fn ways(objects: &[Value], spec: Value) -> Vec<String> {
        let inventory = inventory(objects);
        let labels: Map = [("app".to_owned(), "web".to_owned())].into();
        let spec: PodSpec = serde_json::from_value(spec).unwrap();
        Exposure::new(&inventory).of("shop", &labels, &spec).iter().map(ToString::to_string).collect()
    }

    fn service(spec: Value) -> Value {
        let mut spec = spec;
        spec["selector"] = json!({"app": "web"});
        object("v1", "Service", "web", spec)
    }

    #[test]
    fn services_and_routes_lead_to_pods() {
        let plain = || service(json!({"ports": [{"port": 80}]}));
        let of = |route: Value| ways(&[plain(), route], json!({}));
        assert!(ways(&[plain()], json!({})).is_empty(), "a Service of the cluster is no way in");
        assert_eq!(ways(&[service(json!({"type": "NodePort"}))], json!({})), ["Service shop/web (NodePort)"]);
        let ingress = json!({"rules": [{"http": {"paths": [{"path": "/", "backend": {"service": {"name": "web"}}}]}}]});
        assert_eq!(of(object("networking.k8s.io/v1", "Ingress", "in", ingress)), ["Ingress shop/in"]);
        let gateway = |parents: Value| {
            let rules = json!([{"backendRefs": [{"name": "web", "port": 80}, {"name": "web", "port": 81}]}]);
            let spec = json!({"parentRefs": parents, "rules": rules});
            of(object("gateway.networking.k8s.io/v1", "HTTPRoute", "r", spec))
        };
        assert_eq!(gateway(json!([{"name": "public", "namespace": "gateways"}])), ["HTTPRoute shop/r"]);
        assert!(gateway(json!([{"kind": "Service", "name": "web"}])).is_empty(), "a route of the mesh");
        let istio = |gateways: Value, host: &str| {
            let spec = json!({"gateways": gateways, "http": [{"route": [{"destination": {"host": host}}]}]});
            of(object("networking.istio.io/v1", "VirtualService", "v", spec))
        };
        let unread = istio(json!(["istio-system/public"]), "web");
        assert_eq!(unread, ["VirtualService shop/v"], "a gateway that was not read may carry as far as any");
        assert_eq!(istio(json!(["g"]), "web.shop.svc.cluster.local"), ["VirtualService shop/v"]);
        assert!(istio(json!(["g"]), "web.other").is_empty() && istio(json!(["mesh"]), "web").is_empty());
        let traefik = json!({"routes": [{"services": [{"name": "web"}, {"kind": "TraefikService", "name": "x"}]}]});
        assert_eq!(of(object("traefik.io/v1alpha1", "IngressRoute", "t", traefik)), ["IngressRoute shop/t"]);
        let contour = json!({"tcpproxy": {"services": [{"name": "web"}]}});
        assert_eq!(of(object("projectcontour.io/v1", "HTTPProxy", "c", contour)), ["HTTPProxy shop/c"]);
    }

    #[test]
    fn a_gateway_carries_as_far_as_the_services_in_front_of_it() {
        let front = |kind: &str| {
            let mut front =
                object("v1", "Service", "front", json!({"type": kind, "selector": {"istio": "edge", "a": "b"}}));
            front["metadata"]["labels"] = json!({"gateway.networking.k8s.io/gateway-name": "g"});
            front
        };
        let gateway = object("networking.istio.io/v1", "Gateway", "g", json!({"selector": {"istio": "edge"}}));
        let routes = json!([{"route": [{"destination": {"host": "web"}}]}]);
        let istio = object("networking.istio.io/v1", "VirtualService", "v", json!({"gateways": ["g"], "http": routes}));
        let parent = json!({"parentRefs": [{"name": "g"}], "rules": [{"backendRefs": [{"name": "web"}]}]});
        let route = object("gateway.networking.k8s.io/v1", "HTTPRoute", "r", parent);
        let of = |kind: &str, road: &Value| {
            ways(&[service(json!({"ports": [{"port": 80}]})), gateway.clone(), front(kind), road.clone()], json!({}))
        };
        for road in [&istio, &route] {
            assert_eq!(of("LoadBalancer", road).len(), 1);
            assert!(of("ClusterIP", road).is_empty());
        }
    }

    #[test]
    fn a_port_by_name_has_to_be_a_containers() {
        let lb = || [service(json!({"type": "LoadBalancer", "ports": [{"port": 80, "targetPort": "http"}]}))];
        let pod = |name: &str| json!({"containers": [{"name": "c", "image": "i", "ports": [{"name": name, "containerPort": 1}]}]});
        assert_eq!(ways(&lb(), pod("http")), ["Service shop/web (LoadBalancer)"]);
        assert!(ways(&lb(), pod("metrics")).is_empty());
    }
}
