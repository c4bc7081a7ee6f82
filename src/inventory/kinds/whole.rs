//! Kinds that are read whole, as JSON, because somebody asks questions of complete objects: checks of a user's packs. The
//! objects are dropped as soon as they are read; what stays is the answers.

use super::meta::{Map, Meta};
use super::{DecodeError, Info, Kind, Wire};
use crate::model::FieldPath;
use serde::Deserialize;
use serde_json::Value;
use std::fmt::Debug;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Which of the kinds that are read whole: they are known once the packs are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WholeKind(usize);

/// A question about one complete object.
pub trait Question: Debug + Send + Sync {
    /// Whose question it is: a check's id.
    fn id(&self) -> &'static str;
    /// The answer for an object.
    fn ask(&self, object: &Value) -> Answer;
}

/// What a question came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The object is none of those that are meant.
    Skip,
    /// What there is to say of it; nothing: it is as it should be.
    Said(Vec<Said>),
}

/// One thing to say of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// It is wrong. Else: it could not be decided.
    pub wrong: bool,
    /// The field.
    pub path: FieldPath,
    /// Its value, as far as it may be shown.
    pub actual: Value,
    /// What would be right, in words.
    pub expected: &'static str,
    /// One sentence; empty: the check's title says it.
    pub message: String,
}

/// What is kept of an object that was read whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Whole {
    /// `apiVersion`, as it was written.
    pub api_version: String,
    /// Metadata, without annotations.
    pub meta: Meta,
    /// Answers, by question.
    pub answers: Vec<(&'static str, Answer)>,
}

#[derive(Debug)]
struct Entry {
    info: &'static Info,
    questions: Vec<&'static dyn Question>,
}

static KINDS: RwLock<Vec<Entry>> = RwLock::new(Vec::new());

fn kinds() -> RwLockReadGuard<'static, Vec<Entry>> {
    KINDS.read().unwrap_or_else(PoisonError::into_inner)
}

fn kinds_mut() -> RwLockWriteGuard<'static, Vec<Entry>> {
    KINDS.write().unwrap_or_else(PoisonError::into_inner)
}

impl WholeKind {
    /// What is known of it.
    pub(super) fn info(self) -> &'static Info {
        // a WholeKind is made by `whole` alone, and kinds are never taken away
        kinds().get(self.0).map_or(Kind::Namespace.info(), |entry| entry.info)
    }
}

impl Kind {
    /// The kind under which objects of a group, version and name are read whole, for a question. A kind of plimsoll's
    /// own is read beside its slim form, and with the same consent.
    pub fn whole(group: &str, version: &str, name: &str, question: &'static dyn Question) -> Kind {
        let mut kinds = kinds_mut();
        let same = |info: &Info| info.group == group && info.version == version && info.name == name;
        if let Some((index, entry)) = kinds.iter_mut().enumerate().find(|(_, entry)| same(entry.info)) {
            entry.questions.push(question);
            return Kind::Whole(WholeKind(index));
        }
        let kind = Kind::Whole(WholeKind(kinds.len()));
        let base = Kind::of(group, name).map(Kind::info).filter(|info| !info.name.is_empty());
        // the packs of a process are loaded once, and their kinds live as long as it does
        let keep = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
        let info = Info {
            kind,
            name: keep(name),
            group: keep(group),
            version: keep(version),
            plural: base.map_or("", |base| base.plural),
            namespaced: base.is_none_or(|base| base.namespaced),
            wire: Wire::Json,
            place: None,
            opt_in: base.and_then(|base| base.opt_in),
        };
        kinds.push(Entry { info: Box::leak(Box::new(info)), questions: vec![question] });
        kind
    }

    /// The kinds under which documents of a group and a kind's name are read whole, in any version.
    pub fn wholes(group: &str, name: &str) -> Vec<Kind> {
        let kinds = kinds();
        let same = kinds.iter().filter(|entry| entry.info.group == group && entry.info.name == name);
        same.map(|entry| entry.info.kind).collect()
    }

    /// Every kind: plimsoll's own and those that are read whole.
    pub fn every() -> Vec<Kind> {
        let own = Kind::ALL.iter().copied();
        own.chain(kinds().iter().map(|entry| entry.info.kind)).collect()
    }

    /// Whether its objects are read whole.
    pub fn is_whole(self) -> bool {
        matches!(self, Kind::Whole(_))
    }

    /// The kind of plimsoll's own that its objects are of; itself where there is none.
    pub fn base(self) -> Kind {
        match self {
            Kind::Whole(whole) => {
                let info = whole.info();
                Kind::of(info.group, info.name).filter(|own| !own.info().name.is_empty()).unwrap_or(self)
            }
            own => own,
        }
    }
}

impl Whole {
    /// Asks every question about an object. In another version than a question is written for, its fields mean other
    /// things: it is not decided.
    pub(super) fn from_value(kind: WholeKind, mut object: Value) -> Result<Self, DecodeError> {
        // noise, and most of the bytes
        if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.remove("managedFields");
        }
        let mut meta = Meta::deserialize(object.get("metadata").unwrap_or(&Value::Null))?;
        meta.annotations = Map::new();
        let api_version = object.get("apiVersion").and_then(Value::as_str).unwrap_or_default().to_owned();
        let wanted = kind.info().kind.api_version();
        let questions: Vec<&'static dyn Question> =
            kinds().get(kind.0).map_or_else(Vec::new, |entry| entry.questions.clone());
        let answer = |question: &'static dyn Question| {
            let answer = if api_version == wanted {
                question.ask(&object)
            } else {
                let message = format!("not decided: it is written in {api_version}, and the check reads {wanted}");
                let (path, actual) = (FieldPath::of("apiVersion"), api_version.as_str().into());
                Answer::Said(vec![Said { wrong: false, path, actual, expected: "the version of the check", message }])
            };
            (question.id(), answer)
        };
        Ok(Self { answers: questions.into_iter().map(answer).collect(), meta, api_version })
    }

    /// The answer to a question.
    pub fn answer(&self, id: &str) -> Option<&Answer> {
        // of a pack that was loaded twice, the newer one counts
        self.answers.iter().rev().find(|(of, _)| *of == id).map(|(_, answer)| answer)
    }
}
