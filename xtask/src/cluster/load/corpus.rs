//! Real manifests of well-known projects, read from beside the checkout.

use std::time::Duration;

use anyhow::{Result, bail};

use super::{apply, apply_file, at_once, namespace, settle};
use crate::cluster::Cluster;
use crate::paths;

/// File, and the namespace of those of its objects that name none.
const FILES: [(&str, &str); 5] = [
    ("argocd.yaml", "argocd"),
    ("boutique.yaml", "boutique"),
    ("gatekeeper.yaml", "gatekeeper-system"),
    ("monitoring-1.yaml", "monitoring"),
    ("trivy-operator.yaml", "trivy-system"),
];

/// Applies `../shared/corpus` and waits until all its pods run.
pub fn corpus(cluster: &Cluster) -> Result<()> {
    let corpus = paths::shared().join("corpus");
    if !corpus.is_dir() {
        bail!("{} is not there: set PLIMSOLL_SHARED to the directory that holds corpus/", corpus.display());
    }
    let path = |file: &str| corpus.join(file).to_string_lossy().into_owned();
    apply(cluster, &FILES.map(|(_, name)| namespace(name)))?;
    // The kinds that `monitoring-1.yaml` uses.
    apply_file(cluster, &path("monitoring-0-setup.yaml"), "monitoring")?;
    cluster.kubectl_output(["wait", "--for=condition=Established", "crd", "--all", "--timeout=30s"])?;

    at_once(FILES.iter().map(|(file, namespace)| {
        let path = path(file);
        move || apply_file(cluster, &path, namespace)
    }))?;
    settle(cluster, Duration::from_secs(120))
}
