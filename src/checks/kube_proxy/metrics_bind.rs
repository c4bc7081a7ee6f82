use super::super::flag::is_outside;
use super::super::{Check, Cx, Hits, Judge, Run};
use crate::inventory::control_plane::{NAMESPACE, flags_of};
use crate::inventory::flags::{Flags, Given};
use crate::inventory::kinds::pod::PodSpec;
use crate::inventory::{Kind, Platform, yaml};
use crate::model::{Disruption, FieldPath, Fix, GapReason, ObjectRef, Remedy, Severity};
use serde_json::Value;
use std::net::{IpAddr, SocketAddr};

/// kube-proxy serves its metrics on loopback: `metricsBindAddress` in key `config.conf` of ConfigMap kube-system/kube-proxy
/// (with `--with-configmaps`), and no other address in `--metrics-bind-address`; CIS 4.3.1. Empty is 127.0.0.1:10249.
pub static CHECK: Check = Check {
    id: "kube-proxy.metrics-bind",
    title: "kube-proxy serves its metrics on loopback alone",
    severity: Severity::Medium,
    over: &[Kind::DaemonSet],
    needs: &[Kind::ConfigMap, Kind::Pod, Kind::Node],
    aliases: &["kubescape:C-0291", "kube-bench:4.3.1"],
    why: "The metrics port asks for no credential and says which Services and endpoints there are, to whoever reaches a node.",
    remedy: Remedy {
        advice: "Set metricsBindAddress: 127.0.0.1:10249 in key config.conf of ConfigMap kube-system/kube-proxy, remove \
                 --metrics-bind-address from the DaemonSet, and restart it.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "See whether Prometheus scrapes that port from other nodes: it needs another way then.",
    },
    run: Run::Objects(run),
};

const PROGRAM: &str = "kube-proxy";
const FLAG: &str = "metrics-bind-address";
const EXPECTED: &str = "a loopback address, or nothing (127.0.0.1:10249)";

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let inventory = cx.inventory;
    let (mut seen, mut by_file) = (false, false);
    let mut look = |judge: &mut Judge, object: ObjectRef, spec: &PodSpec, at: &FieldPath| {
        let Some((container, flags)) = flags_of(spec, at, PROGRAM, &*object.name == PROGRAM) else { return };
        seen = true;
        by_file |= flags.has("config");
        let hits = judge.reference(object);
        hits.about(Some(container));
        flag(&flags, hits);
    };
    if is_outside(&inventory.scope) {
        let message = format!("the scope leaves out {PROGRAM} in {NAMESPACE}");
        return judge.missing("DaemonSet", GapReason::SourceCannotHoldIt, message);
    }
    for row in inventory.controllers_of(Kind::DaemonSet).filter(|row| row.meta.namespace == NAMESPACE) {
        if let Some(spec) = &row.template {
            let object = ObjectRef::new("apps/v1", "DaemonSet", Some(NAMESPACE), &row.meta.name);
            look(judge, object, spec, &FieldPath::of("spec.template.spec"));
        }
    }
    // some distributions run it as a static pod
    for pod in inventory.pods.iter().filter(|pod| pod.mirror && *pod.namespace == *NAMESPACE) {
        let object = ObjectRef::new("v1", "Pod", Some(NAMESPACE), &pod.name);
        look(judge, object, &pod.spec, &FieldPath::of("spec"));
    }
    let map = inventory.config_maps.get(&(NAMESPACE.into(), PROGRAM.into()));
    if let Some(text) = map.and_then(|map| map.data.get("config.conf")) {
        file(text, judge.reference(ObjectRef::new("v1", "ConfigMap", Some(NAMESPACE), PROGRAM)));
    } else if by_file {
        let reason = cx.gap(Kind::ConfigMap, Some(NAMESPACE)).unwrap_or(GapReason::NoNodeEvidence);
        judge.missing(
            "ConfigMap",
            reason,
            "the file of kube-proxy's --config is not read: --with-configmaps shows kubeadm's",
        );
    }
    if !seen && map.is_none() {
        none(cx, judge);
    }
}

/// Whether an address is loopback; empty is, by default.
fn is_local(address: &str) -> bool {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    let ip = |text: &str| text.trim_matches(['[', ']']).parse::<IpAddr>().ok();
    let ip =
        address.parse::<SocketAddr>().map(|address| address.ip()).ok().or_else(|| ip(address)).or_else(|| ip(host));
    address.is_empty() || host == "localhost" || ip.is_some_and(|ip| ip.is_loopback())
}

fn flag(flags: &Flags, hits: &mut Hits) {
    if let Some(address) = flags.get(FLAG).map(Given::text).filter(|address| !is_local(address)) {
        hits.fail(flags.at(FLAG), address, EXPECTED).message(format!("--{FLAG} is {address}"));
    }
}

fn file(text: &str, hits: &mut Hits) {
    let at = FieldPath::of("data").key("config.conf");
    match yaml::parse(text).map(|parsed| parsed.value) {
        Ok(config) => {
            let address = config.get("metricsBindAddress").and_then(Value::as_str).unwrap_or_default();
            if !is_local(address) {
                hits.fail(at, address, EXPECTED).message(format!("metricsBindAddress is {address}"));
            }
        }
        Err(_) => {
            hits.unread(at, GapReason::Undecodable, EXPECTED).message("config.conf of kube-proxy is no YAML");
        }
    }
}

/// What it means that no kube-proxy is seen.
fn none(cx: &Cx<'_>, judge: &mut Judge) {
    let kinds = [Kind::DaemonSet, Kind::Pod].into_iter();
    if let Some((kind, reason)) = kinds.filter_map(|kind| Some((kind, cx.gap(kind, Some(NAMESPACE))?))).next() {
        judge.missing(kind.name(), reason, format!("what runs in {NAMESPACE} is not known: {PROGRAM} may be there"));
    } else if matches!(cx.platform(), Platform::K3s) {
        judge.missing("DaemonSet", GapReason::NoNodeEvidence, "k3s runs kube-proxy inside its own process");
    } else {
        judge.not_applicable("no kube-proxy runs here: something else forwards to Services");
    }
}
