//! A report made by hand: small enough to reckon with, with one of everything that a screen must tell.

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
    let path = FieldPath::of("spec.template.spec.containers").named(0, "app").fields("securityContext.privileged");
    Finding {
        fingerprint: fingerprint(check.id, &resource, Some("app"), &path),
        check: check.id,
        status: FindingStatus::Fail,
        severity,
        owner: resource.clone(),
        resource,
        container: Some("app".into()),
        seen_in: Some(SeenIn::Both),
        instances: Some(3),
        paths: vec![Evidence { path, actual: true.into(), expected: "false, or the field absent".into(), line: None }],
        message: "container app runs privileged".into(),
        remediation: check.remedy.advice,
        disruption: check.remedy.disruption,
        try_first: check.remedy.try_first,
        controls: vec![ControlRef { framework: "cis".into(), version: "2.0.1".into(), id: "5.2.2".into() }].into(),
        source: None,
        waiver: None,
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
        findings,
        gaps: vec![
            gap("ClusterRole", GapReason::Forbidden, "list clusterroles: 403"),
            gap("Secret", GapReason::OptIn, "read only with --with-secrets"),
        ],
        exempt: 1,
    }
}

/// The same a minute later: the first finding was fixed, another one is new.
pub fn later() -> Report {
    let mut report = report();
    report.findings.remove(0);
    report.findings.insert(0, finding("container.privileged", Severity::Critical, "batch", "Job", "import"));
    report.finished = "2026-07-21T23:42:07Z".into();
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
    for (finding, name) in report.findings.iter_mut().zip(&names) {
        let name: Arc<str> = name.as_str().into();
        finding.resource.name = name.clone();
        finding.resource.namespace = Some(name.clone());
        finding.owner = finding.resource.clone();
        finding.container = Some(name.clone());
        finding.message = name.clone();
        finding.paths[0].expected = name.to_string().into();
        finding.paths[0].actual = name.to_string().into();
    }
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
