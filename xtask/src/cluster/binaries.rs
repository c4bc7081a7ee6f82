//! The programs of the control plane: built once from Go modules into a cache that clones share.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::paths;

/// Go package and the name of its binary.
const READY_MADE: [(&str, &str); 3] = [
    // `go build` would name it after its directory, `server`.
    ("go.etcd.io/etcd/server/v3", "etcd"),
    ("k8s.io/kubernetes/cmd/kube-apiserver", "kube-apiserver"),
    ("k8s.io/kubernetes/cmd/kubectl", "kubectl"),
];
const ALWAYS_BUILT: [(&str, &str); 3] = [
    ("k8s.io/kubernetes/cmd/kube-controller-manager", "kube-controller-manager"),
    ("k8s.io/kubernetes/cmd/kube-scheduler", "kube-scheduler"),
    ("sigs.k8s.io/kwok/cmd/kwok", "kwok"),
];
/// Built when a test asks for it.
const KUBELET: &str = "k8s.io/kubernetes/cmd/kubelet";
/// What kwok does with fake nodes and pods; shipped in its module. No heartbeats: no controller here waits for them.
const STAGES: [&str; 4] = [
    "node/fast/node-initialize.yaml",
    "pod/fast/pod-ready.yaml",
    "pod/fast/pod-complete.yaml",
    "pod/fast/pod-delete.yaml",
];

/// Where the programs are.
pub(super) struct Binaries {
    cache: PathBuf,
    ready_made: Option<PathBuf>,
}

impl Binaries {
    /// Finds the programs, and builds those that are missing: minutes the first time.
    pub(super) fn find_or_build() -> Result<Self> {
        let binaries = Self::find()?;
        if !binaries.built() {
            build(&module(), &binaries.cache, binaries.ready_made.is_some())?;
        }
        Ok(binaries)
    }

    /// Finds where the programs are or will be.
    pub(super) fn find() -> Result<Self> {
        let ready_made = env::var_os("KUBEBUILDER_ASSETS").filter(|dir| !dir.is_empty()).map(PathBuf::from);
        let sum = fs::read(module().join("go.sum")).context("cannot read tests/cluster/go.sum")?;
        let hash: String = Sha256::digest(&sum).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let suffix = if ready_made.is_some() { "-partial" } else { "" };
        let cache = paths::cache()?.join("testcluster").join(hash + suffix);
        Ok(Self { cache, ready_made })
    }

    /// Whether nothing needs to be built any more.
    pub(super) fn built(&self) -> bool {
        self.cache.exists()
    }

    /// The path of one program.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        let ready_made = self.ready_made.iter().filter(|_| READY_MADE.iter().any(|(_, made)| *made == name));
        ready_made.map(|dir| dir.join(name)).next().unwrap_or_else(|| self.cache.join("bin").join(name))
    }

    /// The files that tell kwok what to do.
    pub(super) fn kwok_files(&self) -> impl Iterator<Item = PathBuf> {
        STAGES.iter().map(|stage| self.cache.join("stages").join(stage)).chain([module().join("kwok.yaml")])
    }

    /// The kubelet; few tests need it, so that it is built for the first of them.
    pub(super) fn kubelet(&self) -> Result<PathBuf> {
        let path = self.dir().join("kubelet");
        let lock = File::create(self.cache.with_extension("lock"))?;
        lock.lock().context("cannot lock the cache of the test cluster")?;
        if !path.exists() {
            eprintln!("building the kubelet into {} (once)", path.display());
            let unfinished = self.cache.with_extension("unfinished");
            go_build(&module(), &unfinished, &[KUBELET])?;
            fs::rename(unfinished.join("kubelet"), &path)?;
            fs::remove_dir_all(unfinished)?;
        }
        Ok(path)
    }

    /// The directory of what was built.
    pub(super) fn dir(&self) -> PathBuf {
        self.cache.join("bin")
    }
}

/// The Go module that names the programs and their versions.
fn module() -> PathBuf {
    paths::root().join("tests/cluster")
}

/// Builds into a directory beside `cache` that takes its name at the end: a build that was cut short leaves no cache.
fn build(module: &Path, cache: &Path, partial: bool) -> Result<()> {
    let parent = cache.parent().context("the cache has no parent directory")?;
    fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
    let lock = File::create(cache.with_extension("lock"))?;
    lock.lock().context("cannot lock the cache of the test cluster")?;
    if cache.exists() {
        return Ok(()); // Another process built while this one waited.
    }
    eprintln!("building the test cluster into {} (once; minutes)", cache.display());
    let unfinished = cache.with_extension("unfinished");
    let bin = unfinished.join("bin");

    let wanted = READY_MADE.iter().filter(|_| !partial).chain(&ALWAYS_BUILT);
    go_build(module, &bin, &wanted.map(|(package, _)| *package).collect::<Vec<_>>())?;
    if !partial {
        fs::rename(bin.join("server"), bin.join("etcd"))?;
    }
    copy_stages(module, &unfinished.join("stages"))?;
    fs::rename(&unfinished, cache).with_context(|| format!("cannot create {}", cache.display()))
}

fn go_build(module: &Path, bin: &Path, packages: &[&str]) -> Result<()> {
    fs::create_dir_all(bin)?;
    let flags = version_flags(&fs::read_to_string(module.join("go.mod"))?)?;
    let mut go = Command::new("go");
    // the ending slash: a directory, also for one package
    go.current_dir(module).arg("build").arg("-o").arg(bin.join("")).args(["-ldflags", &flags]);
    let status = go.args(packages).status().context("cannot run go: install Go 1.26")?;
    if !status.success() {
        bail!("go build in {} failed", module.display());
    }
    Ok(())
}

/// Without these the server reports a version that clients cannot parse.
fn version_flags(go_mod: &str) -> Result<String> {
    let mut requirements = go_mod.lines().filter_map(|line| line.trim().strip_prefix("k8s.io/kubernetes "));
    let version = requirements.next().and_then(|rest| rest.split_whitespace().next());
    let version = version.context("tests/cluster/go.mod does not require k8s.io/kubernetes")?;
    let mut numbers = version.trim_start_matches('v').split('.');
    let (major, minor) = numbers.next().zip(numbers.next()).context("k8s.io/kubernetes has no release version")?;
    let package = "k8s.io/component-base/version";
    Ok(format!("-s -w -X {package}.gitVersion={version} -X {package}.gitMajor={major} -X {package}.gitMinor={minor}"))
}

/// Copies kwok's stages out of its module, so that later runs need no Go.
fn copy_stages(module: &Path, target: &Path) -> Result<()> {
    let args = ["list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/kwok"];
    let output = Command::new("go").current_dir(module).args(args).output().context("cannot run go")?;
    let source = PathBuf::from(String::from_utf8(output.stdout)?.trim()).join("kustomize/stage");
    for stage in STAGES {
        let copy = target.join(stage);
        fs::create_dir_all(copy.parent().context("a stage without a directory")?)?;
        // Written anew rather than copied: files of the module cache are read-only.
        let text = fs::read(source.join(stage)).with_context(|| format!("kwok's module has no stage {stage}"))?;
        fs::write(copy, text)?;
    }
    Ok(())
}
