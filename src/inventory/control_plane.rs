//! The control plane, as far as the API shows it: the flags of static pods.

use super::flags::Flags;
use super::kinds::pod::PodSpec;
use super::{Inventory, Kind, PodRow};
use crate::model::FieldPath;

/// Where static control-plane pods live. OpenShift and hosted control planes keep theirs elsewhere and say what counts
/// in other places than flags: those are not seen.
pub const NAMESPACE: &str = "kube-system";

/// What runs as a static pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Component {
    /// kube-apiserver.
    ApiServer,
    /// kube-controller-manager.
    ControllerManager,
    /// kube-scheduler.
    Scheduler,
    /// etcd.
    Etcd,
}

impl Component {
    const ALL: [Self; 4] = [Self::ApiServer, Self::ControllerManager, Self::Scheduler, Self::Etcd];

    /// The program, which is also the value of the label `component`.
    pub fn program(self) -> &'static str {
        match self {
            Self::ApiServer => "kube-apiserver",
            Self::ControllerManager => "kube-controller-manager",
            Self::Scheduler => "kube-scheduler",
            Self::Etcd => "etcd",
        }
    }
}

/// A component in a pod.
#[derive(Clone, Debug)]
pub struct Process<'a> {
    /// Which one.
    pub component: Component,
    /// Its pod.
    pub pod: &'a PodRow,
    /// Its container there; others are sidecars.
    pub container: &'a str,
    /// What it was started with; paths from the pod's root.
    pub flags: Flags,
}

/// The components that were seen: every replica.
#[derive(Clone, Debug, Default)]
pub struct ControlPlane<'a>(Vec<Process<'a>>);

impl<'a> ControlPlane<'a> {
    /// Looks for them.
    pub fn new(inventory: &'a Inventory) -> Self {
        // the manifest of a static pod may leave its namespace to the kubelet
        let unplaced =
            inventory.unplaced.iter().filter(|(kind, (place, _))| *kind == Kind::Pod && **place != *NAMESPACE);
        let unplaced = unplaced.filter_map(|(_, (namespace, name))| inventory.pods.get((namespace, name)));
        let pods = inventory.pods.of(NAMESPACE).chain(unplaced).filter(|pod| !pod.ended);
        let scope = &inventory.scope.namespaces;
        let selected = pods
            .filter(|pod| scope.is_empty() || scope.contains(&pod.namespace))
            .filter(|pod| inventory.selects(&pod.labels));
        Self(
            selected
                .flat_map(|pod| Component::ALL.into_iter().filter_map(|component| process(component, pod)))
                .collect(),
        )
    }

    /// The replicas of a component.
    pub fn of(&self, component: Component) -> impl Iterator<Item = &Process<'a>> + Clone {
        self.0.iter().filter(move |process| process.component == component)
    }
}

fn process(component: Component, pod: &PodRow) -> Option<Process<'_>> {
    let program = component.program();
    let labelled = ["component", "k8s-app"].iter().any(|label| pod.labels.get(label).is_some_and(|l| l == program));
    let (container, flags) = flags_of(&pod.spec, &FieldPath::of("spec"), program, labelled)?;
    Some(Process { component, pod, container, flags })
}

/// The container of a PodSpec that runs a program, and its flags.
pub fn flags_of<'s>(spec: &'s PodSpec, at: &FieldPath, program: &str, expected: bool) -> Option<(&'s str, Flags)> {
    let containers = at.clone().fields("containers");
    let alone = spec.containers.len() == 1;
    spec.containers.iter().enumerate().find_map(|(index, container)| {
        let expected = expected && (alone || container.name == program);
        let path = containers.clone().named(index, &container.name);
        Some((container.name.as_str(), Flags::of_container(container, &path, program, expected)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{Medium, Object, Version};
    use serde_json::{Value, json};

    fn pod(namespace: &str, name: &str, labels: Value, containers: Value) -> Object {
        let metadata = json!({"name": name, "namespace": namespace, "labels": labels});
        Object::from_json(Kind::Pod, json!({"metadata": metadata, "spec": {"containers": containers}})).unwrap()
    }

    fn names(objects: Vec<Object>, component: Component) -> Vec<String> {
        let mut inventory = Inventory::new(Medium::Cluster, Version::NEWEST);
        objects.into_iter().for_each(|object| inventory.upsert(object));
        ControlPlane::new(&inventory).of(component).map(|p| format!("{}/{}", p.pod.name, p.container)).collect()
    }

    #[test]
    fn replicas_are_found_by_what_they_run() {
        let label = json!({"component": "kube-apiserver", "tier": "control-plane"});
        let sidecar = json!([
            {"name": "kms", "command": ["kms-plugin", "--listen=/s"]},
            {"name": "server", "command": ["/hyperkube", "kube-apiserver", "--profiling=false"]},
        ]);
        let plain = json!([{"name": "x", "command": ["kube-apiserver"]}]);
        let etcdctl = json!([{"name": "backup", "command": ["etcdctl", "snapshot", "save"]}]);
        let found = names(
            vec![
                pod("kube-system", "kube-apiserver-a", label.clone(), sidecar),
                pod("kube-system", "no-labels", json!({}), plain.clone()),
                pod("shop", "elsewhere", label, plain),
                pod("kube-system", "backup", json!({"component": "etcd"}), etcdctl),
            ],
            Component::ApiServer,
        );
        assert_eq!(found, ["kube-apiserver-a/server", "no-labels/x"]);
    }

    #[test]
    fn an_image_that_starts_the_program_is_known_by_the_label() {
        let args = json!([{"name": "c", "args": ["--profiling=false"]}]);
        let talos = pod("kube-system", "kube-scheduler-a", json!({"k8s-app": "kube-scheduler"}), args.clone());
        assert_eq!(names(vec![talos], Component::Scheduler), ["kube-scheduler-a/c"]);
        assert_eq!(names(vec![pod("kube-system", "a", json!({}), args)], Component::Scheduler), Vec::<String>::new());
    }
}
