use super::edit::{append, json_patch, merge, remove, set, strategic};
use super::{manager::manager, unified};
use crate::inventory::{Kind, yaml};
use crate::model::{FieldPath, Finding, FindingStatus, Fix, ObjectRef, Remedy, SeenIn, Step};
use serde_json::Value;

/// What is done to the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Patched in place.
    Patch,
    /// Deleted and made again: the API server does not let a Pod's or a Job's spec change.
    Replace,
    /// Made: it does not exist yet.
    Create,
}

/// A change that puts a finding right.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What is done.
    pub action: Action,
    /// To which object.
    pub target: ObjectRef,
    /// The patch, the least there is: strategic merge with the names of list items, JSON merge for custom resources;
    /// None where only [`Change::json_patch`] can say it, and for what is created.
    pub patch: Option<Value>,
    /// The same as RFC 6902, with tests that guard indexes; empty for what is created.
    pub json_patch: Vec<Value>,
    /// What deployed the object and will undo a change made here: change it there.
    pub managed_by: Option<String>,
    before: Option<Value>,
    after: Value,
}

/// Why there is no change to show.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoChange {
    /// The remedy is advice.
    #[error("no patch can be known from here: the advice says what to do")]
    Advice,
    /// It could not be decided whether anything is wrong.
    #[error("not evaluated: nothing is known to be wrong")]
    Undecided,
    /// Live pods show it and their owner's template does not.
    #[error(
        "seen in live pods only, {owner} does not say it: an admission webhook injects it, or the pods are of an old \
         revision; replace the pods, and where it comes back change what injects it"
    )]
    PodsOnly {
        /// Owner of the pods.
        owner: String,
    },
    /// The object is not as it was when it was read.
    #[error("changed since read: {path} is no longer there, or no longer what it was; scan again")]
    Changed {
        /// The finding's path.
        path: String,
    },
    /// The object already is as the remedy would make it: what is wrong lies elsewhere.
    #[error("{path} already is as the fix would make it: what is wrong lies elsewhere, the advice says where")]
    AlreadySo {
        /// The finding's path.
        path: String,
    },
    /// The remedy's own data is wrong; a test holds that this does not happen.
    #[error("the remedy is not valid: {0}")]
    Invalid(String),
}

/// Computes the change that a remedy makes for a finding, on the object in which the field stands.
///
/// # Errors
/// Why there is none.
pub fn plan(finding: &Finding, remedy: &Remedy, object: &Value) -> Result<Change, NoChange> {
    if finding.status == FindingStatus::NotEvaluated {
        return Err(NoChange::Undecided);
    }
    if finding.seen_in == Some(SeenIn::Pods) && &*finding.owner.kind != "Pod" {
        return Err(NoChange::PodsOnly { owner: finding.owner.kind_name() });
    }
    let Some(path) = finding.paths.first().map(|evidence| &evidence.path) else { return Err(NoChange::Advice) };
    let fix = chosen(remedy.fix, path);
    if let Fix::Create(template) = fix {
        return create(&finding.resource, template, object);
    }
    let changed = || NoChange::Changed { path: path.to_string() };
    let mut after = object.clone();
    let done = match fix {
        Fix::Set(value) => set(&mut after, path, with_selector(constant(value)?, object)),
        Fix::SetAt(beside, value) => set(&mut after, &holder(path).fields(beside), constant(value)?),
        Fix::Append(value) => append(&mut after, path, constant(value)?),
        Fix::Remove => {
            // an item known by its position only is taken for another one where the value differs
            let actual = finding.paths.first().map(|evidence| &evidence.actual);
            let by_index = matches!(path.steps().last(), Some(Step::Item { key: None, .. }));
            let same = actual
                .is_none_or(|read| read.is_null() || path.resolve(object).is_some_and(|found| agrees(found, read)));
            (!by_index || same) && remove(&mut after, path)
        }
        Fix::Create(_) | Fix::ByField(_) | Fix::Advice => return Err(NoChange::Advice),
    };
    if !done {
        return Err(changed());
    }
    if after == *object {
        return Err(NoChange::AlreadySo { path: path.to_string() });
    }
    let custom = Kind::of(finding.resource.group(), &finding.resource.kind).is_none_or(Kind::is_custom);
    let patch = if custom { Some(merge(object, &after)) } else { strategic(object, &after) };
    Ok(Change {
        action: if matches!(&*finding.resource.kind, "Pod" | "Job") { Action::Replace } else { Action::Patch },
        target: finding.resource.clone(),
        patch,
        json_patch: json_patch(object, &after),
        managed_by: manager(object),
        before: Some(object.clone()),
        after,
    })
}

/// Whether what is there is what was read: of an object a finding may keep some fields only.
fn agrees(found: &Value, read: &Value) -> bool {
    match (found, read) {
        (Value::Object(found), Value::Object(read)) => read.iter().all(|(key, value)| found.get(key) == Some(value)),
        _ => found == read,
    }
}

/// The change for the field at fault, where the remedy tells them apart.
fn chosen(fix: Fix, path: &FieldPath) -> Fix {
    let Fix::ByField(choices) = fix else { return fix };
    let field = path.steps().iter().rev().find_map(|step| match step {
        Step::Field(name) => Some(&**name),
        _ => None,
    });
    let fits = |(name, _): &&(&str, Fix)| name.is_empty() || field == Some(*name);
    choices.iter().find(fits).map_or(Fix::Advice, |(_, fix)| *fix)
}

fn constant(text: &str) -> Result<Value, NoChange> {
    serde_json::from_str(text).map_err(|error| NoChange::Invalid(format!("{text}: {error}")))
}

/// A value with the object's own selector for the text `{selector}`.
fn with_selector(mut value: Value, object: &Value) -> Value {
    match &mut value {
        Value::String(text) if text == "{selector}" => {
            return object.pointer("/spec/selector").cloned().unwrap_or_default();
        }
        Value::Array(list) => list.iter_mut().for_each(|item| *item = with_selector(item.take(), object)),
        Value::Object(map) => map.values_mut().for_each(|item| *item = with_selector(item.take(), object)),
        _ => {}
    }
    value
}

/// The thing that holds a field: its container, else its PodSpec, else the object.
fn holder(path: &FieldPath) -> FieldPath {
    let name = |step: &Step| match step {
        Step::Field(name) => Some(name.to_string()),
        _ => None,
    };
    let steps = path.steps();
    let container = steps.windows(2).position(|pair| match pair {
        [list, Step::Item { .. }] => {
            name(list).is_some_and(|n| matches!(n.as_str(), "containers" | "initContainers" | "ephemeralContainers"))
        }
        _ => false,
    });
    let pod_specs = ["spec.jobTemplate.spec.template.spec", "spec.template.spec", "spec"].map(FieldPath::of);
    let length = match container {
        Some(list) => list + 2,
        None => {
            pod_specs.iter().find(|prefix| steps.starts_with(prefix.steps())).map_or(0, |prefix| prefix.steps().len())
        }
    };
    let mut holder = path.clone();
    while holder.steps().len() > length {
        let Some(parent) = holder.parent() else { break };
        holder = parent;
    }
    holder
}

/// A new object from its template. Names are put into the parsed text, so that no name can change its meaning.
fn create(resource: &ObjectRef, template: &str, object: &Value) -> Result<Change, NoChange> {
    const WORDS: [(&str, &str); 2] = [("{namespace}", "plimsoll-namespace-word"), ("{name}", "plimsoll-name-word")];
    let text = WORDS.iter().fold(template.to_owned(), |text, (from, to)| text.replace(from, to));
    let parsed = yaml::parse(&text).map_err(|error| NoChange::Invalid(error.to_string()))?;
    // a namespace is its own place
    let namespace = if &*resource.kind == "Namespace" { Some(&resource.name) } else { resource.namespace.as_ref() };
    let namespace = namespace.map_or("default", |namespace| namespace);
    let mut after = with_selector(parsed.value, object);
    put_names(&mut after, &[(WORDS[0].1, namespace), (WORDS[1].1, &resource.name)]);
    let text = |pointer: &str| after.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let target = ObjectRef {
        cluster: resource.cluster.clone(),
        ..ObjectRef::new(
            &text("/apiVersion"),
            &text("/kind"),
            Some(&text("/metadata/namespace")),
            &text("/metadata/name"),
        )
    };
    Ok(Change {
        action: Action::Create,
        target,
        patch: None,
        json_patch: Vec::new(),
        managed_by: None,
        before: None,
        after,
    })
}

fn put_names(value: &mut Value, names: &[(&str, &str)]) {
    match value {
        Value::String(text) => {
            for (word, name) in names {
                *text = text.replace(word, name);
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| put_names(value, names)),
        Value::Object(map) => map.values_mut().for_each(|value| put_names(value, names)),
        _ => {}
    }
}

impl Change {
    /// The object as it will be: to apply, not to show (see [`Change::yaml`]).
    pub fn after(&self) -> &Value {
        &self.after
    }

    /// What to apply, as YAML: the patch, or the new object.
    pub fn yaml(&self) -> String {
        match (&self.action, &self.patch) {
            (Action::Create, _) => yaml::print(&self.after),
            (_, Some(patch)) => yaml::print(patch),
            (_, None) => yaml::print(&Value::Array(self.json_patch.clone())),
        }
    }

    /// The object before and after as a unified diff with three lines of context; values at `masked` and what is never
    /// shown are hidden in both.
    pub fn diff(&self, masked: &[FieldPath]) -> String {
        let text = |value: &Value| {
            let mut shown = value.clone();
            yaml::hide(&mut shown, false);
            yaml::mask(&mut shown, masked);
            yaml::print(&shown)
        };
        let name = self.target.to_string();
        let before = self.before.as_ref().map(text).unwrap_or_default();
        let old = if self.before.is_some() { name.as_str() } else { "/dev/null" };
        unified(&before, &text(&self.after), (old, &name), 3)
    }

    /// The object as it will be, without what the API server writes: to apply, or to put where it is managed. Values at
    /// `masked` and what is never shown are hidden, and then it says so.
    pub fn whole(&self, masked: &[FieldPath]) -> String {
        let mut shown = self.after.clone();
        yaml::hide(&mut shown, false);
        yaml::mask(&mut shown, masked);
        if let Some(fields) = shown.as_object_mut() {
            fields.shift_remove("status");
            if let Some(metadata) = fields.get_mut("metadata").and_then(Value::as_object_mut) {
                SERVERS_OWN.iter().for_each(|field| drop(metadata.shift_remove(*field)));
                if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
                    annotations.shift_remove("kubectl.kubernetes.io/last-applied-configuration");
                }
            }
        }
        let text = yaml::print(&shown);
        if text.contains(yaml::MASK) { format!("{HIDDEN}{text}") } else { text }
    }

    /// The command line that does it, quoted for a POSIX shell and complete in itself; `context` keeps it off another
    /// cluster. With `dry_run` the API server says what would happen and changes nothing; what is replaced is only
    /// printed, because a server accepts no trial of it.
    pub fn command(&self, context: Option<&str>, dry_run: bool) -> String {
        let kubectl = |words: &[&str]| {
            let context = context.map(|context| ["--context", context]);
            let namespace = self.target.namespace.as_deref().map(|namespace| ["-n", namespace]);
            let place = context.iter().chain(&namespace).flatten().copied();
            let words = ["kubectl"].into_iter().chain(place).chain(words.iter().copied());
            words.map(quote).collect::<Vec<_>>().join(" ")
        };
        let custom = Kind::of(self.target.group(), &self.target.kind).is_none_or(Kind::is_custom);
        let (form, patch) = match &self.patch {
            Some(patch) if custom => ("--type=merge", patch.to_string()),
            Some(patch) => ("--type=strategic", patch.to_string()),
            None => ("--type=json", Value::Array(self.json_patch.clone()).to_string()),
        };
        let (kind, name) = (resource(&self.target), &*self.target.name);
        let trial = |words: &[&'static str]| -> Vec<&'static str> {
            words.iter().copied().chain(dry_run.then_some("--dry-run=server")).collect()
        };
        match self.action {
            Action::Patch => {
                let words: Vec<&str> =
                    ["patch", &kind, name, form, "-p", &patch].into_iter().chain(trial(&[])).collect();
                kubectl(&words)
            }
            Action::Create => {
                let create = kubectl(&trial(&["create", "-f", "-"]));
                format!("{create} <<'PLIMSOLL'\n{}PLIMSOLL", yaml::print(&self.after))
            }
            Action::Replace => {
                let get = kubectl(&["get", &kind, name, "-o", "json"]);
                let edit = format!("kubectl patch --local -f - {form} -p {}", quote(&patch));
                let replace = kubectl(&["replace", "--force", "-f", "-"]);
                if dry_run { format!("{get} | {edit} -o yaml") } else { format!("{get} | {edit} -o json | {replace}") }
            }
        }
    }
}

/// Metadata that the API server writes.
const SERVERS_OWN: [&str; 6] =
    ["creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"];

/// Said above an object of which something is hidden.
const HIDDEN: &str = "# Values are hidden in this copy: put them back before you apply it.\n";

/// What kubectl calls the kind: `deployments.apps`.
fn resource(object: &ObjectRef) -> String {
    let group = object.group();
    let plural = Kind::of(group, &object.kind)
        .map(|kind| kind.info().plural)
        .filter(|plural| *plural != "*")
        .map_or_else(|| object.kind.to_lowercase(), str::to_owned);
    if group.is_empty() { plural } else { format!("{plural}.{group}") }
}

/// A word for a POSIX shell.
fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '=' | '@' | ',');
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Disruption, Evidence, Severity};
    use serde_json::json;

    fn finding(resource: ObjectRef, path: FieldPath, actual: Value) -> Finding {
        Finding {
            fingerprint: "f".into(),
            check: "x.y",
            status: FindingStatus::Fail,
            severity: Severity::High,
            owner: resource.clone(),
            resource,
            container: None,
            seen_in: None,
            instances: None,
            pods: None,
            paths: vec![Evidence { path, actual, expected: "".into(), line: None }],
            message: "".into(),
            remediation: "",
            disruption: Disruption::Restarts,
            try_first: "",
            controls: Vec::new().into(),
            source: None,
            waiver: None,
            expired_waiver: None,
            platform: false,
            team: None,
            reach: Vec::new(),
        }
    }

    fn remedy(fix: Fix) -> Remedy {
        Remedy { advice: "", fix, disruption: Disruption::None, try_first: "" }
    }

    fn deployment() -> (ObjectRef, Value) {
        let object = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "shop",
            "annotations": {"argocd.argoproj.io/tracking-id": "shop-app:apps/Deployment:shop/web"}},
            "spec": {"replicas": 1, "template": {"spec": {"containers": [
                {"name": "app", "image": "x", "securityContext": {"privileged": true, "capabilities": {"add": ["A", "B"]}}}]}}}});
        (ObjectRef::new("apps/v1", "Deployment", Some("shop"), "web"), object)
    }

    fn container() -> FieldPath {
        FieldPath::of("spec.template.spec.containers").named(0, "app")
    }

    #[test]
    fn set_patches_the_template_and_says_who_manages_it() {
        let (resource, object) = deployment();
        let path = container().fields("securityContext.privileged");
        let change = plan(&finding(resource, path, json!(true)), &remedy(Fix::Set("false")), &object).unwrap();
        assert_eq!(
            change.yaml(),
            "spec:\n  template:\n    spec:\n      containers:\n      - name: app\n        securityContext:\n          privileged: false\n"
        );
        let patch =
            r#"{"spec":{"template":{"spec":{"containers":[{"name":"app","securityContext":{"privileged":false}}]}}}}"#;
        assert_eq!(
            change.command(Some("prod eu"), true),
            format!(
                "kubectl --context 'prod eu' -n shop patch deployments.apps web --type=strategic -p '{patch}' --dry-run=server"
            )
        );
        assert_eq!(change.managed_by.as_deref(), Some("Argo CD (application shop-app)"));
        let whole = change.whole(&[FieldPath::of("spec.replicas")]);
        assert!(
            whole.starts_with("# Values are hidden") && whole.contains("replicas: (hidden by plimsoll)"),
            "{whole}"
        );
        assert!(whole.contains("kind: Deployment") && whole.contains("privileged: false"), "{whole}");
        let diff = change.diff(&[]);
        assert!(diff.contains("-          privileged: true\n+          privileged: false\n"), "{diff}");
    }

    #[test]
    fn fields_beside_are_set_on_the_container_else_the_pod_else_the_object() {
        let (resource, object) = deployment();
        let at = |path: FieldPath, beside: &'static str| {
            let change =
                plan(&finding(resource.clone(), path, Value::Null), &remedy(Fix::SetAt(beside, "true")), &object);
            change.unwrap().patch.unwrap()
        };
        let deep = container().fields("securityContext.runAsUser");
        let names = json!([{"name": "app", "securityContext": {"runAsNonRoot": true}}]);
        assert_eq!(at(deep, "securityContext.runAsNonRoot")["spec"]["template"]["spec"]["containers"], names);
        assert_eq!(
            at(FieldPath::of("spec.template.spec.x.y"), "z"),
            json!({"spec": {"template": {"spec": {"z": true}}}})
        );
        assert_eq!(at(FieldPath::of("metadata.labels"), "z"), json!({"z": true}));
    }

    #[test]
    fn removal_by_index_needs_the_value_that_was_read() {
        let (resource, object) = deployment();
        let path = container().fields("securityContext.capabilities.add").index(1);
        let read =
            |actual: Value| plan(&finding(resource.clone(), path.clone(), actual), &remedy(Fix::Remove), &object);
        let after = read(json!("B")).unwrap().after().clone();
        assert_eq!(container().fields("securityContext.capabilities.add").resolve(&after), Some(&json!(["A"])));
        assert!(matches!(read(json!("A")), Err(NoChange::Changed { .. })), "the list moved since");
    }

    #[test]
    fn pods_only_is_no_patch_and_bare_pods_are_replaced() {
        let (resource, object) = deployment();
        let mut injected = finding(resource, container().fields("securityContext.privileged"), json!(true));
        injected.seen_in = Some(SeenIn::Pods);
        let why = plan(&injected, &remedy(Fix::Set("false")), &object).unwrap_err().to_string();
        assert!(why.contains("Deployment/web") && why.contains("replace the pods"), "{why}");
        let pod = ObjectRef::new("v1", "Pod", Some("shop"), "p");
        let mut bare = finding(pod, FieldPath::of("spec.hostPID"), json!(true));
        bare.seen_in = Some(SeenIn::Pods);
        let object = json!({"apiVersion": "v1", "kind": "Pod", "spec": {"hostPID": true}});
        let change = plan(&bare, &remedy(Fix::Remove), &object).unwrap();
        assert_eq!(
            change.command(None, false),
            r#"kubectl -n shop get pods p -o json | kubectl patch --local -f - --type=strategic -p '{"spec":{"hostPID":null}}' -o json | kubectl -n shop replace --force -f -"#
        );
        assert_eq!(change.after(), &json!({"apiVersion": "v1", "kind": "Pod", "spec": {}}));
    }

    #[test]
    fn new_objects_take_names_as_text() {
        let template = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: default-deny\n  namespace: {name}\nspec:\n  podSelector: {}\n";
        let namespace = ObjectRef::new("v1", "Namespace", None, "1234");
        let change =
            plan(&finding(namespace, FieldPath::root(), Value::Null), &remedy(Fix::Create(template)), &Value::Null)
                .unwrap();
        assert!(change.yaml().contains("  namespace: \"1234\"\n"), "{}", change.yaml());
        let command = change.command(None, false);
        assert!(command.starts_with("kubectl -n 1234 create -f - <<'PLIMSOLL'\napiVersion: "), "{command}");
        assert!(command.ends_with("\nPLIMSOLL"), "{command}");
        assert!(change.diff(&[]).starts_with("--- /dev/null\n"));
    }

    #[test]
    fn custom_resources_take_a_merge_patch_and_advice_takes_none() {
        let resource = ObjectRef::new("example.org/v1", "Widget", Some("n"), "it's");
        let object = json!({"spec": {"containers": [{"name": "a"}, {"name": "b"}]}});
        let path = FieldPath::of("spec.containers").named(0, "a").fields("x");
        let change =
            plan(&finding(resource.clone(), path.clone(), Value::Null), &remedy(Fix::Set("1")), &object).unwrap();
        assert_eq!(change.patch, Some(json!({"spec": {"containers": [{"name": "a", "x": 1}, {"name": "b"}]}})));
        assert!(change.command(None, false).contains(r"patch widget.example.org 'it'\''s' --type=merge"));
        assert_eq!(plan(&finding(resource, path, Value::Null), &remedy(Fix::Advice), &object), Err(NoChange::Advice));
    }
}
