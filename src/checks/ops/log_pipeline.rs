use super::super::{Check, Cx, Judge, Run};
use super::outputs::{leaves, outputs};
use super::product::{Agents, Output, Product, Running, product};
use crate::inventory::Kind;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// A log shipper is ready on every node that takes pods, and sends to somewhere else than its own log. A vendor's agent
/// sends to its vendor; where another one sends stands in the ConfigMaps that it mounts.
pub static CHECK: Check = Check {
    id: "ops.log-pipeline",
    title: "Logs of every node are collected elsewhere",
    severity: Severity::Medium,
    over: &[],
    needs: &[Kind::DaemonSet, Kind::Node, Kind::ConfigMap],
    aliases: &[],
    why: "Logs that stay on the node go with the pod, with the node, or with whoever has something to hide.",
    remedy: Remedy {
        advice: "Run a log shipper on every node and send to a store that the cluster's administrators cannot change.",
        fix: Fix::Advice,
        disruption: Disruption::None,
        try_first: "Ship one namespace and see what volume and which secrets are in its logs.",
    },
    run: Run::Cluster(run),
};

/// Where a product sends what it reads.
enum Sends {
    /// To its vendor, or over the network and nowhere else.
    Away,
    /// By its configuration.
    Configured,
    /// It collects logs only where that is switched on.
    Optional,
}

#[rustfmt::skip] // a table
static PRODUCTS: &[Product<Sends>] = &[
    product("Google Cloud Logging", &["gke.gcr.io/fluent-bit"], Sends::Away),
    product("Azure Monitor", &["azuremonitor/containerinsights/ciprod"], Sends::Away),
    product("Fluent Bit", &["fluent/fluent-bit", "amazon/aws-for-fluent-bit", "aws-observability/aws-for-fluent-bit", "kubesphere/fluent-bit", "bitnami/fluent-bit", "mirrored-fluent-fluent-bit"], Sends::Configured),
    product("Fluentd", &["fluent/fluentd", "fluent/fluentd-kubernetes-daemonset", "bitnami/fluentd", "fluentd_elasticsearch/fluentd"], Sends::Configured),
    product("Vector", &["timberio/vector"], Sends::Configured),
    product("Promtail", &["grafana/promtail"], Sends::Away),
    product("Grafana Alloy", &["grafana/alloy"], Sends::Configured),
    product("OpenTelemetry Collector", &["otel/opentelemetry-collector", "otel/opentelemetry-collector-contrib", "otel/opentelemetry-collector-k8s", "opentelemetry-collector-releases/opentelemetry-collector", "opentelemetry-collector-releases/opentelemetry-collector-contrib", "opentelemetry-collector-releases/opentelemetry-collector-k8s"], Sends::Configured),
    product("Splunk OpenTelemetry Collector", &["signalfx/splunk-otel-collector"], Sends::Away),
    product("Filebeat", &["beats/filebeat"], Sends::Configured),
    product("Elastic Agent", &["elastic-agent/elastic-agent", "beats/elastic-agent"], Sends::Away),
    product("New Relic", &["newrelic/newrelic-fluentbit-output"], Sends::Away),
    product("Datadog Agent", &["datadoghq/agent", "datadog/agent"], Sends::Optional),
    product("Grafana Agent", &["grafana/agent"], Sends::Optional),
];

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let agents = Agents {
        products: PRODUCTS,
        expected: "a log shipper that is ready on every node and sends elsewhere",
        none: "no log shipper is recognised: one that is installed on the nodes themselves, or that the provider runs, is \
               not seen from here",
    };
    agents.judge(cx, judge, |set| output(cx, set));
}

fn output(cx: &Cx<'_>, set: &Running<'_, Sends>) -> Output {
    let (title, namespace) = (set.product.title, set.meta.namespace.as_str());
    match set.product.detail {
        Sends::Away => return Output::Sent,
        Sends::Optional => {
            return Output::Look(format!("{title} is ready on every node: look whether it is set to collect logs"));
        }
        Sends::Configured => {}
    }
    let mut names = set.spec.mounted_config_maps().peekable();
    if names.peek().is_none() {
        return Output::Look(format!(
            "{title} is ready on every node: where it sends to is in no ConfigMap that it mounts"
        ));
    }
    if let Some(reason) = cx.gap(Kind::ConfigMap, Some(namespace)) {
        return Output::Unread(
            reason,
            format!("{title} is ready on every node; where it sends to stands in its ConfigMap"),
        );
    }
    let maps = names.filter_map(|name| cx.inventory.config_maps.get(&(namespace.into(), name.into())));
    let found: Vec<String> = maps.flat_map(|map| &map.data).flat_map(|(key, text)| outputs(key, text)).collect();
    if found.iter().any(|output| leaves(output)) {
        Output::Sent
    } else if found.is_empty() {
        Output::Look(format!("{title} is ready on every node: where it sends to was not made out of its ConfigMaps"))
    } else {
        Output::Kept(format!("{title} sends to {} only: its own log", found.join(", ")))
    }
}
