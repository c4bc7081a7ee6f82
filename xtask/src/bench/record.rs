//! What a run measured, once: printed as a table, written as JSON, and read again for `docs/performance.md`.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::fs;
use std::process::Command;

/// A run of one benchmark.
#[derive(Serialize, Deserialize)]
pub(super) struct Record {
    /// `cargo xtask bench …`
    pub command: String,
    /// What was measured, in one sentence.
    pub about: String,
    pub date: String,
    pub commit: String,
    pub machine: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    /// What one has to know to read the figures.
    pub notes: Vec<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Column {
    pub name: String,
    /// `s`, `MB`, `x` (a ratio), `cores` or nothing.
    pub unit: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Row {
    pub name: String,
    /// One a column; None: not measured.
    pub figures: Vec<Option<f64>>,
}

impl Record {
    /// Of this machine, this commit, now.
    pub(super) fn new(about: &str, columns: &[(&str, &str)]) -> Self {
        let column = |(name, unit): &(&str, &str)| Column { name: (*name).to_owned(), unit: (*unit).to_owned() };
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        Self {
            command: format!("cargo xtask {}", arguments.join(" ")),
            about: about.to_owned(),
            date: said("date", &["-u", "+%Y-%m-%d"]),
            commit: said("git", &["describe", "--always", "--dirty"]),
            machine: machine(),
            columns: columns.iter().map(column).collect(),
            rows: Vec::new(),
            notes: Vec::new(),
        }
    }

    pub(super) fn row(&mut self, name: impl Into<String>, figures: &[Option<f64>]) {
        self.rows.push(Row { name: name.into(), figures: figures.to_vec() });
    }

    /// On standard output: for people, or as JSON.
    pub(super) fn print(&self, json: bool) -> Result<()> {
        if json {
            println!("{}", serde_json::to_string_pretty(self)?);
            return Ok(());
        }
        let cells = self.cells();
        let longest =
            |column: usize| cells.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
        for row in &cells {
            for (column, cell) in row.iter().enumerate() {
                let width = longest(column).unwrap_or_default();
                if column == 0 { print!("{cell:width$}") } else { print!("  {cell:>width$}") }
            }
            println!();
        }
        self.notes.iter().for_each(|note| println!("{note}"));
        Ok(())
    }

    /// As a section of a page.
    pub(super) fn markdown(&self) -> String {
        let mut text = format!("{}\n\n", self.about);
        for (number, row) in self.cells().iter().enumerate() {
            text.push_str(&format!("| {} |\n", row.join(" | ")));
            if number == 0 {
                text.push_str(&format!("| --- |{}\n", " ---: |".repeat(self.columns.len())));
            }
        }
        text.push('\n');
        self.notes.iter().for_each(|note| text.push_str(&format!("{note}\n\n")));
        text.push_str(&format!("{}, {}, commit {}: `{}`\n", self.date, self.machine, self.commit, self.command));
        text
    }

    fn cells(&self) -> Vec<Vec<String>> {
        let head = |column: &Column| match column.unit.as_str() {
            "" | "x" => column.name.clone(),
            unit => format!("{} {unit}", column.name),
        };
        let mut cells = vec![[String::new()].into_iter().chain(self.columns.iter().map(head)).collect::<Vec<_>>()];
        for row in &self.rows {
            let figures = self.columns.iter().zip(&row.figures).map(|(column, figure)| {
                let digits = match column.unit.as_str() {
                    "s" | "x" | "cores" => 2,
                    _ => 0,
                };
                figure.map_or_else(|| "-".to_owned(), |figure| format!("{figure:.digits$}"))
            });
            cells.push([row.name.clone()].into_iter().chain(figures).collect());
        }
        cells
    }
}

/// Writes `docs/performance.md` from records.
pub(super) fn report(files: &[std::path::PathBuf]) -> Result<()> {
    let mut text = String::from(
        "# Performance\n\nWhat `cargo xtask bench` measured, as it said it. `cargo xtask bench report FILE...` writes this page from \
         what `-o json` printed;\nno figure is typed by hand. Everything ran on one machine: the API server, etcd and plimsoll shared \
         its cores, so that\nratios between columns say more than seconds.\n",
    );
    for file in files {
        let record = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let record: Record =
            serde_json::from_str(&record).with_context(|| format!("{} is no record", file.display()))?;
        let what = record.command.split_whitespace().nth(3).unwrap_or("bench").to_owned();
        text.push_str(&format!("\n## bench {what}\n\n{}", record.markdown()));
    }
    let path = crate::paths::root().join("docs/performance.md");
    fs::write(&path, text)?;
    println!("{}", path.display());
    Ok(())
}

fn said(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).current_dir(crate::paths::root()).args(args).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}

/// `2 cores, 24 GB`.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib = memory
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:")?.trim().trim_end_matches(" kB").parse::<f64>().ok());
    // who else is at work is part of the machine
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("unknown");
    format!("{cores} cores, {:.0} GB, load {load} when it began", kib.unwrap_or_default() / 1e6)
}
