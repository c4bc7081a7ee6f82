//! What was seen on a node itself: modes and owners of files, command lines, and the few fields of files that a check
//! names; never a file's content.
//!
//! The document `plimsoll/v1 NodeFacts` is named like its node. Whatever is in none of `files`, `missing` and `errors`
//! was not looked at, and says nothing. A directory in `files` was walked to its end.

use super::flags::{Flags, seconds};
use super::kinds::meta::{Meta, nullable};
use super::kubelet::KubeletConfig;
use crate::model::FieldPath;
use serde::{Deserialize, Serialize, Serializer};

/// The newest form of the document; it grows with each change that an older reader would misunderstand.
pub const SCHEMA_VERSION: u32 = 1;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileType {
    /// A regular file.
    File,
    /// A directory, walked to its end.
    Directory,
    /// A link; mode and owner are those of what it leads to.
    Symlink,
    /// A socket, a device, a pipe.
    Other,
}

/// A file's mode: written as octal text, so that no reader takes it for a decimal number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Mode(pub u32);

impl TryFrom<String> for Mode {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let bits = u32::from_str_radix(text.trim_start_matches("0o"), 8).ok().filter(|bits| *bits <= 0o7777);
        bits.map(Self).ok_or_else(|| format!("{text:?} is no file mode: expected octal digits in quotes, \"0600\""))
    }
}

impl From<Mode> for String {
    fn from(mode: Mode) -> Self {
        mode.to_string()
    }
}

impl std::fmt::Display for Mode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04o}", self.0)
    }
}

/// A file of the node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileFact {
    /// Its path on the node.
    pub path: String,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: FileType,
    /// The bits that say who may read, write and run it.
    pub mode: Mode,
    /// The owner's number.
    pub uid: u32,
    /// The group's number.
    pub gid: u32,
    /// The owner's name in the node's own table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The group's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Of certificate authorities: what tells two apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

impl FileFact {
    /// `root:root`, by name where the node has one.
    pub fn owner(&self) -> String {
        let name = |name: &Option<String>, number: u32| match (name, number) {
            (Some(name), _) => name.clone(),
            (None, 0) => "root".to_owned(),
            (None, number) => number.to_string(),
        };
        format!("{}:{}", name(&self.user, self.uid), name(&self.group, self.gid))
    }
}

/// A path that could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreadable {
    /// The path; what is below it is unknown too.
    pub path: String,
    /// What the system said.
    pub message: String,
}

/// A process of the node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessFact {
    /// The program's name: `kubelet`.
    pub name: String,
    /// Its command line.
    pub args: Vec<String>,
}

/// The file of `--encryption-provider-config`, without its keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Encryption {
    /// Where it is.
    pub path: String,
    /// Its entries, in their order.
    pub resources: Vec<EncryptedResources>,
}

/// An entry of an EncryptionConfiguration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncryptedResources {
    /// `secrets`, `configmaps.`, `*.*` …
    pub resources: Vec<String>,
    /// Names of its providers, in their order.
    pub providers: Vec<String>,
}

impl EncryptedResources {
    /// Whether it is about Secrets: by name, or by a wildcard of the core group or of all.
    pub fn covers_secrets(&self) -> bool {
        self.resources.iter().any(|resource| matches!(resource.as_str(), "secrets" | "secrets." | "*." | "*.*"))
    }
}

/// The file of `--audit-policy-file`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPolicy {
    /// Where it is.
    pub path: String,
    /// Its rules, in their order: the first that matches decides.
    #[serde(default)]
    pub rules: Vec<AuditRule>,
}

/// A rule of an audit policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AuditRule {
    /// None, Metadata, Request or RequestResponse.
    pub level: String,
    /// Users that it is about; empty: all.
    #[serde(deserialize_with = "nullable")]
    pub users: Vec<String>,
    /// Groups that it is about; empty: all.
    #[serde(deserialize_with = "nullable")]
    pub user_groups: Vec<String>,
    /// Verbs that it is about; empty: all.
    #[serde(deserialize_with = "nullable")]
    pub verbs: Vec<String>,
    /// Namespaces that it is about; empty: all.
    #[serde(deserialize_with = "nullable")]
    pub namespaces: Vec<String>,
    /// Resources that it is about; empty: all, unless it is about URLs.
    #[serde(deserialize_with = "nullable")]
    pub resources: Vec<AuditResources>,
    /// URLs that it is about.
    #[serde(rename = "nonResourceURLs", deserialize_with = "nullable")]
    pub non_resource_urls: Vec<String>,
}

/// Resources of one group in a rule of an audit policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AuditResources {
    /// API group; empty: core.
    #[serde(deserialize_with = "nullable")]
    pub group: String,
    /// `pods`, `pods/exec`, `*`, `pods/*`, `*/exec`; empty: all.
    #[serde(deserialize_with = "nullable")]
    pub resources: Vec<String>,
    /// Names; empty: all.
    #[serde(deserialize_with = "nullable")]
    pub resource_names: Vec<String>,
}

impl AuditRule {
    /// Whether it is about some requests for a resource (`pods/exec`), and whether about every one.
    pub fn matches(&self, group: &str, resource: &str) -> (bool, bool) {
        let (kind, part) = resource.split_once('/').unwrap_or((resource, ""));
        let names = |word: &String| match word.split_once('/') {
            // `*` stands for resources and their parts alike
            None => word == "*" || word == resource,
            Some((a, b)) => !part.is_empty() && (a == "*" || a == kind) && (b == "*" || b == part),
        };
        let about = |r: &&AuditResources| r.group == group && (r.resources.is_empty() || r.resources.iter().any(names));
        let found = self.resources.iter().find(about);
        let all = self.resources.is_empty() && self.non_resource_urls.is_empty();
        let limits = [&self.users, &self.user_groups, &self.verbs, &self.namespaces];
        let open = limits.iter().all(|limit| limit.is_empty()) && found.is_none_or(|r| r.resource_names.is_empty());
        (all || found.is_some(), (all || found.is_some()) && open)
    }
}

/// What was seen on one node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Document")]
pub struct NodeFacts {
    /// The node's name.
    #[serde(rename = "metadata", serialize_with = "name_only")]
    pub meta: Meta,
    /// See [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// When, RFC 3339 in UTC.
    pub collected_at: String,
    /// Which program and version looked.
    pub collected_by: String,
    /// Files that are there.
    pub files: Vec<FileFact>,
    /// Paths that were looked for and are not there.
    pub missing: Vec<String>,
    /// Paths that could not be looked at.
    pub errors: Vec<Unreadable>,
    /// Processes of Kubernetes.
    pub processes: Vec<ProcessFact>,
    /// Fields of the file of the kubelet's `--config`.
    pub kubelet_config: Option<KubeletConfig>,
    /// Fields of the API server's encryption configuration.
    pub encryption: Option<Encryption>,
    /// Fields of the API server's audit policy.
    pub audit_policy: Option<AuditPolicy>,
}

fn name_only<S: Serializer>(meta: &Meta, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map([("name", &meta.name)])
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    metadata: Meta,
    schema_version: u32,
    collected_at: String,
    collected_by: String,
    #[serde(default)]
    files: Vec<FileFact>,
    #[serde(default)]
    missing: Vec<String>,
    #[serde(default)]
    errors: Vec<Unreadable>,
    #[serde(default)]
    processes: Vec<ProcessFact>,
    kubelet_config: Option<KubeletConfig>,
    encryption: Option<Encryption>,
    audit_policy: Option<AuditPolicy>,
}

impl TryFrom<Document> for NodeFacts {
    type Error = String;

    fn try_from(document: Document) -> Result<Self, String> {
        let version = document.schema_version;
        if !(1..=SCHEMA_VERSION).contains(&version) {
            return Err(format!("schemaVersion {version} is not known: this program reads up to {SCHEMA_VERSION}"));
        }
        Ok(Self {
            meta: document.metadata,
            schema_version: version,
            collected_at: document.collected_at,
            collected_by: document.collected_by,
            files: document.files,
            missing: document.missing,
            errors: document.errors,
            processes: document.processes,
            kubelet_config: document.kubelet_config,
            encryption: document.encryption,
            audit_policy: document.audit_policy,
        })
    }
}

/// What is known of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// It is there.
    There(&'a FileFact),
    /// It was looked for and is not there.
    Missing,
    /// It could not be looked at, or nobody looked.
    Unknown,
}

impl NodeFacts {
    /// What is known of a path.
    pub fn file(&self, path: &str) -> Found<'_> {
        if let Some(file) = self.files.iter().find(|file| file.path == path) {
            return Found::There(file);
        }
        let below =
            |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if self.errors.iter().any(|error| below(&error.path)) {
            return Found::Unknown;
        }
        let walked = self.files.iter().any(|file| file.kind == FileType::Directory && below(&file.path));
        if walked || self.missing.iter().any(|missing| below(missing)) { Found::Missing } else { Found::Unknown }
    }

    /// Everything below a directory that was walked, itself included. None: it is not there or was not walked.
    pub fn tree(&self, folder: &str) -> Option<impl Iterator<Item = &FileFact>> {
        let Found::There(FileFact { kind: FileType::Directory, .. }) = self.file(folder) else { return None };
        let below =
            move |path: &str| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        Some(self.files.iter().filter(move |file| below(&file.path)))
    }

    /// Whether anything below a directory could not be looked at.
    pub fn is_partial(&self, folder: &str) -> bool {
        let prefix = format!("{}/", folder.trim_end_matches('/'));
        self.errors.iter().any(|error| error.path == folder || error.path.starts_with(&prefix))
    }

    /// The flags of a process; None: it does not run here, or was not looked for.
    pub fn flags(&self, program: &str) -> Option<Flags> {
        let (index, process) = self.processes.iter().enumerate().find(|(_, process)| process.name == program)?;
        Flags::of_words(&process.args, "args", &FieldPath::of("processes").named(index, program), program)
    }

    /// The kubelet's configuration as its files and its command line make it. None: it is not known whole, for the
    /// kubelet was not seen, its file was not read, or drop-in files may say otherwise.
    pub fn kubelet(&self) -> Option<KubeletConfig> {
        let flags = self.flags("kubelet")?;
        if flags.has("config-dir") {
            return None;
        }
        let mut file = if flags.has("config") { self.kubelet_config.clone()? } else { KubeletConfig::without_file() };
        // nothing in a file is no time-out but the default's four hours
        file.streaming_connection_idle_timeout.take_if(|text| seconds(text) == Some(0.0));
        Some(file.with_flags(&flags))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn document(version: u32) -> Value {
        json!({"metadata": {"name": "cp-1"}, "schemaVersion": version, "collectedAt": "2026-01-01T00:00:00Z", "collectedBy": "plimsoll 0.1.0",
            "files": [
                {"path": "/etc/kubernetes/pki", "type": "directory", "mode": "0755", "uid": 0, "gid": 0},
                {"path": "/etc/kubernetes/pki/ca.key", "type": "file", "mode": "0600", "uid": 0, "gid": 0, "user": "root"},
            ],
            "missing": ["/etc/kubernetes/super-admin.conf"],
            "errors": [{"path": "/etc/cni", "message": "permission denied"}],
            "processes": [{"name": "kubelet", "args": ["/usr/bin/kubelet", "--config=/c", "--read-only-port=0"]}],
            "kubeletConfig": {"readOnlyPort": 10255}})
    }

    #[test]
    fn what_was_not_looked_at_is_not_missing() {
        let facts: NodeFacts = serde_json::from_value(document(1)).unwrap();
        let is_there = |path: &str| matches!(facts.file(path), Found::There(_));
        assert!(is_there("/etc/kubernetes/pki/ca.key"));
        assert_eq!(facts.file("/etc/kubernetes/pki/none.crt"), Found::Missing, "its directory was walked");
        assert_eq!(facts.file("/etc/kubernetes/super-admin.conf"), Found::Missing);
        assert_eq!(facts.file("/etc/cni/net.d"), Found::Unknown, "an error above it");
        assert_eq!(facts.file("/etc/kubernetes/pkix"), Found::Unknown);
        assert_eq!(facts.tree("/etc/kubernetes/pki").unwrap().count(), 2);
        assert_eq!(facts.kubelet().unwrap().read_only_port, Some(0), "its flag wins");
    }

    #[test]
    fn the_document_says_what_it_was_read_from() {
        let facts: NodeFacts = serde_json::from_value(document(1)).unwrap();
        let written = serde_json::to_value(&facts).unwrap();
        assert_eq!(serde_json::from_value::<NodeFacts>(written).unwrap(), facts);
        assert!(serde_json::from_value::<NodeFacts>(document(2)).unwrap_err().to_string().contains("schemaVersion 2"));
        let mode: Result<Mode, _> = serde_json::from_value(json!("0888"));
        assert!(mode.is_err() && serde_json::from_value::<Mode>(json!(600)).is_err());
    }

    #[test]
    fn audit_rules_match_as_the_api_server_does() {
        let rule = |value: Value| -> AuditRule { serde_json::from_value(value).unwrap() };
        let pods = rule(json!({"level": "Request", "resources": [{"group": "", "resources": ["pods"]}]}));
        assert_eq!((pods.matches("", "pods"), pods.matches("", "pods/exec")), ((true, true), (false, false)));
        let parts = rule(
            json!({"level": "None", "verbs": ["get"], "resources": [{"group": "", "resources": ["pods/*", "*/exec"]}]}),
        );
        assert_eq!((parts.matches("", "pods/exec"), parts.matches("", "pods")), ((true, false), (false, false)));
        let all = rule(json!({"level": "Metadata"}));
        assert_eq!(all.matches("apps", "deployments"), (true, true));
        let urls = rule(json!({"level": "None", "nonResourceURLs": ["/healthz*"]}));
        assert_eq!(urls.matches("", "secrets"), (false, false));
    }
}
