//! Files beside the runs: in volumes and DBFS of the workspace, and in `OneLake`.

mod databricks;
mod one_lake;
pub mod scenario;

use crate::json::written;
use crate::read::FromValue;
use serde::Serialize;
use serde_json::Value;

use self::scenario::FileScenario;
use super::call::{Call, set_header};
use super::clock::http_date;
use super::databricks::file_of_rows;
use super::scenario::ScenarioError;
use crate::http::HttpResponse;
use crate::sort::sort_few_by;
use crate::time::Timestamp;

pub(super) use self::databricks::endpoint as endpoint_of_databricks;
pub(super) use self::one_lake::{
    endpoint as endpoint_of_one_lake, is_of as is_of_one_lake, throttle as throttle_one_lake,
};

/// Where scenarios say that `OneLake` is.
pub(super) const ONE_LAKE: &str = "https://onelake.dfs.fabric.microsoft.com";

/// All files, sorted by their paths: `/Volumes/…`, `dbfs:/…`, `https://onelake.dfs.fabric.microsoft.com/…`.
#[derive(Clone, Debug, FromValue, Serialize)]
pub(super) struct Files {
    files: Vec<(String, File)>,
    began: Timestamp,
}

#[derive(Clone, FromValue, Serialize)]
struct File {
    content: String,
    access: scenario::FileAccess,
    changes_after_reads: Option<u32>,
    reads: u32,
    /// How often it was written anew.
    state: u64,
}

impl std::fmt::Debug for File {
    /// Prints the content's length, not the content.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "File({} bytes)", self.content.len())
    }
}

/// What a path is.
enum Found<'f> {
    File(&'f mut File),
    Directory,
    Nothing,
}

/// An entry of a directory.
struct Entry {
    name: String,
    size: usize,
    is_directory: bool,
    modified: Timestamp,
}

impl Files {
    pub(super) fn new(files: &[FileScenario], seed: u64, began: Timestamp) -> Result<Self, ScenarioError> {
        let mut all: Vec<(String, File)> = Vec::new();
        for (at, file) in files.iter().enumerate() {
            file.check(&format!("files[{at}]"))?;
            let content = match (&file.text, &file.value) {
                (Some(text), _) => text.clone(),
                (None, Some(value)) => written(value),
                (None, None) => file_of_rows(file, seed ^ at as u64).map_err(|(column, message)| {
                    ScenarioError::new(format!("files[{at}].columns.{column}"), message)
                })?,
            };
            let held = File {
                content,
                access: file.access,
                changes_after_reads: file.changes_after_reads,
                reads: 0,
                state: 0,
            };
            if all.iter().any(|(path, _)| *path == file.path) {
                return Err(ScenarioError::new(format!("files[{at}].path"), "it stands twice"));
            }
            all.push((file.path.clone(), held));
        }
        sort_few_by(&mut all, |(one, _), (other, _)| one.cmp(other));
        Ok(Self { files: all, began })
    }

    fn find(&mut self, path: &str) -> Found<'_> {
        let inside = format!("{}/", path.trim_end_matches('/'));
        let is_directory = self.files.iter().any(|(known, _)| known.starts_with(&inside));
        match self.files.iter_mut().find(|(known, _)| known == path) {
            Some((_, file)) => Found::File(file),
            None if is_directory => Found::Directory,
            None => Found::Nothing,
        }
    }

    /// What is right below a directory; `None` if it is none.
    fn list(&self, path: &str) -> Option<Vec<Entry>> {
        let inside = format!("{}/", path.trim_end_matches('/'));
        let mut entries: Vec<Entry> = Vec::new();
        for (known, file) in &self.files {
            let Some(rest) = known.strip_prefix(&inside) else {
                continue;
            };
            let (name, is_directory) = rest.split_once('/').map_or((rest, false), |(name, _)| (name, true));
            if entries.last().is_none_or(|last| last.name != name) {
                entries.push(Entry {
                    name: name.to_owned(),
                    size: if is_directory { 0 } else { file.content.len() },
                    is_directory,
                    modified: file.modified(self.began),
                });
            }
        }
        (!entries.is_empty()).then_some(entries)
    }
}

impl File {
    /// Whole seconds, as headers have them; each state has its own.
    fn modified(&self, began: Timestamp) -> Timestamp {
        Timestamp((began.0 / 1000 + self.state) * 1000)
    }

    fn etag(&self) -> String {
        format!("\"0x8DE{:08X}\"", self.state)
    }

    /// Some of it was read. Somebody else may write to it now.
    fn was_read(&mut self) {
        self.reads += 1;
        if self.changes_after_reads == Some(self.reads) {
            self.state += 1;
            self.content.push('\n');
        }
    }

    /// The answer to a read by `Range` under conditions; the error is a status.
    fn ranged(&mut self, call: &Call<'_>, began: Timestamp) -> Result<HttpResponse, u16> {
        let (etag, modified) = (self.etag(), self.modified(began));
        let unmodified_since = call.header("If-Unmodified-Since").and_then(Timestamp::parse_http);
        if call
            .header("If-Match")
            .is_some_and(|wanted| wanted != etag && wanted != "*")
            || unmodified_since.is_some_and(|wanted| wanted < modified)
        {
            return Err(412);
        }
        let size = self.content.len();
        let (status, from, to) = match call.header("Range").and_then(range) {
            Some((from, _)) if from >= size => return Err(416),
            Some((from, to)) => (206, from, to.map_or(size, |to| size.min(to.saturating_add(1)))),
            None => (200, 0, size),
        };
        let mut response = HttpResponse {
            status,
            headers: Vec::new(),
            body: self.content.as_bytes().get(from..to).unwrap_or_default().to_vec(),
        };
        if status == 206 {
            let last = to.saturating_sub(1);
            set_header(&mut response, "Content-Range", format!("bytes {from}-{last}/{size}"));
        }
        set_header(&mut response, "Content-Type", "application/octet-stream");
        set_header(&mut response, "Last-Modified", http_date(modified));
        self.was_read();
        Ok(response)
    }
}

/// `bytes=0-99` or `bytes=0-`.
fn range(text: &str) -> Option<(usize, Option<usize>)> {
    let (from, to) = text.strip_prefix("bytes=")?.split_once('-')?;
    let from = from.parse().ok()?;
    let to = if to.is_empty() { None } else { Some(to.parse().ok()?) };
    to.is_none_or(|to| from <= to).then_some((from, to))
}

/// On the loopback one address stands for all services: what they give out leads there, too.
pub(super) fn lead_here(call: &Call<'_>, response: &mut HttpResponse) {
    if !call.is_on_loopback() {
        return;
    }
    if let Ok(text) = std::str::from_utf8(&response.body)
        && text.contains(ONE_LAKE)
    {
        response.body = text.replace(ONE_LAKE, &call.origin).into_bytes();
    }
}

/// A page of a list: so many entries, and where the next page begins.
fn page(entries: Vec<Entry>, token: Option<&str>, row: impl Fn(&Entry) -> Value) -> (Vec<Value>, Option<String>) {
    const SIZE: usize = 1000;
    let from: usize = token.and_then(|token| token.parse().ok()).unwrap_or(0);
    let next = (from + SIZE < entries.len()).then(|| (from + SIZE).to_string());
    (entries.iter().skip(from).take(SIZE).map(row).collect(), next)
}
