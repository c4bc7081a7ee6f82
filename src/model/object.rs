use foldhash::HashSet;
use serde::{Serialize, Serializer, ser::SerializeStruct};
use std::fmt;
use std::sync::{Arc, LazyLock};

/// Words that nearly every reference has, kept once each.
static WORDS: LazyLock<HashSet<Arc<str>>> = LazyLock::new(|| {
    let words = [
        "",
        "v1",
        "apps/v1",
        "batch/v1",
        "rbac.authorization.k8s.io/v1",
        "networking.k8s.io/v1",
        "Pod",
        "Deployment",
        "ReplicaSet",
        "StatefulSet",
        "DaemonSet",
        "Job",
        "CronJob",
        "Namespace",
        "Service",
        "ServiceAccount",
        "Secret",
        "ConfigMap",
        "Role",
        "RoleBinding",
        "Node",
    ];
    words.into_iter().map(Into::into).collect()
});

fn word(text: &str) -> Arc<str> {
    WORDS.get(text).cloned().unwrap_or_else(|| text.into())
}

/// Which object: its cluster's key, group and version, kind, namespace (None: cluster-scoped) and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef {
    /// Key of the cluster that it was read from (empty for a single source).
    pub cluster: Arc<str>,
    /// Namespace; None for cluster-scoped objects.
    pub namespace: Option<Arc<str>>,
    /// Kind, as in the API: `Deployment`.
    pub kind: Arc<str>,
    /// Name.
    pub name: Arc<str>,
    /// `apiVersion`: `apps/v1`.
    pub api_version: Arc<str>,
}

/// The object that owns another at the top, same four fields.
pub type OwnObject = ObjectRef;

impl ObjectRef {
    /// A reference inside the one source of this scan.
    pub fn new(api_version: &str, kind: &str, namespace: Option<&str>, name: &str) -> Self {
        Self::shared(api_version, kind, namespace.map(Into::into).as_ref(), &name.into())
    }

    /// The same of names that somebody has already: they are kept once.
    pub fn shared(api_version: &str, kind: &str, namespace: Option<&Arc<str>>, name: &Arc<str>) -> Self {
        Self {
            cluster: word(""),
            namespace: namespace.filter(|n| !n.is_empty()).cloned(),
            kind: word(kind),
            name: name.clone(),
            api_version: word(api_version),
        }
    }

    /// The API group: `apps` of `apps/v1`, empty for the core group.
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// `Kind/name`, as in a table beside a namespace column.
    pub fn kind_name(&self) -> String {
        format!("{}/{}", self.kind, self.name)
    }
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.kind)?;
        if let Some(namespace) = &self.namespace {
            write!(f, "{namespace}/")?;
        }
        f.write_str(&self.name)
    }
}

impl Serialize for ObjectRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("resource", 4)?;
        object.serialize_field("apiVersion", &self.api_version)?;
        object.serialize_field("kind", &self.kind)?;
        object.serialize_field("namespace", &self.namespace)?;
        object.serialize_field("name", &self.name)?;
        object.end()
    }
}
