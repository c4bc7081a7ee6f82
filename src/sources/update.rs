use crate::inventory::{Inventory, Key, Kind, Object, ReadState};
use crate::model::Scope;
use std::collections::HashSet;
use std::sync::Arc;

/// What is read by itself: a kind; of it one namespace; of it one type (of Secrets) or own kind (where a kind stands for
/// several).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Part {
    /// Kind.
    pub kind: Kind,
    /// The one namespace.
    pub namespace: Option<Arc<str>>,
    /// The one type or own kind.
    pub only: Option<Arc<str>>,
}

/// Namespace (empty: cluster-scoped) and name of objects.
pub type Names = HashSet<(String, String)>;

/// What a source reports while it reads; a reader sends, one consumer applies.
#[derive(Debug)]
pub enum Update {
    /// The scope turned out narrower than asked for, and why.
    Scope(Scope, Arc<str>),
    /// How far the reading of a kind is.
    State(Kind, ReadState),
    /// A part is read anew: what was read of it is forgotten.
    Clear(Part),
    /// A part was read anew while the old objects stood: those that are not named here are gone.
    Retain(Part, Names),
    /// Objects of a kind.
    Batch(Kind, Vec<Change>),
    /// The first pass is over.
    FirstPassDone,
    /// The watch of a part broke and does not come back: what was read of it stands as it was, and why.
    Lost(Part, Arc<str>),
    /// It came back.
    Back(Part),
}

/// What became of an object.
#[derive(Debug)]
pub enum Change {
    /// New or changed.
    Put(Object),
    /// Gone.
    Delete(Object),
    /// Read, and not understood.
    Broken {
        /// Namespace; empty: cluster-scoped, or unknown.
        namespace: String,
        /// Name; empty: unknown.
        name: String,
        /// What the decoder said.
        error: String,
    },
    /// Gone, and not understood.
    Gone {
        /// Namespace; empty: cluster-scoped, or unknown.
        namespace: String,
        /// Name; empty: unknown.
        name: String,
    },
}

/// Applies an update to an inventory.
pub fn apply(inventory: &mut Inventory, update: Update) {
    match update {
        Update::Scope(scope, _) => inventory.scope = scope,
        Update::State(kind, state) => inventory.set_state(kind, state),
        Update::Clear(part) => {
            inventory.retain_part(part.kind, part.namespace.as_deref(), part.only.as_deref(), |_| false)
        }
        Update::Retain(part, names) => {
            // where a kind stands for several, the key begins with the own kind
            let name = |key: &Key| key.1.rsplit('/').next().unwrap_or_default().to_owned();
            let named = |key: &Key| names.contains(&(key.0.to_string(), name(key)));
            inventory.retain_part(part.kind, part.namespace.as_deref(), part.only.as_deref(), named);
        }
        Update::Batch(kind, changes) => {
            for change in changes {
                match change {
                    Change::Put(object) => inventory.upsert(object),
                    Change::Delete(object) => inventory.remove(&object),
                    Change::Broken { namespace, name, error } => {
                        inventory.note_undecodable(kind, &namespace, &name, &error);
                    }
                    Change::Gone { namespace, name } => {
                        let others = |key: &Key| *key.0 != *namespace || key.1.rsplit('/').next() != Some(&*name);
                        inventory.retain_part(kind, None, None, others);
                        inventory.forget_undecodable(kind, &(namespace.into(), name.into()));
                    }
                }
            }
        }
        Update::FirstPassDone | Update::Lost(..) | Update::Back(_) => {}
    }
}
