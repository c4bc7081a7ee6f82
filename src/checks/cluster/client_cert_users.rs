use super::super::{Check, Cx, Judge, Run};
use crate::inventory::control_plane::Component;
use crate::inventory::{Holder, Kind};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// People who may work with client certificates; CIS 3.1.1. Evidence for a person: users in bindings, where no API server
/// trusts an issuer that could have named them, and requests for certificates of clients. Who holds a certificate already,
/// no API tells.
pub static CHECK: Check = Check {
    id: "cluster.client-cert-users",
    title: "People do not sign in with client certificates",
    severity: Severity::Medium,
    over: &[Kind::RoleBinding, Kind::ClusterRoleBinding, Kind::CertificateSigningRequest],
    needs: &[Kind::Pod, Kind::Node],
    aliases: &["kubescape:C-0286", "kube-bench:3.1.1"],
    why: "A certificate holds until it ends: it cannot be revoked when its owner leaves or its key is lost.",
    remedy: Remedy {
        advice: "Let people sign in through an identity provider, bind groups that it knows, and take the users out of \
                 bindings; keep certificates for components.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Ask each of them how they sign in today, and give them the new way first.",
    },
    run: Run::Objects(run),
};

/// The signer of certificates that open the API server, kubelets' apart.
const SIGNER: &str = "kubernetes.io/kube-apiserver-client";

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    // None: no API server is seen, so that nobody knows what else may name a user
    let mut servers = cx.control_plane().of(Component::ApiServer).peekable();
    let federated = servers.peek().is_some().then(|| {
        servers.all(|server| server.flags.has("oidc-issuer-url") || server.flags.has("authentication-config"))
    });
    for grant in cx.rbac.grants.iter().filter(|grant| cx.in_scope(grant.kind, &grant.binding.meta)) {
        let hits = judge.object(grant.kind, &grant.binding.meta);
        for (index, holder) in grant.own_holders() {
            let Holder::User(user) = holder else { continue };
            if user.starts_with("system:") || federated == Some(true) {
                continue;
            }
            let (severity, how) = match federated {
                Some(_) => {
                    (Severity::Medium, "the API server trusts no issuer, so that a certificate has to name them")
                }
                None => (Severity::Info, "look what names them, a certificate or the provider's directory"),
            };
            let role = &grant.binding.role_ref;
            hits.review(FieldPath::of("subjects").index(index), user, "a group of an identity provider")
                .message(format!("user {user} holds {} {}: {how}", role.kind, role.name))
                .severity(severity);
        }
    }
    for csr in cx.inventory.csrs.values().filter(|csr| cx.in_scope(Kind::CertificateSigningRequest, &csr.meta)) {
        let hits = judge.object(Kind::CertificateSigningRequest, &csr.meta);
        if csr.spec.signer_name == SIGNER {
            let path = FieldPath::of("spec.signerName");
            hits.review(path, SIGNER, "no certificate for a person")
                .message(format!("{} asks for a certificate that opens the API server", csr.spec.username));
        }
    }
}
