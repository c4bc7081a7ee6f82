use crate::inventory::{Inventory, Kind, Object, ReadState};
use crate::model::Scope;
use std::sync::Arc;

/// What a source reports while it reads; a reader sends, one consumer applies.
#[derive(Debug)]
pub enum Update {
    /// The scope turned out narrower than asked for, and why.
    Scope(Scope, Arc<str>),
    /// How far the reading of a kind is.
    State(Kind, ReadState),
    /// A part of a kind is read anew: in one namespace; of one type or own kind. See [`Inventory::clear_part`].
    Clear(Kind, Option<Arc<str>>, Option<Arc<str>>),
    /// Objects of a kind.
    Batch(Kind, Vec<Change>),
    /// The first pass is over.
    FirstPassDone,
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
}

/// Applies an update to an inventory.
pub fn apply(inventory: &mut Inventory, update: Update) {
    match update {
        Update::Scope(scope, _) => inventory.scope = scope,
        Update::State(kind, state) => inventory.set_state(kind, state),
        Update::Clear(kind, namespace, only) => inventory.clear_part(kind, namespace.as_deref(), only.as_deref()),
        Update::Batch(kind, changes) => {
            for change in changes {
                match change {
                    Change::Put(object) => inventory.upsert(object),
                    Change::Delete(object) => inventory.remove(&object),
                    Change::Broken { namespace, name, error } => {
                        inventory.note_undecodable(kind, &namespace, &name, &error);
                    }
                }
            }
        }
        Update::FirstPassDone => {}
    }
}
