//! Checks of a user's packs: CEL over one object. The registry of those that are installed stands beside the built-in
//! one; packs are loaded once, and their checks live as long as the process does.

use super::cel::{self, Program};
use super::{Check, Cx, Judge, Row, Run};
use crate::inventory::kinds::whole::{Answer, Question, Said};
use crate::inventory::{Kind, Medium, ReadState, yaml};
use crate::model::{FieldPath, GapReason, ObjectRef, Remedy, Severity};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// A kind that a check asks about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// API group; empty: core.
    pub group: String,
    /// Version.
    pub version: String,
    /// Kind: `Deployment`.
    pub kind: String,
}

/// A name for a part of expressions, and the part.
pub type Variable = (Arc<str>, Program);

/// What must be true of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Validation {
    /// True: the object is as it should be.
    pub expression: Program,
    /// Says what is wrong; of a copy of the object without what may not be shown.
    pub message_expression: Option<Program>,
    /// Says the same where that gives no text; empty: the title does.
    pub message: String,
    /// The field that is wrong.
    pub path: FieldPath,
    /// What would be right, in words.
    pub expected: &'static str,
}

/// A check as a pack writes it: read and compiled, not installed.
#[derive(Clone, Debug)]
pub struct Draft {
    /// `family.name`.
    pub id: &'static str,
    /// What holds where it passes.
    pub title: &'static str,
    /// How bad a failure is.
    pub severity: Severity,
    /// What goes wrong without it.
    pub why: &'static str,
    /// The same rule elsewhere.
    pub aliases: Vec<&'static str>,
    /// How to put it right.
    pub remedy: Remedy,
    /// The kinds that it judges.
    pub over: Vec<Asked>,
    /// Which of their objects: all of these must be true.
    pub conditions: Vec<Program>,
    /// Names for parts of expressions, in order.
    pub variables: Vec<Variable>,
    /// What must be true.
    pub validations: Vec<Validation>,
    /// Why it cannot be used: it is there, so that what names it is not evaluated.
    pub broken: Option<String>,
}

/// The rule of a check.
#[derive(Debug)]
struct Rule {
    id: &'static str,
    conditions: Vec<Program>,
    variables: Vec<Variable>,
    validations: Vec<Validation>,
    /// On how many objects it spent all that it may.
    stopped: AtomicUsize,
}

/// After so many objects on which it was stopped, a check is asked no more: a scan has an end.
const PATIENCE: usize = 20;

/// The population of a check: its kinds are known once its rule is.
#[derive(Debug)]
struct Population {
    id: &'static str,
    kinds: &'static [Kind],
}

/// A check that could not be read.
#[derive(Debug)]
struct Broken(String);

#[derive(Debug, Default)]
struct Installed {
    checks: BTreeMap<&'static str, &'static Check>,
    grades: BTreeMap<&'static str, Severity>,
}

static INSTALLED: RwLock<Installed> = RwLock::new(Installed { checks: BTreeMap::new(), grades: BTreeMap::new() });

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn installed() -> std::sync::RwLockReadGuard<'static, Installed> {
    INSTALLED.read().unwrap_or_else(PoisonError::into_inner)
}

/// Puts a check into force. One of the same id is replaced.
pub fn install(draft: Draft) -> &'static Check {
    cel::hush();
    let Draft { id, title, severity, why, aliases, remedy, over, conditions, variables, validations, broken } = draft;
    let aliases: &'static [&'static str] = Vec::leak(aliases);
    let (kinds, row): (&'static [Kind], &'static dyn Row) = match broken {
        Some(why) => (&[], leak(Broken(why))),
        None => {
            let rule: &'static Rule =
                leak(Rule { id, conditions, variables, validations, stopped: AtomicUsize::new(0) });
            let kind = |asked: Asked| Kind::whole(&asked.group, &asked.version, &asked.kind, rule);
            let kinds: &'static [Kind] = Vec::leak(over.into_iter().map(kind).collect());
            (kinds, leak(Population { id, kinds }))
        }
    };
    // a pod is reported under its top owner: what stands between them is read too
    let pods = kinds.iter().any(|kind| kind.base() == Kind::Pod);
    let needs: &'static [Kind] = if pods { &[Kind::ReplicaSet, Kind::Job] } else { &[] };
    let run = Run::Row(row);
    let check = leak(Check { id, title, severity, over: kinds, needs, aliases, why, remedy, run });
    INSTALLED.write().unwrap_or_else(PoisonError::into_inner).checks.insert(id, check);
    check
}

/// Gives every finding of a check another severity.
pub fn grade(check: &'static Check, severity: Severity) {
    let graded = leak(Check {
        id: check.id,
        title: check.title,
        severity,
        over: check.over,
        needs: check.needs,
        aliases: check.aliases,
        why: check.why,
        remedy: check.remedy,
        run: check.run,
    });
    let mut installed = INSTALLED.write().unwrap_or_else(PoisonError::into_inner);
    installed.checks.insert(graded.id, graded);
    installed.grades.insert(graded.id, severity);
}

/// The severity that a pack gives every finding of a check.
pub fn grade_of(id: &str) -> Option<Severity> {
    installed().grades.get(id).copied()
}

/// An installed check, or a built-in one that a pack grades.
pub(super) fn find(id: &str) -> Option<&'static Check> {
    installed().checks.get(id).copied()
}

/// Every check that a pack brings or grades, broken ones left out.
pub(super) fn every() -> Vec<&'static Check> {
    installed().checks.values().copied().filter(|check| !is_broken(check)).collect()
}

/// Whether a check could not be read.
pub fn is_broken(check: &Check) -> bool {
    matches!(check.run, Run::Row(row) if row.is_broken())
}

impl Question for Rule {
    fn id(&self) -> &'static str {
        self.id
    }

    fn ask(&self, object: &Value) -> Answer {
        let unsure = |why: String| Answer::Said(vec![undecided(FieldPath::root(), why)]);
        if self.stopped.load(Ordering::Relaxed) >= PATIENCE {
            return unsure(format!("it was stopped on {PATIENCE} objects before, and is asked no more"));
        }
        let answer = cel::run(object, |run| self.judge(run, object));
        if cel::is_spent() {
            self.stopped.fetch_add(1, Ordering::Relaxed);
        }
        answer.unwrap_or_else(|| unsure("it cannot be evaluated on this object".to_owned()))
    }
}

fn undecided(path: FieldPath, why: String) -> Said {
    Said { wrong: false, path, actual: Value::Null, expected: "", message: format!("not decided: {why}") }
}

impl Rule {
    fn judge(&self, run: &mut cel::Run<'_>, object: &Value) -> Answer {
        for (name, program) in &self.variables {
            run.variable(name, program);
        }
        let mut unsure = None;
        for condition in &self.conditions {
            match run.holds(condition) {
                Ok(true) => {}
                Ok(false) => return Answer::Skip,
                Err(why) => drop(unsure.get_or_insert(why)),
            }
        }
        if let Some(why) = unsure {
            return Answer::Said(vec![undecided(FieldPath::root(), format!("whether it is meant: {why}"))]);
        }
        let mut said: Vec<Said> = Vec::new();
        let mut failed = Vec::new();
        for validation in &self.validations {
            match run.holds(&validation.expression) {
                Ok(true) => {}
                Ok(false) => failed.push(validation),
                Err(why) => said.push(undecided(validation.path.clone(), why)),
            }
        }
        if !failed.is_empty() {
            said.splice(0..0, self.wrong(&failed, object));
        }
        Answer::Said(said)
    }

    /// What is said of failures: nothing that may not be shown is looked at.
    fn wrong(&self, failed: &[&Validation], object: &Value) -> Vec<Said> {
        let shown = shown(object);
        let said = |run: Option<&cel::Run<'_>>, validation: &Validation| {
            let computed = run.zip(validation.message_expression.as_ref()).and_then(|(run, program)| run.text(program));
            Said {
                wrong: true,
                path: validation.path.clone(),
                actual: actual(&validation.path, &shown),
                expected: validation.expected,
                message: computed.unwrap_or_else(|| validation.message.clone()),
            }
        };
        let plain = || failed.iter().map(|validation| said(None, validation)).collect();
        if failed.iter().all(|validation| validation.message_expression.is_none()) {
            return plain();
        }
        let computed = cel::run(&shown, |run| {
            for (name, program) in &self.variables {
                run.variable(name, program);
            }
            failed.iter().map(|validation| said(Some(run), validation)).collect()
        });
        computed.unwrap_or_else(plain)
    }
}

/// The value of a field; of a large one how large it is.
fn actual(path: &FieldPath, shown: &Value) -> Value {
    const MOST: usize = 500;
    match path.resolve(shown).filter(|_| !path.is_root()) {
        Some(Value::Object(fields)) if shown_length(fields) > MOST => format!("{} fields", fields.len()).into(),
        Some(Value::Array(items)) if shown_length(items) > MOST => format!("{} items", items.len()).into(),
        other => other.cloned().unwrap_or_default(),
    }
}

fn shown_length(value: &impl serde::Serialize) -> usize {
    serde_json::to_string(value).map_or(0, |text| text.len())
}

/// The object without what is never shown: credentials, and copies that hold them.
fn shown(object: &Value) -> Value {
    let mut shown = object.clone();
    let mut credentials = super::container::env_literal_credential::credentials(object);
    credentials.extend(super::configmap::credentials::credentials(object));
    yaml::mask(&mut shown, &credentials);
    yaml::hide(&mut shown, false);
    shown
}

/// The objects of one top owner: they are counted once.
struct Group<'a> {
    first: ObjectRef,
    /// What is said of them, with how many it is said of.
    said: Vec<(&'a Said, usize)>,
}

impl Row for Population {
    fn run(&self, cx: &Cx<'_>, judge: &mut Judge) {
        let inventory = cx.inventory;
        let is_absent = |kind: &&Kind| *inventory.state(**kind) == ReadState::Absent;
        if inventory.medium == Medium::Cluster
            && !self.kinds.is_empty()
            && self.kinds.iter().all(|kind| is_absent(&kind))
        {
            let names: Vec<String> =
                self.kinds.iter().map(|kind| format!("{} {}", kind.api_version(), kind.name())).collect();
            judge.not_applicable(format!("{} is not served here", names.join(", ")));
            return;
        }
        let mut groups: BTreeMap<ObjectRef, Group<'_>> = BTreeMap::new();
        for kind in self.kinds {
            let (mut here, mut elsewhere) = (0, 0);
            for whole in inventory.wholes_of(*kind) {
                let meta = &whole.meta;
                if !cx.in_scope(*kind, meta) {
                    elsewhere += usize::from(meta.namespace.is_empty());
                    continue;
                }
                here += 1;
                let object = ObjectRef::new(&whole.api_version, kind.name(), meta.namespace(), &meta.name);
                let said = match whole.answer(self.id) {
                    Some(Answer::Skip) => continue,
                    Some(Answer::Said(said)) => said.as_slice(),
                    None => {
                        // read before the check was there
                        judge.missing(kind.name(), GapReason::Stale, "read before the check was loaded: scan again");
                        continue;
                    }
                };
                let owner = match meta.controller() {
                    Some(owner) if owner.kind != "Node" => {
                        inventory.top_of(&meta.namespace, &owner.api_version, &owner.kind, &owner.name)
                    }
                    _ => object.clone(),
                };
                let group = groups.entry(owner).or_insert_with(|| Group { first: object.clone(), said: Vec::new() });
                if group.said.is_empty() && !said.is_empty() {
                    group.first = object;
                }
                for said in said {
                    let same = |known: &&mut (&Said, usize)| {
                        (known.0.wrong, &known.0.path, known.0.expected) == (said.wrong, &said.path, said.expected)
                    };
                    match group.said.iter_mut().find(same) {
                        Some((_, count)) => *count += 1,
                        None => group.said.push((said, 1)),
                    }
                }
            }
            let namespaces = !inventory.scope.namespaces.is_empty();
            if namespaces && here == 0 && elsewhere > 0 {
                let why = format!("{} stands outside of namespaces, and the scope is namespaces", kind.name());
                judge.missing(kind.name(), GapReason::SourceCannotHoldIt, why);
            }
        }
        for (owner, group) in groups {
            report(judge.part(group.first, owner), &group.said);
        }
    }
}

/// The results on one owner. What fails on the same field is one finding: the path is its identity.
fn report(hits: &mut super::Hits, said: &[(&Said, usize)]) {
    let mut done: Vec<&FieldPath> = Vec::new();
    for (first, count) in said.iter().filter(|(said, _)| said.wrong) {
        if done.contains(&&first.path) {
            continue;
        }
        done.push(&first.path);
        let also: Vec<&Said> = said
            .iter()
            .map(|(said, _)| *said)
            .filter(|said| said.wrong && said.path == first.path && !std::ptr::eq(*said, *first))
            .collect();
        let messages = [*first].into_iter().chain(also.iter().copied()).map(|said| said.message.trim_end_matches('.'));
        let mut message = messages.filter(|message| !message.is_empty()).collect::<Vec<_>>().join("; ");
        if *count > 1 && !message.is_empty() {
            message.push_str(&format!(" ({count} objects of this owner)"));
        }
        let hit = hits.fail(first.path.clone(), first.actual.clone(), first.expected).message(message);
        for said in also {
            hit.also(said.path.clone(), said.actual.clone(), said.expected);
        }
    }
    for (said, count) in said.iter().filter(|(said, _)| !said.wrong) {
        let more = if *count > 1 { format!(" ({count} objects of this owner)") } else { String::new() };
        hits.unread(said.path.clone(), GapReason::Undecodable, said.expected)
            .message(format!("{}{more}", said.message));
    }
}

impl Row for Broken {
    fn run(&self, _: &Cx<'_>, judge: &mut Judge) {
        judge.missing("Pack", GapReason::Undecodable, self.0.clone());
    }

    fn is_broken(&self) -> bool {
        true
    }
}
