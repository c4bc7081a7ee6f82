use super::super::{Check, ContainerCx, Hits, Run};
use crate::inventory::Kind;
use crate::model::{Disruption, Fix, Remedy, Severity};
use std::collections::BTreeMap;

/// No name stands twice in a container's `env`. The API server takes it with a warning, and the last one counts. Values
/// are not looked at.
pub static CHECK: Check = Check {
    id: "container.duplicate-env",
    title: "Every environment variable is set once",
    severity: Severity::Low,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["kubescape:C-0295", "kube-linter:duplicate-env-var"],
    why: "The program sees the last value only, and kubectl apply, which merges the list by name, may drop either: what \
          stands in the manifest is not what runs.",
    remedy: Remedy {
        advice: "Keep the entry that is meant and delete the others of its name.",
        // which one is meant is its author's to say
        fix: Fix::Advice,
        disruption: Disruption::Restarts,
        try_first: "kubectl exec into a pod and print the variable: that value is in use today.",
    },
    run: Run::EachContainer(run),
};

fn run(cx: &ContainerCx<'_>, hits: &mut Hits) {
    const EXPECTED: &str = "one entry of this name";
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, variable) in cx.container.env.iter().enumerate() {
        places.entry(&variable.name).or_default().push(index);
    }
    for (name, places) in places.into_iter().filter(|(_, places)| places.len() > 1) {
        let [first, more @ ..] = places.as_slice() else { continue };
        // they share a name, so their paths go by position
        let at = |index: usize| cx.at("env").index(index).fields("name");
        let hit = hits.fail(at(*first), name, EXPECTED);
        hit.message(format!("container {} sets {name} more than once: the last one counts", cx.container.name));
        for index in more {
            hit.also(at(*index), name, EXPECTED);
        }
    }
}
