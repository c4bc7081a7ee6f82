//! Findings from elsewhere, whole ones.

use super::cells::Cells;
use super::{Asked, Extra, Findings, Gathering, Own, Owner, Said, kept_line, pod_spec_field};
use crate::model::{FieldPath, Finding, FindingStatus};
use foldhash::HashMap;
use std::sync::Arc;

impl From<Vec<Finding>> for Findings {
    fn from(findings: Vec<Finding>) -> Self {
        findings.into_iter().collect()
    }
}

impl FromIterator<Finding> for Findings {
    /// For findings from elsewhere, whole ones; the order stays.
    fn from_iter<I: IntoIterator<Item = Finding>>(findings: I) -> Self {
        let mut taking = Taking::default();
        let cells = findings.into_iter().map(|finding| taking.take(finding)).collect();
        Self { cells, shared: taking.gathered.shared.into() }
    }
}

/// Whole findings on their way into the small form: what they share is found again.
#[derive(Default)]
struct Taking {
    gathered: Gathering,
    said: HashMap<(u32, Arc<Said>), u32>,
    owners: HashMap<Owner, u32>,
}

impl Taking {
    /// A whole finding, with all its parts.
    fn take(&mut self, finding: Finding) -> Cells {
        let field = FieldPath::of(pod_spec_field(&finding.resource.kind));
        let in_pod_spec = finding.seen_in.is_some() && finding.paths.iter().all(|e| e.path.after(&field).is_some());
        let lines: Box<[u32]> = finding.paths.iter().map(|evidence| kept_line(evidence.line)).collect();
        let mut paths = finding.paths;
        for evidence in &mut paths {
            evidence.line = None;
            if let Some(rest) = evidence.path.after(&field).filter(|_| in_pod_spec) {
                evidence.path = rest;
            }
        }
        let fails = finding.status == FindingStatus::Fail;
        let asked = Asked {
            check: finding.check,
            remediation: finding.remediation,
            disruption: finding.disruption,
            try_first: finding.try_first,
            deciding: if fails { finding.controls.clone() } else { Arc::default() },
            all: if fails { Arc::default() } else { finding.controls },
        };
        let known = self.gathered.shared.asked.iter().position(|known| *known == asked);
        let known = known.and_then(|place| u32::try_from(place).ok());
        let asked = known.unwrap_or_else(|| self.gathered.asked(asked));
        let said = Said {
            severity: finding.severity,
            container: finding.container,
            paths: paths.into(),
            in_pod_spec,
            message: finding.message,
        };
        let said = Arc::new(said);
        let gathered = &mut self.gathered;
        let said =
            *self.said.entry((asked, said)).or_insert_with_key(|(asked, said)| gathered.said(*asked, said.clone()));
        let owner = Owner {
            object: finding.owner.clone().into(),
            pods: finding.pods.and_then(|pods| u32::try_from(pods).ok()),
            platform: finding.platform,
            team: finding.team,
            reach: finding.reach,
        };
        let owner = *self.owners.entry(owner).or_insert_with_key(|owner| gathered.owner(owner.clone()));
        let extra = Extra {
            resource: Some(finding.resource).filter(|resource| *resource != finding.owner).map(Box::new),
            source: finding.source.map(Arc::new),
            waiver: finding.waiver.map(Box::new),
            expired_waiver: finding.expired_waiver.map(Box::new),
            lines: if lines.iter().any(|line| *line > 0) { lines } else { Box::default() },
        };
        let extra = (extra != Extra::default()).then_some(extra);
        let own = Own {
            status: finding.status,
            seen_in: finding.seen_in,
            instances: finding.instances.and_then(|n| u32::try_from(n).ok()),
        };
        self.gathered.cells(said, owner, &own, extra)
    }
}
