use super::super::{Check, ContainerCx, Hits, Run};
use super::capabilities::normal;
use crate::inventory::Kind;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// No capability is added that leads out of the container or past its neighbours' walls, in whatever spelling a runtime takes
/// (pitfall 6). Critical for those that are as good as root of the node. Windows has no capabilities (pitfall 43).
pub static CHECK: Check = Check {
    id: "container.cap-dangerous",
    title: "Containers add no capability that leads to the node",
    severity: Severity::Critical,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &[
        "kubescape:C-0046",
        "trivy:KSV-0005",
        "trivy:KSV-0119",
        "trivy:KSV-0120",
        "polaris:dangerousCapabilities",
    ],
    why: "These parts of root reach past the container: into the kernel, the node's network, its disks or the memory of other \
          processes.",
    remedy: Remedy {
        advice: "Remove the capability; what cannot do without belongs into an agent of its own that few may change.",
        fix: Fix::Remove,
        disruption: Disruption::MayBreak,
        try_first: "Find the call that needs it: run one replica without and watch for 'operation not permitted'.",
    },
    run: Run::EachContainer(run),
};

/// The capabilities, with what each opens and whether it is as good as root of the node.
const DANGEROUS: [(&str, &str, bool); 17] = [
    ("ALL", "every part of root", true),
    ("BPF", "programs in the kernel", true),
    ("SYS_ADMIN", "mounts, namespaces and much else of the kernel", true),
    ("SYS_MODULE", "kernel modules", true),
    ("SYS_PTRACE", "the memory of other processes", true),
    ("SYS_RAWIO", "the node's memory and disks", true),
    ("CHECKPOINT_RESTORE", "the state of other processes", false),
    ("DAC_READ_SEARCH", "every file of the node, by its handle", false),
    ("MAC_ADMIN", "the rules of SELinux and AppArmor", false),
    ("MAC_OVERRIDE", "what SELinux and AppArmor forbid", false),
    ("NET_ADMIN", "interfaces, routes and firewalls", false),
    ("NET_RAW", "forged packets", false),
    ("PERFMON", "what the kernel and other processes do", false),
    ("SETPCAP", "other capabilities", false),
    ("SYS_BOOT", "the node's restart", false),
    ("SYSLOG", "the kernel's log and its addresses", false),
    ("SYS_TIME", "the node's clock", false),
];

fn run(cx: &ContainerCx<'_>, hits: &mut Hits) {
    if cx.pod.spec.is_windows() {
        return;
    }
    for (index, name) in cx.added().iter().enumerate() {
        let normal = normal(name);
        let Some((_, what, root)) = DANGEROUS.iter().find(|(known, ..)| *known == normal) else { continue };
        let severity = if *root { Severity::Critical } else { Severity::High };
        hits.fail(cx.at("securityContext.capabilities.add").index(index), name.as_str(), "not in the list")
            .message(format!("container {} adds {name}: {what}", cx.container.name))
            .severity(severity);
    }
}
