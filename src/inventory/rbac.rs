//! RBAC resolved: every binding expanded to its role's rules, its holders and the scope in which they hold.
//!
//! What Kubernetes ships is told apart by label *and* name: the label alone is anybody's to set.

use super::kinds::meta::Meta;
use super::kinds::pod::PodSpec;
use super::kinds::rbac::{Binding, Role, Rule, Subject};
use super::{Inventory, Kind, Medium, Platform, platform};
use crate::model::GapReason;
use foldhash::{HashMap, HashMapExt};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

/// The label of what the API server writes at its start.
const BOOTSTRAPPING: (&str, &str) = ("kubernetes.io/bootstrapping", "rbac-defaults");

/// Roles that some release of Kubernetes from 1.20 to 1.36 writes at its start, those of controllers excepted.
const SHIPPED_ROLES: &[&str] = &[
    "admin",
    "cluster-admin",
    "edit",
    "extension-apiserver-authentication-reader",
    "system::leader-locking-kube-controller-manager",
    "system::leader-locking-kube-scheduler",
    "system:aggregate-to-admin",
    "system:aggregate-to-edit",
    "system:aggregate-to-view",
    "system:auth-delegator",
    "system:basic-user",
    "system:certificates.k8s.io:certificatesigningrequests:nodeclient",
    "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient",
    "system:certificates.k8s.io:kube-apiserver-client-approver",
    "system:certificates.k8s.io:kube-apiserver-client-kubelet-approver",
    "system:certificates.k8s.io:kubelet-serving-approver",
    "system:certificates.k8s.io:legacy-unknown-approver",
    "system:cluster-trust-bundle-discovery",
    "system:discovery",
    "system:heapster",
    "system:kube-aggregator",
    "system:kube-controller-manager",
    "system:kube-dns",
    "system:kube-scheduler",
    "system:kubelet-api-admin",
    "system:monitoring",
    "system:node",
    "system:node-bootstrapper",
    "system:node-problem-detector",
    "system:node-proxier",
    "system:persistent-volume-provisioner",
    "system:public-info-viewer",
    "system:service-account-issuer-discovery",
    "system:volume-scheduler",
    "view",
];

/// Controllers that have a role, a binding and a ServiceAccount in kube-system of their own: `system:controller:NAME`.
const CONTROLLERS: &[&str] = &[
    "attachdetach-controller",
    "bootstrap-signer",
    "certificate-controller",
    "cloud-provider",
    "clusterrole-aggregation-controller",
    "cronjob-controller",
    "daemon-set-controller",
    "deployment-controller",
    "device-taint-eviction-controller",
    "disruption-controller",
    "endpoint-controller",
    "endpointslice-controller",
    "endpointslicemirroring-controller",
    "ephemeral-volume-controller",
    "expand-controller",
    "generic-garbage-collector",
    "horizontal-pod-autoscaler",
    "job-controller",
    "kube-apiserver-serving-clustertrustbundle-publisher",
    "legacy-service-account-token-cleaner",
    "namespace-controller",
    "node-controller",
    "persistent-volume-binder",
    "pod-garbage-collector",
    "podcertificaterequestcleaner",
    "pv-protection-controller",
    "pvc-protection-controller",
    "replicaset-controller",
    "replication-controller",
    "resource-claim-controller",
    "resourcequota-controller",
    "root-ca-cert-publisher",
    "route-controller",
    "selinux-warning-controller",
    "service-account-controller",
    "service-cidrs-controller",
    "service-controller",
    "statefulset-controller",
    "storage-version-garbage-collector",
    "storage-version-migrator-controller",
    "token-cleaner",
    "ttl-after-finished-controller",
    "ttl-controller",
    "validatingadmissionpolicy-status-controller",
    "volumeattributesclass-protection-controller",
];

/// Bindings as shipped: namespace (empty: cluster-wide), binding, role, holder. Holders that are everyone are not here:
/// what they hold is always judged.
const SHIPPED_BINDINGS: &[(&str, &str, &str, Holder<'static>)] = &[
    ("", "cluster-admin", "cluster-admin", Holder::Group("system:masters")),
    ("", "system:kube-controller-manager", "system:kube-controller-manager", MANAGER),
    ("", "system:kube-dns", "system:kube-dns", system_account("kube-dns")),
    ("", "system:kube-scheduler", "system:kube-scheduler", SCHEDULER),
    ("", "system:monitoring", "system:monitoring", Holder::Group("system:monitoring")),
    ("", "system:node-proxier", "system:node-proxier", Holder::User("system:kube-proxy")),
    ("", "system:volume-scheduler", "system:volume-scheduler", SCHEDULER),
    ("kube-system", READER_BINDING, READER, MANAGER),
    ("kube-system", READER_BINDING, READER, SCHEDULER),
    ("kube-system", MANAGER_LOCK, MANAGER_LOCK, MANAGER),
    ("kube-system", MANAGER_LOCK, MANAGER_LOCK, system_account("kube-controller-manager")),
    ("kube-system", MANAGER_LOCK, MANAGER_LOCK, system_account("leader-election-controller")),
    ("kube-system", SCHEDULER_LOCK, SCHEDULER_LOCK, SCHEDULER),
    ("kube-system", SCHEDULER_LOCK, SCHEDULER_LOCK, system_account("kube-scheduler")),
];

const MANAGER: Holder<'static> = Holder::User("system:kube-controller-manager");
const SCHEDULER: Holder<'static> = Holder::User("system:kube-scheduler");
const READER: &str = "extension-apiserver-authentication-reader";
const READER_BINDING: &str = "system::extension-apiserver-authentication-reader";
const MANAGER_LOCK: &str = "system::leader-locking-kube-controller-manager";
const SCHEDULER_LOCK: &str = "system::leader-locking-kube-scheduler";

const fn system_account(name: &'static str) -> Holder<'static> {
    Holder::Account { namespace: "kube-system", name }
}

/// The same of kubeadm (1.29 and later have the first), which sets no label.
const KUBEADM_BINDINGS: &[(&str, &str, Holder<'static>)] = &[
    ("kubeadm:cluster-admins", "cluster-admin", Holder::Group("kubeadm:cluster-admins")),
    ("kubeadm:kubelet-bootstrap", "system:node-bootstrapper", KUBEADM_TOKEN),
    (
        "kubeadm:node-autoapprove-bootstrap",
        "system:certificates.k8s.io:certificatesigningrequests:nodeclient",
        KUBEADM_TOKEN,
    ),
    (
        "kubeadm:node-autoapprove-certificate-rotation",
        "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient",
        Holder::Group("system:nodes"),
    ),
    ("kubeadm:node-proxier", "system:node-proxier", system_account("kube-proxy")),
];

/// Bindings that a provider makes.
const PROVIDER_BINDINGS: &[(Platform, &str, &str, Holder<'static>)] = &[
    (Platform::Eks, "eks:addon-cluster-admin", "cluster-admin", Holder::User("eks:addon-manager")),
    (Platform::Aks, "aks-cluster-admin-binding", "cluster-admin", Holder::User("clusterAdmin")),
];

const KUBEADM_TOKEN: Holder<'static> = Holder::Group("system:bootstrappers:kubeadm:default-node-token");

/// Shipped roles that workloads are bound to and that hold nothing which a check looks for.
const HARMLESS: &[&str] = &[
    READER,
    "system:auth-delegator",
    "system:basic-user",
    "system:discovery",
    "system:public-info-viewer",
    "system:service-account-issuer-discovery",
];

/// What the user-facing roles hold in every cluster, as far as it matters to a check: known without reading them.
static KNOWN_RULES: LazyLock<BTreeMap<&str, Vec<Rule>>> = LazyLock::new(|| {
    let rule = |groups: &[&str], resources: &[&str], verbs: &[&str]| {
        let own = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
        Rule { verbs: own(verbs), api_groups: own(groups), resources: own(resources), ..Rule::default() }
    };
    let read = &["get", "list", "watch"];
    let write = &["create", "delete", "deletecollection", "patch", "update"];
    let everything = vec![
        rule(&["*"], &["*"], &["*"]),
        Rule { verbs: vec!["*".to_owned()], non_resource_urls: vec!["*".to_owned()], ..Rule::default() },
    ];
    let view = vec![
        rule(&[""], &["configmaps", "pods", "pods/log", "serviceaccounts", "services"], read),
        rule(&["apps"], &["daemonsets", "deployments", "replicasets", "statefulsets"], read),
        rule(&["batch"], &["cronjobs", "jobs"], read),
    ];
    let mut edit = view.clone();
    // events since 1.22
    edit.extend([
        rule(&[""], &["pods/attach", "pods/exec", "pods/portforward", "pods/proxy", "secrets"], read),
        rule(&[""], &["serviceaccounts"], &["impersonate"]),
        rule(&[""], &["pods", "pods/attach", "pods/exec", "pods/portforward", "pods/proxy"], write),
        rule(&[""], &["configmaps", "replicationcontrollers", "secrets", "serviceaccounts", "services"], write),
        rule(&[""], &["events", "persistentvolumeclaims"], write),
        rule(&[""], &["serviceaccounts/token"], &["create"]),
        rule(&["apps"], &["daemonsets", "deployments", "replicasets", "statefulsets"], write),
        rule(&["batch"], &["cronjobs", "jobs"], write),
        rule(&["networking.k8s.io"], &["ingresses", "networkpolicies"], write),
    ]);
    let mut admin = edit.clone();
    admin.push(rule(&["rbac.authorization.k8s.io"], &["rolebindings", "roles"], write));
    let roles = [("admin", admin), ("cluster-admin", everything), ("edit", edit), ("view", view)];
    roles.into_iter().chain(HARMLESS.iter().map(|name| (*name, Vec::new()))).collect()
});

fn labelled(meta: &Meta) -> bool {
    meta.labels.get(BOOTSTRAPPING.0).is_some_and(|value| value == BOOTSTRAPPING.1)
}

/// Whether Kubernetes ships a role of this name.
pub fn is_shipped_name(name: &str) -> bool {
    let controller = name.strip_prefix("system:controller:");
    SHIPPED_ROLES.contains(&name) || controller.is_some_and(|name| CONTROLLERS.contains(&name))
}

/// Who a binding names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder<'a> {
    /// A group.
    Group(&'a str),
    /// A ServiceAccount, by kind or by its user name.
    Account {
        /// Its namespace.
        namespace: &'a str,
        /// Its name.
        name: &'a str,
    },
    /// Any other user.
    User(&'a str),
}

impl<'a> Holder<'a> {
    /// The holder that a subject of a binding in this namespace (empty: of a ClusterRoleBinding) names. None where the
    /// API server ignores it: a ServiceAccount without a namespace in a ClusterRoleBinding, a kind that is none of the
    /// three. In a RoleBinding the namespace defaults to the binding's.
    pub fn of(subject: &'a Subject, kind: Kind, namespace: &'a str) -> Option<Self> {
        match subject.kind.as_str() {
            "Group" => Some(Self::Group(&subject.name)),
            "User" => Some(match subject.name.strip_prefix("system:serviceaccount:").and_then(|n| n.split_once(':')) {
                Some((namespace, name)) => Self::Account { namespace, name },
                None => Self::User(&subject.name),
            }),
            "ServiceAccount" if !subject.namespace.is_empty() => {
                Some(Self::Account { namespace: &subject.namespace, name: &subject.name })
            }
            "ServiceAccount" if kind == Kind::RoleBinding => Some(Self::Account { namespace, name: &subject.name }),
            _ => None,
        }
    }

    /// Why no reviewer could accept a right in these hands, as an apposition. Groups of ServiceAccounts count because
    /// the `default` account of each namespace, which every pod that names none runs as, is a member.
    pub fn unacceptable(self) -> Option<&'static str> {
        match self {
            Self::User("system:anonymous") | Self::Group("system:unauthenticated") => Some("anyone without logging in"),
            Self::Group("system:authenticated") => Some("everyone who can log in"),
            Self::Group("system:serviceaccounts") => Some("every ServiceAccount, each `default` one included"),
            Self::Group(group) if group.starts_with("system:serviceaccounts:") => {
                Some("every ServiceAccount of a namespace, its `default` one included")
            }
            Self::Account { name: "default", .. } => Some("every pod there that names no ServiceAccount"),
            _ => None,
        }
    }
}

impl fmt::Display for Holder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group(name) => write!(f, "Group {name}"),
            Self::Account { namespace, name } => write!(f, "ServiceAccount {namespace}/{name}"),
            Self::User(name) => write!(f, "User {name}"),
        }
    }
}

/// Where a right holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GrantScope<'a> {
    /// In the whole cluster: through a ClusterRoleBinding.
    Cluster,
    /// In one namespace, for what lives in namespaces: through a RoleBinding.
    Namespace(&'a str),
}

impl fmt::Display for GrantScope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cluster => f.write_str("cluster-wide"),
            Self::Namespace(namespace) => write!(f, "in namespace {namespace}"),
        }
    }
}

/// What a binding's `roleRef` leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A role that was read: its position in [`Rbac::roles`].
    Read(usize),
    /// A role that Kubernetes ships and that was not read: what it holds at least, and why that may not be all.
    Known(&'static [Rule], Option<GapReason>),
    /// Not there: the binding grants nothing.
    Dangling,
    /// Not read.
    Unread(GapReason),
}

/// A binding, resolved.
#[derive(Clone, Debug)]
pub struct Grant<'a> {
    /// RoleBinding or ClusterRoleBinding.
    pub kind: Kind,
    /// The binding.
    pub binding: &'a Binding,
    /// Where its role's rules hold.
    pub scope: GrantScope<'a>,
    /// Who holds them, each once, with its position in `subjects`.
    pub holders: Vec<(usize, Holder<'a>)>,
    /// The role.
    pub role: Target,
    platform: Platform,
}

impl<'a> Grant<'a> {
    /// Whether kubeadm, or the provider on whose platform the cluster runs, makes this binding with this holder.
    pub fn is_platforms(&self, holder: Holder<'_>) -> bool {
        let (name, role) = (self.binding.meta.name.as_str(), self.binding.role_ref.name.as_str());
        self.kind == Kind::ClusterRoleBinding
            && (KUBEADM_BINDINGS.contains(&(name, role, holder))
                || PROVIDER_BINDINGS.contains(&(self.platform, name, role, holder)))
    }

    /// Whether Kubernetes or its platform ships this binding with this holder. A holder that was added to a shipped
    /// binding is not shipped.
    pub fn ships(&self, holder: Holder<'_>) -> bool {
        let (name, role) = (self.binding.meta.name.as_str(), self.binding.role_ref.name.as_str());
        let Some(controller) = name.strip_prefix("system:controller:") else {
            let row = (self.binding.meta.namespace.as_str(), name, role, holder);
            return self.is_platforms(holder) || labelled(&self.binding.meta) && SHIPPED_BINDINGS.contains(&row);
        };
        let account = Holder::Account { namespace: "kube-system", name: controller };
        labelled(&self.binding.meta) && name == role && is_shipped_name(name) && holder == account
    }

    /// Its holders, without those that it is shipped with.
    pub fn own_holders(&self) -> impl Iterator<Item = (usize, Holder<'a>)> + Clone {
        self.holders.iter().copied().filter(|(_, holder)| !self.ships(*holder))
    }
}

/// A role, with the bindings that give it to somebody.
#[derive(Clone, Debug)]
pub struct RoleUse<'a> {
    /// Role or ClusterRole.
    pub kind: Kind,
    /// The role.
    pub role: &'a Role,
    /// What it grants. Of an aggregated role what the controller merged; in manifests it has not yet, so that is done
    /// here.
    pub rules: Cow<'a, [Rule]>,
    /// The first role with the same rules, by its position in [`Rbac::roles`]: many namespaces have a role of one chart.
    pub alike: usize,
    /// Shipped by Kubernetes: labelled so, and of a known name.
    pub shipped: bool,
    /// Positions in [`Rbac::grants`].
    pub grants: Vec<usize>,
}

impl RoleUse<'_> {
    /// Labelled as if Kubernetes shipped it, under a name that it does not ship.
    pub fn claims_to_be_shipped(&self) -> bool {
        !self.shipped && labelled(&self.role.meta)
    }
}

/// Every role and binding, resolved; built once an evaluation.
#[derive(Clone, Debug, Default)]
pub struct Rbac<'a> {
    /// Roles and ClusterRoles, shipped ones included.
    pub roles: Vec<RoleUse<'a>>,
    /// RoleBindings and ClusterRoleBindings.
    pub grants: Vec<Grant<'a>>,
    by_holder: HashMap<Holder<'a>, Vec<usize>>,
}

impl<'a> Rbac<'a> {
    /// Resolves what was read.
    pub fn of(inventory: &'a Inventory) -> Self {
        let mut rbac = Self::default();
        let platform = platform::detect(inventory);
        let mut places: HashMap<(Kind, &str, &str), usize> = HashMap::with_capacity(inventory.roles.len());
        let mut alike: HashMap<&[Rule], usize> = HashMap::default();
        for ((kind, key), role) in &inventory.roles {
            places.insert((*kind, &key.0, &key.1), rbac.roles.len());
            let place = *kind == Kind::ClusterRole || matches!(&*key.0, "kube-system" | "kube-public");
            let shipped = place && labelled(&role.meta) && is_shipped_name(&role.meta.name);
            let rules = effective_rules(inventory, role);
            let next = rbac.roles.len();
            let alike = match &rules {
                Cow::Borrowed(rules) => *alike.entry(*rules).or_insert(next),
                Cow::Owned(_) => next,
            };
            rbac.roles.push(RoleUse { kind: *kind, role, rules, alike, shipped, grants: Vec::new() });
        }
        for ((kind, key), binding) in &inventory.bindings {
            let (namespace, position) = (&*key.0, rbac.grants.len());
            let (target, scope) = match (kind, binding.role_ref.kind.as_str()) {
                (Kind::RoleBinding, "Role") => {
                    (Some((Kind::Role, namespace, &*binding.role_ref.name)), GrantScope::Namespace(namespace))
                }
                (Kind::RoleBinding, "ClusterRole") => {
                    (Some((Kind::ClusterRole, "", &*binding.role_ref.name)), GrantScope::Namespace(namespace))
                }
                (_, "ClusterRole") => (Some((Kind::ClusterRole, "", &*binding.role_ref.name)), GrantScope::Cluster),
                _ => (None, GrantScope::Cluster),
            };
            let role = match target {
                None => Target::Dangling,
                Some(target) => match places.get(&target) {
                    Some(place) => {
                        if let Some(role) = rbac.roles.get_mut(*place) {
                            role.grants.push(position);
                        }
                        Target::Read(*place)
                    }
                    None => absent(inventory, target),
                },
            };
            let mut holders: Vec<(usize, Holder<'a>)> = Vec::with_capacity(binding.subjects.len());
            for (index, subject) in binding.subjects.iter().enumerate() {
                let Some(holder) = Holder::of(subject, *kind, namespace) else { continue };
                if !holders.iter().any(|(_, known)| *known == holder) {
                    holders.push((index, holder));
                    rbac.by_holder.entry(holder).or_default().push(position);
                }
            }
            rbac.grants.push(Grant { kind: *kind, binding, scope, holders, role, platform });
        }
        rbac
    }

    /// The rules that a binding grants, as far as they are known.
    pub fn rules(&self, grant: &Grant<'_>) -> &[Rule] {
        match grant.role {
            Target::Read(place) => self.roles.get(place).map_or(&[], |role| &role.rules),
            Target::Known(rules, _) => rules,
            Target::Dangling | Target::Unread(_) => &[],
        }
    }

    /// Bindings that name a holder.
    pub fn granted_to<'s>(&'s self, holder: Holder<'s>) -> impl Iterator<Item = &'s Grant<'a>> {
        let places = self.by_holder.get(&holder).map_or(&[][..], Vec::as_slice);
        places.iter().filter_map(|place| self.grants.get(*place))
    }

    /// Bindings through which a ServiceAccount holds anything: those that name it, and those that name a group of which
    /// it is a member; each with the holder that it names.
    pub fn held_by_account(&self, namespace: &str, name: &str) -> Vec<(Holder<'a>, &Grant<'a>)> {
        let group = format!("system:serviceaccounts:{namespace}");
        let groups = ["system:authenticated", "system:serviceaccounts", &group].map(Holder::Group);
        let mut held = Vec::new();
        for member in [Holder::Account { namespace, name }].into_iter().chain(groups) {
            for place in self.by_holder.get(&member).into_iter().flatten() {
                let grant = self.grants.get(*place);
                let named = grant.and_then(|g| g.holders.iter().find(|(_, holder)| *holder == member));
                held.extend(grant.zip(named).map(|(grant, (_, holder))| (*holder, grant)));
            }
        }
        held
    }

    /// Bindings that name a ServiceAccount, not those that name a group of which every account is a member.
    pub fn granted_to_account<'s>(&'s self, namespace: &'s str, name: &'s str) -> impl Iterator<Item = &'s Grant<'a>> {
        self.granted_to(Holder::Account { namespace, name })
    }
}

/// A role that a binding names and that is not among those read.
fn absent(inventory: &Inventory, (kind, namespace, name): (Kind, &str, &str)) -> Target {
    let gap = inventory.gap(kind, Some(namespace).filter(|n| !n.is_empty()));
    let is_shipped =
        if kind == Kind::ClusterRole { name != READER } else { (namespace, name) == ("kube-system", READER) };
    let known = is_shipped.then(|| KNOWN_RULES.get(name)).flatten();
    match (known, gap) {
        // of manifests: a shipped role that is not there is as shipped, any other may be elsewhere
        (Some(rules), _) if inventory.medium == Medium::Files => Target::Known(rules, None),
        (None, None) if inventory.medium == Medium::Files => Target::Unread(GapReason::SourceCannotHoldIt),
        (Some(rules), Some(reason)) => Target::Known(rules, Some(reason).filter(|_| name != "cluster-admin")),
        (None, Some(reason)) => Target::Unread(reason),
        (_, None) => Target::Dangling,
    }
}

/// `rules`; for an aggregated ClusterRole of a manifest also the rules of the roles that it gathers.
fn effective_rules<'a>(inventory: &'a Inventory, role: &'a Role) -> Cow<'a, [Rule]> {
    let Some(aggregation) = role.aggregation_rule.as_ref().filter(|_| inventory.medium == Medium::Files) else {
        return Cow::Borrowed(&role.rules);
    };
    let mut rules = role.rules.clone();
    for ((_, key), other) in inventory.roles.iter().filter(|((kind, _), _)| *kind == Kind::ClusterRole) {
        let gathered = aggregation.cluster_role_selectors.iter().any(|s| s.matches(&other.meta.labels));
        if gathered && *key.1 != *role.meta.name {
            rules.extend(other.rules.iter().filter(|rule| !role.rules.contains(rule)).cloned());
        }
    }
    Cow::Owned(rules)
}

/// A right that a check looks for: any of the verbs on any of the resources.
#[derive(Clone, Copy, Debug)]
pub struct Right {
    /// Verbs; `impersonate:*` stands for all that begin so.
    pub verbs: &'static [&'static str],
    /// API groups; empty string: core; `*`: any.
    pub groups: &'static [&'static str],
    /// Resources and sub-resources; `a/*`: any sub-resource of `a`; `*`: any.
    pub resources: &'static [&'static str],
    /// Whether a RoleBinding can grant it: a resource that lives in no namespace is granted cluster-wide or not at all.
    pub namespaced: bool,
}

/// How a rule grants a right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Granted {
    /// For every object.
    All,
    /// For the objects named in `resourceNames` only.
    Named,
}

impl Right {
    /// Whether a rule grants it, where the rule holds in this scope.
    ///
    /// The API server knows `*` and `*/sub` as wildcards of resources; `res/*` and `*/*` grant nothing, but say what was
    /// meant, and are counted. Names limit get, update, patch, delete and what is asked of a sub-resource; a list or
    /// a watch is not counted as limited, and neither are create and deletecollection, whose requests need not say a name.
    pub fn granted_by(&self, rule: &Rule, scope: GrantScope<'_>) -> Option<Granted> {
        if !self.namespaced && scope != GrantScope::Cluster {
            return None;
        }
        if !self.groups.iter().any(|group| holds(&rule.api_groups, group)) {
            return None;
        }
        let verbs = || self.verbs.iter().filter(|verb| holds(&rule.verbs, verb));
        verbs().next()?;
        let resources = || self.resources.iter().filter(|want| rule.resources.iter().any(|have| covers(have, want)));
        resources().next()?;
        if rule.resource_names.is_empty() {
            return Some(Granted::All);
        }
        let unnamed = |verb: &&str| match *verb {
            "list" | "watch" | "deletecollection" => true,
            "create" => resources().any(|resource| !resource.contains('/')),
            _ => false,
        };
        Some(if verbs().any(unnamed) { Granted::All } else { Granted::Named })
    }
}

/// Whether a rule's list has the value or `*`; a wanted `a*` has any value that begins with `a`.
fn holds(list: &[String], want: &str) -> bool {
    match want.strip_suffix('*') {
        Some(prefix) => list.iter().any(|have| have == "*" || have.starts_with(prefix)),
        None => list.iter().any(|have| have == want || have == "*"),
    }
}

/// Whether a rule's resource covers a wanted one.
fn covers(have: &str, want: &str) -> bool {
    if have == "*" || have == want || want == "*" {
        return true;
    }
    let (Some((have, have_sub)), Some((want, want_sub))) = (have.split_once('/'), want.split_once('/')) else {
        return false;
    };
    (have == "*" || have == want) && (have_sub == "*" || want_sub == "*" || have_sub == want_sub)
}

/// Resources that live in no namespace and that no check reads: no RoleBinding grants them.
const CLUSTER_SCOPED: &[&str] = &["nodes/proxy", "certificatesigningrequests", "tokenreviews", "subjectaccessreviews"];

impl Rule {
    /// Whether it grants a verb on a resource (`secrets`, `pods/exec`, `deployments.apps`), where it holds in this scope.
    /// Of a resource that no check reads and that is named without its group, any group counts.
    pub fn allows(&self, verb: &str, resource: &str, scope: GrantScope<'_>) -> Option<Granted> {
        let (resource, group) = resource.split_once('.').map_or((resource, None), |(name, group)| (name, Some(group)));
        let base = resource.split('/').next().unwrap_or_default();
        let mut kinds = Kind::ALL.iter().map(|kind| kind.info()).filter(|info| info.plural == base).peekable();
        let group_fits = match group {
            Some(group) => holds(&self.api_groups, group),
            None => kinds.peek().is_none() || kinds.clone().any(|info| holds(&self.api_groups, info.group)),
        };
        if !group_fits {
            return None;
        }
        if (CLUSTER_SCOPED.contains(&resource) || kinds.any(|info| !info.namespaced)) && scope != GrantScope::Cluster {
            return None;
        }
        if !holds(&self.verbs, verb) || !self.resources.iter().any(|have| covers(have, resource)) {
            return None;
        }
        // a request that has no name is not granted by names
        let nameless = verb == "deletecollection" || (verb == "create" && !resource.contains('/'));
        match self.resource_names.as_slice() {
            [] => Some(Granted::All),
            _ if nameless => None,
            _ => Some(Granted::Named),
        }
    }

    /// All verbs on all resources of all groups: whoever holds it can do everything.
    pub fn is_everything(&self) -> bool {
        self.is_all_of("*")
    }

    /// All verbs on all resources of the core group: Secrets, pods and tokens lead to the rest.
    pub fn is_all_of_core(&self) -> bool {
        self.is_all_of("")
    }

    fn is_all_of(&self, group: &str) -> bool {
        let has = |list: &[String], wanted: &str| list.iter().any(|item| item == wanted);
        has(&self.verbs, "*")
            && has(&self.resources, "*")
            && has(&self.api_groups, group)
            && self.resource_names.is_empty()
    }
}

/// Whether a workload carries the token of a ServiceAccount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carried {
    /// This one does: `Deployment web`.
    By(String),
    /// None does.
    Nobody,
    /// Not known.
    Unread(GapReason),
}

impl Inventory {
    /// Whether a workload runs as a ServiceAccount and carries its token: mounted (pod, else ServiceAccount, else true) or
    /// projected. Looks beyond the scope of judgement.
    pub fn carrier(&self, namespace: &str, account: &str) -> Carried {
        let own = self.service_accounts.get(&(namespace.into(), account.into()));
        let allows = own.is_none_or(|a| a.automount_service_account_token != Some(false));
        let mut undecided = None;
        let mut mounts = |spec: &PodSpec| match spec.automount_service_account_token {
            _ if spec.service_account() != account => false,
            _ if spec.projects_token() => true,
            Some(explicit) => explicit,
            None if own.is_some() => allows,
            None => {
                undecided = self.gap(Kind::ServiceAccount, Some(namespace));
                undecided.is_none()
            }
        };
        for ((kind, key), row) in self.controllers.iter().filter(|((_, key), _)| *key.0 == *namespace) {
            if !row.finished && row.template.as_ref().is_some_and(|spec| mounts(spec)) {
                return Carried::By(format!("{} {}", kind.name(), key.1));
            }
        }
        for pod in self.pods.of(namespace) {
            if !pod.ended && !pod.mirror && mounts(&pod.spec) {
                let owner = self.top_owner(pod);
                return Carried::By(format!("{} {}", owner.kind, owner.name));
            }
        }
        let mut gaps = Kind::POD_SPEC.iter().map(|kind| self.gap(*kind, Some(namespace)));
        let gap = match self.medium {
            Medium::Cluster => gaps.find_map(|gap| gap),
            // a source that holds workloads of any kind is where they are kept
            Medium::Files => gaps.reduce(|a, b| a.and(b)).flatten(),
        };
        undecided.or(gap).map_or(Carried::Nobody, Carried::Unread)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{Object, ReadState, Version};
    use serde_json::{Value, json};

    fn inventory(medium: Medium, objects: Vec<Value>) -> Inventory {
        let mut inventory = Inventory::new(medium, Version::NEWEST);
        for kind in Kind::ALL {
            inventory.set_state(*kind, ReadState::Complete);
        }
        for value in objects {
            let group = value["apiVersion"].as_str().unwrap().split_once('/').map_or("", |(group, _)| group).to_owned();
            let kind = Kind::of(&group, value["kind"].as_str().unwrap()).unwrap();
            inventory.upsert(Object::from_json(kind, value).unwrap());
        }
        inventory
    }

    fn role(namespace: Option<&str>, name: &str, rules: Value) -> Value {
        let kind = if namespace.is_some() { "Role" } else { "ClusterRole" };
        let metadata = json!({"name": name, "namespace": namespace});
        json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": metadata, "rules": rules})
    }

    fn binding(namespace: Option<&str>, name: &str, role: (&str, &str), subjects: Value) -> Value {
        let kind = if namespace.is_some() { "RoleBinding" } else { "ClusterRoleBinding" };
        json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": {"name": name, "namespace": namespace},
            "roleRef": {"kind": role.0, "name": role.1}, "subjects": subjects,
        })
    }

    fn shipped(mut object: Value) -> Value {
        object["metadata"]["labels"] = json!({"kubernetes.io/bootstrapping": "rbac-defaults"});
        object
    }

    fn rule(groups: &[&str], resources: &[&str], verbs: &[&str], names: &[&str]) -> Rule {
        let own = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
        Rule {
            verbs: own(verbs),
            api_groups: own(groups),
            resources: own(resources),
            resource_names: own(names),
            non_resource_urls: Vec::new(),
        }
    }

    const SECRETS: Right =
        Right { verbs: &["get", "list", "watch"], groups: &[""], resources: &["secrets"], namespaced: true };
    const PROXY: Right =
        Right { verbs: &["get", "create"], groups: &[""], resources: &["nodes/proxy"], namespaced: false };

    /// Pitfalls 24 and 29.
    #[test]
    fn wildcards_cover_what_the_catalogue_says() {
        let all = Some(Granted::All);
        let grants = |right: &Right, groups: &[&str], resources: &[&str], verbs: &[&str]| {
            right.granted_by(&rule(groups, resources, verbs, &[]), GrantScope::Cluster)
        };
        assert_eq!(grants(&SECRETS, &[""], &["secrets"], &["watch"]), all);
        assert_eq!(grants(&SECRETS, &["*"], &["*"], &["*"]), all);
        assert_eq!(grants(&SECRETS, &["apps"], &["*"], &["*"]), None, "another group's `*` is not core");
        assert_eq!(grants(&SECRETS, &[""], &["secrets"], &["create"]), None);
        assert_eq!(grants(&SECRETS, &[""], &["pods", "secrets/status"], &["*"]), None);
        assert_eq!(grants(&SECRETS, &[""], &["*/*"], &["get"]), None, "sub-resources are not the resource");
        for resource in ["nodes/proxy", "nodes/*", "*/proxy", "*/*", "*"] {
            assert_eq!(grants(&PROXY, &[""], &[resource], &["get"]), all, "{resource}");
        }
        assert_eq!(grants(&PROXY, &[""], &["nodes"], &["*"]), None, "`nodes` does not cover `nodes/proxy`");
        assert_eq!(grants(&PROXY, &[""], &["pods/*"], &["*"]), None);
        let extras = Right { verbs: &["impersonate:*"], groups: &["*"], resources: &["*"], namespaced: true };
        assert_eq!(grants(&extras, &["authentication.k8s.io"], &["users"], &["impersonate:user-info"]), all);
        assert_eq!(grants(&extras, &[""], &["users"], &["impersonate"]), None);
    }

    /// Pitfall 25.
    #[test]
    fn names_limit_get_and_not_list() {
        let named = |right: &Right, resource: &str, verbs: &[&str]| {
            right.granted_by(&rule(&[""], &[resource], verbs, &["one"]), GrantScope::Cluster)
        };
        assert_eq!(named(&SECRETS, "secrets", &["get"]), Some(Granted::Named));
        assert_eq!(named(&SECRETS, "secrets", &["get", "list"]), Some(Granted::All));
        assert_eq!(named(&SECRETS, "secrets", &["*"]), Some(Granted::All));
        let pods = Right { verbs: &["create"], groups: &[""], resources: &["pods"], namespaced: true };
        assert_eq!(named(&pods, "pods", &["create"]), Some(Granted::All));
        let token = Right { resources: &["serviceaccounts/token"], ..pods };
        assert_eq!(named(&token, "serviceaccounts/token", &["create"]), Some(Granted::Named));
    }

    /// Pitfall 22.
    #[test]
    fn a_role_binding_grants_in_its_namespace_what_lives_in_one() {
        let objects = vec![
            role(None, "ops", json!([{"apiGroups": [""], "resources": ["secrets", "nodes/proxy"], "verbs": ["get"]}])),
            binding(Some("shop"), "b", ("ClusterRole", "ops"), json!([{"kind": "User", "name": "jane"}])),
            binding(None, "c", ("ClusterRole", "ops"), json!([{"kind": "User", "name": "joe"}])),
        ];
        let inventory = inventory(Medium::Cluster, objects);
        let rbac = Rbac::of(&inventory);
        let scopes = |user| -> Vec<_> { rbac.granted_to(Holder::User(user)).map(|grant| grant.scope).collect() };
        assert_eq!(scopes("jane"), [GrantScope::Namespace("shop")]);
        assert_eq!(scopes("joe"), [GrantScope::Cluster]);
        let granted = |right: &Right, user| {
            rbac.granted_to(Holder::User(user))
                .any(|g| rbac.rules(g).iter().any(|rule| right.granted_by(rule, g.scope).is_some()))
        };
        assert!(granted(&SECRETS, "jane") && !granted(&PROXY, "jane"));
        assert!(granted(&SECRETS, "joe") && granted(&PROXY, "joe"));
    }

    /// Pitfalls 27 and 31.
    #[test]
    fn subjects_are_read_as_the_api_server_does() {
        let subjects = json!([
            {"kind": "ServiceAccount", "name": "a"},
            {"kind": "ServiceAccount", "name": "a", "namespace": "shop"},
            {"kind": "User", "name": "system:serviceaccount:shop:b"},
            {"kind": "User", "name": "system:authenticated"},
            {"kind": "Group", "name": "system:authenticated"},
            {"kind": "Robot", "name": "r"},
        ]);
        let objects = vec![
            binding(Some("shop"), "b", ("Role", "x"), subjects.clone()),
            binding(None, "c", ("ClusterRole", "x"), subjects),
        ];
        let inventory = inventory(Medium::Cluster, objects);
        let rbac = Rbac::of(&inventory);
        let (a, b) =
            (Holder::Account { namespace: "shop", name: "a" }, Holder::Account { namespace: "shop", name: "b" });
        let everyone = Holder::Group("system:authenticated");
        let user = Holder::User("system:authenticated");
        assert_eq!(
            rbac.grants[0].holders,
            [(0, a), (2, b), (3, user), (4, everyone)],
            "the namespace defaults, duplicates go"
        );
        assert_eq!(rbac.grants[1].holders, [(1, a), (2, b), (3, user), (4, everyone)], "without a namespace: invalid");
        assert!(everyone.unacceptable().is_some() && user.unacceptable().is_none());
    }

    #[test]
    fn shipped_needs_the_label_and_the_name() {
        let everything = json!([{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]);
        let masters = json!([{"kind": "Group", "name": "system:masters"}, {"kind": "User", "name": "eve"}]);
        let controller =
            |namespace| json!([{"kind": "ServiceAccount", "name": "job-controller", "namespace": namespace}]);
        let job = ("ClusterRole", "system:controller:job-controller");
        let objects = vec![
            shipped(role(None, "cluster-admin", everything.clone())),
            shipped(role(None, "system:evil", everything.clone())),
            role(None, "view", everything.clone()),
            shipped(role(Some("shop"), "system:controller:token-cleaner", everything)),
            shipped(binding(None, "cluster-admin", ("ClusterRole", "cluster-admin"), masters)),
            shipped(binding(None, job.1, job, controller("kube-system"))),
            shipped(binding(None, "system:controller:ttl-controller", job, controller("kube-system"))),
        ];
        let inventory = inventory(Medium::Cluster, objects);
        let rbac = Rbac::of(&inventory);
        let is_shipped: BTreeMap<_, _> =
            rbac.roles.iter().map(|r| (r.role.meta.name.as_str(), (r.shipped, r.claims_to_be_shipped()))).collect();
        assert_eq!(is_shipped["cluster-admin"], (true, false));
        assert_eq!(is_shipped["system:evil"], (false, true));
        assert_eq!(is_shipped["view"], (false, false));
        assert_eq!(is_shipped["system:controller:token-cleaner"], (false, true), "shipped in kube-system only");
        let own: BTreeMap<_, Vec<_>> = rbac
            .grants
            .iter()
            .map(|g| (g.binding.meta.name.as_str(), g.own_holders().map(|(_, h)| h.to_string()).collect()))
            .collect();
        assert_eq!(own["cluster-admin"], ["User eve"], "who was added to a shipped binding is judged");
        assert!(own[job.1].is_empty());
        assert_eq!(own["system:controller:ttl-controller"], ["ServiceAccount kube-system/job-controller"]);
    }

    #[test]
    fn what_its_groups_hold_an_account_holds() {
        let all = json!([{"kind": "Group", "name": "system:serviceaccounts"}, {"kind": "User", "name": "jane"}]);
        let objects = vec![
            binding(
                None,
                "named",
                ("ClusterRole", "x"),
                json!([{"kind": "User", "name": "system:serviceaccount:shop:a"}]),
            ),
            binding(None, "all", ("ClusterRole", "x"), all),
            binding(
                Some("mail"),
                "of-a-namespace",
                ("Role", "x"),
                json!([{"kind": "Group", "name": "system:serviceaccounts:shop"}]),
            ),
            binding(None, "in", ("ClusterRole", "x"), json!([{"kind": "Group", "name": "system:authenticated"}])),
            binding(None, "out", ("ClusterRole", "x"), json!([{"kind": "Group", "name": "system:unauthenticated"}])),
        ];
        let inventory = inventory(Medium::Cluster, objects);
        let rbac = Rbac::of(&inventory);
        let held = |namespace| -> Vec<String> {
            let held = rbac.held_by_account(namespace, "a");
            held.iter().map(|(holder, grant)| format!("{} {holder}", grant.binding.meta.name)).collect()
        };
        let common = ["in Group system:authenticated", "all Group system:serviceaccounts"];
        let own =
            ["named ServiceAccount shop/a", common[0], common[1], "of-a-namespace Group system:serviceaccounts:shop"];
        assert_eq!(held("shop"), own);
        assert_eq!(held("mail"), common);
    }

    #[test]
    fn shipped_in_its_own_namespace_and_on_its_own_platform() {
        let scheduler = json!([{"kind": "ServiceAccount", "name": "kube-scheduler", "namespace": "kube-system"}]);
        let lock = |namespace| binding(Some(namespace), SCHEDULER_LOCK, ("Role", SCHEDULER_LOCK), scheduler.clone());
        let addons = json!([{"kind": "User", "name": "eks:addon-manager"}]);
        let mut objects = vec![
            shipped(lock("kube-system")),
            shipped(lock("shop")),
            binding(None, "eks:addon-cluster-admin", ("ClusterRole", "cluster-admin"), addons),
        ];
        let own = |objects: &[Value]| -> Vec<String> {
            let inventory = inventory(Medium::Cluster, objects.to_vec());
            let rbac = Rbac::of(&inventory);
            let own = rbac.grants.iter().filter(|grant| grant.own_holders().next().is_some());
            own.map(|grant| format!("{} {}", grant.binding.meta.namespace, grant.binding.meta.name)).collect()
        };
        let elsewhere = format!("shop {SCHEDULER_LOCK}");
        assert_eq!(own(&objects), [&elsewhere, " eks:addon-cluster-admin"]);
        objects.push(json!({
            "apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}, "spec": {"providerID": "aws:///a/i-1"},
            "status": {"nodeInfo": {"kubeletVersion": "v1.34.1-eks-ab"}},
        }));
        assert_eq!(own(&objects), [elsewhere]);
    }

    #[test]
    fn a_manifest_s_role_may_be_elsewhere() {
        let bind = |role| binding(None, role, ("ClusterRole", role), json!([{"kind": "User", "name": "jane"}]));
        let objects =
            vec![role(None, "there", json!(null)), bind("elsewhere"), bind("system:auth-delegator"), bind("there")];
        let inventory = inventory(Medium::Files, objects);
        let targets: Vec<Target> = Rbac::of(&inventory).grants.iter().map(|grant| grant.role).collect();
        let elsewhere = Target::Unread(GapReason::SourceCannotHoldIt);
        assert_eq!(targets, [elsewhere, Target::Known(&[], None), Target::Read(0)]);
    }

    #[test]
    fn a_role_that_is_not_there_dangles_only_where_roles_were_read() {
        let bind = |role| binding(None, role, ("ClusterRole", role), json!([{"kind": "User", "name": "jane"}]));
        let mut inventory = inventory(Medium::Cluster, vec![bind("gone"), bind("edit"), bind("cluster-admin")]);
        let targets =
            |inventory: &Inventory| -> Vec<Target> { Rbac::of(inventory).grants.iter().map(|g| g.role).collect() };
        assert_eq!(targets(&inventory), [Target::Dangling; 3]);
        let reason = GapReason::Forbidden;
        let state = ReadState::Failed { reason, message: "".into(), read: Default::default() };
        inventory.set_state(Kind::ClusterRole, state);
        let (admin, edit) = (KNOWN_RULES["cluster-admin"].as_slice(), KNOWN_RULES["edit"].as_slice());
        let known = [Target::Known(admin, None), Target::Known(edit, Some(reason)), Target::Unread(reason)];
        assert_eq!(targets(&inventory), known, "what it holds at least is known of a shipped role");
    }

    /// Pitfall 23.
    #[test]
    fn aggregated_roles_count_by_merged_rules() {
        let mut parent = role(None, "parent", json!(null));
        parent["aggregationRule"] = json!({"clusterRoleSelectors": [{"matchLabels": {"to": "parent"}}]});
        let mut child = role(None, "child", json!([{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}]));
        child["metadata"]["labels"] = json!({"to": "parent"});
        let rules = |medium| {
            let inventory = inventory(medium, vec![parent.clone(), child.clone()]);
            Rbac::of(&inventory).roles.iter().find(|r| r.role.meta.name == "parent").unwrap().rules.len()
        };
        assert_eq!(rules(Medium::Files), 1, "no controller has merged the rules of a manifest");
        assert_eq!(rules(Medium::Cluster), 0, "in a cluster the merged rules are the truth");
    }

    #[test]
    fn a_workload_carries_the_token_it_mounts() {
        let account = |name, automount: Value| {
            let metadata = json!({"name": name, "namespace": "shop"});
            json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata, "automountServiceAccountToken": automount})
        };
        let pod = |name: &str, account: &str, automount: Value, phase: &str| {
            let spec = json!({"serviceAccountName": account, "automountServiceAccountToken": automount});
            let metadata = json!({"name": name, "namespace": "shop"});
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": {"phase": phase}})
        };
        let mut projecting = pod("e", "projected", json!(false), "Running");
        let token = json!({"projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}});
        projecting["spec"]["volumes"] = json!([{"name": "vault", "projected": {"sources": []}}, token]);
        let objects = vec![
            account("closed", json!(false)),
            pod("a", "closed", json!(null), "Running"),
            pod("b", "overruled", json!(false), "Running"),
            pod("c", "ended", json!(null), "Succeeded"),
            pod("d", "absent", json!(null), "Running"),
            projecting,
        ];
        let mut inventory = inventory(Medium::Cluster, objects);
        assert_eq!(inventory.carrier("shop", "closed"), Carried::Nobody);
        assert_eq!(inventory.carrier("shop", "projected"), Carried::By("Pod e".to_owned()));
        assert_eq!(inventory.carrier("shop", "overruled"), Carried::Nobody);
        assert_eq!(inventory.carrier("shop", "ended"), Carried::Nobody);
        assert_eq!(inventory.carrier("shop", "absent"), Carried::By("Pod d".to_owned()));
        assert_eq!(inventory.carrier("other", "absent"), Carried::Nobody);
        let reason = GapReason::Forbidden;
        let state = || ReadState::Failed { reason, message: "".into(), read: Default::default() };
        inventory.set_state(Kind::ServiceAccount, state());
        assert_eq!(inventory.carrier("shop", "absent"), Carried::Unread(reason), "the account may forbid the mount");
        assert_eq!(inventory.carrier("shop", "closed"), Carried::Nobody);
        inventory.set_state(Kind::CronJob, state());
        assert_eq!(inventory.carrier("shop", "closed"), Carried::Unread(reason), "a CronJob may run as it");
    }
}
