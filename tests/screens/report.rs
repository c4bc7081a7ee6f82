//! A report made by hand: small enough to reckon with, with one of everything that a screen must tell.

use plimsoll::inventory::nodes::{KubeletKnown, Look, NodeRow};
use plimsoll::model::findings::pod_spec_field;
use plimsoll::model::*;
use std::sync::Arc;

fn control(framework: &str, section: &str, id: &str, status: Verdict) -> ControlResult {
    let title = format!("What {id} asks");
    ControlResult {
        framework: framework.into(),
        version: if framework == "cis" { "2.0.1".into() } else { "latest".into() },
        section: section.into(),
        id: id.into(),
        title: title.as_str().into(),
        level: (framework == "cis").then_some(1),
        assessment: (framework == "cis").then(|| "manual".into()),
        decides: Some("measured".into()),
        criterion: None,
        status,
        reason: (status == Verdict::NotEvaluated).then_some(GapReason::Forbidden),
        message: format!("It comes to {status}.").as_str().into(),
        checks: vec!["container.privileged".into()],
        evidence: vec![],
        counts: Counts { fail: usize::from(status == Verdict::Fail) * 2, ..Counts::default() },
    }
}

fn criterion(id: &str, status: Verdict) -> ControlResult {
    ControlResult { criterion: Some("CC6.1".into()), decides: None, ..control("seed", "CC6.1", id, status) }
}

pub fn finding(check: &str, severity: Severity, namespace: &str, kind: &str, name: &str) -> Finding {
    let check = plimsoll::checks::find(check).unwrap();
    let api = if kind == "Namespace" { "v1" } else { "apps/v1" };
    let resource = ObjectRef::new(api, kind, (kind != "Namespace").then_some(namespace), name);
    let field = FieldPath::of("containers").named(0, "app").fields("securityContext.privileged");
    let path = FieldPath::of(pod_spec_field(kind)).join(&field);
    Finding {
        fingerprint: fingerprint(check.id, &resource, Some("app"), &field),
        check: check.id,
        status: FindingStatus::Fail,
        severity,
        owner: resource.clone(),
        resource,
        container: Some("app".into()),
        seen_in: Some(SeenIn::Both),
        instances: Some(3),
        pods: Some(3),
        paths: vec![Evidence { path, actual: true.into(), expected: "false, or the field absent".into(), line: None }],
        message: "container app runs privileged".into(),
        remediation: check.remedy.advice,
        disruption: check.remedy.disruption,
        try_first: check.remedy.try_first,
        controls: vec![ControlRef { framework: "cis".into(), version: "2.0.1".into(), id: "5.2.2".into() }].into(),
        source: None,
        waiver: None,
        expired_waiver: None,
        platform: false,
        team: None,
        reach: vec![],
    }
}

fn framework(id: &str, title: &str, controls: &[ControlResult]) -> FrameworkResult {
    let scored = || controls.iter().filter(|c| *c.framework == *id && c.criterion.is_none());
    let count = |verdict: Verdict| scored().filter(|c| c.status == verdict).count();
    let counts = Counts {
        pass: count(Verdict::Pass),
        fail: count(Verdict::Fail),
        waived: count(Verdict::Waived),
        attested: 0,
        manual: count(Verdict::Manual),
        not_evaluated: count(Verdict::NotEvaluated),
        not_applicable: 0,
    };
    // The rule of verdicts.md, reckoned here once more.
    #[allow(clippy::cast_precision_loss)]
    let share = |part: usize, whole: usize| (whole > 0).then(|| part as f64 / whole as f64);
    let n = counts.pass + counts.fail + counts.waived + counts.not_evaluated;
    FrameworkResult {
        id: id.into(),
        title: title.into(),
        version: if id == "cis" { "2.0.1".into() } else { "latest".into() },
        benchmark_range: (id == "cis").then(|| "1.34–1.35".into()),
        platforms: vec![],
        note: (id == "cis").then(|| "CIS 2.0.1, written for 1.34–1.35; none exists for 1.36".into()),
        status: Verdict::Fail,
        score: Score {
            worst: share(counts.pass, n),
            best: share(counts.pass + counts.waived + counts.not_evaluated, n),
        },
        coverage: share(counts.pass + counts.fail + counts.waived, n + counts.manual),
        counts,
    }
}

/// The report.
pub fn report() -> Report {
    let controls = vec![
        control("cis", "5.1", "5.1.1", Verdict::NotEvaluated),
        control("cis", "5.1", "5.1.2", Verdict::Manual),
        control("cis", "5.2", "5.2.2", Verdict::Fail),
        control("cis", "5.2", "5.2.3", Verdict::Pass),
        control("cis", "5.2", "5.2.4", Verdict::Waived),
        ControlResult { level: Some(2), ..control("cis", "5.6", "5.6.4", Verdict::Fail) },
        control("pss-baseline", "baseline", "privileged", Verdict::Fail),
        control("pss-baseline", "baseline", "host-ports", Verdict::Pass),
        criterion("CC6.1-a", Verdict::Contradicted),
        criterion("CC6.1-b", Verdict::SupportedInPart),
        criterion("CC6.1-c", Verdict::NeedsPeople),
    ];
    let frameworks = vec![
        framework("cis", "CIS Kubernetes Benchmark", &controls),
        framework("pss-baseline", "Pod Security Standards, baseline", &controls),
        framework("seed", "A guide, own numbering; not CIS, not AICPA", &controls),
    ];
    let privileged = "container.privileged";
    let waiver = Waiver {
        source: "built-in".into(),
        reason: "the agent of the network needs the node".into(),
        owner: None,
        approved_by: None,
        ticket: None,
        expires: None,
    };
    let findings = vec![
        Finding {
            reach: vec!["exposed", "touches the node"],
            ..finding(privileged, Severity::Critical, "shop", "Deployment", "checkout")
        },
        finding(privileged, Severity::Critical, "pay", "StatefulSet", "ledger"),
        Finding {
            container: None,
            message: "the pod sees the node's processes".into(),
            ..finding("pod.host-pid", Severity::High, "shop", "DaemonSet", "node-probe")
        },
        finding("netpol.namespace-none", Severity::Medium, "", "Namespace", "pay"),
        Finding { platform: true, ..finding(privileged, Severity::High, "monitoring", "DaemonSet", "node-exporter") },
        Finding {
            status: FindingStatus::Waived,
            waiver: Some(waiver),
            ..finding(privileged, Severity::Critical, "kube-system", "DaemonSet", "cilium")
        },
    ];
    let gap = |kind: &str, reason, message: &str| Gap {
        kind: kind.into(),
        namespace: None,
        reason,
        message: message.into(),
        checks: vec!["rbac.full-admin".into()],
    };
    Report {
        schema_version: SCHEMA_VERSION,
        generator: "plimsoll",
        cluster: Cluster {
            context: Some("prod-eu-1".into()),
            server: Some("https://10.0.0.1:6443".into()),
            version: Some("v1.36.3".into()),
            id: None,
        },
        scope: Scope::default(),
        started: "2026-07-21T23:41:05Z".into(),
        finished: "2026-07-21T23:41:07Z".into(),
        frameworks,
        controls,
        findings: findings.into(),
        gaps: vec![
            gap("ClusterRole", GapReason::Forbidden, "list clusterroles: 403"),
            gap("Secret", GapReason::OptIn, "read only with --with-secrets"),
        ],
        exempt: 1,
        waivers: Vec::new(),
        attestations: Vec::new(),
    }
}

/// With every framework that the program carries, those of other platforms last.
pub fn many() -> Report {
    let mut report = report();
    let packs = plimsoll::frameworks::embedded().unwrap();
    let elsewhere = |id: &str| id.starts_with("cis-");
    for pack in packs.iter().filter(|pack| !matches!(&*pack.id, "cis" | "pss-baseline" | "seed")) {
        let edition = pack.edition(&pack.newest(), plimsoll::inventory::Version::NEWEST);
        let from = report.controls.len();
        // two controls of each: pictures do not change with every control that is added
        for (section, of) in edition.controls().take(2) {
            let status = match &of.criterion {
                _ if elsewhere(&pack.id) => Verdict::NotApplicable,
                Some(_) => Verdict::NeedsPeople,
                None => Verdict::Pass,
            };
            let mut control = control(&pack.id, &section, &of.id, status);
            control.version = pack.newest();
            control.criterion = of.criterion.clone();
            if elsewhere(&pack.id) {
                control.message = "written for another platform; this cluster does not show itself as one".into();
            }
            report.controls.push(control);
        }
        let framework = framework(&pack.id, &pack.title, &report.controls[from..]);
        let status = if elsewhere(&pack.id) { Verdict::NotApplicable } else { Verdict::Pass };
        let platforms = pack.platforms.iter().map(|platform| platform.as_str().into()).collect();
        report.frameworks.push(FrameworkResult { version: pack.newest(), status, platforms, ..framework });
    }
    report.frameworks.sort_by_key(|framework| elsewhere(&framework.id));
    report
}

/// Changes a report's findings.
fn change(report: &mut Report, change: impl FnOnce(&mut Vec<Finding>)) {
    let mut findings = report.findings.to_vec();
    change(&mut findings);
    report.findings = findings.into();
}

/// The same a minute later: the first finding was fixed, another one is new.
pub fn later() -> Report {
    let mut report = report();
    change(&mut report, |findings| {
        findings[0] = finding("container.privileged", Severity::Critical, "batch", "Job", "import");
    });
    report.finished = "2026-07-21T23:42:07Z".into();
    report
}

/// With another check's finding of the same field.
pub fn beside() -> Report {
    let mut report = report();
    change(&mut report, |findings| {
        findings.push(finding("container.run-as-root", Severity::High, "shop", "Deployment", "checkout"));
    });
    report
}

/// The same half a minute later: the first finding's template was mended, and two old pods are left.
pub fn rolling() -> Report {
    let mut report = report();
    change(&mut report, |findings| (findings[0].seen_in, findings[0].instances) = (Some(SeenIn::Pods), Some(2)));
    report.finished = "2026-07-21T23:41:37Z".into();
    report
}

fn waiver_record(finding: &Finding, expires: &str) -> WaiverRecord {
    WaiverRecord {
        check: finding.check.into(),
        resource: finding.owner.clone(),
        container: finding.container.clone(),
        reason: "the probe is replaced in autumn".into(),
        owner: "ana@example.com".into(),
        approved_by: "bo@example.com".into(),
        ticket: "SEC-1".into(),
        expires: parse_day(expires).unwrap(),
    }
}

/// What people decided: a waiver that counts, one that is over, a control with candidates that an attestation covered.
pub fn decided() -> Report {
    let mut report = report();
    let place = |i: usize| ("~/waivers.yaml".into(), i * 12 + 1);
    let wanted = [(1, "2026-10-20", WaiverState::InForce), (2, "2026-06-30", WaiverState::Expired)];
    for (i, expires, state) in wanted {
        let record = waiver_record(&report.findings.get(i).unwrap(), expires);
        let waiver = Some(record.waiver(&"~/waivers.yaml".into()));
        let message: Arc<str> = match state {
            WaiverState::InForce => format!("1 finding waived until {expires}").into(),
            _ => format!("expired on {expires}: 1 finding no longer waived").into(),
        };
        change(&mut report, |findings| match state {
            WaiverState::InForce => (findings[i].status, findings[i].waiver) = (FindingStatus::Waived, waiver),
            _ => findings[i].expired_waiver = waiver,
        });
        let (source, line) = place(report.waivers.len());
        report.waivers.push(WaiverUse { source, line, record, state, findings: 1, message });
    }
    let manual = |name: &str, severity| Finding {
        status: FindingStatus::Manual,
        container: None,
        message: "Group system:masters is bound to ClusterRole cluster-admin".into(),
        controls: vec![ControlRef { framework: "cis".into(), version: "2.0.1".into(), id: "5.1.2".into() }].into(),
        ..finding("rbac.system-masters", severity, "shop", "RoleBinding", name)
    };
    let candidates = [manual("break-glass", Severity::High), manual("installer", Severity::Medium)];
    let control = &mut report.controls[1];
    control.checks = vec!["rbac.system-masters".into()];
    control.decides = Some("review".into());
    control.counts.manual = 2;
    let new = "1 candidate is new since ana@example.com attested it on 2026-07-01";
    control.message = format!("2 candidates to review; {new}").into();
    let record = Attestation {
        framework: "cis".into(),
        version: "2.0.1".into(),
        control: "5.1.2".into(),
        statement: "The break-glass group was looked at.".into(),
        by: "ana@example.com".into(),
        on: parse_day("2026-07-01").unwrap(),
        valid_until: parse_day("2026-09-30").unwrap(),
        ticket: Some("SEC-9".into()),
        attachments: vec![Attachment { name: "review.pdf".into(), sha256: "ab".repeat(32).into() }],
        reviewed: vec![candidates[0].fingerprint.clone()],
    };
    change(&mut report, |findings| findings.extend(candidates));
    report.attestations.push(AttestationUse {
        source: "~/attestations.yaml".into(),
        line: 1,
        record,
        state: AttestationState::Reopened,
        message: new.into(),
    });
    report
}

/// The same after the control was attested anew.
pub fn attested() -> Report {
    let mut report = decided();
    let control = &mut report.controls[1];
    control.status = Verdict::Attested;
    control.message = "attested by ana@example.com on 2026-07-22, until 2026-10-20".into();
    (control.counts.manual, control.counts.attested) = (0, 2);
    let used = &mut report.attestations[0];
    used.state = AttestationState::Holds;
    used.record.on = parse_day("2026-07-22").unwrap();
    used.record.valid_until = parse_day("2026-10-20").unwrap();
    used.message = control.message.clone();
    let (manual, done) =
        (|c: &&ControlResult| c.status == Verdict::Manual, |c: &&ControlResult| c.status == Verdict::Attested);
    let of = |wanted: &dyn Fn(&&ControlResult) -> bool| {
        report.controls.iter().filter(|c| &*c.framework == "cis").filter(|c| wanted(c)).count()
    };
    let counts = (of(&manual), of(&done));
    (report.frameworks[0].counts.manual, report.frameworks[0].counts.attested) = counts;
    report
}

/// Names that attack a terminal.
pub fn hostile() -> Report {
    let mut report = report();
    let names = [
        "a\u{1b}[31mred\u{1b}]52;c;aGk=\u{7}".to_owned(),
        "\u{202e}gnp.exe\u{202d}\u{200b}".to_owned(),
        "名前".repeat(60),
        "e\u{301}\u{302}\u{303}".repeat(40),
        "x".repeat(253),
        "line\nbreak\ttab\r".to_owned(),
    ];
    let mut findings = report.findings.to_vec();
    for (finding, name) in findings.iter_mut().zip(&names) {
        let name: Arc<str> = name.as_str().into();
        finding.resource.name = name.clone();
        finding.resource.namespace = Some(name.clone());
        finding.owner = finding.resource.clone();
        finding.container = Some(name.clone());
        finding.message = name.clone();
        finding.paths[0].expected = name.to_string().into();
        finding.paths[0].actual = name.to_string().into();
    }
    report.findings = findings.into();
    for (control, name) in report.controls.iter_mut().zip(names.iter().cycle()) {
        control.title = name.as_str().into();
        control.message = name.as_str().into();
    }
    for gap in &mut report.gaps {
        gap.message = names[0].as_str().into();
    }
    report.cluster.context = Some(names[0].as_str().into());
    report
}

/// YAML of the first finding's resource.
pub const YAML: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  managedFields:
  - apiVersion: apps/v1
    fieldsType: FieldsV1
    manager: helm
    operation: Update
  name: checkout
  namespace: shop
spec:
  template:
    spec:
      containers:
      - name: app
        image: registry.example.com/shop/checkout:1.2.3
        securityContext:
          privileged: true
          runAsUser: 0
";

/// Three nodes: one of which all is known, one that was looked at long ago, one that is short of disk and behind.
pub fn nodes() -> Vec<NodeRow> {
    let plain = NodeRow {
        name: "cp-1".into(),
        roles: "control-plane".into(),
        version: "v1.36.1".into(),
        behind: Some(0),
        ready: Some(true),
        troubles: vec![],
        kubelet: KubeletKnown::Asked,
        looks: vec![Look { by: "plimsoll 0.1.0".into(), age: "3 hours ago".into(), stale: false }],
        expires: Some(("2027-03-01T00:00:00Z".into(), "/etc/kubernetes/pki/apiserver.crt".into())),
        unreadable: vec![],
        failing: 4,
    };
    let old = Look { by: "kube-bench cis-1.12".into(), age: "9 days ago".into(), stale: true };
    let worker = NodeRow { name: "worker-1".into(), roles: String::new(), expires: None, ..plain.clone() };
    let behind = NodeRow {
        name: "worker-2".into(),
        version: "v1.34.0".into(),
        behind: Some(2),
        ready: Some(false),
        troubles: vec!["NotReady".into(), "DiskPressure".into(), "cordoned".into()],
        kubelet: KubeletKnown::Refused("no answer within 5s".into()),
        looks: vec![],
        failing: 0,
        ..worker.clone()
    };
    vec![plain, NodeRow { kubelet: KubeletKnown::Files, looks: vec![old], failing: 1, ..worker }, behind]
}
