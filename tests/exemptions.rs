//! Built-in exemptions on the demo: a component that is what it says is exempt from what it cannot do without, and
//! nothing else that lives beside it.

#![allow(clippy::unwrap_used, missing_docs)]

use plimsoll::engine::{BuiltIn, Engine, Selection, Times};
use plimsoll::frameworks::{Platform, embedded};
use plimsoll::model::{FindingStatus, Report};
use plimsoll::sources::demo;

fn report(strict: bool) -> Report {
    let (inventory, _) = demo::load();
    let editions = Selection::default().editions(&embedded().unwrap(), inventory.version).unwrap();
    let exempt = BuiltIn::new(&inventory).unwrap();
    assert_eq!(exempt.platform, Platform::Kubeadm, "static control-plane pods, one on each node with that role");
    let times = Times { started: "2026-01-01T00:00:00Z".into(), finished: "2026-01-01T00:00:00Z".into() };
    Engine::default().evaluate(&inventory, &editions, &exempt, strict, times)
}

/// Exempt is a component for a check, never a namespace (pitfall 19).
#[test]
fn only_components_of_the_platform_are_exempt() {
    let report = report(false);
    let waived: Vec<_> = report.findings.iter().filter(|f| f.status == FindingStatus::Waived).collect();
    assert_eq!(report.exempt, waived.len());
    let on = |name: &str, check: &str| {
        let mut of = report.findings.iter().filter(|f| &*f.owner.name == name && f.check == check).peekable();
        assert!(of.peek().is_some(), "{check} says something on {name}");
        of.all(|f| f.status == FindingStatus::Waived)
    };
    assert!(on("kube-proxy", "container.privileged") && on("cilium", "pod.host-path"));
    assert!(on("kube-apiserver-cp-1", "pod.host-network") && on("kube-system", "ns.pss-enforce"));
    // an imitator, a component that needs less than it takes, and a component of nobody that is known
    assert!(!on("coredns-helper", "container.privileged") && !on("coredns-helper", "pod.host-network"));
    assert!(!on("kube-proxy", "container.read-only-root-fs") && !on("disk-csi-node", "container.privileged"));
    for finding in waived {
        let place = finding.owner.namespace.as_deref().unwrap_or(&finding.owner.name);
        assert!(place.starts_with("kube-"), "{} on {}", finding.check, finding.owner);
        let waiver = finding.waiver.as_ref().unwrap();
        assert!(&*waiver.source == "built-in" && waiver.reason.contains("kubeadm, version 1"), "{}", waiver.reason);
    }
}

/// They are counted, and there to be seen (pitfall 19).
#[test]
fn strict_drops_them() {
    let report = report(true);
    assert_eq!(report.exempt, 0);
    assert!(report.findings.iter().all(|finding| finding.status != FindingStatus::Waived));
}
