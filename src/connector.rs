//! From options to Power Query M: a query for the Advanced Editor, or an extension.

mod compose;
mod given;
mod job;
mod library;
mod limits;
mod options;
mod query;

pub use options::{
    Choices, ColumnDefinition, ConnectorOptions, JobFunction, JobParameter, QueryOptions, ServicePrincipal, Services,
    is_extension_name,
};
pub use query::generate_query;

use crate::m::Comment;

/// A file of what was generated.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct GeneratedFile {
    /// Where it belongs below the folder of the whole, with slashes.
    pub path: String,
    /// Its bytes; UTF-8 if it is a text.
    pub content: Vec<u8>,
}

impl GeneratedFile {
    pub(crate) fn text(path: &str, text: String) -> Self {
        Self {
            path: path.to_owned(),
            content: text.into_bytes(),
        }
    }
}

/// Fixed lines as comments.
fn comments<'a>(lines: impl IntoIterator<Item = &'a &'a str>) -> Vec<Comment> {
    lines.into_iter().filter_map(|line| Comment::new(line).ok()).collect()
}
