//! From a piece of a stream to objects: pure, so that pieces decode beside each other.

use super::pieces::{Form, Head, Piece};
use crate::inventory::{Kind, Object, Wire, yaml};
use crate::model::FindingSource;
use serde_json::Value;
use std::sync::Arc;

/// What a piece came to, in the order of the text.
#[derive(Debug)]
pub(super) enum Out {
    /// A document was read, whatever it holds.
    Read,
    /// A document is neither YAML nor JSON.
    Unreadable(String),
    /// Something to tell, on a line.
    Note(usize, String),
    /// An object, and whether it names its namespace.
    Object(Kind, Box<Object>, FindingSource, bool),
    /// An object that does not decode: kind, namespace, name, why.
    Broken(Kind, String, String, String),
    /// An item that its list must place first: the list had not said yet what it is.
    Homeless(Piece),
    /// A list ended, and said what it is.
    ListEnd(Arc<Head>),
}

/// Decodes pieces of one file.
#[derive(Clone, Debug)]
pub(super) struct Decoder {
    /// The file, as given.
    pub file: Arc<str>,
    /// Namespace of manifests that name none: kubectl's rule.
    pub namespace: Arc<str>,
}

impl Decoder {
    /// Decodes a piece.
    pub(super) fn run(&self, piece: Piece) -> Vec<Out> {
        let mut out = Vec::new();
        match &piece.form {
            Form::Yaml => self.yaml(&piece, &mut out),
            Form::Json(own) => {
                out.push(Out::Read);
                self.json(&piece, None, own, &Head::default(), &mut out);
            }
            Form::Item(_, own, list) if own.kind.is_empty() && list.kind.is_empty() => out.push(Out::Homeless(piece)),
            Form::Item(item, own, list) => self.json(&piece, Some(*item), own, list, &mut out),
            Form::Cut => {
                let why = "the text ends inside a JSON value";
                out.push(Out::Note(piece.line, format!("skipped: {why}")));
                out.push(Out::Unreadable(format!("line {}: {why}", piece.line)));
            }
            Form::ListEnd(head) => out.push(Out::ListEnd(head.clone())),
        }
        out
    }

    /// An item that waited for its list to say what it is.
    pub(super) fn item(&self, piece: &Piece, head: &Head) -> Vec<Out> {
        let mut out = Vec::new();
        if let Form::Item(item, own, _) = &piece.form {
            self.json(piece, Some(*item), own, head, &mut out);
        }
        out
    }

    fn source(&self, document: usize, item: Option<usize>) -> FindingSource {
        FindingSource { file: self.file.clone(), document, item }
    }

    fn yaml(&self, piece: &Piece, out: &mut Vec<Out>) {
        for document in yaml::documents(&piece.text) {
            // lines of a document are those of the piece
            let line = |line: usize| line + piece.line - 1;
            match document.parse() {
                Ok(parsed) => {
                    out.push(Out::Read);
                    out.extend(parsed.warnings.into_iter().map(|w| Out::Note(line(w.line), w.message)));
                    let source = self.source(piece.document + document.index, None);
                    self.value(&source, line(document.first_line), parsed.value, out);
                }
                Err(_) if document.text.contains("{{") => {
                    let why = "skipped: a template (Helm?), render it first";
                    out.push(Out::Note(line(document.first_line), why.to_owned()));
                }
                Err(error) => {
                    let at = line(error.line);
                    let whole = format!("line {at}, column {}: {}", error.column, error.message);
                    out.push(Out::Note(at, format!("skipped: {}", error.message)));
                    out.push(Out::Unreadable(whole));
                }
            }
        }
    }

    /// A JSON object, straight into its struct; what that does not take goes the long way, for the error's sake.
    fn json(&self, piece: &Piece, item: Option<usize>, own: &Head, list: &Head, out: &mut Vec<Out>) {
        let source = self.source(piece.document, item);
        let (api_version, name) = match own.kind.as_str() {
            "" => (list.api_version.as_str(), list.kind.strip_suffix("List").unwrap_or_default()),
            name => (own.api_version.as_str(), name),
        };
        let kind = Kind::of(group(api_version), name);
        if let Some(kind) = kind.filter(|kind| kind.info().wire != Wire::Json)
            && let Ok(object) = Object::from_text(kind, &piece.text)
        {
            out.push(self.placed(kind, object, source));
            return;
        }
        if kind.is_none() && !(name.is_empty() || name.ends_with("List")) {
            return;
        }
        match yaml::parse(&piece.text) {
            Ok(parsed) => {
                let mut value = parsed.value;
                complete(&mut value, list);
                self.value(&source, piece.line, value, out);
            }
            Err(error) => {
                let at = error.line + piece.line - 1;
                let whole = format!("line {at}, column {}: {}", error.column, error.message);
                out.push(Out::Note(at, format!("skipped: {}", error.message)));
                out.push(Out::Unreadable(whole));
            }
        }
    }

    /// An object, or a list of objects.
    fn value(&self, source: &FindingSource, line: usize, mut value: Value, out: &mut Vec<Out>) {
        let text = |value: &Value, field: &str| value.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (api_version, kind) = (text(&value, "apiVersion"), text(&value, "kind"));
        if api_version.is_empty() || kind.is_empty() {
            if !value.is_null() {
                out.push(Out::Note(line, "skipped: no Kubernetes object (apiVersion and kind)".into()));
            }
            return;
        }
        if let (true, Some(Value::Array(items))) = (kind.ends_with("List"), value.get_mut("items")) {
            let head = Head { api_version, kind };
            for mut item in std::mem::take(items) {
                complete(&mut item, &head);
                self.value(source, line, item, out);
            }
            return;
        }
        let Some(kind) = Kind::of(group(&api_version), &kind) else { return };
        let at = |field: &str| {
            let pointer = format!("/metadata/{field}");
            value.pointer(&pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let (name, mut namespace) = (at("name"), at("namespace"));
        match Object::from_json(kind, value) {
            Ok(object) => out.push(self.placed(kind, object, source.clone())),
            Err(error) => {
                out.push(Out::Note(line, format!("{} {name} is not understood: {error}", kind.name())));
                if kind.info().namespaced && namespace.is_empty() {
                    namespace = self.namespace.to_string();
                }
                out.push(Out::Broken(kind, namespace, name, error.to_string()));
            }
        }
    }

    fn placed(&self, kind: Kind, mut object: Object, source: FindingSource) -> Out {
        let namespaced = kind.info().namespaced;
        let placed = !namespaced || object.meta().namespace().is_some();
        if !placed {
            object.place(&self.namespace);
        } else if !namespaced {
            // as the API server: what is cluster-scoped loses a namespace that it names
            object.place("");
        }
        Out::Object(kind, Box::new(object), source, placed)
    }
}

fn group(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

/// Items of a typed list may leave out what the list says.
fn complete(item: &mut Value, list: &Head) {
    let kind = list.kind.strip_suffix("List").unwrap_or_default();
    if let (Some(fields), false) = (item.as_object_mut(), kind.is_empty()) {
        fields.entry("apiVersion").or_insert_with(|| list.api_version.as_str().into());
        fields.entry("kind").or_insert_with(|| kind.into());
    }
}
