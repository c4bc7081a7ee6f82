//! The program in a pseudo-terminal, for `cargo xtask bench`: says when one of some texts is on the screen and when none is
//! any more, in nanoseconds since 1970. Arguments: the texts with `|` between, the program, its arguments. Ends the program
//! when its standard input ends.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout, dead_code, missing_docs)]

#[path = "../tests/support/terminal.rs"]
mod terminal;

use std::io::{BufRead, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};
use terminal::Terminal;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [texts, program, rest @ ..] = args.as_slice() else { panic!("watch_screen TEXTS PROGRAM [ARGUMENT...]") };
    let texts: Vec<&str> = texts.split('|').collect();
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    let kubeconfig = std::env::var("KUBECONFIG").unwrap_or_default();
    say("started");
    let mut terminal = Terminal::start(Path::new(program), &rest, &[("KUBECONFIG", &kubeconfig)], (120, 35));
    println!("pid {}", terminal.pid());
    std::thread::spawn(|| {
        let ends = std::io::stdin().lock().lines().map_while(Result::ok).count();
        // the terminal's own handle ends with the process: a hang-up ends the program
        std::process::exit(i32::from(ends > 0));
    });
    let mut there = false;
    loop {
        let now = !there;
        let wanted = |screen: &vt100::Screen| {
            let text = screen.contents();
            texts.iter().any(|wanted| text.contains(wanted)) == now
        };
        terminal.until_some_day(wanted);
        there = now;
        say(if there { "seen" } else { "gone" });
    }
}

fn say(what: &str) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    println!("{what} {}", now.as_nanos());
    std::io::stdout().flush().unwrap();
}
