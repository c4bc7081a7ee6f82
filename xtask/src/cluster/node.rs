//! A real node: containerd and a kubelet, which run pods for real. Only in a [`crate::sandbox`].

use super::binaries::Binaries;
use super::process::Processes;
use super::wait::until;
use super::{Cluster, START_LIMIT};
use crate::sandbox::{self, ADDRESS};
use anyhow::{Context, Result};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the real node is called.
pub const NAME: &str = "real-1";

/// Answers for every network plugin: pods get an address that nobody routes to.
const PLUGIN: &str = r#"#!/bin/sh
if [ "$CNI_COMMAND" = VERSION ]; then
    echo '{"cniVersion": "0.4.0", "supportedVersions": ["0.3.1", "0.4.0"]}'
else
    echo '{"cniVersion": "0.4.0", "interfaces": [{"name": "eth0", "sandbox": "'"$CNI_NETNS"'"}],
        "ips": [{"version": "4", "address": "10.211.1.2/32", "interface": 0}], "dns": {}}'
fi
"#;

const PROGRAMS: [&str; 4] = ["containerd", "ctr", "runc", "ip"];

/// As [`sandbox::enter`], for a test that starts a cluster with a real node.
pub fn enter(test: &str) -> Result<bool> {
    Ok(!super::skip(test)? && sandbox::enter(test, &PROGRAMS, build)?)
}

/// As [`sandbox::again`], for a cluster with a real node; more is prepared before.
pub(crate) fn again(what: &str, args: &[&str], prepare: impl FnOnce() -> Result<()>) -> Result<bool> {
    sandbox::again(what, args, &PROGRAMS, || build().and_then(|()| prepare()))
}

fn build() -> Result<()> {
    Binaries::find_or_build()?.kubelet().map(drop)
}

impl Cluster {
    /// Starts containerd and the kubelet, and waits until the node is ready.
    pub(super) fn real_node(&self, binaries: &Binaries, processes: &mut Processes) -> Result<()> {
        let kubelet = binaries.kubelet()?;
        let plugins = self.state.join("cni");
        fs::create_dir_all(&plugins)?;
        for name in ["loopback", "null"] {
            fs::write(plugins.join(name), PLUGIN)?;
            fs::set_permissions(plugins.join(name), fs::Permissions::from_mode(0o755))?;
        }
        let network = json!({"cniVersion": "0.4.0", "name": "null", "plugins": [{"type": "null"}]});
        fs::write(plugins.join("10-null.conflist"), network.to_string())?;
        let (socket, plugins) = (self.socket(), plugins.display().to_string());
        fs::write(
            self.state.join("containerd.toml"),
            format!(
                r#"version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
[grpc]
  address = "{socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "plimsoll.test/pause:1"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "native"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{plugins}"
    conf_dir = "{plugins}"
"#
            ),
        )?;
        let mut containerd = Command::new("containerd");
        processes.spawn("containerd", containerd.arg("--config").arg(self.state.join("containerd.toml")))?;
        until("containerd answers", START_LIMIT, || {
            processes.check()?;
            Ok(self.ctr(&["version"]).is_ok())
        })?;
        let sleep = Path::new("/bin/sleep");
        self.image("plimsoll.test/pause:1", &["/bin/sleep", "infinity"], &[(sleep, sleep)])?;

        let config = json!({
            "apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration",
            // what a machine without systemd and without delegated cgroups can do
            "failCgroupV1": false, "cgroupDriver": "cgroupfs", "cgroupsPerQOS": false, "enforceNodeAllocatable": [],
            "localStorageCapacityIsolation": false, "address": ADDRESS,
            // the API server of the test cluster has no certificate for it
            "authentication": {"anonymous": {"enabled": true}, "webhook": {"enabled": false}},
            "authorization": {"mode": "AlwaysAllow"}, "containerRuntimeEndpoint": format!("unix://{socket}"),
            "podPidsLimit": 512, "seccompDefault": true, "eventRecordQPS": 7,
        });
        // where kubeadm has it
        fs::create_dir_all("/var/lib/kubelet")?;
        fs::write("/var/lib/kubelet/config.yaml", config.to_string())?;
        fs::set_permissions("/var/lib/kubelet/config.yaml", fs::Permissions::from_mode(0o644))?;
        let mut command = Command::new(kubelet);
        command.args(["--config", "/var/lib/kubelet/config.yaml", "--node-ip", ADDRESS, "--hostname-override", NAME]);
        processes.spawn("kubelet", command.arg("--kubeconfig").arg(&self.kubeconfig))?;
        until("the kubelet has registered its node", START_LIMIT, || {
            processes.check()?;
            Ok(self.kubectl_output(["get", "node", NAME]).is_ok())
        })?;
        let ready = ["wait", "--for=condition=Ready", "--timeout=60s", "node", NAME];
        self.kubectl_output(ready).map(drop)
    }

    /// Adds so many nodes whose kubelet is the real node's, by its address.
    pub fn nodes_like_the_real_one(&self, count: u32) -> Result<()> {
        let status = json!({
            "addresses": [{"type": "InternalIP", "address": ADDRESS}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
        });
        let nodes: Vec<_> = (1..=count)
            .map(|n| json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": format!("like-{n}")}, "status": status}))
            .collect();
        let list = json!({"apiVersion": "v1", "kind": "List", "items": nodes}).to_string();
        self.kubectl_input(["create", "-f", "-"], &list)?;
        self.kubectl_input(["replace", "--subresource=status", "-f", "-"], &list).map(drop)
    }

    fn socket(&self) -> String {
        self.state.join("containerd.sock").display().to_string()
    }

    fn ctr(&self, args: &[&str]) -> Result<()> {
        let socket = self.socket();
        sandbox::run("ctr", &[&["--address", &socket, "--namespace", "k8s.io"], args].concat())
    }

    /// Gives the real node an image that holds these programs, each from here to its path there, and their libraries. It
    /// starts with `entry`.
    pub fn image(&self, name: &str, entry: &[&str], programs: &[(&Path, &Path)]) -> Result<()> {
        let folder = self.state.join("image");
        let root = folder.join("root");
        for (program, place) in programs {
            let libraries = libraries(program)?.into_iter().map(|library| (library.clone(), library));
            for (file, place) in std::iter::once((program.to_path_buf(), place.to_path_buf())).chain(libraries) {
                let copy = root.join(place.strip_prefix("/")?);
                fs::create_dir_all(copy.parent().context("a file without a directory")?)?;
                fs::copy(&file, &copy).with_context(|| format!("cannot copy {}", file.display()))?;
            }
        }
        let (folder_name, root_name) = (folder.display().to_string(), root.display().to_string());
        let layer = folder.join("layer.tar");
        sandbox::run("tar", &["-C", &root_name, "--owner=0", "--group=0", "-cf", &layer.display().to_string(), "."])?;
        let sum: String = Sha256::digest(fs::read(&layer)?).iter().map(|byte| format!("{byte:02x}")).collect();
        let config = json!({
            "architecture": if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" }, "os": "linux",
            "config": {"Entrypoint": entry}, "rootfs": {"type": "layers", "diff_ids": [format!("sha256:{sum}")]},
        });
        let manifest = json!([{"Config": "config.json", "RepoTags": [name], "Layers": ["layer.tar"]}]);
        fs::write(folder.join("config.json"), config.to_string())?;
        fs::write(folder.join("manifest.json"), manifest.to_string())?;
        let archive = self.state.join("image.tar").display().to_string();
        sandbox::run("tar", &["-C", &folder_name, "-cf", &archive, "config.json", "manifest.json", "layer.tar"])?;
        self.ctr(&["images", "import", &archive])?;
        Ok(fs::remove_dir_all(&folder)?)
    }
}

/// What the loader needs for a program; nothing for a static one.
fn libraries(program: &Path) -> Result<Vec<PathBuf>> {
    let output = Command::new("ldd").arg(program).output().context("cannot run ldd")?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.split_whitespace().filter(|word| word.starts_with('/')).map(PathBuf::from).collect())
}
