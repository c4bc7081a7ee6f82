//! From the results of checks to the verdict of a control.

use crate::frameworks::{Control, Decides, Tree};
use crate::model::{GapReason, Verdict};
use std::sync::Arc;

/// What a check came to, over its whole population.
#[derive(Clone, Debug)]
pub struct CheckVerdict {
    /// Pass, fail, waived, manual or not-evaluated.
    pub verdict: Verdict,
    /// Why not evaluated.
    pub reason: Option<GapReason>,
    /// Objects judged.
    pub population: usize,
    /// A part of the population could not be read, whatever the verdict.
    pub partial: bool,
    /// Reading goes on: the gap may still close.
    pub reading: bool,
    /// Why the question does not arise here.
    pub not_applicable: Option<Arc<str>>,
}

/// A control's verdict and why it could not be decided.
pub type Decision = (Verdict, Option<GapReason>);

/// Folds the tree: `all` by the worst, `any` by the best.
fn fold<'c>(tree: &Tree, of: &impl Fn(&str) -> Option<&'c CheckVerdict>) -> Decision {
    let best = |trees: &[Tree], rank: fn(Verdict) -> u8| {
        // the first of the highest rank, so that its reason is the one shown
        let mut best: Option<Decision> = None;
        for decision in trees.iter().map(|tree| fold(tree, of)) {
            if best.is_none_or(|(verdict, _)| rank(decision.0) > rank(verdict)) {
                best = Some(decision);
            }
        }
        best.unwrap_or((Verdict::Manual, None))
    };
    match tree {
        Tree::Check(id) => of(id)
            .map_or((Verdict::NotEvaluated, Some(GapReason::NotImplemented)), |check| (check.verdict, check.reason)),
        Tree::All(trees) => best(trees, Verdict::rank_all),
        Tree::Any(trees) => best(trees, Verdict::rank_any),
    }
}

/// The verdict of a control from those of its checks.
pub fn decide<'c>(control: &Control, of: &impl Fn(&str) -> Option<&'c CheckVerdict>) -> Decision {
    if control.criterion.is_some() {
        return (criterion(control, of), None);
    }
    let (verdict, reason) = fold(&control.checks, of);
    match (control.decides, verdict) {
        // a review control never passes by itself: a person looks, candidates or none
        (Decides::Review, Verdict::Pass) => (Verdict::Manual, None),
        _ => (verdict, reason),
    }
}

/// A SOC2 criterion is never scored: one contradiction contradicts; one check that saw something and found nothing
/// wrong supports in part; an empty population supports nothing. Evidence is for people to weigh.
fn criterion<'c>(control: &Control, of: &impl Fn(&str) -> Option<&'c CheckVerdict>) -> Verdict {
    let ids = control.checks.checks();
    if ids.is_empty() {
        return Verdict::NeedsPeople;
    }
    let found = |ids: &[Arc<str>], test: &dyn Fn(&CheckVerdict) -> bool| ids.iter().filter_map(|id| of(id)).any(test);
    let any = |test: &dyn Fn(&CheckVerdict) -> bool| found(&ids, test);
    let is_judged = |c: &CheckVerdict| matches!(c.verdict, Verdict::Pass | Verdict::Waived) && c.population > 0;
    let is_shown = |c: &CheckVerdict| is_judged(c) || matches!(c.verdict, Verdict::Manual | Verdict::Fail);
    if any(&|c| c.verdict == Verdict::Fail) {
        Verdict::Contradicted
    } else if any(&is_judged) {
        Verdict::SupportedInPart
    } else if any(&|c| c.verdict == Verdict::Manual) || found(&control.evidence, &is_shown) {
        Verdict::NeedsPeople
    } else {
        Verdict::NoTechnicalEvidence
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(any: bool, ids: &[&str]) -> Tree {
        let checks = ids.iter().map(|id| Tree::Check((*id).into())).collect();
        if any { Tree::Any(checks) } else { Tree::All(checks) }
    }

    /// Written from `design.md`'s two orders, not from the code.
    #[test]
    fn trees_follow_their_orders() {
        let check = |verdict| CheckVerdict {
            verdict,
            reason: None,
            population: 1,
            partial: false,
            reading: false,
            not_applicable: None,
        };
        let table = [
            ("fail", check(Verdict::Fail)),
            ("unread", check(Verdict::NotEvaluated)),
            ("manual", check(Verdict::Manual)),
            ("waived", check(Verdict::Waived)),
            ("pass", check(Verdict::Pass)),
            ("na", check(Verdict::NotApplicable)),
        ];
        let of = |id: &str| table.iter().find(|(name, _)| *name == id).map(|(_, c)| c);
        let all = ["fail", "unread", "manual", "waived", "pass", "na"];
        for (i, higher) in all.iter().enumerate() {
            for lower in all.iter().skip(i + 1) {
                let (verdict, _) = fold(&tree(false, &[lower, higher]), &of);
                assert_eq!(verdict, of(higher).unwrap().verdict, "all of {lower}, {higher}");
            }
        }
        let any = ["pass", "waived", "unread", "manual", "fail", "na"];
        for (i, higher) in any.iter().enumerate() {
            for lower in any.iter().skip(i + 1) {
                let (verdict, _) = fold(&tree(true, &[lower, higher]), &of);
                assert_eq!(verdict, of(higher).unwrap().verdict, "any of {lower}, {higher}");
            }
        }
    }
}
