//! What outlives a run: where things lie, and what people recorded.
//!
//! Records are YAML lists that people keep in git. They are read strictly, and changed as text: an entry that is added
//! or taken away leaves every other line as it is.

pub mod attestations;
mod file;
mod list;
pub mod packs;
pub mod paths;
mod place;
mod record;
mod strict;
pub mod waivers;

pub use file::{private_dir, write_private, write_private_with};
pub use place::{Paths as RecordPaths, is_in_repository, shortened};
pub use record::{ChangeError, Changed, Record, change, load, parse, undo};
pub use strict::{Problem, Problems};
