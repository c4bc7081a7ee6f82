//! From a control to its siblings in other frameworks: those that share a check, and those that one relates to.

use super::{Control, Edition};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A control elsewhere that asks about the same.
#[derive(Clone, Debug)]
pub struct Sibling<'e> {
    /// Its edition.
    pub edition: &'e Edition,
    /// The control.
    pub control: &'e Control,
    /// Checks that decide both. Empty: one only says that it relates to the other.
    pub shared: Vec<Arc<str>>,
}

/// A framework and the place of a control in it.
type At = (usize, usize);

/// Every control of some editions, indexed by what leads from one to another.
#[derive(Debug)]
pub struct Crosswalk<'e> {
    editions: &'e [Edition],
    controls: Vec<Vec<&'e Control>>,
    by_check: BTreeMap<Arc<str>, Vec<At>>,
    /// By framework and key: `cis`, `5.2.2`.
    by_name: BTreeMap<(&'e str, &'e str), At>,
    /// Who relates to a control.
    related: BTreeMap<At, Vec<At>>,
}

impl<'e> Crosswalk<'e> {
    /// Over these editions.
    pub fn new(editions: &'e [Edition]) -> Self {
        let controls = editions.iter().map(|edition| edition.controls().map(|(_, control)| control).collect());
        let mut walk = Self {
            editions,
            controls: controls.collect(),
            by_check: BTreeMap::new(),
            by_name: BTreeMap::new(),
            related: BTreeMap::new(),
        };
        let all: Vec<(At, &'e Edition, &'e Control)> = walk.all().collect();
        for (at, edition, control) in &all {
            for check in control.checks.checks() {
                walk.by_check.entry(check).or_default().push(*at);
            }
            walk.by_name.insert((&edition.framework, &control.key), *at);
        }
        for (from, _, control) in &all {
            for to in names(control).filter_map(|(framework, id)| walk.by_name.get(&(framework, id)).copied()) {
                walk.related.entry(*from).or_default().push(to);
                walk.related.entry(to).or_default().push(*from);
            }
        }
        walk
    }

    fn all(&self) -> impl Iterator<Item = (At, &'e Edition, &'e Control)> + '_ {
        self.editions.iter().zip(&self.controls).enumerate().flat_map(|(e, (edition, controls))| {
            controls.iter().enumerate().map(move |(c, control)| ((e, c), edition, *control))
        })
    }

    /// Where a control is, by framework and the id that it has in that edition.
    fn find(&self, framework: &str, id: &str) -> Option<At> {
        self.all()
            .find(|(_, edition, control)| *edition.framework == *framework && *control.id == *id)
            .map(|(at, ..)| at)
    }

    /// The controls of other frameworks that share a check with one, or that one of the two relates to; in the order
    /// of the frameworks.
    pub fn siblings(&self, framework: &str, id: &str) -> Vec<Sibling<'e>> {
        self.find(framework, id).map_or_else(Vec::new, |at| self.siblings_at(at))
    }

    fn siblings_at(&self, at: At) -> Vec<Sibling<'e>> {
        let mut found: BTreeMap<At, Vec<Arc<str>>> = BTreeMap::new();
        let control = |(e, c): At| self.controls.get(e).and_then(|controls| controls.get(c)).copied();
        for check in control(at).into_iter().flat_map(|control| control.checks.checks()) {
            for other in self.by_check.get(&check).into_iter().flatten().filter(|other| other.0 != at.0) {
                found.entry(*other).or_default().push(check.clone());
            }
        }
        for other in self.related.get(&at).into_iter().flatten().filter(|other| other.0 != at.0) {
            found.entry(*other).or_default();
        }
        let sibling = |(other, shared): (At, Vec<Arc<str>>)| {
            Some(Sibling { edition: self.editions.get(other.0)?, control: control(other)?, shared })
        };
        found.into_iter().filter_map(sibling).collect()
    }

    /// Every pair once, the control of the framework that comes first on the left.
    pub fn pairs(&self) -> impl Iterator<Item = (&'e Edition, &'e Control, Sibling<'e>)> + '_ {
        self.all().flat_map(|(at, edition, control)| {
            let later: BTreeSet<&str> =
                self.editions.iter().skip(at.0 + 1).map(|edition| &*edition.framework).collect();
            let siblings = self.siblings_at(at).into_iter();
            siblings
                .filter(move |sibling| later.contains(&*sibling.edition.framework))
                .map(move |sibling| (edition, control, sibling))
        })
    }
}

/// The controls that one names itself: what it relates to, what it is like, its official number.
fn names(control: &Control) -> impl Iterator<Item = (&str, &str)> {
    let named = control.relates.iter().chain(&control.like).filter_map(|name| name.split_once('/'));
    named.chain(control.official.as_deref().map(|id| ("cis", id)))
}

#[cfg(test)]
mod tests {
    use super::super::embedded;
    use super::*;
    use crate::inventory::Version;

    fn editions() -> Vec<Edition> {
        let packs = embedded().unwrap();
        packs.iter().map(|pack| pack.edition(&pack.newest(), Version::NEWEST)).collect()
    }

    #[test]
    fn siblings_share_a_check_or_say_that_they_relate() {
        let editions = editions();
        let walk = Crosswalk::new(&editions);
        let names = |framework: &str, id: &str| -> Vec<String> {
            let siblings = walk.siblings(framework, id);
            siblings.iter().map(|s| format!("{}/{}", s.edition.framework, s.control.id)).collect()
        };
        let privileged = names("cis", "5.2.2");
        for wanted in ["cis-eks/4.2.1", "pss-baseline/privileged", "soc2/CC6.8", "mitre-k8s/MS-TA9018", "audit-50/24"] {
            assert!(privileged.iter().any(|name| name == wanted), "{wanted} in {privileged:?}");
        }
        assert!(!privileged.iter().any(|name| name.starts_with("cis/")), "elsewhere only");
        // the seed's own number leads to the official one, and back
        assert!(names("seed", "5.2.5").contains(&"cis/5.2.6".to_owned()));
        assert!(names("cis", "5.2.6").contains(&"seed/5.2.5".to_owned()));
        // a relation without a common check, from either end
        assert!(names("cis", "1.1.21").contains(&"soc2/CC6.1".to_owned()));
        assert!(names("soc2", "CC6.1").contains(&"cis/1.1.21".to_owned()));
    }

    #[test]
    fn a_pair_stands_once() {
        let editions = editions();
        let walk = Crosswalk::new(&editions);
        let mut seen = BTreeSet::new();
        for (edition, control, sibling) in walk.pairs() {
            let mut pair = [
                format!("{}/{}", edition.framework, control.id),
                format!("{}/{}", sibling.edition.framework, sibling.control.id),
            ];
            pair.sort();
            assert!(seen.insert(pair.clone()), "{pair:?}");
        }
    }
}
