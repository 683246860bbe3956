//! A workspace with one ended run, whose output names a file, and the stores in which files are.
#![allow(unreachable_pub, reason = "the modules beside it use it")]

use std::cell::{RefCell, RefMut};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use pqrun::databricks::job::DatabricksJob;
use pqrun::fabric::job::FabricJob;
use pqrun::http::HttpResponse;
use pqrun::poller::options::RunOptions;
use pqrun::poller::{Job, Poller};
use pqrun::run::{Outcome, RunOutput, RunResult};
use pqrun::time::Timestamp;
use serde_json::{Value, json as value};

use crate::support::{Host, Reply, START, Sent, json, with_header};

pub const HOST: &str = "https://adb-1111222233334444.5.azuredatabricks.net";
pub const ONE_LAKE: &str = "https://onelake.dfs.fabric.microsoft.com";
pub const VOLUME: &str = "/Volumes/main/sales/out/orders.json";
pub const DBFS: &str = "dbfs:/out/orders.json";
pub const LAKE: &str = "https://onelake.dfs.fabric.microsoft.com/Sales/lh.Lakehouse/Files/orders.json";

/// One MB, and what is asked for at once elsewhere.
pub const MB: usize = 1 << 20;
pub const PIECE: usize = 4 * MB;

/// A file, with what tells its states apart.
#[derive(Clone, Debug)]
pub struct File {
    pub bytes: Vec<u8>,
    pub state: u64,
}

/// What the stores do about the `n`th request for a file, from 1, in the place of an answer, or before it.
pub type Hook = Box<dyn FnMut(usize, &Sent, &mut Store) -> Option<Reply>>;

/// All stores. A file's path is as its store knows it, with a slash in front; in `OneLake` behind the workspace.
#[derive(Default)]
pub struct Store {
    pub files: BTreeMap<String, File>,
    /// Whether pieces tell where they belong, and which state of the file they are of.
    pub mute: bool,
    /// Whether `Range` is heeded.
    pub whole: bool,
    /// The most bytes that are given at once.
    pub most: Option<usize>,
    pub hook: Option<Hook>,
    asked: usize,
}

#[derive(Clone, Default)]
pub struct Shared(Rc<RefCell<Store>>);

impl Shared {
    pub fn with(path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        let shared = Self::default();
        shared.set().put(path, bytes);
        shared
    }

    pub fn set(&self) -> RefMut<'_, Store> {
        self.0.borrow_mut()
    }

    pub fn hook(self, hook: impl FnMut(usize, &Sent, &mut Store) -> Option<Reply> + 'static) -> Self {
        self.set().hook = Some(Box::new(hook));
        self
    }

    /// A run of Databricks whose task gives out this text, as a host that has not begun.
    pub fn databricks(&self, text: &str, options: &str) -> Host<'static> {
        let mut job = DatabricksJob::default();
        job.host = HOST.to_owned();
        let text = text.to_owned();
        let last = r#"{"run_id":412,"job_id":880,"state":{"life_cycle_state":"TERMINATED","result_state":"SUCCESS"},
          "tasks":[{"task_key":"load","run_id":413,"notebook_task":{},"state":{"life_cycle_state":"TERMINATED","result_state":"SUCCESS"}}]}"#;
        self.host(Job::Databricks(job), "412", options, move |sent| {
            match sent.request.endpoint {
                "jobs/runs/get" => Some(json(200, last)),
                "jobs/runs/get-output" => Some(json(
                    200,
                    &value!({"notebook_output": {"result": text, "truncated": false}}).to_string(),
                )),
                _ => None,
            }
        })
    }

    /// The same for a notebook of Fabric.
    pub fn fabric(&self, text: &str, options: &str) -> Host<'static> {
        let id = "00000001-0000-4000-8000-00000000000a";
        let item = "7a93e1d4-0f5b-4e0a-8d3c-64b2f9c7a510";
        let job: FabricJob = serde_json::from_value(value!({
            "workspaceId": "1f0c4b7e-52aa-4c0d-9b7e-0d6f3a1e8c21", "itemId": item, "jobType": "RunNotebook",
        }))
        .expect("the job is right");
        let row = value!({
            "id": id, "itemId": item, "jobType": "RunNotebook", "invokeType": "Manual", "status": "Completed",
            "startTimeUtc": "2026-03-01T02:00:00", "endTimeUtc": "2026-03-01T02:01:00", "exitValue": text,
        });
        self.host(Job::Fabric(job), id, options, move |sent| {
            (sent.request.endpoint == "items/jobs/instances/{id}").then(|| json(200, &row.to_string()))
        })
    }

    /// A pipeline of Fabric with this row of activities.
    pub fn pipeline(&self, activity: &Value) -> Host<'static> {
        let id = "00000001-0000-4000-8000-00000000000a";
        let item = "7a93e1d4-0f5b-4e0a-8d3c-64b2f9c7a510";
        let job: FabricJob = serde_json::from_value(value!({
            "workspaceId": "1f0c4b7e-52aa-4c0d-9b7e-0d6f3a1e8c21", "itemId": item,
        }))
        .expect("the job is right");
        let row = value!({
            "id": id, "itemId": item, "jobType": "Pipeline", "invokeType": "Manual", "status": "Completed",
            "startTimeUtc": "2026-03-01T02:00:00", "endTimeUtc": "2026-03-01T02:01:00",
        });
        let activities = value!({ "value": [activity] });
        self.host(Job::Fabric(job), id, FOLLOW, move |sent| match sent.request.endpoint {
            "items/jobs/instances/{id}" => Some(json(200, &row.to_string())),
            "datapipelines/pipelineruns/queryactivityruns" => Some(json(200, &activities.to_string())),
            _ => None,
        })
    }

    fn host(
        &self,
        job: Job,
        run_id: &str,
        options: &str,
        mut service: impl FnMut(&Sent) -> Option<HttpResponse> + 'static,
    ) -> Host<'static> {
        let options: RunOptions = serde_json::from_str(options).expect("the options are right");
        let poller = Poller::attach(job, run_id, options, [7; 16], START).expect("the run is right");
        let store = self.clone();
        Host::over(poller, START, move |_: Timestamp, sent: &Sent| {
            if let Some(response) = service(sent) {
                return response.into();
            }
            let mut store = store.set();
            store.asked += 1;
            let asked = store.asked;
            if let Some(mut hook) = store.hook.take() {
                let replaced = hook(asked, sent, &mut store);
                store.hook = Some(hook);
                if let Some(reply) = replaced {
                    return reply;
                }
            }
            store.answer(sent).into()
        })
    }
}

pub const FOLLOW: &str = r#"{"followPath":true}"#;

/// The only output of a run that ended well, whatever became of its file.
#[track_caller]
pub fn output(host: &mut Host<'_>) -> RunOutput {
    result(host).outputs[0].clone()
}

#[track_caller]
pub fn result(host: &mut Host<'_>) -> Arc<RunResult> {
    let result = host.run();
    assert_eq!(result.outcome, Outcome::Succeeded, "a file never changes the outcome");
    assert_eq!(
        result.outputs_error.as_ref(),
        result.outputs[0].error.as_ref(),
        "what is not read is told"
    );
    result
}

/// The requests for files.
pub fn asked<'h>(host: &'h Host<'_>) -> Vec<&'h Sent> {
    let is_file = |sent: &&Sent| {
        ["fs/", "dbfs/", "onelake/"]
            .iter()
            .any(|part| sent.request.endpoint.starts_with(part))
    };
    host.sent.iter().filter(is_file).collect()
}

pub fn header<'s>(sent: &'s Sent, name: &str) -> Option<&'s str> {
    let found = sent
        .request
        .headers
        .iter()
        .find(|(found, _)| found.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str())
}

/// A member of the query, decoded.
pub fn query(sent: &Sent, name: &str) -> Option<String> {
    let (_, query) = sent.target().split_once('?')?;
    let value = query
        .split('&')
        .find_map(|pair| pair.strip_prefix(&format!("{name}=")))?;
    Some(decoded(value))
}

pub fn decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).expect("two digits"));
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).expect("UTF-8")
}

/// So many bytes of JSON: an array of one long text.
pub fn json_of(length: usize) -> Vec<u8> {
    let mut bytes = b"[\"".to_vec();
    bytes.extend((0..length - 4).map(|at| b'a' + u8::try_from(at / 7 % 26).expect("a letter")));
    bytes.extend_from_slice(b"\"]");
    bytes
}

fn date(state: u64) -> String {
    format!("Sun, 01 Mar 2026 02:{:02}:00 GMT", state % 60)
}

impl Store {
    pub fn put(&mut self, path: &str, bytes: impl Into<Vec<u8>>) {
        let state = self.files.get(path).map_or(1, |file| file.state + 1);
        self.files.insert(
            path.to_owned(),
            File {
                bytes: bytes.into(),
                state,
            },
        );
    }

    fn is_directory(&self, path: &str) -> bool {
        self.files.keys().any(|file| file.starts_with(&format!("{path}/")))
    }

    /// The entries right below: name, size, whether it is a directory.
    fn list(&self, path: &str) -> Vec<(String, usize, bool)> {
        let inside = format!("{path}/");
        let mut found: Vec<(String, usize, bool)> = Vec::new();
        for (file, content) in &self.files {
            let Some(rest) = file.strip_prefix(&inside) else {
                continue;
            };
            let (name, is_directory) = rest.split_once('/').map_or((rest, false), |(name, _)| (name, true));
            if !found.iter().any(|(known, ..)| known == name) {
                let size = if is_directory { 0 } else { content.bytes.len() };
                found.push((name.to_owned(), size, is_directory));
            }
        }
        found
    }

    fn answer(&self, sent: &Sent) -> HttpResponse {
        let target = sent.target().split('?').next().unwrap_or_default();
        match sent.request.endpoint {
            "fs/files" => {
                assert!(sent.request.url.starts_with(HOST), "to the job's own host");
                let path = decoded(target.strip_prefix("/api/2.0/fs/files").expect("its path"));
                self.ranged(sent, &path)
            }
            "fs/directories" => {
                let path = decoded(target.strip_prefix("/api/2.0/fs/directories").expect("its path"));
                self.page(sent, &path, |name, size, is_directory| {
                    value!({"path": format!("{path}/{name}"), "name": name, "file_size": size, "is_directory": is_directory})
                })
            }
            "dbfs/get-status" => {
                let path = query(sent, "path").expect("a path");
                match self.files.get(&path) {
                    Some(file) => json(
                        200,
                        &value!({"path": path, "is_dir": false, "file_size": file.bytes.len(), "modification_time": file.state})
                            .to_string(),
                    ),
                    None if self.is_directory(&path) => {
                        json(200, &value!({"path": path, "is_dir": true, "file_size": 0}).to_string())
                    }
                    None => refusal(404, "RESOURCE_DOES_NOT_EXIST"),
                }
            }
            "dbfs/list" => {
                let path = query(sent, "path").expect("a path");
                let rows: Vec<Value> = self
                    .list(&path)
                    .into_iter()
                    .map(|(name, size, is_dir)| value!({"path": format!("{path}/{name}"), "is_dir": is_dir, "file_size": size}))
                    .collect();
                json(200, &value!({ "files": rows }).to_string())
            }
            "dbfs/read" => {
                let number = |name| {
                    query(sent, name)
                        .and_then(|text| text.parse::<usize>().ok())
                        .expect("a number")
                };
                let (offset, length) = (number("offset"), number("length"));
                assert!(length <= MB, "MAX_READ_SIZE_EXCEEDED");
                let path = query(sent, "path").expect("a path");
                let Some(file) = self.files.get(&path) else {
                    return refusal(404, "RESOURCE_DOES_NOT_EXIST");
                };
                let end = file.bytes.len().min(offset + length.min(self.most.unwrap_or(length)));
                let bytes = file.bytes.get(offset..end).unwrap_or_default();
                json(
                    200,
                    &value!({"bytes_read": bytes.len(), "data": base64(bytes)}).to_string(),
                )
            }
            "onelake/path/read" => {
                assert_eq!(header(sent, "x-ms-version"), Some("2023-11-03"));
                self.ranged(sent, &decoded(target))
            }
            "onelake/path/list" => {
                assert_eq!(query(sent, "resource").as_deref(), Some("filesystem"));
                assert_eq!(query(sent, "recursive").as_deref(), Some("false"));
                let directory = query(sent, "directory").expect("a directory");
                let path = format!("{}/{directory}", decoded(target));
                self.page(sent, &path, |name, size, is_directory| {
                    let name = format!("{directory}/{name}");
                    if is_directory {
                        value!({"name": name, "isDirectory": "true"})
                    } else {
                        value!({"name": name, "contentLength": size.to_string()})
                    }
                })
            }
            other => panic!("unexpected {other}"),
        }
    }

    /// Two entries on each page.
    fn page(&self, sent: &Sent, path: &str, row: impl Fn(&str, usize, bool) -> Value) -> HttpResponse {
        let is_lake = sent.request.endpoint.starts_with("onelake");
        if !self.is_directory(path) {
            return refusal(404, if is_lake { "PathNotFound" } else { "NOT_FOUND" });
        }
        let token = query(sent, if is_lake { "continuation" } else { "page_token" });
        let from: usize = token.map_or(0, |token| token.trim_start_matches("p ").parse().expect("ours"));
        let all = self.list(path);
        let rows: Vec<Value> = all
            .iter()
            .skip(from)
            .take(2)
            .map(|(name, size, is)| row(name, *size, *is))
            .collect();
        let next = (from + 2 < all.len()).then(|| format!("p {}", from + 2));
        let mut body = if is_lake {
            value!({ "paths": rows })
        } else {
            value!({ "contents": rows })
        };
        match next {
            Some(next) if is_lake => with_header(json(200, &body.to_string()), "x-ms-continuation", &next),
            Some(next) => {
                body["next_page_token"] = next.into();
                json(200, &body.to_string())
            }
            None => json(200, &body.to_string()),
        }
    }

    fn ranged(&self, sent: &Sent, path: &str) -> HttpResponse {
        let is_lake = sent.request.endpoint.starts_with("onelake");
        let Some(file) = self.files.get(path) else {
            if is_lake && self.is_directory(path) {
                return refusal(416, "InvalidRange");
            }
            return refusal(404, if is_lake { "PathNotFound" } else { "NOT_FOUND" });
        };
        let (etag, modified) = (format!("\"0x{}\"", file.state), date(file.state));
        if header(sent, "If-Match").is_some_and(|wanted| wanted != etag)
            || header(sent, "If-Unmodified-Since").is_some_and(|wanted| wanted != modified)
        {
            return refusal(412, "ConditionNotMet");
        }
        let range = header(sent, "Range")
            .expect("pieces only")
            .strip_prefix("bytes=")
            .expect("bytes");
        let (from, to) = range.split_once('-').expect("a range");
        let (from, to): (usize, usize) = (from.parse().expect("a number"), to.parse().expect("a number"));
        let size = file.bytes.len();
        if from >= size && !self.whole {
            return refusal(416, "InvalidRange");
        }
        let to = (to + 1).min(size).min(from + self.most.unwrap_or(size));
        let (status, part) = if self.whole {
            (200, &file.bytes[..])
        } else {
            (206, &file.bytes[from..to])
        };
        let mut response = HttpResponse {
            status,
            headers: vec![("Content-Type".to_owned(), "application/octet-stream".to_owned())],
            body: part.to_vec(),
        };
        if !self.mute {
            if !self.whole {
                response = with_header(response, "Content-Range", &format!("bytes {from}-{}/{size}", to - 1));
            }
            response = with_header(response, "Last-Modified", &modified);
            if is_lake {
                response = with_header(response, "ETag", &etag);
            }
        }
        response
    }
}

/// A refusal in the store's words.
pub fn refusal(status: u16, code: &str) -> HttpResponse {
    if code.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_') {
        json(
            status,
            &value!({"error_code": code, "message": "The service says no."}).to_string(),
        )
    } else {
        json(
            status,
            &value!({"error": {"code": code, "message": "The service says no."}}).to_string(),
        )
    }
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, at| {
            bits << 8 | usize::from(group.get(at).copied().unwrap_or(0))
        });
        for at in 0..4 {
            text.push(if at <= group.len() {
                char::from(ALPHABET[bits >> (18 - 6 * at) & 63])
            } else {
                '='
            });
        }
    }
    text
}
