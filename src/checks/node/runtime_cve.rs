use super::super::{Check, Cx, Hits, Judge, Run};
use crate::inventory::Kind;
use crate::inventory::kinds::cluster::Node;
use crate::model::{Disruption, FieldPath, Fix, GapReason, Remedy, Severity};
use std::collections::BTreeSet;

/// Kernel and container runtime against a short table of flaws by which a container gets out, as numbers (pitfall 54).
/// It is no vulnerability scanner: a pass says that none of these is there. Distributions mend a kernel without changing
/// its first three numbers, so that theirs are told by their build number where the table has it, and are for a person
/// to look up where it has not; the same holds for runtimes that a distribution packaged.
pub static CHECK: Check = Check {
    id: "node.runtime-cve",
    title: "No node has a kernel or runtime with a known way out of containers",
    severity: Severity::Medium,
    over: &[Kind::Node],
    needs: &[],
    aliases: &["kubescape:C-0079", "kubescape:C-0087"],
    why: "With one of these flaws, whoever runs code in a container becomes root of its node, whatever the pod's own \
          settings say.",
    remedy: Remedy {
        advice: "Upgrade the node's kernel or container runtime, or replace the node by one of a current image.",
        fix: Fix::Advice,
        disruption: Disruption::Restarts,
        try_first: "Drain one node, replace it, and watch what runs there before the rest.",
    },
    run: Run::Objects(run),
};

/// What a flaw is in.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Kernel,
    Runtime(&'static str),
}

type Numbers = [u32; 3];

/// A flaw: from one version on, before another.
struct Flaw {
    id: &'static str,
    part: Part,
    /// First with it, first without, by branch.
    ranges: &'static [(Numbers, Numbers)],
    /// Builds of distributions: first three numbers, a part of what follows, first build number without it.
    builds: &'static [(Numbers, &'static str, u32)],
    /// Why it is not certain where the version says so.
    unless: Option<&'static str>,
}

/// From the advisories of kernel.org, containerd, CRI-O, Moby, Ubuntu, Debian and Red Hat, as of 2026-11.
#[rustfmt::skip] // a table
static FLAWS: &[Flaw] = &[
    Flaw {
        id: "CVE-2022-0185", part: Part::Kernel,
        ranges: &[([5, 1, 0], [5, 4, 173]), ([5, 5, 0], [5, 10, 93]), ([5, 11, 0], [5, 15, 16]), ([5, 16, 0], [5, 16, 2])],
        builds: &[
            ([5, 4, 0], "azure", 1067), ([5, 4, 0], "generic", 96), ([5, 13, 0], "generic", 27), ([5, 15, 0], "generic", 25),
            ([5, 15, 0], "aws", 1000), ([5, 15, 0], "azure", 1000), ([5, 15, 0], "gcp", 1000), ([5, 15, 0], "gke", 1000),
            ([5, 10, 0], "amd64", 12), ([5, 10, 0], "arm64", 12), ([5, 14, 0], "el9", 70),
        ],
        unless: None,
    },
    Flaw {
        id: "CVE-2022-0847", part: Part::Kernel,
        ranges: &[([5, 8, 0], [5, 10, 102]), ([5, 11, 0], [5, 15, 25]), ([5, 16, 0], [5, 16, 11])],
        builds: &[
            ([5, 13, 0], "generic", 35), ([5, 15, 0], "generic", 25),
            ([5, 15, 0], "aws", 1000), ([5, 15, 0], "azure", 1000), ([5, 15, 0], "gcp", 1000), ([5, 15, 0], "gke", 1000),
            ([5, 10, 0], "amd64", 12), ([5, 10, 0], "arm64", 12), ([5, 14, 0], "el9", 70),
        ],
        unless: None,
    },
    Flaw {
        id: "CVE-2022-23648", part: Part::Runtime("containerd"),
        ranges: &[([0, 0, 0], [1, 4, 13]), ([1, 5, 0], [1, 5, 10]), ([1, 6, 0], [1, 6, 1])],
        builds: &[], unless: None,
    },
    Flaw {
        id: "CVE-2024-21626", part: Part::Runtime("containerd"),
        ranges: &[([0, 0, 0], [1, 6, 28]), ([1, 7, 0], [1, 7, 13])],
        builds: &[], unless: Some("it came with a runc before 1.1.12, which is packaged apart: runc --version on the node tells"),
    },
    Flaw {
        id: "CVE-2024-21626", part: Part::Runtime("docker"),
        ranges: &[([0, 0, 0], [24, 0, 9]), ([25, 0, 0], [25, 0, 2])],
        builds: &[], unless: Some("it came with a runc before 1.1.12, which is packaged apart: runc --version on the node tells"),
    },
    Flaw {
        id: "CVE-2022-0811", part: Part::Runtime("cri-o"),
        ranges: &[
            ([1, 19, 0], [1, 19, 6]), ([1, 20, 0], [1, 20, 7]), ([1, 21, 0], [1, 21, 6]), ([1, 22, 0], [1, 22, 3]), ([1, 23, 0], [1, 23, 2]),
        ],
        builds: &[], unless: None,
    },
];

/// Three numbers, and what a distribution appended.
fn numbers(text: &str) -> Option<(Numbers, &str)> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let mut rest = text;
    let mut found = [0; 3];
    for (index, slot) in found.iter_mut().enumerate() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        *slot = number.parse().ok()?;
        // `5.10` has no third number
        rest = match (index, after.strip_prefix('.')) {
            (0 | 1, Some(next)) if next.starts_with(|c: char| c.is_ascii_digit()) => next,
            _ => return Some((found, after)),
        };
    }
    Some((found, rest))
}

/// What a flaw says of a version.
enum Has {
    No,
    Yes,
    Perhaps(&'static str),
}

const PATCHED: &str = "distributions mend such flaws without changing these numbers: compare with its advisory";

fn has(flaw: &Flaw, version: Numbers, appended: &str) -> Has {
    if !flaw.ranges.iter().any(|(first, fixed)| (*first..*fixed).contains(&version)) {
        return Has::No;
    }
    let build =
        appended.trim_start_matches('-').split(['-', '.', '~']).next().and_then(|text| text.parse::<u32>().ok());
    let known = flaw.builds.iter().find(|(numbers, mark, _)| *numbers == version && appended.contains(mark));
    match (known.zip(build), flaw.unless) {
        (Some(((_, _, fixed), build)), _) if build >= *fixed => Has::No,
        (Some(_), _) => Has::Yes,
        (None, Some(unless)) => Has::Perhaps(unless),
        (None, None) if appended.is_empty() => Has::Yes,
        (None, None) => Has::Perhaps(PATCHED),
    }
}

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for node in cx.inventory.nodes.values().filter(|node| cx.in_scope(Kind::Node, &node.meta)) {
        one(node, judge.object(Kind::Node, &node.meta));
    }
}

fn one(node: &Node, hits: &mut Hits) {
    let (name, info) = (&node.meta.name, &node.status.node_info);
    let expected = "a version without known ways out of containers";
    let runtime = info.container_runtime_version.split_once("://");
    let kernel = Some(info.kernel_version.as_str()).filter(|_| info.operating_system != "windows");
    let parts = [
        ("kernelVersion", &info.kernel_version, kernel.map(|version| (Part::Kernel, version))),
        ("containerRuntimeVersion", &info.container_runtime_version, runtime.map(|(what, v)| (runtime_part(what), v))),
    ];
    for (field, text, part) in parts {
        let path = FieldPath::of("status.nodeInfo").fields(field);
        let Some((part, version)) = part else {
            if field == "containerRuntimeVersion" {
                hits.unread(path, GapReason::SourceCannotHoldIt, expected)
                    .message(format!("node {name} does not say its container runtime"));
            }
            continue;
        };
        let Some((version, appended)) = numbers(version) else {
            hits.unread(path, GapReason::SourceCannotHoldIt, expected)
                .message(format!("the version of node {name} is not read: {text:?}"));
            continue;
        };
        let flaws = FLAWS.iter().filter(|flaw| flaw.part == part).map(|flaw| (flaw.id, has(flaw, version, appended)));
        let (mut certain, mut possible, mut doubts) = (Vec::new(), Vec::new(), BTreeSet::new());
        for (id, has) in flaws {
            match has {
                Has::No => {}
                Has::Yes => certain.push(id),
                Has::Perhaps(unless) => {
                    possible.push(id);
                    doubts.insert(unless);
                }
            }
        }
        if !certain.is_empty() {
            hits.fail(path, text.as_str(), expected)
                .message(format!("node {name} runs {text}, which has {}", certain.join(" and ")));
        } else if !possible.is_empty() {
            let ids = possible.join(" and ");
            let doubts = doubts.into_iter().collect::<Vec<_>>().join("; ");
            hits.review(path, text.as_str(), expected)
                .severity(Severity::Low)
                .message(format!("node {name} runs {text}, a version that had {ids}; {doubts}"));
        }
    }
}

/// A runtime of the table, else one that no row is about.
fn runtime_part(name: &str) -> Part {
    let known = FLAWS.iter().map(|flaw| flaw.part).find(|part| matches!(part, Part::Runtime(known) if *known == name));
    known.unwrap_or(Part::Runtime(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers() {
        assert_eq!(numbers("5.13.0-39-generic"), Some(([5, 13, 0], "-39-generic")));
        assert_eq!(numbers("1.6.9"), Some(([1, 6, 9], "")));
        assert_eq!(numbers("6.1.112+"), Some(([6, 1, 112], "+")));
        assert_eq!(numbers("v2.0.0-rc.1"), Some(([2, 0, 0], "-rc.1")));
        assert_eq!(numbers("5.10"), Some(([5, 10, 0], "")));
        assert_eq!(numbers("unknown"), None);
    }
}
