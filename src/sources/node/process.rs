//! Processes of Kubernetes, with the flags that checks name and no other: a command line may hold a token.

use super::root::Root;
use crate::inventory::node_facts::{PROCESSES, ProcessFact};
use crate::inventory::places::FLAGS;

/// Those that run, each program once: the first by number.
pub(super) fn all(root: &Root) -> Vec<ProcessFact> {
    let names = root.find(PROCESSES).ok().flatten().and_then(|proc| proc.names().ok()).unwrap_or_default();
    let number = |name: &Vec<u8>| std::str::from_utf8(name).ok()?.parse::<u32>().ok();
    let mut numbers: Vec<u32> = names.iter().filter_map(number).collect();
    numbers.sort_unstable();
    let mut found: Vec<ProcessFact> = Vec::new();
    for number in numbers {
        let Some(process) = read(root, number) else { continue };
        if found.iter().all(|known| known.name != process.name) {
            found.push(process);
        }
    }
    found
}

fn read(root: &Root, number: u32) -> Option<ProcessFact> {
    let line = root.read(&format!("/proc/{number}/cmdline")).ok()??;
    let line = String::from_utf8_lossy(&line);
    let words: Vec<&str> = line.split_terminator('\0').collect();
    let (name, flags, rest) = program(&words)?;
    // what users run in pods of their own is not the node's, whatever it is called
    if name != "kube-proxy" && is_of_a_pod(root, number) {
        return None;
    }
    Some(ProcessFact { name: name.to_owned(), args: arguments(name, flags, rest) })
}

/// A program of ours, the flags that are carried, and its arguments: `hyperkube kubelet …` is a kubelet.
fn program<'w>(words: &'w [&'w str]) -> Option<(&'static str, &'static [&'static str], &'w [&'w str])> {
    words.iter().take(2).enumerate().find_map(|(index, word)| {
        let called = word.rsplit('/').next().unwrap_or_default();
        let (name, flags) = FLAGS.iter().find(|(name, _)| *name == called)?;
        Some((*name, *flags, words.get(index + 1..)?))
    })
}

fn arguments(name: &str, flags: &[&str], words: &[&str]) -> Vec<String> {
    let mut kept = vec![name.to_owned()];
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        let Some(flag) = word.strip_prefix("--").or_else(|| word.strip_prefix('-')) else { continue };
        let called = flag.split('=').next().unwrap_or_default().replace('_', "-");
        if !flags.contains(&called.as_str()) {
            continue;
        }
        kept.push((*word).to_owned());
        if !flag.contains('=') {
            kept.extend(words.next_if(|next| !next.starts_with('-')).map(|next| (*next).to_owned()));
        }
    }
    kept
}

/// Whether a process runs in a pod that the API server knows as more than a mirror. The kubelet names control groups after
/// a pod's UID; the one of a static pod is the hash of its manifest and has no dashes.
fn is_of_a_pod(root: &Root, number: u32) -> bool {
    let groups = root.read(&format!("/proc/{number}/cgroup")).ok().flatten().unwrap_or_default();
    String::from_utf8_lossy(&groups).split("pod").skip(1).any(|uid| {
        let hex = uid.chars().take_while(char::is_ascii_hexdigit).count();
        hex == 8 && uid.get(8..9).is_some_and(|dash| matches!(dash, "-" | "_"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_flags_that_a_check_names_are_carried() {
        let carried = |line: &str| {
            let words: Vec<&str> = line.split(' ').collect();
            program(&words).map(|(name, flags, rest)| arguments(name, flags, rest).join(" "))
        };
        assert_eq!(
            carried("/usr/bin/kubelet --token=canary --config /c.yaml --kubeconfig=/k --v=2 canary --read-only-port 0"),
            Some("kubelet --config /c.yaml --kubeconfig=/k --read-only-port 0".to_owned())
        );
        assert_eq!(carried("/hyperkube kubelet --config=/c"), Some("kubelet --config=/c".to_owned()));
        assert_eq!(carried("etcd --initial-cluster-token=canary --data_dir /d"), Some("etcd --data_dir /d".to_owned()));
        assert_eq!(carried("etcdctl --data-dir=/d"), None);
        assert_eq!(carried(""), None);
    }
}
