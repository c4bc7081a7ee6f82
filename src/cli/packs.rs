//! Packs: those that the program carries, and the user's; `plimsoll packs`.

use super::args::{PacksCommand, PacksLintArgs};
use super::fixtures;
use super::{Exit, Failure, print};
use crate::checks;
use crate::frameworks::custom::{self, Files, Origin};
use crate::frameworks::{self, Pack, PackError};
use crate::model::{Gap, GapReason};
use crate::store::{packs, paths::Paths};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The packs of this run.
#[derive(Debug, Default)]
pub(super) struct Installed {
    /// The program's own, then the user's.
    pub packs: Vec<Pack>,
    /// What the user's brought, a line each.
    pub origins: Vec<Origin>,
    /// What is wrong with the user's.
    pub errors: Vec<PackError>,
}

impl Installed {
    /// What is wrong, as reports have it: nothing that was skipped is left unsaid.
    pub fn gaps(&self) -> Vec<Gap> {
        let gap = |error: &PackError| Gap {
            kind: "Pack".into(),
            namespace: None,
            reason: GapReason::Undecodable,
            message: error.to_string().into(),
            checks: Vec::new(),
        };
        self.errors.iter().map(gap).collect()
    }
}

/// Loads the program's packs, those of the configuration's folder, and those of `--pack`. What is wrong with the user's
/// is told, and stops nothing.
///
/// # Errors
/// A path of `--pack` that is not there.
pub(super) fn installed(paths: &[PathBuf]) -> Result<Installed, Failure> {
    let installed = load(paths)?;
    for error in &installed.errors {
        let _ = writeln!(std::io::stderr(), "pack: {error}");
    }
    if !installed.errors.is_empty() {
        let _ = writeln!(
            std::io::stderr(),
            "pack: what this concerns is not evaluated; plimsoll packs lint PATH says the same"
        );
    }
    Ok(installed)
}

fn load(paths: &[PathBuf]) -> Result<Installed, Failure> {
    let own = frameworks::embedded().map_err(|error| Failure::new(Exit::Internal, error))?;
    let (mut files, mut errors) = (Vec::new(), Vec::new());
    if let Some(folder) = Paths::new().map(|paths| paths.packs()).filter(|folder| folder.exists()) {
        match packs::read(&folder, &mut errors) {
            Ok(found) => files.extend(found),
            Err(error) => errors.push(PackError::of(&folder.display().to_string(), format!("cannot be read: {error}"))),
        }
    }
    for path in paths {
        for pack in read(path, &mut errors)? {
            let place = |pack: &Files| std::fs::canonicalize(&pack.name).ok();
            if !files.iter().any(|known: &Files| place(known) == place(&pack)) {
                files.push(pack);
            }
        }
    }
    let mut loaded = custom::load(&files, &own);
    loaded.install();
    errors.append(&mut loaded.errors);
    Ok(Installed { packs: own.into_iter().chain(loaded.packs).collect(), origins: loaded.origins, errors })
}

fn read(path: &Path, errors: &mut Vec<PackError>) -> Result<Vec<Files>, Failure> {
    packs::read(path, errors)
        .map_err(|error| Failure::new(Exit::Usage, format!("{}: the pack cannot be read: {error}", path.display())))
}

pub(super) fn run(command: &PacksCommand, paths: &[PathBuf]) -> Result<Exit, Failure> {
    match command {
        PacksCommand::List => list(paths),
        PacksCommand::Lint(args) => lint(args),
    }
}

fn list(paths: &[PathBuf]) -> Result<Exit, Failure> {
    let installed = installed(paths)?;
    let own =
        installed.packs.iter().filter(|pack| !installed.origins.iter().any(|o| o.framework.as_ref() == Some(&pack.id)));
    let mut rows: Vec<[String; 5]> = vec![["FRAMEWORK", "CONTROLS", "CHECKS", "GRADES", "FROM"].map(str::to_owned)];
    rows.extend(own.map(|pack| {
        let newest = pack.newest();
        let count = pack.edition(&newest, crate::inventory::Version::NEWEST).controls().count();
        [pack.id.to_string(), count.to_string(), "-".to_owned(), "-".to_owned(), "plimsoll".to_owned()]
    }));
    rows.extend(installed.origins.iter().map(|origin| {
        let from = match origin.errors {
            0 => origin.name.clone(),
            1 => format!("{} (1 thing is wrong with it)", origin.name),
            many => format!("{} ({many} things are wrong with it)", origin.name),
        };
        let framework = origin.framework.as_deref().unwrap_or("-");
        [
            framework.to_owned(),
            origin.controls.to_string(),
            origin.checks.len().to_string(),
            origin.grades.to_string(),
            from,
        ]
    }));
    print(&columns(&rows))?;
    Ok(Exit::Ok)
}

/// Rows under each other, as wide as they need to be.
fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let width =
                rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0);
            let _ = write!(line, "{cell:<width$}  ");
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// Everything that is wrong with packs at once: their files, their expressions, their fixtures.
fn lint(args: &PacksLintArgs) -> Result<Exit, Failure> {
    let own = frameworks::embedded().map_err(|error| Failure::new(Exit::Internal, error))?;
    let (mut files, mut errors) = (Vec::new(), Vec::new());
    for path in &args.paths {
        files.extend(read(path, &mut errors)?);
    }
    let mut loaded = custom::load(&files, &own);
    loaded.install();
    errors.append(&mut loaded.errors);
    let mut text = String::new();
    for error in &errors {
        let _ = writeln!(text, "{error}");
    }
    let mut wrong = errors.len();
    let controls = || own.iter().chain(&loaded.packs).flat_map(Pack::all_controls);
    for (origin, files) in loaded.origins.iter().zip(&files) {
        let run = fixtures::run(&packs::fixtures(files), &origin.checks);
        for line in &run.wrong {
            let _ = writeln!(text, "{line}");
        }
        wrong += run.wrong.len();
        let counts = [
            (origin.framework.as_ref().map_or(0, |_| origin.controls), "control"),
            (origin.checks.len(), "check"),
            (origin.grades, "grade"),
            (run.passed, "fixture as expected"),
        ];
        let counts: Vec<String> =
            counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| plural(*count, what)).collect();
        let counts = if counts.is_empty() { "nothing of it could be read".to_owned() } else { counts.join(", ") };
        let _ = writeln!(text, "{}: {counts}", origin.name);
        for id in &origin.checks {
            if !controls().any(|control| control.all_checks().iter().any(|named| **named == **id)) {
                let _ = writeln!(text, "  note: no control asks for {id}: it is never evaluated");
            }
            if !run.tested.contains(id) {
                let folder = packs::fixtures(files);
                let _ = writeln!(text, "  note: {id} has no fixtures: {}", folder.join(id).join("pass.yaml").display());
            }
        }
        let mut kinds: Vec<String> = origin
            .checks
            .iter()
            .filter_map(|id| checks::find(id))
            .flat_map(|check| check.over)
            .map(|kind| format!("{} {}", kind.api_version(), kind.name()))
            .collect();
        kinds.sort();
        kinds.dedup();
        if !kinds.is_empty() {
            let _ = writeln!(text, "  reads whole, as JSON and page by page: {}", kinds.join(", "));
        }
    }
    if files.is_empty() {
        let _ = writeln!(text, "no pack is there: expected YAML files, or folders with a pack.yaml");
        wrong += 1;
    }
    let _ = match wrong {
        0 => writeln!(text, "nothing is wrong"),
        1 => writeln!(text, "1 thing is wrong"),
        many => writeln!(text, "{many} things are wrong"),
    };
    print(&text)?;
    Ok(if wrong == 0 { Exit::Ok } else { Exit::Findings })
}

fn plural(count: usize, what: &str) -> String {
    match (count, what.split_once(' ')) {
        (1, _) => format!("1 {what}"),
        (_, Some((noun, rest))) => format!("{count} {noun}s {rest}"),
        (_, None) => format!("{count} {what}s"),
    }
}
