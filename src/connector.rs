//! From options to Power Query M: a query for the Advanced Editor, or an extension.

pub mod icons;
pub mod name;
mod options;
#[cfg(not(target_family = "wasm"))]
mod pack;
pub mod project;
pub mod resources;

pub use options::{
    Choices, ColumnDefinition, ConnectorOptions, JobFunction, JobParameter, QueryOptions, ServicePrincipal, Services,
    is_extension_name,
};
#[cfg(not(target_family = "wasm"))]
pub use pack::pack;

/// A file that was generated, by its path from the folder that holds all of them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct GeneratedFile {
    /// With `/` between folders.
    pub path: String,
    /// Text is UTF-8 without a byte order mark, with `\n` at the ends of lines.
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
