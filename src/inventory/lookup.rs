//! Questions that an alert raises: whose pod is this, who runs this image, what is on this node, who may do that, what is
//! new. Answered from what was read.

use super::kinds::meta::Meta;
use super::{GrantScope, Granted, Holder, Inventory, Kind, Rbac, Target};
use crate::model::ObjectRef;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Question {
    /// Whose pods have this in their names?
    Pod(Arc<str>),
    /// Who runs an image with this in its name?
    Image(Arc<str>),
    /// What runs on the nodes with this in their names?
    Node(Arc<str>),
    /// What runs as this ServiceAccount (namespace; None: any)?
    Account(Option<Arc<str>>, Arc<str>),
    /// Which pods does an owner have?
    Pods(ObjectRef),
    /// Who may do this: verb, resource, in a namespace; None: anywhere.
    WhoCan(Arc<str>, Arc<str>, Option<Arc<str>>),
    /// What was made or changed in so many seconds?
    Recent(i64),
    /// Who reaches this workload, what does it run as, what does that allow, where may it connect to?
    Reach(ObjectRef),
    /// What did Trivy Operator count in its images?
    Vulnerabilities(ObjectRef),
}

/// Where a row of an answer leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// To what is found about an object.
    Findings(ObjectRef),
    /// To another answer.
    Ask(Question),
    /// Nowhere.
    Nowhere,
}

/// A row of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerRow {
    /// Its cells, one a column.
    pub cells: Vec<String>,
    /// Where it leads.
    pub next: Next,
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Titles of the columns.
    pub columns: &'static [&'static str],
    /// Rows.
    pub rows: Vec<AnswerRow>,
    /// What has to be known to read it rightly.
    pub notes: Vec<String>,
}

/// How long ago, as kubectl writes it: `5d3h`, `12m`.
pub fn age(seconds: i64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        ..60 => format!("{}s", seconds.max(0)),
        60..3600 => format!("{minutes}m"),
        3600..86_400 if minutes % 60 == 0 || hours >= 8 => format!("{hours}h"),
        3600..86_400 => format!("{hours}h{}m", minutes % 60),
        86_400..691_200 if hours % 24 > 0 => format!("{days}d{}h", hours % 24),
        _ => format!("{days}d"),
    }
}

impl Inventory {
    /// When the last object was made or changed: the time of a demo, which stands still.
    pub fn newest(&self) -> i64 {
        let of = |meta: &Meta| {
            let changed = meta.writer.iter().filter_map(|entry| entry.time);
            changed.chain(meta.creation_timestamp).map(|time| time.seconds).max().unwrap_or(0)
        };
        let controllers = self.controllers.values().map(|row| of(&row.meta));
        controllers.chain(self.pods.iter().map(|pod| pod.created)).max().unwrap_or(0)
    }

    /// Answers a question at a time (seconds since the epoch).
    pub fn answer(&self, question: &Question, now: i64) -> Answer {
        let mut answer = match question {
            Question::Pod(text) => self.pods_where(now, |pod| pod.name.contains(&**text)),
            Question::Node(text) => self.pods_where(now, |pod| pod.node.contains(&**text)),
            Question::Pods(owner) => {
                let mut pods = self.pods_where(now, |pod| self.top_owner(pod) == *owner);
                // all of one owner, who is above
                pods.columns = &["namespace", "pod", "node", "age", ""];
                pods.rows.iter_mut().for_each(|row| {
                    row.cells.remove(2);
                });
                pods
            }
            Question::Account(namespace, name) => self.runs_as(namespace.as_deref(), name),
            Question::Image(text) => self.runs_image(text),
            Question::WhoCan(verb, resource, namespace) => self.who_can(verb, resource, namespace.as_deref()),
            Question::Recent(seconds) => self.recent(now, *seconds),
            Question::Reach(object) => return self.ways(object),
            Question::Vulnerabilities(owner) => return self.vulnerabilities(owner, now),
        };
        let kinds: &[Kind] = match question {
            Question::Pod(_) | Question::Node(_) | Question::Pods(_) => &[Kind::Pod],
            Question::Account(..) | Question::Image(_) => Kind::POD_SPEC,
            Question::WhoCan(..) => &[Kind::Role, Kind::ClusterRole, Kind::RoleBinding, Kind::ClusterRoleBinding],
            Question::Recent(_) => &[Kind::Deployment, Kind::Pod, Kind::RoleBinding, Kind::ClusterRoleBinding],
            Question::Reach(_) | Question::Vulnerabilities(_) => &[],
        };
        let unread: Vec<&str> =
            kinds.iter().filter(|kind| self.gap(**kind, None).is_some()).map(|kind| kind.info().plural).collect();
        if !unread.is_empty() {
            answer.notes.push(format!("Not all was read, so there may be more: {}.", unread.join(", ")));
        }
        answer
    }

    fn pods_where(&self, now: i64, wanted: impl Fn(&super::PodRow) -> bool) -> Answer {
        let row = |pod: &super::PodRow| {
            let owner = self.top_owner(pod);
            let state = if pod.ended { "ended" } else { "" };
            AnswerRow {
                cells: vec![
                    pod.namespace.to_string(),
                    pod.name.to_string(),
                    owner.kind_name(),
                    pod.node.to_string(),
                    if pod.created > 0 { age(now - pod.created) } else { String::new() },
                    state.to_owned(),
                ],
                next: Next::Findings(owner),
            }
        };
        let rows = self.pods.iter().filter(|pod| wanted(pod)).map(row).collect();
        Answer { columns: &["namespace", "pod", "owner", "node", "age", ""], rows, notes: Vec::new() }
    }

    fn runs_image(&self, text: &str) -> Answer {
        let mut rows = Vec::new();
        for workload in self.workloads() {
            let mut images: BTreeMap<(&str, &str), usize> = BTreeMap::new();
            for variant in &workload.variants {
                for container in variant.spec.each_container().map(|(_, _, c)| c).filter(|c| c.image.contains(text)) {
                    *images.entry((&container.name, &container.image)).or_default() += variant.pods.len();
                }
            }
            for container in workload.template.iter().flat_map(|spec| spec.each_container()).map(|(_, _, c)| c) {
                if container.image.contains(text) {
                    images.entry((&container.name, &container.image)).or_default();
                }
            }
            rows.extend(images.into_iter().map(|((container, image), pods)| AnswerRow {
                cells: vec![
                    workload.namespace().to_owned(),
                    workload.owner.kind_name(),
                    container.to_owned(),
                    image.to_owned(),
                    pods.to_string(),
                ],
                next: Next::Findings((*workload.owner).clone()),
            }));
        }
        Answer { columns: &["namespace", "owner", "container", "image", "pods"], rows, notes: Vec::new() }
    }

    fn runs_as(&self, namespace: Option<&str>, name: &str) -> Answer {
        let workloads = self.workloads();
        let runs = workloads.iter().filter(|workload| {
            namespace.is_none_or(|namespace| workload.namespace() == namespace)
                && workload.specs().any(|spec| spec.service_account() == name)
        });
        let row = |workload: &super::Workload<'_>| AnswerRow {
            cells: vec![
                workload.namespace().to_owned(),
                workload.owner.kind_name(),
                name.to_owned(),
                workload.pod_count().to_string(),
            ],
            next: Next::Findings((*workload.owner).clone()),
        };
        Answer {
            columns: &["namespace", "owner", "service account", "pods"],
            rows: runs.map(row).collect(),
            notes: Vec::new(),
        }
    }

    fn who_can(&self, verb: &str, resource: &str, namespace: Option<&str>) -> Answer {
        let rbac = Rbac::of(self);
        let mut rows = Vec::new();
        let mut unread = 0;
        for grant in &rbac.grants {
            let here = match (grant.scope, namespace) {
                (GrantScope::Namespace(scope), Some(namespace)) => scope == namespace,
                _ => true,
            };
            if !here {
                continue;
            }
            unread += usize::from(matches!(grant.role, Target::Unread(_) | Target::Known(_, Some(_))));
            let granted = rbac.rules(grant).iter().filter_map(|rule| rule.allows(verb, resource, grant.scope));
            let Some(granted) = granted.max_by_key(|granted| *granted == Granted::All) else { continue };
            let role = &grant.binding.role_ref;
            for (_, holder) in &grant.holders {
                let next = match holder {
                    Holder::Account { namespace, name } => {
                        Next::Ask(Question::Account(Some((*namespace).into()), (*name).into()))
                    }
                    Holder::Group(_) | Holder::User(_) => Next::Nowhere,
                };
                let place = match grant.scope {
                    GrantScope::Cluster => "cluster-wide".to_owned(),
                    GrantScope::Namespace(namespace) => format!("in {namespace}"),
                };
                let how = match granted {
                    Granted::All => place,
                    Granted::Named => format!("{place}, by name only"),
                };
                let through =
                    format!("{} {} → {} {}", grant.kind.name(), grant.binding.meta.name, role.kind, role.name);
                rows.push(AnswerRow { cells: vec![holder.to_string(), how, through], next });
            }
        }
        rows.sort_by(|a, b| a.cells.cmp(&b.cells));
        rows.dedup();
        let mut notes = vec!["By RBAC only; other authorizers may allow more.".to_owned()];
        if unread > 0 {
            notes.push(format!("Of {unread} bindings the role was not read: they may grant it too."));
        }
        Answer { columns: &["who", "where", "through"], rows, notes }
    }

    fn recent(&self, now: i64, within: i64) -> Answer {
        let since = now - within;
        let mut found: Vec<(i64, AnswerRow)> = Vec::new();
        let mut add = |kind: Kind, meta: &Meta| {
            let created = meta.creation_timestamp.map_or(0, |time| time.seconds);
            let last = meta.writer.as_deref();
            let changed = last.and_then(|entry| entry.time).map_or(0, |time| time.seconds).max(created);
            if changed < since {
                return;
            }
            let what = if created >= since { "created" } else { "changed" };
            let by = last.map_or("", |entry| entry.manager.as_str());
            let object = ObjectRef::new(&kind.api_version(), kind.name(), meta.namespace(), &meta.name);
            let cells =
                vec![age(now - changed), what.to_owned(), meta.namespace.clone(), object.kind_name(), by.to_owned()];
            found.push((changed, AnswerRow { cells, next: Next::Findings(object) }));
        };
        for ((kind, _), row) in self.controllers.iter().filter(|(_, row)| row.meta.controller().is_none()) {
            add(*kind, &row.meta);
        }
        self.roles.iter().for_each(|((kind, _), role)| add(*kind, &role.meta));
        self.bindings.iter().for_each(|((kind, _), binding)| add(*kind, &binding.meta));
        self.webhooks.iter().for_each(|((kind, _), webhook)| add(*kind, &webhook.meta));
        for kind in Kind::ALL.iter().filter(|kind| !kind.name().is_empty()) {
            self.metas_of(*kind).for_each(|meta| add(*kind, meta));
        }
        for pod in self.pods.iter().filter(|pod| pod.owner.is_none() && pod.created >= since) {
            let object = ObjectRef::new("v1", "Pod", Some(&pod.namespace), &pod.name);
            let namespace = pod.namespace.to_string();
            let cells =
                vec![age(now - pod.created), "created".to_owned(), namespace, object.kind_name(), String::new()];
            found.push((pod.created, AnswerRow { cells, next: Next::Findings(object) }));
        }
        found.sort_by(|(a, one), (b, other)| b.cmp(a).then_with(|| one.cells.cmp(&other.cells)));
        Answer {
            columns: &["ago", "", "namespace", "resource", "by"],
            rows: found.into_iter().map(|(_, row)| row).collect(),
            notes: vec!["By creation time and last writer; deleted things leave no trace.".to_owned()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_as_kubectl_writes_them() {
        let ages = [5, 59, 60, 3599, 3600, 5400, 40_000, 86_400, 100_000, 691_200, 8_640_000].map(age);
        assert_eq!(ages, ["5s", "59s", "1m", "59m", "1h", "1h30m", "11h", "1d", "1d3h", "8d", "100d"]);
    }
}
