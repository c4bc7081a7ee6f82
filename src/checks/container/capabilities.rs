//! Capabilities as Pod Security Standards read them (letter by letter) and as runtimes do (pitfall 6).

use super::super::{ContainerCx, Hits};

/// The name without the spellings that some runtime accepts: `cap_net_raw` is NET_RAW.
pub(super) fn normal(name: &str) -> String {
    let upper = name.to_ascii_uppercase();
    upper.strip_prefix("CAP_").map(str::to_owned).unwrap_or(upper)
}

/// Whether a runtime drops it. Case does not matter; containerd does not know the prefix `CAP_`, so that does not count.
pub(super) fn drops(cx: &ContainerCx<'_>, capability: &str) -> bool {
    cx.dropped().iter().any(|name| name.eq_ignore_ascii_case(capability) || name.eq_ignore_ascii_case("ALL"))
}

/// Fails every added capability that is not allowed, compared letter by letter as Pod Security Standards do.
pub(super) fn fail_added_beyond(allowed: &[&str], expected: &'static str, cx: &ContainerCx<'_>, hits: &mut Hits) {
    for (index, name) in cx.added().iter().enumerate().filter(|(_, name)| !allowed.contains(&name.as_str())) {
        let container = &cx.container.name;
        let normal = normal(name);
        let message = if allowed.contains(&normal.as_str()) {
            format!("container {container} adds {name}: Pod Security Standards accept it only as {normal}")
        } else {
            format!("container {container} adds {name}")
        };
        hits.fail(cx.at("securityContext.capabilities.add").index(index), name.as_str(), expected).message(message);
    }
}
