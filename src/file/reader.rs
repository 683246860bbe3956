//! Reading a file, or a directory of parts, piece by piece: what to ask next, and what an answer brings.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::Value;

use super::parts::{Part, add_parts, joined, no_parts, sorted};
use super::place::extension;
use super::{FILES_LIMIT, FilePlace, OutputFile};
use crate::base64;
use crate::contract::{Call, QueryValue};
use crate::databricks::contract::{
    DBFS_GET_STATUS, DBFS_LIST, DBFS_READ, DBFS_READ_LIMIT, DOWNLOAD_FILE, LIST_DIRECTORY_CONTENTS,
};
use crate::error::{Error, ErrorCode};
use crate::fabric::contract::{ONE_LAKE_LIST, ONE_LAKE_READ, ONE_LAKE_VERSION};
use crate::http::{BaseUrl, HttpResponse};
use crate::json;

/// How much of a file is asked for at once: little enough for a slow line within the time of a request.
pub(crate) const PIECE: u64 = 4 << 20;

/// Reads the file at one place. It asks for several pieces at a time; its host says how many of them are sent at once.
#[derive(Clone, Debug)]
pub(crate) struct FileReader {
    place: FilePlace,
    base: BaseUrl,
    /// The workspace's id, for a host name that serves several workspaces.
    workspace_id: Option<String>,
    /// The most bytes of all parts together.
    limit: u64,
    queue: VecDeque<Ask>,
    /// Asked for and not there yet.
    open: usize,
    /// The file, or those of the directory.
    parts: Vec<Part>,
    /// Whether it turned out to be a directory, or may be one.
    is_directory: bool,
    /// What the service said, in case it is no directory either; `None` if it is an empty file then.
    otherwise: Option<Error>,
    /// What is in the directory, until all of that is known.
    found: Vec<Part>,
}

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) enum Ask {
    /// A page of the directory.
    List { token: Option<String> },
    /// The bytes from `from` on, as far as `to`.
    Piece { part: usize, from: u64, to: u64 },
    /// What a part in DBFS is, before its first piece and after its last.
    Status { part: usize, is_last: bool },
}

impl FileReader {
    /// A reader that has not begun. `base` and `workspace_id` are those of the run's service.
    ///
    /// # Errors
    /// [`ErrorCode::OutputPathRefused`] for a file of a format that no table is made of.
    pub(crate) fn new(place: FilePlace, base: &BaseUrl, workspace_id: Option<&str>) -> Result<Self, Error> {
        extension(place.path())?;
        let mut reader = Self {
            parts: vec![Part::new(place.path().to_owned())],
            place,
            base: base.clone(),
            workspace_id: workspace_id.map(str::to_owned),
            limit: FILES_LIMIT,
            queue: VecDeque::new(),
            open: 0,
            is_directory: false,
            otherwise: None,
            found: Vec::new(),
        };
        reader.begin(0);
        Ok(reader)
    }

    /// Where the file is.
    pub(crate) const fn place(&self) -> &FilePlace {
        &self.place
    }

    /// Sets anew how many bytes it may have, before an answer that may tell how many they are.
    pub(crate) const fn limit(&mut self, limit: u64) {
        self.limit = limit;
    }

    /// What may be asked now, each thing once.
    pub(crate) fn next(&mut self) -> Option<Ask> {
        let ask = self.queue.pop_front()?;
        self.open += 1;
        Some(ask)
    }

    /// Whether nothing is left to be asked or waited for.
    pub(crate) fn is_done(&self) -> bool {
        self.queue.is_empty() && self.open == 0
    }

    /// How many bytes it has, or is going to have as far as that is known.
    pub(crate) fn size(&self) -> u64 {
        let mut size: u64 = 0;
        for part in &self.parts {
            size = size.saturating_add(part.size.unwrap_or(part.bytes.len() as u64));
        }
        size
    }

    /// The request for it.
    pub(crate) fn call(&self, ask: &Ask) -> Call {
        let text = QueryValue::Text;
        let is_dbfs = matches!(self.place, FilePlace::Dbfs(_));
        let (mut path, mut query) = (Vec::new(), Vec::new());
        let (offset, length);
        let endpoint = match (ask, &self.place) {
            (Ask::List { token }, place) => {
                let token = token.as_deref().map(text);
                match place {
                    FilePlace::Volume(directory) => {
                        path.push(("directory_path", directory.as_str()));
                        query.extend(token.map(|token| ("page_token", token)));
                        &LIST_DIRECTORY_CONTENTS
                    }
                    FilePlace::Dbfs(directory) => {
                        query.push(("path", text(directory)));
                        &DBFS_LIST
                    }
                    FilePlace::OneLake { path: whole, .. } => {
                        let (workspace, directory) = split(whole);
                        path.push(("workspace", workspace));
                        query.push(("resource", text("filesystem")));
                        query.push(("directory", text(directory.strip_prefix('/').unwrap_or(directory))));
                        query.push(("recursive", text("false")));
                        query.extend(token.map(|token| ("continuation", token)));
                        &ONE_LAKE_LIST
                    }
                }
            }
            (Ask::Status { part, .. }, _) => {
                query.push(("path", text(self.path_of(*part))));
                &DBFS_GET_STATUS
            }
            (Ask::Piece { part, from, to }, _) if is_dbfs => {
                (offset, length) = (from.to_string(), (to - from).to_string());
                query.push(("path", text(self.path_of(*part))));
                query.push(("offset", text(&offset)));
                query.push(("length", text(&length)));
                &DBFS_READ
            }
            (Ask::Piece { part, .. }, FilePlace::OneLake { .. }) => {
                let (workspace, of_item) = split(self.path_of(*part));
                path.push(("workspace", workspace));
                path.push(("path", of_item));
                &ONE_LAKE_READ
            }
            (Ask::Piece { part, .. }, _) => {
                path.push(("file_path", self.path_of(*part)));
                &DOWNLOAD_FILE
            }
        };
        let resource = self.place.resource(&self.base);
        let mut call = endpoint.call(resource.origin(), &path, &query, None);
        call.resource = resource;
        call.timeout = Duration::from_secs(110);
        let is_lake = matches!(self.place, FilePlace::OneLake { .. });
        let mut add = |name: &str, value: &str| call.headers.push((name.to_owned(), value.to_owned()));
        match &self.workspace_id {
            _ if is_lake => add("x-ms-version", ONE_LAKE_VERSION),
            Some(id) => add("X-Databricks-Workspace-Id", id),
            None => {}
        }
        if let Ask::Piece { part, from, to } = ask
            && !is_dbfs
        {
            add("Range", &format!("bytes={from}-{}", to - 1));
            let version = self.parts.get(*part).and_then(|part| part.version.as_deref());
            // A weak one fits nothing. The Files API documents no other condition.
            if let Some(version) = version.filter(|version| !version.starts_with("W/")) {
                add(if is_lake { "If-Match" } else { "If-Unmodified-Since" }, version);
            }
            if let Some((_, accept)) = call.headers.first_mut() {
                "*/*".clone_into(accept);
            }
        }
        call
    }

    /// Takes a good answer. After an error that is retryable nothing has changed, and the same may be asked again.
    ///
    /// # Errors
    /// The answer is not what the API promises, the file is too large, or it has changed meanwhile.
    pub(crate) fn answered(&mut self, ask: &Ask, response: &HttpResponse) -> Result<(), Error> {
        match ask {
            Ask::List { .. } => self.listed(response)?,
            Ask::Status { part, is_last } => self.stated(*part, *is_last, &json::object(response)?)?,
            Ask::Piece { part, from, to } if matches!(self.place, FilePlace::Dbfs(_)) => {
                self.read_of_dbfs(*part, *from, *to, &json::object(response)?)?;
            }
            Ask::Piece { part, from, to } => self.read(*part, *from, *to, response)?,
        }
        self.open -= 1;
        Ok(())
    }

    /// Takes a refusal, and goes on if it has another way.
    ///
    /// # Errors
    /// The refusal, if it has none.
    pub(crate) fn refused(&mut self, ask: &Ask, error: Error) -> Result<(), Error> {
        self.open -= 1;
        let is_elsewhere = matches!(error.status, Some(400 | 404 | 405 | 409));
        let is_dbfs = matches!(self.place, FilePlace::Dbfs(_));
        match (ask, error.status) {
            (Ask::Piece { part, from, .. }, Some(416)) => {
                let one_lake = matches!(self.place, FilePlace::OneLake { .. });
                let Some(found) = self.parts.get_mut(*part).filter(|part| part.size.is_none()) else {
                    return Err(changed());
                };
                if *from == 0 && one_lake && !self.is_directory {
                    // There a directory is an empty file to those who read it.
                    self.list(None);
                } else {
                    found.size = Some(found.bytes.len() as u64);
                }
                Ok(())
            }
            (Ask::Piece { .. }, Some(412)) => Err(changed()),
            (Ask::Piece { from: 0, .. }, _) if is_elsewhere && !is_dbfs && !self.is_directory => {
                self.list(Some(error));
                Ok(())
            }
            (Ask::List { token: None }, _) if is_elsewhere && !is_dbfs => {
                let otherwise = self.otherwise.take();
                self.is_empty_file();
                otherwise.map_or(Ok(()), Err)
            }
            _ => Err(error),
        }
    }

    /// The file, once it is done.
    ///
    /// # Errors
    /// The parts of a directory are of several formats.
    pub(crate) fn into_file(self) -> Result<OutputFile, Error> {
        let path = self.place.written();
        let of_name = self.parts.first().map(|part| part.path.as_str()).unwrap_or_default();
        let extension = extension(of_name)?;
        let (bytes, headers) = joined(self.parts, &extension);
        // What Spark calls JSON has a value on each line.
        Ok(OutputFile {
            path,
            extension: if self.is_directory && extension == "json" {
                "jsonl".to_owned()
            } else {
                extension
            },
            bytes,
            headers,
        })
    }

    fn path_of(&self, part: usize) -> &str {
        self.parts.get(part).map(|part| part.path.as_str()).unwrap_or_default()
    }

    fn begin(&mut self, part: usize) {
        self.queue.push_back(match self.place {
            FilePlace::Dbfs(_) => Ask::Status { part, is_last: false },
            _ => Ask::Piece {
                part,
                from: 0,
                to: PIECE,
            },
        });
    }

    fn list(&mut self, otherwise: Option<Error>) {
        self.is_directory = true;
        self.otherwise = otherwise;
        self.queue.push_back(Ask::List { token: None });
    }

    fn is_empty_file(&mut self) {
        self.is_directory = false;
        if let Some(part) = self.parts.first_mut() {
            part.size = Some(0);
        }
    }

    fn check_size(&self, size: u64) -> Result<(), Error> {
        if size <= self.limit {
            return Ok(());
        }
        let message = format!("expected files of at most {} bytes together, found {size}", self.limit);
        Err(Error::new(ErrorCode::OutputTooLarge, message))
    }

    /// The part has so many bytes: makes room for them, and asks for those from `there` on.
    fn sized(&mut self, at: usize, size: u64, there: u64, piece: u64) -> Result<(), Error> {
        self.check_size(self.size().saturating_add(size))?;
        let Some(part) = self.parts.get_mut(at) else {
            return Ok(());
        };
        part.size = Some(size);
        part.missing = size;
        part.bytes = vec![0; usize::try_from(size).unwrap_or_default()];
        let mut from = there;
        while from < size {
            let to = size.min(from + piece);
            self.queue.push_back(Ask::Piece { part: at, from, to });
            from = to;
        }
        Ok(())
    }

    fn put(&mut self, at: usize, from: u64, bytes: &[u8]) {
        let Some(part) = self.parts.get_mut(at) else { return };
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        if let Some(place) = part.bytes.get_mut(from..).and_then(|rest| rest.get_mut(..bytes.len())) {
            place.copy_from_slice(bytes);
            part.missing -= bytes.len() as u64;
        }
    }

    /// A piece of a file, by `Range`.
    fn read(&mut self, at: usize, from: u64, to: u64, response: &HttpResponse) -> Result<(), Error> {
        let Some(part) = self.parts.get(at) else { return Ok(()) };
        let is_directory = |kind: &str| kind.eq_ignore_ascii_case("directory");
        if !self.is_directory && response.header("x-ms-resource-type").is_some_and(is_directory) {
            let message = "expected a file, found a directory";
            self.list(Some(Error::new(ErrorCode::OutputPathRefused, message)));
            return Ok(());
        }
        if is_page(response) {
            return Err(page());
        }
        let length = response.body.len() as u64;
        let is_lake = matches!(self.place, FilePlace::OneLake { .. });
        let version = response
            .header(if is_lake { "ETag" } else { "Last-Modified" })
            .map(str::to_owned);
        let total = match (response.status, response.header("Content-Range")) {
            (206, Some(range)) => match content_range(range) {
                Some((start, end, total)) if start == from && end < to && end + 1 - start == length => Some(total),
                _ => return Err(broken(response)),
            },
            // A page or a proxy may not see the header. Then a piece that is shorter is the last one.
            (206, None) if length <= to - from => (length < to - from).then_some(from + length),
            // The service does not know ranges: that is all of it.
            (_, None) if from == 0 => Some(length),
            _ => return Err(broken(response)),
        };
        let is_first = part.size.is_none() && from == 0;
        let differs = part.version.is_some() && version.is_some() && part.version != version;
        if !is_first && (differs || (part.size.is_some() && total.is_some() && part.size != total)) {
            return Err(changed());
        }
        let is_known = part.size.is_some();
        match total {
            Some(total) if !is_known && from == 0 => self.sized(at, total, length, PIECE)?,
            // How long it is shows at its end only: the pieces come one after another.
            _ if !is_known => {
                self.check_size(self.size() + length)?;
                if let Some(part) = self.parts.get_mut(at) {
                    part.bytes.extend_from_slice(&response.body);
                    part.size = total;
                    if is_first {
                        part.version = version;
                    }
                }
                if total.is_none() {
                    let from = from + length;
                    self.queue.push_back(Ask::Piece {
                        part: at,
                        from,
                        to: from + PIECE,
                    });
                }
                return Ok(());
            }
            None if length != to - from => return Err(changed()),
            // The service gives less at once than it was asked for.
            _ if length < to - from => {
                let from = from + length;
                self.queue.push_back(Ask::Piece { part: at, from, to });
            }
            _ => {}
        }
        if let Some(part) = self.parts.get_mut(at).filter(|_| is_first) {
            part.version = version;
        }
        self.put(at, from, &response.body);
        Ok(())
    }

    /// What a path in DBFS is.
    fn stated(&mut self, at: usize, is_last: bool, status: &Value) -> Result<(), Error> {
        if json::flag(status, "is_dir") == Some(true) {
            if self.is_directory || is_last {
                return Err(changed());
            }
            self.list(None);
            return Ok(());
        }
        let size = json::count(status, "file_size");
        let size = size.ok_or_else(|| json::missing("file_size", status.get("file_size")))?;
        let version = json::count(status, "modification_time").map(|time| time.to_string());
        if !is_last {
            self.sized(at, size, 0, DBFS_READ_LIMIT)?;
            if let Some(part) = self.parts.get_mut(at) {
                part.version = version;
            }
            return Ok(());
        }
        match self.parts.get(at) {
            Some(part) if part.size == Some(size) && part.version == version => Ok(()),
            _ => Err(changed()),
        }
    }

    /// A piece of a file in DBFS.
    fn read_of_dbfs(&mut self, at: usize, from: u64, to: u64, piece: &Value) -> Result<(), Error> {
        let data = piece.get("data").and_then(Value::as_str).unwrap_or_default();
        let bytes = base64::decode(data);
        let bytes = bytes.ok_or_else(|| json::missing("data in Base64", piece.get("data")))?;
        let length = bytes.len() as u64;
        if json::count(piece, "bytes_read") != Some(length) || length > to - from {
            return Err(json::missing("bytes_read as many as data", piece.get("bytes_read")));
        }
        if length == 0 {
            // It has become shorter.
            return Err(changed());
        }
        self.put(at, from, &bytes);
        if length < to - from {
            let from = from + length;
            self.queue.push_back(Ask::Piece { part: at, from, to });
        } else if self.parts.get(at).is_some_and(|part| part.missing == 0) {
            self.queue.push_back(Ask::Status {
                part: at,
                is_last: true,
            });
        }
        Ok(())
    }

    /// A page of the directory.
    fn listed(&mut self, response: &HttpResponse) -> Result<(), Error> {
        let value = json::object(response)?;
        let next = json::text(&value, "next_page_token").or_else(|| response.header("x-ms-continuation"));
        let (size, is_there) = add_parts(&mut self.found, self.place.path(), &value)?;
        if is_there {
            // So it is one, whatever comes.
            self.otherwise = Some(no_parts("nothing in it"));
        }
        self.check_size(size)?;
        if let Some(token) = next {
            let token = Some(token.to_owned());
            self.queue.push_back(Ask::List { token });
        } else if !self.found.is_empty() {
            self.parts = sorted(std::mem::take(&mut self.found));
            for part in 0..self.parts.len() {
                self.begin(part);
            }
        } else if self.otherwise.is_some() || matches!(self.place, FilePlace::Dbfs(_)) {
            return Err(no_parts("nothing in it"));
        } else {
            self.is_empty_file();
        }
        Ok(())
    }
}

/// The workspace of a path in `OneLake`, and what is behind it, with a slash in front.
fn split(path: &str) -> (&str, &str) {
    let path = path.strip_prefix('/').unwrap_or(path);
    let end = path.bytes().position(|byte| byte == b'/');
    end.and_then(|end| path.split_at_checked(end)).unwrap_or_default()
}

/// `bytes 0-99/1000`, with a known size.
fn content_range(text: &str) -> Option<(u64, u64, u64)> {
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (start, end) = range.split_once('-')?;
    let (start, end, total) = (start.parse().ok()?, end.parse().ok()?, total.parse().ok()?);
    (start <= end && end < total).then_some((start, end, total))
}

fn broken(response: &HttpResponse) -> Error {
    json::malformed(response, "expected the piece that was asked for, found another one")
}

/// Whether a page came: what signs in people, a portal or a proxy answers so, and with a good status.
fn is_page(response: &HttpResponse) -> bool {
    let body = response.body.trim_ascii_start();
    let begins = |start: &str| {
        body.get(..start.len())
            .is_some_and(|text| text.eq_ignore_ascii_case(start.as_bytes()))
    };
    let kind = response.header("Content-Type").unwrap_or_default();
    kind.trim_start().to_ascii_lowercase().starts_with("text/html") && (begins("<!doctype html") || begins("<html"))
}

fn page() -> Error {
    let message = "expected the file, found a page (HTML)";
    let mut error = Error::new(ErrorCode::OutputUnavailable, message);
    "a sign-in page or a proxy may have answered in the place of the service: check the network; or the job wrote a page \
     to this path"
        .clone_into(&mut error.hint);
    error
}

fn changed() -> Error {
    let mut error = Error::new(ErrorCode::OutputUnavailable, "the file changed while it was read");
    "let the job write the file whole before it names it, under a name of its own for each run"
        .clone_into(&mut error.hint);
    error
}
