//! The line at the bottom where one types: `/` and `:`.

use super::{Code, Filter, Key, RowId};
use tui_textarea::{CursorMove, Input, TextArea};

/// What is being typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromptKind {
    /// A filter of the list with the focus.
    Filter,
    /// What is looked for in a text.
    Search,
    /// A command.
    Command,
    /// A few letters of what shall be done or gone to.
    Palette,
}

/// The open prompt.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// What is being typed.
    pub kind: PromptKind,
    /// The editor.
    pub area: TextArea<'static>,
    /// The filter as it was, for Esc.
    pub before: Filter,
    /// The row that was selected, for Esc.
    pub selected: Option<RowId>,
}

impl Prompt {
    /// Opens one with this text in it.
    pub fn new(kind: PromptKind, text: &str, before: Filter) -> Self {
        let mut area = TextArea::new(vec![text.to_owned()]);
        area.move_cursor(CursorMove::End);
        Self { kind, area, before, selected: None }
    }

    /// What has been typed.
    pub fn text(&self) -> &str {
        self.area.lines().first().map_or("", String::as_str)
    }

    /// Position of the cursor, in characters.
    pub fn cursor(&self) -> usize {
        self.area.cursor().1
    }

    /// Replaces the text.
    pub fn set(&mut self, text: &str) {
        self.area = Self::new(self.kind, text, Filter::default()).area;
    }

    /// A key that edits the line.
    pub fn edit(&mut self, key: Key) {
        if key.ctrl && key.code == Code::Char('u') {
            self.set(""); // as in k9s and shells; the editor's own undo stays on ctrl-r
        } else if let Some(input) = input(key) {
            self.area.input(input);
        }
    }

    /// Pasted text; line ends become blanks.
    pub fn paste(&mut self, text: &str) {
        let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        self.area.insert_str(line.trim());
    }
}

/// The editor's name of a key; None: nothing that edits.
pub(super) fn input(key: Key) -> Option<Input> {
    use tui_textarea::Key as Edit;
    let edit = match key.code {
        Code::Char(c) => Edit::Char(c),
        Code::Backspace => Edit::Backspace,
        Code::Delete => Edit::Delete,
        Code::Left | Code::ShiftLeft => Edit::Left,
        Code::Right | Code::ShiftRight => Edit::Right,
        Code::Home => Edit::Home,
        Code::End => Edit::End,
        _ => return None,
    };
    // ctrl-m and ctrl-j would break the line in two.
    let breaks = key.ctrl && matches!(key.code, Code::Char('m' | 'j'));
    (!breaks).then_some(Input { key: edit, ctrl: key.ctrl, alt: key.alt, shift: false })
}
