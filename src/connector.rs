//! From options to Power Query M: a query for the Advanced Editor, or an extension with all its files.

mod compose;
mod extension;
mod given;
pub mod icons;
mod job;
mod library;
mod limits;
pub mod name;
mod options;
#[cfg(not(target_family = "wasm"))]
mod pack;
pub mod project;
mod query;
pub mod resources;

pub use extension::generate_connector;
pub use options::{
    Choices, ColumnDefinition, ConnectorOptions, JobFunction, JobParameter, QueryOptions, ServicePrincipal, Services,
};
#[cfg(not(target_family = "wasm"))]
pub use pack::pack;
pub use query::generate_query;

use crate::m::Comment;

/// A file that was generated, by its path from the folder that holds all of them.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct GeneratedFile {
    /// With `/` between folders.
    pub path: String,
    /// Text is UTF-8 without a byte order mark. M has CRLF at the ends of lines, as Microsoft's formatter writes it.
    pub content: Vec<u8>,
}

impl GeneratedFile {
    /// A file of these bytes.
    pub fn new(path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self {
            path: path.into(),
            content: content.into(),
        }
    }
}

/// Fixed lines as comments.
fn comments<'a>(lines: impl IntoIterator<Item = &'a &'a str>) -> Vec<Comment> {
    lines.into_iter().filter_map(|line| Comment::new(line).ok()).collect()
}
