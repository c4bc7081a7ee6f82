use super::super::{Check, Hits, Run, SpecCx};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// `spec.hostAliases` is empty.
pub static CHECK: Check = Check {
    id: "pod.automount-hosts-alias",
    title: "Pods take names from DNS, not from entries of their own",
    severity: Severity::Info,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["trivy:KSV-0007"],
    why: "An entry in a pod's hosts file sends a name to an address of the author's choice, past DNS and its logs: a way \
          to lead a program to another server, and to keep it on an old one.",
    remedy: Remedy {
        advice: "Remove hostAliases; give the address a name in DNS, or a Service of type ExternalName.",
        fix: Fix::Remove,
        disruption: Disruption::MayBreak,
        try_first: "Check that DNS answers for each of the names, from a pod of this namespace.",
    },
    run: Run::EachSpec(run),
};

fn run(cx: &SpecCx<'_>, hits: &mut Hits) {
    let aliases = &cx.spec.host_aliases;
    if aliases.is_empty() {
        return;
    }
    let entries: Vec<String> = aliases.iter().map(|a| format!("{} to {}", a.hostnames.join(", "), a.ip)).collect();
    let addresses: Vec<Value> = aliases.iter().map(|alias| alias.ip.as_str().into()).collect();
    hits.fail(FieldPath::of("hostAliases"), addresses, "absent")
        .message(format!("its hosts file sends {}", entries.join("; ")));
}
