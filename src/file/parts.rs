//! Directories that hold one file in parts, as Spark writes them.

use serde_json::Value;

use super::place::{extension, refused};
use crate::error::Error;
use crate::json::{self, quoted};
use crate::sort::sort_few;

/// What a directory holds.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Without the directory.
    pub(crate) name: String,
    is_directory: bool,
    pub(crate) size: u64,
}

/// The entries of a page, as the Files API, DBFS or `OneLake` lists them.
pub(crate) fn entries(page: &Value) -> impl Iterator<Item = Entry> {
    let all = ["contents", "files", "paths"];
    let rows = all.iter().find_map(|name| page.get(name)?.as_array());
    rows.into_iter().flatten().filter_map(|row| {
        let path = json::text(row, "path").or_else(|| json::text(row, "name"))?;
        let flag = ["is_directory", "is_dir", "isDirectory"];
        let size = ["file_size", "contentLength"];
        Some(Entry {
            name: path.trim_end_matches('/').rsplit('/').next()?.to_owned(),
            is_directory: flag.iter().find_map(|name| json::flag(row, name)).unwrap_or(false),
            size: size.iter().find_map(|name| json::count(row, name)).unwrap_or(0),
        })
    })
}

/// The parts of the file that the directory stands for, in their order.
///
/// # Errors
/// It holds something else, or parts of several formats.
pub(crate) fn chosen(entries: &[Entry]) -> Result<Vec<&Entry>, Error> {
    // `_SUCCESS`, `_committed_…`, checksums: what Spark writes for itself.
    let mut parts: Vec<&Entry> = entries
        .iter()
        .filter(|entry| !entry.name.starts_with(['_', '.']))
        .collect();
    sort_few(&mut parts, |entry| entry.name.as_str());
    let is_other = |entry: &&&Entry| entry.is_directory || !entry.name.starts_with("part-");
    let hint = "name one file; of a data frame, df.coalesce(1) writes one";
    let wrong = |found: &str| Error {
        hint: hint.to_owned(),
        ..refused(&["a file, or a directory of Spark's with part-… files, found ", found].concat())
    };
    if let Some(other) = parts.iter().find(is_other) {
        return Err(wrong(&["a directory with ", &quoted(&other.name)].concat()));
    }
    let Some(first) = parts.first() else {
        return Err(wrong("an empty directory"));
    };
    let format = extension(&first.name)?;
    for part in &parts {
        if extension(&part.name)? != format {
            return Err(wrong("parts of several formats"));
        }
    }
    Ok(parts)
}

/// The parts one after another, each on a line of its own. If all parts of CSV begin with the same line, that is their
/// header, and stands once.
pub(crate) fn joined(mut parts: Vec<Vec<u8>>, extension: &str) -> Vec<u8> {
    if parts.len() == 1 {
        return parts.remove(0);
    }
    parts.retain(|part| !part.is_empty());
    let first_line = |part: &[u8]| {
        part.iter()
            .position(|byte| *byte == b'\n')
            .map_or(part.len(), |end| end + 1)
    };
    let header = match parts.first() {
        Some(first) if matches!(extension, "csv" | "tsv") => first_line(first),
        _ => 0,
    };
    let is_header = |part: &Vec<u8>| {
        let line = |part: &[u8], length| part.get(..length).map(|line| line.trim_ascii_end().to_vec());
        parts
            .first()
            .is_some_and(|first| line(first, header) == line(part, first_line(part)))
    };
    let skipped = if header > 0 && parts.iter().all(is_header) {
        header
    } else {
        0
    };
    let mut whole = Vec::with_capacity(parts.iter().map(|part| part.len() + 1).sum());
    for (at, part) in parts.into_iter().enumerate() {
        if whole.last().is_some_and(|last| *last != b'\n') {
            whole.push(b'\n');
        }
        let rest = if at == 0 { 0 } else { skipped.min(part.len()) };
        whole.extend_from_slice(&part[rest..]);
    }
    whole
}
