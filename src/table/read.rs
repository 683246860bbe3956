//! Reading by options, whole or in chunks.

use super::{Format, JsonPath, ReadOptions, Table, TableError, TableErrorCode};

impl Table {
    /// Reads a text, in UTF-8 with or without a byte order mark.
    ///
    /// # Errors
    /// All that [`TableErrorCode`] lists but `InvalidPath`.
    pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<Self, TableError> {
        if options.format == Format::Json || options.path != JsonPath::root() {
            return Self::from_json(bytes, &options.path);
        }
        match str::from_utf8(bytes) {
            Ok(text) => Self::from_text(text),
            Err(error) => Err(TableError::new(
                TableErrorCode::NotUtf8,
                Some(error.valid_up_to()),
                "UTF-8",
                "another byte",
            )),
        }
    }
}

impl ReadOptions {
    /// Whether the rows are not the whole text.
    #[must_use]
    pub fn has_path(&self) -> bool {
        self.path != JsonPath::root()
    }
}

impl TableError {
    /// The row of the value that does not fit, counted from 0.
    #[must_use]
    pub const fn row(&self) -> Option<usize> {
        None
    }

    /// The name of the column of the value that does not fit.
    #[must_use]
    pub const fn column(&self) -> Option<&str> {
        None
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
