use super::{Alike, Joins};
use crate::inventory::kinds::meta::Meta;
use crate::inventory::kinds::pod::{Container, ContainerKind, PodSecurityContext, PodSpec, SecurityContext};
use crate::inventory::{Inventory, Kind, Rbac, Settings, Version, Workload};
use crate::model::findings::number;
use crate::model::{Disruption, Evidence, FieldPath, Fix, GapReason, ObjectRef, Remedy, Severity};
use foldhash::HashMap;
use foldhash::fast::RandomState;
use indexmap::IndexSet;
use serde_json::Value;
use std::borrow::Cow;
use std::fmt::Debug;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

/// What plimsoll evaluates: a rule over a population.
#[derive(Debug)]
pub struct Check {
    /// `family.name`; the file is `src/checks/<family>/<name>.rs`, dashes as underscores.
    pub id: &'static str,
    /// What holds where it passes, in our words.
    pub title: &'static str,
    /// The highest severity that it reports.
    pub severity: Severity,
    /// The population that it judges: a gap in any of these kinds forbids a pass.
    pub over: &'static [Kind],
    /// Other kinds that decide or could clear a finding: the rule asks [`Cx::gap`] for them.
    pub needs: &'static [Kind],
    /// The same rule in other tools: `trivy:KSV-0017`.
    pub aliases: &'static [&'static str],
    /// What goes wrong without it, one or two sentences.
    pub why: &'static str,
    /// How to put it right.
    pub remedy: Remedy,
    /// The rule.
    pub run: Run,
}

impl Check {
    /// What the rows of a table fill in.
    pub(super) const EMPTY: Check = Check {
        id: "",
        title: "",
        severity: Severity::Info,
        over: &[],
        needs: &[],
        aliases: &[],
        why: "",
        remedy: Remedy { advice: "", fix: Fix::Advice, disruption: Disruption::None, try_first: "" },
        run: Run::Cluster(|_, _| {}),
    };

    /// What its rule says of a spec, where it looks at nothing else; any other rule says nothing here.
    pub fn of_spec(&self, cx: SpecCx<'_>) -> Vec<Hit> {
        let mut hits = Hits::default();
        match self.run {
            Run::EachContainer(run) => {
                for container in cx.containers() {
                    hits.about(Some(&container.container.name));
                    run(&container, &mut hits);
                }
            }
            Run::EachSpec(run) => run(&cx, &mut hits),
            Run::EachAlike(_)
            | Run::EachWorkload(_)
            | Run::Configured { .. }
            | Run::Objects(_)
            | Run::Cluster(_)
            | Run::Row(_) => {}
        }
        hits.list
    }
}

/// What a rule is given. A rule reports only on what it was given.
#[derive(Clone, Copy, Debug)]
pub enum Run {
    /// Each container of each distinct PodSpec; depends on nothing but the spec and the version.
    EachContainer(fn(&ContainerCx<'_>, &mut Hits)),
    /// Each distinct PodSpec; depends on nothing but the spec and the version.
    EachSpec(fn(&SpecCx<'_>, &mut Hits)),
    /// Each distinct PodSpec of each workload, with the whole inventory for joins: the same for all that are alike.
    EachAlike(fn(&Cx<'_>, &Alike<'_>, &SpecCx<'_>, &mut Hits)),
    /// The same where the workload's own name or labels count.
    EachWorkload(fn(&Cx<'_>, &Workload<'_>, &SpecCx<'_>, &mut Hits)),
    /// A rule that asks for what the user lays down: with it each distinct PodSpec of each workload, without it one look
    /// at them all, which says what there is to lay down.
    Configured {
        /// Whether it is laid down.
        is_set: fn(&Settings) -> bool,
        /// The rule.
        each: fn(&Cx<'_>, &Alike<'_>, &SpecCx<'_>, &mut Hits),
        /// What stands in for it.
        unset: fn(&Cx<'_>, &mut Judge),
    },
    /// Objects that the rule walks through itself: it calls [`Judge::object`] for each of its population.
    Objects(fn(&Cx<'_>, &mut Judge)),
    /// The cluster as a whole: not evaluated where the scope is less than that.
    Cluster(fn(&Cx<'_>, &mut Judge)),
    /// A row of a table: as `Objects`, by the rule that all rows of the table share.
    Row(&'static dyn Row),
}

/// A row of a table of checks: data that a rule reads.
pub trait Row: Debug + Sync {
    /// The rule.
    fn run(&self, cx: &Cx<'_>, judge: &mut Judge);

    /// Whether there is no rule: that of a user's pack could not be read.
    fn is_broken(&self) -> bool {
        false
    }
}

/// Everything that a rule may look at.
#[derive(Clone, Copy, Debug)]
pub struct Cx<'a> {
    /// What was read.
    pub inventory: &'a Inventory,
    /// Top owners, resolved once for all rules.
    pub workloads: &'a [Workload<'a>],
    /// Roles and bindings, resolved once for all rules.
    pub rbac: &'a Rbac<'a>,
    /// Whatever else several rules join with.
    pub joins: &'a Joins<'a>,
    /// Set where a rule asks for the time: it may say something else tomorrow.
    pub asked_for_time: &'a AtomicBool,
}

impl<'a> Cx<'a> {
    /// Version that decides the rules.
    pub fn version(&self) -> Version {
        self.inventory.version
    }

    /// What its user says of the cluster.
    pub fn settings(&self) -> &'a Settings {
        &self.inventory.settings
    }

    /// Why a kind is not known, in a namespace or (None) anywhere in scope.
    pub fn gap(&self, kind: Kind, namespace: Option<&str>) -> Option<GapReason> {
        self.inventory.gap(kind, namespace)
    }

    /// Whether an object is judged, or only read for joins.
    pub fn in_scope(&self, kind: Kind, meta: &Meta) -> bool {
        self.inventory.in_scope(kind, meta)
    }
}

/// A PodSpec, and the version.
#[derive(Clone, Copy, Debug)]
pub struct SpecCx<'a> {
    /// The spec.
    pub spec: &'a PodSpec,
    /// Version that decides the rules.
    pub version: Version,
}

impl<'a> SpecCx<'a> {
    /// The pod's security context; absent is empty.
    pub fn pod_context(&self) -> &'a PodSecurityContext {
        static EMPTY: PodSecurityContext = PodSecurityContext {
            se_linux_options: None,
            run_as_user: None,
            run_as_non_root: None,
            supplemental_groups: Vec::new(),
            fs_group: None,
            run_as_group: None,
            sysctls: Vec::new(),
            windows_options: None,
            seccomp_profile: None,
            app_armor_profile: None,
        };
        self.spec.security_context.as_deref().unwrap_or(&EMPTY)
    }

    /// Whether rules about Linux fields hold: from 1.25 on Pod Security Standards leave out what says `os.name: windows`
    /// (and look at nothing else, pitfall 43).
    pub fn linux_fields_apply(&self) -> bool {
        !(self.version.at_least(25) && self.spec.os_is_windows())
    }

    /// Whether a user namespace of the pod's own excuses being root inside: Pod Security Standards from 1.35 on.
    pub fn user_namespace_excuses(&self) -> bool {
        self.version.at_least(35) && self.spec.host_users == Some(false)
    }

    /// Its containers of all three lists.
    pub fn containers(self) -> impl Iterator<Item = ContainerCx<'a>> {
        self.spec.each_container().map(move |(list, index, container)| ContainerCx {
            pod: self,
            container,
            list,
            index,
        })
    }
}

/// A container of a PodSpec.
#[derive(Clone, Copy, Debug)]
pub struct ContainerCx<'a> {
    /// The PodSpec around it.
    pub pod: SpecCx<'a>,
    /// The container.
    pub container: &'a Container,
    /// Which list it stands in.
    pub list: ContainerKind,
    /// Its position there.
    pub index: usize,
}

impl<'a> ContainerCx<'a> {
    /// Its security context; absent is empty.
    pub fn context(&self) -> &'a SecurityContext {
        static EMPTY: SecurityContext = SecurityContext {
            capabilities: None,
            privileged: None,
            se_linux_options: None,
            run_as_user: None,
            run_as_non_root: None,
            read_only_root_filesystem: None,
            allow_privilege_escalation: None,
            run_as_group: None,
            proc_mount: None,
            windows_options: None,
            seccomp_profile: None,
            app_armor_profile: None,
        };
        self.container.security_context.as_deref().unwrap_or(&EMPTY)
    }

    /// The path of a field of this container, from the PodSpec: `securityContext.privileged`.
    pub fn at(&self, dotted: &str) -> FieldPath {
        FieldPath::of(self.list.field()).named(self.index, &self.container.name).fields(dotted)
    }

    /// Capabilities that it adds.
    pub fn added(&self) -> &'a [String] {
        self.context().capabilities.as_ref().map_or(&[], |c| &c.add)
    }

    /// Capabilities that it drops.
    pub fn dropped(&self) -> &'a [String] {
        self.context().capabilities.as_ref().map_or(&[], |c| &c.drop)
    }
}

/// What a hit says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// A counter-example.
    Fail,
    /// A candidate: a person decides.
    Review,
    /// Could not be decided for this object.
    Unread(GapReason),
}

/// A result on an object, before it becomes a finding.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Hit {
    /// What it says.
    pub outcome: Outcome,
    /// Container's name.
    pub container: Option<Arc<str>>,
    /// Fields; from the PodSpec for workload rules, from the object's root for others.
    pub paths: Vec<Evidence>,
    /// One sentence; empty: the check's title, negated by its status.
    pub message: String,
    /// Severity, where it differs from the check's.
    pub severity: Option<Severity>,
}

impl Hit {
    /// Says it in a sentence.
    pub fn message(&mut self, text: impl Into<String>) -> &mut Self {
        self.message = text.into();
        self
    }

    /// Gives it another severity than the check's.
    pub fn severity(&mut self, severity: Severity) -> &mut Self {
        self.severity = Some(severity);
        self
    }

    /// Adds a further field.
    pub fn also(
        &mut self,
        path: FieldPath,
        actual: impl Into<Value>,
        expected: impl Into<Cow<'static, str>>,
    ) -> &mut Self {
        self.paths.push(Evidence { path, actual: actual.into(), expected: expected.into(), line: None });
        self
    }
}

/// Results on one object.
#[derive(Clone, Debug, Default)]
pub struct Hits {
    /// The results so far.
    pub list: Vec<Hit>,
    container: Option<Arc<str>>,
}

impl Hits {
    /// From here on, results are about this container.
    pub fn about(&mut self, container: Option<&str>) {
        self.container = container.map(Into::into);
    }

    fn push(&mut self, outcome: Outcome, path: FieldPath, actual: Value, expected: Cow<'static, str>) -> &mut Hit {
        self.list.push(Hit {
            outcome,
            container: self.container.clone(),
            paths: vec![Evidence { path, actual, expected, line: None }],
            message: String::new(),
            severity: None,
        });
        let last = self.list.len() - 1;
        #[allow(clippy::indexing_slicing)] // pushed just above
        &mut self.list[last]
    }

    /// A counter-example: the field, its value (null: absent) and what would pass, in words.
    pub fn fail(
        &mut self,
        path: FieldPath,
        actual: impl Into<Value>,
        expected: impl Into<Cow<'static, str>>,
    ) -> &mut Hit {
        self.push(Outcome::Fail, path, actual.into(), expected.into())
    }

    /// A candidate for a person's review.
    pub fn review(
        &mut self,
        path: FieldPath,
        actual: impl Into<Value>,
        expected: impl Into<Cow<'static, str>>,
    ) -> &mut Hit {
        self.push(Outcome::Review, path, actual.into(), expected.into())
    }

    /// Not decided for this object, because a kind in `needs` is not known.
    pub fn unread(&mut self, path: FieldPath, reason: GapReason, expected: impl Into<Cow<'static, str>>) -> &mut Hit {
        self.push(Outcome::Unread(reason), path, Value::Null, expected.into())
    }
}

/// An object judged.
#[derive(Debug)]
pub struct Judged {
    /// The object in which the fields stand.
    pub object: Arc<ObjectRef>,
    /// What it is a part of; None: of nothing, it is counted itself.
    part_of: Option<Arc<ObjectRef>>,
}

impl Judged {
    /// What is counted: mostly the object itself.
    pub fn owner(&self) -> &Arc<ObjectRef> {
        self.part_of.as_ref().unwrap_or(&self.object)
    }
}

/// What a rule could not look at beside the kinds of the API.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// What is missing, as the kind of a gap: `Pod`.
    pub kind: &'static str,
    /// Why.
    pub reason: GapReason,
    /// One sentence.
    pub message: String,
}

/// Objects that were judged, each once, whichever thread came to it: most are by dozens of checks, which find nothing.
#[derive(Clone, Debug, Default)]
pub struct Known(Arc<Mutex<KnownObjects>>);

/// By kind and the place of their metadata.
type KnownObjects = HashMap<(Kind, usize), Arc<ObjectRef>>;

impl Known {
    /// The object of a kind with this metadata, which stays where it is.
    fn object(&self, kind: Kind, meta: &Meta) -> Arc<ObjectRef> {
        let is_it = |known: &ObjectRef| *known.name == *meta.name && known.namespace.as_deref() == meta.namespace();
        let key = (kind, std::ptr::from_ref(meta).addr());
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(&key).filter(|known| is_it(known)) {
            return known.clone();
        }
        let object = Arc::new(ObjectRef::new(&kind.api_version(), kind.name(), meta.namespace(), &meta.name));
        known.insert(key, object.clone());
        object
    }
}

/// Results on a population of objects.
#[derive(Debug, Default)]
pub struct Judge {
    /// The check that is run.
    pub check: &'static str,
    /// Each object judged.
    pub judged: Vec<Judged>,
    /// Results, each once: a hundred thousand pods hear few different things.
    pub said: IndexSet<Hit, RandomState>,
    /// Which of them an object has, by its place among those judged, in order; most objects have none, and pass.
    pub at: Vec<(u32, u32)>,
    /// Results on the object that is judged.
    current: Hits,
    /// Why the question does not arise here.
    pub not_applicable: Option<String>,
    /// What is missing of the population: it forbids a pass.
    pub missing: Option<Missing>,
    /// Where a part of the results is from, where that is no reading of plimsoll's own.
    pub note: Option<String>,
    /// Objects that checks judged.
    pub known: Known,
}

impl Judge {
    /// Of a check.
    pub fn new(check: &'static str) -> Self {
        Self { check, ..Self::default() }
    }

    /// A part of the population, or all of it, is not known: nothing passes, and what was seen to fail still does.
    pub fn missing(&mut self, kind: &'static str, reason: GapReason, message: impl Into<String>) {
        self.missing.get_or_insert(Missing { kind, reason, message: message.into() });
    }

    /// The question does not arise in this cluster: the thing does not exist, or is the provider's; says why. Only for
    /// what was read: what could not be is not evaluated.
    pub fn not_applicable(&mut self, why: impl Into<String>) {
        self.not_applicable = Some(why.into());
    }

    /// Counts an object into the population and takes results on it.
    pub fn object(&mut self, kind: Kind, meta: &Meta) -> &mut Hits {
        let object = self.known.object(kind, meta);
        self.shared(object, None)
    }

    /// The same, by reference.
    pub fn reference(&mut self, object: impl Into<Arc<ObjectRef>>) -> &mut Hits {
        self.shared(object.into(), None)
    }

    /// The same, for an object that is a part of another one: that one is counted.
    pub fn part(&mut self, object: ObjectRef, owner: ObjectRef) -> &mut Hits {
        self.shared(Arc::new(object), Some(Arc::new(owner)))
    }

    fn shared(&mut self, object: Arc<ObjectRef>, part_of: Option<Arc<ObjectRef>>) -> &mut Hits {
        self.settle();
        self.judged.push(Judged { object, part_of });
        &mut self.current
    }

    /// Notes what was said of the last object; whoever runs a rule does so at its end.
    pub fn settle(&mut self) {
        let object = number(self.judged.len().saturating_sub(1));
        self.current.about(None);
        let hits = self.current.list.drain(..);
        self.at.extend(hits.map(|hit| (object, number(self.said.insert_full(hit).0))));
    }

    /// The cluster itself as an object.
    pub fn cluster(&mut self) -> &mut Hits {
        self.reference(ObjectRef::new("plimsoll/v1", "Cluster", None, "cluster"))
    }
}
