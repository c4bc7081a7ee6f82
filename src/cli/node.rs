//! `plimsoll node`, which is also a program of its own: `plimsoll-node`.

use super::{Exit, Failure};
use clap::Args;
use std::path::PathBuf;

/// Looks at the machine it runs on: modes and owners of Kubernetes' files, ends of certificates, flags of its processes
///
/// It opens no connection, writes nothing but what it prints, follows no link out of the root, and carries no content of a
/// file beyond the fields that a check names: no key, no token.
#[derive(Debug, Args)]
pub(super) struct NodeArgs {
    /// The directory that stands for /: where the node's root is mounted
    #[arg(long, value_name = "DIR", default_value = "/")]
    pub root: PathBuf,
    /// The node's name in the cluster [default: --hostname-override of its kubelet, else /etc/hostname]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
}

#[cfg(target_os = "linux")]
pub(super) fn run(args: &NodeArgs) -> Result<Exit, Failure> {
    use crate::sources::node;
    let facts = node::look(&args.root, args.name.as_deref(), &super::now())
        .map_err(|error| Failure::new(Exit::Usage, error))?;
    super::print(&format!("{}\n", node::document(&facts)))?;
    Ok(Exit::Ok)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn run(_: &NodeArgs) -> Result<Exit, Failure> {
    Err(Failure::new(Exit::Usage, "plimsoll node looks at Linux nodes, and runs on one"))
}
