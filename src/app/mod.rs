//! The core of the terminal: state, messages in, effects out. No IO, no clock, no terminal.
//!
//! `update` takes a message, changes the state and names what the runtime shall do; `ui::view` draws the state.

mod actions;
mod activity;
mod arrange;
mod catalog;
mod commands;
mod crumbs;
mod effect;
mod filter;
mod fix;
mod form;
mod found;
mod fuzzy;
mod history;
mod key;
mod keymap;
mod kubectl;
mod layout;
mod lists;
mod markdown;
mod mouse;
mod msg;
mod nodes;
mod order;
mod palette;
mod preferences;
mod prompt;
mod query;
mod rows;
mod screen;
mod session;
mod sheet;
mod sides;
mod state;
mod summary;
mod text;
mod tone;
mod tour;
mod update;
mod worst;

pub use actions::{ACTIONS, Action, Context, Entry, available};
pub use activity::{size, status, words};
pub use arrange::{AT_ONCE, Arranged, Arrangement, Fold, Folded};
pub use catalog::{Catalog, ControlFacts};
pub use commands::{COMMANDS, complete};
pub use crumbs::{Crumb, Crumbs, crumbs};
pub use effect::{Book, Change, Done, Effect, Origin, Target};
pub use filter::Filter;
pub use fix::{FixForm, Take};
pub use form::{Candidate, Field, FieldName, Form, Subject, Waivable};
pub use found::{Found, FoundRow, nothing, vulnerabilities};
pub use history::History;
pub use key::{Code, Key};
pub use keymap::Keymap;
pub use kubectl::line;
pub use layout::{Layout, SMALLEST, layout, too_small};
pub use mouse::Mouse;
pub use msg::{
    Configured, ContextInfo, Document, Failure, Imported, Link, Mark, Msg, Prepared, Progress, Recorded, Refused,
    RemedyText, ScanEvent,
};
pub use order::{Order, columns, frameworks};
pub use palette::{Choice, Deed, Palette};
pub use preferences::{Preferences, Profiles, ThemeChoice};
pub use prompt::{Prompt, PromptKind};
pub use query::Query;
pub use rows::{PaneKind, RowId, TextKind, part, rows};
pub use screen::{Pane, Screen, View};
pub use session::{Load, Phase, Session, Siblings};
pub use sheet::{Reading, Sheet};
pub use state::{FAVOURITES, Notice, State};
pub use summary::{
    CriteriaFold, FIRST_ROWS, GapFold, Group, Summary, Tally, is_criterion, reason_todo, reason_words, thousands,
};
pub use text::{
    Line, Page, attestations, basis, control_name, disruption, lines, observed, page, status_words, value,
    waiver_words, wrap,
};
pub use tone::Tone;
pub use tour::Tour;
pub use update::update;
