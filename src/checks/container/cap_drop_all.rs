use super::super::{Check, ContainerCx, Hits, Run};
use super::capabilities::drops;
use crate::inventory::Kind;
use crate::model::{Disruption, Fix, Remedy, Severity};
use serde_json::Value;

/// `capabilities.drop` holds ALL, written so (pitfall 6); CIS 5.2.9, Pod Security Standards restricted.
pub static CHECK: Check = Check {
    id: "container.cap-drop-all",
    title: "Containers drop all capabilities",
    severity: Severity::Medium,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &[
        "kubescape:C-0201",
        "trivy:KSV-0003",
        "polaris:insecureCapabilities",
        "trivy:KSV-0004",
        "kube-bench:5.2.9",
    ],
    why: "A runtime starts a container with a dozen parts of root. Few programs need one; what is not dropped is there \
          for whoever breaks in.",
    remedy: Remedy {
        advice: "Drop ALL and add back only what the program proves to need.",
        fix: Fix::Append("\"ALL\""),
        disruption: Disruption::MayBreak,
        try_first: "Run one replica and watch for 'operation not permitted': changing a file's owner, switching user \
                    and ports below 1024 need a capability.",
    },
    run: Run::EachContainer(run),
};

fn run(cx: &ContainerCx<'_>, hits: &mut Hits) {
    if !cx.pod.linux_fields_apply() || cx.dropped().iter().any(|name| name == "ALL") {
        return;
    }
    let dropped = if cx.dropped().is_empty() { Value::Null } else { Value::from(cx.dropped()) };
    let hit = hits.fail(cx.at("securityContext.capabilities.drop"), dropped, "a list with ALL");
    let name = &cx.container.name;
    if drops(cx, "ALL") {
        hit.message(format!(
            "container {name} does not write ALL in capitals: runtimes drop all the same, Pod Security Standards refuse it"
        ))
        .severity(Severity::Low);
    } else {
        hit.message(format!("container {name} does not drop all capabilities"));
    }
}
