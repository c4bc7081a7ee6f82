use crate::model::{Counts, Score, Verdict};

/// Adds a verdict to its column; criteria have none.
pub fn count(counts: &mut Counts, verdict: Verdict) {
    match verdict {
        Verdict::Pass => counts.pass += 1,
        Verdict::Fail => counts.fail += 1,
        Verdict::Waived => counts.waived += 1,
        Verdict::Attested => counts.attested += 1,
        Verdict::Manual => counts.manual += 1,
        Verdict::NotEvaluated => counts.not_evaluated += 1,
        Verdict::NotApplicable => counts.not_applicable += 1,
        Verdict::Contradicted | Verdict::SupportedInPart | Verdict::NoTechnicalEvidence | Verdict::NeedsPeople => {}
    }
}

/// Score and coverage over controls, as `verdicts.md` defines them: N = pass + fail + waived + unread.
pub fn score(counts: &Counts) -> (Score, Option<f64>) {
    let n = counts.pass + counts.fail + counts.waived + counts.not_evaluated;
    if n == 0 {
        return (Score::default(), None);
    }
    #[allow(clippy::cast_precision_loss)] // control counts are small
    let ratio = |part: usize, whole: usize| Some(part as f64 / whole as f64);
    let score =
        Score { worst: ratio(counts.pass, n), best: ratio(counts.pass + counts.waived + counts.not_evaluated, n) };
    let coverage = ratio(counts.pass + counts.fail + counts.waived, n + counts.manual + counts.attested);
    (score, coverage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unread_widens_the_interval_and_lowers_coverage() {
        let counts = Counts { pass: 6, fail: 2, waived: 1, not_evaluated: 1, manual: 5, ..Counts::default() };
        let (score, coverage) = score(&counts);
        assert_eq!((score.worst, score.best), (Some(0.6), Some(0.8)));
        assert_eq!(coverage, Some(9.0 / 15.0));
        assert_eq!(super::score(&Counts { manual: 3, ..Counts::default() }), (Score::default(), None));
    }
}
