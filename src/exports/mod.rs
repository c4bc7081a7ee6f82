//! Reports as text for others: JSON, CSV for tickets, a table for a terminal that only prints.

pub mod analysis;
mod csv;
pub mod docs;
mod file;
mod json;
mod table;

pub use csv::{correlation_id, csv};
pub use file::file_name;
pub use json::json;
pub use table::table;
