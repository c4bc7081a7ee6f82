use super::super::{Check, Hits, Run, SpecCx};
use crate::inventory::Kind;
use crate::inventory::kinds::pod::SeLinuxOptions;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// `seLinuxOptions` of pod and containers: a container type, no user, no role, any level; Pod Security Standards
/// baseline, with `container_engine_t` from 1.31 on.
pub static CHECK: Check = Check {
    id: "container.selinux-options",
    title: "SELinux options stay within container types",
    severity: Severity::Medium,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["trivy:KSV-0025"],
    why: "A type, user or role of one's own choice can put the process outside the rules that keep containers from each \
          other and from the node.",
    remedy: Remedy {
        advice: "Remove the option: the runtime picks a container type and a level of its own.",
        fix: Fix::Remove,
        disruption: Disruption::MayBreak,
        try_first: "Run one replica without it on a node that enforces SELinux and read the audit log for denials.",
    },
    run: Run::EachSpec(run),
};

fn run(cx: &SpecCx<'_>, hits: &mut Hits) {
    if let Some(options) = &cx.pod_context().se_linux_options {
        judge(cx, options, FieldPath::of("securityContext.seLinuxOptions"), hits);
    }
    for container in cx.containers() {
        if let Some(options) = &container.context().se_linux_options {
            hits.about(Some(&container.container.name));
            judge(cx, options, container.at("securityContext.seLinuxOptions"), hits);
        }
    }
}

fn judge(cx: &SpecCx<'_>, options: &SeLinuxOptions, path: FieldPath, hits: &mut Hits) {
    let of_containers = match options.r#type.as_str() {
        "" | "container_t" | "container_init_t" | "container_kvm_t" => true,
        "container_engine_t" => cx.version.at_least(31),
        _ => false,
    };
    if !of_containers {
        hits.fail(path.clone().fields("type"), options.r#type.as_str(), "a container type, or the field absent")
            .message(format!("SELinux type {} is not one for containers", options.r#type));
    }
    for (field, value) in [("user", &options.user), ("role", &options.role)] {
        if !value.is_empty() {
            hits.fail(path.clone().fields(field), value.as_str(), "absent")
                .message(format!("SELinux {field} is set to {value}"));
        }
    }
}
