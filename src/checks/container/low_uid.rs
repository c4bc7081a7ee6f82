use super::super::{Check, Hits, Run, SpecCx};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// A user or a group in force that is set and not above 10000. Where nothing is set the image decides, which
/// `container.run-as-root` reports. Windows knows no such numbers (pitfall 43).
pub static CHECK: Check = Check {
    id: "container.low-uid",
    title: "Users and groups of containers are above those of nodes",
    severity: Severity::Info,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["trivy:KSV-0020", "trivy:KSV-0021"],
    why: "A number that the node gives to one of its own users owns that user's files, should the container get at them; \
          nodes rarely use numbers above 10000.",
    remedy: Remedy {
        advice: "Choose a user and a group above 10000 that nothing else on the cluster's nodes has.",
        fix: Fix::Set("65532"),
        disruption: Disruption::MayBreak,
        try_first: "Start one replica with it: files of the image and of its volumes belong to the old number.",
    },
    run: Run::EachSpec(run),
};

/// The highest number that nodes are taken to use.
const HIGHEST: i64 = 10_000;
const EXPECTED: &str = "above 10000";

fn run(cx: &SpecCx<'_>, hits: &mut Hits) {
    if cx.spec.is_windows() {
        return;
    }
    let pod = cx.pod_context();
    for (field, word, of_pod) in [("runAsUser", "user", pod.run_as_user), ("runAsGroup", "group", pod.run_as_group)] {
        let at = format!("securityContext.{field}");
        let own = |context: &crate::inventory::kinds::pod::SecurityContext| match field {
            "runAsUser" => context.run_as_user,
            _ => context.run_as_group,
        };
        let inherited = || cx.containers().any(|container| own(container.context()).is_none());
        hits.about(None);
        if let Some(number) = of_pod.filter(|number| *number <= HIGHEST && inherited()) {
            hits.fail(FieldPath::of(&at), number, EXPECTED)
                .message(format!("{word} {number} is set for every container of the pod that names no {word}"));
        }
        for container in cx.containers() {
            let Some(number) = own(container.context()).filter(|number| *number <= HIGHEST) else { continue };
            let name = container.container.name.as_str();
            hits.about(Some(name));
            hits.fail(container.at(&at), number, EXPECTED).message(format!("container {name} runs as {word} {number}"));
        }
    }
}
