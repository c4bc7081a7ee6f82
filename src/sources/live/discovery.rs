//! What the server serves: aggregated discovery, two requests; older servers group by group.

use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A resource that the server serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Served {
    pub group: String,
    pub version: String,
    pub plural: String,
    pub kind: String,
    pub namespaced: bool,
}

/// What the server said.
#[derive(Clone, Debug, Default)]
pub(super) struct Discovery {
    pub served: Vec<Served>,
    /// Groups whose server did not answer.
    pub stale: BTreeSet<String>,
}

impl Discovery {
    /// Resources of a group that match a kind's name; empty name: all of the group.
    pub(super) fn of(&self, group: &str, kind: &str) -> Vec<&Served> {
        let mut found: BTreeMap<&str, &Served> = BTreeMap::new();
        for served in self.served.iter().filter(|s| s.group == group && (kind.is_empty() || s.kind == kind)) {
            // versions come in the server's order of preference: the first wins
            found.entry(&served.kind).or_insert(served);
        }
        found.into_values().collect()
    }

    /// A kind in exactly this version: fields mean other things in another one.
    pub(super) fn exactly(&self, group: &str, version: &str, kind: &str) -> Option<&Served> {
        self.served.iter().find(|s| s.group == group && s.version == version && s.kind == kind)
    }
}

impl Served {
    /// `apiVersion`.
    pub(super) fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }
}

#[derive(Deserialize)]
struct Aggregated {
    items: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    #[serde(default)]
    metadata: GroupMeta,
    #[serde(default)]
    versions: Vec<GroupVersion>,
}

#[derive(Deserialize, Default)]
struct GroupMeta {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct GroupVersion {
    version: String,
    #[serde(default)]
    freshness: String,
    #[serde(default)]
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    resource: String,
    #[serde(default)]
    response_kind: ResponseKind,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    verbs: Vec<String>,
}

#[derive(Deserialize, Default)]
struct ResponseKind {
    #[serde(default)]
    kind: String,
}

/// The body of `/apis` asked for as `APIGroupDiscoveryList`; None: an older server answered an `APIGroupList`.
pub(super) fn aggregated(body: &[u8]) -> Option<Discovery> {
    let value: Value = serde_json::from_slice(body).ok()?;
    if value.get("kind").and_then(Value::as_str) != Some("APIGroupDiscoveryList") {
        return None;
    }
    let list: Aggregated = serde_json::from_value(value).ok()?;
    let mut discovery = Discovery::default();
    for group in list.items {
        for version in group.versions {
            if version.freshness == "Stale" {
                discovery.stale.insert(group.metadata.name.clone());
            }
            for resource in version.resources.into_iter().filter(|r| r.verbs.iter().any(|v| v == "list")) {
                discovery.served.push(Served {
                    group: group.metadata.name.clone(),
                    version: version.version.clone(),
                    plural: resource.resource,
                    kind: resource.response_kind.kind,
                    namespaced: resource.scope == "Namespaced",
                });
            }
        }
    }
    Some(discovery)
}

/// Groups and their preferred versions, from an `APIGroupList`.
pub(super) fn groups(body: &[u8]) -> Option<Vec<(String, String)>> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let groups = value.get("groups")?.as_array()?.iter().filter_map(|group| {
        let name = group.get("name")?.as_str()?;
        let version = group.pointer("/preferredVersion/version")?.as_str()?;
        Some((name.to_owned(), version.to_owned()))
    });
    Some(groups.collect())
}

/// Resources of one group and version, from an `APIResourceList`.
pub(super) fn resources(group: &str, version: &str, body: &[u8]) -> Option<Vec<Served>> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let resources = value.get("resources")?.as_array()?.iter().filter_map(|resource| {
        let plural = resource.get("name")?.as_str().filter(|name| !name.contains('/'))?;
        resource.get("verbs")?.as_array()?.iter().any(|v| v == "list").then(|| Served {
            group: group.to_owned(),
            version: version.to_owned(),
            plural: plural.to_owned(),
            kind: resource.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned(),
            namespaced: resource.get("namespaced").and_then(Value::as_bool).unwrap_or_default(),
        })
    });
    Some(resources.collect())
}
