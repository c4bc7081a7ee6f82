use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::inventory::kinds::storage::{PersistentVolume, StorageClass};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;
use std::collections::BTreeSet;

/// By driver: where the provider encrypts every disk it passes, where a parameter of the StorageClass asks for it the
/// parameter decides, and all else a person has to know (pitfall 58). Drivers are compared by their whole name. Judged
/// are volumes, and the classes that no volume was made by yet.
pub static CHECK: Check = Check {
    id: "storage.encryption",
    title: "Volumes are encrypted where they are stored",
    severity: Severity::Medium,
    over: &[Kind::PersistentVolume, Kind::StorageClass],
    needs: &[],
    aliases: &["kubescape:C-0264"],
    why: "Who gets at an unencrypted disk, a snapshot or a copy of it reads the data past every rule of the cluster.",
    remedy: Remedy {
        advice: "Make a StorageClass whose parameters ask for encryption (encrypted: \"true\") and move the data to volumes \
                 of it. Where the account encrypts disks by default, which cannot be seen from here, waive the finding \
                 and say so.",
        // parameters of a class and the disk of a volume cannot be changed
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Restore a snapshot of one volume into the new class and start one replica on it.",
    },
    run: Run::Objects(run),
};

/// Drivers whose provider encrypts whatever it stores.
const ALWAYS: [&str; 16] = [
    "disk.csi.azure.com",
    "file.csi.azure.com",
    "blob.csi.azure.com",
    "kubernetes.io/azure-disk",
    "kubernetes.io/azure-file",
    "azureDisk",
    "azureFile",
    "pd.csi.storage.gke.io",
    "filestore.csi.storage.gke.io",
    "gcsfuse.csi.storage.gke.io",
    "kubernetes.io/gce-pd",
    "gcePersistentDisk",
    "fsx.csi.aws.com",
    "blockvolume.csi.oraclecloud.com",
    "dobs.csi.digitalocean.com",
    "vpc.block.csi.ibm.io",
];

/// Drivers that encrypt where the class says so, and not where it does not.
const ASKED: [&str; 4] =
    ["ebs.csi.aws.com", "kubernetes.io/aws-ebs", "awsElasticBlockStore", "diskplugin.csi.alibabacloud.com"];

/// Drivers that encrypt where the class says so; where it does not, what lies below them may.
const LAYERED: [&str; 3] = ["driver.longhorn.io", "rbd.csi.ceph.com", "cephfs.csi.ceph.com"];

/// What is known of a driver with these parameters.
enum Known {
    Encrypted,
    Plain,
    /// Not from here: why.
    Unknown(&'static str),
}

fn known(driver: &str, class: Option<&StorageClass>) -> Known {
    let asked = class.and_then(|class| class.parameters.get("encrypted")).is_some_and(|value| value == "true");
    let has = |drivers: &[&str]| drivers.contains(&driver);
    match class {
        _ if has(&ALWAYS) => Known::Encrypted,
        Some(_) if asked && (has(&ASKED) || has(&LAYERED)) => Known::Encrypted,
        Some(_) if has(&ASKED) => Known::Plain,
        None if has(&ASKED) || has(&LAYERED) => Known::Unknown("its StorageClass, which would say so, is not there"),
        _ if has(&LAYERED) => Known::Unknown("the driver is not asked to encrypt, the disks below it may be encrypted"),
        _ => Known::Unknown("whether this storage encrypts is not known from here"),
    }
}

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let inventory = cx.inventory;
    let expected = "storage that encrypts";
    let mut used = BTreeSet::new();
    for volume in inventory.volumes.values().filter(|volume| cx.in_scope(Kind::PersistentVolume, &volume.meta)) {
        let name = volume.spec.storage_class_name.as_str();
        used.insert(name);
        let class = inventory.storage_classes.get(&("".into(), name.into()));
        let driver = driver(volume, class);
        let hits = judge.object(Kind::PersistentVolume, &volume.meta);
        let path = FieldPath::of("spec.storageClassName");
        let of = if driver.is_empty() { "" } else { " of " };
        let what = format!("volume {}{of}{driver}", volume.meta.name);
        match known(driver, class) {
            Known::Encrypted => {}
            Known::Plain => {
                hits.fail(path, name, "a StorageClass that asks for encryption")
                    .message(format!("{what} comes from StorageClass {name}, which does not ask for encryption"));
            }
            Known::Unknown(why) => {
                match cx.gap(Kind::StorageClass, None).filter(|_| class.is_none() && !name.is_empty()) {
                    Some(reason) => hits.unread(path, reason, expected),
                    None => hits.review(path, name, expected).severity(Severity::Low),
                }
                .message(format!("{what}: {why}"));
            }
        }
    }
    for class in inventory.storage_classes.values().filter(|class| cx.in_scope(Kind::StorageClass, &class.meta)) {
        if used.contains(class.meta.name.as_str()) {
            continue;
        }
        let hits = judge.object(Kind::StorageClass, &class.meta);
        let (name, driver) = (&class.meta.name, &class.provisioner);
        let path = FieldPath::of("parameters").key("encrypted");
        let actual = class.parameters.get("encrypted").map_or(Value::Null, |value| value.as_str().into());
        match known(driver, Some(class)) {
            Known::Encrypted => {}
            Known::Plain => {
                hits.fail(path, actual, "\"true\"")
                    .message(format!("volumes that StorageClass {name} will make are not encrypted"));
            }
            Known::Unknown(why) => {
                hits.review(FieldPath::of("provisioner"), driver.as_str(), expected)
                    .severity(Severity::Low)
                    .message(format!("StorageClass {name}: {why}"));
            }
        }
    }
}

/// What stores a volume: its CSI driver, else what its class is made by, else the kind of its source; empty: no sign.
fn driver<'v>(volume: &'v PersistentVolume, class: Option<&'v StorageClass>) -> &'v str {
    let source = &volume.spec.source;
    let csi = source.csi.as_ref().map(|csi| csi.driver.as_str());
    let cloud = source.kind().filter(|kind| ALWAYS.contains(kind) || ASKED.contains(kind));
    csi.or(cloud).or(class.map(|class| class.provisioner.as_str())).or(source.kind()).unwrap_or_default()
}
