//! `plimsoll role`: the ClusterRole to ask for. Names resources and the verbs get, list, watch; no wildcard, no write.

use super::args::RoleArgs;
use super::{Exit, Failure, print};
use crate::engine::kinds;
use crate::frameworks;
use crate::inventory::{Kind, OptIn, Version};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

pub(super) fn run(args: &RoleArgs) -> Result<Exit, Failure> {
    let packs = frameworks::embedded().map_err(|error| Failure::new(Exit::Internal, error))?;
    let selection = args.select.selection(false);
    let editions = selection.editions(&packs, Version::NEWEST).map_err(|error| Failure::new(Exit::Usage, error))?;
    print(&role(&kinds(&editions, &args.opt_in.allowed()), args.with_kubelet_config))?;
    Ok(Exit::Ok)
}

/// The role's YAML for these kinds.
pub(crate) fn role(kinds: &BTreeSet<Kind>, kubelet: bool) -> String {
    let mut groups: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut custom: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for kind in kinds.iter().filter(|kind| kind.info().opt_in.is_none()) {
        let info = kind.info();
        let table = if kind.is_custom() { &mut custom } else { &mut groups };
        // a group whose kinds are the user's own has no names to list: see the comment that is printed
        if info.plural != "*" {
            table.entry(info.group).or_default().insert(info.plural);
        }
    }
    let mut text = String::from(
        "# What plimsoll reads: names, never wildcards; get, list and watch, nothing else; no Secrets.\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: plimsoll\nrules:\n",
    );
    for (group, resources) in &groups {
        rule(&mut text, group, resources, &["get", "list", "watch"]);
    }
    if !custom.is_empty() {
        text.push_str("  # custom resources: unused where they are not installed\n");
    }
    for (group, resources) in &custom {
        rule(&mut text, group, resources, &["get", "list", "watch"]);
    }
    if kinds.contains(&Kind::GatekeeperConstraint) {
        text.push_str(
            "  # Gatekeeper: each constraint template is a resource of its own; add yours by name\n  # - apiGroups: \
             [\"constraints.gatekeeper.sh\"]\n  #   resources: [\"k8spspprivilegedcontainer\"]\n  #   verbs: [\"get\", \
             \"list\", \"watch\"]\n",
        );
    }
    for kind in kinds.iter() {
        let warning = match kind.info().opt_in {
            Some(OptIn::Secrets) => {
                "--with-secrets: RBAC cannot grant metadata only; the holder of this rule can read every Secret's value"
            }
            Some(OptIn::ConfigMaps) => {
                "--with-configmaps: opens the bodies of all ConfigMaps, which may hold credentials"
            }
            Some(OptIn::KubeletConfig | OptIn::NodeFacts) | None => continue,
        };
        let _ = writeln!(text, "  # {warning}");
        rule(&mut text, "", &[kind.info().plural].into(), &["get", "list", "watch"]);
    }
    if kubelet {
        text.push_str(
            "  # --with-kubelet-config: 13 kubelet controls; also lets its holder run commands in every pod\n",
        );
        rule(&mut text, "", &["nodes/proxy"].into(), &["get"]);
    }
    text
}

fn rule(text: &mut String, group: &str, resources: &BTreeSet<&str>, verbs: &[&str]) {
    let list =
        |items: &mut dyn Iterator<Item = &str>| items.map(|item| format!("{item:?}")).collect::<Vec<_>>().join(", ");
    let _ = writeln!(text, "  - apiGroups: [{group:?}]");
    let _ = writeln!(text, "    resources: [{}]", list(&mut resources.iter().copied()));
    let _ = writeln!(text, "    verbs: [{}]", list(&mut verbs.iter().copied()));
}
