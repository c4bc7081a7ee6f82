use super::super::{Check, Cx, Judge, Run};
use super::everyone::{self, AUTHENTICATED, Everyone, OVER};
use crate::inventory::{Grant, Platform};
use crate::model::{Disruption, Fix, Remedy, Severity};

/// Group `system:authenticated` among the subjects of a binding of either kind, the shipped three left out (pitfalls 27
/// and 30). Critical where the role changes anything, reads Secrets or reaches into pods; and on GKE, where every Google
/// account is authenticated.
pub static CHECK: Check = Check {
    id: "rbac.authenticated-bindings",
    title: "Bindings beyond the shipped ones do not name everyone who has logged in",
    severity: Severity::Critical,
    over: OVER,
    needs: &[],
    aliases: &["kubescape:C-0265", "trivy:KSV-01011"],
    why: "Every user of every identity provider and every ServiceAccount, so every pod with a token, is a member of \
          system:authenticated.",
    remedy: Remedy {
        advice: "Bind a group of your own that holds those who need the right, and take this subject out.",
        fix: Fix::Remove,
        disruption: Disruption::MayBreak,
        try_first: "Look in the audit log for who uses the right; bind them first.",
    },
    run: Run::Objects(run),
};

const EVERYBODY: Everyone = Everyone {
    is: |holder| holder == AUTHENTICATED,
    shipped: &[
        ("", "system:basic-user", AUTHENTICATED),
        ("", "system:discovery", AUTHENTICATED),
        ("", "system:public-info-viewer", AUTHENTICATED),
    ],
    severity: |cx, grant| Ok(Some(severity(cx, grant))),
};

fn severity(cx: &Cx<'_>, grant: &Grant<'_>) -> Severity {
    if everyone::is_dangerous(cx, grant) || cx.platform() == Platform::Gke {
        Severity::Critical
    } else {
        Severity::High
    }
}

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    everyone::judge(cx, judge, &EVERYBODY);
}
