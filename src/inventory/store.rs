use super::kinds::admission::WebhookConfiguration;
use super::kinds::custom::Custom;
use super::kinds::interned::{self, Interner};
use super::kinds::meta::{Map, Meta};
use super::kinds::pod::{Pod, PodSpec};
use super::kinds::rbac::{Binding, Role};
use super::kinds::whole::Whole;
use super::kinds::workload::{Controller, Detail};
use super::kinds::{admission, cluster, config, ingress, limits, network, plain_kinds, rbac, storage};
use super::selector::selects;
use super::shelf::Shelf;
use super::table::{Place, Put, Row, Table};
use super::{Kind, Object, Settings, Version, Wire, kube_bench, kubelet, node_facts};
use crate::model::{Cluster, FindingSource, GapReason, ObjectRef, Scope};
use foldhash::{HashMap, HashSet};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

static NEXT_ID: AtomicU64 = AtomicU64::new(0);

/// Namespace (empty: cluster-scoped) and name.
pub type Key = (Arc<str>, Arc<str>);

/// Where the objects came from: decides what an absent kind means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// A whole cluster, live or the demo: what is not there does not exist.
    Cluster,
    /// Manifests: what is not there may be elsewhere.
    Files,
}

/// How far the reading of a kind is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ReadState {
    /// Not begun, or not asked for.
    #[default]
    Unread,
    /// Under way.
    Reading,
    /// All in scope was read.
    Complete,
    /// The server answered and does not serve it: zero objects, a fact.
    Absent,
    /// Not read, or not wholly.
    Failed {
        /// Why.
        reason: GapReason,
        /// What was asked and what came back.
        message: Arc<str>,
        /// Namespaces that were read all the same.
        read: BTreeSet<Arc<str>>,
    },
}

/// A live pod: its spec is interned, its name and owner are its own.
#[derive(Clone, Debug, PartialEq)]
pub struct PodRow {
    /// Namespace.
    pub namespace: Arc<str>,
    /// Name.
    pub name: Arc<str>,
    /// Interned labels.
    pub labels: Arc<Map>,
    /// Managing controller: apiVersion, kind, name.
    pub owner: Option<Arc<(String, String, String)>>,
    /// Interned spec.
    pub spec: Arc<PodSpec>,
    /// A static pod's mirror.
    pub mirror: bool,
    /// Succeeded or Failed: no longer running.
    pub ended: bool,
    /// When it was created, seconds since the epoch.
    pub created: i64,
    /// The node that it runs on; empty: none yet.
    pub node: Arc<String>,
}

impl PodRow {
    /// What it runs and for whom, the spec and the owner by the place where they lie.
    fn runs(&self) -> impl PartialEq + use<> {
        let owner = self.owner.as_ref().map(|owner| Arc::as_ptr(owner).addr());
        (Arc::as_ptr(&self.spec).addr(), owner, self.mirror, self.ended)
    }
}

impl Row for PodRow {
    fn place(&self) -> Place<'_> {
        (&self.namespace, &self.name)
    }
}

/// A ReplicaSet or Job that has a controller: its own template is a copy or old.
#[derive(Clone, Debug, PartialEq)]
struct CopyRow {
    namespace: Arc<str>,
    name: Box<str>,
    /// The controller: apiVersion, kind, name.
    owner: Arc<(String, String, String)>,
}

impl Row for CopyRow {
    fn place(&self) -> Place<'_> {
        (&self.namespace, &self.name)
    }
}

macro_rules! inventory {
    ($($kind:ident, $type:ty, $table:ident;)*) => {
        /// What was read of a cluster or of manifests.
        #[derive(Debug)]
        pub struct Inventory {
            /// What it came from.
            pub medium: Medium,
            /// Which cluster.
            pub cluster: Cluster,
            /// Version that decides rules and benchmark.
            pub version: Version,
            /// What was asked for.
            pub scope: Scope,
            /// What the user lays down.
            pub settings: Settings,
            /// Who wrote an object last is not kept: no rule asks for it, only people do.
            pub forgets_writers: bool,
            $(#[doc = concat!("`", stringify!($kind), "`.")]
            pub $table: Shelf<Key, $type>,)*
            /// Pods.
            pub pods: Table<PodRow>,
            /// Controllers, by kind; without copies.
            pub controllers: Shelf<(Kind, Key), ControllerRow>,
            /// The controllers of ReplicaSets and Jobs that have one, by kind: their own templates are copies or old.
            copies: BTreeMap<Kind, Table<CopyRow>>,
            /// Roles and ClusterRoles, by kind: a manifest's Role may name no namespace.
            pub roles: Shelf<(Kind, Key), Role>,
            /// RoleBindings and ClusterRoleBindings, by kind.
            pub bindings: Shelf<(Kind, Key), Binding>,
            /// Webhook configurations, by kind.
            pub webhooks: Shelf<(Kind, Key), WebhookConfiguration>,
            /// Objects of which the metadata is read.
            pub metas: Shelf<(Kind, Key), Meta>,
            /// Custom resources, by kind; the name carries the resource's own kind where a kind stands for several.
            pub customs: Shelf<(Kind, Key), Custom>,
            /// What questions came to on objects that were read whole, by kind.
            pub wholes: Shelf<(Kind, Key), Whole>,
            /// File and document of each object, for file sources.
            pub sources: HashMap<(Kind, Key), Arc<FindingSource>>,
            /// Objects of manifests that name no namespace: they stand in the default one only for want of another.
            pub unplaced: BTreeSet<(Kind, Key)>,
            states: BTreeMap<Kind, ReadState>,
            undecodable: Vec<(Kind, Key, Arc<str>)>,
            opt_ins: BTreeSet<Kind>,
            /// Which inventory: no two of a process have the same number.
            id: u64,
            /// How often something that is kept changed, by kind.
            changes: BTreeMap<Kind, u64>,
            /// How many of these left what runs, and for whom, as it was.
            beside: BTreeMap<Kind, u64>,
            /// Names of namespaces, each once.
            places: HashSet<Arc<str>>,
            labels: Interner<Map>,
            owners: Interner<(String, String, String)>,
            nodes_of_pods: Interner<String>,
        }

        impl Inventory {
            /// Empty, of a medium.
            pub fn new(medium: Medium, version: Version) -> Self {
                Self {
                    medium,
                    cluster: Cluster::default(),
                    version,
                    scope: Scope::default(),
                    settings: Settings::default(),
                    forgets_writers: false,
                    $($table: Shelf::default(),)*
                    pods: Table::default(),
                    controllers: Shelf::default(),
                    copies: BTreeMap::new(),
                    roles: Shelf::default(),
                    bindings: Shelf::default(),
                    webhooks: Shelf::default(),
                    metas: Shelf::default(),
                    customs: Shelf::default(),
                    wholes: Shelf::default(),
                    sources: HashMap::default(),
                    unplaced: BTreeSet::new(),
                    states: BTreeMap::new(),
                    undecodable: Vec::new(),
                    opt_ins: BTreeSet::new(),
                    id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
                    changes: BTreeMap::new(),
                    beside: BTreeMap::new(),
                    places: HashSet::default(),
                    labels: Interner::default(),
                    owners: Interner::default(),
                    nodes_of_pods: Interner::default(),
                }
            }

            /// Adds or replaces an object.
            pub fn upsert(&mut self, mut object: Object) {
                let kind = object.kind();
                let key = self.key(object.meta());
                self.forget_undecodable(kind, &key);
                if let Object::Namespace(namespace) = &object {
                    self.learn_id(&namespace.meta);
                }
                // a version is another after every write to a status that nobody keeps
                object.meta_mut().settle();
                if self.forgets_writers {
                    object.meta_mut().writer = None;
                }
                let new = match object {
                    $(Object::$kind(o) => self.$table.put(key, o).changes(),)*
                    Object::Pod(o) => self.put_pod(key, *o),
                    Object::Controller(kind, o) => self.put_controller(kind, key, *o),
                    Object::Role(kind, o) => self.roles.put((kind, key), o).changes(),
                    Object::Binding(kind, o) => self.bindings.put((kind, key), o).changes(),
                    Object::Webhooks(kind, o) => self.webhooks.put((kind, key), o).changes(),
                    Object::Meta(kind, o) => self.metas.put((kind, key), o).changes(),
                    Object::Custom(kind, o) => {
                        self.customs.put((kind, custom_key(kind, &o.kind, key)), o).changes()
                    }
                    Object::Whole(kind, o) => self.wholes.put((kind, key), o).changes(),
                };
                if new {
                    self.changed(kind);
                }
            }

            /// Removes an object, as a watch reports it.
            pub fn remove(&mut self, object: &Object) {
                let key = key(object.meta());
                let kind = object.kind();
                self.forget_undecodable(kind, &key);
                self.changed(kind);
                match object {
                    $(Object::$kind(_) => drop(self.$table.remove(&key)),)*
                    Object::Pod(_) => drop(self.pods.remove((&key.0, &key.1))),
                    Object::Controller(..) => {
                        self.remove_copy(kind, &key);
                        self.controllers.remove(&(kind, key));
                    }
                    Object::Role(..) => drop(self.roles.remove(&(kind, key))),
                    Object::Binding(..) => drop(self.bindings.remove(&(kind, key))),
                    Object::Webhooks(..) => drop(self.webhooks.remove(&(kind, key))),
                    Object::Meta(..) => drop(self.metas.remove(&(kind, key))),
                    Object::Custom(_, o) => drop(self.customs.remove(&(kind, custom_key(kind, &o.kind, key)))),
                    Object::Whole(..) => drop(self.wholes.remove(&(kind, key))),
                }
            }

            /// Forgets all objects of a kind.
            pub fn clear(&mut self, kind: Kind) {
                self.retain_part(kind, None, None, |_| false);
            }

            /// Forgets what one watch reports, but for what is still there: of a kind, in one namespace, of one type (of
            /// Secrets) or own kind (where a kind stands for several).
            pub fn retain_part(
                &mut self,
                kind: Kind,
                namespace: Option<&str>,
                only: Option<&str>,
                still: impl Fn(&Key) -> bool,
            ) {
                let stays = |key: &Key| namespace.is_some_and(|namespace| *key.0 != *namespace) || still(key);
                let other = |k: Kind, key: &Key| k != kind || stays(key);
                match kind {
                    Kind::Secret if only.is_some() => {
                        self.secrets.retain(|key, secret| stays(key) || only.is_some_and(|only| secret.r#type != only));
                    }
                    $(Kind::$kind => self.$table.retain(|key, _| stays(key)),)*
                    Kind::Pod => self.pods.retain(|row| stays(&(row.namespace.clone(), row.name.clone()))),
                    _ => {
                        self.controllers.retain(|(k, key), _| other(*k, key));
                        if let Some(copies) = self.copies.get_mut(&kind) {
                            copies.retain(|row| stays(&(row.namespace.clone(), (*row.name).into())));
                        }
                        self.roles.retain(|(k, key), _| other(*k, key));
                        self.bindings.retain(|(k, key), _| other(*k, key));
                        self.webhooks.retain(|(k, key), _| other(*k, key));
                        self.metas.retain(|(k, key), _| other(*k, key));
                        self.customs.retain(|(k, key), custom| {
                            other(*k, key) || only.is_some_and(|only| custom.kind != only)
                        });
                        self.wholes.retain(|(k, key), _| other(*k, key));
                    }
                }
                self.changed(kind);
                // of which part a note is, nobody knows where there are several
                self.undecodable.retain(|(k, key, _)| only.is_some() || other(*k, key));
                self.sweep();
            }

            /// How many objects of a kind are here.
            pub fn count(&self, kind: Kind) -> usize {
                match kind {
                    $(Kind::$kind => self.$table.len(),)*
                    Kind::Pod => self.pods.len(),
                    _ => {
                        of(&self.controllers, kind).count()
                            + self.copies.get(&kind).map_or(0, Table::len)
                            + of(&self.roles, kind).count()
                            + of(&self.bindings, kind).count()
                            + of(&self.webhooks, kind).count()
                            + of(&self.metas, kind).count()
                            + of(&self.customs, kind).count()
                            + of(&self.wholes, kind).count()
                    }
                }
            }

            /// The metadata of every object of a kind that has a table of its own, of metadata or of custom
            /// resources; pods, controllers, roles, bindings and webhooks have more to them.
            pub fn metas_of(&self, kind: Kind) -> Box<dyn Iterator<Item = &Meta> + '_> {
                match kind {
                    $(Kind::$kind => Box::new(self.$table.values().map(|o| &o.meta)),)*
                    _ => Box::new(of(&self.metas, kind).chain(self.customs_of(kind).map(|custom| &custom.meta))),
                }
            }
        }
    };
}
plain_kinds!(inventory);

/// The objects of one kind on a shelf of several.
fn of<T>(shelf: &Shelf<(Kind, Key), T>, kind: Kind) -> impl Iterator<Item = &T> {
    let first = (kind, (Arc::from(""), Arc::from("")));
    shelf.range(first..).take_while(move |((k, _), _)| *k == kind).map(|(_, object)| object)
}

/// A controller with its template interned.
#[derive(Clone, Debug, PartialEq)]
pub struct ControllerRow {
    /// Metadata.
    pub meta: Meta,
    /// Labels of the pods to be.
    pub pod_labels: Arc<Map>,
    /// Interned template.
    pub template: Option<Arc<PodSpec>>,
    /// Wanted replicas.
    pub replicas: Option<i32>,
    /// A Job that ended.
    pub finished: bool,
    /// What only some checks ask for.
    pub detail: Detail,
}

impl ControllerRow {
    /// What it runs and for whom, the template by the place where it lies.
    fn runs(&self) -> impl PartialEq + use<> {
        let template = self.template.as_ref().map(|template| Arc::as_ptr(template).addr());
        (template, self.meta.owner_references.clone(), self.finished)
    }
}

impl Inventory {
    /// Throws out shared values that nobody uses: PodSpecs of every inventory of the process, and the rest of this one.
    pub fn sweep(&mut self) {
        interned::sweep();
        self.labels.sweep();
        self.owners.sweep();
        self.nodes_of_pods.sweep();
    }

    /// The key under which an object is kept.
    fn key(&mut self, meta: &Meta) -> Key {
        let namespace = self.places.get(meta.namespace.as_str()).cloned().unwrap_or_else(|| {
            let name: Arc<str> = meta.namespace.as_str().into();
            self.places.insert(name.clone());
            name
        });
        (namespace, meta.name.as_str().into())
    }

    /// The cluster's id is the UID of a namespace that is made once, with the cluster.
    fn learn_id(&mut self, namespace: &Meta) {
        if namespace.name == "kube-system" && self.medium == Medium::Cluster && !namespace.uid().is_empty() {
            self.cluster.id = Some(namespace.uid().into());
        }
    }

    fn put_pod(&mut self, key: Key, mut pod: Pod) -> bool {
        let owner = pod.meta.take_controller().map(|o| self.owners.get((o.api_version, o.kind, o.name)));
        let row = PodRow {
            namespace: key.0,
            name: key.1,
            mirror: pod.meta.annotations.contains_key("kubernetes.io/config.mirror"),
            ended: matches!(pod.phase.as_str(), "Succeeded" | "Failed"),
            created: pod.meta.creation_timestamp.map_or(0, |t| t.seconds),
            node: self.nodes_of_pods.get(pod.node),
            labels: self.labels.get(pod.meta.labels),
            owner,
            spec: pod.spec,
        };
        let runs = row.runs();
        let put = self.pods.put(row);
        if matches!(&put, Put::Instead(was) if was.runs() == runs) {
            self.changed_beside(Kind::Pod);
        }
        put.changes()
    }

    fn put_controller(&mut self, kind: Kind, key: Key, controller: Controller) -> bool {
        let Controller { mut meta, template, replicas, finished, detail } = controller;
        if let Some(owner) = kind.is_copied().then(|| meta.take_controller()).flatten() {
            let owner = self.owners.get((owner.api_version, owner.kind, owner.name));
            let was = self.controllers.remove(&(kind, key.clone())).is_some();
            let copy = CopyRow { namespace: key.0, name: (*key.1).into(), owner };
            return self.copies.entry(kind).or_default().put(copy).changes() | was;
        }
        let (pod_labels, template) = template.map(|template| (template.labels, template.spec)).unzip();
        let pod_labels = self.labels.get(pod_labels.unwrap_or_default());
        let row = ControllerRow { meta, pod_labels, template, replicas, finished, detail };
        let (was_copy, runs) = (self.remove_copy(kind, &key), row.runs());
        let put = self.controllers.put((kind, key), Box::new(row));
        if !was_copy && matches!(&put, Put::Instead(was) if was.runs() == runs) {
            self.changed_beside(kind);
        }
        was_copy | put.changes()
    }

    /// Whether it was there.
    fn remove_copy(&mut self, kind: Kind, key: &Key) -> bool {
        self.copies.get_mut(&kind).and_then(|copies| copies.remove((&key.0, &key.1))).is_some()
    }

    /// Who controls a controller: kind and key; as its own `apiVersion`, kind and name.
    pub(super) fn controller_of(&self, key: &(Kind, Key)) -> Option<(&str, &str, &str)> {
        let (kind, (namespace, name)) = key;
        if let Some(CopyRow { owner, .. }) = self.copies.get(kind).and_then(|copies| copies.get((namespace, name))) {
            return Some((&owner.0, &owner.1, &owner.2));
        }
        let owner = self.controllers.get(key)?.meta.controller()?;
        Some((&owner.api_version, &owner.kind, &owner.name))
    }

    /// The custom resources of a kind.
    pub fn customs_of(&self, kind: Kind) -> impl Iterator<Item = &Custom> {
        of(&self.customs, kind)
    }

    /// The objects of a kind that were read whole.
    pub fn wholes_of(&self, kind: Kind) -> impl Iterator<Item = &Whole> {
        of(&self.wholes, kind)
    }

    /// The controllers of a kind.
    pub fn controllers_of(&self, kind: Kind) -> impl Iterator<Item = &ControllerRow> {
        of(&self.controllers, kind)
    }

    /// Notes an object that did not decode: a gap on that object.
    pub fn note_undecodable(&mut self, kind: Kind, namespace: &str, name: &str, error: &str) {
        let key = (namespace.into(), name.into());
        self.forget_undecodable(kind, &key);
        self.undecodable.push((kind, key, error.into()));
        self.changed(kind);
    }

    /// It decodes now, or is gone.
    pub fn forget_undecodable(&mut self, kind: Kind, key: &Key) {
        let before = self.undecodable.len();
        self.undecodable.retain(|(k, of, _)| *k != kind || of != key);
        if self.undecodable.len() < before {
            self.changed(kind);
        }
    }

    fn changed(&mut self, kind: Kind) {
        *self.changes.entry(kind).or_default() += 1;
    }

    /// The change at hand is one of labels, nodes or counts: what runs and for whom is as it was.
    fn changed_beside(&mut self, kind: Kind) {
        *self.beside.entry(kind).or_default() += 1;
    }

    /// Which inventory: no two of a process have the same number.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// How often something of a kind changed: the same number, the same objects, state and gaps.
    pub fn changes_of(&self, kind: Kind) -> u64 {
        self.changes.get(&kind).copied().unwrap_or(0)
    }

    /// The same, but for changes after which everything runs the same spec for the same owner.
    pub fn changes_of_what_runs(&self, kind: Kind) -> u64 {
        self.changes_of(kind) - self.beside.get(&kind).copied().unwrap_or(0)
    }

    /// How often something that is kept changed: the same number, the same verdicts.
    pub fn changes(&self) -> u64 {
        self.changes.values().sum()
    }

    /// Objects that did not decode.
    pub fn undecodable(&self) -> &[(Kind, Key, Arc<str>)] {
        &self.undecodable
    }

    /// Says how far the reading of a kind is.
    pub fn set_state(&mut self, kind: Kind, state: ReadState) {
        if self.states.insert(kind, state.clone()) != Some(state) {
            self.changed(kind);
        }
    }

    /// How far the reading of a kind is.
    pub fn state(&self, kind: Kind) -> &ReadState {
        static UNREAD: ReadState = ReadState::Unread;
        self.states.get(&kind).unwrap_or(&UNREAD)
    }

    /// Allows a kind that is read on request only.
    pub fn opt_in(&mut self, kind: Kind) {
        if self.opt_ins.insert(kind) {
            self.changed(kind);
        }
    }

    /// Whether an opt-in kind was asked for; true for all others.
    pub fn opted_in(&self, kind: Kind) -> bool {
        // whoever brings such a document asked for it
        let brought = kind.info().wire == Wire::Gathered && self.count(kind) > 0;
        self.medium == Medium::Files || kind.info().opt_in.is_none() || self.opt_ins.contains(&kind) || brought
    }

    /// Why a kind is not (wholly) known, in a namespace or (None) anywhere in scope. None: it is known.
    pub fn gap(&self, kind: Kind, namespace: Option<&str>) -> Option<GapReason> {
        if let Some(opt_in) = kind.info().opt_in.filter(|_| !self.opted_in(kind)) {
            return Some(opt_in.reason());
        }
        if self.medium == Medium::Files {
            let parent = namespace.is_some_and(|n| self.namespaces.contains_key(&("".into(), n.into())));
            let here = |place: &str| place.is_empty() || namespace.is_none_or(|n| n == place);
            if self.undecodable.iter().any(|(k, (place, _), _)| *k == kind && here(place)) {
                return Some(GapReason::Undecodable);
            }
            return (!parent && self.count(kind) == 0).then_some(GapReason::SourceCannotHoldIt);
        }
        if let Some(namespace) = namespace
            && kind.info().namespaced
            && !self.scope.namespaces.is_empty()
            && !self.scope.namespaces.iter().any(|n| &**n == namespace)
        {
            return Some(GapReason::SourceCannotHoldIt);
        }
        match self.state(kind) {
            ReadState::Complete | ReadState::Absent => {
                self.undecodable.iter().any(|(k, _, _)| *k == kind).then_some(GapReason::Undecodable)
            }
            ReadState::Failed { read, .. } if namespace.is_some_and(|n| read.contains(n)) => None,
            ReadState::Failed { reason, .. } => Some(*reason),
            // not answered yet: nothing may pass on it
            ReadState::Unread | ReadState::Reading => Some(GapReason::ReadFailed),
        }
    }

    /// Whether reading goes on, so that a gap may still close.
    pub fn is_reading(&self) -> bool {
        self.states.values().any(|state| matches!(state, ReadState::Reading))
    }

    /// The version's kinds that exist at all: false for a built-in kind that the server's version lacks.
    pub fn knows(&self, kind: Kind) -> bool {
        match kind {
            Kind::ValidatingAdmissionPolicy | Kind::ValidatingAdmissionPolicyBinding => self.version.at_least(30),
            Kind::HorizontalPodAutoscaler => self.version.at_least(23),
            Kind::PodDisruptionBudget | Kind::EndpointSlice => self.version.at_least(21),
            Kind::CsiStorageCapacity => self.version.at_least(24),
            _ => true,
        }
    }

    /// Whether an object is judged: in the scope's namespaces and selected by its labels. Under a scope of
    /// namespaces, cluster-scoped objects are read for joins and not judged, the namespaces themselves excepted.
    pub fn in_scope(&self, kind: Kind, meta: &Meta) -> bool {
        let namespaces = &self.scope.namespaces;
        let place = if kind.base() == Kind::Namespace { meta.name.as_str() } else { meta.namespace.as_str() };
        let here = namespaces.is_empty() || namespaces.iter().any(|n| **n == *place);
        here && self.selects(&meta.labels)
    }

    /// Whether the scope's label selector (`a=b,c!=d,e`) selects these labels.
    pub fn selects(&self, labels: &Map) -> bool {
        let label = |key: &str| labels.get(key).map(String::as_str);
        self.scope.selector.as_ref().is_none_or(|selector| selects(selector, label))
    }

    /// Whether an object stands in the namespace that it names: a manifest that names none lands where it is applied.
    pub fn is_placed(&self, object: &ObjectRef) -> bool {
        if self.unplaced.is_empty() {
            return true;
        }
        let Some(kind) = Kind::of(object.group(), &object.kind) else { return true };
        let namespace = object.namespace.clone().unwrap_or_else(|| "".into());
        !self.unplaced.contains(&(kind, (namespace, object.name.clone())))
    }

    /// Distinct pod specs in memory, for `--stats`.
    pub fn variants(&self) -> usize {
        let specs = self.pods.iter().map(|pod| &pod.spec);
        let specs = specs.chain(self.controllers.values().filter_map(|row| row.template.as_ref()));
        specs.map(|spec| Arc::as_ptr(spec).addr()).collect::<HashSet<_>>().len()
    }
}

fn key(meta: &Meta) -> Key {
    (meta.namespace.as_str().into(), meta.name.as_str().into())
}

/// Constraints of different kinds may share a name.
fn custom_key(kind: Kind, own_kind: &str, key: Key) -> Key {
    if kind.info().name.is_empty() { (key.0, format!("{own_kind}/{}", key.1).into()) } else { key }
}
