use super::super::{Check, Cx, Judge, Run};
use super::product::{Agents, Output, Product, Running, product, running};
use crate::inventory::{Kind, yaml};
use crate::model::{Disruption, Fix, Remedy, Severity};
use serde_json::Value;

/// An agent that watches system calls is ready on every node that takes pods, and what it finds leaves the node: products
/// report to their own console, Falco to falcosidekick or an output of `falco.yaml`. Those that only write a log are for a
/// person to follow up.
pub static CHECK: Check = Check {
    id: "ops.runtime-security",
    title: "Something watches what containers do, on every node",
    severity: Severity::Medium,
    over: &[],
    needs: &[Kind::DaemonSet, Kind::Node, Kind::Deployment, Kind::ConfigMap],
    aliases: &[],
    why: "Settings keep an attacker out; whoever got in all the same is only seen by what runs: a shell in a container, a \
          file that is written, a connection out.",
    remedy: Remedy {
        advice: "Run one agent on every node, with an output that reaches somebody: Falco with falcosidekick, Tetragon or \
                 KubeArmor with a log pipeline and alerts on it, or a vendor's.",
        fix: Fix::Advice,
        disruption: Disruption::None,
        try_first: "Start on one node pool and silence what is normal there before anybody is paged.",
    },
    run: Run::Cluster(run),
};

/// Where a product reports.
enum Reports {
    Console,
    Log,
    Falco,
}

#[rustfmt::skip] // a table
static PRODUCTS: &[Product<Reports>] = &[
    product("Falco", &["falcosecurity/falco", "falcosecurity/falco-no-driver", "falcosecurity/falco-distroless"], Reports::Falco),
    product("Tetragon", &["cilium/tetragon", "isovalent/tetragon"], Reports::Log),
    product("KubeArmor", &["kubearmor/kubearmor"], Reports::Log),
    product("Tracee", &["aquasec/tracee", "aquasecurity/tracee"], Reports::Log),
    product("Kubescape node agent", &["kubescape/node-agent"], Reports::Log),
    product("NeuVector", &["neuvector/enforcer", "mirrored-neuvector-enforcer", "neuvector-enforcer"], Reports::Console),
    product("Sysdig", &["sysdig/agent", "sysdig/agent-slim", "sysdig/host-shield"], Reports::Console),
    product("Aqua Enforcer", &["aquasec/enforcer", "aquasec.com/enforcer"], Reports::Console),
    product("Prisma Cloud Defender", &["twistlock/defender"], Reports::Console),
    product("StackRox Collector", &["stackrox-io/collector", "stackrox-io/collector-slim", "rhacs-collector-rhel8", "rhacs-collector-slim-rhel8"], Reports::Console),
    product("CrowdStrike Falcon", &["release/falcon-sensor", "crowdstrike/falcon-sensor"], Reports::Console),
    product("Microsoft Defender", &["azuredefender/stable/low-level-collector", "azuredefender/stable/security-publisher"], Reports::Console),
    product("Amazon GuardDuty", &["aws-guardduty-agent"], Reports::Console),
    product("Lacework", &["lacework/datacollector"], Reports::Console),
    product("Deepfence", &["deepfenceio/deepfence_agent_ce"], Reports::Console),
];

static SIDEKICK: &[Product] = &[product("falcosidekick", &["falcosecurity/falcosidekick"], ())];

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let agents = Agents {
        products: PRODUCTS,
        expected: "a runtime agent that is ready on every node",
        none: "no runtime agent is recognised: one that is installed on the nodes themselves, or that the provider runs, is \
               not seen from here",
    };
    agents.judge(cx, judge, |set| output(cx, set));
}

fn output(cx: &Cx<'_>, set: &Running<'_, Reports>) -> Output {
    match set.product.detail {
        Reports::Console => Output::Sent,
        Reports::Log => Output::Look(format!(
            "{} writes what it finds to its own log: look for what collects that log and alerts on it",
            set.product.title
        )),
        Reports::Falco => falco(cx, set),
    }
}

/// falcosidekick, or an output of `falco.yaml` other than its log.
fn falco(cx: &Cx<'_>, set: &Running<'_, Reports>) -> Output {
    if running(cx, &[Kind::Deployment], SIDEKICK).iter().any(|sidekick| sidekick.ready > 0) {
        return Output::Sent;
    }
    let namespace = &set.meta.namespace;
    if let Some(reason) = cx.gap(Kind::Deployment, None).or_else(|| cx.gap(Kind::ConfigMap, Some(namespace))) {
        return Output::Unread(
            reason,
            "Falco is ready on every node; where its alerts go stands in its ConfigMap".to_owned(),
        );
    }
    let maps = set.spec.mounted_config_maps().filter_map(|name| {
        cx.inventory.config_maps.get(&(namespace.as_str().into(), name.into()))?.data.get("falco.yaml")
    });
    let settings: Vec<Value> = maps.filter_map(|text| yaml::parse(text).ok()).map(|parsed| parsed.value).collect();
    let enabled =
        |settings: &Value, output: &&str| settings.pointer(&format!("/{output}/enabled")) == Some(&Value::Bool(true));
    let outputs = ["http_output", "program_output", "syslog_output", "grpc_output"];
    match settings.iter().any(|settings| outputs.iter().any(|output| enabled(settings, output))) {
        true => Output::Sent,
        false => Output::Look(
            "Falco writes its alerts to its own log: look for what collects that log and alerts on it".to_owned(),
        ),
    }
}
