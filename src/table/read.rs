//! Reading in chunks.

use super::{JsonPath, ReadOptions, Table, TableError};

impl ReadOptions {
    /// Whether the rows are not the whole text.
    #[must_use]
    pub fn has_path(&self) -> bool {
        self.path != JsonPath::root()
    }
}

/// Takes a text in chunks, and reads it as a table once it is whole.
#[derive(Clone, Debug)]
pub struct TableReader {
    options: ReadOptions,
    bytes: Vec<u8>,
}

impl TableReader {
    /// A reader that has nothing yet.
    #[must_use]
    pub const fn new(options: ReadOptions) -> Self {
        Self {
            options,
            bytes: Vec::new(),
        }
    }

    /// Makes room for that many more bytes.
    pub fn reserve(&mut self, bytes: usize) {
        self.bytes.reserve(bytes);
    }

    /// Takes the next bytes. A character may be cut in two by the end of a chunk.
    pub fn push(&mut self, chunk: &[u8]) {
        self.bytes.extend_from_slice(chunk);
    }

    /// The table.
    ///
    /// # Errors
    /// As [`Table::read`].
    pub fn finish(self) -> Result<Table, TableError> {
        Table::read(&self.bytes, &self.options)
    }
}
