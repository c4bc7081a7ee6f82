//! Names of container images.

/// The name of an image, taken apart: `registry/path:tag@digest`, of which only a part of the path must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image<'a> {
    /// The registry as it is written; None: Docker Hub.
    host: Option<&'a str>,
    /// What is left of the path.
    path: &'a str,
    /// The tag, where one is written.
    pub tag: Option<&'a str>,
    /// The digest, where one is written: `sha256:…`.
    pub digest: Option<&'a str>,
}

/// What Docker Hub is called in full.
const DOCKER_HUB: &str = "docker.io";

impl<'a> Image<'a> {
    /// Takes a name apart. Any text is some name: what no registry would accept is the API server's to refuse.
    pub fn parse(text: &'a str) -> Self {
        let (name, digest) = text.split_once('@').map_or((text, None), |(name, digest)| (name, Some(digest)));
        // a colon before the last slash belongs to a port
        let colon = name.rfind(':').filter(|colon| name.rfind('/').is_none_or(|slash| slash < *colon));
        let (name, tag) = colon.map_or((name, None), |colon| {
            let (name, tag) = name.split_at(colon);
            (name, tag.strip_prefix(':'))
        });
        // a registry has a dot, a port or is `localhost`; all else is a path on Docker Hub
        let is_host = |first: &str| first.contains(['.', ':']) || first == "localhost";
        let (host, path) = match name.split_once('/') {
            Some((first, rest)) if is_host(first) => (Some(first), rest),
            _ => (None, name),
        };
        Self { host, path, tag: tag.filter(|tag| !tag.is_empty()), digest }
    }

    /// The registry that is meant: `docker.io` where none is written.
    pub fn registry(&self) -> &'a str {
        match self.host {
            None | Some("index.docker.io") => DOCKER_HUB,
            Some(host) => host,
        }
    }

    /// The repository with its registry: `nginx:1.27` is `docker.io/library/nginx`.
    pub fn repository(&self) -> String {
        let registry = self.registry();
        let official = registry == DOCKER_HUB && !self.path.contains('/');
        format!("{registry}/{}{}", if official { "library/" } else { "" }, self.path)
    }

    /// Whether its repository ends in a name: `redis` of `redis`, `bitnami/redis` and `registry.example.com/redis`.
    pub fn is_called(&self, name: &str) -> bool {
        self.path.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with('/'))
    }

    /// Whether the name may stand for another image tomorrow, as `latest` is meant to.
    pub fn floats(&self) -> bool {
        self.digest.is_none() && self.is_latest()
    }

    /// Whether its tag is `latest`, written or not.
    fn is_latest(&self) -> bool {
        match self.tag {
            Some(tag) => tag == "latest",
            None => self.digest.is_none(),
        }
    }

    /// The `imagePullPolicy` that the API server fills in where none is given.
    pub fn default_pull_policy(&self) -> &'static str {
        if self.is_latest() { "Always" } else { "IfNotPresent" }
    }
}

/// The repository of an image, without tag and digest and with the registry that is meant where none is written.
pub fn repository(image: &str) -> String {
    Image::parse(image).repository()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories_are_normalised() {
        for (image, expected) in [
            ("nginx", "docker.io/library/nginx"),
            ("nginx:1.27", "docker.io/library/nginx"),
            ("docker.io/nginx", "docker.io/library/nginx"),
            ("index.docker.io/rancher/k3s:v1", "docker.io/rancher/k3s"),
            ("calico/node:v3.30@sha256:ab", "docker.io/calico/node"),
            ("registry.k8s.io/kube-proxy:v1.36.3", "registry.k8s.io/kube-proxy"),
            ("localhost:5000/a/b:1", "localhost:5000/a/b"),
            ("quay.io/cilium/cilium@sha256:00", "quay.io/cilium/cilium"),
        ] {
            assert_eq!(repository(image), expected);
        }
    }

    #[test]
    fn tags_digests_and_what_follows_from_them() {
        for (image, tag, floats, policy) in [
            ("nginx", None, true, "Always"),
            ("nginx:latest", Some("latest"), true, "Always"),
            ("localhost:5000/nginx", None, true, "Always"),
            ("localhost:5000/nginx:1.27", Some("1.27"), false, "IfNotPresent"),
            ("nginx@sha256:ab", None, false, "IfNotPresent"),
            ("nginx:latest@sha256:ab", Some("latest"), false, "Always"),
            ("nginx:", None, true, "Always"),
        ] {
            let parsed = Image::parse(image);
            assert_eq!((parsed.tag, parsed.floats(), parsed.default_pull_policy()), (tag, floats, policy), "{image}");
        }
        assert_eq!(Image::parse("a/b:1@sha256:ab").digest, Some("sha256:ab"));
    }
}
