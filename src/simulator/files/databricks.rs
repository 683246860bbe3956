//! The Files API and the DBFS API, as far as they read.

use serde_json::Value;

use super::scenario::FileAccess;
use super::{Entry, Files, Found, page};
use crate::base64;
use crate::http::HttpResponse;
use crate::simulator::call::{Call, json_reply};
use crate::simulator::json::json;

/// `MAX_READ_SIZE_EXCEEDED` beyond this.
const DBFS_READ_LIMIT: usize = 1 << 20;

/// The endpoint's name, by which a fault may be aimed.
pub(in crate::simulator) fn endpoint(method: &str, path: &[&str]) -> Option<&'static str> {
    match (method, path) {
        ("GET", ["api", "2.0", "fs", "files", ..]) => Some("fs/files"),
        ("GET", ["api", "2.0", "fs", "directories", ..]) => Some("fs/directories"),
        ("GET", ["api", "2.0", "dbfs", "get-status"]) => Some("dbfs/get-status"),
        ("GET", ["api", "2.0", "dbfs", "list"]) => Some("dbfs/list"),
        ("GET", ["api", "2.0", "dbfs", "read"]) => Some("dbfs/read"),
        _ => None,
    }
}

/// A status, a code and a message.
type Refused = (u16, &'static str, String);

impl Files {
    /// Answers a call whose bearer may read files. `None` if the call is none of these APIs'.
    pub(in crate::simulator) fn of_databricks(&mut self, call: &mut Call<'_>) -> Option<HttpResponse> {
        let answer = match endpoint(call.method, &call.segments())? {
            "fs/files" => self.download(call),
            "fs/directories" => self.directory(call).map(|body| json_reply(200, &body)),
            "dbfs/get-status" => self.status(call).map(|body| json_reply(200, &body)),
            "dbfs/list" => self.dbfs_list(call).map(|body| json_reply(200, &body)),
            _ => self.dbfs_read(call).map(|body| json_reply(200, &body)),
        };
        Some(answer.unwrap_or_else(|(status, code, message)| {
            let id = call.rng.guid();
            let detail = json!({
                "@type": "type.googleapis.com/google.rpc.RequestInfo", "request_id": id, "serving_data": "",
            });
            json_reply(
                status,
                &json!({"error_code": code, "message": message, "details": [detail]}),
            )
        }))
    }

    fn download(&mut self, call: &Call<'_>) -> Result<HttpResponse, Refused> {
        let (path, began) = (behind(call), self.began);
        let Found::File(file) = self.find(&path) else {
            return Err((404, "NOT_FOUND", "The file being accessed is not found.".to_owned()));
        };
        if file.access == FileAccess::None {
            let volume: Vec<&str> = path.split('/').skip(2).take(3).collect();
            let message = format!("User does not have READ VOLUME on Volume '{}'.", volume.join("."));
            return Err((403, "PERMISSION_DENIED", message));
        }
        file.ranged(call, began).map_err(|status| match status {
            412 => (412, "PRECONDITION_FAILED", "The file has been modified.".to_owned()),
            _ => (416, "RANGE_NOT_SATISFIABLE", "The range is not satisfiable.".to_owned()),
        })
    }

    fn directory(&self, call: &Call<'_>) -> Result<Value, Refused> {
        let path = behind(call);
        let entries = self.list(&path).ok_or_else(|| {
            (
                404,
                "NOT_FOUND",
                "The directory being accessed is not found.".to_owned(),
            )
        })?;
        let row = |entry: &Entry| {
            json!({
                "path": format!("{path}/{}", entry.name), "name": entry.name, "is_directory": entry.is_directory,
                "file_size": entry.size, "last_modified": entry.modified.0,
            })
        };
        let (rows, next) = page(entries, call.query_value("page_token"), row);
        let mut body = json!({ "contents": rows });
        if let Some(next) = next {
            body["next_page_token"] = next.into();
        }
        Ok(body)
    }

    fn status(&mut self, call: &Call<'_>) -> Result<Value, Refused> {
        let (path, began) = (dbfs_path(call)?, self.began);
        match self.find(&format!("dbfs:{path}")) {
            Found::File(file) if file.access == FileAccess::None => Err(forbidden(&path)),
            Found::File(file) => Ok(json!({
                "path": path, "is_dir": false, "file_size": file.content.len(),
                "modification_time": file.modified(began).0,
            })),
            Found::Directory => Ok(json!({"path": path, "is_dir": true, "file_size": 0, "modification_time": 0})),
            Found::Nothing => Err(missing(&path)),
        }
    }

    fn dbfs_list(&self, call: &Call<'_>) -> Result<Value, Refused> {
        let path = dbfs_path(call)?;
        let entries = self.list(&format!("dbfs:{path}")).ok_or_else(|| missing(&path))?;
        let row = |entry: &Entry| {
            json!({
                "path": format!("{}/{}", path.trim_end_matches('/'), entry.name), "is_dir": entry.is_directory,
                "file_size": entry.size, "modification_time": entry.modified.0,
            })
        };
        Ok(json!({ "files": entries.iter().map(row).collect::<Vec<_>>() }))
    }

    fn dbfs_read(&mut self, call: &Call<'_>) -> Result<Value, Refused> {
        let path = dbfs_path(call)?;
        let number = |name, default| match call.query_value(name) {
            None => Ok(default),
            Some(text) => text
                .parse::<usize>()
                .map_err(|_| (400, "INVALID_PARAMETER_VALUE", format!("{name} must not be negative."))),
        };
        let (offset, length) = (number("offset", 0)?, number("length", DBFS_READ_LIMIT / 2)?);
        if length > DBFS_READ_LIMIT {
            let message = format!("length must be at most {DBFS_READ_LIMIT}.");
            return Err((400, "MAX_READ_SIZE_EXCEEDED", message));
        }
        match self.find(&format!("dbfs:{path}")) {
            Found::File(file) if file.access == FileAccess::None => Err(forbidden(&path)),
            Found::File(file) => {
                let end = file.content.len().min(offset + length);
                let bytes = file.content.as_bytes().get(offset..end).unwrap_or_default();
                let body = json!({"bytes_read": bytes.len(), "data": base64::encode(bytes)});
                file.was_read();
                Ok(body)
            }
            Found::Directory => {
                let message = format!("Cannot read {path}: it is a directory.");
                Err((400, "INVALID_PARAMETER_VALUE", message))
            }
            Found::Nothing => Err(missing(&path)),
        }
    }
}

/// What stands behind the endpoint.
fn behind(call: &Call<'_>) -> String {
    format!("/{}", call.path.get(4..).unwrap_or_default().join("/"))
}

fn dbfs_path(call: &Call<'_>) -> Result<String, Refused> {
    let path = call.query_value("path").unwrap_or_default();
    let path = path.strip_prefix("dbfs:").unwrap_or(path);
    if path.starts_with('/') {
        return Ok(path.to_owned());
    }
    Err((400, "INVALID_PARAMETER_VALUE", "Path must be absolute.".to_owned()))
}

fn missing(path: &str) -> Refused {
    (
        404,
        "RESOURCE_DOES_NOT_EXIST",
        format!("No file or directory exists on path {path}."),
    )
}

fn forbidden(path: &str) -> Refused {
    (
        403,
        "PERMISSION_DENIED",
        format!("User does not have permission to read {path}."),
    )
}
