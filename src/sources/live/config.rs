//! kubectl's rules for finding a cluster.

use super::errors::ConnectError;
use super::link::Packed;
use super::login::Credential;
use kube::Config;
use kube::config::{ExecInteractiveMode, KubeConfigOptions, Kubeconfig, KubeconfigError};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// kubectl's connection flags.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--kubeconfig`: this file only, nothing merged.
    pub kubeconfig: Option<PathBuf>,
    /// `--context`.
    pub context: Option<String>,
    /// `--cluster`.
    pub cluster: Option<String>,
    /// `--user`.
    pub user: Option<String>,
    /// `-n`, repeated; empty: all namespaces.
    pub namespaces: Vec<String>,
    /// `-l`.
    pub selector: Option<String>,
    /// `--as`.
    pub impersonate: Option<String>,
    /// `--as-group`, repeated.
    pub impersonate_groups: Vec<String>,
    /// `--token`.
    pub token: Option<String>,
    /// `--server`.
    pub server: Option<String>,
    /// `--request-timeout`.
    pub request_timeout: Option<Duration>,
    /// `--max-qps`: requests a second, after a first burst; None: 400.
    pub max_qps: Option<u32>,
    /// `--watch-timeout`: how long a watch may say nothing, not even a bookmark, before it is opened again; None: 90 s. A
    /// server sends a bookmark about once a minute.
    pub silence: Option<Duration>,
    /// `--connect-timeout`: for a connection to open; None: as long as a request may take, else 10 s.
    pub connect_timeout: Option<Duration>,
    /// `--answer-timeout`: for an answer to end that began; None: 2 min, or three times what was given for it to begin.
    pub answer_timeout: Option<Duration>,
    /// `--kubelet-timeout`: for a kubelet to answer; None: 5 s.
    pub kubelet_timeout: Option<Duration>,
    /// `--retry-pause`: the longest pause before something is tried again; None: 30 s. Of what a server asks for, a
    /// third of it is waited at most.
    pub retry_pause: Option<Duration>,
    /// `--compression`: whether lists are asked for packed.
    pub packed: Packed,
    /// `--insecure-skip-tls-verify`.
    pub insecure: bool,
    /// What the login program gave when it had the terminal.
    pub credential: Option<Credential>,
    /// `--request-log`: a file that every read is written to, for `cargo xtask bench`.
    pub request_log: Option<PathBuf>,
}

impl Flags {
    /// How long a connection may take to open.
    pub(super) fn connecting(&self) -> Duration {
        self.connect_timeout.or(self.request_timeout).unwrap_or(Duration::from_secs(10))
    }

    /// How long an answer may take to begin, and between its parts.
    pub(super) fn patience(&self) -> Duration {
        self.request_timeout.unwrap_or(Duration::from_secs(20))
    }

    /// How long it may take to end.
    pub(super) fn answering(&self) -> Duration {
        let given = self.answer_timeout.or(self.request_timeout.map(|patience| patience * 3));
        given.unwrap_or(Duration::from_secs(120))
    }

    /// How long a watch may be silent.
    pub(super) fn silence(&self) -> Duration {
        self.silence.unwrap_or(Duration::from_secs(90))
    }

    /// How long a kubelet may take: it answers from memory, and one that is gone must not hold up the others.
    pub(super) fn of_kubelets(&self) -> Duration {
        self.kubelet_timeout.unwrap_or(Duration::from_secs(5)).min(self.patience())
    }

    /// 0.1 s, 0.2 s, 0.4 s … up to the longest pause.
    pub(super) fn backoff(&self, attempt: u32) -> Duration {
        Duration::from_millis(50 << attempt.min(9)).min(self.longest_pause())
    }

    /// What is heeded of the pause that a server asks for: it may ask for minutes, and nobody waits that long for a screen.
    pub(super) fn heeded(&self, asked: Duration) -> Duration {
        asked.min(self.longest_pause() / 3)
    }

    fn longest_pause(&self) -> Duration {
        self.retry_pause.unwrap_or(Duration::from_secs(30))
    }

    /// As arguments of another plimsoll, which connects in the same way: all but the scope, and the token, which everybody
    /// on the machine would see.
    pub fn to_args(&self) -> Vec<OsString> {
        let mut args: Vec<OsString> = Vec::new();
        let texts = [
            ("--context", &self.context),
            ("--cluster", &self.cluster),
            ("--user", &self.user),
            ("--as", &self.impersonate),
            ("--server", &self.server),
        ];
        let groups = self.impersonate_groups.iter().map(|group| ("--as-group", group));
        for (name, value) in texts.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))).chain(groups) {
            args.push(format!("{name}={value}").into());
        }
        if let Some(path) = &self.kubeconfig {
            args.extend(["--kubeconfig".into(), path.as_os_str().to_owned()]);
        }
        if let Some(patience) = self.request_timeout {
            args.push(format!("--request-timeout={}ms", patience.as_millis()).into());
        }
        if self.insecure {
            args.push("--insecure-skip-tls-verify".into());
        }
        args
    }
}

/// The contexts of the merged kubeconfig.
#[derive(Clone, Debug, Default)]
pub struct Contexts {
    /// Names, in order.
    pub names: Vec<String>,
    /// For each, its cluster and its default namespace.
    pub about: Vec<(String, Option<String>)>,
    /// The one in force.
    pub current: Option<String>,
}

/// The files that kubectl would merge: `--kubeconfig` alone, else `KUBECONFIG` without those that are missing, else
/// `~/.kube/config`.
fn files(flags: &Flags) -> Vec<PathBuf> {
    if let Some(file) = &flags.kubeconfig {
        return vec![file.clone()];
    }
    if let Some(list) = std::env::var_os("KUBECONFIG").filter(|list| !list.is_empty()) {
        return std::env::split_paths(&list).filter(|path| path.exists()).collect();
    }
    let home = std::env::var_os("HOME").map(|home| Path::new(&home).join(".kube/config"));
    home.into_iter().filter(|path| path.exists()).collect()
}

fn merged(flags: &Flags) -> Result<Option<Kubeconfig>, ConnectError> {
    let mut merged: Option<Kubeconfig> = None;
    for file in files(flags) {
        let next = Kubeconfig::read_from(&file).map_err(|error| unreadable(&error))?;
        merged = Some(match merged {
            None => next,
            Some(first) => first.merge(next).map_err(|error| unreadable(&error))?,
        });
    }
    Ok(merged)
}

fn unreadable(error: &KubeconfigError) -> ConnectError {
    let what = match error {
        KubeconfigError::ReadConfig(cause, path) => format!("cannot read kubeconfig {}: {cause}", path.display()),
        // the parser quotes the lines around the error, tokens included: only its first line is told
        other => {
            let said = other.to_string();
            format!("the kubeconfig cannot be used: {}", said.lines().next().unwrap_or_default())
        }
    };
    ConnectError::new(what, "Check --kubeconfig and KUBECONFIG, or try the demo: plimsoll --demo")
}

/// The contexts to choose from.
///
/// # Errors
/// A kubeconfig that cannot be read.
pub fn contexts(flags: &Flags) -> Result<Contexts, ConnectError> {
    let Some(kubeconfig) = merged(flags)? else { return Ok(Contexts::default()) };
    let current = flags.context.clone().or(kubeconfig.current_context.clone());
    let about = kubeconfig.contexts.iter().map(|named| {
        let context = named.context.as_ref();
        (context.map(|c| c.cluster.clone()).unwrap_or_default(), context.and_then(|c| c.namespace.clone()))
    });
    let about = about.collect();
    Ok(Contexts { names: kubeconfig.contexts.iter().map(|c| c.name.clone()).collect(), about, current })
}

/// The configuration and the name of the context.
pub(super) async fn load(flags: &Flags) -> Result<(Config, Option<String>), ConnectError> {
    let (mut config, context) = match merged(flags)? {
        Some(kubeconfig) => from_file(flags, kubeconfig).await?,
        None if flags.server.is_some() => (Config::new(placeholder()), None),
        None => match Config::incluster() {
            Ok(config) => (config, Some("in-cluster".to_owned())),
            Err(_) => {
                return Err(ConnectError::new(
                    "no kubeconfig was found: neither --kubeconfig, nor KUBECONFIG, nor ~/.kube/config, and this is no pod",
                    "Point KUBECONFIG at one, or look at the demo cluster: plimsoll --demo",
                ));
            }
        },
    };
    if let Some(server) = &flags.server {
        config.cluster_url = server
            .parse()
            .map_err(|error| ConnectError::new(format!("--server {server}: {error}"), "Expected https://host:port"))?;
    }
    if let Some(token) = &flags.token {
        // kubectl: a token on the command line wins over whatever the user entry says
        config.auth_info = kube::config::AuthInfo { token: Some(token.clone().into()), ..Default::default() };
    }
    if let Some(user) = &flags.impersonate {
        config.auth_info.impersonate = Some(user.clone());
    }
    if !flags.impersonate_groups.is_empty() {
        config.auth_info.impersonate_groups = Some(flags.impersonate_groups.clone());
    }
    if let Some(exec) = &mut config.auth_info.exec {
        // in the background: the program must neither read the keyboard nor write over the screen
        exec.interactive_mode = Some(ExecInteractiveMode::Never);
        if let Some(credential) = flags.credential.as_ref().filter(|known| known.is_of(context.as_deref())) {
            credential.stand_in(&mut config.auth_info);
        }
    }
    config.accept_invalid_certs |= flags.insecure;
    config.connect_timeout = Some(flags.connecting());
    config.read_timeout = None;
    Ok((config, context))
}

fn placeholder() -> http::Uri {
    http::Uri::from_static("https://localhost/")
}

async fn from_file(flags: &Flags, kubeconfig: Kubeconfig) -> Result<(Config, Option<String>), ConnectError> {
    let context = flags.context.clone().or(kubeconfig.current_context.clone());
    let names: Vec<String> = kubeconfig.contexts.iter().map(|c| c.name.clone()).collect();
    let options =
        KubeConfigOptions { context: context.clone(), cluster: flags.cluster.clone(), user: flags.user.clone() };
    let config = Config::from_custom_kubeconfig(kubeconfig, &options).await.map_err(|error| match error {
        KubeconfigError::LoadContext(name) => {
            let near = crate::model::nearest(&name, names.iter().map(String::as_str));
            let hint = match near {
                Some(near) => format!("Did you mean {near:?}? All: kubectl config get-contexts"),
                None => "All contexts: kubectl config get-contexts".to_owned(),
            };
            ConnectError::new(format!("context {name:?} does not exist in the kubeconfig"), hint)
        }
        KubeconfigError::CurrentContextNotSet => ConnectError::new(
            "the kubeconfig names no current context",
            "Choose one: --context NAME, or kubectl config use-context NAME",
        ),
        other => unreadable(&other),
    })?;
    Ok((config, context))
}
