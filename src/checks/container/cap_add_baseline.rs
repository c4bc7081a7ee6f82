use super::super::{Check, ContainerCx, Hits, Run};
use super::capabilities::fail_added_beyond;
use crate::inventory::Kind;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// `capabilities.add` holds nothing but the thirteen that Pod Security Standards baseline allow; NET_RAW is not among
/// them. CIS up to 1.11: 5.2.9.
pub static CHECK: Check = Check {
    id: "container.cap-add-baseline",
    title: "Containers add no capabilities beyond a runtime's own",
    severity: Severity::High,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["trivy:KSV-0022"],
    why: "A capability beyond the usual ones is a part of root that the image was not given; some, such as SYS_ADMIN, \
          are as good as all of it.",
    remedy: Remedy {
        advice: "Remove the capability.",
        fix: Fix::Remove,
        disruption: Disruption::MayBreak,
        try_first: "Find the call that needs it: run one replica without and watch for 'operation not permitted'.",
    },
    run: Run::EachContainer(run),
};

const ALLOWED: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

fn run(cx: &ContainerCx<'_>, hits: &mut Hits) {
    fail_added_beyond(&ALLOWED, "none beyond a runtime's own", cx, hits);
}
