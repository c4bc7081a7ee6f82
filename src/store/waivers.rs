//! `waivers.yaml`: failures that may stand, each with who answers for it and until when.

use super::record::Record;
use super::strict::{Fields, Problem};
use crate::checks;
use crate::inventory::Kind;
use crate::model::nearest;
use crate::model::{Date, ObjectRef, Placed, WaiverRecord, is_same_person};

impl Record for WaiverRecord {
    const WHAT: &'static str = "waivers";
    const DAYS: &'static [&'static str] = &["expires"];

    fn read(fields: &Fields<'_>) -> Option<Self> {
        let check = fields.required("check", "the id of a check, such as container.privileged");
        let resource = fields.map("resource", "apiVersion, kind, namespace and name of the object").and_then(object);
        let container = fields.text("container");
        let reason = fields.required("reason", "why the failure may stand");
        let owner = fields.required("owner", "who answers for it");
        let approved_by = fields.required("approved_by", "who approved it");
        let ticket = fields.required("ticket", "where it is followed up");
        let expires = fields.day("expires", "the last day on which it counts");
        fields.done()?;
        Some(Self {
            check: check?,
            resource: resource?,
            container,
            reason: reason?,
            owner: owner?,
            approved_by: approved_by?,
            ticket: ticket?,
            expires: expires?,
        })
    }
}

fn object(fields: Fields<'_>) -> Option<ObjectRef> {
    let api_version = fields.required("apiVersion", "the object's apiVersion, such as apps/v1");
    let kind = fields.required("kind", "the object's kind");
    let namespace = fields.text("namespace");
    let name = fields.required("name", "the object's name");
    fields.done()?;
    Some(ObjectRef::new(&api_version?, &kind?, namespace.as_deref(), &name?))
}

/// What is wrong with waivers that read well: they can never count, count no more, or should not count.
pub fn lint(waivers: &[Placed<WaiverRecord>], today: Date) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (i, placed) in waivers.iter().enumerate() {
        let record = &placed.record;
        let mut tell = |message: String| {
            let Placed { source, line, column, .. } = placed;
            problems.push(Problem { file: source.clone(), line: *line, column: *column, message });
        };
        if checks::find(&record.check).is_none() {
            let near = nearest(&record.check, checks::ALL.iter().map(|check| check.id));
            let near = near.map(|near| format!(": did you mean {near:?}?")).unwrap_or_default();
            tell(format!("unknown check {:?}{near}", record.check));
        }
        if let Some(message) = no_such_object(&record.resource) {
            tell(message);
        }
        if record.is_expired(today) {
            tell(format!("expired on {}: {} fails again", record.expires, record.subject()));
        }
        if is_same_person(&record.owner, &record.approved_by) {
            tell(format!("approved by its own owner, {}: somebody else should approve it", record.owner));
        }
        let in_force = |other: &&Placed<WaiverRecord>| {
            other.record.is_about(record) && !other.record.is_expired(today) && !record.is_expired(today)
        };
        if let Some(first) = waivers.iter().take(i).find(in_force) {
            tell(format!("a second waiver of {}: the first is in line {}", record.subject(), first.line));
        }
    }
    problems
}

/// Why no object can be this one, where its kind is known.
fn no_such_object(object: &ObjectRef) -> Option<String> {
    let named: Vec<Kind> = Kind::ALL.iter().copied().filter(|kind| kind.name() == &*object.kind).collect();
    let served = named.iter().find(|kind| kind.api_version() == *object.api_version);
    match (served, named.first()) {
        (None, Some(known)) => {
            Some(format!("{} has no {}: it is {}", object.api_version, object.kind, known.api_version()))
        }
        (Some(kind), _) if kind.info().namespaced && object.namespace.is_none() => {
            Some(format!("a {} lives in a namespace: `namespace` is missing", object.kind))
        }
        (Some(kind), _) if !kind.info().namespaced && object.namespace.is_some() => {
            Some(format!("a {} lives in no namespace: `namespace` must go", object.kind))
        }
        _ => None,
    }
}
