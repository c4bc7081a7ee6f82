//! What was asked of an API server, and what reading it costs by kind: words for the screens that tell of it.

use std::sync::Arc;

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its number in the session, from 0.
    pub number: u64,
    /// When it was sent, RFC 3339.
    pub at: Arc<str>,
    /// `GET`.
    pub method: Arc<str>,
    /// Path and query.
    pub path: Arc<str>,
    /// The answer's status; None: no answer yet, or none.
    pub status: Option<u16>,
    /// What went wrong; empty: nothing.
    pub problem: Arc<str>,
    /// Milliseconds until the answer began.
    pub millis: u64,
    /// Bytes of the body so far.
    pub bytes: u64,
}

/// What requests came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Requests, repeats included.
    pub requests: u64,
    /// Bytes of bodies.
    pub bytes: u64,
    /// Requests that failed or were refused.
    pub errors: u64,
    /// Pauses because the server asked for one, or failed on its side.
    pub backoffs: u64,
}

/// What is being done about a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Nothing yet.
    Waiting,
    /// It is being read.
    Reading,
    /// It was read, and is not watched.
    Read,
    /// It was read and is watched.
    Live,
    /// It is not watched any more: since when, and why.
    Lost(Arc<str>, Arc<str>),
    /// The server does not serve it.
    Absent,
    /// It was not read, and why.
    Failed(Arc<str>),
    /// Somebody stopped it.
    Cancelled,
}

/// One kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindActivity {
    /// Its resource, as in URLs: `pods`, `certificates.cert-manager.io`.
    pub kind: Arc<str>,
    /// What is being done.
    pub doing: Doing,
    /// Objects.
    pub objects: usize,
    /// What that cost.
    pub sums: Sums,
}

/// All that a source does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    /// By kind.
    pub kinds: Vec<KindActivity>,
    /// The last requests, the latest last.
    pub asked: Vec<Asked>,
    /// All requests of the session.
    pub sums: Sums,
    /// Grows with every change.
    pub revision: u64,
}

/// What a path of the API names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'p> {
    /// API group; empty: core.
    pub group: &'p str,
    /// The one namespace.
    pub namespace: Option<&'p str>,
    /// Resource: `pods`.
    pub resource: &'p str,
    /// The one object.
    pub name: Option<&'p str>,
    /// Sub-resource, with what follows it.
    pub below: Option<&'p str>,
    /// What follows a `?`.
    pub query: &'p str,
}

impl<'p> Place<'p> {
    /// Of a path; None: it is none of a resource.
    pub fn of(path: &'p str) -> Option<Self> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let (group, rest) = match path.strip_prefix("/api/v1/") {
            Some(rest) => ("", rest),
            None => {
                let (group, rest) = path.strip_prefix("/apis/")?.split_once('/')?;
                (group, rest.split_once('/')?.1)
            }
        };
        let (namespace, rest) = match rest.strip_prefix("namespaces/").and_then(|rest| rest.split_once('/')) {
            Some((namespace, rest)) => (Some(namespace), rest),
            None => (None, rest),
        };
        let mut parts = rest.splitn(3, '/');
        let resource = parts.next().filter(|resource| !resource.is_empty())?;
        Some(Self { group, namespace, resource, name: parts.next(), below: parts.next(), query })
    }

    /// `pods`, `deployments.apps`.
    pub fn full_resource(&self) -> String {
        if self.group.is_empty() { self.resource.to_owned() } else { format!("{}.{}", self.resource, self.group) }
    }

    /// A parameter of the query, as it is written.
    pub fn parameter(&self, name: &str) -> Option<&'p str> {
        self.query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_their_places() {
        let place = Place::of("/apis/apps/v1/namespaces/shop/deployments/web?x=y").unwrap();
        assert_eq!(
            (place.full_resource().as_str(), place.namespace, place.name),
            ("deployments.apps", Some("shop"), Some("web"))
        );
        let place = Place::of("/api/v1/nodes/a/proxy/configz").unwrap();
        assert_eq!((place.resource, place.name, place.below), ("nodes", Some("a"), Some("proxy/configz")));
        let place = Place::of("/api/v1/namespaces?limit=1").unwrap();
        assert_eq!((place.resource, place.namespace, place.parameter("limit")), ("namespaces", None, Some("1")));
        let place = Place::of("/api/v1/namespaces/shop").unwrap();
        assert_eq!((place.resource, place.name), ("namespaces", Some("shop")));
        for none in ["/version", "/apis", "/apis/apps/v1", "/api/v1", "/api/v1/"] {
            assert_eq!(Place::of(none), None, "{none}");
        }
    }
}
