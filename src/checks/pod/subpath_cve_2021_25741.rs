use super::super::{Alike, Check, Cx, Hits, Run, SpecCx};
use crate::inventory::{Kind, Version};
use crate::model::{Disruption, Fix, GapReason, Remedy, Severity};

/// No `subPath` is mounted while a kubelet is of a version that CVE-2021-25741 concerns: up to 1.19.14, 1.20.0 to 1.20.10,
/// 1.21.0 to 1.21.4, 1.22.0 and 1.22.1, compared as numbers (pitfall 54). A provider's build may carry the fix all the same.
pub static CHECK: Check = Check {
    id: "pod.subpath-cve-2021-25741",
    title: "subPath mounts cannot leave their volume (CVE-2021-25741)",
    severity: Severity::Medium,
    over: Kind::POD_SPEC,
    needs: &[Kind::Node],
    aliases: &["kubescape:C-0058"],
    why: "These kubelets follow a link that a container swaps in while a subPath is mounted: the container then has files \
          of the node, writable.",
    remedy: Remedy {
        advice: "Upgrade the kubelets to a version with the fix: 1.19.15, 1.20.11, 1.21.5, 1.22.2 or later.",
        fix: Fix::Advice,
        disruption: Disruption::Restarts,
        try_first: "Until then mount whole volumes where the pod's author is not trusted; each node is drained for the upgrade.",
    },
    run: Run::EachAlike(run),
};

/// The first version with the fix, by minor.
const FIXED: [(u32, u32); 4] = [(19, 15), (20, 11), (21, 5), (22, 2)];

fn is_vulnerable(version: Version) -> bool {
    let fixed = FIXED.iter().find(|(minor, _)| *minor == version.minor);
    version.major == 1 && fixed.map_or(version.minor < 19, |(_, patch)| version.patch < *patch)
}

/// A kubelet that it concerns, with its node's name; or why it is not known that there is none.
fn vulnerable_node<'a>(cx: &Cx<'a>) -> Result<Option<(Version, &'a str)>, GapReason> {
    let nodes = cx.nodes();
    match nodes.kubelets.iter().find(|(version, _)| is_vulnerable(**version)) {
        Some((version, node)) => Ok(Some((*version, node))),
        None if nodes.unknown_kubelets => Err(GapReason::Undecodable),
        None => cx.gap(Kind::Node, None).map_or(Ok(None), Err),
    }
}

fn run(cx: &Cx<'_>, _: &Alike<'_>, pod: &SpecCx<'_>, hits: &mut Hits) {
    for container in pod.containers() {
        let name = container.container.name.as_str();
        hits.about(Some(name));
        for (index, mount) in container.container.volume_mounts.iter().enumerate() {
            let (field, sub_path) = match (mount.sub_path.as_str(), mount.sub_path_expr.as_str()) {
                ("", "") => continue,
                ("", expression) => ("subPathExpr", expression),
                (path, _) => ("subPath", path),
            };
            let path = container.at("volumeMounts").item(index, "mountPath", &mount.mount_path).fields(field);
            const EXPECTED: &str = "kubelets with the fix";
            match vulnerable_node(cx) {
                Ok(None) => {}
                Ok(Some((version, node))) => {
                    hits.fail(path, sub_path, EXPECTED).message(format!(
                        "container {name} mounts a subPath at {}, and the kubelet of node {node} is {version}",
                        mount.mount_path
                    ));
                }
                Err(reason) => {
                    hits.unread(path, reason, EXPECTED).message(format!(
                        "container {name} mounts a subPath at {}; not every kubelet's version is known",
                        mount.mount_path
                    ));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pitfall 54: as text, v1.9 would be newer than v1.22 and v1.20.10 older than v1.20.9.
    #[test]
    fn versions_are_compared_as_numbers() {
        let vulnerable = |text: &str| is_vulnerable(text.parse().unwrap());
        for text in ["v1.9.3", "v1.18.20", "v1.19.14", "v1.20.0", "v1.20.10", "v1.21.4-eks-1", "v1.22.1"] {
            assert!(vulnerable(text), "{text}");
        }
        for text in ["v1.19.15", "v1.19.16", "v1.20.11", "v1.21.5", "v1.22.2", "v1.22.10", "v1.36.0"] {
            assert!(!vulnerable(text), "{text}");
        }
    }
}
