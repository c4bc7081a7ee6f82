//! Whether the terminal's background is light: asked with OSC 11. The answer comes as keys do, if it comes at all; nobody
//! waits for it.

/// The question.
pub(super) const QUESTION: &str = "\x1b]11;?\x1b\\";

/// Whether to ask: GNU screen and the console of Linux do not answer, and may print what they do not know.
pub(super) fn answers(env: impl Fn(&str) -> Option<String>) -> bool {
    let term = env("TERM").unwrap_or_default();
    let set = |name: &str| env(name).is_some_and(|value| !value.is_empty());
    term != "linux" && (set("TMUX") || !term.starts_with("screen"))
}

/// What some terminals say in the environment: `15;0`, ink and paper among the 16 colours.
pub(super) fn told(env: impl Fn(&str) -> Option<String>) -> Option<bool> {
    let paper: u8 = env("COLORFGBG")?.rsplit(';').next()?.parse().ok()?;
    Some(paper == 7 || (9..=15).contains(&paper))
}

/// Whether an answer (`11;rgb:ffff/ffff/ffff`) tells of a light background.
pub(super) fn is_light(answer: &str) -> Option<bool> {
    let (_, colour) = answer.strip_prefix("11;")?.split_once(':')?;
    let mut parts = colour.split('/').map(|part| {
        let most = 16_u32.checked_pow(u32::try_from(part.len()).ok()?)?.checked_sub(1).filter(|most| *most > 0)?;
        Some(f64::from(u32::from_str_radix(part, 16).ok()?) / f64::from(most))
    });
    let (red, green, blue) = (parts.next()??, parts.next()??, parts.next()??);
    Some(0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_terminals() {
        assert_eq!(is_light("11;rgb:ffff/ffff/ffff"), Some(true));
        assert_eq!(is_light("11;rgb:1e1e/1e1e/2e2e"), Some(false));
        assert_eq!(is_light("11;rgba:fd/f6/e3/ff"), Some(true));
        assert_eq!(is_light("11;?"), None);
        assert_eq!(is_light("10;rgb:ff/ff/ff"), None);
        assert_eq!(is_light("11;rgb:x/ff/ff"), None);
    }

    #[test]
    fn the_environment_may_say_it_and_some_are_not_asked() {
        let env = |name: &'static str, value: &'static str| move |n: &str| (n == name).then(|| value.to_owned());
        assert_eq!(told(env("COLORFGBG", "0;15")), Some(true));
        assert_eq!(told(env("COLORFGBG", "15;default;0")), Some(false));
        assert_eq!(told(env("X", "")), None);
        assert!(answers(env("TERM", "xterm-256color")) && !answers(env("TERM", "linux")));
        assert!(!answers(env("TERM", "screen")));
    }
}
