//! The test cluster: a real Kubernetes control plane on loopback whose nodes and running pods kwok pretends.
//!
//! ```no_run
//! # use xtask::cluster::{Cluster, Options};
//! let cluster = Cluster::start(Options::default())?;
//! cluster.kubectl().args(["get", "nodes"]).status()?;
//! # anyhow::Ok(())
//! ```

mod binaries;
mod commands;
mod etcd;
pub mod load;
pub mod node;
mod outage;
mod pause;
mod process;
pub mod wait;

use std::fs::{self, DirBuilder, File};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use std::{env, iter};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use self::binaries::Binaries;
use self::process::{PortTaken, Processes};
use self::wait::until;
use crate::{paths, tools};

pub use self::commands::{Subcommand, run};

const START_LIMIT: Duration = Duration::from_secs(90);
/// The facts about a cluster that another run needs, in its state directory.
const FACTS: &str = "cluster.json";

/// What cluster to start.
#[derive(Debug, Clone)]
pub struct Options {
    /// The state directory's name among the cached clusters; without one, a temporary directory.
    pub name: Option<String>,
    /// How many fake nodes there are.
    pub nodes: u32,
    /// Users beside `admin`, each with its groups, who can do nothing until RBAC lets them.
    pub users: Vec<(String, Vec<String>)>,
    /// More flags of the API server.
    pub api_server: Vec<String>,
    /// Whether there is a real node as well, [`node::NAME`]: only in a [`crate::sandbox`].
    pub real_node: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { name: None, nodes: 3, users: Vec::new(), api_server: Vec::new(), real_node: false }
    }
}

/// A running cluster. Dropping it ends its processes and removes its files, unless it was opened or detached.
pub struct Cluster {
    state: PathBuf,
    bin: PathBuf,
    kubectl: PathBuf,
    kubeconfig: PathBuf,
    server: String,
    /// Address and port.
    etcd: String,
    /// User and token.
    tokens: Vec<(String, String)>,
    pids: Vec<u32>,
    /// None for a cluster that outlives this value.
    processes: Option<Processes>,
    /// More flags of the API server.
    api_server: Vec<String>,
}

impl Cluster {
    /// Starts a cluster and waits until it takes pods. Builds its programs first where they are not cached.
    pub fn start(options: Options) -> Result<Self> {
        let binaries = Binaries::find_or_build()?;
        let mut attempts = 3;
        loop {
            attempts -= 1;
            match Self::attempt(&options, &binaries) {
                Err(error) if attempts > 0 && error.is::<PortTaken>() => {}
                result => return result,
            }
        }
    }

    /// Opens the named cluster that an earlier run left running.
    pub fn open(name: &str) -> Result<Self> {
        let state = named(name)?;
        let facts = fs::read(state.join(FACTS)).with_context(|| {
            format!("no test cluster is called {name}: start it with `cargo xtask cluster up --name {name}`")
        })?;
        let facts: Value = serde_json::from_slice(&facts)?;
        let text = |key: &str| facts[key].as_str().map(str::to_owned).with_context(|| format!("{FACTS} lacks {key}"));
        let tokens = facts["tokens"].as_object().into_iter().flatten();
        let pids = facts["pids"].as_array().into_iter().flatten().filter_map(Value::as_u64);
        Ok(Self {
            bin: text("bin")?.into(),
            kubectl: text("kubectl")?.into(),
            kubeconfig: state.join("kubeconfig"),
            server: text("server")?,
            etcd: text("etcd")?,
            tokens: tokens.map(|(user, token)| (user.clone(), token.as_str().unwrap_or_default().to_owned())).collect(),
            pids: pids.filter_map(|pid| pid.try_into().ok()).collect(),
            processes: None,
            api_server: Vec::new(),
            state,
        })
    }

    /// Lets the cluster outlive this process; [`Cluster::open`] finds it again.
    pub fn detach(&mut self) -> Result<()> {
        let tokens: serde_json::Map<_, _> =
            self.tokens.iter().map(|(user, token)| (user.clone(), token.as_str().into())).collect();
        let facts = json!({
            "server": self.server, "etcd": self.etcd, "bin": self.bin, "kubectl": self.kubectl, "pids": self.pids, "tokens": tokens,
        });
        write_private(&self.state.join(FACTS), &facts.to_string())?;
        self.processes.take().map_or(Ok(()), Processes::detach)
    }

    /// Ends a cluster that was opened, and removes its files.
    pub fn stop(self) -> Result<()> {
        if self.processes.is_none() {
            process::kill(&self.pids, &self.state)?;
            until("the test cluster is gone", Duration::from_secs(10), || Ok(!self.any_process()))?;
            fs::remove_dir_all(&self.state)?;
        }
        Ok(())
    }

    /// The kubeconfig of the administrator.
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// Writes a kubeconfig for one of the users, with a default namespace if one is given.
    pub fn kubeconfig_for(&self, user: &str, namespace: Option<&str>) -> Result<PathBuf> {
        let token = self.token_for(user)?;
        let path = self.state.join(iter::once(user).chain(namespace).collect::<Vec<_>>().join("@") + ".kubeconfig");
        self.write_kubeconfig(&path, user, token, namespace)?;
        Ok(path)
    }

    /// The administrator's `kubectl`, to which arguments can be added.
    pub fn kubectl(&self) -> Command {
        let mut kubectl = Command::new(&self.kubectl);
        // Its cache of API groups goes away with the cluster instead of growing in the home directory.
        kubectl.arg("--kubeconfig").arg(&self.kubeconfig).arg("--cache-dir").arg(self.state.join("kubectl"));
        kubectl
    }

    /// Runs the administrator's `kubectl` and returns what it prints.
    pub fn kubectl_output<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Result<String> {
        checked(self.kubectl().args(args).stdin(Stdio::null()).output()?)
    }

    /// Runs the administrator's `kubectl` with `input` as its standard input, and returns what it prints.
    pub fn kubectl_input<'a>(&self, args: impl IntoIterator<Item = &'a str>, input: &str) -> Result<String> {
        let mut kubectl = self.kubectl();
        kubectl.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = kubectl.spawn().context("cannot run kubectl")?;
        let mut pipe = child.stdin.take().context("kubectl has no standard input")?;
        // From a thread of its own: kubectl prints while it reads.
        std::thread::scope(|scope| {
            // When it stops reading, its exit status and message say why.
            scope.spawn(move || drop(pipe.write_all(input.as_bytes())));
            checked(child.wait_with_output()?)
        })
    }

    /// Where the built programs are.
    pub fn bin_dir(&self) -> &Path {
        &self.bin
    }

    /// `https://127.0.0.1:PORT`.
    pub fn server_url(&self) -> &str {
        &self.server
    }

    /// The administrator's bearer token.
    pub fn token(&self) -> &str {
        self.token_of("admin").unwrap_or_default()
    }

    /// The directory of everything the cluster writes: data, logs, certificates.
    pub fn state_dir(&self) -> &Path {
        &self.state
    }

    /// The processes' ids.
    pub fn pids(&self) -> &[u32] {
        &self.pids
    }

    /// Whether the API server says that it is ready.
    pub fn ready(&self) -> bool {
        self.kubectl_output(["get", "--raw", "/readyz"]).is_ok()
    }

    /// The bearer token of one of the users.
    pub fn token_for(&self, user: &str) -> Result<&str> {
        self.token_of(user).with_context(|| format!("the test cluster was started without a user {user}"))
    }

    fn token_of(&self, user: &str) -> Option<&str> {
        self.tokens.iter().find(|(name, _)| name == user).map(|(_, token)| token.as_str())
    }

    fn any_process(&self) -> bool {
        self.pids.iter().any(|pid| process::alive(*pid, &self.state))
    }

    fn attempt(options: &Options, binaries: &Binaries) -> Result<Self> {
        let state = create_state(options.name.as_deref())?;
        let mut processes = Processes::new(&state)?;
        let [api, etcd, peer] = free_ports()?;

        let names = iter::once("admin").chain(options.users.iter().map(|(name, _)| name.as_str()));
        let tokens = names.map(|name| Ok((name.to_owned(), random_token()?))).collect::<Result<Vec<_>>>()?;
        write_private(&state.join("tokens.csv"), &token_file(&tokens, &options.users))?;

        let mut cluster = Self {
            bin: binaries.dir(),
            kubectl: binaries.path("kubectl"),
            kubeconfig: state.join("kubeconfig"),
            server: format!("https://127.0.0.1:{api}"),
            etcd: format!("127.0.0.1:{etcd}"),
            tokens,
            pids: Vec::new(),
            processes: None,
            api_server: options.api_server.iter().cloned().chain(more_flags()).collect(),
            state,
        };
        cluster.write_kubeconfig(&cluster.kubeconfig, "admin", cluster.token(), None)?;

        processes.spawn("etcd", &mut cluster.etcd(binaries, peer))?;
        processes.spawn("kube-apiserver", &mut cluster.apiserver(binaries, api))?;
        until("the API server listens", START_LIMIT, || {
            processes.check()?;
            Ok(TcpStream::connect((Ipv4Addr::LOCALHOST, api)).is_ok())
        })?;
        // It has its certificate by now, so that the others can start while it fills its database.
        processes.spawn("kube-controller-manager", &mut cluster.controller_manager(binaries))?;
        processes.spawn("kube-scheduler", &mut cluster.scheduler(binaries))?;
        processes.spawn("kwok", &mut cluster.kwok(binaries))?;
        until("the API server is ready", START_LIMIT, || {
            processes.check()?;
            Ok(cluster.ready())
        })?;
        cluster.ensure_nodes(options.nodes)?;
        until("the namespace default takes pods", START_LIMIT, || {
            processes.check()?;
            Ok(cluster.kubectl_output(["get", "serviceaccount", "default"]).is_ok())
        })?;
        if options.real_node {
            cluster.real_node(binaries, &mut processes)?;
        }
        cluster.pids = processes.pids();
        cluster.processes = Some(processes);
        Ok(cluster)
    }

    fn etcd(&self, binaries: &Binaries, peer: u16) -> Command {
        let (client, peer) = (format!("http://{}", self.etcd), format!("http://127.0.0.1:{peer}"));
        let mut etcd = Command::new(binaries.path("etcd"));
        etcd.arg("--data-dir").arg(self.state.join("etcd"));
        etcd.args(["--unsafe-no-fsync", "--quota-backend-bytes", "8589934592"]);
        etcd.args(["--listen-client-urls", &client, "--advertise-client-urls", &client]);
        etcd.args(["--listen-peer-urls", &peer, "--initial-advertise-peer-urls", &peer]);
        etcd.args(["--initial-cluster", &format!("default={peer}")]);
        etcd
    }

    fn apiserver(&self, binaries: &Binaries, port: u16) -> Command {
        let mut api = Command::new(binaries.path("kube-apiserver"));
        api.args(["--etcd-servers", &format!("http://{}", self.etcd)]);
        api.args(["--bind-address", "127.0.0.1", "--secure-port", &port.to_string()]);
        // An address for documentation, which nobody dials; without one it looks for a network card.
        api.args(["--advertise-address", "192.0.2.1"]);
        api.arg("--cert-dir").arg(self.certificates());
        api.args(["--service-account-issuer", "https://kubernetes.default.svc"]);
        api.arg("--service-account-key-file").arg(self.key());
        api.arg("--service-account-signing-key-file").arg(self.key());
        api.args(["--service-cluster-ip-range", "10.96.0.0/16", "--authorization-mode", "Node,RBAC"]);
        // nodes are asked at their addresses: their names mean nothing to a resolver
        api.args(["--kubelet-preferred-address-types", "InternalIP"]);
        api.arg("--token-auth-file").arg(self.state.join("tokens.csv")).arg("--allow-privileged=true");
        // Else new nodes are tainted as not ready, until a controller that is not run here takes the taint off.
        api.args(["--disable-admission-plugins", "TaintNodesByCondition"]);
        api.args(&self.api_server);
        api
    }

    fn controller_manager(&self, binaries: &Binaries) -> Command {
        let mut manager = self.client(binaries, "kube-controller-manager");
        manager.args(["--leader-elect=false", "--secure-port", "0"]);
        manager.arg("--service-account-private-key-file").arg(self.key());
        manager.arg("--root-ca-file").arg(self.certificates().join("apiserver.crt"));
        manager.args(["--controllers", "*,-nodelifecycle"]);
        // It makes a ReplicaSet wait for minutes when a busy machine delivers its events late.
        manager.args(["--feature-gates", "StaleControllerConsistencyReplicaSet=false"]);
        manager.args(["--concurrent-replicaset-syncs", "20", "--concurrent-deployment-syncs", "20"]);
        manager.args(["--kube-api-qps", "2000", "--kube-api-burst", "4000"]);
        manager
    }

    fn scheduler(&self, binaries: &Binaries) -> Command {
        let mut scheduler = self.client(binaries, "kube-scheduler");
        scheduler.args(["--leader-elect=false", "--secure-port", "0"]);
        scheduler.args(["--kube-api-qps", "2000", "--kube-api-burst", "4000"]);
        scheduler
    }

    fn kwok(&self, binaries: &Binaries) -> Command {
        let mut kwok = self.client(binaries, "kwok");
        kwok.args(["--manage-all-nodes=false", "--manage-nodes-with-annotation-selector", "kwok.x-k8s.io/node=fake"]);
        // Its own default has addresses for 250 pods.
        kwok.args(["--cidr", "10.128.0.0/12"]);
        for file in binaries.kwok_files() {
            kwok.arg("--config").arg(file);
        }
        kwok
    }

    fn client(&self, binaries: &Binaries, name: &str) -> Command {
        let mut command = Command::new(binaries.path(name));
        command.arg("--kubeconfig").arg(&self.kubeconfig);
        command
    }

    /// Adds fake nodes until there are `count`, and waits until they are ready.
    fn ensure_nodes(&self, count: u32) -> Result<()> {
        let present = self.kubectl_output(["get", "nodes", "-o", "name"])?;
        let nodes: Vec<_> = (1..=count)
            .map(|number| format!("node-{number}"))
            .filter(|name| !present.lines().any(|line| line.strip_prefix("node/") == Some(name)))
            .map(|name| node(&name))
            .collect();
        if nodes.is_empty() {
            return Ok(());
        }
        let list = json!({"apiVersion": "v1", "kind": "List", "items": nodes});
        self.kubectl_input(["create", "-f", "-"], &list.to_string())?;
        self.kubectl_output(["wait", "--for=condition=Ready", "node", "--all", "--timeout=60s"]).map(drop)
    }

    fn certificates(&self) -> PathBuf {
        self.state.join("certs")
    }

    /// The key that the API server makes for its certificate; it signs the tokens of service accounts as well.
    fn key(&self) -> PathBuf {
        self.certificates().join("apiserver.key")
    }

    fn write_kubeconfig(&self, path: &Path, user: &str, token: &str, namespace: Option<&str>) -> Result<()> {
        let (server, certificate) = (&self.server, self.certificates().join("apiserver.crt"));
        let namespace = namespace.map(|namespace| format!(", namespace: {namespace}")).unwrap_or_default();
        let config = format!(
            r#"apiVersion: v1
kind: Config
clusters:
- name: test
  cluster: {{server: "{server}", certificate-authority: {certificate:?}}}
users:
- name: "{user}"
  user: {{token: {token}}}
contexts:
- name: test
  context: {{cluster: test, user: "{user}"{namespace}}}
current-context: test
"#
        );
        write_private(path, &config)
    }
}

/// Flags of every API server of this run: `$PLIMSOLL_API_SERVER`, split at blanks.
fn more_flags() -> Vec<String> {
    let flags = std::env::var("PLIMSOLL_API_SERVER").unwrap_or_default();
    flags.split_whitespace().map(str::to_owned).collect()
}

/// Whether `test` has to be skipped because no cluster can be built here; says so. An error in CI.
pub fn skip(test: &str) -> Result<bool> {
    if Binaries::find()?.built() { Ok(false) } else { tools::skip(test, &["go"]) }
}

fn node(name: &str) -> Value {
    let labels = json!({"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"});
    let metadata = json!({"name": name, "annotations": {"kwok.x-k8s.io/node": "fake"}, "labels": labels});
    json!({"apiVersion": "v1", "kind": "Node", "metadata": metadata})
}

fn token_file(tokens: &[(String, String)], users: &[(String, Vec<String>)]) -> String {
    let admin = vec!["system:masters".to_owned()];
    let groups = iter::once(&admin).chain(users.iter().map(|(_, groups)| groups));
    let line = |((name, token), groups): (&(String, String), &Vec<String>)| {
        format!("{token},{name},{name},\"{}\"\n", groups.join(","))
    };
    tokens.iter().zip(groups).map(line).collect()
}

/// The state directory of a named cluster.
fn named(name: &str) -> Result<PathBuf> {
    if name.is_empty() || name.contains(['/', '.']) {
        bail!("{name:?} cannot name a test cluster: it names a directory");
    }
    Ok(paths::cache()?.join("clusters").join(name))
}

/// Creates a directory that only its owner can look into, and that did not exist: two clusters never share one.
fn create_state(name: Option<&str>) -> Result<PathBuf> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let state = match name {
        Some(name) => named(name)?,
        None => {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            // in namespaces of their own processes have the same numbers
            let own: String = random_token()?.chars().take(8).collect();
            env::temp_dir().join(format!("plimsoll-cluster-{}-{count}-{own}", std::process::id()))
        }
    };
    state.parent().map_or(Ok(()), fs::create_dir_all)?;
    let created = DirBuilder::new().mode(0o700).create(&state);
    created.with_context(|| format!("cannot create {} for a test cluster", state.display()))?;
    Ok(state.canonicalize()?)
}

/// Ports that nobody listens on, and that differ because they are held at the same time.
fn free_ports() -> Result<[u16; 3]> {
    let bind = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let listeners = [bind()?, bind()?, bind()?];
    let [api, etcd, peer] = listeners.each_ref().map(|listener| listener.local_addr().map(|address| address.port()));
    Ok([api?, etcd?, peer?])
}

fn random_token() -> Result<String> {
    let mut bytes = [0u8; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn write_private(path: &Path, text: &str) -> Result<()> {
    let mut options = File::options();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))
}

fn checked(output: Output) -> Result<String> {
    if !output.status.success() {
        bail!("kubectl failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}
