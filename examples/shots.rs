//! `cargo xtask shots`: the README's pictures, taken from the program itself in a pseudo-terminal.
//! Arguments: the program, the folder to write to.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, dead_code, missing_docs)]

#[path = "../tests/support/terminal.rs"]
mod terminal;

use std::fmt::Write;
use std::path::Path;
use terminal::Terminal;

/// A picture: its name, and the steps that lead there from the one before: keys, and what then must show.
const SHOTS: &[(&str, &[(&str, &str)])] = &[
    ("overview", &[("", "Act on first")]),
    ("controls", &[("\r", "1.1.1"), ("/5.2.\r", "5.2.12")]),
    (
        "finding",
        &[("\x1b", "5.1.13"), ("/5.2.2\r", "/5.2.2"), ("\r", "Deployment/health-check"), ("\r", "privileged: true")],
    ),
    ("explain", &[("d", "See it yourself")]),
];

fn main() {
    let mut args = std::env::args().skip(1);
    let (program, folder) = (args.next().unwrap(), args.next().unwrap());
    let mut terminal = Terminal::start(Path::new(&program), &["--demo"], &[], (120, 35));
    terminal.shows("as of");
    for (name, steps) in SHOTS {
        for (keys, wanted) in *steps {
            terminal.keys(keys);
            terminal.shows(wanted);
        }
        terminal.settle();
        std::fs::write(Path::new(&folder).join(format!("{name}.svg")), svg(terminal.screen())).unwrap();
    }
}

const CELL: (u32, u32) = (9, 19);
const PAPER: &str = "#16181d";
const INK: &str = "#d7dae0";

/// A picture of a screen: one `text` a run of cells that look alike, on rectangles for their backgrounds.
fn svg(screen: &vt100::Screen) -> String {
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let (width, height) = (u32::from(columns) * CELL.0 + 16, u32::from(rows) * CELL.1 + 16);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"15\" xml:space=\"preserve\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{PAPER}\"/>\n"
    );
    for row in 0..rows {
        let mut column = 0;
        while column < columns {
            let Some(cell) = screen.cell(row, column) else { break };
            let look = look(cell);
            let start = column;
            let mut text = String::new();
            while let Some(cell) = screen.cell(row, column).filter(|cell| column < columns && self::look(cell) == look)
            {
                text.push_str(if cell.contents().is_empty() { " " } else { cell.contents() });
                column += 1;
            }
            run(&mut out, row, start, column - start, &text, &look);
        }
    }
    out + "</svg>\n"
}

/// Ink, paper, bold.
fn look(cell: &vt100::Cell) -> (String, String, bool) {
    let (ink, paper) = (color(cell.fgcolor(), INK), color(cell.bgcolor(), PAPER));
    if cell.inverse() { (paper, ink, cell.bold()) } else { (ink, paper, cell.bold()) }
}

fn run(out: &mut String, row: u16, column: u16, cells: u16, text: &str, (ink, paper, bold): &(String, String, bool)) {
    let (x, y) = (u32::from(column) * CELL.0 + 8, u32::from(row) * CELL.1 + 8);
    let width = u32::from(cells) * CELL.0;
    if paper != PAPER {
        let _ = writeln!(out, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{}\" fill=\"{paper}\"/>", CELL.1);
    }
    if text.trim().is_empty() {
        return;
    }
    let weight = if *bold { " font-weight=\"bold\"" } else { "" };
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let _ = writeln!(
        out,
        "<text x=\"{x}\" y=\"{}\" textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{ink}\"{weight}>{text}</text>",
        y + 14
    );
}

fn color(color: vt100::Color, default: &str) -> String {
    const ANSI: [&str; 16] = [
        "#3b4048", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d7dae0", "#7f848e", "#ff7b86",
        "#b5e890", "#ffd68a", "#7cc4ff", "#dd9af2", "#7fd4de", "#ffffff",
    ];
    match color {
        vt100::Color::Default => default.to_owned(),
        vt100::Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        vt100::Color::Idx(n) if n < 16 => ANSI[usize::from(n)].to_owned(),
        vt100::Color::Idx(n) if n >= 232 => {
            let level = 8 + 10 * (n - 232);
            format!("#{level:02x}{level:02x}{level:02x}")
        }
        vt100::Color::Idx(n) => {
            let level = |v: u8| if v == 0 { 0 } else { 55 + 40 * v };
            let n = n - 16;
            format!("#{:02x}{:02x}{:02x}", level(n / 36), level(n / 6 % 6), level(n % 6))
        }
    }
}
