//! What to fill a test cluster with.

use anyhow::Result;

use super::Cluster;

/// Real manifests.
pub fn corpus(_cluster: &Cluster) -> Result<()> {
    anyhow::bail!("not yet")
}
/// Many pods.
pub fn pods(_cluster: &Cluster, _pods: u32) -> Result<()> {
    anyhow::bail!("not yet")
}
/// Nothing hardened.
pub fn unhardened(_cluster: &Cluster, _deployments: u32) -> Result<()> {
    anyhow::bail!("not yet")
}
