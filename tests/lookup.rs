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
    let of = |kind: &str, namespace: &str, name: &str| ObjectRef::new("apps/v1", kind, Some(namespace), name);
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
        ("reach", Question::Reach(of("DaemonSet", "monitoring", "node-exporter"))),
        ("reach-account", Question::Reach(ObjectRef::new("v1", "ServiceAccount", Some("monitoring"), "prometheus"))),
        ("reach-deployment", Question::Reach(of("Deployment", "default", "health-check"))),
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

const WEB: &str = "
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      containers: [{name: app, image: i, ports: [{name: http, containerPort: 8080, hostPort: 80}]}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, namespace: shop}
automountServiceAccountToken: false
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, namespace: shop}
spec: {rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: out, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.169.254/32]}}]}]
---
";

#[test]
fn reach_goes_from_the_ingress_to_the_secrets_and_out() {
    let inventory = manifests(&format!("{WEB}{ROLES}"));
    let web = ObjectRef::new("apps/v1", "Deployment", Some("shop"), "web");
    insta::assert_snapshot!("reach-web", told(&inventory, &Question::Reach(web)));
}

fn vulnerabilities(labels: &str, counts: &str, time: &str) -> String {
    format!(
        "apiVersion: aquasecurity.github.io/v1alpha1\nkind: VulnerabilityReport\nmetadata: {{name: r-{time}, namespace: shop, labels: {{{labels}}}}}\n\
         report: {{updateTimestamp: '2026-01-0{time}T00:00:00Z', summary: {{{counts}}}}}\n---\n"
    )
}

#[test]
fn trivy_operators_counts_are_those_of_the_top_owner() {
    let label = |kind: &str, name: &str, container: &str| {
        format!(
            "trivy-operator.resource.kind: {kind}, trivy-operator.resource.name: {name}, trivy-operator.resource.namespace: shop, trivy-operator.container.name: {container}"
        )
    };
    let set = "apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: web-1, namespace: shop, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: x, controller: true}]}\nspec: {selector: {}}\n---\n";
    let reports = [
        vulnerabilities(&label("ReplicaSet", "web-1", "app"), "criticalCount: 9, highCount: 9", "1"),
        vulnerabilities(&label("ReplicaSet", "web-1", "app"), "criticalCount: 2, highCount: 5, lowCount: 1", "2"),
        vulnerabilities(&label("ReplicaSet", "other-1", "app"), "criticalCount: 70", "3"),
        vulnerabilities(&label("Deployment", "web", "side"), "mediumCount: 3", "4"),
    ];
    let inventory = manifests(&format!("{WEB}{set}{}", reports.concat()));
    let web = ObjectRef::new("apps/v1", "Deployment", Some("shop"), "web");
    let now = 1_767_571_200; // 2026-01-05
    let answer = inventory.answer(&Question::Vulnerabilities(web), now);
    let rows: Vec<String> = answer.rows.iter().map(|row| row.cells.join(" ")).collect();
    assert_eq!(rows, ["app 2 5 0 1 0 3d", "side 0 0 3 0 0 1d"]);
    assert_eq!(answer.notes, ["As Trivy Operator counted them; plimsoll scans no images."]);
    let other = inventory.answer(&Question::Vulnerabilities(ObjectRef::new("v1", "Pod", Some("shop"), "x")), now);
    assert_eq!(other.notes, ["Trivy Operator has no report about it."]);
    let none = manifests(WEB).answer(&Question::Vulnerabilities(ObjectRef::new("v1", "Pod", Some("x"), "x")), now);
    assert!(none.rows.is_empty() && none.notes.len() == 1, "{:?}", none.notes);
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
