//! The terminal without a terminal: state, drawn frames, keys by name.

use plimsoll::app::*;
use plimsoll::model::Report;
use plimsoll::ui::{Theme, view};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Style;
use std::sync::Arc;

pub struct Stage {
    pub state: State,
    pub theme: Theme,
    /// Effects of the last step.
    pub effects: Vec<Effect>,
}

impl Stage {
    /// At the start, before anything is known.
    pub fn new(width: u16, height: u16) -> Self {
        let packs = plimsoll::frameworks::embedded().unwrap();
        let (mut state, effects) = State::new(Target::default(), Arc::new(Catalog::of(&packs)), (width, height));
        (state.theme, state.themes) = ("dark".to_owned(), plimsoll::ui::Themes::default().names());
        Self { state, theme: Theme::load("dark").unwrap(), effects }
    }

    /// With a finished scan.
    pub fn with(width: u16, height: u16, report: Report) -> Self {
        let mut stage = Self::new(width, height);
        stage.scanned(report);
        stage
    }

    pub fn take(&mut self, message: Msg) {
        self.effects = update(&mut self.state, message);
    }

    pub fn event(&mut self, event: ScanEvent) {
        self.take(Msg::Scan(self.state.session.scan, event));
    }

    pub fn scanned(&mut self, report: Report) {
        self.event(ScanEvent::Report(Arc::new(report)));
        self.event(ScanEvent::Finished);
    }

    /// Keys by name, a blank between them; the effects of all of them are kept.
    pub fn keys(&mut self, keys: &str) {
        let mut effects = Vec::new();
        for key in keys.split_whitespace() {
            self.take(Msg::Key(key.parse().unwrap()));
            effects.append(&mut self.effects);
        }
        self.effects = effects;
    }

    pub fn types(&mut self, text: &str) {
        for c in text.chars() {
            self.take(Msg::Key(Key::plain(Code::Char(c))));
        }
    }

    pub fn buffer(&self) -> Buffer {
        let (width, height) = self.state.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| view(&self.state, &self.theme, frame)).unwrap();
        terminal.backend().buffer().clone()
    }

    /// Where the hardware cursor is: column and row; None: hidden.
    pub fn cursor(&self) -> Option<(u16, u16)> {
        use ratatui::backend::Backend;
        let (width, height) = self.state.size;
        // a frame that sets no cursor leaves it where it was
        let at = |home: (u16, u16)| {
            let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
            terminal.set_cursor_position(home).unwrap();
            terminal.draw(|frame| view(&self.state, &self.theme, frame)).unwrap();
            let at = terminal.backend_mut().get_cursor_position().unwrap();
            (at.x, at.y)
        };
        let (one, other) = (at((0, 0)), at((1, 0)));
        (one == other).then_some(one)
    }

    /// What is on screen, without blanks at the ends of lines.
    pub fn screen(&self) -> String {
        text(&self.buffer())
    }

    /// What is on screen, and under it how each line is styled: `columns style`.
    pub fn picture(&self) -> String {
        let buffer = self.buffer();
        format!("{}\n{}", text(&buffer), styles(&buffer))
    }

    /// How each line is styled.
    pub fn looks(&self) -> String {
        styles(&self.buffer())
    }
}

fn rows(buffer: &Buffer) -> impl Iterator<Item = &[ratatui::buffer::Cell]> {
    buffer.content.chunks(usize::from(buffer.area.width.max(1)))
}

fn text(buffer: &Buffer) -> String {
    use unicode_width::UnicodeWidthStr;
    let line = |cells: &[ratatui::buffer::Cell]| {
        let (mut line, mut skip) = (String::new(), 0);
        for cell in cells {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            line.push_str(cell.symbol());
            skip = cell.symbol().width().saturating_sub(1);
        }
        line.trim_end().to_owned() + "\n"
    };
    rows(buffer).map(line).collect()
}

fn styles(buffer: &Buffer) -> String {
    let mut said = String::new();
    for (y, cells) in rows(buffer).enumerate() {
        let mut runs: Vec<(usize, usize, Style)> = Vec::new();
        for (x, cell) in cells.iter().enumerate() {
            match runs.last_mut() {
                Some((_, end, style)) if *style == cell.style() => *end = x,
                _ => runs.push((x, x, cell.style())),
            }
        }
        let runs: Vec<String> = runs
            .iter()
            .map(|(start, end, style)| (start, end, plainly(style)))
            .filter(|(_, _, style)| !style.is_empty())
            .map(|(start, end, style)| format!("{start}-{end} {style}"))
            .collect();
        if !runs.is_empty() {
            said.push_str(&format!("{y}: {}\n", runs.join(", ")));
        }
    }
    said
}

/// A style in words; empty: the terminal's own.
pub fn plainly(style: &Style) -> String {
    let color = |c: Option<ratatui::style::Color>| c.filter(|c| *c != ratatui::style::Color::Reset);
    let parts = [
        color(style.fg).map(|c| c.to_string().to_lowercase()),
        color(style.bg).map(|c| format!("on {c}").to_lowercase()),
        (!style.add_modifier.is_empty()).then(|| format!("{:?}", style.add_modifier).to_lowercase()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
