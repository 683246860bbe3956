//! The parts that a file is of: one, or those of a directory of Spark's.

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

use super::place::{extension, refused};
use crate::error::Error;
use crate::json::{self, quoted};
use crate::sort::sort_few;

/// Parts of a directory; Spark writes one for each partition.
const MOST_PARTS: usize = 10_000;

/// A file, or one of those that are one together.
#[derive(Clone, Default)]
pub(super) struct Part {
    pub(super) path: String,
    /// Once it is known.
    pub(super) size: Option<u64>,
    /// What tells this state of it from the next: `ETag` in `OneLake`, else when it was modified, as it is told.
    pub(super) version: Option<String>,
    pub(super) bytes: Vec<u8>,
    /// How much of it is not there yet, once its size is known.
    pub(super) missing: u64,
}

impl fmt::Debug for Part {
    /// Prints how many bytes are missing, not the bytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part")
            .field("path", &self.path)
            .field("size", &self.size)
            .field("missing", &self.missing)
            .finish_non_exhaustive()
    }
}

impl Part {
    pub(super) fn new(path: String) -> Self {
        Self {
            path,
            ..Self::default()
        }
    }
}

/// Adds the parts in a page of a directory, as the Files API, DBFS or `OneLake` lists it.
/// Gives how many bytes they have, and whether there is anything in it.
///
/// # Errors
/// There is something else in it, or parts of several formats, or too many.
pub(super) fn add_parts(found: &mut Vec<Part>, directory: &str, page: &Value) -> Result<(u64, bool), Error> {
    let (mut size, mut is_there): (u64, bool) = (0, false);
    let lists = [page.get("contents"), page.get("files"), page.get("paths")];
    for row in lists.into_iter().flatten().filter_map(Value::as_array).flatten() {
        is_there = true;
        let path = json::text(row, "path")
            .or_else(|| json::text(row, "name"))
            .unwrap_or_default();
        let path = path.strip_suffix('/').unwrap_or(path);
        let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
        // `_SUCCESS`, `_committed_…`, checksums: what Spark writes for itself.
        if name.starts_with('_') || name.starts_with('.') {
            continue;
        }
        let is = |flag| json::flag(row, flag) == Some(true);
        if !name.starts_with("part-") || is("is_directory") || is("is_dir") || is("isDirectory") {
            return Err(no_parts(&quoted(name)));
        }
        let part = Part::new([directory, "/", name].concat());
        if let Some(other) = found.first()
            && extension(&other.path)? != extension(&part.path)?
        {
            return Err(no_parts("several formats"));
        }
        let bytes = json::count(row, "file_size").or_else(|| json::count(row, "contentLength"));
        size = size.saturating_add(bytes.unwrap_or(0));
        if found.len() == MOST_PARTS {
            return Err(no_parts("too many"));
        }
        found.push(part);
    }
    Ok((size, is_there))
}

/// The parts in the order of their names, in which they are listed anyway.
pub(super) fn sorted(mut found: Vec<Part>) -> Vec<Part> {
    // Places are moved faster than parts.
    let mut places: Vec<usize> = (0..found.len()).collect();
    sort_few(&mut places, |place| found.get(*place).map(|part| part.path.as_str()));
    let part = |place: usize| found.get_mut(place).map(std::mem::take);
    places.into_iter().filter_map(part).collect()
}

/// What is wrong with a directory that has this in it.
pub(super) fn no_parts(found: &str) -> Error {
    let mut error = refused(
        &[
            "a file, or a directory of Spark's with part-… files, found one with ",
            found,
        ]
        .concat(),
    );
    "name one file; of a data frame, df.coalesce(1) writes one".clone_into(&mut error.hint);
    error
}

/// Where parts of CSV began with the record with which the first one begins, and which is there only once.
#[derive(Clone, Default, Eq, PartialEq)]
pub(super) struct Headers {
    length: usize,
    places: Vec<usize>,
    /// Whether parts of CSV begin with different records: Spark writes no header unless it is told to.
    pub(super) are_missing: bool,
}

impl Headers {
    /// The parts as they were: with that record in all of them.
    pub(super) fn put_back<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        if self.places.is_empty() {
            return Cow::Borrowed(bytes);
        }
        let header = bytes.get(..self.length).unwrap_or_default();
        let mut whole = Vec::with_capacity(bytes.len() + (header.len() + 1) * self.places.len());
        let mut from = 0;
        for place in &self.places {
            whole.extend_from_slice(bytes.get(from..*place).unwrap_or_default());
            whole.extend_from_slice(header);
            whole.push(b'\n');
            from = *place;
        }
        whole.extend_from_slice(bytes.get(from..).unwrap_or_default());
        Cow::Owned(whole)
    }
}

/// The parts one after another, each on a line of its own. If all parts of CSV begin with the same record, that is most
/// likely their header, and stands once.
pub(super) fn joined(mut parts: Vec<Part>, extension: &str) -> (Vec<u8>, Headers) {
    let mut headers = Headers::default();
    if let [part] = parts.as_mut_slice() {
        return (std::mem::take(&mut part.bytes), headers);
    }
    let mut size = 0;
    let mut header: Option<&[u8]> = None;
    let is_csv = extension == "csv" || extension == "tsv";
    let mut is_same = is_csv;
    for part in &parts {
        size += part.bytes.len() + 1;
        if is_same && !part.bytes.is_empty() {
            let first = first_record(&part.bytes);
            is_same = *header.get_or_insert(first) == first;
        }
    }
    headers.are_missing = is_csv && !is_same;
    headers.length = if is_same { header.map_or(0, <[u8]>::len) } else { 0 };
    let mut whole: Vec<u8> = Vec::with_capacity(size);
    for part in &parts {
        let mut rest = part.bytes.as_slice();
        match whole.last() {
            Some(last) if !rest.is_empty() => {
                if *last != b'\n' {
                    whole.push(b'\n');
                }
                if headers.length > 0 {
                    headers.places.push(whole.len());
                    rest = rest.get(headers.length..).unwrap_or_default();
                    rest = rest.strip_prefix(b"\r").unwrap_or(rest);
                    rest = rest.strip_prefix(b"\n").unwrap_or(rest);
                }
            }
            _ => {}
        }
        whole.extend_from_slice(rest);
    }
    (whole, headers)
}

/// The first record, without its end. A quote opens a field at its beginning only; which delimiter the user names is not
/// known here.
fn first_record(bytes: &[u8]) -> &[u8] {
    let (mut before, mut is_quoted) = (b',', false);
    for (at, byte) in bytes.iter().enumerate() {
        match *byte {
            b'"' if is_quoted => is_quoted = false,
            // Behind a quote that closed it is the second of two.
            b'"' => is_quoted = matches!(before, b',' | b';' | b'\t' | b'|' | b'"'),
            b'\r' | b'\n' if !is_quoted => return bytes.get(..at).unwrap_or(bytes),
            _ => {}
        }
        before = *byte;
    }
    bytes
}
