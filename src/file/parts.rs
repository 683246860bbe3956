//! The parts that a file is of: one, or those of a directory of Spark's.

use std::fmt;

use serde_json::Value;

use super::place::{extension, refused};
use crate::error::Error;
use crate::json::{self, quoted};

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

/// Adds the parts in a page of a directory, as the Files API, DBFS or `OneLake` lists it, in the order of their names.
/// Gives how many bytes they have, and whether there is anything in it.
///
/// # Errors
/// There is something else in it, or parts of several formats.
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
        // They are listed in this order anyway.
        let mut at = found.len();
        while at > 0 && found.get(at - 1).is_some_and(|before| before.path > part.path) {
            at -= 1;
        }
        found.insert(at, part);
    }
    Ok((size, is_there))
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

/// The parts one after another, each on a line of its own. If all parts of CSV begin with the same line, that is their
/// header, and stands once.
pub(super) fn joined(mut parts: Vec<Part>, extension: &str) -> Vec<u8> {
    if let [part] = parts.as_mut_slice() {
        return std::mem::take(&mut part.bytes);
    }
    let mut size = 0;
    let mut header: Option<&[u8]> = None;
    let mut is_same = extension == "csv" || extension == "tsv";
    for part in &parts {
        size += part.bytes.len() + 1;
        let first = first_line(&part.bytes);
        if !part.bytes.is_empty() {
            is_same &= *header.get_or_insert(first) == first;
        }
    }
    let header = if is_same { header.map_or(0, <[u8]>::len) } else { 0 };
    let mut whole: Vec<u8> = Vec::with_capacity(size);
    for part in &parts {
        let mut rest = part.bytes.as_slice();
        match whole.last() {
            Some(last) if !rest.is_empty() => {
                if *last != b'\n' {
                    whole.push(b'\n');
                }
                rest = rest.get(header..).unwrap_or_default();
                if header > 0 {
                    rest = rest.strip_prefix(b"\r").unwrap_or(rest);
                    rest = rest.strip_prefix(b"\n").unwrap_or(rest);
                }
            }
            _ => {}
        }
        whole.extend_from_slice(rest);
    }
    whole
}

/// The first line, without its end.
fn first_line(bytes: &[u8]) -> &[u8] {
    let mut end = 0;
    while bytes.get(end).is_some_and(|byte| !matches!(byte, b'\r' | b'\n')) {
        end += 1;
    }
    bytes.get(..end).unwrap_or(bytes)
}
