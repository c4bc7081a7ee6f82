//! What looks at nodes from inside the cluster: a Job for each, in a namespace of its own. Pure: the objects, and what
//! plimsoll's own checks say of them. `live` creates and removes them.

use super::files::Loader;
use crate::checks;
use crate::engine::{Engine, NoExemptions, Times};
use crate::frameworks::Pack;
use crate::inventory::{Medium, Version, yaml};
use crate::model::FindingStatus;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::Duration;

/// The namespace, where no other name was made for one run.
pub const NAMESPACE: &str = "plimsoll-nodes";
/// How long a Job may take, the pulling of its image included, where nothing else was asked for.
pub const DEADLINE: Duration = Duration::from_secs(180);
/// How long removing may take before it is left to the cluster, where nothing else was asked for.
pub const REMOVAL: Duration = Duration::from_secs(60);
/// Seconds after which what is left of a Job goes by itself, where nobody could remove it.
const KEPT: u32 = 600;
/// The container and its program.
const PROGRAM: &str = "plimsoll-node";

/// What is created.
#[derive(Clone, Debug)]
pub struct Collector {
    /// The namespace that holds all of it.
    pub namespace: String,
    /// The image, with `/plimsoll-node` in it.
    pub image: String,
    /// Nodes to look at.
    pub nodes: Vec<String>,
    /// The server's version: it knows fields or does not.
    pub version: Version,
    /// How long a Job may take.
    pub deadline: Duration,
    /// How long removing may take.
    pub removal: Duration,
}

/// The name of a node's Job: of the node's own, where that fits.
pub fn job_name(node: &str) -> String {
    let short = |c: char| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' };
    let name: String = node.chars().map(short).take(40).collect();
    let sum: String = Sha256::digest(node.as_bytes()).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("node-{}-{sum}", name.trim_matches('-'))
}

impl Collector {
    /// Of these nodes, with the usual patience.
    pub fn new(image: impl Into<String>, nodes: Vec<String>, version: Version) -> Self {
        let (namespace, image) = (NAMESPACE.to_owned(), image.into());
        Self { namespace, image, nodes, version, deadline: DEADLINE, removal: REMOVAL }
    }

    /// The objects, in the order in which they are created: what is not of one node, then a Job a node.
    pub fn objects(&self) -> Vec<Value> {
        let meta = |name: &str| json!({"name": name, "namespace": self.namespace, "labels": labels()});
        let mut objects = vec![
            json!({
                "apiVersion": "v1", "kind": "Namespace",
                "metadata": {"name": self.namespace, "labels": {
                    "app.kubernetes.io/name": "plimsoll",
                    // a hostPath is more than baseline allows
                    "pod-security.kubernetes.io/enforce": "privileged",
                }},
            }),
            json!({
                "apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta(PROGRAM),
                "automountServiceAccountToken": false,
            }),
            json!({
                "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": meta("no-network"),
                "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
            }),
        ];
        objects.extend(self.nodes.iter().map(|node| self.job(node)));
        objects
    }

    /// The Job of a node.
    pub fn job(&self, node: &str) -> Value {
        let mut mount = json!({"name": "host", "mountPath": "/host", "readOnly": true});
        // what is mounted below the root is read-only too, where the server and the runtime know how
        if let (true, Some(fields)) = (self.version.at_least(31), mount.as_object_mut()) {
            fields.insert("recursiveReadOnly".into(), "IfPossible".into());
        }
        json!({
            "apiVersion": "batch/v1", "kind": "Job",
            "metadata": {"name": job_name(node), "namespace": self.namespace, "labels": labels()},
            "spec": {
                "backoffLimit": 0, "activeDeadlineSeconds": self.deadline.as_secs().max(1), "ttlSecondsAfterFinished": KEPT,
                "template": {
                    "metadata": {"labels": labels(), "annotations": {"plimsoll/node": node}},
                    "spec": {
                        "nodeName": node, "restartPolicy": "Never", "terminationGracePeriodSeconds": 1,
                        "tolerations": [{"operator": "Exists"}],
                        "serviceAccountName": PROGRAM, "automountServiceAccountToken": false, "enableServiceLinks": false,
                        "securityContext": {"runAsUser": 0, "runAsGroup": 0, "seccompProfile": {"type": "RuntimeDefault"}},
                        "containers": [{
                            "name": PROGRAM, "image": self.image, "imagePullPolicy": "IfNotPresent",
                            "command": ["/plimsoll-node"], "args": ["--root=/host", format!("--name={node}")],
                            "resources": {
                                "requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"cpu": "500m", "memory": "256Mi"},
                            },
                            "securityContext": {
                                "privileged": false, "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
                                "capabilities": {"drop": ["ALL"], "add": ["DAC_READ_SEARCH"]},
                            },
                            "volumeMounts": [mount],
                        }],
                        "volumes": [{"name": "host", "hostPath": {"path": "/", "type": "Directory"}}],
                    },
                },
            },
        })
    }

    /// The manifests, with what they are for and what plimsoll's own checks say of them above.
    ///
    /// # Errors
    /// A pack that cannot be read: none that is shipped.
    pub fn print(&self, packs: &[Pack]) -> Result<String, String> {
        let mut text = String::new();
        let nodes = if self.nodes.len() == 1 { "1 node".to_owned() } else { format!("{} nodes", self.nodes.len()) };
        let ns = &self.namespace;
        let mut said = vec![
            format!(
                "plimsoll looks at {nodes}: a Job each reads modes and owners of files, ends of certificates and flags of \
                 Kubernetes' processes, and writes one JSON document to its log. It sees the node's root read-only, has no \
                 token and no network, and ends after {} s.",
                self.deadline.as_secs().max(1)
            ),
            "`plimsoll collect nodes --apply` creates this, reads the logs and removes it. By hand: apply this, then"
                .into(),
            format!("  kubectl logs -n {ns} -l app.kubernetes.io/name=plimsoll > f.json"),
            format!("  kubectl delete namespace {ns}"),
            "  plimsoll scan --node-facts f.json".into(),
            String::new(),
        ];
        said.extend(self.explained(packs)?);
        for line in said.iter().flat_map(|paragraph| comment(paragraph)) {
            let _ = writeln!(text, "{line}");
        }
        for object in self.objects() {
            text.push_str("---\n");
            text.push_str(&yaml::print(&object));
        }
        Ok(text)
    }

    /// What plimsoll's own checks say of it: for each reason the checks that fail for it.
    ///
    /// # Errors
    /// As [`Collector::print`].
    pub fn explained(&self, packs: &[Pack]) -> Result<Vec<String>, String> {
        let failing = self.failing(packs)?;
        let mut lines = vec!["What plimsoll's own checks say of it, and why it is so:".to_owned()];
        let reasons = WHY.iter().map(|(why, _)| *why).chain([UNKNOWN]);
        lines.extend(reasons.filter_map(|reason| {
            let checks: Vec<&str> = failing.iter().copied().filter(|check| why(check) == reason).collect();
            (!checks.is_empty()).then(|| format!("- {}: {reason}", checks.join(", ")))
        }));
        Ok(lines)
    }

    /// Checks that fail on the objects of one node.
    fn failing(&self, packs: &[Pack]) -> Result<BTreeSet<&'static str>, String> {
        let one = Self { nodes: self.nodes.iter().take(1).cloned().collect(), ..self.clone() };
        let mut loader = Loader::new(Medium::Files, self.version, None);
        for object in one.objects() {
            loader.text("collector", &object.to_string())?;
        }
        let (inventory, _) = loader.finish();
        let editions: Vec<_> = packs.iter().map(|pack| pack.edition(&pack.newest(), self.version)).collect();
        let times = Times { started: "1970-01-01T00:00:00Z".into(), finished: "1970-01-01T00:00:00Z".into() };
        let report = Engine::default().evaluate(&inventory, &editions, &NoExemptions, true, times);
        let failing = report.findings.rows().filter(|finding| finding.status() == FindingStatus::Fail);
        Ok(failing.filter_map(|finding| checks::find(finding.check())).map(|check| check.id).collect())
    }
}

/// A paragraph as comments that fit a terminal of eighty columns; what is indented is a command and stays whole.
fn comment(paragraph: &str) -> Vec<String> {
    if paragraph.starts_with(' ') {
        return vec![format!("#{paragraph}")];
    }
    let mut lines = vec!["#".to_owned()];
    for word in paragraph.split_whitespace() {
        let full = lines.last().is_some_and(|line| line.len() > 1 && line.len() + 1 + word.len() > 78);
        if full {
            lines.push(if paragraph.starts_with('-') { "#  ".to_owned() } else { "#".to_owned() });
        }
        if let Some(line) = lines.last_mut() {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines
}

fn labels() -> Value {
    json!({"app.kubernetes.io/name": "plimsoll", "app.kubernetes.io/component": "node"})
}

/// Why the collector does what checks refuse.
const WHY: &[(&str, &[&str])] = &[
    (
        "the files of the node are what it looks at, and flags may name any path; read-only. A socket below is out of reach \
         of nobody who is root, so that you should know the image that you give it",
        &["pod.host-path", "pod.host-path-sensitive", "pod.runtime-socket", "pod.volume-types"],
    ),
    (
        "most of these files are root's alone",
        &[
            "container.low-uid",
            "container.root-group",
            "container.run-as-root",
            "container.run-as-user-zero",
            "pss.run-as-non-root",
        ],
    ),
    (
        "DAC_READ_SEARCH reads what others than root own; it has no other capability",
        &[
            "container.cap-add-baseline",
            "container.cap-add-restricted",
            "container.cap-dangerous",
            "container.cap-drop-all",
        ],
    ),
    (
        "no profile but privileged lets a pod see the node's files; the namespace lives for minutes",
        &["ns.pss-enforce", "ns.pss-restricted"],
    ),
    ("every node is looked at, those of the control plane first of all", &["pod.tolerate-control-plane"]),
    (
        "its pods have limits of their own, and the namespace lives for minutes",
        &["ns.limit-range", "ns.resource-quota"],
    ),
    (
        "the image is yours: name it by its digest",
        &["container.image-digest", "container.image-latest", "container.image-pull-policy"],
    ),
];

const UNKNOWN: &str = "no reason is known: look at it with plimsoll explain before you go on";

fn why(check: &str) -> &'static str {
    WHY.iter().find(|(_, checks)| checks.contains(&check)).map_or(UNKNOWN, |(why, _)| *why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frameworks::embedded;

    fn collector(image: &str) -> Collector {
        let nodes = vec!["worker-1".to_owned(), "ip-10-0-0-1.eu-west-1.compute.internal".to_owned()];
        Collector::new(image, nodes, Version::NEWEST)
    }

    fn pinned_image() -> String {
        format!("ghcr.io/acme/node@sha256:{}", "a".repeat(64))
    }

    #[test]
    fn every_check_that_refuses_it_has_its_reason() {
        let packs = embedded().unwrap();
        let failing = collector("plimsoll-node").failing(&packs).unwrap();
        assert!(failing.contains("pod.host-path") && failing.contains("container.run-as-root"));
        let unknown: Vec<_> = failing.iter().filter(|check| why(check) == UNKNOWN).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
        let refused = ["container.privileged", "pod.host-pid", "pod.host-network", "pod.sa-token-automount"];
        let printed = collector(&pinned_image()).print(&packs).unwrap();
        assert!(printed.lines().filter(|line| line.starts_with('#')).all(|line| line.len() <= 80), "{printed}");
        assert!(refused.iter().all(|check| !failing.contains(check)), "{failing:?}");
        assert!(!collector(&pinned_image()).failing(&packs).unwrap().contains("container.image-digest"));
    }

    #[test]
    fn names_of_jobs_fit_and_differ() {
        let long = format!("{}.example", "node".repeat(60));
        let names = [job_name("a.b"), job_name("a-b"), job_name(&long), job_name(&format!("{long}x"))];
        assert!(names.iter().all(|name| name.len() <= 63), "{names:?}");
        assert!(names.iter().collect::<BTreeSet<_>>().len() == 4, "{names:?}");
    }

    #[test]
    fn older_servers_are_given_no_field_that_they_do_not_know() {
        let old = Collector { version: "1.29".parse().unwrap(), ..collector("i") };
        assert!(!old.job("n").to_string().contains("recursiveReadOnly"));
        assert!(collector("i").job("n").to_string().contains("recursiveReadOnly"));
    }
}
