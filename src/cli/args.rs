use super::collect::CollectArgs;
use super::node::NodeArgs;
use crate::config::{Settings, Timeout, When};
use crate::engine::Selection;
use crate::inventory::{self, AllowedRegistry, MaxAge, OptIn, Version};
use crate::model::Severity;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// Shows where a Kubernetes cluster stands against the CIS Benchmark, SOC2 criteria and other frameworks
///
/// Without a command: the terminal, on the current kubeconfig context. What could not be read is never a pass.
#[derive(Debug, Parser)]
#[command(name = "plimsoll", version, disable_help_subcommand = true, after_help = EXIT_CODES)]
pub struct Cli {
    /// Connection, as kubectl has it.
    #[command(flatten)]
    pub live: LiveArgs,
    /// Look at the embedded demo cluster
    #[arg(long, global = true)]
    pub demo: bool,
    /// Also load the packs of this file or folder; may repeat [always: packs/ in the configuration's folder]
    #[arg(long = "pack", global = true, value_name = "PATH")]
    pub packs: Vec<PathBuf>,
    /// What people recorded.
    #[command(flatten)]
    pub records: RecordArgs,
    /// How the terminal looks, and what it shows first.
    #[command(flatten)]
    pub(super) screens: ScreenArgs,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

/// How the terminal looks, and what it shows first.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Terminal")]
pub(super) struct ScreenArgs {
    /// Screen to begin with, as after `:`, or an object: plimsoll :findings shop critical, plimsoll -n shop deploy/web
    #[arg(value_name = ":COMMAND|KIND/NAME")]
    pub place: Vec<String>,
    /// Print the screen as text and leave: no boxes, no colours, whole names
    #[arg(long)]
    pub plain: bool,
    /// Look at manifests: a file, a directory, or - for standard input; may repeat
    #[arg(short = 'f', long = "filename", value_name = "PATH")]
    pub files: Vec<PathBuf>,
    /// Theme: dark, light, high-contrast, mono …, or one of yours
    #[arg(long, value_name = "NAME")]
    pub theme: Option<String>,
    /// Colours: auto, always or never [default: as the settings, NO_COLOR and CLICOLOR say]
    #[arg(long, value_name = "WHEN")]
    pub color: Option<When>,
    /// Draw with ASCII characters only
    #[arg(long)]
    pub ascii: bool,
}

const EXIT_CODES: &str = "Exit codes: 0 done; 1 findings at or above --fail-on; 2 usage or unreadable path; 3 cannot connect or \
                          authenticate; 4 a read failed or coverage under --min-coverage; 5 internal; 130 interrupted.";

/// kubectl's connection flags.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Connection, as kubectl has it")]
pub struct LiveArgs {
    /// Kubeconfig file: this one only, nothing merged
    #[arg(long, global = true, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// Context of the kubeconfig
    #[arg(long, global = true, value_name = "NAME")]
    pub context: Option<String>,
    /// Cluster of the kubeconfig
    #[arg(long, global = true, value_name = "NAME")]
    pub cluster: Option<String>,
    /// User of the kubeconfig
    #[arg(long, global = true, value_name = "NAME")]
    pub user: Option<String>,
    /// Judge this namespace only; may repeat
    #[arg(short = 'n', long = "namespace", global = true, value_name = "NAME")]
    pub namespaces: Vec<String>,
    /// Judge all namespaces (the default)
    #[arg(short = 'A', long, global = true, conflicts_with = "namespaces")]
    pub all_namespaces: bool,
    /// Judge only objects with these labels: a=b,c!=d,e
    #[arg(short = 'l', long, global = true, value_name = "LABELS")]
    pub selector: Option<String>,
    /// Act as this user
    #[arg(long = "as", global = true, value_name = "USER")]
    pub impersonate: Option<String>,
    /// Act as this group; may repeat
    #[arg(long = "as-group", global = true, value_name = "GROUP")]
    pub impersonate_groups: Vec<String>,
    /// Bearer token
    #[arg(long, global = true, value_name = "TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// API server: https://host:port
    #[arg(long, short = 's', global = true, value_name = "URL")]
    pub server: Option<String>,
    /// How long to wait for an answer: 30, 30s, 2m; 0: the default
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration)]
    pub request_timeout: Option<Duration>,
    /// Most requests a second to the API server, after a first burst of 200
    #[arg(long, global = true, value_name = "NUMBER", default_value_t = 400, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_qps: u32,
    /// How long a connection may take to open [default: as a request, else 10s]
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration, hide_short_help = true)]
    pub connect_timeout: Option<Duration>,
    /// How long an answer may take to end that began [default: 2m, or three times the request's]
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration, hide_short_help = true)]
    pub answer_timeout: Option<Duration>,
    /// How long a watch may say nothing before it is opened again [default: 90s]
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration, hide_short_help = true)]
    pub watch_timeout: Option<Duration>,
    /// How long a kubelet may take to answer [default: 5s]
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration, hide_short_help = true)]
    pub kubelet_timeout: Option<Duration>,
    /// The longest pause before something is tried again [default: 30s]
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration, hide_short_help = true)]
    pub retry_pause: Option<Duration>,
    /// Whether lists come packed (gzip): auto, where the line is slow; always; never
    #[arg(long, global = true, value_name = "WHEN", value_parser = ["auto", "always", "never"], default_value = "auto", hide_short_help = true)]
    pub compression: String,
    /// Accept any certificate of the server
    #[arg(long, global = true)]
    pub insecure_skip_tls_verify: bool,
    /// Write every read there: its path, what is accepted, how it may be packed
    #[arg(long, global = true, value_name = "FILE", hide = true)]
    pub request_log: Option<PathBuf>,
}

/// A duration as kubectl reads it.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    text.parse().map(|Timeout(duration)| duration)
}

impl LiveArgs {
    /// With what the settings say where these say nothing.
    pub fn with(&self, settings: &Settings) -> Self {
        let mut args = self.clone();
        args.request_timeout = args.request_timeout.or(settings.request_timeout.map(|Timeout(duration)| duration));
        if args.namespaces.is_empty() && !args.all_namespaces {
            args.namespaces = settings.namespaces.clone().unwrap_or_default();
        }
        args
    }
}

/// Files of records.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Records")]
pub struct RecordArgs {
    /// Waivers: this file only [default: as the settings say, else waivers.yaml beside them]
    #[arg(long, global = true, value_name = "FILE")]
    pub waivers: Option<PathBuf>,
    /// Attestations: this file only [default: as the settings say, else attestations.yaml beside them]
    #[arg(long, global = true, value_name = "FILE")]
    pub attestations: Option<PathBuf>,
}

#[cfg(feature = "live")]
impl LiveArgs {
    /// As the live source takes them.
    pub fn flags(&self) -> crate::sources::live::Flags {
        crate::sources::live::Flags {
            kubeconfig: self.kubeconfig.clone(),
            context: self.context.clone(),
            cluster: self.cluster.clone(),
            user: self.user.clone(),
            namespaces: self.namespaces.clone(),
            selector: self.selector.clone(),
            impersonate: self.impersonate.clone(),
            impersonate_groups: self.impersonate_groups.clone(),
            token: self.token.clone(),
            server: self.server.clone(),
            request_timeout: self.request_timeout,
            connect_timeout: self.connect_timeout,
            answer_timeout: self.answer_timeout,
            kubelet_timeout: self.kubelet_timeout,
            retry_pause: self.retry_pause,
            silence: self.watch_timeout,
            // one of three words, as the parser made sure
            packed: self.compression.parse().unwrap_or_default(),
            max_qps: Some(self.max_qps),
            insecure: self.insecure_skip_tls_verify,
            request_log: self.request_log.clone(),
            credential: None,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Scan headless: a cluster, manifests, or the demo
    Scan(Box<ScanArgs>),
    /// List frameworks, controls or checks
    List(ListArgs),
    /// Explain a check or a control: why, how it is decided, how to collect its evidence
    Explain(ExplainArgs),
    /// Gap analysis of a framework: what is checked, what is collected, what still needs somebody else
    Gaps(GapsArgs),
    /// List waivers, or say what is wrong with them
    Waivers(RecordsArgs),
    /// List attestations, or say what is wrong with them
    Attestations(RecordsArgs),
    /// Print the ClusterRole that the chosen frameworks need
    Role(RoleArgs),
    /// Your own packs: frameworks, severities and checks in CEL
    #[command(subcommand)]
    Packs(PacksCommand),
    Node(NodeArgs),
    /// Collect what is seen on nodes themselves: print the Jobs for it, or with --apply run and remove them
    Collect(Box<CollectArgs>),
    /// Print version, paths and what the cluster lets you read
    Info,
    /// Write, check or describe the settings
    Config(ConfigArgs),
    /// Print a shell's completions
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page (roff)
    Man,
}

#[derive(Debug, Subcommand)]
pub(super) enum PacksCommand {
    /// List the packs that are loaded, and from where
    List,
    /// Say everything that is wrong with packs, and run their fixtures; exits with 1 where something is
    Lint(PacksLintArgs),
}

#[derive(Debug, Args)]
pub(super) struct PacksLintArgs {
    /// Files, or folders
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
}

/// Which frameworks, controls and sections.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct SelectArgs {
    /// Framework; may repeat, commas allowed [default: every pack]
    #[arg(long = "framework", value_name = "ID", value_delimiter = ',')]
    pub frameworks: Vec<String>,
    /// Highest profile level: 2 includes 1
    #[arg(long, value_name = "1|2", value_parser = clap::value_parser!(u8).range(1..=2))]
    pub level: Option<u8>,
    /// Control: FRAMEWORK/ID, or an id of cis; may repeat, commas allowed
    #[arg(long = "control", value_name = "ID", value_delimiter = ',')]
    pub controls: Vec<String>,
    /// Section: FRAMEWORK/ID, or an id of cis; may repeat, commas allowed
    #[arg(long = "section", value_name = "ID", value_delimiter = ',')]
    pub sections: Vec<String>,
    /// Version of a framework, as cis=1.12; may repeat [default: the server's]
    #[arg(long = "framework-version", value_name = "ID=VERSION", value_delimiter = ',', value_parser = pinned)]
    pub versions: Vec<(String, String)>,
}

/// `cis=1.12`.
fn pinned(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((id, version)) if !id.is_empty() && !version.is_empty() => Ok((id.to_owned(), version.to_owned())),
        _ => Err(format!("{text:?}: expected FRAMEWORK=VERSION, as cis=1.12")),
    }
}

impl SelectArgs {
    pub fn selection(&self, strict: bool) -> Selection {
        Selection {
            frameworks: self.frameworks.clone(),
            controls: self.controls.clone(),
            sections: self.sections.clone(),
            level: self.level,
            versions: self.versions.clone(),
            strict,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, Args)]
pub(super) struct OptInArgs {
    /// Also read the Secrets' metadata. Listing Secrets is a right to read their values: plimsoll asks for metadata only
    #[arg(long)]
    pub with_secrets: bool,
    /// Also read ConfigMaps
    #[arg(long)]
    pub with_configmaps: bool,
    /// Also ask every kubelet for its configuration. It takes the right to get nodes/proxy, which also lets its holder
    /// run commands in every pod
    #[arg(long)]
    pub with_kubelet_config: bool,
}

impl OptInArgs {
    pub fn allowed(self) -> Vec<OptIn> {
        let pairs = [
            (self.with_secrets, OptIn::Secrets),
            (self.with_configmaps, OptIn::ConfigMaps),
            (self.with_kubelet_config, OptIn::KubeletConfig),
        ];
        pairs.into_iter().filter_map(|(on, opt_in)| on.then_some(opt_in)).collect()
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Output {
    /// For people
    #[default]
    Table,
    /// The documented schema: assets/schema/report.schema.json
    Json,
    /// One row a finding, for tickets
    Csv,
}

#[derive(Debug, Args)]
pub(super) struct ScanArgs {
    /// Manifests: a file, a directory, or - for standard input; may repeat
    #[arg(short = 'f', long = "filename", value_name = "PATH")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub select: SelectArgs,
    /// Kubernetes version that decides rules and benchmark [default: the server's; for files the newest known]
    #[arg(long, value_name = "VERSION")]
    pub kubernetes_version: Option<Version>,
    /// Output format
    #[arg(short = 'o', long, value_enum, default_value_t)]
    pub output: Output,
    /// Write there instead of standard output (mode 0600)
    #[arg(long, value_name = "FILE")]
    pub output_file: Option<PathBuf>,
    /// Exit with 1 where a finding fails at or above this severity
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<Severity>,
    /// Exit with 4 where a chosen framework's coverage is under this
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub min_coverage: Option<u8>,
    /// Drop the built-in exemptions
    #[arg(long)]
    pub strict: bool,
    #[command(flatten)]
    pub opt_in: OptInArgs,
    /// Registry that images may come from: ghcr.io, *.azurecr.io or ghcr.io/acme; may repeat. Without it a person decides
    #[arg(long = "allowed-registry", value_name = "HOST")]
    pub allowed_registries: Vec<AllowedRegistry>,
    /// What was seen on nodes: a document of `plimsoll node`, kube-bench's JSON, or a directory of them; may repeat
    #[arg(long, value_name = "PATH")]
    pub node_facts: Vec<PathBuf>,
    /// The node of kube-bench's JSON, which does not say it itself
    #[arg(long, value_name = "NAME", requires = "node_facts")]
    pub node: Option<String>,
    /// How old what was seen on nodes may be and still pass: 7d, 12h, 30m
    #[arg(long, value_name = "AGE", default_value_t)]
    pub max_age: MaxAge,
    /// Say on standard error what the scan cost
    #[arg(long)]
    pub stats: bool,
}

impl ScanArgs {
    /// What the rules are given to go by: these arguments, else the settings.
    pub fn settings(&self, settings: &Settings) -> inventory::Settings {
        let mut given = settings.inventory();
        if !self.allowed_registries.is_empty() {
            given.allowed_registries.clone_from(&self.allowed_registries);
        }
        given.max_age = self.max_age;
        given
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum What {
    /// Frameworks and their versions
    Frameworks,
    /// Controls, of the newest versions where no other is asked for
    Controls,
    /// Checks
    Checks,
    /// Pairs of controls of two frameworks that share a check or relate to each other
    Crosswalk,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ListOutput {
    /// For people
    #[default]
    Table,
    /// One JSON array
    Json,
}

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// What to list
    pub what: What,
    /// Of these frameworks only; may repeat, commas allowed
    #[arg(long = "framework", value_name = "ID", value_delimiter = ',')]
    pub frameworks: Vec<String>,
    /// Version of a framework, as cis=1.12; may repeat [default: the newest]
    #[arg(long = "framework-version", value_name = "ID=VERSION", value_delimiter = ',', value_parser = pinned)]
    pub versions: Vec<(String, String)>,
    /// Output format
    #[arg(short = 'o', long, value_enum, default_value_t)]
    pub output: ListOutput,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum RecordsVerb {
    /// Say what is wrong: file, line, column; exit with 1 where something is
    Lint,
    /// List them
    List,
}

#[derive(Debug, Args)]
pub(super) struct RecordsArgs {
    /// What to do
    pub verb: RecordsVerb,
    /// Output format
    #[arg(short = 'o', long, value_enum, default_value_t)]
    pub output: ListOutput,
}

#[derive(Debug, Args)]
pub(super) struct ConfigArgs {
    #[command(subcommand)]
    pub command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Write a settings file in which every setting is explained and none is in force
    Init {
        /// Print it instead
        #[arg(long)]
        print: bool,
    },
    /// Say what is wrong with the settings and the themes, with file, line and column
    Check {
        /// The file [default: the settings file that `plimsoll info` names]
        file: Option<PathBuf>,
    },
    /// Print the JSON Schema of the settings
    Schema,
}

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// A check (container.privileged) or a control (5.2.2, seed/5.2.4)
    pub id: String,
    /// Version of a framework, as cis=1.12; may repeat [default: the newest]
    #[arg(long = "framework-version", value_name = "ID=VERSION", value_delimiter = ',', value_parser = pinned)]
    pub versions: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum GapsOutput {
    /// For people
    #[default]
    Table,
    /// A row a control
    Csv,
    /// A page
    Markdown,
    /// One object: totals and controls
    Json,
}

#[derive(Debug, Args)]
pub(super) struct GapsArgs {
    /// Framework
    pub framework: String,
    /// Its version [default: the newest]
    #[arg(long, value_name = "VERSION")]
    pub version: Option<String>,
    /// Output format
    #[arg(short = 'o', long, value_enum, default_value_t)]
    pub output: GapsOutput,
}

#[derive(Debug, Args)]
pub(super) struct RoleArgs {
    #[command(flatten)]
    pub select: SelectArgs,
    #[command(flatten)]
    pub opt_in: OptInArgs,
}
