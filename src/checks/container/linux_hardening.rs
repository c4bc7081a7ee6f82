use super::super::{Check, ContainerCx, Hits, Run};
use super::effective::{APP_ARMOR, ProfileField, SECCOMP};
use crate::inventory::Kind;
use crate::inventory::kinds::pod::Profile;
use crate::model::{Disruption, Fix, Remedy, Severity};
use serde_json::Value;

/// Something of the kernel's own confines every container: a seccomp or AppArmor profile in force (container's before pod's;
/// for AppArmor the annotation of old too), SELinux options, or a capability that is dropped. Privileged, none of it holds.
/// Windows has none of them (pitfall 43).
pub static CHECK: Check = Check {
    id: "container.linux-hardening",
    title: "Seccomp, AppArmor, SELinux or dropped capabilities confine every container",
    severity: Severity::Medium,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["kubescape:C-0055", "polaris:linuxHardening"],
    why: "Without any of them the whole kernel lies open to what runs in the container: one bug in a call that no program \
          needs is enough to leave it.",
    remedy: Remedy {
        advice: "Set seccompProfile.type: RuntimeDefault first; it costs least and closes most. Then drop capabilities.",
        fix: Fix::ByField(&[("privileged", Fix::Set("false")), ("type", Fix::Set("\"RuntimeDefault\""))]),
        disruption: Disruption::MayBreak,
        try_first: "Run one replica under it and watch for 'operation not permitted' and killed processes.",
    },
    run: Run::EachContainer(run),
};

/// The annotation by which AppArmor was asked for before there was a field.
const ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";

fn run(cx: &ContainerCx<'_>, hits: &mut Hits) {
    if cx.pod.spec.is_windows() {
        return;
    }
    let (name, context, pod) = (&cx.container.name, cx.context(), cx.pod.pod_context());
    if context.privileged == Some(true) {
        hits.fail(cx.at("securityContext.privileged"), true, "false, and a profile that confines")
            .message(format!("container {name} is privileged: no profile and no dropped capability holds"));
        return;
    }
    let confines = |own: Option<&Profile>, of_pod: Option<&Profile>| own.or(of_pod).is_some_and(ProfileField::confines);
    let annotation = cx.pod.spec.annotations.get(&format!("{ANNOTATION}{name}"));
    let hardened = !cx.dropped().is_empty()
        || context.se_linux_options.is_some()
        || pod.se_linux_options.is_some()
        || confines((SECCOMP.of_container)(context), (SECCOMP.of_pod)(pod))
        || confines((APP_ARMOR.of_container)(context), (APP_ARMOR.of_pod)(pod))
        || annotation.is_some_and(|profile| profile == "runtime/default" || profile.starts_with("localhost/"));
    if !hardened {
        let own = (SECCOMP.of_container)(context).map_or(Value::Null, |profile| profile.r#type.as_str().into());
        hits.fail(cx.at(&SECCOMP.path()), own, "RuntimeDefault, or something else that confines").message(format!(
            "no seccomp or AppArmor profile, SELinux option or dropped capability confines container {name}"
        ));
    }
}
