use super::super::{Check, Hits, Run, SpecCx};
use crate::inventory::Kind;
use crate::inventory::kinds::pod::WindowsOptions;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// `windowsOptions.hostProcess` of pod and container; CIS 5.2.10, Pod Security Standards baseline.
pub static CHECK: Check = Check {
    id: "container.windows-host-process",
    title: "No Windows HostProcess containers",
    severity: Severity::High,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["kubescape:C-0202", "trivy:KSV-0103", "polaris:hostProcess", "kube-bench:5.2.10"],
    why: "A HostProcess container runs directly on the Windows node with the rights of the account it names; nothing \
          stands between the two.",
    remedy: Remedy {
        advice: "Remove hostProcess; keep what must touch the node in a DaemonSet of its own that few may change.",
        fix: Fix::Remove,
        disruption: Disruption::MayBreak,
        try_first: "Find out what the container does to the node: storage and network agents for Windows need this.",
    },
    run: Run::EachSpec(run),
};

const FIELD: &str = "securityContext.windowsOptions.hostProcess";

fn is_host_process(options: &Option<Box<WindowsOptions>>) -> bool {
    options.as_ref().is_some_and(|w| w.host_process == Some(true))
}

fn run(cx: &SpecCx<'_>, hits: &mut Hits) {
    if is_host_process(&cx.pod_context().windows_options) {
        hits.fail(FieldPath::of(FIELD), true, "false, or the field absent").message("runs on the Windows node itself");
    }
    for container in cx.containers().filter(|c| is_host_process(&c.context().windows_options)) {
        let name = container.container.name.as_str();
        hits.about(Some(name));
        hits.fail(container.at(FIELD), true, "false, or the field absent")
            .message(format!("container {name} runs on the Windows node itself"));
    }
}
