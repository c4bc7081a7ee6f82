//! The machine itself, or a tree that stands for it: modes and owners of files, certificates' ends, flags of processes and
//! the few fields of files that checks name. It opens no connection, writes nothing, and follows no link out of the root.

mod certificate;
mod content;
mod process;
mod root;

use crate::inventory::kinds::meta::Meta;
use crate::inventory::kubelet::KubeletConfig;
use crate::inventory::node_facts::{FileFact, FileType, Mode, NodeFacts, PROCESSES, SCHEMA_VERSION, Unreadable};
use crate::inventory::{Kind, places};
use root::{Entry, Root, identity, kind};
use rustix::io::Errno;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

/// Files in one directory's tree that are told at most: beyond, the tree counts as not looked at.
const MOST_FILES: usize = 200_000;

/// Looks at a machine. Without a name the node is called as its kubelet calls it, else as the machine calls itself.
///
/// # Errors
/// A root that is no directory or cannot be entered, and a machine without a name.
pub fn look(path: &Path, name: Option<&str>, now: &str) -> Result<NodeFacts, String> {
    let root = &Root::open(path).map_err(|error| format!("{}: cannot be looked at: {error}", path.display()))?;
    let mut facts = NodeFacts {
        meta: Meta::default(),
        schema_version: SCHEMA_VERSION,
        collected_at: now.to_owned(),
        collected_by: concat!("plimsoll ", env!("CARGO_PKG_VERSION")).to_owned(),
        files: Vec::new(),
        missing: Vec::new(),
        errors: Vec::new(),
        processes: process::all(root),
        kubelet_config: None,
        encryption: None,
        audit_policy: None,
    };
    let name = name.map(str::to_owned).or_else(|| flag(&facts, "kubelet", "hostname-override"));
    facts.meta.name = name.or_else(|| own_name(root)).ok_or("the machine has no name (/etc/hostname): give --name")?;
    let mut look = Look::new(root);
    // every node has one: where it is not seen, others may hide as well
    if facts.flags("kubelet").is_none() {
        let message = "no kubelet is seen among the processes: what flags name is unknown";
        look.errors.insert(PROCESSES.to_owned(), message.to_owned());
    }
    look.contents(&mut facts);
    look.paths(&facts);
    facts.files = look.files.into_values().collect();
    facts.missing = look.missing.into_iter().collect();
    facts.errors = look.errors.into_iter().map(|(path, message)| Unreadable { path, message }).collect();
    Ok(facts)
}

/// The value of a flag of a process.
fn flag(facts: &NodeFacts, program: &str, flag: &str) -> Option<String> {
    let text = facts.flags(program)?.get(flag)?.text().trim_end_matches('/').to_owned();
    (!text.is_empty()).then_some(text)
}

/// As the kubelet makes a node's name of it.
fn own_name(root: &Root) -> Option<String> {
    let bytes = root.read("/etc/hostname").ok()??;
    let name = String::from_utf8_lossy(&bytes).trim().to_lowercase();
    (!name.is_empty()).then_some(name)
}

/// As the document that `--node-facts` takes.
pub fn document(facts: &NodeFacts) -> Value {
    let mut document = json!({"apiVersion": Kind::NodeFacts.api_version(), "kind": Kind::NodeFacts.name()});
    if let (Some(fields), Ok(Value::Object(own))) = (document.as_object_mut(), serde_json::to_value(facts)) {
        fields.extend(own);
    }
    document
}

/// Names by number, from a table of the node's own.
fn names(root: &Root, path: &str) -> BTreeMap<u32, String> {
    let bytes = root.read(path).ok().flatten().unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let line = |line: &str| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty())?.to_owned();
        Some((fields.nth(1)?.parse().ok()?, name))
    };
    // of several names of a number the first, as the system's own tools have it
    text.lines().rev().filter_map(line).collect()
}

/// What was seen so far.
struct Look<'r> {
    root: &'r Root,
    users: BTreeMap<u32, String>,
    groups: BTreeMap<u32, String>,
    files: BTreeMap<String, FileFact>,
    missing: BTreeSet<String>,
    errors: BTreeMap<String, String>,
}

impl<'r> Look<'r> {
    fn new(root: &'r Root) -> Self {
        Self {
            root,
            users: names(root, "/etc/passwd"),
            groups: names(root, "/etc/group"),
            files: BTreeMap::new(),
            missing: BTreeSet::new(),
            errors: BTreeMap::new(),
        }
    }

    /// The files of which a check names fields.
    fn contents(&mut self, facts: &mut NodeFacts) {
        let usual = places::CONFIG.iter().find(|path| matches!(self.root.find(path), Ok(Some(_))));
        if let Some(path) = flag(facts, "kubelet", "config").or_else(|| usual.map(|path| (*path).to_owned())) {
            facts.kubelet_config = self.content(&path, content::kubelet);
        }
        if let Some(path) = flag(facts, "kube-apiserver", "encryption-provider-config") {
            facts.encryption = self.content(&path, content::encryption);
        }
        if let Some(path) = flag(facts, "kube-apiserver", "audit-policy-file") {
            facts.audit_policy = self.content(&path, content::audit_policy);
        }
    }

    fn content<T>(&mut self, path: &str, read: fn(&Root, &str) -> Result<Option<T>, String>) -> Option<T> {
        read(self.root, path).unwrap_or_else(|message| {
            self.errors.insert(path.to_owned(), message);
            None
        })
    }

    /// Where checks look: the usual places, and those that flags and the kubelet's configuration name.
    fn paths(&mut self, facts: &NodeFacts) {
        let kubeconfigs = [places::ADMIN, places::SCHEDULER, places::MANAGER, places::KUBELET, places::PROXY].concat();
        let mut kubeconfigs: BTreeSet<String> = kubeconfigs.into_iter().map(str::to_owned).collect();
        let mut files: BTreeSet<String> =
            places::FILES.iter().copied().flatten().map(|path| (*path).to_owned()).collect();
        let mut trees: BTreeSet<String> =
            places::TREES.iter().copied().flatten().map(|path| (*path).to_owned()).collect();
        let mut manifests: BTreeSet<String> = places::MANIFESTS.iter().map(|path| (*path).to_owned()).collect();
        for (program, flags) in places::FLAGS {
            for name in *flags {
                let Some(path) = flag(facts, program, name) else { continue };
                match *name {
                    "cni-conf-dir" => trees.insert(path),
                    "pod-manifest-path" => manifests.insert(path),
                    "kubeconfig" => kubeconfigs.insert(path),
                    "config" | "data-dir" | "client-ca-file" | "trusted-ca-file" => files.insert(path),
                    "encryption-provider-config" | "audit-policy-file" => files.insert(path),
                    _ => continue,
                };
            }
        }
        if let Some(KubeletConfig { static_pod_path, authentication, .. }) = &facts.kubelet_config {
            let named = |path: &str| (!path.is_empty()).then(|| path.trim_end_matches('/').to_owned());
            manifests.extend(named(static_pod_path));
            files.extend(named(&authentication.x509.client_ca_file));
        }
        files.extend(
            manifests.iter().flat_map(|folder| places::MANIFEST_NAMES.iter().map(move |n| format!("{folder}/{n}"))),
        );
        files.into_iter().for_each(|path| self.file(&path, certificates));
        kubeconfigs.into_iter().for_each(|path| self.file(&path, kubeconfig));
        trees.into_iter().for_each(|path| self.tree(&path));
    }

    /// Looks at one path.
    fn file(&mut self, path: &str, more: fn(&Entry, &mut FileFact)) {
        if !path.starts_with('/') {
            self.errors.insert(path.to_owned(), "a relative path: it depends on where the process was started".into());
            return;
        }
        match self.root.find(path) {
            Ok(Some(entry)) => {
                let mut fact = self.fact(path, &entry, false);
                more(&entry, &mut fact);
                self.files.insert(path.to_owned(), fact);
            }
            Ok(None) => drop(self.missing.insert(path.to_owned())),
            Err(error) => self.unreadable(path, error),
        }
    }

    fn unreadable(&mut self, path: &str, error: Errno) {
        self.errors.insert(path.to_owned(), error.to_string());
    }

    fn fact(&self, path: &str, entry: &Entry, link: bool) -> FileFact {
        let kind = match entry.kind() {
            rustix::fs::FileType::Directory => FileType::Directory,
            rustix::fs::FileType::RegularFile if link => FileType::Symlink,
            rustix::fs::FileType::RegularFile => FileType::File,
            _ => FileType::Other,
        };
        let (uid, gid) = (entry.stat.st_uid, entry.stat.st_gid);
        FileFact {
            path: path.to_owned(),
            kind,
            #[allow(clippy::unnecessary_cast)] // other architectures have other widths
            mode: Mode(entry.stat.st_mode as u32 & 0o7777),
            uid,
            gid,
            user: self.users.get(&uid).cloned(),
            group: self.groups.get(&gid).cloned(),
            sha256: None,
            expires: None,
        }
    }

    /// Looks at a directory and everything below it. What a link leads to stands under the link's own path; a directory
    /// that was walked is not walked again.
    fn tree(&mut self, path: &str) {
        let (mut todo, mut walked, mut count) = (vec![path.to_owned()], HashSet::new(), 0);
        while let Some(folder) = todo.pop() {
            let entry = match self.root.find(&folder) {
                Ok(Some(entry)) => entry,
                Ok(None) => {
                    self.missing.insert(folder);
                    continue;
                }
                Err(error) => {
                    self.unreadable(&folder, error);
                    continue;
                }
            };
            let fact = self.fact(&folder, &entry, false);
            let is_folder = fact.kind == FileType::Directory;
            self.files.insert(folder.clone(), fact);
            if !is_folder || !walked.insert(identity(&entry.stat)) {
                continue;
            }
            let names = match entry.names() {
                Ok(names) => names,
                Err(error) => {
                    self.unreadable(&folder, error);
                    continue;
                }
            };
            for name in names {
                count += 1;
                if count > MOST_FILES {
                    self.errors.insert(path.to_owned(), format!("more than {MOST_FILES} files"));
                    return;
                }
                let below = format!("{folder}/{}", String::from_utf8_lossy(&name));
                match entry.stat(&name).map(|stat| kind(&stat)) {
                    Ok(rustix::fs::FileType::Directory) => todo.push(below),
                    Ok(of) => self.leaf(below, of == rustix::fs::FileType::Symlink, &mut todo),
                    // gone between two looks
                    Err(Errno::NOENT) => {}
                    Err(error) => self.unreadable(&below, error),
                }
            }
        }
    }

    /// What is no directory itself.
    fn leaf(&mut self, path: String, link: bool, todo: &mut Vec<String>) {
        match self.root.find(&path) {
            Ok(Some(entry)) if entry.kind() == rustix::fs::FileType::Directory => todo.push(path),
            Ok(Some(entry)) => {
                let mut fact = self.fact(&path, &entry, link);
                certificates(&entry, &mut fact);
                self.files.insert(path, fact);
            }
            Ok(None) => drop(self.missing.insert(path)),
            Err(error) => self.unreadable(&path, error),
        }
    }
}

/// Adds what a certificate's file is asked for. Keys are not opened.
fn certificates(entry: &Entry, fact: &mut FileFact) {
    let named = [".crt", ".pem", ".cert"].iter().any(|end| fact.path.ends_with(end));
    let text = || String::from_utf8(entry.read().ok()??).ok();
    if let Some(found) = named.then(text).flatten().and_then(|text| certificate::of_pem(&text)) {
        fact.sha256 = Some(found.sha256);
        fact.expires = found.expires;
    }
}

/// Adds when the certificate that a kubeconfig holds runs out.
fn kubeconfig(entry: &Entry, fact: &mut FileFact) {
    let text = entry.read().ok().flatten().and_then(|bytes| String::from_utf8(bytes).ok());
    fact.expires = text.and_then(|text| content::expiry_in_kubeconfig(&text));
}
