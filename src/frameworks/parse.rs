//! Pack files: parsed strictly, errors with file, line and column.

use super::pack::{Change, Control, Decides, Pack, Section, Servers, Tree};
use crate::inventory::Version;
use include_dir::{Dir, include_dir};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

static CONTROLS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/controls");

/// A pack that cannot be used: which file, where, what was expected.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {message}")]
pub struct PackError {
    /// Path of the file.
    pub file: String,
    /// Position and what was expected.
    pub message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    id: Arc<str>,
    title: Arc<str>,
    source: Arc<str>,
    #[allow(dead_code)] // for people and later views
    kind: Option<String>,
    versions: Vec<Arc<str>>,
    #[serde(default)]
    servers: Vec<ServersFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ServersFile {
    version: Arc<str>,
    from: String,
    to: String,
    written_to: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SectionFile {
    section: Arc<str>,
    title: Arc<str>,
    kind: Option<String>,
    controls: Vec<ControlFile>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum DecidesFile {
    Measured,
    Review,
}

impl From<DecidesFile> for Decides {
    fn from(word: DecidesFile) -> Self {
        match word {
            DecidesFile::Measured => Self::Measured,
            DecidesFile::Review => Self::Review,
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum TreeFile {
    Check(Arc<str>),
    List(Vec<TreeFile>),
    All { all: Vec<TreeFile> },
    Any { any: Vec<TreeFile> },
}

impl From<TreeFile> for Tree {
    fn from(file: TreeFile) -> Self {
        let each = |trees: Vec<TreeFile>| trees.into_iter().map(Into::into).collect();
        match file {
            TreeFile::Check(id) => Self::Check(id),
            TreeFile::List(all) | TreeFile::All { all } => Self::All(each(all)),
            TreeFile::Any { any } => Self::Any(each(any)),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ControlFile {
    id: Arc<str>,
    title: Arc<str>,
    level: Option<u8>,
    assessment: Option<Arc<str>>,
    decides: Option<DecidesFile>,
    checks: TreeFile,
    why: Arc<str>,
    #[serde(default)]
    collect: Vec<Arc<str>>,
    #[serde(default)]
    relates: Vec<Arc<str>>,
    criterion: Option<Arc<str>>,
    note: Option<Arc<str>>,
    official: Option<Arc<str>>,
    #[serde(default)]
    retired: bool,
    #[serde(default)]
    versions: BTreeMap<Arc<str>, ChangeFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeFile {
    id: Option<Arc<str>>,
    title: Option<Arc<str>>,
    level: Option<u8>,
    assessment: Option<Arc<str>>,
    decides: Option<DecidesFile>,
    checks: Option<TreeFile>,
    #[serde(default)]
    absent: bool,
}

impl From<ControlFile> for Control {
    fn from(file: ControlFile) -> Self {
        let change = |c: ChangeFile| Change {
            id: c.id,
            title: c.title,
            level: c.level,
            assessment: c.assessment,
            decides: c.decides.map(Into::into),
            checks: c.checks.map(Into::into),
            absent: c.absent,
        };
        Self {
            id: file.id,
            title: file.title,
            level: file.level,
            assessment: file.assessment,
            decides: file.decides.map_or(Decides::Measured, Into::into),
            checks: file.checks.into(),
            why: file.why,
            collect: file.collect,
            relates: file.relates,
            criterion: file.criterion,
            note: file.note,
            official: file.official,
            retired: file.retired,
            versions: file.versions.into_iter().map(|(version, c)| (version, change(c))).collect(),
        }
    }
}

/// The packs that the program carries, in the order in which they are shown.
///
/// # Errors
/// A pack that does not parse or contradicts itself; a test makes sure that none does.
pub fn embedded() -> Result<Vec<Pack>, PackError> {
    const ORDER: [&str; 4] = ["cis", "pss-baseline", "pss-restricted", "seed"];
    let mut packs = Vec::new();
    for folder in CONTROLS.dirs() {
        let texts = folder.files().filter(|file| file.path().extension().is_some_and(|e| e == "yaml"));
        let texts: Vec<(String, &str)> =
            texts.map(|file| (file.path().display().to_string(), file.contents_utf8().unwrap_or_default())).collect();
        packs.push(from_texts(texts.iter().map(|(name, text)| (name.as_str(), *text)))?);
    }
    packs.sort_by_key(|pack| ORDER.iter().position(|id| *id == &*pack.id).unwrap_or(ORDER.len()));
    Ok(packs)
}

/// A pack from the texts of its files: `pack.yaml` and one file a section, by path.
///
/// # Errors
/// The file, with line and column where the YAML says where.
pub fn from_texts<'t>(files: impl Iterator<Item = (&'t str, &'t str)>) -> Result<Pack, PackError> {
    let (mut head, mut sections) = (None, Vec::new());
    let mut last = String::new();
    for (file, text) in files {
        last = file.to_owned();
        if file.ends_with("pack.yaml") {
            head = Some((file.to_owned(), parse::<Head>(file, text)?));
        } else {
            sections.push((file.to_owned(), parse::<SectionFile>(file, text)?));
        }
    }
    let Some((file, head)) = head else {
        return Err(PackError { file: last, message: "a pack needs a pack.yaml beside its sections".into() });
    };
    let minor = |text: &str| {
        text.parse::<Version>().map_err(|error| PackError { file: file.clone(), message: format!("servers: {error}") })
    };
    let servers = head.servers.iter().map(|s| {
        let to = minor(&s.to)?;
        let written_to = s.written_to.as_deref().map_or(Ok(to), minor)?;
        Ok(Servers { version: s.version.clone(), from: minor(&s.from)?, to, written_to })
    });
    let servers: Vec<Servers> = servers.collect::<Result<_, PackError>>()?;
    sections.sort_by_key(|(_, section)| natural(&section.section));
    let pack = Pack {
        id: head.id,
        title: head.title,
        source: head.source,
        versions: head.versions,
        servers,
        sections: sections
            .into_iter()
            .map(|(file, section)| {
                validate(&file, &section)?;
                Ok(Section {
                    id: section.section,
                    title: section.title,
                    controls: section.controls.into_iter().map(Into::into).collect(),
                })
            })
            .collect::<Result<_, PackError>>()?,
    };
    unique_ids(&file, &pack)?;
    Ok(pack)
}

fn parse<'t, T: Deserialize<'t>>(file: &str, text: &'t str) -> Result<T, PackError> {
    serde_saphyr::from_str(text).map_err(|error| PackError { file: file.to_owned(), message: error.to_string() })
}

fn validate(file: &str, section: &SectionFile) -> Result<(), PackError> {
    let criteria = section.kind.as_deref() == Some("criteria");
    for control in &section.controls {
        let complain = |what: &str| PackError { file: file.to_owned(), message: format!("{}: {what}", control.id) };
        if criteria && control.criterion.is_none() {
            return Err(complain("a row of a section of criteria needs `criterion`"));
        }
        if control.title.trim().is_empty() || control.why.trim().is_empty() {
            return Err(complain("title and why must say something"));
        }
    }
    Ok(())
}

fn unique_ids(file: &str, pack: &Pack) -> Result<(), PackError> {
    for version in &pack.versions {
        let mut seen = BTreeSet::new();
        let edition = pack.edition(version, Version::NEWEST);
        for (_, control) in edition.controls() {
            if !seen.insert(control.id.clone()) {
                let message = format!("control {} stands twice in version {version}", control.id);
                return Err(PackError { file: file.to_owned(), message });
            }
        }
    }
    Ok(())
}

/// `5.10` after `5.9`.
fn natural(id: &str) -> Vec<(u32, String)> {
    let part = |p: &str| (p.parse().unwrap_or(u32::MAX), p.to_owned());
    id.split('.').map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embedded_packs_are_sound() {
        let packs = embedded().unwrap();
        let ids: Vec<_> = packs.iter().map(|p| &*p.id).collect();
        assert_eq!(ids, ["cis", "pss-baseline", "pss-restricted", "seed"]);
    }

    #[test]
    fn servers_choose_the_benchmark() {
        let packs = embedded().unwrap();
        let cis = packs.iter().find(|p| &*p.id == "cis").unwrap();
        let version = |text: &str| cis.version_for(text.parse().unwrap());
        assert_eq!(&*version("1.36"), "2.0.1");
        assert_eq!(&*version("1.34.2"), "2.0.1");
        assert_eq!(&*version("1.33"), "1.12");
        assert_eq!(&*version("1.29"), "1.11");
        assert_eq!(&*version("1.24"), "1.24");
        assert_eq!(&*version("1.25"), "1.7");
        let edition = cis.edition("2.0.1", "1.36".parse().unwrap());
        assert_eq!(edition.range.as_deref(), Some("1.34–1.35"));
        assert_eq!(
            edition.note.as_deref(),
            Some("CIS Kubernetes Benchmark 2.0.1, written for 1.34–1.35; none exists for 1.36")
        );
        assert!(cis.edition("2.0.1", "1.35".parse().unwrap()).note.is_none());
    }

    #[test]
    fn errors_name_file_line_and_column() {
        let head = ("x/pack.yaml", "id: x\ntitle: X\nsource: s\nversions: [\"1\"]\n");
        let error = from_texts(
            [head, ("x/a.yaml", "section: a\ntitle: A\ncontrols:\n  - id: one\n    titel: T\n")].into_iter(),
        );
        let text = error.unwrap_err().to_string();
        assert!(text.starts_with("x/a.yaml: ") && text.contains("titel") && text.contains('5'), "{text}");
    }
}
