use crate::checks;
use crate::frameworks::{Control, Edition, Pack, Section};
use crate::inventory::{Kind, OptIn, Platform, Version};
use crate::model::nearest;
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
    /// Versions that are pinned: framework and version. Of others the server chooses.
    pub versions: Vec<(String, String)>,
    /// Drops built-in exemptions.
    pub strict: bool,
}

/// A name that no pack has.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("unknown {what} {name:?}{}", .near.as_ref().map(|n| format!(": did you mean {n:?}?")).unwrap_or_default())]
pub struct SelectError {
    /// framework, version, control or section.
    pub what: &'static str,
    /// As given.
    pub name: String,
    /// The nearest that exists.
    pub near: Option<String>,
}

impl Selection {
    /// The editions for a server, cut down to what was asked for, where nothing is known of its platform.
    ///
    /// # Errors
    /// A framework, version, control or section that does not exist, with the nearest that does.
    pub fn editions(&self, packs: &[Pack], server: Version) -> Result<Vec<Edition>, SelectError> {
        self.editions_on(packs, server, Platform::Unknown)
    }

    /// The editions for a server on a platform: a bare id means that platform's own benchmark first.
    ///
    /// # Errors
    /// As [`Selection::editions`].
    pub fn editions_on(
        &self,
        packs: &[Pack],
        server: Version,
        platform: Platform,
    ) -> Result<Vec<Edition>, SelectError> {
        let pins = self.versions.iter().map(|(framework, _)| framework);
        for name in self.frameworks.iter().chain(pins) {
            known("framework", name, packs.iter().map(|p| &*p.id))?;
        }
        let chosen = |pack: &&Pack| self.frameworks.is_empty() || self.frameworks.iter().any(|f| **f == *pack.id);
        let edition = |pack: &Pack| {
            let pinned = self.versions.iter().rev().find(|(framework, _)| **framework == *pack.id);
            let version = match pinned {
                Some((_, version)) => {
                    known("version", version, pack.versions.iter().map(|v| &**v))?;
                    version.as_str().into()
                }
                None => pack.version_for(server),
            };
            Ok(Edition { named: self.names(&pack.id), ..pack.edition(&version, server) })
        };
        let mut editions: Vec<Edition> = packs.iter().filter(chosen).map(edition).collect::<Result<_, _>>()?;
        let controls = resolve(&self.controls, "control", &editions, platform, |e| {
            e.controls().map(|(_, control)| control.id.clone()).collect()
        })?;
        let sections = resolve(&self.sections, "section", &editions, platform, |e| {
            e.controls().map(|(section, _)| section).collect()
        })?;
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

    /// Whether a framework was asked for by its id.
    fn names(&self, framework: &str) -> bool {
        let mut ids = self.controls.iter().chain(&self.sections).filter_map(|name| name.split_once('/'));
        self.frameworks.iter().any(|name| name == framework) || ids.any(|(name, _)| name == framework)
    }

    /// The kinds to read before the platform is known: those of every edition that may turn out to be meant.
    ///
    /// # Errors
    /// As [`Selection::editions`].
    pub fn kinds(&self, packs: &[Pack], server: Version, allowed: &[OptIn]) -> Result<BTreeSet<Kind>, SelectError> {
        let bare = self.controls.iter().chain(&self.sections).any(|name| !name.contains('/'));
        let own = packs.iter().flat_map(|pack| pack.platforms.iter().copied()).filter(|_| bare);
        let mut all = kinds(&self.editions(packs, server)?, allowed);
        for platform in own.collect::<BTreeSet<Platform>>() {
            all.extend(kinds(&self.editions_on(packs, server, platform)?, allowed));
        }
        Ok(all)
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

/// Names as (framework, id). A bare id means the platform's own benchmark, then `cis`, then every pack where it is; None
/// where nothing was asked for.
fn resolve(
    names: &[String],
    what: &'static str,
    editions: &[Edition],
    platform: Platform,
    ids: impl Fn(&Edition) -> Vec<Arc<str>>,
) -> Result<Option<BTreeSet<Named>>, SelectError> {
    if names.is_empty() {
        return Ok(None);
    }
    let all: Vec<Named> =
        editions.iter().flat_map(|e| ids(e).into_iter().map(|id| (e.framework.clone(), id))).collect();
    let own: Vec<&Arc<str>> = editions.iter().filter(|e| e.is_own(platform)).map(|e| &e.framework).collect();
    let mut found = BTreeSet::new();
    for name in names {
        let hits: Vec<_> = match name.split_once('/') {
            Some((framework, id)) => all.iter().filter(|(f, i)| **f == *framework && **i == *id).collect(),
            None => {
                let bare: Vec<_> = all.iter().filter(|(_, i)| **i == **name).collect();
                let of = |wanted: &dyn Fn(&Arc<str>) -> bool| -> Vec<_> {
                    bare.iter().copied().filter(|(framework, _)| wanted(framework)).collect()
                };
                let preferred = [of(&|f| own.contains(&f)), of(&|f| **f == *"cis")];
                preferred.into_iter().find(|hits| !hits.is_empty()).unwrap_or(bare)
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

/// The kinds that these editions need, opt-ins only where allowed: what is read, and what the role asks for.
pub fn kinds(editions: &[Edition], allowed: &[OptIn]) -> BTreeSet<Kind> {
    let ids = editions.iter().flat_map(|e| e.controls().flat_map(|(_, control)| control.all_checks()));
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
    fn on_a_providers_platform_its_own_benchmark_is_meant_first() {
        let packs = embedded().unwrap();
        let selection = Selection { controls: vec!["4.1.1".into()], ..Selection::default() };
        let on = |platform| {
            let editions = selection.editions_on(&packs, Version::NEWEST, platform).unwrap();
            editions.iter().map(|e| e.framework.to_string()).collect::<Vec<_>>()
        };
        assert_eq!((on(Platform::Eks), on(Platform::Unknown)), (vec!["cis-eks".to_owned()], vec!["cis".to_owned()]));
        // what is read before the platform is known covers both
        let kinds = selection.kinds(&packs, Version::NEWEST, &[]).unwrap();
        assert!(kinds.contains(&Kind::ClusterRoleBinding), "{kinds:?}");
    }

    #[test]
    fn versions_are_pinned_by_name() {
        let pin = |framework: &str, version: &str| Selection {
            frameworks: vec!["cis".into()],
            versions: vec![(framework.into(), version.into())],
            ..Selection::default()
        };
        assert!(select(&pin("cis", "1.20")).unwrap().contains(&"cis/5.7.4".to_owned()));
        let error = select(&pin("cis", "1.13")).unwrap_err();
        assert_eq!(error.to_string(), "unknown version \"1.13\": did you mean \"1.10\"?");
        assert!(select(&pin("sic", "1.12")).is_err());
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
