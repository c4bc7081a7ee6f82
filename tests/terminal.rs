//! The real binary in a pseudo-terminal, on the demo.
#![cfg(feature = "tui")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::path::Path;
use std::process::Command;
use support::terminal::Terminal;

fn demo(size: (u16, u16)) -> Terminal {
    Terminal::start(Path::new(env!("CARGO_BIN_EXE_plimsoll")), &["--demo"], &[], size)
}

/// Everything that was taken was given back, after everything else: the alternate screen, the cursor, bracketed paste, the
/// mouse, and the modes of the terminal driver.
#[track_caller]
fn restored(terminal: &Terminal) {
    let raw = String::from_utf8_lossy(&terminal.raw);
    let (enter, leave) = (raw.rfind("\x1b[?1049h"), raw.rfind("\x1b[?1049l"));
    assert!(enter.is_some() && leave > enter, "the alternate screen is left");
    assert!(raw.rfind("\x1b[?25h") > raw.rfind("\x1b[?25l"), "the cursor is shown");
    assert!(raw.rfind("\x1b[?2004l") > raw.rfind("\x1b[?2004h"), "pasted text is no longer bracketed");
    for mode in ["1000", "1006"] {
        let (on, off) = (raw.rfind(&format!("\x1b[?{mode}h")), raw.rfind(&format!("\x1b[?{mode}l")));
        assert!(on.is_none() || off > on, "the mouse is given back");
    }
    #[cfg(unix)]
    assert!(terminal.is_cooked(), "lines are gathered and shown again");
}

#[test]
fn from_the_overview_to_the_field_and_back() {
    let mut terminal = demo((120, 35));
    terminal.shows("Act on first");
    terminal.shows("cis 2.0.1");
    terminal.keys("\r");
    terminal.shows("1.1.1");
    terminal.keys("/5.2.2\r");
    terminal.shows("/5.2.2");
    terminal.keys("\r");
    terminal.shows("Deployment/health-check");
    terminal.keys("\r");
    terminal.shows("privileged: true");
    terminal.shows("expected false");
    terminal.keys("d");
    terminal.shows("spec.template.spec.containers[name=probe].securityContext.privileged");
    // an escape and a key in one read are Alt and that key: wait for what the escape did
    terminal.keys("\x1b");
    terminal.shows("privileged: true");
    terminal.keys("?");
    terminal.until("help", |screen| !screen.contents().contains("privileged: true"));
    terminal.keys("q");
    terminal.shows("privileged: true");
    terminal.keys(":q\r");
    assert_eq!(terminal.end(), 0);
    restored(&terminal);
}

#[test]
fn signals_and_ctrl_c_restore_the_terminal() {
    for signal in ["TERM", "HUP", "INT"] {
        let mut terminal = demo((80, 24));
        terminal.shows("cis 2.0.1");
        assert!(Command::new("kill").args(["-s", signal, &terminal.pid().to_string()]).status().unwrap().success());
        terminal.end();
        restored(&terminal);
    }
    let mut terminal = demo((80, 24));
    terminal.shows("cis 2.0.1");
    terminal.keys("\x03");
    terminal.end();
    restored(&terminal);
}

#[test]
fn a_small_window_does_not_break_and_grows_again() {
    let mut terminal = demo((40, 10));
    terminal.until("a screen", |screen| !screen.contents().trim().is_empty());
    terminal.resize(100, 30);
    terminal.shows("Act on first");
    terminal.resize(20, 5);
    terminal.resize(80, 24);
    terminal.shows("cis 2.0.1");
    terminal.keys(":q\r");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn without_a_kubeconfig_the_demo_is_offered() {
    let mut terminal = Terminal::start(Path::new(env!("CARGO_BIN_EXE_plimsoll")), &[], &[], (80, 24));
    terminal.shows("No kubeconfig was found");
    terminal.shows("demo");
    terminal.keys(":q\r");
    terminal.end();
    restored(&terminal);
}

#[test]
fn a_dumb_terminal_gets_the_overview_as_text() {
    let environment = [("TERM", "dumb")];
    let mut terminal = Terminal::start(Path::new(env!("CARGO_BIN_EXE_plimsoll")), &["--demo"], &environment, (80, 24));
    assert_eq!(terminal.end(), 0);
    let raw = String::from_utf8_lossy(&terminal.raw);
    assert!(raw.contains("plimsoll --plain") && raw.contains("Act on first"), "{raw}");
    assert!(!raw.contains('\x1b'), "{raw}");
}

/// What the terminal answers to the question for its background.
const LIGHT: &str = "\x1b]11;rgb:ffff/fdfd/e3e3\x1b\\";

#[test]
fn a_light_background_gets_the_light_theme_and_the_answer_is_not_typed() {
    let mut terminal = demo((80, 24));
    terminal.shows("cis 2.0.1");
    assert!(String::from_utf8_lossy(&terminal.raw).contains("\x1b]11;?\x1b\\"), "it asks");
    // the answer may be late, in the middle of what somebody types
    terminal.keys(":the");
    terminal.shows(":the");
    terminal.keys(LIGHT);
    terminal.keys("me\r");
    terminal.shows("The theme is light.");
    // what is chosen by hand stays
    terminal.keys(":theme gruvbox\r");
    terminal.shows("gruvbox");
    terminal.keys(LIGHT);
    terminal.keys(":theme\r");
    terminal.shows("The theme is gruvbox.");
    terminal.keys(":q\r");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_terminal_that_never_answers_or_is_not_asked_gets_the_dark_theme() {
    let program = Path::new(env!("CARGO_BIN_EXE_plimsoll"));
    for (environment, asks) in [
        (vec![("TERM", "xterm")], true),
        (vec![("TERM", "tmux-256color"), ("TMUX", "/tmp/x,1,0"), ("SSH_TTY", "/dev/pts/1")], true),
        (vec![("TERM", "screen.xterm-256color")], false),
        (vec![("TERM", "linux")], false),
        (vec![("COLORFGBG", "0;15")], false),
        (vec![("NO_COLOR", "1")], false),
    ] {
        let mut terminal = Terminal::start(program, &["--demo"], &environment, (80, 24));
        terminal.shows("cis 2.0.1");
        terminal.keys(":theme\r");
        let theme = match environment.first() {
            Some(("COLORFGBG", _)) => "light",
            Some(("NO_COLOR", _)) => "mono",
            _ => "dark",
        };
        terminal.shows(&format!("The theme is {theme}."));
        let raw = String::from_utf8_lossy(&terminal.raw);
        assert_eq!(raw.contains("\x1b]11;?"), asks, "{environment:?}");
        terminal.keys(":q\r");
        assert_eq!(terminal.end(), 0);
    }
}

/// The colours that were asked for: parameters of SGR that are neither attributes nor their ends.
fn colours(raw: &[u8]) -> Vec<String> {
    let raw = String::from_utf8_lossy(raw);
    let sequences = raw.split("\x1b[").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != ';')?;
        rest[end..].starts_with('m').then(|| rest[..end].to_owned())
    });
    let is_colour = |part: &str| part.parse().is_ok_and(|n: u32| matches!(n, 30..=38 | 40..=48 | 90..=97 | 100..=107));
    sequences.filter(|sequence| sequence.split(';').any(is_colour)).collect()
}

#[test]
fn colours_are_as_the_environment_says() {
    let program = Path::new(env!("CARGO_BIN_EXE_plimsoll"));
    let colours = |environment: &[(&str, &str)], args: &[&str]| {
        let args: Vec<&str> = ["--demo"].iter().chain(args).copied().collect();
        let mut terminal = Terminal::start(program, &args, environment, (80, 24));
        terminal.shows("cis 2.0.1");
        terminal.keys("H");
        terminal.shows("health-check");
        terminal.keys(":q\r");
        terminal.end();
        colours(&terminal.raw)
    };
    assert_eq!(colours(&[("NO_COLOR", "1")], &[]), Vec::<String>::new());
    assert_eq!(colours(&[], &["--color", "never"]), Vec::<String>::new());
    let of = |environment: &[(&str, &str)], begin: &str| {
        let found = colours(environment, &[]);
        assert!(found.iter().any(|sequence| sequence.starts_with(begin)), "{environment:?}: {found:?}");
        found
    };
    of(&[], "38;2;");
    of(&[("COLORTERM", "")], "38;5;");
    // crossterm writes the 16 as 38;5;0-15
    let sixteen = of(&[("COLORTERM", ""), ("TERM", "xterm")], "38;5;");
    let number = |sequence: &String| sequence.strip_prefix("38;5;")?.split(';').next()?.parse::<u32>().ok();
    assert!(sixteen.iter().all(|sequence| number(sequence).is_some_and(|n| n < 16)), "{sixteen:?}");
    assert!(!colours(&[("NO_COLOR", "1")], &["--color", "always"]).is_empty(), "a flag goes before the environment");
}

#[test]
fn ascii_is_nothing_but_ascii() {
    let environment = [("LANG", "C")];
    let mut terminal = Terminal::start(Path::new(env!("CARGO_BIN_EXE_plimsoll")), &["--demo"], &environment, (80, 24));
    terminal.shows("cis 2.0.1");
    terminal.keys("\r");
    terminal.shows("1.1.1");
    terminal.keys(":q\r");
    assert_eq!(terminal.end(), 0);
    assert!(terminal.raw.is_ascii());
}

#[test]
fn settings_and_themes_are_read_again_when_they_change() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".config/plimsoll");
    std::fs::create_dir_all(folder.join("themes")).unwrap();
    std::fs::write(folder.join("config.toml"), "theme = \"mine\"\n").unwrap();
    std::fs::write(folder.join("themes/mine.toml"), "inherits = \"dark\"\n[roles]\nheader = \"#010203\"\n").unwrap();
    let environment = [("HOME", home.path().to_str().unwrap())];
    let mut terminal = Terminal::start(Path::new(env!("CARGO_BIN_EXE_plimsoll")), &["--demo"], &environment, (80, 24));
    let header = |r, g, b| {
        move |screen: &vt100::Screen| screen.cell(0, 1).is_some_and(|cell| cell.fgcolor() == vt100::Color::Rgb(r, g, b))
    };
    terminal.until("a theme of one's own", header(1, 2, 3));
    std::fs::write(folder.join("themes/mine.toml"), "inherits = \"dark\"\n[roles]\nheader = \"#040506 bold\"\n")
        .unwrap();
    terminal.until("the theme as it was changed", header(4, 5, 6));
    std::fs::write(folder.join("config.toml"), "theme = \"mine\"\nkeys = { worst = \"ctrl-w\", yaml = \"f5\" }\n")
        .unwrap();
    terminal.shows("The settings were read again.");
    terminal.keys("\x17");
    terminal.shows("health-check");
    std::fs::write(folder.join("config.toml"), "theme = \"mime\"\n").unwrap();
    terminal.shows("did you mean \"mine\"?");
    terminal.keys(":q\r");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn the_mouse_is_asked_for_only_where_it_is_wanted_and_given_back() {
    let mut terminal = demo((120, 35));
    terminal.shows("cis 2.0.1");
    assert!(!String::from_utf8_lossy(&terminal.raw).contains("\x1b[?1000h"));
    terminal.keys(":mouse on\r");
    terminal.shows("Click selects");
    // a click on the way above, after one key down: nothing is typed
    terminal.keys("\r");
    terminal.shows("1.1.1");
    terminal.keys("\x1b[<0;3;2M\x1b[<0;3;2m");
    terminal.shows("Act on first");
    terminal.keys(":q\r");
    assert_eq!(terminal.end(), 0);
    let raw = String::from_utf8_lossy(&terminal.raw);
    assert!(raw.rfind("\x1b[?1000l") > raw.rfind("\x1b[?1000h"), "the mouse is given back");
    restored(&terminal);
}

#[test]
fn a_finding_is_waived_in_a_file_and_that_is_taken_back() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join(".gitconfig"), "[user]\n  email = ana@example.com\n").unwrap();
    let file = home.path().join(".config/plimsoll/waivers.yaml");
    let environment = [("HOME", home.path().to_str().unwrap())];
    let mut terminal = Terminal::start(Path::new(env!("CARGO_BIN_EXE_plimsoll")), &["--demo"], &environment, (80, 24));
    terminal.shows("cis 2.0.1");
    terminal.keys("H");
    terminal.shows("> CRIT FAIL   default      Deployment/health-check");
    terminal.keys("W");
    terminal.shows("only on this machine");
    // the user is git's, and the cursor is where one types
    terminal.shows("ana@example.com");
    terminal.until("the cursor in the first field", |screen| screen.cursor_position().1 == 17);
    terminal.keys("\x1b[200~It is replaced.\nUntil then it is watched.\x1b[201~\t\tbo@example.com\rSEC-1\x13");
    terminal.shows("Waived until");
    let text = std::fs::read_to_string(&file).unwrap();
    let record = plimsoll::store::parse::<plimsoll::model::WaiverRecord>("x", &text).unwrap().remove(0).record;
    assert_eq!((&*record.check, &*record.resource.name), ("container.privileged", "health-check"));
    assert_eq!((&*record.reason, &*record.owner), ("It is replaced.\nUntil then it is watched.", "ana@example.com"));
    terminal.keys("G");
    terminal.shows("> CRIT WAIVED default      Deployment/health-check");
    terminal.keys("u");
    terminal.shows("Taken back");
    assert!(!file.exists());
    terminal.shows("> CRIT FAIL   default      Deployment/health-check");
    terminal.keys(":q\r");
    assert_eq!(terminal.end(), 0);
    restored(&terminal);
}

fn signal(terminal: &Terminal, name: &str) {
    let pid = terminal.pid().to_string();
    assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
}

/// In a debug build a panic can be asked for: in the loop that draws, and in work beside it.
#[cfg(debug_assertions)]
#[test]
fn a_panic_gives_the_terminal_back_and_is_told() {
    for (place, command) in [("loop", ":reload\r"), ("work", ":role\r")] {
        let environment = [("PLIMSOLL_PANIC", place)];
        let program = Path::new(env!("CARGO_BIN_EXE_plimsoll"));
        let mut terminal = Terminal::start(program, &["--demo"], &environment, (80, 24));
        terminal.shows("cis 2.0.1");
        terminal.keys(":mouse on\r");
        terminal.shows("Click selects");
        terminal.keys(command);
        assert_ne!(terminal.end(), 0, "{place}");
        restored(&terminal);
        let raw = String::from_utf8_lossy(&terminal.raw);
        let after = raw.rsplit("\x1b[?1049l").next().unwrap();
        // what happened is on the shell's screen
        assert!(raw.contains("PLIMSOLL_PANIC asked for it"), "{place}: {after}");
    }
}

#[cfg(target_os = "linux")]
fn is_stopped(terminal: &Terminal) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", terminal.pid())).unwrap();
    stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('T'))
}

/// By its own command, by the signal of ctrl-z from elsewhere, and by one that no program sees: the terminal is the shell's
/// meanwhile, and all of the screen is there again afterwards.
#[cfg(target_os = "linux")]
#[test]
fn stopped_and_continued_the_screen_is_whole() {
    for way in [":suspend\r", "TSTP", "STOP"] {
        let mut terminal = demo((80, 24));
        terminal.shows("cis 2.0.1");
        if way.starts_with(':') {
            terminal.keys(way)
        } else {
            signal(&terminal, way)
        }
        terminal.waits("the program to stop", is_stopped);
        if way != "STOP" {
            terminal.settle();
            restored(&terminal);
        }
        let before = terminal.raw.len();
        signal(&terminal, "CONT");
        terminal.waits("the screen drawn anew", |terminal| {
            let raw = String::from_utf8_lossy(&terminal.raw[before..]).into_owned();
            raw.contains("\x1b[?1049h") && terminal.text().contains("cis 2.0.1")
        });
        terminal.keys("H");
        terminal.shows("health-check");
        assert!(!terminal.is_cooked(), "{way}: keys are heard one by one");
        terminal.keys(":q\r");
        assert_eq!(terminal.end(), 0);
        restored(&terminal);
    }
}

/// An editor that says what it was given, waits for a key, and adds a line.
#[cfg(target_os = "linux")]
fn editor(folder: &Path) -> String {
    let path = folder.join("editor");
    let script = "#!/bin/sh\n\
        [ \"$1\" = -w ] || exit 9\n\
        echo \"EDITING $(stat -c '%a' \"$2\") in $(stat -c '%a' \"$(dirname \"$2\")\") $(basename \"$2\")\"\n\
        read line\n\
        if [ -n \"$line\" ]; then echo \"# $line\" >> \"$2\"; fi\n";
    std::fs::write(&path, script).unwrap();
    let mode = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o755);
    std::fs::set_permissions(&path, mode).unwrap();
    format!("{} -w", path.display())
}

#[cfg(target_os = "linux")]
#[test]
fn a_copy_is_opened_in_the_editor_and_the_screen_comes_back() {
    // what an earlier one said is still there
    let again = |terminal: &mut Terminal, times: usize| {
        terminal.until("the editor once more", |screen| screen.contents().matches("EDITING").count() == times);
    };
    let folder = tempfile::tempdir().unwrap();
    let editor = editor(folder.path());
    let temporary = folder.path().join("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let environment = [("EDITOR", "false"), ("KUBE_EDITOR", &*editor), ("TMPDIR", temporary.to_str().unwrap())];
    let program = Path::new(env!("CARGO_BIN_EXE_plimsoll"));
    let mut terminal = Terminal::start(program, &["--demo"], &environment, (120, 35));
    terminal.shows("cis 2.0.1");
    terminal.keys("H");
    terminal.shows("health-check");
    terminal.keys("e");
    terminal.shows("EDITING 600 in 700 deployment-health-check.yaml");
    assert!(terminal.is_cooked(), "the editor has the terminal as it was");
    // ctrl-c in the editor is not for plimsoll, and an empty line changes nothing
    terminal.keys("\r");
    terminal.shows("Nothing was changed; the copy is gone.");
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0);
    terminal.keys("e");
    again(&mut terminal, 2);
    terminal.keys("mine\r");
    terminal.shows("Your copy is kept");
    terminal.shows("> CRIT FAIL");
    let kept = std::fs::read_dir(&temporary).unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read_to_string(kept.join("deployment-health-check.yaml")).unwrap();
    assert!(
        text.contains("kind: Deployment") && text.contains("privileged: false") && text.ends_with("# mine\n"),
        "{text}"
    );
    // a signal while it runs ends both and leaves nothing behind but what was kept
    terminal.keys("e");
    again(&mut terminal, 3);
    signal(&terminal, "TERM");
    terminal.end();
    restored(&terminal);
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 1);
}

#[test]
fn an_editor_that_is_not_there_is_told() {
    let environment = [("KUBE_EDITOR", "/nonexistent/editor")];
    let program = Path::new(env!("CARGO_BIN_EXE_plimsoll"));
    let mut terminal = Terminal::start(program, &["--demo"], &environment, (120, 35));
    terminal.shows("cis 2.0.1");
    terminal.keys("He");
    terminal.shows("/nonexistent/editor cannot be started");
    terminal.keys(":q\r");
    assert_eq!(terminal.end(), 0);
    restored(&terminal);
}

/// A kubeconfig whose user asks a program for its token.
#[cfg(target_os = "linux")]
fn with_plugin(folder: &Path, script: &str) -> String {
    let plugin = folder.join("login");
    std::fs::write(&plugin, format!("#!/bin/sh\n{script}\n")).unwrap();
    let mode = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o755);
    std::fs::set_permissions(&plugin, mode).unwrap();
    let config = folder.join("config");
    let text = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: c\n\
         contexts: [{{name: c, context: {{cluster: k, user: u}}}}]\n\
         clusters: [{{name: k, cluster: {{server: 'http://127.0.0.1:1'}}}}]\n\
         users:\n- name: u\n  user:\n    exec:\n      apiVersion: client.authentication.k8s.io/v1\n      command: {}\n      interactiveMode: IfAvailable\n",
        plugin.display()
    );
    std::fs::write(&config, text).unwrap();
    config.to_str().unwrap().to_owned()
}

/// A login program that asks gets the terminal when the user says so, and what it gives is used.
#[cfg(target_os = "linux")]
#[test]
fn a_login_program_that_asks_gets_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let config = with_plugin(
        folder.path(),
        r#"[ -t 0 ] || { echo "cannot ask" >&2; exit 1; }
echo once more >> "$0.asked"
echo "PASS""WORD $(wc -l < "$0.asked")?" >&2
read answer
[ "$answer" = open ] || exit 4
echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t"}}'"#,
    );
    let program = Path::new(env!("CARGO_BIN_EXE_plimsoll"));
    let mut terminal = Terminal::start(program, &[], &[("KUBECONFIG", &*config)], (100, 24));
    // each time with its number: what was asked before is still on the terminal's other screen
    let asks = |terminal: &mut Terminal, prompt: &str| {
        terminal.shows("log in");
        terminal.keys("L");
        terminal.shows(prompt);
    };
    terminal.shows("cannot ask");
    asks(&mut terminal, "PASSWORD 1?");
    terminal.keys("shut\r");
    terminal.shows("login ended with exit status: 4.");
    asks(&mut terminal, "PASSWORD 2?");
    terminal.keys("open\r");
    // the address answers nobody: it came that far
    terminal.shows("annot connect");
    assert!(!terminal.text().contains("log in"), "{}", terminal.text());
    terminal.keys(":q\r");
    terminal.end();
}

/// A plugin that logs in, one that fails, and one that wants to talk to somebody: none of them writes over the screen or takes
/// keys from it, and the terminal is given back.
#[cfg(target_os = "linux")]
#[test]
fn a_login_by_a_plugin_leaves_the_terminal_alone() {
    let token =
        r#"echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t"}}'"#;
    let asks = format!("if [ -t 0 ]; then echo KEYBOARD >&2; read answer; fi\n{token}");
    let program = Path::new(env!("CARGO_BIN_EXE_plimsoll"));
    for (what, script) in [
        ("logs in", format!("echo NOISE >&2\n{token}")),
        ("fails", format!("echo NOISE >&2\necho SORRY >&2\n{token}\nexit 3")),
        ("asks", asks),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let config = with_plugin(folder.path(), &script);
        let environment = [("KUBECONFIG", &*config)];
        let mut terminal = Terminal::start(program, &[], &environment, (80, 24));
        // the address answers nobody: what is told is that, or that the login failed
        terminal.shows("NOT READ");
        terminal.shows("demo");
        assert!(
            !terminal.text().contains("NOISE") && !terminal.text().contains("KEYBOARD"),
            "{what}:\n{}",
            terminal.text()
        );
        if what == "fails" {
            // why is told in a sentence, and nothing of what may hold a token
            let words = terminal.text().split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(words.contains("the exec plugin of this user ended with exit status: 3: SORRY"), "{words}");
            assert!(!words.contains("ExecCredential"), "{words}");
        }
        terminal.keys("D");
        terminal.shows("cis 2.0.1");
        terminal.keys(":q\r");
        terminal.end();
        restored(&terminal);
    }
}
