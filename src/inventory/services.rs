//! Which Services lead to a pod, and how far they carry.

use super::Inventory;
use super::kinds::cluster::Service;
use super::kinds::meta::Map;
use std::collections::BTreeMap;

/// Annotations by which load balancers stay inside the provider's network: key, value (lower case). An empty value
/// stands for any that is not "false".
const INTERNAL: [(&str, &str); 12] = [
    ("service.beta.kubernetes.io/aws-load-balancer-internal", ""),
    ("service.beta.kubernetes.io/aws-load-balancer-scheme", "internal"),
    ("service.beta.kubernetes.io/azure-load-balancer-internal", "true"),
    ("networking.gke.io/load-balancer-type", "internal"),
    ("cloud.google.com/load-balancer-type", "internal"),
    ("service.beta.kubernetes.io/openstack-internal-load-balancer", "true"),
    ("service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type", "private"),
    ("service.beta.kubernetes.io/oci-load-balancer-internal", "true"),
    ("service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type", "intranet"),
    ("service.beta.kubernetes.io/do-loadbalancer-network", "internal"),
    ("service.beta.kubernetes.io/scw-loadbalancer-private", "true"),
    ("service.kubernetes.io/qcloud-loadbalancer-internal-subnetid", ""),
];

/// The controller that makes AWS load balancers internal unless it is told otherwise: by class, or by this annotation.
const AWS_CONTROLLER: &str = "service.k8s.aws/nlb";
const AWS_TYPE: &str = "service.beta.kubernetes.io/aws-load-balancer-type";
const AWS_SCHEME: &str = "service.beta.kubernetes.io/aws-load-balancer-scheme";

/// Load balancers whose addresses are private to a network of their own.
const PRIVATE_CLASSES: [&str; 1] = ["tailscale"];

/// How far a Service carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Carries {
    /// Inside the cluster.
    Cluster,
    /// To a port of every node.
    Node,
    /// To a load balancer of the provider's network.
    Internal,
    /// To a load balancer that anybody may reach, or whoever is in its source ranges.
    Outside,
}

impl Service {
    /// Whether it selects pods with these labels: a Service without a selector selects none (pitfall 37).
    pub fn selects(&self, pod: &Map) -> bool {
        let selector = &self.spec.selector;
        self.spec.r#type != "ExternalName"
            && !selector.is_empty()
            && selector.iter().all(|(key, value)| pod.get(key) == Some(value))
    }

    /// How far it carries; a headless one no further than any other.
    pub fn carries(&self) -> Carries {
        match self.spec.r#type.as_str() {
            "ExternalName" => Carries::Cluster,
            "LoadBalancer" if !self.is_internal() => Carries::Outside,
            _ if !self.spec.external_ips.is_empty() => Carries::Outside,
            "LoadBalancer" => Carries::Internal,
            "NodePort" => Carries::Node,
            _ => Carries::Cluster,
        }
    }

    /// Whether its load balancer stays inside the provider's network, by annotation or by its class.
    pub fn is_internal(&self) -> bool {
        let annotation = |key: &str| self.meta.annotations.get(key).map(|value| value.to_ascii_lowercase());
        let class = self.spec.load_balancer_class.as_deref().unwrap_or_default();
        let aws = class == AWS_CONTROLLER || annotation(AWS_TYPE).is_some_and(|t| t == "external" || t == "nlb-ip");
        let internal = |(key, wanted): &(&str, &str)| {
            annotation(key).is_some_and(|value| if wanted.is_empty() { value != "false" } else { value == *wanted })
        };
        PRIVATE_CLASSES.contains(&class)
            || INTERNAL.iter().any(internal)
            || (aws && annotation(AWS_SCHEME).is_none_or(|scheme| scheme != "internet-facing"))
    }
}

/// Services by namespace.
#[derive(Debug)]
pub struct Services<'a> {
    by_namespace: BTreeMap<&'a str, Vec<&'a Service>>,
}

impl<'a> Services<'a> {
    /// Indexes those of an inventory.
    pub fn new(inventory: &'a Inventory) -> Self {
        let mut by_namespace: BTreeMap<&str, Vec<&Service>> = BTreeMap::new();
        for service in inventory.services.values() {
            by_namespace.entry(&service.meta.namespace).or_default().push(service);
        }
        Self { by_namespace }
    }

    /// By name.
    pub fn named(&self, namespace: &str, name: &str) -> Option<&'a Service> {
        let here = self.by_namespace.get(namespace).map_or(&[][..], Vec::as_slice);
        here.iter().copied().find(|service| service.meta.name == name)
    }

    /// Those that select pods with these labels.
    pub fn of(&self, namespace: &str, pod: &Map) -> impl Iterator<Item = &'a Service> {
        let here = self.by_namespace.get(namespace).map_or(&[][..], Vec::as_slice);
        here.iter().copied().filter(|service| service.selects(pod))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn service(spec: Value, annotations: Value) -> Service {
        serde_json::from_value(json!({"metadata": {"name": "s", "annotations": annotations}, "spec": spec})).unwrap()
    }

    /// Pitfall 37.
    #[test]
    fn without_a_selector_nothing_is_selected() {
        let labels: Map = [("app".to_owned(), "web".to_owned())].into();
        assert!(service(json!({"selector": {"app": "web"}}), json!({})).selects(&labels));
        assert!(!service(json!({}), json!({})).selects(&labels));
        assert!(!service(json!({"selector": {"app": "web", "tier": "a"}}), json!({})).selects(&labels));
        assert!(!service(json!({"type": "ExternalName", "selector": {"app": "web"}}), json!({})).selects(&labels));
    }

    #[test]
    fn carries_as_far_as_its_load_balancer() {
        let of = |spec, annotations| service(spec, annotations).carries();
        assert_eq!(of(json!({"type": "ClusterIP", "clusterIP": "None"}), json!({})), Carries::Cluster);
        assert_eq!(of(json!({"externalIPs": ["192.0.2.1"]}), json!({})), Carries::Outside);
        assert_eq!(of(json!({"type": "NodePort"}), json!({})), Carries::Node);
        assert_eq!(of(json!({"type": "LoadBalancer"}), json!({})), Carries::Outside);
        let internal = json!({"service.beta.kubernetes.io/aws-load-balancer-internal": "0.0.0.0/0"});
        assert_eq!(of(json!({"type": "LoadBalancer"}), internal), Carries::Internal);
        let gke = json!({"networking.gke.io/load-balancer-type": "Internal"});
        assert_eq!(of(json!({"type": "LoadBalancer"}), gke), Carries::Internal);
        let nlb = json!({"type": "LoadBalancer", "loadBalancerClass": "service.k8s.aws/nlb"});
        assert_eq!(of(nlb.clone(), json!({})), Carries::Internal, "this controller's default");
        let facing = json!({"service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing"});
        assert_eq!(of(nlb, facing), Carries::Outside);
        assert_eq!(of(json!({"type": "NodePort", "externalIPs": ["192.0.2.1"]}), json!({})), Carries::Outside);
    }
}
