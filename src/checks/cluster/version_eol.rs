use super::super::{Check, Cx, Judge, Run};
use crate::inventory::{Kind, Medium, Platform, Version};
use crate::model::{Disruption, FieldPath, Fix, GapReason, Remedy, Severity};
use jiff::civil::{Date, date};

/// The API server's minor version, and each kubelet's, against the day on which upstream stopped mending it: three minors
/// are supported at a time. Where the provider or the distribution may mend it longer, a person has to know.
pub static CHECK: Check = Check {
    id: "cluster.version-eol",
    title: "Kubernetes is of a version that is still mended",
    severity: Severity::Medium,
    over: &[Kind::Node],
    needs: &[],
    aliases: &["kubescape:C-0273", "popeye:POP-405"],
    why: "Faults that are found in a version out of support are published and not mended: each makes an attack easier from \
          that day on.",
    remedy: Remedy {
        advice: "Upgrade one minor version at a time to one that is supported, the control plane before the nodes.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Look for API versions that go away (kubectl get --raw /metrics names requests of deprecated ones), and \
                    upgrade a test cluster first.",
    },
    run: Run::Objects(run),
};

/// The day on which upstream's support of a minor version ends; kubernetes.io/releases as of 2026-11.
const ENDS: [(u32, Date); 9] = [
    (28, date(2024, 10, 28)),
    (29, date(2025, 2, 28)),
    (30, date(2025, 6, 28)),
    (31, date(2025, 10, 28)),
    (32, date(2026, 2, 28)),
    (33, date(2026, 6, 28)),
    (34, date(2026, 10, 27)),
    (35, date(2027, 2, 28)),
    (36, date(2027, 6, 28)),
];

/// Whether a version is mended.
enum Support {
    Given,
    Ended(String),
    /// Newer than the table, which is too old to say.
    Unknown,
}

fn support(version: Version, today: Date) -> Support {
    let row = ENDS.iter().find(|(minor, _)| *minor == version.minor);
    let newest = ENDS.last().map_or((0, Date::MAX), |row| *row);
    match row {
        Some((_, end)) if today > *end => Support::Ended(format!("ended on {end}")),
        Some(_) => Support::Given,
        None if version.minor < newest.0 => Support::Ended("ended years ago".to_owned()),
        // what is newer is mended longer
        None if today <= newest.1 => Support::Given,
        None => Support::Unknown,
    }
}

/// Where somebody else than upstream may mend a version longer.
fn is_vendors(platform: Platform) -> bool {
    platform.is_managed() || matches!(platform, Platform::Openshift | Platform::Rke2)
}

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let today =
        jiff::Timestamp::from_second(cx.now()).map_or(Date::MAX, |now| now.to_zoned(jiff::tz::TimeZone::UTC).date());
    let expected = "a minor version that upstream supports";
    let server = cx.version();
    let path = FieldPath::of("version");
    let report =
        |hits: &mut super::super::Hits, path: FieldPath, what: &str, version: Version, text: String| match support(
            version, today,
        ) {
            Support::Given => {}
            Support::Ended(when) if is_vendors(cx.platform()) => {
                hits.review(path, text, expected).message(format!(
                    "{what} is v{}, whose support {when} upstream: whether your provider still mends it is its to say",
                    version.short()
                ));
            }
            Support::Ended(when) => {
                hits.fail(path, text, expected)
                    .message(format!("{what} is v{}, whose support {when}", version.short()));
            }
            Support::Unknown => {
                hits.review(path, text, expected)
                    .severity(Severity::Low)
                    .message(format!("{what} is v{}, newer than this plimsoll knows", version.short()));
            }
        };
    if cx.inventory.scope.namespaces.is_empty() {
        let hits = judge.cluster();
        if cx.inventory.medium == Medium::Files {
            hits.unread(path, GapReason::SourceCannotHoldIt, expected).message("manifests have no API server");
        } else {
            report(hits, path, "the API server", server, server.to_string());
        }
    }
    for node in cx.inventory.nodes.values().filter(|node| cx.in_scope(Kind::Node, &node.meta)) {
        let hits = judge.object(Kind::Node, &node.meta);
        let text = &node.status.node_info.kubelet_version;
        let path = FieldPath::of("status.nodeInfo.kubeletVersion");
        match text.parse::<Version>() {
            Ok(kubelet) => {
                report(hits, path, &format!("the kubelet of node {}", node.meta.name), kubelet, text.clone());
            }
            Err(_) => {
                hits.unread(path, GapReason::SourceCannotHoldIt, expected)
                    .message(format!("node {} does not say its kubelet's version", node.meta.name));
            }
        }
    }
}
