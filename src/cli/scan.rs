//! `plimsoll scan`.

use super::args::{LiveArgs, Output, RecordArgs, ScanArgs};
use super::packs::installed;
#[cfg(feature = "live")]
use super::progress::Progress;
use super::{Exit, Failure, now, print_with, records};
use crate::engine::{BuiltIn, Decisions, Engine, Times};
use crate::frameworks::{Edition, Pack};
use crate::imports;
use crate::inventory::{Inventory, Kind, Medium, Object, Version, platform};
use crate::model::{AttestationState, Counts, FindingStatus, FrameworkResult, Report, WaiverState};
use crate::sources::files::Loader;
#[cfg(feature = "live")]
use crate::sources::live::{ConnectError, Session};
use crate::sources::{demo, files};
use std::collections::BTreeSet;
use std::io::Write;
#[cfg(feature = "live")]
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::sync::Arc;

pub(super) fn run(
    live: &LiveArgs,
    records: &RecordArgs,
    demo: bool,
    args: &ScanArgs,
    packs: &[PathBuf],
) -> Result<Exit, Failure> {
    if demo && !args.files.is_empty() {
        return Err(Failure::new(Exit::Usage, "--demo and -f exclude each other"));
    }
    let is_cluster = !demo && args.files.is_empty();
    let settings = super::config::settings(live, is_cluster);
    let live = &if is_cluster { live.with(&settings) } else { live.clone() };
    // while the server answers, the frameworks are read
    let connecting = is_cluster.then(|| connect(live)).transpose()?;
    let installed = installed(packs)?;
    let packs = &installed.packs;
    let selection = args.select.selection(args.strict);
    let allowed = args.opt_in.allowed();
    let kinds_for =
        |version: Version| selection.kinds(packs, version, &allowed).map_err(|error| Failure::new(Exit::Usage, error));
    // a wrong name is told before anything is read
    kinds_for(args.kubernetes_version.unwrap_or(Version::NEWEST))?;
    let evidence = evidence(args, packs)?;
    let decisions = records::decisions(&records.with(&settings))?;
    let started = now();
    let mut inventory = match connecting {
        Some(connecting) => cluster(connecting, args, &kinds_for)?,
        None if demo => demo::load().0,
        None => manifests(live, args)?,
    };
    if demo || !args.files.is_empty() {
        inventory.scope.namespaces = live.namespaces.iter().map(|n| n.as_str().into()).collect();
        inventory.scope.selector = live.selector.as_deref().map(Into::into);
        for opt_in in allowed.iter().copied() {
            let kinds = Kind::every().into_iter().filter(|kind| kind.info().opt_in == Some(opt_in));
            kinds.for_each(|kind| inventory.opt_in(kind));
        }
    }
    if let Some(version) = args.kubernetes_version {
        inventory.version = version;
    }
    inventory.settings = args.settings(&settings);
    for note in imports::take(&mut inventory, evidence) {
        let _ = writeln!(std::io::stderr(), "{note}");
    }
    let editions = selection
        .editions_on(packs, inventory.version, platform::detect(&inventory))
        .map_err(|error| Failure::new(Exit::Usage, error))?;
    let mut report = evaluate(&inventory, &editions, decisions, args.strict, started)?;
    report.add_gaps(installed.gaps());
    if inventory.medium == Medium::Files {
        files::fill_lines(&mut report);
    }
    deliver(&report, settings.cluster_id.as_deref(), args)?;
    tell_of_records(&report);
    let exit = exit(&report, &inventory, &editions, args);
    // the process ends: what the system takes back at once need not be taken apart
    std::mem::forget((inventory, report));
    exit
}

/// What was seen on nodes.
fn evidence(args: &ScanArgs, packs: &[Pack]) -> Result<Vec<Object>, Failure> {
    let mut objects = Vec::new();
    for path in &args.node_facts {
        let found = imports::evidence(path, args.node.as_deref(), packs);
        objects.extend(found.map_err(|error| Failure::new(Exit::Usage, error))?);
    }
    Ok(objects)
}

fn evaluate(
    inventory: &Inventory,
    editions: &[Edition],
    decisions: Decisions,
    strict: bool,
    started: Arc<str>,
) -> Result<Report, Failure> {
    let exempt = BuiltIn::new(inventory).map_err(|error| Failure::new(Exit::Internal, error.to_string()))?;
    let times = Times { started, finished: now() };
    Ok(Engine::with(Arc::new(decisions)).evaluate(inventory, editions, &exempt, strict, times))
}

/// Says on standard error which records are over, of no use, or no longer enough.
fn tell_of_records(report: &Report) {
    let mut out = std::io::stderr().lock();
    let over = |state| matches!(state, WaiverState::Expired | WaiverState::Unused);
    for waiver in report.waivers.iter().filter(|waiver| over(waiver.state)) {
        let (file, line, said) = (&waiver.source, waiver.line, &waiver.message);
        let _ = writeln!(out, "{file}:{line}: waiver {}: {} ({said})", waiver.state.as_str(), waiver.record.subject());
    }
    let over = |state| matches!(state, AttestationState::Expired | AttestationState::Reopened);
    for used in report.attestations.iter().filter(|used| over(used.state)) {
        let (file, line, subject) = (&used.source, used.line, used.record.subject());
        let _ = writeln!(out, "{file}:{line}: attestation {}: {subject} ({})", used.state.as_str(), used.message);
    }
}

fn manifests(live: &LiveArgs, args: &ScanArgs) -> Result<Inventory, Failure> {
    let version = args.kubernetes_version.unwrap_or(Version::NEWEST);
    let mut loader = Loader::new(Medium::Files, version, live.namespaces.first().map(String::as_str));
    for path in &args.files {
        loader.path(path).map_err(|error| {
            let hint = "expected Kubernetes manifests, YAML or JSON";
            Failure::new(Exit::Usage, format!("{error}\n  {hint}"))
        })?;
    }
    let (mut inventory, notes) = loader.finish();
    for note in notes {
        let _ = writeln!(std::io::stderr(), "{note}");
    }
    inventory.cluster.version = Some(version.to_string().into());
    Ok(inventory)
}

#[cfg(not(feature = "live"))]
type Connecting = std::convert::Infallible;

#[cfg(not(feature = "live"))]
fn connect(_: &LiveArgs) -> Result<Connecting, Failure> {
    Err(Failure::new(Exit::Usage, "this build reads files only: plimsoll scan -f PATH"))
}

#[cfg(not(feature = "live"))]
fn cluster(
    never: Connecting,
    _: &ScanArgs,
    _: &dyn Fn(Version) -> Result<BTreeSet<Kind>, Failure>,
) -> Result<Inventory, Failure> {
    match never {}
}

/// A connection under way.
#[cfg(feature = "live")]
struct Connecting {
    /// Never waited for: where the scan ends before it begins, a program that logs in or a look at names goes on.
    runtime: ManuallyDrop<tokio::runtime::Runtime>,
    session: tokio::task::JoinHandle<Result<Session, ConnectError>>,
    began: std::time::Instant,
}

#[cfg(feature = "live")]
fn connect(live: &LiveArgs) -> Result<Connecting, Failure> {
    // one thread reads and decodes while this one keeps: a second one costs more in waking each other than it gains
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Internal, error))?;
    let (began, flags) = (std::time::Instant::now(), live.flags());
    let session = runtime.spawn(async move { Session::connect(&flags).await });
    Ok(Connecting { runtime: ManuallyDrop::new(runtime), session, began })
}

#[cfg(feature = "live")]
fn cluster(
    connecting: Connecting,
    args: &ScanArgs,
    kinds_for: &dyn Fn(Version) -> Result<BTreeSet<Kind>, Failure>,
) -> Result<Inventory, Failure> {
    use crate::sources::live::Mode;
    use crate::sources::{Update, apply};
    use std::sync::atomic::Ordering;

    let Connecting { runtime, session, began } = connecting;
    let read = runtime.block_on(async {
        let progress = Progress::new();
        progress.show("connecting");
        let session = tokio::select! {
            session = session => session.map_err(|error| Failure::new(Exit::Internal, error))?,
            _ = tokio::signal::ctrl_c() => return Err(Failure::new(Exit::Interrupted, "interrupted")),
        };
        let session = session.map_err(|error| {
            progress.clear();
            Failure::new(Exit::Unreachable, error)
        })?;
        let kinds = kinds_for(args.kubernetes_version.unwrap_or(session.version()))?;
        let mut inventory = session.inventory();
        inventory.forgets_writers = true;
        kinds.iter().filter(|kind| kind.info().opt_in.is_some()).for_each(|kind| inventory.opt_in(*kind));
        let mut updates = session.read(kinds.clone(), Mode::Once);
        let mut shown = std::time::Instant::now();
        loop {
            let update = tokio::select! {
                update = updates.recv() => update,
                _ = tokio::signal::ctrl_c() => {
                    progress.clear();
                    return Err(Failure::new(Exit::Interrupted, "interrupted"));
                }
            };
            match update {
                None | Some(Update::FirstPassDone) => break,
                Some(Update::Scope(scope, why)) => {
                    progress.clear();
                    let _ = writeln!(std::io::stderr(), "scope: {} ({why})", scope.sentence());
                    inventory.scope = scope;
                }
                Some(update) => apply(&mut inventory, update),
            }
            if shown.elapsed().as_millis() > 200 {
                shown = std::time::Instant::now();
                progress.show(&format!("reading: {} pods", inventory.pods.len()));
            }
        }
        progress.clear();
        if args.stats {
            let stats = session.stats();
            let _ = writeln!(
                std::io::stderr(),
                "{} requests ({} held back), {} bytes, {} back-offs, {} pods in {} variants, read in {:.3} s{}{}",
                stats.requests.load(Ordering::Relaxed),
                stats.paced.load(Ordering::Relaxed),
                stats.bytes.load(Ordering::Relaxed),
                stats.backoffs.load(Ordering::Relaxed),
                inventory.pods.len(),
                inventory.variants(),
                began.elapsed().as_secs_f64(),
                peak_memory().map(|kib| format!(", peak memory {} MB", kib / 1000)).unwrap_or_default(),
                if session.is_far() { ", through a slow line: gzip" } else { "" },
            );
        }
        nothing_readable(&inventory, &kinds, &session)?;
        Ok(inventory)
    });
    ManuallyDrop::into_inner(runtime).shutdown_background();
    read
}

/// The most memory that was resident, in KiB, where the system says (Linux).
#[cfg(feature = "live")]
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

/// No kind at all could be read: the cluster is as good as unreachable.
#[cfg(feature = "live")]
fn nothing_readable(inventory: &Inventory, kinds: &BTreeSet<Kind>, session: &Session) -> Result<(), Failure> {
    use crate::inventory::ReadState;
    let failed = |kind: &Kind| match inventory.state(*kind) {
        ReadState::Failed { read, message, .. } if read.is_empty() => Some(message.clone()),
        _ => None,
    };
    let builtin: Vec<_> = kinds.iter().filter(|kind| kind.is_builtin() || kind.is_whole()).map(failed).collect();
    match builtin.first() {
        Some(Some(first)) if builtin.iter().all(Option::is_some) => Err(Failure::new(
            Exit::Unreachable,
            format!(
                "nothing could be read from {}: {first}\n  Ask for the role that `plimsoll role` prints, or choose a \
                 namespace with -n",
                session.cluster().server.unwrap_or_default()
            ),
        )),
        _ => Ok(()),
    }
}

fn deliver(report: &Report, cluster_id: Option<&str>, args: &ScanArgs) -> Result<(), Failure> {
    let write = |out: &mut dyn Write| match args.output {
        Output::Table => out.write_all(crate::exports::table(report).as_bytes()),
        Output::Json => crate::exports::json(report, out),
        Output::Csv => crate::exports::csv(report, cluster_id, out),
    };
    match &args.output_file {
        Some(path) => crate::store::write_private_with(path, write)
            .map_err(|error| Failure::new(Exit::Usage, format!("{}: cannot be written: {error}", path.display()))),
        None => print_with(write),
    }
}

/// The exit code, by precedence: findings (1) before an incomplete scan (4).
fn exit(report: &Report, inventory: &Inventory, editions: &[Edition], args: &ScanArgs) -> Result<Exit, Failure> {
    let failing =
        |severity| report.findings.rows().any(|f| f.status() == FindingStatus::Fail && f.severity() >= severity);
    if args.fail_on.is_some_and(failing) {
        return Ok(Exit::Findings);
    }
    let needed: BTreeSet<&str> =
        crate::engine::kinds(editions, &args.opt_in.allowed()).into_iter().map(Kind::name).collect();
    let broken = inventory.medium == Medium::Cluster
        && report.gaps.iter().any(|gap| gap.reason.is_failure() && needed.contains(&*gap.kind));
    let thin = args.min_coverage.is_some_and(|percent| {
        let below = |coverage: Option<f64>| coverage.is_none_or(|c| c * 100.0 < f64::from(percent));
        // what has nothing to decide here cannot be decided more: criteria, and benchmarks of other platforms
        let counts = |framework: &FrameworkResult| framework.counts != Counts::default() && !framework.is_elsewhere();
        report.frameworks.iter().filter(|framework| counts(framework)).any(|framework| below(framework.coverage))
    });
    Ok(if broken || thin { Exit::Incomplete } else { Exit::Ok })
}
