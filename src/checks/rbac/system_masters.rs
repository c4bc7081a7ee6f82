use super::super::{Check, Cx, Judge, Run};
use crate::inventory::{Holder, Kind};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// Group `system:masters` in a binding that Kubernetes does not ship, and in certificate signing requests; CIS 5.1.7.
/// Who holds a certificate of that group already, no API tells.
pub static CHECK: Check = Check {
    id: "rbac.system-masters",
    title: "No binding and no certificate request names group system:masters",
    severity: Severity::High,
    over: &[Kind::RoleBinding, Kind::ClusterRoleBinding, Kind::CertificateSigningRequest],
    needs: &[],
    aliases: &["kubescape:C-0246", "trivy:KSV-0123", "kube-bench:5.1.7"],
    why: "Members of system:masters pass every authorization check, bindings or none; a certificate that says so cannot \
          be revoked.",
    remedy: Remedy {
        advice: "Use a group of your own and bind it to what it needs; deny requests for certificates of system:masters.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Keep one such credential sealed for emergencies, and test a way in that does not need it.",
    },
    run: Run::Objects(run),
};

const GROUP: &str = "system:masters";

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for grant in cx.rbac.grants.iter().filter(|grant| cx.in_scope(grant.kind, &grant.binding.meta)) {
        let hits = judge.object(grant.kind, &grant.binding.meta);
        for (index, holder) in grant.own_holders().filter(|(_, holder)| *holder == Holder::Group(GROUP)) {
            let role = &grant.binding.role_ref;
            hits.review(FieldPath::of("subjects").index(index), holder.to_string(), "a group of your own")
                .message(format!("{holder} is bound to {} {}: it holds everything without", role.kind, role.name));
        }
    }
    for csr in cx.inventory.csrs.values().filter(|csr| cx.in_scope(Kind::CertificateSigningRequest, &csr.meta)) {
        let hits = judge.object(Kind::CertificateSigningRequest, &csr.meta);
        if asks_for(&csr.spec.request, GROUP) {
            hits.review(FieldPath::of("spec.request"), format!("O={GROUP}"), "another organization")
                .message(format!("{} asks for a certificate of {GROUP}", csr.spec.username));
        } else if csr.spec.groups.iter().any(|group| group == GROUP) {
            hits.review(FieldPath::of("spec.groups"), GROUP, "a requester of another group")
                .message(format!("{} made this request as a member of {GROUP}", csr.spec.username));
        }
    }
}

/// Whether a PEM request names this organization in its subject. In DER a name's part is its object identifier, here
/// organizationName 2.5.4.10, then one string: tag, length, text. Looking for that is enough: a request that hides it
/// in another encoding is refused by the API server's own parser.
fn asks_for(pem: &[u8], organization: &str) -> bool {
    use base64::Engine;
    const ORGANIZATION_NAME: [u8; 5] = [0x06, 0x03, 0x55, 0x04, 0x0a];
    let text = String::from_utf8_lossy(pem);
    let body: String = text.lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect();
    let Ok(der) = base64::engine::general_purpose::STANDARD.decode(body) else { return false };
    let named = |at: usize| {
        let rest = der.get(at + ORGANIZATION_NAME.len()..)?;
        let length = usize::from(*rest.get(1)?);
        rest.get(2..2 + length)
    };
    der.windows(ORGANIZATION_NAME.len())
        .enumerate()
        .filter(|(_, window)| *window == ORGANIZATION_NAME)
        .any(|(at, _)| named(at) == Some(organization.as_bytes()))
}
