//! The bodies of `fuzz/`, on what was found (`tests/fuzz-corpus/TARGET/`), on the fixtures, and on what a small generator
//! makes of both. Always run; libFuzzer looks further.
#![cfg(all(feature = "live", feature = "tui"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[path = "support/fuzz.rs"]
mod bodies;

use bodies::{TARGETS, Target};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// Inputs made of each that is there.
const EACH: usize = 6;

/// Small and reproducible: what it draws hangs on the seed alone.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides.max(1)
    }
}

/// What hurts readers of text.
const PIECES: [&[u8]; 16] = [
    b"\xff\xff\xff\xff",
    b"\0",
    b"\n---\n",
    b"&a [*a]",
    b"<<: *a",
    b"{{ .Values }}",
    b"!!binary |",
    b"\xef\xbb\xbf",
    b": ",
    b"\"",
    b"[[[[[[[[",
    b"9223372036854775808",
    b"\r\n",
    "é\u{2028}".as_bytes(),
    b"k8s\0",
    b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
];

fn changed(dice: &mut Dice, input: &[u8], other: &[u8]) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..=dice.roll(4) {
        let at = dice.roll(bytes.len() + 1);
        let end = (at + dice.roll(16)).min(bytes.len());
        match dice.roll(6) {
            0 => bytes.truncate(at),
            1 => drop(bytes.splice(at..at, PIECES[dice.roll(PIECES.len())].iter().copied())),
            2 => drop(bytes.splice(at..end, [])),
            3 => {
                let from = dice.roll(other.len() + 1);
                let to = (from + dice.roll(200)).min(other.len());
                drop(bytes.splice(at..at, other[from..to].iter().copied()));
            }
            4 if at < bytes.len() => bytes[at] ^= 1 << dice.roll(8),
            _ => {
                let again = bytes[at..end].to_vec();
                drop(bytes.splice(at..at, again));
            }
        }
    }
    bytes
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn inputs(name: &str) -> Vec<Vec<u8>> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut paths = files(&tests.join("fuzz-corpus").join(name));
    match name {
        // judging takes its time in a debug build: some of them
        "manifests" | "positions" => {
            paths.extend(
                files(&tests.join("checks")).iter().filter_map(|check| files(check).into_iter().next()).step_by(24),
            );
        }
        "packs" => paths.extend(files(&tests.join("packs"))),
        _ => {}
    }
    paths.retain(|path| path.is_file());
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

fn hold(target: Target) {
    let (name, body) = target;
    let inputs = inputs(name);
    assert!(!inputs.is_empty(), "tests/fuzz-corpus/{name} is empty");
    let mut dice = Dice(1);
    for (number, input) in inputs.iter().enumerate() {
        let made = (0..EACH).map(|_| changed(&mut dice, input, &inputs[(number * 7 + 1) % inputs.len()]));
        for bytes in [input.clone()].into_iter().chain(made.collect::<Vec<_>>()) {
            if catch_unwind(AssertUnwindSafe(|| body(&bytes))).is_err() {
                let found = std::env::temp_dir().join(format!("plimsoll-fuzz-{name}"));
                fs::write(&found, &bytes).unwrap();
                panic!("{name} fails on what is in {}: put it into tests/fuzz-corpus/{name}", found.display());
            }
        }
    }
}

macro_rules! targets {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            hold(*TARGETS.iter().find(|(name, _)| *name == stringify!($name)).unwrap());
        })*

        #[test]
        fn every_target_is_held() {
            let held = [$(stringify!($name)),*];
            assert_eq!(TARGETS.iter().map(|(name, _)| *name).collect::<Vec<_>>(), held);
        }
    };
}

targets! { watch list gzip manifests positions selectors flags packs filters cel }
