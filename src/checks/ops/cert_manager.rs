use super::super::{Check, Cx, Judge, Run};
use super::age::{ago, time};
use crate::inventory::Kind;
use crate::inventory::kinds::custom::Custom;
use crate::inventory::schedule::DAY;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// cert-manager's Certificates: Ready is True, and thirty days or more are left. One that lives shorter by design is fine
/// while its renewal lies ahead, and so is one that is due for renewal since yesterday.
pub static CHECK: Check = Check {
    id: "ops.cert-manager",
    title: "Certificates are issued and renewed in time",
    severity: Severity::Low,
    over: &[Kind::CertManagerCertificate],
    needs: &[],
    aliases: &[],
    why: "A certificate that is not renewed ends every connection to what it stands for on a day that is known beforehand.",
    remedy: Remedy {
        advice: "kubectl describe certificate and its CertificateRequest say what hinders the issuer: a challenge that is \
                 not answered, a limit, credentials.",
        fix: Fix::Advice,
        disruption: Disruption::None,
        try_first: "Renew one by hand (cmctl renew) and follow its request.",
    },
    run: Run::Objects(run),
};

const DAYS: i64 = 30;

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let kind = Kind::CertManagerCertificate;
    if cx.inventory.count(kind) == 0 && cx.gap(kind, None).is_none() {
        judge.not_applicable("cert-manager issues no certificates here");
        return;
    }
    for certificate in cx.inventory.customs_of(kind).filter(|certificate| cx.in_scope(kind, &certificate.meta)) {
        let hits = judge.object(kind, &certificate.meta);
        let name = &certificate.meta.name;
        let Some(state) = certificate.at("/status") else {
            hits.review(FieldPath::of("status"), Value::Null, "Ready is True")
                .message(format!("certificate {name} has no state: it is a manifest, or cert-manager does not run"));
            continue;
        };
        let conditions = state.get("conditions").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let text = |condition: &Value, field: &str| {
            condition.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let ready = conditions.iter().enumerate().find(|(_, condition)| text(condition, "type") == "Ready");
        let status = ready.map(|(_, condition)| text(condition, "status"));
        if status.as_deref() != Some("True") {
            let path =
                FieldPath::of("status.conditions").item(ready.map_or(0, |(i, _)| i), "type", "Ready").fields("status");
            let reason = ready.map(|(_, condition)| text(condition, "reason")).filter(|reason| !reason.is_empty());
            let reason = reason.map_or(String::new(), |reason| format!(" ({reason})"));
            hits.fail(path, status.map_or(Value::Null, Value::from), "True")
                .message(format!("certificate {name} is not ready{reason}"));
        }
        if let Some((end, message)) = runs_out(cx.now(), certificate) {
            let path = FieldPath::of("status.notAfter");
            hits.fail(path, end, format!("{DAYS} days or more left, or a renewal ahead")).message(message);
        }
    }
}

/// Its end and what is wrong, where it runs out.
fn runs_out(now: i64, certificate: &Custom) -> Option<(Value, String)> {
    let end = time(certificate, "/status/notAfter")?;
    let shown = certificate.at("/status/notAfter")?.clone();
    let name = &certificate.meta.name;
    if end <= now {
        return Some((shown, format!("certificate {name} ran out {} ago", ago(now, end))));
    }
    let due = time(certificate, "/status/renewalTime");
    let in_time = due.is_some_and(|due| now - due <= DAY);
    let left = ago(end, now);
    (end - now < DAYS * DAY && !in_time)
        .then(|| (shown, format!("certificate {name} runs out in {left} and was not renewed")))
}
