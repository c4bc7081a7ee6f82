//! What the terminal costs with very many findings: `cargo xtask bench ui` builds and runs it in release.
//!
//! Arguments: the program, how many findings, `table` or `json`. Everything but the idle processor time is measured in
//! this process: a key goes through the update and is drawn into a buffer, as it is in the terminal.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout, dead_code, missing_docs)]
// idle time is what is measured
#![allow(clippy::disallowed_methods)]

#[path = "../tests/support/terminal.rs"]
mod terminal;

use plimsoll::app::{Catalog, Effect, Key, Msg, ScanEvent, State, Target, update};
use plimsoll::model::*;
use plimsoll::ui::{Theme, view};
use ratatui::backend::TestBackend;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Findings of a workload.
const EACH: usize = 25;

/// A frame at 60 a second.
const FRAME: f64 = 16.0;
/// What a filter or a sort may take.
const LIST: f64 = 150.0;
/// What an idle terminal may take of a processor.
const IDLE: f64 = 1.0;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [program, findings, format] = args.as_slice() else { panic!("PROGRAM FINDINGS table|json") };
    let mut bench = Bench::new(findings.parse().unwrap());
    bench.open();
    bench.keys();
    bench.lists();
    let idle = idle(Path::new(program));
    bench.print(idle, format == "json");
}

/// A report of so many findings: workloads in namespaces, each failing the same number of checks.
fn report(count: usize) -> Report {
    let (demo, _) = plimsoll::sources::demo::load();
    let packs = plimsoll::frameworks::embedded().unwrap();
    let editions = plimsoll::engine::Selection::default().editions(&packs, demo.version).unwrap();
    let times =
        plimsoll::engine::Times { started: "2026-07-21T23:41:05Z".into(), finished: "2026-07-21T23:41:07Z".into() };
    let exempt = plimsoll::engine::NoExemptions;
    let mut report = plimsoll::engine::Engine::default().evaluate(&demo, &editions, &exempt, false, times);
    let like = report.findings.to_vec();
    let kinds =
        [("apps/v1", "Deployment"), ("apps/v1", "StatefulSet"), ("apps/v1", "DaemonSet"), ("batch/v1", "CronJob")];
    report.findings = (0..count)
        .map(|i| {
            let (workload, nth) = (i / EACH, i % EACH);
            let model = &like[(workload + nth * 7) % like.len()];
            let (api, kind) = kinds[workload % kinds.len()];
            let namespace = format!("team-{:03}", workload % 211);
            let resource = ObjectRef::new(api, kind, Some(&namespace), &format!("service-{workload:05}"));
            let path = FieldPath::of("spec").key(&format!("field{nth}"));
            Finding {
                fingerprint: fingerprint(model.check, &resource, Some("app"), &path),
                owner: resource.clone(),
                resource,
                container: Some("app".into()),
                team: Some(format!("team-{}", workload % 17).into()),
                instances: Some(workload % 40),
                pods: Some(40),
                platform: false,
                reach: like[workload % like.len()].reach.clone(),
                ..model.clone()
            }
        })
        .collect();
    report
}

/// Times of one kind of key, in milliseconds.
type Times = BTreeMap<&'static str, Vec<f64>>;

struct Bench {
    state: State,
    theme: Theme,
    screen: ratatui::Terminal<TestBackend>,
    keys: Times,
    lists: Times,
    findings: usize,
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

impl Bench {
    fn new(findings: usize) -> Self {
        let packs = plimsoll::frameworks::embedded().unwrap();
        let size = (200, 60);
        let (mut state, _) = State::new(Target::default(), Arc::new(Catalog::of(&packs)), size);
        state.theme = "dark".to_owned();
        let screen = ratatui::Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
        let theme = Theme::load("dark").unwrap();
        Self { state, theme, screen, keys: Times::new(), lists: Times::new(), findings }
    }

    fn take(&mut self, message: Msg) -> (f64, Vec<Effect>) {
        let begin = Instant::now();
        let effects = update(&mut self.state, message);
        let (state, theme) = (&self.state, &self.theme);
        self.screen.draw(|frame| view(state, theme, frame)).unwrap();
        (milliseconds(begin.elapsed()), effects)
    }

    /// Does the work that effects ask for, as a thread beside would; how long that and the frames took.
    fn work(&mut self, effects: Vec<Effect>) -> f64 {
        let mut took = 0.0;
        for effect in effects {
            let begin = Instant::now();
            let answer = match effect {
                Effect::Arrange(number, work) => Msg::Arranged(number, work.work().unwrap_or_default()),
                Effect::Fold(number, work) => Msg::Folded(number, Box::new(work.work())),
                _ => continue,
            };
            took += milliseconds(begin.elapsed());
            let (frame, more) = self.take(answer);
            took += frame + self.work(more);
        }
        took
    }

    /// The report arrives.
    fn open(&mut self) {
        let report = Arc::new(report(self.findings));
        let scan = self.state.session.scan;
        let (frame, effects) = self.take(Msg::Scan(scan, ScanEvent::Report(report)));
        self.note("the report arrives", frame);
        let took = self.work(effects);
        self.lists.entry("report, until it is on screen").or_default().push(took);
        let (_, effects) = self.take(Msg::Scan(scan, ScanEvent::Finished));
        self.work(effects);
    }

    fn note(&mut self, name: &'static str, time: f64) {
        self.keys.entry(name).or_default().push(time);
    }

    /// Presses a key so many times; what it asks for is done outside of the time.
    fn press(&mut self, name: &'static str, key: &str, times: usize) {
        for _ in 0..times {
            let key: Key = key.parse().unwrap();
            let (time, effects) = self.take(Msg::Key(key));
            self.note(name, time);
            self.work(effects);
        }
    }

    fn types(&mut self, name: &'static str, text: &str) {
        text.chars().for_each(|c| self.press(name, &c.to_string(), 1));
    }

    fn command(&mut self, line: &str) {
        self.press("a command is typed", ":", 1);
        line.split(' ').enumerate().for_each(|(i, word)| {
            if i > 0 {
                self.press("a command is typed", "space", 1);
            }
            self.types("a command is typed", word);
        });
        self.press("a command is run", "enter", 1);
    }

    fn keys(&mut self) {
        self.press("overview: boxes", "tab", 30);
        self.press("overview: boxes", "tab", 1);
        self.press("overview: a filter", "/", 1);
        self.types("overview: a filter", "service-01");
        self.press("overview: a filter", "esc", 1);
        self.command("findings");
        self.press("j", "j", 1500);
        self.press("page", "ctrl-f", 500);
        self.press("page", "ctrl-b", 500);
        for _ in 0..100 {
            self.press("top, bottom", "G", 1);
            self.press("top, bottom", "g", 1);
        }
        for _ in 0..300 {
            self.press("j", "j", 1);
            self.press("open", "enter", 1);
            self.press("next, previous", "}", 1);
            self.press("next, previous", "{", 1);
            self.press("back", "q", 1);
        }
        for _ in 0..100 {
            self.press("explain", "d", 1);
            self.press("back", "q", 1);
        }
        for _ in 0..200 {
            self.press("mark", "space", 1);
            self.press("j", "j", 1);
        }
        self.press("marks away", "ctrl-\\", 1);
        self.press("wide", "ctrl-w", 6);
        self.press("choose a column", ">", 50);
        self.press("failures only", "ctrl-z", 6);
        self.press("palette", "ctrl-p", 1);
        self.types("palette", "privileged");
        self.press("palette", "esc", 1);
        self.command("overview");
        for _ in 0..50 {
            self.press("a framework and back", "enter", 1);
            self.press("controls", "j", 10);
            self.press("a framework and back", "q", 1);
        }
        self.command("ns");
        self.press("namespaces", "j", 100);
        self.press("back", "q", 1);
    }

    /// From a key until the list has its new rows, the frames with the old ones included.
    fn until_there(&mut self, name: &'static str, key: &str) {
        let (time, effects) = self.take(Msg::Key(key.parse().unwrap()));
        self.note("a filter is typed, a sort begun", time);
        let took = time + self.work(effects);
        self.lists.entry(name).or_default().push(took);
    }

    fn lists(&mut self) {
        self.command("findings");
        for text in ["service-01", "privileged", "zzz"] {
            self.press("a filter is typed, a sort begun", "/", 1);
            for c in text.chars() {
                self.until_there("filter", &c.to_string());
            }
            self.until_there("filter taken away", "esc");
        }
        for _ in 0..10 {
            self.press("choose a column", ">", 1);
            self.until_there("sort", "O");
            self.until_there("sort", "O");
            self.until_there("sort given up", "O");
        }
    }

    fn print(&self, idle: f64, json: bool) {
        let all: Vec<f64> = self.keys.values().flatten().copied().collect();
        let keys = self.keys.iter().map(|(name, times)| (*name, Spread::of(times)));
        let lists: Vec<(&str, Spread)> = self.lists.iter().map(|(name, times)| (*name, Spread::of(times))).collect();
        let total = Spread::of(&all);
        let slowest = |name: &str| lists.iter().find(|(known, _)| *known == name).map_or(0.0, |(_, spread)| spread.p99);
        let holds = total.p99 <= FRAME && slowest("filter") <= LIST && slowest("sort") <= LIST && idle < IDLE;
        if json {
            let map = |rows: &mut dyn Iterator<Item = (&str, Spread)>| {
                rows.map(|(name, spread)| (name.to_owned(), spread.json())).collect::<serde_json::Map<_, _>>()
            };
            let said = serde_json::json!({
                "findings": self.findings, "size": "200x60", "holds": holds,
                "key_to_frame_ms": { "all": total.json(), "by_key": map(&mut keys.into_iter()), "target_p99": FRAME },
                "lists_ms": { "by_kind": map(&mut lists.iter().map(|(name, spread)| (*name, *spread))), "target": LIST },
                "idle_cpu_percent": { "measured": idle, "target": IDLE },
            });
            println!("{}", serde_json::to_string_pretty(&said).unwrap());
            return;
        }
        println!("{} findings, 200x60, milliseconds", self.findings);
        println!("{:34} {:>7} {:>8} {:>8} {:>8}", "key to frame", "times", "p50", "p99", "most");
        keys.for_each(|(name, spread)| spread.line(name));
        total.line("all keys");
        println!("\n{:34} {:>7} {:>8} {:>8} {:>8}", "until the list is there", "times", "p50", "p99", "most");
        lists.iter().for_each(|(name, spread)| spread.line(name));
        println!("\nidle, in a pseudo-terminal          {idle:.2} % of one processor");
        println!(
            "targets: all keys p99 {FRAME} ms, filter and sort {LIST} ms, idle {IDLE} %: {}",
            if holds { "held" } else { "MISSED" }
        );
    }
}

/// How times are spread.
#[derive(Clone, Copy)]
struct Spread {
    count: usize,
    p50: f64,
    p99: f64,
    most: f64,
}

impl Spread {
    fn of(times: &[f64]) -> Self {
        let mut sorted = times.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at =
            |share: usize| sorted.get(((sorted.len() * share).div_ceil(100)).saturating_sub(1)).copied().unwrap_or(0.0);
        Self { count: sorted.len(), p50: at(50), p99: at(99), most: sorted.last().copied().unwrap_or(0.0) }
    }

    fn line(self, name: &str) {
        println!("{name:34} {:7} {:8.2} {:8.2} {:8.2}", self.count, self.p50, self.p99, self.most);
    }

    fn json(self) -> serde_json::Value {
        serde_json::json!({"count": self.count, "p50": self.p50, "p99": self.p99, "max": self.most})
    }
}

/// Seconds that a process has had of processors, all its threads.
fn busy(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
    ticks / 100.0
}

/// Per cent of a processor that the program takes while nothing happens.
fn idle(program: &Path) -> f64 {
    const SECONDS: f64 = 10.0;
    let mut terminal = terminal::Terminal::start(program, &["--demo"], &[], (120, 35));
    terminal.shows("Act on first");
    std::thread::sleep(Duration::from_secs(2));
    let before = busy(terminal.pid());
    std::thread::sleep(Duration::from_secs_f64(SECONDS));
    let after = busy(terminal.pid());
    terminal.keys(":q\r");
    terminal.end();
    (after - before) / SECONDS * 100.0
}
