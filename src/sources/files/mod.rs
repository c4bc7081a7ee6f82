//! Manifests: files, directories, standard input. What is no manifest is named and skipped, never fatal. A stream is
//! read piece by piece, and pieces are decoded on all cores: however many documents there are, few are held at a time.

mod decode;
mod lines;
mod pieces;

use crate::inventory::{Inventory, Kind, Medium, Object, Version, yaml};
use crate::model::FindingSource;
use decode::{Decoder, Out};
pub use lines::{document, fill_lines};
use pieces::{Piece, Pieces};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

/// Something worth telling about a file that is no failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Path as given.
    pub file: Arc<str>,
    /// Line, where one is at fault.
    pub line: Option<usize>,
    /// One sentence.
    pub message: String,
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

/// A path that was named and cannot be used: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {message}")]
pub struct FileError {
    /// As given.
    pub path: String,
    /// What is wrong, and what was expected.
    pub message: String,
}

/// Loads manifests into an inventory.
#[derive(Debug)]
pub struct Loader {
    inventory: Inventory,
    notes: Vec<Note>,
    namespace: Arc<str>,
    threads: usize,
}

/// What is known of a file while its pieces come in.
#[derive(Debug, Default)]
struct Progress {
    /// Documents that were read.
    read: usize,
    /// The first document that could not be.
    failure: Option<String>,
    /// Items that wait for their list to say what it is.
    homeless: Vec<Piece>,
}

impl Loader {
    /// For a Kubernetes version; manifests that name no namespace go to `namespace`, else `default`.
    pub fn new(medium: Medium, version: Version, namespace: Option<&str>) -> Self {
        let namespace = namespace.unwrap_or("default").into();
        let threads = thread::available_parallelism().map_or(1, usize::from);
        Self { inventory: Inventory::new(medium, version), notes: Vec::new(), namespace, threads }
    }

    /// Decodes on this many threads; else on as many as there are cores.
    pub fn threads(&mut self, threads: usize) {
        self.threads = threads.max(1);
    }

    /// Adds a path: a file, a directory (searched through), or `-` for standard input.
    ///
    /// # Errors
    /// A path that is missing, or a named file that is neither YAML nor JSON.
    pub fn path(&mut self, path: &Path) -> Result<(), FileError> {
        let name = path.display().to_string();
        let fail = |message: String| FileError { path: name.clone(), message };
        if path == Path::new("-") {
            return self.stream("-", std::io::stdin().lock()).map_err(fail);
        }
        let unread = |error: std::io::Error| fail(format!("cannot be read: {error}"));
        if !std::fs::metadata(path).map_err(unread)?.is_dir() {
            return self.stream(&name, File::open(path).map_err(unread)?).map_err(fail);
        }
        let mut files = Vec::new();
        walk(path, &mut files);
        for file in files {
            let name = file.display().to_string();
            let read = File::open(&file).map_err(|error| format!("cannot be read: {error}"));
            if let Err(message) = read.and_then(|open| self.stream(&name, open)) {
                self.note(&name, None, format!("skipped: {message}"));
            }
        }
        Ok(())
    }

    /// Adds the text of a file.
    ///
    /// # Errors
    /// What is wrong with it, with line and column, where no document of it is YAML or JSON.
    pub fn text(&mut self, name: &str, text: &str) -> Result<(), String> {
        self.stream(name, text.as_bytes())
    }

    /// Adds a stream.
    ///
    /// # Errors
    /// As [`Loader::text`], and what cannot be read.
    fn stream(&mut self, name: &str, reader: impl Read) -> Result<(), String> {
        let decoder = Decoder { file: name.into(), namespace: self.namespace.clone() };
        let mut progress = Progress::default();
        let mut pieces = Pieces::new(reader).peekable();
        let first = pieces.next();
        // what is one piece is not worth a thread
        let failed = if self.threads == 1 || pieces.peek().is_none() {
            first.into_iter().chain(pieces).find_map(|piece| match piece {
                Ok(piece) => {
                    self.put(&decoder, decoder.run(piece), &mut progress);
                    None
                }
                Err(error) => Some(error),
            })
        } else {
            self.on_threads(&decoder, first.into_iter().chain(pieces), &mut progress)
        };
        if let Some(error) = failed {
            let message = format!("cannot be read: {error}");
            if progress.read == 0 {
                return Err(message);
            }
            self.note(name, None, format!("the rest is skipped: {message}"));
        }
        match progress.failure {
            Some(message) if progress.read == 0 => {
                // said once, as the error
                self.notes.retain(|note| *note.file != *decoder.file);
                Err(format!("neither YAML nor JSON: {message}"))
            }
            _ => Ok(()),
        }
    }

    /// Decodes pieces beside each other and takes what they came to in their order. As many are under way as keep the
    /// threads busy, and no more.
    fn on_threads(
        &mut self,
        decoder: &Decoder,
        pieces: impl Iterator<Item = std::io::Result<Piece>>,
        progress: &mut Progress,
    ) -> Option<std::io::Error> {
        /// Small pieces travel together.
        const BATCH: usize = 128 * 1024;
        let threads = self.threads;
        let (work, todo) = mpsc::channel::<(usize, Vec<Piece>)>();
        let todo = Mutex::new(todo);
        thread::scope(|scope| {
            let (done, results) = mpsc::channel();
            for _ in 0..threads {
                let (todo, done) = (&todo, done.clone());
                scope.spawn(move || {
                    loop {
                        let Ok(next) = todo.lock().map(|todo| todo.recv()) else { return };
                        let Ok((number, batch)) = next else { return };
                        let out: Vec<Out> = batch.into_iter().flat_map(|piece| decoder.run(piece)).collect();
                        if done.send((number, out)).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(done);
            let (mut sent, mut taken) = (0, 0);
            let mut early: BTreeMap<usize, Vec<Out>> = BTreeMap::new();
            let mut take = |loader: &mut Self, until: usize, sent: usize| {
                while sent - taken > until {
                    let Ok((number, out)) = results.recv() else { return };
                    early.insert(number, out);
                    while let Some(out) = early.remove(&taken) {
                        taken += 1;
                        loader.put(decoder, out, progress);
                    }
                }
            };
            let (mut batch, mut size, mut failed) = (Vec::new(), 0, None);
            for piece in pieces {
                match piece {
                    Ok(piece) => {
                        size += piece.text.len();
                        batch.push(piece);
                    }
                    Err(error) => {
                        failed = Some(error);
                        break;
                    }
                }
                if size >= BATCH {
                    let _ = work.send((sent, std::mem::take(&mut batch)));
                    (size, sent) = (0, sent + 1);
                    take(self, 2 * threads, sent);
                }
            }
            let _ = work.send((sent, batch));
            drop(work);
            take(self, 0, sent + 1);
            failed
        })
    }

    /// Takes what a piece came to.
    fn put(&mut self, decoder: &Decoder, outs: Vec<Out>, progress: &mut Progress) {
        for out in outs {
            match out {
                Out::Read => progress.read += 1,
                Out::Unreadable(message) => drop(progress.failure.get_or_insert(message)),
                Out::Note(line, message) => self.note(&decoder.file, Some(line), message),
                Out::Object(kind, object, source, placed) => self.object(kind, *object, source, placed),
                Out::Broken(kind, namespace, name, error) => {
                    self.inventory.note_undecodable(kind, &namespace, &name, &error);
                }
                Out::Homeless(piece) => progress.homeless.push(piece),
                Out::ListEnd(head) => {
                    progress.read += 1;
                    for piece in std::mem::take(&mut progress.homeless) {
                        self.put(decoder, decoder.item(&piece, &head), progress);
                    }
                }
            }
        }
    }

    fn object(&mut self, kind: Kind, object: Object, source: FindingSource, placed: bool) {
        let meta = object.meta();
        let key = (Arc::from(meta.namespace.as_str()), Arc::from(meta.name.as_str()));
        self.inventory.sources.insert((kind, key.clone()), Arc::new(source));
        if !placed {
            self.inventory.unplaced.insert((kind, key));
        }
        self.inventory.upsert(object);
    }

    fn note(&mut self, file: &str, line: Option<usize>, message: String) {
        self.notes.push(Note { file: file.into(), line, message });
    }

    /// The inventory, and what there is to tell.
    pub fn finish(self) -> (Inventory, Vec<Note>) {
        (self.inventory, self.notes)
    }
}

/// Files of a directory that may hold manifests, in order of name; hidden ones and links to directories are left out.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') {
            continue;
        }
        let Ok(about) = std::fs::symlink_metadata(&path) else { continue };
        if about.is_dir() {
            walk(&path, files);
        } else if matches!(path.extension().and_then(|e| e.to_str()), Some("yaml" | "yml" | "json")) {
            files.push(path);
        }
    }
}

pub(super) fn pick(text: &str, index: usize) -> std::io::Result<String> {
    let documents = yaml::documents(text);
    let document = documents.iter().find(|document| document.index == index);
    let document = document.ok_or_else(|| std::io::Error::other("the file changed since it was read"))?;
    Ok(document.text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn load(text: &str, threads: usize) -> Loader {
        let mut loader = Loader::new(Medium::Files, Version::NEWEST, None);
        loader.threads(threads);
        loader.text("x", text).unwrap();
        loader
    }

    fn pod(name: &str) -> Value {
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"containers": [{"name": "c"}]}})
    }

    fn names(loader: &Loader) -> Vec<(String, Option<usize>, usize)> {
        let place = |name: &Arc<str>| {
            let source = &loader.inventory.sources[&(Kind::Pod, ("default".into(), name.clone()))];
            (name.to_string(), source.item, source.document)
        };
        loader.inventory.pods.iter().map(|pod| place(&pod.name)).collect()
    }

    #[test]
    fn threads_come_to_the_same() {
        let filler = "x".repeat(2000);
        let mut stream = String::new();
        for number in 0..1500 {
            let mut pod = pod(&format!("p-{number:04}"));
            pod["metadata"]["annotations"] = json!({"filler": filler});
            stream += &format!("---\n{}", yaml::print(&pod));
            if number % 100 == 7 {
                stream += "metadata: {name: later}\n";
            }
        }
        let (one, four) = (load(&stream, 1), load(&stream, 4));
        assert_eq!(one.inventory.pods.len(), 1486, "the last of two equal keys counts");
        assert_eq!(names(&one), names(&four));
        assert_eq!(one.notes, four.notes);
        assert_eq!(one.notes.len(), 15);
    }

    #[test]
    fn lists_of_json_in_every_order() {
        let item = |name: &str| json!({"metadata": {"name": name}, "spec": {"containers": []}});
        let first =
            format!("{{\"kind\": \"PodList\", \"apiVersion\": \"v1\", \"items\": [{}, {}]}}", item("a"), item("b"));
        let last =
            format!("{{\"items\": [{}, {}], \"kind\": \"PodList\", \"apiVersion\": \"v1\"}}", item("a"), item("b"));
        let own = json!({"apiVersion": "v1", "items": [pod("a"), pod("b")], "kind": "List"}).to_string();
        let expected = [("a".to_owned(), Some(0), 0), ("b".to_owned(), Some(1), 0)];
        for text in [first, last, own] {
            let loader = load(&text, 2);
            assert!(loader.notes.is_empty(), "{:?}", loader.notes);
            assert_eq!(names(&loader), expected, "{text}");
        }
        let nested = json!({"apiVersion": "v1", "kind": "List", "items": [
            {"apiVersion": "v1", "kind": "PodList", "items": [item("a")]}, pod("b"), {"apiVersion": "x/v1", "kind": "X"},
        ]});
        assert_eq!(names(&load(&nested.to_string(), 1)).len(), 2);
    }

    #[test]
    fn names_given_twice_in_json_take_the_last() {
        let text = "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"a\", \"name\": \"b\"}, \"spec\": {}}";
        assert_eq!(names(&load(text, 1))[0].0, "b");
    }

    #[test]
    fn what_is_cluster_scoped_loses_a_namespace() {
        let loader = load("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, namespace: shop}\n", 1);
        let keys: Vec<_> = loader.inventory.namespaces.keys().collect();
        assert_eq!(keys, [&(Arc::from(""), Arc::from("shop"))], "as the API server takes it");
    }

    #[test]
    fn what_is_cut_off_is_told_and_what_was_whole_counts() {
        let mut loader = Loader::new(Medium::Files, Version::NEWEST, None);
        let text =
            format!("{{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [{},\n {{\"apiVersion\"", pod("a"));
        let error = loader.text("x", &text).unwrap_err();
        assert!(error.starts_with("neither YAML nor JSON: line 2"), "{error}");
        assert_eq!(loader.inventory.pods.len(), 1);
    }

    #[test]
    fn findings_in_a_list_have_lines() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("list.json");
        let list = json!({"apiVersion": "v1", "kind": "List", "items": [pod("a"), pod("b")]});
        std::fs::write(&file, serde_json::to_string_pretty(&list).unwrap()).unwrap();
        let source = FindingSource { file: file.display().to_string().as_str().into(), document: 0, item: Some(1) };
        let text = document(&source).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), pod("b"));
        assert!(document(&FindingSource { item: Some(2), ..source }).is_err());
    }
}
