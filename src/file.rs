//! Files that outputs name: where they are, what leads there, and how they are read piece by piece.

pub(crate) mod parts;
mod place;
pub(crate) mod reader;

use std::borrow::Cow;
use std::fmt;

use parts::Headers;

pub use place::FilePlace;
#[cfg(feature = "connector")]
pub(crate) use place::OTHER_FORMATS;
pub(crate) use place::{decoded, is_clean};

/// The most bytes of files that are read for the outputs of one run: 256 MiB.
pub const FILES_LIMIT: u64 = 256 << 20;

/// A file that an output named, read whole.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct OutputFile {
    /// Where it is, as `/Volumes/…`, `dbfs:/…` or `https://…`; of a directory the directory.
    pub path: String,
    /// What stands behind the last dot of its name, in lower case; empty if there is none. Of a directory it is that of
    /// its parts.
    pub extension: String,
    /// All of it; of a directory its parts in the order of their names. If all parts of CSV begin with the same record, it
    /// is there once.
    pub bytes: Vec<u8>,
    headers: Headers,
}

impl OutputFile {
    /// Whether it is a directory of CSV whose parts have no header in common.
    pub(crate) fn has_no_header(&self) -> bool {
        self.headers.are_missing
    }

    /// Whether there is nothing in it.
    pub(crate) fn is_blank(&self) -> bool {
        self.bytes.trim_ascii().is_empty()
    }

    /// Whether it begins as a JSON array or object does.
    pub(crate) fn begins_like_json(&self) -> bool {
        let text = self.bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&self.bytes);
        matches!(text.trim_ascii_start().first(), Some(b'[' | b'{'))
    }

    /// All of it, where no part begins with a header.
    pub(crate) fn without_headers(&self) -> Cow<'_, [u8]> {
        self.headers.put_back(&self.bytes)
    }
}

impl fmt::Debug for OutputFile {
    /// Prints how many bytes there are, not the bytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutputFile")
            .field("path", &self.path)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}
