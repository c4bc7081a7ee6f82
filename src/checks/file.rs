//! The rule of the table `node_file`: modes and owners of files on nodes.

use super::flag::Said;
use super::nodes::{self, Seen, Whose};
use super::{Cx, Judge, Row};
use crate::inventory::Kind;
use crate::inventory::kubelet::KubeletState;
use crate::inventory::node_facts::{FileFact, FileType, Found, NodeFacts};
use crate::model::{FieldPath, GapReason};

/// A row: where files are, and what they must be.
#[derive(Debug)]
pub(super) struct Files {
    /// What they are, in words: `the scheduler's manifest`.
    pub what: &'static str,
    /// On which nodes they are.
    pub whose: Whose,
    /// Where.
    pub place: Place,
    /// What they must be.
    pub must: Mark,
    /// Whether a node on which they are not passes, where otherwise the question does not arise there.
    pub none_passes: bool,
}

/// What most rows leave as it is.
pub(super) const FILES: Files =
    Files { what: "", whose: Whose::Every, place: Place::One(&[]), must: Mark::Root, none_passes: false };

/// What a file must be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mark {
    /// A mode without any further bit.
    Mode(u32),
    /// Owned by root, user and group.
    Root,
    /// Owned by etcd, user and group.
    Etcd,
    /// Owned by etcd or by root.
    EtcdOrRoot,
}

/// Where files are. Of several paths the first is where kubeadm has it, the others are those of distributions: only the
/// first has to have been looked at.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// The first of these that is there.
    One(&'static [&'static str]),
    /// All of these that are there.
    All(&'static [&'static str]),
    /// A manifest of this name in the directory of static pods.
    Manifest(&'static str),
    /// What a process's flag names, else the first of these.
    Named(&'static str, &'static str, &'static [&'static str]),
    /// The authority of the kubelet's clients, by its configuration, else the first of these.
    KubeletCa(&'static [&'static str]),
    /// Everything below the first of these directories, by the end of its name; empty: all, the directory too.
    Below(&'static [&'static str], &'static str),
    /// Regular files of the network plugins.
    Cni,
}

const MANIFESTS: [&str; 2] = ["/etc/kubernetes/manifests", "/var/lib/rancher/rke2/agent/pod-manifests"];

/// What is known of a row's files on a node.
enum Known<'a> {
    There(Vec<&'a FileFact>),
    Nowhere,
    Unknown,
}

impl Place {
    fn of<'f>(self, cx: &Cx<'_>, facts: &'f NodeFacts) -> Known<'f> {
        match self {
            Self::One(paths) => one(facts, paths.iter().copied()),
            Self::All(paths) => {
                let there: Vec<_> = paths.iter().filter_map(|path| there(facts, path)).collect();
                if there.is_empty() { one(facts, paths.iter().copied()) } else { Known::There(there) }
            }
            Self::Manifest(name) => {
                let flag =
                    facts.flags("kubelet").and_then(|flags| Some(flags.get("pod-manifest-path")?.text().to_owned()));
                let set = flag.or_else(|| Some(facts.kubelet_config.as_ref()?.static_pod_path.clone()));
                let set = set.filter(|folder| !folder.is_empty());
                let folders = set.as_deref().into_iter().chain(MANIFESTS);
                let paths: Vec<String> =
                    folders.map(|folder| format!("{}/{name}", folder.trim_end_matches('/'))).collect();
                one(facts, paths.iter().map(String::as_str))
            }
            Self::Named(program, flag, otherwise) => {
                let named = facts.flags(program).and_then(|flags| Some(flags.get(flag)?.text().to_owned()));
                match named.filter(|path| !path.is_empty()) {
                    Some(path) => one(facts, [path.trim_end_matches('/')].into_iter()),
                    None => one(facts, otherwise.iter().copied()),
                }
            }
            Self::KubeletCa(otherwise) => {
                let key = ("".into(), facts.meta.name.as_str().into());
                let asked = match cx.inventory.kubelets.get(&key).map(|kubelet| &kubelet.state) {
                    Some(KubeletState::Read(config)) => Some(config.authentication.x509.client_ca_file.clone()),
                    Some(KubeletState::Failed(_)) | None => None,
                };
                // a flag wins over a file that nobody read
                let flag = || Some(facts.flags("kubelet")?.get("client-ca-file")?.text().to_owned());
                let file = asked.or_else(flag).or_else(|| Some(facts.kubelet()?.authentication.x509.client_ca_file));
                match file.filter(|path| !path.is_empty()) {
                    Some(path) => one(facts, [path.as_str()].into_iter()),
                    None => one(facts, otherwise.iter().copied()),
                }
            }
            Self::Below(folders, end) => {
                match folders.iter().find(|folder| there(facts, folder).is_some()).or(folders.first()) {
                    Some(folder) => below(facts, folder, |file| file.path.ends_with(end)),
                    None => Known::Nowhere,
                }
            }
            Self::Cni => {
                let set = facts.flags("kubelet").and_then(|flags| Some(flags.get("cni-conf-dir")?.text().to_owned()));
                let folders = [set.as_deref().unwrap_or("/etc/cni/net.d"), "/var/lib/cni/networks"];
                let mut all = Vec::new();
                for folder in folders {
                    match below(facts, folder, |file| matches!(file.kind, FileType::File | FileType::Symlink)) {
                        Known::There(files) => all.extend(files),
                        Known::Nowhere => {}
                        Known::Unknown => return Known::Unknown,
                    }
                }
                if all.is_empty() { Known::Nowhere } else { Known::There(all) }
            }
        }
    }
}

fn there<'f>(facts: &'f NodeFacts, path: &str) -> Option<&'f FileFact> {
    match facts.file(path) {
        Found::There(file) => Some(file),
        Found::Missing | Found::Unknown => None,
    }
}

fn one<'f, 'p>(facts: &'f NodeFacts, mut paths: impl Iterator<Item = &'p str> + Clone) -> Known<'f> {
    match paths.clone().find_map(|path| there(facts, path)) {
        Some(file) => Known::There(vec![file]),
        None if paths.next().is_none_or(|first| facts.file(first) == Found::Missing) => Known::Nowhere,
        None => Known::Unknown,
    }
}

fn below<'f>(facts: &'f NodeFacts, folder: &str, wanted: impl Fn(&FileFact) -> bool) -> Known<'f> {
    match facts.tree(folder) {
        Some(_) if facts.is_partial(folder) => Known::Unknown,
        Some(files) => {
            let files: Vec<_> = files.filter(|file| wanted(file)).collect();
            if files.is_empty() { Known::Nowhere } else { Known::There(files) }
        }
        None if facts.file(folder) == Found::Missing => Known::Nowhere,
        None => Known::Unknown,
    }
}

impl Mark {
    /// What is wrong with a file; None: nothing.
    fn judge(self, what: &str, file: &FileFact) -> Option<Said> {
        let at = |field: &str| FieldPath::of("files").item(0, "path", &file.path).fields(field);
        let said = |field: &str, actual: String, expected: String, message: String| Said {
            review: false,
            at: at(field),
            actual: actual.into(),
            expected: expected.into(),
            message,
        };
        let (path, owner) = (&file.path, file.owner());
        let root = file.uid == 0 && file.gid == 0;
        let etcd = file.user.as_deref() == Some("etcd") && file.group.as_deref() == Some("etcd");
        let (holds, expected) = match self {
            Self::Mode(most) => {
                let message = format!("{what} {path} has mode {}: {}", file.mode, more(file.mode.0 & !most));
                let expected = format!("{most:04o} or stricter");
                return (file.mode.0 & !most != 0).then(|| said("mode", file.mode.to_string(), expected, message));
            }
            Self::Root => (root, "root:root"),
            Self::Etcd => (etcd, "etcd:etcd"),
            Self::EtcdOrRoot => (etcd || root, "etcd:etcd or root:root"),
        };
        let mut message = format!("{what} {path} belongs to {owner}");
        if root {
            message += ": etcd runs as root, as kubeadm starts it; where that is meant, waive it";
        }
        let field = if matches!(self, Self::Root) && file.uid == 0 { "gid" } else { "uid" };
        (!holds).then(|| said(field, owner, expected.to_owned(), message))
    }
}

/// What bits beyond the allowed ones open.
fn more(bits: u32) -> &'static str {
    match bits {
        _ if bits & 0o002 != 0 => "everybody on the node may write it",
        _ if bits & 0o020 != 0 => "its group may write it",
        _ if bits & 0o007 != 0 => "everybody on the node may read it",
        _ if bits & 0o070 != 0 => "its group may read it",
        _ => "more than it needs",
    }
}

impl Row for Files {
    fn run(&self, cx: &Cx<'_>, judge: &mut Judge) {
        if self.whose == Whose::ControlPlane && nodes::is_hosted(cx, judge) {
            return;
        }
        let (mut seen, mut unknown, mut looked) = (Vec::new(), Vec::new(), false);
        for facts in nodes::facts(cx, judge, self.whose) {
            looked = true;
            let node = facts.meta.name.as_str();
            match self.place.of(cx, facts) {
                Known::There(files) => {
                    let said = files.into_iter().filter_map(|file| self.must.judge(self.what, file)).collect();
                    seen.push(Seen::new(node, Kind::NodeFacts, said));
                }
                Known::Nowhere if self.none_passes => seen.push(Seen::new(node, Kind::NodeFacts, Vec::new())),
                Known::Nowhere => {}
                Known::Unknown => unknown.push(node),
            }
        }
        let known = unknown.is_empty() && judge.missing.is_none();
        if !unknown.is_empty() {
            let message = format!("{} could not be looked at on {}", self.what, unknown.join(", "));
            judge.missing(Kind::NodeFacts.name(), GapReason::NoNodeEvidence, message);
        }
        if looked && known && seen.is_empty() {
            judge.not_applicable(format!("{} is on no node", self.what));
        }
        nodes::report(judge, seen);
    }
}
