//! Names of container images.

/// The repository of an image, without tag and digest and with the registry that is meant where none is written:
/// `nginx:1.27` is `docker.io/library/nginx`.
pub fn repository(image: &str) -> String {
    let image = image.split('@').next().unwrap_or_default();
    let (path, name) = image.rsplit_once('/').map_or(("", image), |(path, name)| (path, name));
    let name = name.split(':').next().unwrap_or_default();
    let first = path.split('/').next().unwrap_or_default();
    // a registry has a dot, a port or is `localhost`; all else is a path on Docker Hub
    let registry = first.contains(['.', ':']) || first == "localhost";
    match (path, registry) {
        ("", _) => format!("docker.io/library/{name}"),
        (_, true) => format!("{path}/{name}"),
        (_, false) => format!("docker.io/{path}/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories_are_normalised() {
        for (image, expected) in [
            ("nginx", "docker.io/library/nginx"),
            ("nginx:1.27", "docker.io/library/nginx"),
            ("calico/node:v3.30@sha256:ab", "docker.io/calico/node"),
            ("registry.k8s.io/kube-proxy:v1.36.3", "registry.k8s.io/kube-proxy"),
            ("localhost:5000/a/b:1", "localhost:5000/a/b"),
            ("quay.io/cilium/cilium@sha256:00", "quay.io/cilium/cilium"),
        ] {
            assert_eq!(repository(image), expected);
        }
    }
}
