//! What holds for a container: its own value, else the pod's. One place, because tools get it wrong (pitfalls 1, 2, 5).

use super::super::{ContainerCx, Hits, SpecCx};
use crate::inventory::kinds::pod::{PodSecurityContext, Profile, SecurityContext};
use crate::model::FieldPath;

/// `runAsNonRoot` in force.
pub(super) fn run_as_non_root(cx: &ContainerCx<'_>) -> Option<bool> {
    cx.context().run_as_non_root.or(cx.pod.pod_context().run_as_non_root)
}

/// `runAsUser` in force.
pub(super) fn run_as_user(cx: &ContainerCx<'_>) -> Option<i64> {
    cx.context().run_as_user.or(cx.pod.pod_context().run_as_user)
}

/// `windowsOptions.runAsUserName` in force.
pub(super) fn windows_user<'a>(cx: &ContainerCx<'a>) -> Option<&'a str> {
    let own = cx.context().windows_options.as_ref().and_then(|w| w.run_as_user_name.as_deref());
    own.or_else(|| cx.pod.pod_context().windows_options.as_ref()?.run_as_user_name.as_deref())
}

/// A profile that pod and container may both set: seccomp or AppArmor.
pub(super) struct ProfileField {
    /// Field of both security contexts.
    pub(super) name: &'static str,
    /// What it is called in a sentence.
    pub(super) word: &'static str,
    /// The pod's.
    pub(super) of_pod: fn(&PodSecurityContext) -> Option<&Profile>,
    /// The container's own.
    pub(super) of_container: fn(&SecurityContext) -> Option<&Profile>,
}

/// `seccompProfile`.
pub(super) static SECCOMP: ProfileField = ProfileField {
    name: "seccompProfile",
    word: "seccomp",
    of_pod: |pod| pod.seccomp_profile.as_ref(),
    of_container: |container| container.seccomp_profile.as_ref(),
};

/// `appArmorProfile`.
pub(super) static APP_ARMOR: ProfileField = ProfileField {
    name: "appArmorProfile",
    word: "AppArmor",
    of_pod: |pod| pod.app_armor_profile.as_ref(),
    of_container: |container| container.app_armor_profile.as_ref(),
};

/// What a profile's type may be.
pub(super) const CONFINED: &str = "RuntimeDefault or Localhost";

impl ProfileField {
    /// Whether a type confines: RuntimeDefault or Localhost.
    pub(super) fn confines(profile: &Profile) -> bool {
        matches!(profile.r#type.as_str(), "RuntimeDefault" | "Localhost")
    }

    /// The path of the type from a security context's owner.
    pub(super) fn path(&self) -> String {
        format!("securityContext.{}.type", self.name)
    }

    /// Fails every type that is set and does not confine: the pod's once, then each container's own.
    pub(super) fn fail_explicit(&self, cx: &SpecCx<'_>, hits: &mut Hits) {
        let bad = |profile: &&Profile| !Self::confines(profile);
        hits.about(None);
        if let Some(profile) = (self.of_pod)(cx.pod_context()).filter(bad) {
            hits.fail(FieldPath::of(&self.path()), profile.r#type.as_str(), CONFINED).message(format!(
                "{} is {:?} for every container of the pod that says nothing else",
                self.word, profile.r#type
            ));
        }
        for container in cx.containers() {
            if let Some(profile) = (self.of_container)(container.context()).filter(bad) {
                let name = container.container.name.as_str();
                hits.about(Some(name));
                hits.fail(container.at(&self.path()), profile.r#type.as_str(), CONFINED)
                    .message(format!("{} of container {name} is {:?}", self.word, profile.r#type));
            }
        }
    }
}
