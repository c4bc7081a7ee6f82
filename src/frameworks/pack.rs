use crate::inventory::{Platform, Version};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Who decides a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decides {
    /// The measurement: pass or fail.
    Measured,
    /// A person, from the candidates listed.
    Review,
}

impl Decides {
    /// The word of packs and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Review => "review",
        }
    }
}

/// How the checks of a control come together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tree {
    /// A check by id; unknown to the registry: not implemented.
    Check(Arc<str>),
    /// Every one counts: the worst decides.
    All(Vec<Tree>),
    /// One is enough: the best decides.
    Any(Vec<Tree>),
}

impl Tree {
    /// Ids of all checks in it, in order, each once.
    pub fn checks(&self) -> Vec<Arc<str>> {
        fn walk(tree: &Tree, ids: &mut Vec<Arc<str>>) {
            match tree {
                Tree::Check(id) if !ids.contains(id) => ids.push(id.clone()),
                Tree::Check(_) => {}
                Tree::All(trees) | Tree::Any(trees) => trees.iter().for_each(|tree| walk(tree, ids)),
            }
        }
        let mut ids = Vec::new();
        walk(self, &mut ids);
        ids
    }
}

/// What a standard asks, as it stands in one version.
#[derive(Clone, Debug)]
pub struct Control {
    /// Id in that version.
    pub id: Arc<str>,
    /// Its id in the newest version, or a name of ours where it is in that no more: the same in every version.
    pub key: Arc<str>,
    /// Title, in our words.
    pub title: Arc<str>,
    /// Profile level.
    pub level: Option<u8>,
    /// The benchmark's label: `manual` or `automated`.
    pub assessment: Option<Arc<str>>,
    /// Who decides.
    pub decides: Decides,
    /// Its checks.
    pub checks: Tree,
    /// Checks that show what there is to weigh and never decide it.
    pub evidence: Vec<Arc<str>>,
    /// Why it matters, in our words.
    pub why: Arc<str>,
    /// kubectl lines; `node: …` to run on a node, `provider: …` to ask the cloud, `attach: …` for what a person supplies.
    pub collect: Vec<Arc<str>>,
    /// Controls elsewhere that it relates to, by plimsoll's mapping.
    pub relates: Vec<Arc<str>>,
    /// SOC2 criterion: then it is not scored.
    pub criterion: Option<Arc<str>>,
    /// What a reader should know, such as a number that means something else elsewhere.
    pub note: Option<Arc<str>>,
    /// The official id, in packs with a numbering of their own.
    pub official: Option<Arc<str>>,
    /// The control elsewhere whose words and checks it takes: `cis/5.2.2`.
    pub like: Option<Arc<str>>,
    pub(super) retired: bool,
    pub(super) versions: BTreeMap<Arc<str>, Change>,
}

/// What differs in a version.
#[derive(Clone, Debug, Default)]
pub(super) struct Change {
    pub id: Option<Arc<str>>,
    pub title: Option<Arc<str>>,
    pub level: Option<u8>,
    pub assessment: Option<Arc<str>>,
    pub decides: Option<Decides>,
    pub checks: Option<Tree>,
    pub absent: bool,
}

/// A section of a pack.
#[derive(Clone, Debug)]
pub struct Section {
    /// Id: `5.2`.
    pub id: Arc<str>,
    /// Title.
    pub title: Arc<str>,
    /// Its controls, written for the newest version.
    pub controls: Vec<Control>,
}

/// Kubernetes minors that a version is chosen for, and those it was written for.
#[derive(Clone, Debug)]
pub(super) struct Servers {
    pub version: Arc<str>,
    pub from: Version,
    pub to: Version,
    pub written_to: Version,
}

/// A framework's files.
#[derive(Clone, Debug)]
pub struct Pack {
    /// Id: `cis`.
    pub id: Arc<str>,
    /// Title.
    pub title: Arc<str>,
    /// What it is and whose words these are.
    pub source: Arc<str>,
    /// Versions, oldest to newest: the order is the list's.
    pub versions: Vec<Arc<str>>,
    /// Platforms that it is written for; empty: any.
    pub platforms: Vec<Platform>,
    /// What sections come together under, by the first part of their number: `5`, `Policies`.
    pub groups: Vec<(Arc<str>, Arc<str>)>,
    /// Sections in order.
    pub sections: Vec<Section>,
    pub(super) servers: Vec<Servers>,
}

/// A pack in one version: what is evaluated and shown.
#[derive(Clone, Debug)]
pub struct Edition {
    /// Pack id.
    pub framework: Arc<str>,
    /// Pack title.
    pub title: Arc<str>,
    /// Version.
    pub version: Arc<str>,
    /// Kubernetes versions that it was written for.
    pub range: Option<Arc<str>>,
    /// Said where the server is outside that range.
    pub note: Option<Arc<str>>,
    /// Platforms that it is written for; empty: any.
    pub platforms: Vec<Platform>,
    /// The user asked for it by name: then it is judged on any platform.
    pub named: bool,
    /// Section id, title, and controls as they stand in this version.
    pub sections: Vec<Section>,
}

impl Pack {
    /// Every control, those that the newest version lost included, as written for the newest.
    pub fn all_controls(&self) -> impl Iterator<Item = &Control> {
        self.sections.iter().flat_map(|section| &section.controls)
    }

    /// The newest version.
    pub fn newest(&self) -> Arc<str> {
        self.versions.last().cloned().unwrap_or_else(|| "".into())
    }

    /// The version for a server; beyond every range the newest, before every range the oldest.
    pub fn version_for(&self, server: Version) -> Arc<str> {
        let short = Version { patch: 0, ..server };
        let fits = |s: &&Servers| s.from <= short && short <= s.to;
        match self.servers.iter().rev().find(fits) {
            Some(servers) => servers.version.clone(),
            None if self.servers.first().is_some_and(|s| short < s.from) => {
                self.servers.first().map_or_else(|| self.newest(), |s| s.version.clone())
            }
            None => self.newest(),
        }
    }

    /// The pack as it stands in a version, for a server.
    pub fn edition(&self, version: &str, server: Version) -> Edition {
        let servers = self.servers.iter().find(|s| &*s.version == version);
        let range = servers.map(|s| -> Arc<str> {
            if s.from == s.written_to {
                s.from.short().into()
            } else {
                format!("{}–{}", s.from.short(), s.written_to.short()).into()
            }
        });
        let server = Version { patch: 0, ..server };
        let note = servers.filter(|s| server < s.from || server > s.written_to).map(|s| -> Arc<str> {
            let none = if server > s.written_to { "none exists for" } else { "chosen for" };
            format!(
                "{} {version}, written for {}; {none} {}",
                self.title,
                range.as_deref().unwrap_or(""),
                server.short()
            )
            .into()
        });
        let is_newest = *self.newest() == *version;
        let sections = self.sections.iter().map(|section| Section {
            id: section.id.clone(),
            title: section.title.clone(),
            controls: section.controls.iter().filter_map(|control| control.in_version(version, is_newest)).collect(),
        });
        Edition {
            framework: self.id.clone(),
            title: self.title.clone(),
            version: version.into(),
            range,
            note,
            platforms: self.platforms.clone(),
            named: false,
            sections: sections.filter(|section| !section.controls.is_empty()).collect(),
        }
    }
}

impl Control {
    /// Ids of its checks, those that decide first, then the evidence; each once.
    pub fn all_checks(&self) -> Vec<Arc<str>> {
        let mut ids = self.checks.checks();
        let more: Vec<Arc<str>> = self.evidence.iter().filter(|id| !ids.contains(id)).cloned().collect();
        ids.extend(more);
        ids
    }

    /// Its ids in the versions that number it differently.
    pub fn numbers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.versions.iter().filter_map(|(version, change)| Some((&**version, &**change.id.as_ref()?)))
    }

    pub(super) fn in_version(&self, version: &str, is_newest: bool) -> Option<Control> {
        let change = self.versions.get(version);
        if change.is_some_and(|c| c.absent) || (self.retired && (is_newest || change.is_none())) {
            return None;
        }
        let mut control = self.clone();
        if let Some(change) = change.cloned() {
            control.id = change.id.unwrap_or(control.id);
            control.title = change.title.unwrap_or(control.title);
            control.level = change.level.or(control.level);
            control.assessment = change.assessment.or(control.assessment);
            control.decides = change.decides.unwrap_or(control.decides);
            control.checks = change.checks.unwrap_or(control.checks);
        }
        Some(control)
    }
}

impl Edition {
    /// Whether it is for other platforms than this one, and nobody asked for it by name.
    pub fn is_elsewhere(&self, platform: Platform) -> bool {
        !self.named && !self.platforms.is_empty() && !self.platforms.contains(&platform)
    }

    /// Whether it is written for this platform alone: the benchmark to look at first there.
    pub fn is_own(&self, platform: Platform) -> bool {
        self.platforms.contains(&platform)
    }

    /// Every control with its section's id. In a version that numbers a section differently, the control's own
    /// prefix is its section.
    pub fn controls(&self) -> impl Iterator<Item = (Arc<str>, &Control)> {
        self.sections.iter().flat_map(|section| {
            section.controls.iter().map(move |control| {
                let prefix = control.id.rsplit_once('.').map(|(prefix, _)| prefix);
                let numbered = section.id.starts_with(|c: char| c.is_ascii_digit());
                let id = match prefix {
                    Some(prefix) if numbered && prefix != &*section.id => prefix.into(),
                    _ => section.id.clone(),
                };
                (id, control)
            })
        })
    }
}
