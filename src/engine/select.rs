use crate::checks;
use crate::frameworks::{Control, Edition, Pack, Section};
use crate::inventory::{Kind, OptIn, Version};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is asked of a scan; empty lists: everything.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Framework ids.
    pub frameworks: Vec<String>,
    /// Control ids: `FRAMEWORK/ID`, or a bare id.
    pub controls: Vec<String>,
    /// Section ids: `FRAMEWORK/ID`, or a bare id in any chosen framework.
    pub sections: Vec<String>,
    /// Highest profile level; 2 includes 1.
    pub level: Option<u8>,
    /// Drops built-in exemptions.
    pub strict: bool,
}

/// A name that no pack has.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("unknown {what} {name:?}{}", .near.as_ref().map(|n| format!(": did you mean {n:?}?")).unwrap_or_default())]
pub struct SelectError {
    /// framework, control or section.
    pub what: &'static str,
    /// As given.
    pub name: String,
    /// The nearest that exists.
    pub near: Option<String>,
}

impl Selection {
    /// The editions for a server, cut down to what was asked for.
    ///
    /// # Errors
    /// A framework, control or section that does not exist, with the nearest that does.
    pub fn editions(&self, packs: &[Pack], server: Version) -> Result<Vec<Edition>, SelectError> {
        for name in &self.frameworks {
            known("framework", name, packs.iter().map(|p| &*p.id))?;
        }
        let chosen = |pack: &&Pack| self.frameworks.is_empty() || self.frameworks.iter().any(|f| **f == *pack.id);
        let mut editions: Vec<Edition> =
            packs.iter().filter(chosen).map(|pack| pack.edition(&pack.version_for(server), server)).collect();
        let controls = resolve(&self.controls, "control", &editions, |e| {
            e.controls().map(|(_, control)| control.id.clone()).collect()
        })?;
        let sections =
            resolve(&self.sections, "section", &editions, |e| e.controls().map(|(section, _)| section).collect())?;
        for edition in &mut editions {
            let keep: Vec<Arc<str>> = edition
                .controls()
                .filter(|(section, control)| {
                    let named = |set: &Option<BTreeSet<Named>>, id: &Arc<str>| {
                        set.as_ref().is_none_or(|set| set.contains(&(edition.framework.clone(), id.clone())))
                    };
                    let level = self.level.is_none_or(|max| control.level.is_none_or(|level| level <= max));
                    level && named(&controls, &control.id) && named(&sections, section)
                })
                .map(|(_, control)| control.id.clone())
                .collect();
            retain(&mut edition.sections, |control| keep.contains(&control.id));
        }
        if controls.is_some() || sections.is_some() {
            editions.retain(|edition| !edition.sections.is_empty());
        }
        Ok(editions)
    }
}

fn retain(sections: &mut Vec<Section>, keep: impl Fn(&Control) -> bool) {
    for section in sections.iter_mut() {
        section.controls.retain(&keep);
    }
    sections.retain(|section| !section.controls.is_empty());
}

/// A framework and an id in it.
type Named = (Arc<str>, Arc<str>);

/// Names as (framework, id). A bare id means `cis`, then every pack where it is; None where nothing was asked for.
fn resolve(
    names: &[String],
    what: &'static str,
    editions: &[Edition],
    ids: impl Fn(&Edition) -> Vec<Arc<str>>,
) -> Result<Option<BTreeSet<Named>>, SelectError> {
    if names.is_empty() {
        return Ok(None);
    }
    let all: Vec<Named> =
        editions.iter().flat_map(|e| ids(e).into_iter().map(|id| (e.framework.clone(), id))).collect();
    let mut found = BTreeSet::new();
    for name in names {
        let hits: Vec<_> = match name.split_once('/') {
            Some((framework, id)) => all.iter().filter(|(f, i)| **f == *framework && **i == *id).collect(),
            None => {
                let bare: Vec<_> = all.iter().filter(|(_, i)| **i == **name).collect();
                let in_cis: Vec<_> = bare.iter().copied().filter(|(f, _)| **f == *"cis").collect();
                if in_cis.is_empty() { bare } else { in_cis }
            }
        };
        if hits.is_empty() {
            let names: BTreeSet<String> = all.iter().flat_map(|(f, i)| [i.to_string(), format!("{f}/{i}")]).collect();
            known(what, name, names.iter().map(String::as_str))?;
        }
        found.extend(hits.into_iter().cloned());
    }
    Ok(Some(found))
}

fn known<'a>(what: &'static str, name: &str, names: impl Iterator<Item = &'a str> + Clone) -> Result<(), SelectError> {
    if names.clone().any(|n| n == name) {
        return Ok(());
    }
    let near = nearest(name, names);
    Err(SelectError { what, name: name.to_owned(), near })
}

/// The name at the smallest edit distance, if it is near at all.
pub fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    names
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().max(name.len()) / 2)
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}

/// Levenshtein's distance, in one row.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut left = i + 1;
        let mut diagonal = i;
        for (j, y) in b.iter().enumerate() {
            let above = row.get(j + 1).copied().unwrap_or_default();
            let cost = (diagonal + usize::from(x != *y)).min(above + 1).min(left + 1);
            diagonal = above;
            if let Some(cell) = row.get_mut(j) {
                *cell = left;
            }
            left = cost;
        }
        if let Some(cell) = row.last_mut() {
            *cell = left;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// The kinds that these editions need, opt-ins only where allowed: what is read, and what the role asks for.
pub fn kinds(editions: &[Edition], allowed: &[OptIn]) -> BTreeSet<Kind> {
    let ids = editions.iter().flat_map(|e| e.controls().flat_map(|(_, control)| control.checks.checks()));
    let checks = ids.filter_map(|id| checks::find(&id));
    let kinds = checks.flat_map(|check| check.over.iter().chain(check.needs).copied());
    // the cluster's id and every join by namespace stand on the first, the platform (exemptions) on the second
    let always = [Kind::Namespace, Kind::Node];
    kinds.chain(always).filter(|kind| kind.info().opt_in.is_none_or(|opt_in| allowed.contains(&opt_in))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frameworks::embedded;

    fn select(selection: &Selection) -> Result<Vec<String>, SelectError> {
        let editions = selection.editions(&embedded().unwrap(), Version::NEWEST)?;
        Ok(editions.iter().flat_map(|e| e.controls().map(|(_, c)| format!("{}/{}", e.framework, c.id))).collect())
    }

    #[test]
    fn bare_ids_mean_cis_first() {
        let selection = Selection { controls: vec!["5.2.4".into()], ..Selection::default() };
        assert_eq!(select(&selection).unwrap(), ["cis/5.2.4"]);
        let selection = Selection { controls: vec!["seed/5.2.4".into()], ..Selection::default() };
        assert_eq!(select(&selection).unwrap(), ["seed/5.2.4"]);
    }

    #[test]
    fn unknown_names_get_the_nearest() {
        let selection = Selection { frameworks: vec!["pss-restrictd".into()], ..Selection::default() };
        let error = select(&selection).unwrap_err();
        assert_eq!(error.to_string(), "unknown framework \"pss-restrictd\": did you mean \"pss-restricted\"?");
        let selection = Selection { controls: vec!["5.2.99".into()], ..Selection::default() };
        assert!(select(&selection).is_err());
    }

    #[test]
    fn level_one_leaves_level_two_out() {
        let one = Selection { level: Some(1), frameworks: vec!["cis".into()], ..Selection::default() };
        assert!(!select(&one).unwrap().contains(&"cis/5.2.9".to_owned()));
        let two = Selection { level: Some(2), ..one };
        assert!(select(&two).unwrap().contains(&"cis/5.2.9".to_owned()));
    }
}
