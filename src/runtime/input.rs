//! From crossterm's events to messages.

use super::background::is_light;
use crate::app::{Code, Key, Mouse, Msg};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

/// What was heard.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // taken apart at once
pub(super) enum Heard {
    /// Something for the state.
    Message(Msg),
    /// The terminal told whether its background is light.
    Light(bool),
}

/// Listens. A terminal's answer (`OSC 11 ; … ST`) comes as keys: alt and `]`, letters, alt and `\`. Those must not be
/// taken for what a person types, whenever they come.
#[derive(Debug, Default)]
pub(super) struct Input {
    /// Events that may be an answer.
    held: Vec<Event>,
    /// The answer so far.
    answer: String,
}

/// An answer is not longer than this.
const LONGEST: usize = 40;

impl Input {
    /// Takes an event; gives what it means, or what came of those held back.
    pub(super) fn hear(&mut self, event: Event) -> Vec<Heard> {
        let pressed = match &event {
            Event::Key(key) if key.kind != KeyEventKind::Release => Some((key.code, key.modifiers)),
            _ => None,
        };
        let (alt, ctrl) = (KeyModifiers::ALT, KeyModifiers::CONTROL);
        match pressed {
            Some((KeyCode::Char(']'), modifiers)) if self.held.is_empty() && modifiers == alt => {
                self.held.push(event);
                Vec::new()
            }
            Some((KeyCode::Char(end), modifiers))
                if !self.held.is_empty() && ((end, modifiers) == ('\\', alt) || (end, modifiers) == ('g', ctrl)) =>
            {
                self.held.clear();
                let answer = std::mem::take(&mut self.answer);
                is_light(&answer).map(Heard::Light).into_iter().collect()
            }
            Some((KeyCode::Char(c), modifiers))
                if !self.held.is_empty() && !modifiers.intersects(alt | ctrl) && self.may_go_on(c) =>
            {
                self.answer.push(c);
                self.held.push(event);
                Vec::new()
            }
            _ => {
                self.answer.clear();
                let heard = self.held.drain(..).chain([event]).filter_map(message);
                heard.map(Heard::Message).collect()
            }
        }
    }

    /// Whether a character can be the next one of an answer.
    fn may_go_on(&self, c: char) -> bool {
        const BEGIN: &str = "11;rgb";
        match BEGIN.chars().nth(self.answer.len()) {
            Some(expected) => c == expected,
            None => self.answer.len() < LONGEST && (c.is_ascii_hexdigit() || matches!(c, ':' | '/' | 'a')),
        }
    }
}

/// The message of an event; None: nothing that matters.
fn message(event: Event) -> Option<Msg> {
    match event {
        Event::Key(event) if event.kind != KeyEventKind::Release => key(event).map(Msg::Key),
        Event::Paste(text) => Some(Msg::Paste(text)),
        Event::Resize(width, height) => Some(Msg::Resize(width, height)),
        Event::Mouse(event) => mouse(event).map(Msg::Mouse),
        _ => None,
    }
}

fn mouse(event: MouseEvent) -> Option<Mouse> {
    let (x, y) = (event.column, event.row);
    Some(match event.kind {
        MouseEventKind::Down(MouseButton::Left) => Mouse::Click(x, y),
        MouseEventKind::ScrollUp => Mouse::Up(x, y),
        MouseEventKind::ScrollDown => Mouse::Down(x, y),
        _ => return None,
    })
}

fn key(event: KeyEvent) -> Option<Key> {
    let code = match event.code {
        KeyCode::Char(c) => Code::Char(c),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::BackTab => Code::BackTab,
        KeyCode::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => Code::BackTab,
        KeyCode::Tab => Code::Tab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left if event.modifiers.contains(KeyModifiers::SHIFT) => Code::ShiftLeft,
        KeyCode::Right if event.modifiers.contains(KeyModifiers::SHIFT) => Code::ShiftRight,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::F(number) => Code::F(number),
        _ => return None,
    };
    let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
    Some(Key { code, ctrl, alt: event.modifiers.contains(KeyModifiers::ALT) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(heard: &[Heard]) -> Vec<String> {
        let name = |heard: &Heard| match heard {
            Heard::Message(Msg::Key(key)) => key.to_string(),
            other => format!("{other:?}"),
        };
        heard.iter().map(name).collect()
    }

    fn press(input: &mut Input, code: KeyCode, modifiers: KeyModifiers) -> Vec<String> {
        named(&input.hear(Event::Key(KeyEvent::new(code, modifiers))))
    }

    #[test]
    fn letters_carry_their_shift_and_releases_are_nothing() {
        let mut input = Input::default();
        assert_eq!(press(&mut input, KeyCode::Char('G'), KeyModifiers::SHIFT), ["G"]);
        assert_eq!(press(&mut input, KeyCode::Char('f'), KeyModifiers::CONTROL), ["ctrl-f"]);
        assert_eq!(press(&mut input, KeyCode::Tab, KeyModifiers::SHIFT), ["shift-tab"]);
        let release = KeyEvent::new_with_kind(KeyCode::Char('a'), KeyModifiers::NONE, KeyEventKind::Release);
        assert!(input.hear(Event::Key(release)).is_empty());
    }

    #[test]
    fn an_answer_of_the_terminal_is_not_typed() {
        for (end, modifiers) in [('\\', KeyModifiers::ALT), ('g', KeyModifiers::CONTROL)] {
            let mut input = Input::default();
            assert!(press(&mut input, KeyCode::Char(']'), KeyModifiers::ALT).is_empty());
            for c in "11;rgb:FFff/fdfd/e3e3".chars() {
                assert!(press(&mut input, KeyCode::Char(c), KeyModifiers::NONE).is_empty(), "{c}");
            }
            assert_eq!(press(&mut input, KeyCode::Char(end), modifiers), ["Light(true)"]);
            assert_eq!(press(&mut input, KeyCode::Char('1'), KeyModifiers::NONE), ["1"]);
        }
    }

    #[test]
    fn what_is_no_answer_is_typed_after_all() {
        let mut input = Input::default();
        assert!(press(&mut input, KeyCode::Char(']'), KeyModifiers::ALT).is_empty());
        assert!(press(&mut input, KeyCode::Char('1'), KeyModifiers::NONE).is_empty());
        assert_eq!(press(&mut input, KeyCode::Char('j'), KeyModifiers::NONE), ["alt-]", "1", "j"]);
        assert_eq!(press(&mut input, KeyCode::Char('k'), KeyModifiers::NONE), ["k"]);
    }
}
