//! Tables in JavaScript, for the client's module and for the module that has nothing else.
//!
//! Rows as objects are made in JavaScript, by `www/api/table.*.js`, from the columns as they lie in memory: a call from
//! here for each cell would take longer than all the rest.

mod class;
mod data;
mod error;
mod input;
mod options;
mod parts;
mod reader;
mod types;

pub use class::JsTable;
pub use parts::JsTableParts;
pub use reader::JsTableReader;

#[cfg(feature = "client")]
pub(super) use options::{parse_path, read_options};
