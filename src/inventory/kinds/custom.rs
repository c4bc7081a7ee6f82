//! Custom resources: kept as JSON, of the large ones what checks read; managed fields are dropped.

use super::Kind;
use super::meta::Meta;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A custom resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Custom {
    /// `apiVersion`.
    pub api_version: String,
    /// Kind.
    pub kind: String,
    /// Metadata.
    pub meta: Meta,
    /// `spec`; null where there is none. Cilium's `specs` is kept under that name in `rest`.
    pub spec: Value,
    /// Other top-level fields than metadata and spec; `status` only of the kinds whose status a check reads.
    pub rest: Value,
}

/// What is kept of a kind besides its metadata.
enum Keep {
    /// Everything but `status`.
    Wish,
    /// Everything.
    All,
    /// Nothing but these, as JSON pointers: reports list every vulnerability that they found.
    Only(&'static [&'static str]),
}

fn keep(kind: Kind) -> Keep {
    match kind {
        Kind::CertManagerCertificate
        | Kind::VeleroSchedule
        | Kind::VeleroBackup
        | Kind::VeleroRestore
        | Kind::VeleroLocation
        | Kind::EtcdBackup
        | Kind::EtcdSnapshotFile
        | Kind::FluxKustomization
        | Kind::FluxHelmRelease => Keep::All,
        Kind::ArgoApplication => Keep::Only(&["/spec", "/status/sync/status", "/status/resources"]),
        Kind::GatekeeperConstraint => Keep::Only(&["/spec", "/status/totalViolations"]),
        Kind::VulnerabilityReport => Keep::Only(&["/report/summary", "/report/updateTimestamp"]),
        Kind::ClusterComplianceReport => Keep::Only(&["/spec/cron", "/status/summary", "/status/updateTimestamp"]),
        Kind::KubescapeVulnerabilities | Kind::KubescapeConfiguration => Keep::Only(&["/spec/severities"]),
        Kind::PolicyReport | Kind::ClusterPolicyReport | Kind::OpenReport | Kind::OpenClusterReport => {
            Keep::Only(&["/summary", "/source"])
        }
        _ => Keep::Wish,
    }
}

impl Custom {
    /// From a complete object.
    pub fn from_value(kind: Kind, value: Value) -> Result<Self, serde_json::Error> {
        let Value::Object(mut object) = value else {
            return Err(serde::de::Error::custom("an object was expected"));
        };
        let mut meta = object.remove("metadata").unwrap_or_default();
        if let Some(fields) = meta.as_object_mut() {
            fields.remove("managedFields");
        }
        let text = |value: Option<Value>| value.and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
        let (api_version, own_kind) = (text(object.remove("apiVersion")), text(object.remove("kind")));
        match keep(kind) {
            Keep::All => {}
            Keep::Wish => drop(object.remove("status")),
            Keep::Only(pointers) => object = only(Value::Object(object), pointers),
        }
        let spec = object.remove("spec").unwrap_or_default();
        let meta = Meta::deserialize(meta)?;
        Ok(Self { api_version, kind: own_kind, meta, spec, rest: Value::Object(object) })
    }

    /// A field of `rest`: `/status/phase`.
    pub fn at(&self, pointer: &str) -> Option<&Value> {
        self.rest.pointer(pointer).filter(|value| !value.is_null())
    }
}

/// The object with nothing but these fields.
fn only(mut whole: Value, pointers: &[&str]) -> Map<String, Value> {
    let mut kept = Map::new();
    for pointer in pointers {
        let Some(value) = whole.pointer_mut(pointer).map(Value::take) else { continue };
        let mut fields = &mut kept;
        let mut names = pointer.trim_start_matches('/').split('/').peekable();
        while let Some(name) = names.next() {
            if names.peek().is_none() {
                fields.insert(name.to_owned(), value);
                break;
            }
            let inner = fields.entry(name).or_insert_with(|| Value::Object(Map::new()));
            let Value::Object(inner) = inner else { break };
            fields = inner;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn of_reports_the_summary_is_kept() {
        let report = json!({
            "apiVersion": "aquasecurity.github.io/v1alpha1", "kind": "VulnerabilityReport", "metadata": {"name": "a"},
            "report": {"summary": {"criticalCount": 2}, "updateTimestamp": "2026-01-01T00:00:00Z", "vulnerabilities": [1, 2]},
        });
        let custom = Custom::from_value(Kind::VulnerabilityReport, report).unwrap();
        assert_eq!(
            custom.rest,
            json!({"report": {"summary": {"criticalCount": 2}, "updateTimestamp": "2026-01-01T00:00:00Z"}})
        );
        assert_eq!(custom.at("/report/summary/criticalCount"), Some(&json!(2)));
        let schedule =
            json!({"kind": "Schedule", "metadata": {"name": "b"}, "spec": {}, "status": {"phase": "Enabled"}});
        assert!(Custom::from_value(Kind::VeleroSchedule, schedule.clone()).unwrap().at("/status/phase").is_some());
        assert!(Custom::from_value(Kind::Gateway, schedule).unwrap().at("/status").is_none());
    }
}
