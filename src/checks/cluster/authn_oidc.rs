use super::super::flag::{Said, manifest, replicas, report};
use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::inventory::control_plane::Component;
use crate::inventory::flags::Given;
use crate::model::{FieldPath, Severity};

/// How people sign in: `--oidc-issuer-url`, or issuers in the file of `--authentication-config`; a provider's own
/// directory on managed clusters. Evidence for a person, never a pass.
pub static CHECK: Check = Check {
    id: "cluster.authn-oidc",
    title: "People sign in through an identity provider",
    severity: Severity::Low,
    over: &[Kind::Pod],
    needs: &[Kind::Node],
    aliases: &[],
    why: "A provider knows who left and asks for a second factor; certificates and tokens that were handed out do neither, \
          and cannot be revoked one by one.",
    remedy: manifest!(
        "kube-apiserver",
        Restarts,
        "name your provider's issuer in the file of --authentication-config, or set --oidc-issuer-url and --oidc-client-id,"
    ),
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let expected = "an identity provider with a second factor";
    if cx.platform().is_managed() && cx.control_plane().of(Component::ApiServer).next().is_none() {
        judge
            .cluster()
            .review(FieldPath::of("authentication"), cx.platform().as_str(), expected)
            .message(format!("people sign in through the directory of the cloud ({})", cx.platform().as_str()))
            .severity(Severity::Info);
        return;
    }
    for replica in replicas(cx, Component::ApiServer, judge).into_iter().flatten() {
        let given = |flag: &str| replica.flags.get(flag).filter(|given| !given.is_empty());
        let (found, severity, message) = match (given("oidc-issuer-url"), given("authentication-config")) {
            (Some(issuer), _) => (Some(issuer), Severity::Info, format!("people sign in through {}", issuer.text())),
            (None, Some(file)) => {
                let message =
                    format!("which issuers are trusted stands in {}, which the API does not show", file.text());
                (Some(file), Severity::Info, message)
            }
            (None, None) => (None, Severity::Low, "the API server trusts no issuer of identities".to_owned()),
        };
        let at = found.map_or_else(|| replica.flags.at("oidc-issuer-url"), |given| given.at.clone());
        let actual = found.map(Given::text).into();
        let said = Said { review: true, at, actual, expected: expected.into(), message };
        report(judge, replica, vec![said], Some(severity));
    }
}
