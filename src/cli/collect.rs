//! `plimsoll collect nodes`: prints what looks at every node from inside the cluster, or creates it, reads its logs and
//! removes it.

use super::args::{LiveArgs, duration};
use super::{Exit, Failure, print};
use crate::frameworks;
use crate::inventory::Version;
use crate::sources::collector::Collector;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum What {
    /// What `plimsoll node` sees on every node
    Nodes,
}

#[derive(Debug, Args)]
pub(super) struct CollectArgs {
    /// What to collect
    pub what: What,
    /// Image that holds /plimsoll-node; assets/node/Containerfile makes one
    #[arg(long, value_name = "IMAGE")]
    pub image: String,
    /// This node only; may repeat, commas allowed [default: every node of the cluster]
    #[arg(long = "node", value_name = "NAME", value_delimiter = ',')]
    pub nodes: Vec<String>,
    /// Create it, read its logs and remove it, after you confirmed it; without: print it
    #[arg(long)]
    pub apply: bool,
    /// How long a Job may take, the pulling of its image included [default: 180s]
    #[arg(long, value_name = "DURATION", value_parser = duration, hide_short_help = true)]
    pub deadline: Option<Duration>,
    /// How long removing may take before it is left to the cluster [default: 60s]
    #[arg(long, value_name = "DURATION", value_parser = duration, requires = "apply", hide_short_help = true)]
    pub removal_timeout: Option<Duration>,
    /// Do not ask
    #[arg(long, requires = "apply")]
    pub yes: bool,
    /// Where to write a document a node (mode 0600)
    #[arg(long, value_name = "DIR", default_value = "plimsoll-node-facts", requires = "apply")]
    pub output_dir: PathBuf,
}

pub(super) fn run(live: &LiveArgs, args: &CollectArgs) -> Result<Exit, Failure> {
    let What::Nodes = args.what;
    if args.image.trim().is_empty() || args.image.contains(char::is_whitespace) {
        return Err(Failure::new(Exit::Usage, format!("{:?} is no image", args.image)));
    }
    let mut collector = Collector::new(&args.image, args.nodes.clone(), Version::NEWEST);
    collector.deadline = args.deadline.unwrap_or(collector.deadline);
    collector.removal = args.removal_timeout.unwrap_or(collector.removal);
    if !args.apply && !args.nodes.is_empty() {
        // what is printed for nodes that were named needs no cluster
        return printed(&collector);
    }
    on_cluster(live, args, collector)
}

fn printed(collector: &Collector) -> Result<Exit, Failure> {
    let packs = frameworks::embedded().map_err(|error| Failure::new(Exit::Internal, error))?;
    print(&collector.print(&packs).map_err(|error| Failure::new(Exit::Internal, error))?)?;
    Ok(Exit::Ok)
}

#[cfg(not(feature = "live"))]
fn on_cluster(_: &LiveArgs, _: &CollectArgs, _: Collector) -> Result<Exit, Failure> {
    Err(Failure::new(Exit::Usage, "this build reaches no cluster: name the nodes with --node and apply what it prints"))
}

#[cfg(feature = "live")]
fn on_cluster(live: &LiveArgs, args: &CollectArgs, mut collector: Collector) -> Result<Exit, Failure> {
    use crate::sources::live::Session;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| Failure::new(Exit::Internal, error))?;
    let flags = live.flags();
    runtime.block_on(async {
        let session = tokio::select! {
            session = Session::connect(&flags) => session.map_err(|error| Failure::new(Exit::Unreachable, error))?,
            _ = tokio::signal::ctrl_c() => return Err(Failure::new(Exit::Interrupted, "interrupted")),
        };
        collector.version = session.version();
        let known = session.node_names().await;
        let known =
            known.map_err(|problem| Failure::new(Exit::Incomplete, format!("nodes cannot be listed: {problem}")))?;
        if let Some(unknown) = collector.nodes.iter().find(|node| !known.contains(node)) {
            let near = crate::model::nearest(unknown, known.iter().map(String::as_str));
            let hint = near.map(|near| format!(": did you mean {near:?}?")).unwrap_or_default();
            return Err(Failure::new(Exit::Usage, format!("there is no node {unknown:?}{hint}")));
        }
        if collector.nodes.is_empty() {
            collector.nodes = known;
        }
        if collector.nodes.is_empty() {
            return Err(Failure::new(Exit::Usage, "the cluster has no node with a kubelet of its own"));
        }
        if !args.apply {
            return printed(&collector);
        }
        collector.namespace = live::own_namespace();
        live::apply(&session, args, &collector).await
    })
}

#[cfg(feature = "live")]
mod live {
    use super::super::progress::Progress;
    use super::{CollectArgs, Collector, Exit, Failure, frameworks};
    use crate::sources::collector::NAMESPACE;
    use crate::sources::live::Session;
    use sha2::{Digest, Sha256};
    use std::io::{IsTerminal, Write};

    /// A name that nobody else's run has.
    pub(super) fn own_namespace() -> String {
        let now = format!("{:?} {}", std::time::SystemTime::now(), std::process::id());
        let sum: String = Sha256::digest(now.as_bytes()).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        format!("{NAMESPACE}-{sum}")
    }

    pub(super) async fn apply(session: &Session, args: &CollectArgs, collector: &Collector) -> Result<Exit, Failure> {
        if !args.yes && !confirmed(session, collector)? {
            let _ = writeln!(std::io::stderr(), "Nothing was created.");
            return Ok(Exit::Ok);
        }
        let progress = Progress::new();
        let collected = session.collect_nodes(collector, stopped(), &|text| progress.show(text)).await;
        progress.clear();
        let (mut written, mut failed) = (0, 0);
        let mut said = String::new();
        for (node, result) in &collected.nodes {
            match result {
                Ok((text, _)) => {
                    let path = args.output_dir.join(format!("{node}.json"));
                    let told =
                        |error| Failure::new(Exit::Usage, format!("{}: cannot be written: {error}", path.display()));
                    crate::store::write_private(&path, text.as_bytes()).map_err(told)?;
                    written += 1;
                }
                Err(why) => {
                    failed += 1;
                    said += &format!("{node}: {why}\n");
                }
            }
        }
        if let Some(left) = &collected.left {
            said += &format!("{left}\n");
        }
        if let Some(failure) = &collected.failure {
            said += &format!("{failure}\n");
        }
        if written > 0 {
            let folder = args.output_dir.display();
            let nodes = if written == 1 { "1 node".to_owned() } else { format!("{written} nodes") };
            said += &format!("{nodes} in {folder}: plimsoll scan --node-facts {folder}\n");
        }
        let _ = std::io::stderr().write_all(said.as_bytes());
        Ok(match () {
            () if collected.interrupted => Exit::Interrupted,
            () if failed > 0 || collected.left.is_some() || collected.failure.is_some() => Exit::Incomplete,
            () => Exit::Ok,
        })
    }

    /// Tells what would be created, and asks.
    fn confirmed(session: &Session, collector: &Collector) -> Result<bool, Failure> {
        let packs = frameworks::embedded().map_err(|error| Failure::new(Exit::Internal, error))?;
        let explained = collector.explained(&packs).map_err(|error| Failure::new(Exit::Internal, error))?;
        let cluster = session.cluster();
        let name = cluster.context.or(cluster.server).unwrap_or_default();
        let text = format!(
            "On {name} this creates namespace {}, and in it a Job on each of {} nodes: as root, the node's root mounted \
             read-only, no token, no network. It is removed at the end.\n{}\n",
            collector.namespace,
            collector.nodes.len(),
            explained.join("\n"),
        );
        if !std::io::stdin().is_terminal() {
            return Err(Failure::new(Exit::Usage, format!("{text}Nobody is there to confirm it: --yes does not ask")));
        }
        let _ = write!(std::io::stderr(), "{text}Go on? [y/N] ");
        let mut answer = String::new();
        let read = std::io::stdin().read_line(&mut answer);
        read.map_err(|error| Failure::new(Exit::Internal, error))?;
        Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
    }

    /// ctrl-c, or the system's request to end.
    async fn stopped() {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            if let (Ok(mut term), Ok(mut hup)) = (signal(SignalKind::terminate()), signal(SignalKind::hangup())) {
                tokio::select! {
                    _ = tokio::signal::ctrl_c() => {}
                    _ = term.recv() => {}
                    _ = hup.recv() => {}
                }
                return;
            }
        }
        let _ = tokio::signal::ctrl_c().await;
    }
}
