//! `plimsoll info`: version, paths, and what the cluster lets this user read.

use super::args::LiveArgs;
use super::packs::installed;
use super::{Exit, Failure, print};
use crate::frameworks::Pack;
use std::fmt::Write;
use std::path::PathBuf;

pub(super) fn run(live: &LiveArgs, packs: &[PathBuf]) -> Result<Exit, Failure> {
    let mut text = format!("plimsoll {}\n", env!("CARGO_PKG_VERSION"));
    for (name, path) in crate::store::paths::all() {
        let _ = writeln!(text, "{name:<10}{}", path.display());
    }
    let installed = installed(packs)?;
    for origin in &installed.origins {
        let _ = writeln!(text, "pack      {}", origin.name);
    }
    rights(&mut text, live, &installed.packs);
    print(&text)?;
    Ok(Exit::Ok)
}

#[cfg(not(feature = "live"))]
fn rights(_: &mut String, _: &LiveArgs, _: &[Pack]) {}

/// A cluster that does not answer is a line of the answer, not a failure: paths are wanted most when nothing works.
#[cfg(feature = "live")]
fn rights(text: &mut String, live: &LiveArgs, packs: &[Pack]) {
    use crate::sources::live::{Session, preflight};
    let Ok(runtime) = tokio::runtime::Runtime::new() else { return };
    let flags = live.flags();
    runtime.block_on(async {
        let session = match Session::connect(&flags).await {
            Ok(session) => session,
            Err(error) => {
                let _ = writeln!(text, "cluster   {error}");
                return;
            }
        };
        let cluster = session.cluster();
        let name = |value: Option<std::sync::Arc<str>>| value.unwrap_or_else(|| "-".into());
        let _ =
            writeln!(text, "cluster   {} @ {} {}", name(cluster.context), name(cluster.version), name(cluster.server));
        let editions = crate::engine::Selection::default().editions(packs, session.version()).unwrap_or_default();
        let kinds = crate::engine::kinds(&editions, &[])
            .into_iter()
            .filter(|kind: &crate::inventory::Kind| kind.is_builtin())
            .collect();
        match preflight(&session, &kinds, flags.namespaces.first().map(String::as_str)).await {
            Ok(rows) => {
                for row in rows {
                    let word = |allowed: bool| if allowed { "yes" } else { "no" };
                    let plural = row.kind.info().plural;
                    let _ = writeln!(text, "read      {plural:<34}list {:<4}watch {}", word(row.list), word(row.watch));
                }
            }
            Err(problem) => {
                let _ = writeln!(text, "read      unknown: {problem}");
            }
        }
    });
}
