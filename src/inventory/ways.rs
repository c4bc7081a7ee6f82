//! The ways to a workload and from it: who reaches it, what it runs as, what that allows, where it may connect to. By what
//! was read; what was not is said in its place.

use super::exposure::{EXPOSURE_KINDS, Exposure};
use super::lookup::{Answer, AnswerRow, Next, Question};
use super::network::{Direction, Network, POLICY_KINDS, Reach};
use super::services::{Carries, Services};
use super::{Granted, Inventory, Kind, Rbac, ReadState, Target, Workload};
use crate::model::{GapReason, ObjectRef};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

/// Rights that lead further, each as any of these verbs on resources.
#[rustfmt::skip] // a table
const POWERS: &[(&str, &[(&str, &str)])] = &[
    ("read Secrets", &[("get", "secrets"), ("list", "secrets"), ("watch", "secrets")]),
    ("change Secrets", &[("create", "secrets"), ("update", "secrets"), ("patch", "secrets"), ("delete", "secrets")]),
    ("run commands in pods", &[("create", "pods/exec"), ("get", "pods/exec"), ("create", "pods/attach"), ("update", "pods/ephemeralcontainers"), ("patch", "pods/ephemeralcontainers")]),
    ("create workloads", &[("create", "pods"), ("create", "deployments"), ("create", "daemonsets"), ("create", "statefulsets"), ("create", "replicasets"), ("create", "jobs"), ("create", "cronjobs")]),
    ("change workloads", &[("update", "deployments"), ("patch", "deployments"), ("update", "daemonsets"), ("patch", "daemonsets"), ("update", "statefulsets"), ("patch", "statefulsets"), ("patch", "cronjobs"), ("update", "cronjobs")]),
    ("reach pods and kubelets through nodes", &[("get", "nodes/proxy"), ("create", "nodes/proxy")]),
    ("change nodes", &[("update", "nodes"), ("patch", "nodes"), ("delete", "nodes")]),
    ("read nodes", &[("get", "nodes"), ("list", "nodes")]),
    ("make tokens of ServiceAccounts", &[("create", "serviceaccounts/token")]),
    ("act as others", &[("impersonate", "users"), ("impersonate", "groups"), ("impersonate", "serviceaccounts")]),
    ("give rights away", &[("create", "clusterrolebindings"), ("create", "rolebindings"), ("update", "clusterrolebindings"), ("update", "rolebindings"), ("bind", "clusterroles"), ("bind", "roles"), ("escalate", "clusterroles"), ("escalate", "roles")]),
    ("change admission webhooks", &[("create", "mutatingwebhookconfigurations"), ("update", "mutatingwebhookconfigurations"), ("patch", "mutatingwebhookconfigurations"), ("create", "validatingwebhookconfigurations"), ("update", "validatingwebhookconfigurations"), ("patch", "validatingwebhookconfigurations")]),
    ("read logs", &[("get", "pods/log")]),
];

/// Kinds by which rights are given.
const RIGHTS: &[Kind] = &[Kind::ClusterRoleBinding, Kind::RoleBinding, Kind::ClusterRole, Kind::Role];

/// Where clouds hand out the node's credentials, and an address that is anybody's.
const METADATA: IpAddr = IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254));
const WORLD: IpAddr = IpAddr::V4(Ipv4Addr::new(1, 1, 1, 1));

/// Rows under construction.
#[derive(Default)]
struct Rows(Vec<AnswerRow>);

impl Rows {
    fn add(&mut self, step: &str, what: impl Into<String>, how: impl Into<String>, next: Next) {
        let row = AnswerRow { cells: vec![step.to_owned(), what.into(), how.into()], next };
        if !self.0.contains(&row) {
            self.0.push(row);
        }
    }

    fn say(&mut self, step: &str, what: impl Into<String>, how: impl Into<String>) {
        self.add(step, what, how, Next::Nowhere);
    }
}

impl Inventory {
    /// The ways to an object and from it: a workload, or a ServiceAccount.
    pub(super) fn ways(&self, object: &ObjectRef) -> Answer {
        let mut rows = Rows::default();
        if &*object.kind == "ServiceAccount" {
            let namespace = object.namespace.as_deref().unwrap_or_default();
            let next = Next::Ask(Question::Account(Some(namespace.into()), object.name.clone()));
            let count =
                self.workloads().iter().filter(|w| w.namespace() == namespace && runs_as(w, &object.name)).count();
            let gap = self.unread(Kind::POD_SPEC, namespace).map(|said| format!("not all was read: {said}"));
            rows.add("used by", counted(count, "workload"), gap.unwrap_or_default(), next);
            self.rights(namespace, &object.name, &mut rows);
        } else {
            match self.workloads().iter().find(|workload| *workload.owner == *object) {
                Some(workload) => self.ways_of(workload, &mut rows),
                None => rows.say("", "It runs no pods now, or was not read.", ""),
            }
        }
        let notes = vec!["RBAC only; other authorizers may exist.".to_owned()];
        Answer { columns: &["step", "what", "how"], rows: rows.0, notes }
    }

    fn ways_of(&self, workload: &Workload<'_>, rows: &mut Rows) {
        self.ways_in(workload, rows);
        let pods = workload.pod_count();
        rows.add(
            "pods",
            counted(pods, "pod"),
            nodes_of(workload),
            Next::Ask(Question::Pods((*workload.owner).clone())),
        );
        if let Some(counts) = self.vulnerabilities_in_short(&workload.owner) {
            rows.add(
                "images",
                counts,
                "Trivy Operator",
                Next::Ask(Question::Vulnerabilities((*workload.owner).clone())),
            );
        }
        let namespace = workload.namespace();
        let accounts: BTreeSet<&str> = workload.specs().map(|spec| spec.service_account()).collect();
        for name in accounts {
            let next = Next::Ask(Question::Account(Some(namespace.into()), name.into()));
            let token = self.token(workload, name);
            rows.add("runs as", format!("ServiceAccount {namespace}/{name}"), token, next);
            self.rights(namespace, name, rows);
        }
        self.ways_out(workload, rows);
    }

    /// Why kinds were not read here, in few words.
    fn unread(&self, kinds: &[Kind], namespace: &str) -> Option<String> {
        let told = |kind: &Kind| {
            let reason = self.gap(*kind, Some(namespace).filter(|_| kind.info().namespaced))?;
            Some((words(reason), kind.info().plural))
        };
        let mut told: Vec<_> = kinds.iter().filter_map(told).collect();
        told.sort_unstable();
        told.dedup();
        let first = told.first()?;
        let same = told.iter().filter(|(reason, _)| *reason == first.0).count();
        let more = if same > 1 { format!(" and {} more kinds", told.len() - 1) } else { String::new() };
        Some(format!("{} {}{more}", first.1, first.0))
    }

    fn ways_in(&self, workload: &Workload<'_>, rows: &mut Rows) {
        let namespace = workload.namespace();
        let exposure = Exposure::new(self);
        let before = rows.0.len();
        for spec in workload.specs() {
            for way in exposure.of(namespace, workload.pod_labels, spec) {
                let service = service_ref(&way.service.meta.namespace, &way.service.meta.name);
                let far = match way.carries {
                    Carries::Outside => "from outside",
                    Carries::Internal => "from the provider's network",
                    Carries::Node => "by a port of every node",
                    Carries::Cluster => "inside the cluster",
                };
                match way.through {
                    Some(through) => {
                        let how = format!("{far}, to Service {namespace}/{}", way.service.meta.name);
                        rows.add("in", way.to_string(), how, Next::Findings(through.clone()));
                    }
                    None => rows.add("in", way.to_string(), far, Next::Findings(service)),
                }
            }
            if spec.host_network {
                rows.say("in", "the node's own network", "no policy holds what runs on it");
            }
            for port in spec.each_container().flat_map(|(_, _, c)| &c.ports).filter(|port| port.host_port > 0) {
                rows.say("in", format!("port {} of its node", port.host_port), "hostPort");
            }
        }
        if rows.0.len() == before {
            rows.say("in", "nothing from outside that was read", "");
        }
        if let Some(said) = self.unread(EXPOSURE_KINDS, namespace) {
            rows.say("in", "perhaps more", format!("not read: {said}"));
        }
        for service in
            Services::new(self).of(namespace, workload.pod_labels).filter(|s| s.carries() == Carries::Cluster)
        {
            let name = &service.meta.name;
            let next = Next::Findings(service_ref(namespace, name));
            rows.add("in", format!("Service {namespace}/{name}"), "inside the cluster", next);
        }
        let network = Network::new(self);
        let isolation = network.isolation(namespace, workload.pod_labels, Direction::Ingress);
        self.isolated(("in", "from other pods"), &network, namespace, &isolation, rows);
    }

    /// What policies let through in a direction.
    fn isolated(
        &self,
        (step, what): (&str, &str),
        network: &Network<'_>,
        namespace: &str,
        isolation: &super::network::Isolation<'_>,
        rows: &mut Rows,
    ) {
        let names = |policies: &[&super::network::Policy]| {
            let names: BTreeSet<String> = policies.iter().map(|policy| policy.object.to_string()).collect();
            names.into_iter().collect::<Vec<_>>().join(", ")
        };
        let next = isolation.by.first().map_or(Next::Nowhere, |policy| Next::Findings(policy.object.clone()));
        match (isolation.by.is_empty(), isolation.perhaps.is_empty(), network.gap(namespace)) {
            (false, _, _) => rows.add(step, what, format!("only what is allowed by {}", names(&isolation.by)), next),
            (true, false, _) => {
                rows.say(step, what, format!("not known: {} is not wholly read", names(&isolation.perhaps)));
            }
            (true, true, Some(_)) => {
                let said = self.unread(POLICY_KINDS, namespace).unwrap_or_default();
                rows.say(step, what, format!("not known: {said}"));
            }
            (true, true, None) => rows.say(step, what, "all of it: no policy says otherwise"),
        }
    }

    fn ways_out(&self, workload: &Workload<'_>, rows: &mut Rows) {
        let namespace = workload.namespace();
        if workload.specs().any(|spec| spec.host_network) {
            rows.say("out", "wherever its node can connect to", "on the node's own network no policy holds it");
            return;
        }
        let network = Network::new(self);
        let isolation = network.isolation(namespace, workload.pod_labels, Direction::Egress);
        self.isolated(("out", "to other pods"), &network, namespace, &isolation, rows);
        for (what, address, port) in
            [("to the internet", WORLD, 443), ("to the cloud's metadata service", METADATA, 80)]
        {
            let what = format!("{what} ({address}:{port})");
            let unread = network.gap(namespace).and_then(|_| self.unread(POLICY_KINDS, namespace));
            match (unread, network.egress(namespace, workload.pod_labels, address, port)) {
                (Some(said), _) => rows.say("out", what, format!("not known: {said}")),
                (None, Reach::Closed) => rows.say("out", what, "no: policies deny it"),
                (None, Reach::Open(None)) => rows.say("out", what, "yes: no policy denies it"),
                (None, Reach::Open(Some(policy))) => {
                    let how = format!("yes: {} allows it", policy.object);
                    rows.add("out", what, how, Next::Findings(policy.object.clone()));
                }
                (None, Reach::Unsure(policy)) => {
                    rows.say("out", what, format!("not known: {} is not wholly read", policy.object));
                }
            }
        }
    }

    /// Whether the pods carry the token of their account.
    fn token(&self, workload: &Workload<'_>, account: &str) -> String {
        let namespace = workload.namespace();
        let own = self.service_accounts.get(&(namespace.into(), account.into()));
        let forbids = own.is_some_and(|own| own.automount_service_account_token == Some(false));
        let gap = if own.is_none() { self.gap(Kind::ServiceAccount, Some(namespace)) } else { None };
        let mut carried = None;
        for spec in workload.specs().filter(|spec| spec.service_account() == account) {
            let carries = match (spec.automount_service_account_token, gap) {
                _ if workload.mirror => Ok(false),
                _ if spec.projects_token() => Ok(true),
                (Some(explicit), _) => Ok(explicit),
                (None, Some(reason)) => Err(reason),
                (None, None) => Ok(!forbids),
            };
            carried = match (carried, carries) {
                (Some(Ok(true)), _) | (_, Ok(true)) => Some(Ok(true)),
                (Some(Err(reason)), _) | (_, Err(reason)) => Some(Err(reason)),
                _ => Some(Ok(false)),
            };
        }
        match carried {
            Some(Ok(true)) => "its token is in the pods".to_owned(),
            Some(Err(reason)) => {
                format!("whether its token is in the pods is not known: serviceaccounts {}", words(reason))
            }
            _ => "its token is not in the pods".to_owned(),
        }
    }

    /// What an account may do, by the bindings that name it or a group of which it is a member.
    fn rights(&self, namespace: &str, account: &str, rows: &mut Rows) {
        let rbac = Rbac::of(self);
        let before = rows.0.len();
        let mut others = 0;
        for (holder, grant) in rbac.held_by_account(namespace, account) {
            let role = &grant.binding.role_ref;
            let group =
                if let super::Holder::Group(_) = holder { format!(", as a member of {holder}") } else { String::new() };
            let place = grant.binding.meta.namespace.as_str();
            let object = ObjectRef::new(
                &grant.kind.api_version(),
                grant.kind.name(),
                Some(place).filter(|place| !place.is_empty()),
                &grant.binding.meta.name,
            );
            let through = format!("{}{group}, {} to {} {}", grant.scope, object.kind_name(), role.kind, role.name);
            if let Target::Unread(reason) | Target::Known(_, Some(reason)) = grant.role {
                rows.add(
                    "may",
                    "perhaps more",
                    format!("{through}: role {}", words(reason)),
                    Next::Findings(object.clone()),
                );
            }
            let rules = rbac.rules(grant);
            if rules.iter().any(|rule| rule.is_everything()) {
                rows.add("may", "everything", through, Next::Findings(object));
                continue;
            }
            let can = |asks: &[(&str, &str)]| {
                let asked = asks.iter().flat_map(|(verb, resource)| {
                    rules.iter().filter_map(|rule| rule.allows(verb, resource, grant.scope))
                });
                asked.max_by_key(|granted| *granted == Granted::All)
            };
            let doings: Vec<String> = POWERS
                .iter()
                .filter_map(|(doing, asks)| {
                    Some(match can(asks)? {
                        Granted::All => (*doing).to_owned(),
                        Granted::Named => format!("{doing} (by name only)"),
                    })
                })
                .collect();
            if doings.is_empty() {
                others += usize::from(!rules.is_empty());
            } else {
                rows.add("may", doings.join(", "), through, Next::Findings(object));
            }
        }
        if rows.0.len() == before {
            rows.say("may", "nothing that leads further", "");
        }
        if others > 0 {
            let what = match others {
                1 => "what 1 more binding grants".to_owned(),
                count => format!("what {count} more bindings grant"),
            };
            rows.say("may", what, "no Secrets, commands, workloads, nodes or rights");
        }
        if let Some(said) = self.unread(RIGHTS, namespace) {
            rows.say("may", "perhaps more", format!("not read: {said}"));
        }
    }
}

fn runs_as(workload: &Workload<'_>, account: &str) -> bool {
    workload.specs().any(|spec| spec.service_account() == account)
}

fn service_ref(namespace: &str, name: &str) -> ObjectRef {
    ObjectRef::new("v1", "Service", Some(namespace), name)
}

/// `on 3 nodes`.
fn nodes_of(workload: &Workload<'_>) -> String {
    let pods = workload.variants.iter().flat_map(|variant| &variant.pods);
    let nodes: BTreeSet<&str> = pods.map(|pod| -> &str { &pod.node }).filter(|node| !node.is_empty()).collect();
    match (nodes.len(), nodes.first()) {
        (0, _) => String::new(),
        (1, Some(node)) => format!("on {node}"),
        (count, _) => format!("on {count} nodes"),
    }
}

pub(super) fn counted(count: usize, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}

/// A reason in words: `forbidden`, `not asked for`.
fn words(reason: GapReason) -> &'static str {
    match reason {
        GapReason::Forbidden => "may not be read (forbidden)",
        GapReason::OptIn => "are read only when asked for",
        GapReason::TimedOut => "did not answer in time",
        GapReason::DiscoveryFailed => "could not be looked for",
        GapReason::SourceCannotHoldIt => "are not in what was read",
        GapReason::Stale => "are no longer read",
        _ => "could not be read",
    }
}

impl Inventory {
    /// Whether a kind is not served at all.
    pub(super) fn is_absent(&self, kind: Kind) -> bool {
        *self.state(kind) == ReadState::Absent
    }
}
