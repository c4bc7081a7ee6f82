use super::super::{Check, Cx, Hits, Judge, Run};
use super::product::{Product, Running, product, running};
use crate::inventory::kinds::custom::Custom;
use crate::inventory::{Kind, yaml};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// Metrics are gathered, at least one rule alerts on them, and an alert has a receiver that is somebody: a Prometheus or
/// VictoriaMetrics that is ready, an `alert` in a PrometheusRule or VMRule, a receiver with a way to reach people. What
/// stands in a Secret (receivers), in a plain Prometheus' own files (rules) or at a vendor is for a person to look at.
pub static CHECK: Check = Check {
    id: "ops.metrics-alerting",
    title: "Metrics raise alerts that reach somebody",
    severity: Severity::Medium,
    over: &[],
    needs: NEEDS,
    aliases: &[],
    why: "What fills up, slows down or fails is otherwise first noticed by the people who use it.",
    remedy: Remedy {
        advice: "Run Prometheus or a vendor's agent, alert on what users notice, and give alerts a receiver that pages or \
                 writes to somebody.",
        fix: Fix::Advice,
        disruption: Disruption::None,
        try_first: "Send a test alert through to the receiver, and one a week from then on (a dead man's switch).",
    },
    run: Run::Cluster(run),
};

const NEEDS: &[Kind] = &[
    Kind::Deployment,
    Kind::StatefulSet,
    Kind::DaemonSet,
    Kind::Prometheus,
    Kind::PrometheusRule,
    Kind::VictoriaRule,
    Kind::AlertmanagerConfig,
    Kind::VictoriaAlertmanagerConfig,
    Kind::ConfigMap,
];

/// Who evaluates rules.
#[derive(PartialEq)]
enum Evaluates {
    Here,
    Vendor,
}

#[rustfmt::skip] // a table
static PRODUCTS: &[Product<Evaluates>] = &[
    product("Google Managed Prometheus", &["prometheus-engine/prometheus"], Evaluates::Vendor),
    product("Prometheus", &["prometheus/prometheus", "prom/prometheus", "bitnami/prometheus", "mirrored-prometheus-prometheus", "ose-prometheus"], Evaluates::Here),
    product("VictoriaMetrics", &["victoriametrics/victoria-metrics", "victoriametrics/vmagent", "victoriametrics/vmalert", "victoriametrics/vmstorage"], Evaluates::Here),
    product("Grafana Mimir", &["grafana/mimir"], Evaluates::Here),
    product("Datadog Agent", &["datadoghq/agent", "datadog/agent"], Evaluates::Vendor),
    product("Amazon CloudWatch agent", &["cloudwatch-agent/cloudwatch-agent"], Evaluates::Vendor),
    product("Azure Monitor", &["azuremonitor/containerinsights/ciprod"], Evaluates::Vendor),
    product("New Relic", &["newrelic/infrastructure-bundle", "newrelic/nri-kubernetes"], Evaluates::Vendor),
    product("Dynatrace", &["dynatrace/dynatrace-operator", "dynatrace/dynatrace-oneagent"], Evaluates::Vendor),
];

static ALERTMANAGERS: &[Product] = &[product(
    "Alertmanager",
    &["prometheus/alertmanager", "prom/alertmanager", "bitnami/alertmanager", "mirrored-prometheus-alertmanager"],
    (),
)];

const WORKLOADS: [Kind; 3] = [Kind::Deployment, Kind::StatefulSet, Kind::DaemonSet];

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let found = running(cx, &WORKLOADS, PRODUCTS);
    let ready = |who: Evaluates| found.iter().find(move |one| one.product.detail == who && one.ready > 0);
    let alerts = [Kind::PrometheusRule, Kind::VictoriaRule].into_iter().flat_map(|kind| cx.inventory.customs_of(kind));
    let alerts = alerts.into_iter().filter(|rule| alerts_in(rule)).count();
    let receiver = receiver(cx);
    let hits = judge.cluster();
    if ready(Evaluates::Here).is_some() && alerts > 0 && receiver {
        return;
    }
    let path = FieldPath::of("alerting");
    let expected = "metrics, a rule that alerts, and a receiver";
    // what people are told of stands in a Secret as a rule: only where the rest is missing would a ConfigMap decide
    let opted =
        |kind: &&Kind| **kind != Kind::ConfigMap || reads_config_map(cx) || cx.inventory.opted_in(Kind::ConfigMap);
    if let Some(reason) = NEEDS.iter().filter(opted).find_map(|kind| cx.gap(*kind, None)) {
        hits.unread(path, reason, expected).message("metrics and alerts were not read wholly");
        return;
    }
    say(cx, hits, path, &found, alerts);
}

/// What is there of the three, and what is not.
fn say(cx: &Cx<'_>, hits: &mut Hits, path: FieldPath, found: &[Running<'_, Evaluates>], alerts: usize) {
    let expected = "metrics, a rule that alerts, and a receiver";
    let best = |who: Evaluates| found.iter().filter(|one| one.product.detail == who).max_by_key(|one| one.ready);
    let (here, vendor) = (best(Evaluates::Here), best(Evaluates::Vendor));
    let runs = |one: &&Running<'_, Evaluates>| one.ready > 0;
    let place = |one: &Running<'_, Evaluates>| {
        format!("{} ({} {}/{})", one.product.title, one.kind.name(), one.meta.namespace, one.meta.name)
    };
    let operated = cx.inventory.customs_of(Kind::Prometheus).next().is_some();
    match (here, vendor) {
        (Some(one), _) if runs(&one) && alerts == 0 && operated => {
            hits.fail(path, 0, expected).message(format!("{} runs, and no PrometheusRule raises an alert", place(one)));
        }
        (Some(one), _) if runs(&one) && alerts == 0 => {
            hits.review(path, 0, expected)
                .message(format!("{} runs: whether its own rule files raise alerts is not read", place(one)));
        }
        (Some(one), _) if runs(&one) && reads_config_map(cx) => {
            hits.fail(path, alerts, expected).message(format!(
                "{} runs and alerts are raised, and Alertmanager has no receiver for them",
                place(one)
            ));
        }
        (Some(one), _) if runs(&one) => {
            hits.review(path, alerts, expected).severity(Severity::Low).message(format!(
                "{} runs and alerts are raised: who receives them stands in Alertmanager's Secret, which is not read",
                place(one)
            ));
        }
        (_, Some(one)) if runs(&one) => {
            hits.review(path, alerts, expected)
                .severity(Severity::Info)
                .message(format!("{} gathers metrics: what alerts is set up at the vendor", place(one)));
        }
        (Some(one), _) | (_, Some(one)) => {
            hits.fail(path, one.ready, expected).message(format!("{} is not ready", place(one)));
        }
        (None, None) => {
            hits.review(path, 0, expected).message(
                "nothing is recognised that gathers metrics: what gathers them from outside the cluster is not seen from here",
            );
        }
    }
}

/// Whether a rule alerts; recording rules do not.
fn alerts_in(rule: &Custom) -> bool {
    let groups = rule.spec.get("groups").and_then(Value::as_array).into_iter().flatten();
    let mut rules = groups.flat_map(|group| group.get("rules").and_then(Value::as_array).into_iter().flatten());
    rules.any(|rule| rule.get("alert").is_some_and(Value::is_string))
}

/// Whether some receiver reaches somebody: a configuration of Alertmanager in a resource or a ConfigMap.
fn receiver(cx: &Cx<'_>) -> bool {
    let kinds = [Kind::AlertmanagerConfig, Kind::VictoriaAlertmanagerConfig];
    let customs = kinds.into_iter().flat_map(|kind| cx.inventory.customs_of(kind)).any(|custom| reaches(&custom.spec));
    let keys = ["alertmanager.yml", "alertmanager.yaml"];
    let texts = cx.inventory.config_maps.values().flat_map(|map| keys.iter().filter_map(|key| map.data.get(key)));
    customs || texts.into_iter().any(|text| yaml::parse(text).is_ok_and(|parsed| reaches(&parsed.value)))
}

/// Whether a receiver has a way: `slack_configs` and `slackConfigs`, and not empty.
fn reaches(settings: &Value) -> bool {
    let receivers = settings.get("receivers").and_then(Value::as_array).into_iter().flatten();
    let mut fields = receivers.flat_map(|receiver| receiver.as_object().into_iter().flatten());
    fields.any(|(key, value)| {
        let ways = key.ends_with("_configs") || key.ends_with("Configs") || key.ends_with("_config");
        ways && value.as_array().is_some_and(|list| !list.is_empty())
    })
}

/// Whether an Alertmanager has its configuration in a ConfigMap.
fn reads_config_map(cx: &Cx<'_>) -> bool {
    running(cx, &WORKLOADS, ALERTMANAGERS).iter().any(|one| one.spec.mounted_config_maps().next().is_some())
}
