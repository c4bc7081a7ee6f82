//! Whether the ServiceAccount's token is mounted: pod, else ServiceAccount, else true (pitfall 17).

use super::{Alike, Cx, SpecCx};
use crate::inventory::Kind;
use crate::model::GapReason;

/// What came of it, and who said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Automount {
    /// Pod or ServiceAccount forbids it.
    Off,
    /// The pod asks for it.
    ByPod,
    /// Neither forbids it.
    ByDefault,
    /// The ServiceAccount could forbid it and was not read.
    Unread(GapReason),
}

/// The automount in force. A static pod cannot use a ServiceAccount (pitfall 15).
pub(super) fn automount(cx: &Cx<'_>, workload: &Alike<'_>, pod: &SpecCx<'_>) -> Automount {
    match pod.spec.automount_service_account_token {
        _ if workload.mirror() => Automount::Off,
        Some(false) => Automount::Off,
        Some(true) => Automount::ByPod,
        None => {
            let namespace = workload.namespace();
            let key = (namespace.into(), pod.spec.service_account().into());
            match cx.inventory.service_accounts.get(&key) {
                Some(account) if account.automount_service_account_token == Some(false) => Automount::Off,
                // an account that was read decides, whatever else of its kind was not
                Some(_) => Automount::ByDefault,
                None => cx.gap(Kind::ServiceAccount, Some(namespace)).map_or(Automount::ByDefault, Automount::Unread),
            }
        }
    }
}

/// Whether the pod carries a token that the API server takes: mounted, or projected by a volume of its own, which no
/// setting of automount forbids.
pub(super) fn carried(cx: &Cx<'_>, workload: &Alike<'_>, pod: &SpecCx<'_>) -> Result<bool, GapReason> {
    let projected = || !workload.mirror() && pod.spec.projects_token();
    match automount(cx, workload, pod) {
        Automount::ByPod | Automount::ByDefault => Ok(true),
        Automount::Off => Ok(projected()),
        Automount::Unread(reason) => {
            if projected() {
                Ok(true)
            } else {
                Err(reason)
            }
        }
    }
}
