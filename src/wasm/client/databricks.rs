//! The Databricks Jobs API call by call.

use std::rc::Rc;

use js_sys::Promise;
use serde_json::Value;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert::{self, Members, refuse, throw, value_to_js};
use super::driver::Until;
use super::result::output_to_js;
use super::service::{self, Client, Follow, List, result_of};
use crate::databricks::definition::JobDefinition;
use crate::databricks::job::{DatabricksJob, checked_id};
use crate::databricks::output;
use crate::databricks::run::{Run, Task};
use crate::error::Error;
use crate::http::{BaseUrl, Service};
use crate::json::{self as wire, record};
use crate::run::{OutputKind, RunOutput};

/// The Jobs API of one workspace, call by call. Every call waits out throttling and passing faults.
///
/// For one run from its start to its end, {@link runDatabricksJob} shows more of what happens.
#[wasm_bindgen]
pub struct DatabricksClient {
    client: Rc<Client>,
    /// Leads to the workspace; the rest of it is empty.
    job: Rc<DatabricksJob>,
    base: BaseUrl,
}

#[wasm_bindgen]
impl DatabricksClient {
    /// @param options The workspace, and the token or credential for it.
    /// @throws {PqrunError} `invalidHost`, `invalidOptions`, `missingCredentials`
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "DatabricksClientOptions")] options: &JsValue,
    ) -> Result<Self, JsValue> {
        let read = || {
            let mut members = service::target(options, &["host", "apiVersion", "databricksWorkspaceId"])?;
            convert::write_ids(&mut members, &["databricksWorkspaceId"])?;
            let job: DatabricksJob = convert::read(members)?;
            // Complete but for the job, whose checks are those of the version too.
            DatabricksJob {
                job_id: Some("1".to_owned()),
                ..job.clone()
            }
            .check()?;
            let base = job.base()?;
            let client = Client::new(Service::Databricks, &base, options, &job)?;
            Ok(Self {
                client,
                base,
                job: Rc::new(job),
            })
        };
        read().map_err(throw)
    }

    /// Starts a run, under an idempotency token, and waits until its id is known.
    ///
    /// @param job The job and its parameters.
    /// @throws {PqrunError} The service refused, or it is not known whether it started: `startUnconfirmed`.
    #[wasm_bindgen(js_name = runNow, unchecked_return_type = "Promise<{ runId: string }>")]
    pub fn run_now(
        &self,
        #[wasm_bindgen(unchecked_param_type = "DatabricksJobToRun")] job: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "RunOptions & SessionOptions")] options: &JsValue,
    ) -> Promise {
        let known = Until::RunKnown(|run, _| record! { "runId": run.id });
        result_of(self.client.follow(Follow::Start, job_members(job), options, known))
    }

    /// Starts a run, waits for its end, reads its outputs. Waits 3600 s unless `timeout` says otherwise.
    #[wasm_bindgen(js_name = runNowAndAwait, unchecked_return_type = "Promise<RunResult>")]
    pub fn run_now_and_await(
        &self,
        #[wasm_bindgen(unchecked_param_type = "DatabricksJobToRun")] job: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "RunOptions & SessionOptions")] options: &JsValue,
    ) -> Promise {
        result_of(
            self.client
                .follow(Follow::Start, job_members(job), options, Until::Done),
        )
    }

    /// Waits for the end of a run, reads its outputs. Waits 3600 s unless `timeout` says otherwise.
    #[wasm_bindgen(js_name = awaitRun, unchecked_return_type = "Promise<RunResult>")]
    pub fn await_run(
        &self,
        #[wasm_bindgen(js_name = runId, unchecked_param_type = "Id")] run_id: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "RunOptions & SessionOptions")] options: &JsValue,
    ) -> Promise {
        let follow = |id| {
            self.client
                .follow(Follow::Attach(id), Ok(Members::new()), options, Until::Done)
        };
        result_of(convert::id("runId", run_id).and_then(follow))
    }

    /// Reads a run.
    #[wasm_bindgen(js_name = getRun, unchecked_return_type = "Promise<DatabricksRun>")]
    pub fn get_run(&self, #[wasm_bindgen(js_name = runId, unchecked_param_type = "Id")] run_id: &JsValue) -> Promise {
        let call = run_id_of(run_id).map(|id| self.job.runs_get(&self.base, &id, None));
        self.client.request(
            call,
            Box::new(|answer| Run::parse(&answer).map(|run| value_to_js(describe(&run)))),
        )
    }

    /// Reads the output of a task's run. The service refuses it for a job run of several tasks: give the run id of a
    /// task, as {@link DatabricksClient.getRun} lists them.
    #[wasm_bindgen(js_name = getRunOutput, unchecked_return_type = "Promise<RunOutput>")]
    pub fn get_run_output(
        &self,
        #[wasm_bindgen(js_name = runId, unchecked_param_type = "Id")] run_id: &JsValue,
    ) -> Promise {
        let call = run_id_of(run_id).map(|id| self.job.runs_get_output(&self.base, &id));
        self.client.request(
            call,
            Box::new(|answer| read_output(answer).map(|output| output_to_js(&output))),
        )
    }

    /// Asks a run to stop. It has stopped when {@link DatabricksClient.getRun} says so.
    #[wasm_bindgen(js_name = cancelRun, unchecked_return_type = "Promise<void>")]
    pub fn cancel_run(
        &self,
        #[wasm_bindgen(js_name = runId, unchecked_param_type = "Id")] run_id: &JsValue,
    ) -> Promise {
        let call = run_id_of(run_id).map(|id| self.job.runs_cancel(&self.base, &id));
        self.client.request(call, Box::new(|_| Ok(JsValue::UNDEFINED)))
    }

    /// Lists runs, newest first: all pages, up to `limit`, which is 100 if left out.
    #[wasm_bindgen(js_name = listRuns, unchecked_return_type = "Promise<DatabricksRun[]>")]
    pub fn list_runs(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "ListRunsOptions")] options: &JsValue,
    ) -> Promise {
        let query = convert::members(options, "options", &[]).and_then(|mut members| {
            convert::write_ids(&mut members, &["jobId"])?;
            let limit = service::limit(&mut members)?;
            let mut query = Vec::new();
            for (name, wire) in [
                ("jobId", "job_id"),
                ("activeOnly", "active_only"),
                ("completedOnly", "completed_only"),
            ] {
                match members.shift_remove(name) {
                    None | Some(Value::Bool(false)) => {}
                    Some(Value::String(id)) => query.push((wire, id)),
                    Some(Value::Bool(true)) => query.push((wire, "true".to_owned())),
                    Some(_) => return Err(refuse(format!("{name}: expected true or false"))),
                }
            }
            convert::refuse_rest(&members)?;
            Ok((limit, query))
        });
        let read = |rows: Vec<Value>| {
            let runs: Result<Vec<Value>, Error> = rows
                .iter()
                .map(|row| Run::parse(row).map(|run| describe(&run)))
                .collect();
            runs.map(|runs| value_to_js(runs.into()))
        };
        self.client.list(
            query.map(|(limit, query)| self.pages(limit, "runs", query)),
            Box::new(read),
        )
    }

    /// Reads what a job declares about itself: its name, its description, its parameters and their defaults.
    #[wasm_bindgen(js_name = getJob, unchecked_return_type = "Promise<DatabricksJobDefinition>")]
    pub fn get_job(&self, #[wasm_bindgen(js_name = jobId, unchecked_param_type = "Id")] job_id: &JsValue) -> Promise {
        let (job, base) = (Rc::clone(&self.job), self.base.clone());
        let list = convert::id("jobId", job_id).and_then(|id| {
            let id = checked_id("jobId", &id)?;
            let page = move |token: Option<&str>| {
                let mut query = vec![("job_id", id.as_str())];
                query.extend(token.map(|token| ("page_token", token)));
                job.jobs_get(&base, &query)
            };
            Ok(List {
                limit: usize::MAX,
                rows: "",
                token: "next_page_token",
                page: Box::new(page),
            })
        });
        let read = |pages: Vec<Value>| JobDefinition::parse(&pages).map(|job| convert::to_js(&job));
        self.client.list(list, Box::new(read))
    }

    /// Lists jobs: all pages, up to `limit`, which is 100 if left out. The filter by `name` ignores case.
    #[wasm_bindgen(js_name = listJobs, unchecked_return_type = "Promise<DatabricksJobInfo[]>")]
    pub fn list_jobs(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "{ name?: string; limit?: number }")] options: &JsValue,
    ) -> Promise {
        let query = convert::members(options, "options", &[]).and_then(|mut members| {
            let limit = service::limit(&mut members)?;
            let mut query = vec![("limit", limit.min(100).to_string())];
            query.extend(service::text(&mut members, "name")?.map(|name| ("name", name)));
            convert::refuse_rest(&members)?;
            Ok((limit, query))
        });
        let read = |jobs: Vec<Value>| {
            let describe = |job: &Value| {
                let settings = job.get("settings").unwrap_or(&Value::Null);
                present(record! {
                    "jobId": wire::id(job, "job_id"),
                    "name": wire::string(settings, "name"),
                    "creatorUserName": wire::string(job, "creator_user_name"),
                    "createdTime": wire::count(job, "created_time"),
                })
            };
            Ok(value_to_js(jobs.iter().map(describe).collect()))
        };
        self.client.list(
            query.map(|(limit, query)| self.pages(limit, "jobs", query)),
            Box::new(read),
        )
    }
}

impl DatabricksClient {
    /// A list of runs or of jobs.
    fn pages(&self, limit: usize, rows: &'static str, query: Vec<(&'static str, String)>) -> List {
        let (job, base) = (Rc::clone(&self.job), self.base.clone());
        let page = move |token: Option<&str>| {
            let mut query: Vec<_> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
            query.extend(token.map(|token| ("page_token", token)));
            if rows == "runs" {
                job.runs_list(&base, &query)
            } else {
                job.jobs_list(&base, &query)
            }
        };
        List {
            limit,
            rows,
            token: "next_page_token",
            page: Box::new(page),
        }
    }
}

fn job_members(job: &JsValue) -> Result<Members, Error> {
    convert::members(job, "job", &[])
}

fn run_id_of(id: &JsValue) -> Result<String, Error> {
    let text = convert::id("runId", id)?;
    checked_id("runId", &text)
}

/// The output of a task, under the task's key.
fn read_output(mut answer: Value) -> Result<RunOutput, Error> {
    let meta = &answer.get_mut("metadata").map(Value::take).unwrap_or_default();
    let run = Run::parse(meta)?;
    let task = Task::parse(meta);
    let key = if task.key.is_empty() {
        run.run_id
    } else {
        task.key.clone()
    };
    let mut read = output::of_task(key, &task);
    read.kind = OutputKind::None;
    output::read(&mut read, answer.into());
    Ok(read)
}

fn describe(run: &Run) -> Value {
    let mut all = state(&run.state);
    let task = |task: &Task| {
        let mut all = state(&task.state);
        merge(
            &mut all,
            record! {
                "taskKey": task.key,
                "runId": task.run_id,
                "runPageUrl": task.page_url,
                "taskType": task.kind,
                "attemptNumber": task.attempt,
                "startTime": task.start_time,
                "endTime": task.end_time,
            },
        );
        all
    };
    let tasks: Vec<Value> = run.tasks.iter().map(task).collect();
    merge(
        &mut all,
        record! {
            "runId": run.run_id,
            "jobId": run.job_id,
            "runName": run.name,
            "runPageUrl": run.page_url,
            "trigger": run.trigger,
            "startTime": run.start_time,
            "endTime": run.end_time,
            "tasks": tasks,
        },
    );
    all
}

fn state(state: &crate::databricks::state::State) -> Value {
    present(record! {
        "phase": state.phase,
        "outcome": state.outcome,
        "state": state.raw,
        "message": state.message,
        "queueReason": state.queue_reason,
    })
}

fn merge(all: &mut Value, more: Value) {
    if let (Value::Object(all), Value::Object(more)) = (all, present(more)) {
        all.extend(more);
    }
}

/// What is null is left out.
fn present(mut value: Value) -> Value {
    if let Value::Object(members) = &mut value {
        members.retain(|_, member| !member.is_null());
    }
    value
}
