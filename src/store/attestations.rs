//! `attestations.yaml`: what people found of controls that are left to them.

use super::record::Record;
use super::strict::{Fields, Problem};
use crate::frameworks::{Control, Pack};
use crate::inventory::Version;
use crate::model::nearest;
use crate::model::{Attachment, Attestation, Date, Placed};
use std::sync::Arc;

impl Record for Attestation {
    const WHAT: &'static str = "attestations";
    const DAYS: &'static [&'static str] = &["on", "valid_until"];

    fn read(fields: &Fields<'_>) -> Option<Self> {
        let framework = fields.required("framework", "the id of a framework, such as cis");
        let version = fields.required("version", "the framework's version that was looked at");
        let control = fields.required("control", "the id of a control");
        let statement = fields.required("statement", "what was found");
        let by = fields.required("by", "who says so");
        let on = fields.day("on", "the day on which it was said");
        let valid_until = fields.day("valid_until", "the last day on which it holds");
        let ticket = fields.text("ticket");
        let attachments = fields.maps("attachments").into_iter().map(attachment).collect::<Option<_>>();
        let reviewed = fields.texts("reviewed");
        fields.done()?;
        Some(Self {
            framework: framework?,
            version: version?,
            control: control?,
            statement: statement?,
            by: by?,
            on: on?,
            valid_until: valid_until?,
            ticket,
            attachments: attachments?,
            reviewed,
        })
    }
}

fn attachment(fields: Fields<'_>) -> Option<Attachment> {
    let name = fields.required("name", "the file's name");
    let sha256 = fields.required("sha256", "the file's SHA-256");
    fields.done()?;
    Some(Attachment { name: name?, sha256: sha256? })
}

/// What is wrong with attestations that read well: they can never hold, hold no more, or say what cannot be.
pub fn lint(attestations: &[Placed<Attestation>], packs: &[Pack], today: Date) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (i, placed) in attestations.iter().enumerate() {
        let record = &placed.record;
        let mut tell = |message: String| {
            let Placed { source, line, column, .. } = placed;
            problems.push(Problem { file: source.clone(), line: *line, column: *column, message });
        };
        if let Some(message) = not_attested(record, packs) {
            tell(message);
        }
        if record.on > today {
            tell(format!("dated {}, which is to come", record.on));
        }
        if record.valid_until < record.on {
            tell(format!("valid until {}, before the day of the statement, {}", record.valid_until, record.on));
        }
        let of_same = |other: &&Placed<Attestation>| {
            let (a, b) = (&other.record, record);
            (&a.framework, &a.version, &a.control) == (&b.framework, &b.version, &b.control)
        };
        let renewed = attestations.iter().filter(of_same).any(|other| !other.record.is_expired(today));
        if record.is_expired(today) && !renewed {
            tell(format!("expired on {}: {} is open again", record.valid_until, record.subject()));
        }
        let twice = |other: &&Placed<Attestation>| of_same(other) && other.record.on == record.on;
        if let Some(first) = attestations.iter().take(i).find(twice) {
            tell(format!(
                "a second attestation of {} of that day: the first is in line {}",
                record.subject(),
                first.line
            ));
        }
        let is_digest = |text: &str| text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        for attachment in record.attachments.iter().filter(|attachment| !is_digest(&attachment.sha256)) {
            tell(format!("the SHA-256 of {} is no 64 hexadecimal digits", attachment.name));
        }
        for print in record.reviewed.iter().filter(|print| !is_digest(print)) {
            tell(format!("reviewed: {print:?} is no fingerprint of a finding"));
        }
    }
    problems
}

/// Why a control cannot be attested.
fn not_attested(record: &Attestation, packs: &[Pack]) -> Option<String> {
    let near = |name: &str, names: &mut dyn Iterator<Item = &str>| {
        let near = nearest(name, names);
        near.map(|near| format!(": did you mean {near:?}?")).unwrap_or_default()
    };
    let Attestation { framework, version, control, .. } = record;
    let Some(pack) = packs.iter().find(|pack| pack.id == *framework) else {
        let near = near(framework, &mut packs.iter().map(|pack| &*pack.id));
        return Some(format!("unknown framework {framework:?}{near}"));
    };
    if !pack.versions.contains(version) {
        let near = near(version, &mut pack.versions.iter().map(|version| &**version));
        return Some(format!("{framework} has no version {version:?}{near}"));
    }
    let edition = pack.edition(version, Version::NEWEST);
    let controls: Vec<&Control> = edition.controls().map(|(_, control)| control).collect();
    let Some(found) = controls.iter().find(|known| known.id == *control) else {
        let ids: Vec<Arc<str>> = controls.iter().map(|control| control.id.clone()).collect();
        let near = near(control, &mut ids.iter().map(|id| &**id));
        return Some(format!("{framework} {version} has no control {control:?}{near}"));
    };
    if found.criterion.is_some() {
        return Some(format!("{control} is a criterion: it has no verdict that could be attested"));
    }
    None
}
