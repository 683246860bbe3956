//! Texts that come in pieces.

use super::texts::push_zeros;
use super::{ReadOptions, Table, TableError, TableErrorCode, ask_for_memory, limit};

/// Takes a text in chunks, and reads it as a table once it is whole.
///
/// ```
/// use pqrun_table::{ReadOptions, TableReader};
///
/// let mut reader = TableReader::new(ReadOptions::new());
/// reader.push(b"[{\"a\":1},")?;
/// reader.push(b"{\"a\":2}]")?;
/// assert_eq!(reader.finish()?.row_count(), 2);
/// # Ok::<(), pqrun_table::TableError>(())
/// ```
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

    /// Makes room for that many more bytes, where they are known beforehand: what grows has to be moved.
    ///
    /// # Errors
    /// `TooLarge` if no table may have so many bytes, or there is no memory for them. What is there stays.
    pub fn reserve(&mut self, bytes: usize) -> Result<(), TableError> {
        let whole = self.bytes.len().saturating_add(bytes);
        limit(whole)?;
        if self.bytes.capacity() < whole {
            // The last one to have taken memory grows where it is, if there is some behind it. The allocator takes none for
            // that: it would rather have the bytes twice, and move them.
            ask_for_memory(bytes);
        }
        self.bytes.try_reserve_exact(bytes).map_err(|_| {
            TableError::new(
                TableErrorCode::TooLarge,
                None,
                "a text that fits in memory",
                format!("{whole} bytes"),
            )
        })
    }

    /// Takes the next bytes. A character may be cut in two by the end of a chunk.
    ///
    /// # Errors
    /// As [`reserve`](Self::reserve); then it took none of them.
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), TableError> {
        self.push_with(chunk.len(), |room| room.copy_from_slice(chunk))
    }

    /// Takes the next `length` bytes from whoever writes them: `write` gets as many zeros to write over.
    ///
    /// # Errors
    /// As [`reserve`](Self::reserve); then `write` was not called.
    pub fn push_with(&mut self, length: usize, write: impl FnOnce(&mut [u8])) -> Result<(), TableError> {
        let start = self.bytes.len();
        if self.bytes.capacity() - start < length {
            // Not twice as much each time, as a vector does by itself: the text stands in memory beside its columns.
            // Where there is no room for that, the chunk alone may still have some.
            self.reserve(length.max(start / 4)).or_else(|_| self.reserve(length))?;
        }
        push_zeros(&mut self.bytes, start + length);
        write(&mut self.bytes[start..]);
        Ok(())
    }

    /// The table.
    ///
    /// # Errors
    /// As [`Table::read`].
    pub fn finish(mut self) -> Result<Table, TableError> {
        self.bytes.shrink_to_fit();
        Table::of_bytes(&self.bytes, &self.options)
    }
}
