//! From a finding and its check's remedy to the change itself: on the owner of the field, as YAML, as a JSON patch, as
//! a kubectl line and as a diff. Pure: nothing is applied here.

mod change;
mod diff;
mod edit;
mod managed;
mod manager;

pub use change::{Action, Change, NoChange, plan};
pub use diff::unified;
pub use managed::{Writer, Writers};
pub use manager::{controller, manager};
