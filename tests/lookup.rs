//! What an alert raises, answered on the demo and on roles made by hand.

#![allow(clippy::unwrap_used, missing_docs)]

use plimsoll::inventory::{Inventory, Medium, Question, Version, resource_name};
use plimsoll::model::ObjectRef;
use plimsoll::sources::demo;
use plimsoll::sources::files::Loader;
use std::sync::LazyLock;

static DEMO: LazyLock<Inventory> = LazyLock::new(|| demo::load().0);

fn told(inventory: &Inventory, question: &Question) -> String {
    let answer = inventory.answer(question, inventory.newest());
    let mut text = format!("{}\n", answer.columns.join(" | "));
    for row in &answer.rows {
        text.push_str(row.cells.join(" | ").trim_end());
        text.push('\n');
    }
    answer.notes.iter().for_each(|note| text.push_str(&format!("({note})\n")));
    text
}

#[test]
fn answers_on_the_demo() {
    let shop = ObjectRef::new("apps/v1", "DaemonSet", Some("monitoring"), "node-exporter");
    for (name, question) in [
        ("pod", Question::Pod("health".into())),
        ("image", Question::Image("prometheus".into())),
        ("node", Question::Node("worker-1".into())),
        ("account", Question::Account(Some("monitoring".into()), "prometheus".into())),
        ("pods", Question::Pods(shop)),
        ("who-can-secrets", Question::WhoCan("get".into(), "secrets".into(), Some("shop".into()))),
        ("who-can-exec", Question::WhoCan("create".into(), "pods/exec".into(), None)),
        ("recent", Question::Recent(7 * 86_400)),
    ] {
        insta::assert_snapshot!(name, told(&DEMO, &question));
    }
}

fn manifests(text: &str) -> Inventory {
    let mut loader = Loader::new(Medium::Files, Version::NEWEST, Some("shop"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.yaml");
    std::fs::write(&file, text).unwrap();
    loader.path(&file).unwrap();
    loader.finish().0
}

fn who(text: &str, verb: &str, resource: &str, namespace: Option<&str>) -> Vec<String> {
    let inventory = manifests(text);
    let question = Question::WhoCan(verb.into(), resource_name(resource).into(), namespace.map(Into::into));
    inventory.answer(&question, 0).rows.iter().map(|row| row.cells.get(..2).unwrap().join(", ")).collect()
}

const ROLES: &str = "
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
rules:
- {apiGroups: [''], resources: [secrets, nodes], verbs: [get, list]}
- {apiGroups: [''], resources: [configmaps], resourceNames: [one], verbs: [get, create]}
- {apiGroups: [''], resources: ['pods/*'], verbs: ['*']}
- {apiGroups: [apps], resources: ['*'], verbs: [delete]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: read, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}
subjects:
- {kind: ServiceAccount, name: web, namespace: shop}
- {kind: Group, name: devs, apiGroup: rbac.authorization.k8s.io}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: read-all}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}
subjects:
- {kind: User, name: ana, apiGroup: rbac.authorization.k8s.io}
";

#[test]
fn who_can_follows_rbac() {
    let all = ["Group devs, in shop", "ServiceAccount shop/web, in shop", "User ana, cluster-wide"];
    assert_eq!(who(ROLES, "get", "secret", None), all);
    assert_eq!(who(ROLES, "get", "secrets", Some("shop")), all);
    assert_eq!(who(ROLES, "get", "secrets", Some("pay")), ["User ana, cluster-wide"]);
    assert_eq!(
        who(ROLES, "get", "nodes", None),
        ["User ana, cluster-wide"],
        "no RoleBinding grants what has no namespace"
    );
    assert_eq!(who(ROLES, "delete", "secrets", None), Vec::<String>::new(), "everything of another group");
    assert_eq!(who(ROLES, "delete", "deploy", Some("pay")), ["User ana, cluster-wide"]);
    assert_eq!(who(ROLES, "delete", "widgets.apps", Some("pay")), ["User ana, cluster-wide"]);
    assert_eq!(who(ROLES, "get", "cm", Some("pay")), ["User ana, cluster-wide, by name only"]);
    assert_eq!(who(ROLES, "create", "cm", None), Vec::<String>::new(), "a request to create has no name");
    assert_eq!(who(ROLES, "create", "po/exec", Some("pay")), ["User ana, cluster-wide"]);
}

#[test]
fn facts_have_the_labels_of_owners_and_of_their_pods() {
    let (demo, _) = plimsoll::sources::demo::load();
    let facts = demo.facts(demo.newest());
    let workloads = demo.workloads();
    assert!(!workloads.is_empty());
    for workload in workloads {
        let known = facts.get(&workload.owner).unwrap();
        assert!(workload.labels.iter().all(|(key, value)| known.label(key) == Some(value)));
        assert!(workload.pod_labels.keys().all(|key| known.label(key).is_some()));
    }
    assert!(facts.keys().any(|object| &*object.kind == "ServiceAccount"));
}
