//! The fixtures of Kubernetes' own pod-security admission: packs pss-baseline and pss-restricted agree with every one.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use plimsoll::checks::levels;
use plimsoll::engine::{Engine, NoExemptions, Times};
use plimsoll::frameworks::embedded;
use plimsoll::inventory::pod_security::Level;
use plimsoll::inventory::{Medium, Version};
use plimsoll::model::{Report, Verdict};
use plimsoll::sources::files::Loader;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Evaluates a manifest at a level: `baseline` or `restricted`.
fn scan(level: &str, version: Version, name: &str, text: &str) -> Report {
    let packs = embedded().unwrap();
    let pack = packs.iter().find(|pack| *pack.id == *format!("pss-{level}")).unwrap();
    let mut loader = Loader::new(Medium::Files, version, None);
    loader.text(name, text).unwrap();
    let (inventory, notes) = loader.finish();
    assert!(notes.is_empty(), "{name}: {notes:?}");
    let times = Times { started: "2026-01-01T00:00:00Z".into(), finished: "2026-01-01T00:00:00Z".into() };
    Engine::default().evaluate(&inventory, &[pack.edition(&pack.newest(), version)], &NoExemptions, false, times)
}

/// What differs from the expectation, as a line with the findings.
fn difference(report: &Report, name: &str, expected: Verdict) -> Option<String> {
    let found = report.frameworks[0].status;
    let messages: Vec<String> = report.findings.iter().map(|f| format!("{}: {}", f.check, f.message)).collect();
    (found != expected).then(|| format!("{name}: {found}, expected {expected}: {messages:?}\n"))
}

/// What `ns.pss-dry-run` predicts with is what the packs ask.
#[test]
fn the_levels_are_the_packs() {
    for level in [Level::Baseline, Level::Restricted] {
        let packs = embedded().unwrap();
        let pack = packs.iter().find(|pack| *pack.id == *format!("pss-{level}")).unwrap();
        let edition = pack.edition(&pack.newest(), Version::NEWEST);
        let of_pack: BTreeSet<String> =
            edition.controls().flat_map(|(_, control)| control.checks.checks()).map(|id| id.to_string()).collect();
        let of_level: BTreeSet<String> = levels::checks(level).map(|check| check.id.to_owned()).collect();
        assert_eq!(of_level, of_pack, "{level}");
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

#[test]
fn agrees_with_the_admission_librarys_fixtures() {
    let shared = std::env::var_os("PLIMSOLL_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let folder = shared.join("conformance/pod-security-admission");
    if !folder.is_dir() {
        eprintln!("skipped: no fixtures at {} (PLIMSOLL_SHARED names the folder above)", folder.display());
        return;
    }
    let (mut wrong, mut count) = (String::new(), 0);
    for level in ["baseline", "restricted"] {
        for version_folder in entries(&folder.join(level)) {
            let version: Version = version_folder.file_name().unwrap().to_string_lossy().parse().unwrap();
            for (outcome, expected) in [("pass", Verdict::Pass), ("fail", Verdict::Fail)] {
                for file in entries(&version_folder.join(outcome)) {
                    let name = file.strip_prefix(&folder).unwrap().display().to_string();
                    let report = scan(level, version, &name, &fs::read_to_string(&file).unwrap());
                    wrong.extend(difference(&report, &name, expected));
                    count += 1;
                }
            }
        }
    }
    println!("{count} fixtures");
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(count > 0, "no fixtures in {}", folder.display());
}

/// What the library's code says and its fixtures do not show.
#[test]
fn agrees_with_the_admission_library_beyond_its_fixtures() {
    const HARDENED: &str = "securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}";
    let pod = |spec: &str, container: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  {spec}\n  containers:\n  - {{name: c, image: i, {container}}}\n"
        )
    };
    let windows = pod(
        "os: {name: windows}\n  securityContext: {runAsNonRoot: true, seccompProfile: {type: Unconfined}}",
        "tty: false",
    );
    let selected =
        pod("nodeSelector: {kubernetes.io/os: windows}\n  securityContext: {runAsNonRoot: true}", "tty: false");
    let overridden = pod(
        "securityContext: {runAsNonRoot: true, seccompProfile: {type: Unconfined}}",
        "securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}, seccompProfile: {type: RuntimeDefault}}",
    );
    let root_denied = pod(
        "securityContext: {runAsNonRoot: false, seccompProfile: {type: RuntimeDefault}}",
        "securityContext: {runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}",
    );
    let own_users =
        pod("hostUsers: false\n  securityContext: {runAsUser: 0, seccompProfile: {type: RuntimeDefault}}", HARDENED);
    // kubectl debug adds one to a running pod, past whatever its template says
    let debugged = |container: &str| {
        let spec = format!(
            "securityContext: {{runAsNonRoot: true, seccompProfile: {{type: RuntimeDefault}}}}\n  ephemeralContainers:\n  - {{name: d, image: i, {container}}}"
        );
        pod(&spec, HARDENED)
    };
    let added = debugged("securityContext: {capabilities: {add: [SYS_PTRACE]}}");
    let forwarded = debugged("ports: [{containerPort: 80, hostPort: 80}]");
    let as_root =
        debugged("securityContext: {runAsUser: 0, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}");
    let loose = debugged("tty: true");
    let tight = debugged(HARDENED);
    let host_process = pod(
        "os: {name: windows}\n  hostNetwork: true\n  securityContext: {runAsNonRoot: true, windowsOptions: {hostProcess: true}}",
        "tty: false",
    );
    let own_host_process = pod(
        "os: {name: windows}\n  securityContext: {runAsNonRoot: true}",
        "securityContext: {windowsOptions: {hostProcess: true}}",
    );
    let administrator = pod(
        "os: {name: windows}\n  securityContext: {windowsOptions: {runAsUserName: ContainerAdministrator}}",
        "tty: false",
    );
    let named = pod(
        "os: {name: windows}\n  securityContext: {runAsNonRoot: true, windowsOptions: {runAsUserName: ContainerUser}}",
        "tty: false",
    );
    let windows_debugged = pod(
        "os: {name: windows}\n  securityContext: {runAsNonRoot: true}\n  ephemeralContainers:\n  - {name: d, image: i, securityContext: {runAsNonRoot: false}}",
        "tty: false",
    );
    let (pass, fail) = (Verdict::Pass, Verdict::Fail);
    let cases = [
        ("an ephemeral container's capabilities", "baseline", "1.36", &added, fail),
        ("an ephemeral container's host port", "baseline", "1.36", &forwarded, fail),
        ("an ephemeral container that is root", "restricted", "1.36", &as_root, fail),
        ("which baseline allows", "baseline", "1.36", &as_root, pass),
        ("an ephemeral container without a context", "restricted", "1.36", &loose, fail),
        ("and one that is as tight as the rest", "restricted", "1.36", &tight, pass),
        ("a pod's host process", "baseline", "1.36", &host_process, fail),
        ("a container's host process", "baseline", "1.36", &own_host_process, fail),
        ("Windows has no excuse from runAsNonRoot", "restricted", "1.36", &administrator, fail),
        ("the name of a Windows user is not asked for", "restricted", "1.36", &named, pass),
        ("an ephemeral container on Windows", "restricted", "1.36", &windows_debugged, fail),
        ("an overridden baseline check is not run: Windows", "restricted", "1.36", &windows, pass),
        ("baseline has no Windows rule", "baseline", "1.36", &windows, fail),
        ("before 1.25 Windows is no excuse", "restricted", "1.24", &windows, fail),
        ("a node selector is no Windows", "restricted", "1.36", &selected, fail),
        ("a pod's Unconfined fails though it is overridden", "restricted", "1.36", &overridden, fail),
        ("a pod's runAsNonRoot: false fails though it is overridden", "restricted", "1.36", &root_denied, fail),
        ("a user namespace excuses root", "restricted", "1.36", &own_users, pass),
        ("and not before 1.35", "restricted", "1.34", &own_users, fail),
    ];
    let wrong: String = cases
        .into_iter()
        .filter_map(|(name, level, version, text, expected)| {
            difference(&scan(level, version.parse().unwrap(), name, text), name, expected)
        })
        .collect();
    assert!(wrong.is_empty(), "\n{wrong}");
}
