//! What several integration tests share.
#![allow(dead_code)] // each test uses a part

pub mod fake_server;
pub mod fault_proxy;
pub mod terminal;

use std::process::{Command, Output};

/// The program, with nothing of this machine's kubeconfig, proxies or settings.
pub fn plimsoll() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.to_ascii_lowercase().ends_with("_proxy") || name.starts_with("KUBE") || name.starts_with("XDG_") {
            command.env_remove(name);
        }
    }
    command.env("HOME", "/nonexistent").env("CI", "true");
    command
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The report of `scan -o json`; what was said on standard error where there is none.
#[track_caller]
pub fn report(output: &Output) -> serde_json::Value {
    serde_json::from_str(&stdout(output)).unwrap_or_else(|error| panic!("{error}: {}", stderr(output)))
}
