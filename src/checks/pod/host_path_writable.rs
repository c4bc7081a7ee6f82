use super::super::{Check, Hits, Run, SpecCx};
use super::host;
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// No container mounts a hostPath volume without `readOnly: true`, whatever the path; init and ephemeral containers
/// count (pitfall 12). `recursiveReadOnly` changes nothing, a volume that nobody mounts is `pod.host-path` alone.
pub static CHECK: Check = Check {
    id: "pod.host-path-writable",
    title: "No container can write to a path of its node",
    severity: Severity::High,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["kubescape:C-0045", "kube-linter:writable-host-mount"],
    why: "What a container writes to its node outlives it: a changed script, unit or static pod manifest there is run by \
          the node, not by the container.",
    remedy: Remedy {
        advice: "Set readOnly: true on the mount, or keep the data in a volume that is no path of the node.",
        fix: Fix::Set("true"),
        disruption: Disruption::MayBreak,
        try_first: "Find out whether the program writes there: run one replica with it and look for 'read-only file \
                    system'.",
    },
    run: Run::EachSpec(run),
};

fn run(cx: &SpecCx<'_>, hits: &mut Hits) {
    for volume in host::paths(cx) {
        for (container, index, mount) in host::mounts(*cx, volume.name).filter(|(_, _, mount)| !mount.read_only) {
            let name = container.container.name.as_str();
            hits.about(Some(name));
            let path: FieldPath = container.at("volumeMounts").item(index, "mountPath", &mount.mount_path);
            hits.fail(path.fields("readOnly"), Value::Null, "true").message(format!(
                "container {name} can write to {} of the node, mounted at {}",
                volume.written, mount.mount_path
            ));
        }
    }
}
