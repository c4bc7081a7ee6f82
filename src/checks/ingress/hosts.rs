//! Which hosts of an Ingress are served under TLS.

use crate::inventory::kinds::ingress::{Ingress, Tls};

/// Annotations by which cloud controllers bring a certificate that `spec.tls` does not name: key and, where it is one of
/// several words, what the value contains.
const CERTIFICATES: [(&str, &str); 10] = [
    ("alb.ingress.kubernetes.io/certificate-arn", ""),
    // certificates are then found by host
    ("alb.ingress.kubernetes.io/listen-ports", "HTTPS"),
    ("networking.gke.io/managed-certificates", ""),
    ("ingress.gcp.kubernetes.io/pre-shared-cert", ""),
    ("networking.gke.io/pre-shared-certs", ""),
    ("appgw.ingress.kubernetes.io/appgw-ssl-certificate", ""),
    ("kubernetes.azure.com/tls-cert-keyvault-uri", ""),
    ("route.openshift.io/termination", ""),
    ("traefik.ingress.kubernetes.io/router.tls", "true"),
    ("traefik.ingress.kubernetes.io/router.tls.certresolver", ""),
];

/// Controllers that find or make a certificate for each host that `spec.tls` names.
const BY_HOST: [&str; 2] = ["alb", "tailscale"];

/// What brings a certificate without a Secret, where anything does: an annotation, or the controller for hosts in
/// `spec.tls`.
pub(super) fn certificate(ingress: &Ingress) -> Option<&'static str> {
    let alb = ingress.meta.annotations.keys().any(|key| key.starts_with("alb.ingress.kubernetes.io/"));
    if !ingress.spec.tls.is_empty() && (alb || BY_HOST.contains(&ingress.class())) {
        return Some("spec.tls");
    }
    let set = |(key, word): &&(&str, &str)| {
        ingress.meta.annotations.get(key).is_some_and(|value| !value.is_empty() && value.contains(word))
    };
    CERTIFICATES.iter().find(set).map(|(key, _)| *key)
}

/// How a host is covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Covered<'a> {
    /// By the certificate in this Secret.
    Secret(&'a str),
    /// By whatever certificate the controller has.
    Default,
    /// Not at all.
    No,
}

/// How a host (empty: all that no other rule names) is covered by `spec.tls`. An entry without hosts stands for all.
pub(super) fn covered<'a>(ingress: &'a Ingress, host: &str) -> Covered<'a> {
    let names = |entry: &&Tls| entry.hosts.is_empty() || entry.hosts.iter().any(|pattern| matches(pattern, host));
    let mut best = Covered::No;
    for entry in ingress.spec.tls.iter().filter(names) {
        match entry.secret_name.as_str() {
            "" => best = Covered::Default,
            secret => return Covered::Secret(secret),
        }
    }
    // a catch-all beside hosts with certificates is served with the controller's own
    if best == Covered::No && host.is_empty() && !ingress.spec.tls.is_empty() { Covered::Default } else { best }
}

/// `*.example.com` stands for one label in front, as in certificates; a wildcard host needs the same wildcard.
fn matches(pattern: &str, host: &str) -> bool {
    let (pattern, host) = (pattern.to_ascii_lowercase(), host.to_ascii_lowercase());
    pattern == host
        || pattern.strip_prefix("*.").is_some_and(|domain| {
            host.split_once('.').is_some_and(|(label, rest)| !label.is_empty() && label != "*" && rest == domain)
        })
}

/// Whether nothing is served but the challenges of a certificate authority, which come in the clear.
pub(super) fn only_challenges(ingress: &Ingress) -> bool {
    let mut paths = ingress.spec.rules.iter().flat_map(|rule| rule.paths()).peekable();
    paths.peek().is_some()
        && ingress.spec.default_backend.is_none()
        && paths.all(|path| path.path.starts_with("/.well-known/acme-challenge/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pitfall 57.
    #[test]
    fn a_wildcard_stands_for_one_label() {
        for (pattern, host, expected) in [
            ("a.example.com", "A.example.com", true),
            ("*.example.com", "a.example.com", true),
            ("*.example.com", "a.b.example.com", false),
            ("*.example.com", "example.com", false),
            ("*.example.com", "*.example.com", true),
            ("a.example.com", "*.example.com", false),
        ] {
            assert_eq!(matches(pattern, host), expected, "{pattern} {host}");
        }
    }
}
