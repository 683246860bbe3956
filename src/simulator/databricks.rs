//! The Databricks half: the Jobs API, versions 2.0 to 2.2.
//!
//! Where the official tools' fake server is laxer than the service, this one is not: the parent's run id is refused by
//! `runs/get-output`, a cancel takes time, a deleted run poisons its token, pages end after 100 elements.

mod access;
mod change;
mod condition;
mod engine;
mod generate;
mod ids;
mod lists;
mod oauth;
mod outputs;
mod run;
pub mod scenario;
mod settle;
mod start;
mod states;
mod truth;
mod view;
mod wire;

use std::collections::VecDeque;
use std::time::Duration;

use crate::read::FromValue;
use crate::sort::sort_few;
use serde::Serialize;
use serde_json::Value;

use self::ids::Ids;
use self::run::Run;
use self::scenario::{DatabricksScenario, Id, PastRun};
use self::view::{Version, View};
use self::wire::{ApiError, ApiResult, write_ids};
use super::call::{Call, json_reply};
use super::clock::Speed;
use super::files::scenario::FileScenario;
use crate::http::HttpResponse;
use crate::time::Timestamp;

/// A Databricks workspace in memory.
#[derive(Clone, Debug, FromValue, Serialize)]
pub struct Databricks {
    spec: DatabricksScenario,
    seed: u64,
    speed: Speed,
    /// The latest instant looked at.
    now: Timestamp,
    ids: Ids,
    runs: Vec<Run>,
    /// Idempotency tokens and the ids of their runs. They stay reserved for ever.
    tokens: Vec<(String, i64)>,
    /// Past runs that are still to be played.
    planned: Vec<(Timestamp, usize, PastRun)>,
    /// Entra's clients that were let in since the start.
    joined: Vec<String>,
    /// When each endpoint was called within the last second.
    recent: Vec<(String, VecDeque<Timestamp>)>,
}

/// The content of a file with generated rows.
///
/// # Errors
/// The column's name, and what is wrong with it.
pub(super) fn file_of_rows(file: &FileScenario, seed: u64) -> Result<String, (String, String)> {
    let output = scenario::Output {
        rows: file.rows,
        columns: file.columns.clone(),
        format: file.format,
        ..scenario::Output::default()
    };
    output.columns()?;
    Ok(generate::rows(&output, seed))
}

/// The names by which faults and rate limits aim: method, last path segments, name.
const ENDPOINTS: [(&str, &str, &str); 10] = [
    ("POST", "run-now", "jobs/run-now"),
    ("GET", "runs/get", "jobs/runs/get"),
    ("GET", "runs/get-output", "jobs/runs/get-output"),
    ("GET", "runs/list", "jobs/runs/list"),
    ("POST", "runs/cancel", "jobs/runs/cancel"),
    ("POST", "runs/cancel-all", "jobs/runs/cancel-all"),
    ("POST", "runs/delete", "jobs/runs/delete"),
    ("POST", "runs/repair", "jobs/runs/repair"),
    ("GET", "list", "jobs/list"),
    ("GET", "get", "jobs/get"),
];

impl Databricks {
    pub(crate) fn new(mut spec: DatabricksScenario, seed: u64, speed: Speed, now: Timestamp) -> Self {
        let named = spec.jobs.iter().flat_map(|job| [job.id, job.first_run_id]).flatten();
        let mut ids = Ids::new(seed, named.map(|id| id.0).collect());
        let mut planned = Vec::new();
        for (index, job) in spec.jobs.iter_mut().enumerate() {
            job.id.get_or_insert_with(|| Id(ids.next()));
            for past in &job.history {
                planned.push((now.minus(past.seconds_ago.duration()), index, past.clone()));
            }
        }
        sort_few(&mut planned, |(at, _, _)| *at);
        Self {
            spec,
            seed,
            speed,
            now,
            ids,
            runs: Vec::new(),
            tokens: Vec::new(),
            planned,
            joined: Vec::new(),
            recent: Vec::new(),
        }
    }

    /// Answers every call whose path is under `/api/`, `OPTIONS` included.
    pub(crate) fn handle(&mut self, call: &mut Call<'_>) -> HttpResponse {
        self.speed = call.speed;
        self.advance(call.now);
        match self.answer(call) {
            Ok(mut body) => {
                write_ids(&mut body, self.spec.id_form);
                json_reply(200, &body)
            }
            Err(error) => error.into_response(call),
        }
    }

    fn answer(&mut self, call: &Call<'_>) -> ApiResult<Value> {
        let path = call.segments();
        let version = match path.get(1) {
            Some(&"2.0") => Version::V20,
            Some(&"2.1") => Version::V21,
            _ => Version::V22,
        };
        let endpoint = self.endpoint(call.method, &path).ok_or_else(|| {
            let rest = path.get(2..).unwrap_or_default().join("/");
            ApiError::new(
                404,
                "ENDPOINT_NOT_FOUND",
                format!("No API found for '{} /{rest}'", call.method),
            )
        })?;
        self.limit_rate(endpoint, call.now)?;
        let origin = call.origin.clone();
        let view = View {
            service: self,
            now: call.now,
            origin: &origin,
            version,
        };
        match endpoint {
            "jobs/runs/get" => self.get_run(call, view),
            "jobs/runs/get-output" => self.get_output(call, view),
            "jobs/runs/list" => self.list_runs(call, view),
            "jobs/list" => self.list_jobs(call, view),
            "jobs/get" => self.get_job(call, view),
            "jobs/run-now" => self.run_now(call),
            "jobs/runs/cancel" => self.cancel_run(call),
            "jobs/runs/cancel-all" => self.cancel_all(call),
            "jobs/runs/delete" => self.delete_run(call),
            _ => self.repair_run(call),
        }
    }

    fn limit_rate(&mut self, endpoint: &str, now: Timestamp) -> ApiResult<()> {
        let Some(limit) = self.spec.rate_limits.get(endpoint) else {
            return Ok(());
        };
        let at = self.recent.iter().position(|(name, _)| name == endpoint);
        let at = at.unwrap_or_else(|| {
            self.recent.push((endpoint.to_owned(), VecDeque::new()));
            self.recent.len() - 1
        });
        let recent = &mut self.recent[at].1;
        while recent
            .front()
            .is_some_and(|at| now.since(*at) >= Duration::from_secs(1))
        {
            recent.pop_front();
        }
        if recent.len() >= *limit {
            return Err(ApiError::throttled(
                format!(
                    "Workspace {} exceeded the limit of {limit} requests per second.",
                    self.spec.workspace_id.0
                ),
                1,
            ));
        }
        recent.push_back(now);
        Ok(())
    }

    /// The service's own 429. The core rewrites its `Retry-After` if the scenario says so.
    pub(crate) fn throttle(&self, call: &mut Call<'_>, wait: Duration) -> HttpResponse {
        let seconds = call.speed.retry_after_seconds(wait);
        ApiError::throttled(
            format!(
                "Workspace {} exceeded the limit of 20 requests per second.",
                self.spec.workspace_id.0
            ),
            seconds,
        )
        .into_response(call)
    }

    /// Adds what every answer of this service bears. No CORS header is among it: browsers can't read any of this.
    pub(crate) fn finish(&self, call: &mut Call<'_>, response: &mut HttpResponse) {
        response
            .headers
            .push(("x-databricks-org-id".into(), self.spec.workspace_id.0.to_string()));
        response.headers.push(("x-request-id".into(), call.rng.guid()));
    }

    /// The endpoint's name, by which a fault may be aimed: such as `jobs/runs/get`.
    pub(crate) fn endpoint(&self, method: &str, path: &[&str]) -> Option<&'static str> {
        let tail = match path {
            ["api", "2.0" | "2.1" | "2.2", "jobs", tail @ ..] => tail.join("/"),
            _ => return None,
        };
        ENDPOINTS
            .iter()
            .find(|(wanted, end, _)| *wanted == method && *end == tail)
            .map(|(_, _, name)| *name)
    }
}
