//! Where log shippers send what they read, by their configuration.

use crate::inventory::yaml;
use serde_json::Value;

/// Outputs that go nowhere but to the shipper's own log.
const LOCAL: [&str; 8] = ["stdout", "console", "null", "blackhole", "debug", "logging", "nop", "exit"];

/// Whether an output leaves the pod.
pub(super) fn leaves(output: &str) -> bool {
    !LOCAL.contains(&output)
}

/// Names of the outputs in a configuration, by the key of the ConfigMap that it stands under.
pub(super) fn outputs(key: &str, text: &str) -> Vec<String> {
    match key {
        "config.alloy" => alloy(text),
        _ if key.ends_with(".conf") => fluent(text),
        "vector.toml" => toml::from_str(text).map(|value: Value| sinks(&value)).unwrap_or_default(),
        _ => yaml::parse(text).map(|parsed| of_yaml(&parsed.value)).unwrap_or_default(),
    }
}

/// Fluent Bit's `[OUTPUT]` sections and Fluentd's `<match>` and `<store>` blocks.
fn fluent(text: &str) -> Vec<String> {
    let (mut found, mut inside) = (Vec::new(), false);
    for line in text.lines().map(str::trim) {
        if line.starts_with(['[', '<']) {
            let block = line.to_ascii_lowercase();
            inside = ["[output]", "<match", "<store"].iter().any(|start| block.starts_with(start));
            continue;
        }
        let mut words = line.split_whitespace();
        let (name, value) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        // these only hand on to other blocks
        let router = matches!(value, "copy" | "relabel" | "rewrite_tag_filter" | "roundrobin");
        if inside && !router && (name == "@type" || name.eq_ignore_ascii_case("name")) {
            found.push(value.to_ascii_lowercase());
            inside = false;
        }
    }
    found
}

/// Vector's sinks by their type.
fn sinks(settings: &Value) -> Vec<String> {
    let sinks = settings.get("sinks").and_then(Value::as_object).into_iter().flatten();
    sinks.filter_map(|(_, sink)| Some(sink.get("type")?.as_str()?.to_owned())).collect()
}

/// Vector, Fluent Bit, Filebeat, OpenTelemetry.
fn of_yaml(settings: &Value) -> Vec<String> {
    let mut found = sinks(settings);
    let fluent = settings.pointer("/pipeline/outputs").and_then(Value::as_array).into_iter().flatten();
    found.extend(fluent.filter_map(|output| Some(output.get("name")?.as_str()?.to_owned())));
    let fields = settings.as_object().into_iter().flatten();
    found.extend(fields.filter_map(|(key, _)| key.strip_prefix("output.").map(str::to_owned)));
    found.extend(settings.get("output").and_then(Value::as_object).into_iter().flatten().map(|(key, _)| key.clone()));
    let pipelines = settings.pointer("/service/pipelines").and_then(Value::as_object).into_iter().flatten();
    for (_, pipeline) in pipelines.filter(|(name, _)| name.split('/').next() == Some("logs")) {
        let exporters = pipeline.get("exporters").and_then(Value::as_array).into_iter().flatten();
        let names = exporters.filter_map(|exporter| exporter.as_str()?.split('/').next());
        found.extend(names.map(str::to_owned));
    }
    found
}

/// Blocks of Alloy that write logs.
fn alloy(text: &str) -> Vec<String> {
    let blocks = text.lines().map(str::trim).filter_map(|line| line.split_whitespace().next());
    let writes = |block: &&str| *block == "loki.write" || block.starts_with("otelcol.exporter.");
    blocks.filter(writes).map(|block| block.trim_start_matches("otelcol.exporter.").to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_of_each_format() {
        for (key, text, expected) in [
            (
                "fluent-bit.conf",
                "[INPUT]\n    Name tail\n[OUTPUT]\n    Name  es\n    Match *\n[OUTPUT]\n    name stdout\n",
                vec!["es", "stdout"],
            ),
            (
                "fluent.conf",
                "<source>\n  @type tail\n</source>\n<match **>\n  @type copy\n  <store>\n    @type elasticsearch\n  </store>\n</match>\n",
                vec!["elasticsearch"],
            ),
            ("vector.yaml", "sources: {a: {type: kubernetes_logs}}\nsinks: {b: {type: loki}}\n", vec!["loki"]),
            ("vector.toml", "[sinks.out]\ntype = \"console\"\n", vec!["console"]),
            ("fluent-bit.yaml", "pipeline: {outputs: [{name: loki, match: '*'}]}\n", vec!["loki"]),
            ("filebeat.yml", "output.elasticsearch: {hosts: [a]}\n", vec!["elasticsearch"]),
            (
                "relay",
                "service: {pipelines: {logs: {exporters: [debug, otlp/far]}, traces: {exporters: [zipkin]}}}\n",
                vec!["debug", "otlp"],
            ),
            ("config.alloy", "loki.source.file \"a\" {}\nloki.write \"b\" {\n}\n", vec!["loki.write"]),
        ] {
            assert_eq!(outputs(key, text), expected, "{key}");
        }
    }
}
