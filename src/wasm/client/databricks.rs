//! The Databricks Jobs API call by call.

use std::rc::Rc;

use js_sys::{Object, Promise};
use serde_json::{Value, json};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;

use super::convert::{self, Members, get, refuse, set, throw, value_to_js};
use super::driver::Until;
use super::result::output_to_js;
use super::service::{self, Client, Follow, js_promise, promise, result_of};
use crate::databricks::job::{DatabricksJob, checked_id};
use crate::databricks::output;
use crate::databricks::run::{Run, Task};
use crate::error::Error;
use crate::http::Service;
use crate::json as wire;
use crate::run::{OutputKind, RunOutput};

/// The Jobs API of one workspace, call by call. Every call waits out throttling and passing faults.
///
/// For one run from its start to its end, {@link runDatabricksJob} shows more of what happens.
#[wasm_bindgen]
pub struct DatabricksClient(Rc<Client<DatabricksJob>>);

#[wasm_bindgen]
impl DatabricksClient {
    /// @param options The workspace, and the token or credential for it.
    /// @throws {PqrunError} `invalidHost`, `invalidOptions`, `missingCredentials`
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "DatabricksClientOptions")] options: &JsValue,
    ) -> Result<Self, JsValue> {
        let allowed = &["host", "apiVersion", "databricksWorkspaceId"];
        let read = |mut members: Members| {
            convert::write_ids(&mut members, &["databricksWorkspaceId"])?;
            let job: DatabricksJob = convert::read(members)?;
            // Complete but for the job, whose checks are those of the version too.
            DatabricksJob { job_id: Some("1".to_owned()), ..job.clone() }.check()?;
            let base = job.base()?;
            Ok((job, base))
        };
        service::client(Service::Databricks, options, allowed, read).map(Self).map_err(throw)
    }

    /// Starts a run, under an idempotency token, and waits until its id is known.
    ///
    /// @param job The job and its parameters.
    /// @throws {PqrunError} The service refused, or it is not known whether it started: `startUnconfirmed`.
    #[wasm_bindgen(js_name = runNow, unchecked_return_type = "Promise<{ runId: string }>")]
    #[must_use]
    pub fn run_now(
        &self,
        #[wasm_bindgen(unchecked_param_type = "DatabricksJobToRun")] job: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "RunOptions & SessionOptions")] options: &JsValue,
    ) -> Promise {
        let session = job_members(job).and_then(|job| self.0.follow(Follow::Start, job, options, Until::RunKnown));
        let run = result_of(session);
        js_promise(async move {
            let run = JsFuture::from(run).await?;
            let started = Object::new();
            set(&started, "runId", &get(&run, "id"));
            Ok(started.into())
        })
    }

    /// Starts a run, waits for its end, reads its outputs. Waits 3600 s unless `timeout` says otherwise.
    #[wasm_bindgen(js_name = runNowAndAwait, unchecked_return_type = "Promise<RunResult>")]
    #[must_use]
    pub fn run_now_and_await(
        &self,
        #[wasm_bindgen(unchecked_param_type = "DatabricksJobToRun")] job: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "RunOptions & SessionOptions")] options: &JsValue,
    ) -> Promise {
        result_of(job_members(job).and_then(|job| self.0.follow(Follow::Start, job, options, Until::Done)))
    }

    /// Waits for the end of a run, reads its outputs. Waits 3600 s unless `timeout` says otherwise.
    #[wasm_bindgen(js_name = awaitRun, unchecked_return_type = "Promise<RunResult>")]
    #[must_use]
    pub fn await_run(
        &self,
        #[wasm_bindgen(js_name = runId, unchecked_param_type = "Id")] run_id: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "RunOptions & SessionOptions")] options: &JsValue,
    ) -> Promise {
        let follow = |id| self.0.follow(Follow::Attach(id), Members::new(), options, Until::Done);
        result_of(convert::id("runId", run_id).and_then(follow))
    }

    /// Reads a run.
    #[wasm_bindgen(js_name = getRun, unchecked_return_type = "Promise<DatabricksRun>")]
    #[must_use]
    pub fn get_run(
        &self,
        #[wasm_bindgen(js_name = runId, unchecked_param_type = "Id")] run_id: &JsValue,
    ) -> Promise {
        let (client, id) = (Rc::clone(&self.0), run_id_of(run_id));
        promise(async move {
            let answer = client.call(client.job.runs_get(&client.base, &id?, None)).await?;
            Run::parse(&answer).map(|run| value_to_js(describe(&run)))
        })
    }

    /// Reads the output of a task's run. The service refuses it for a job run of several tasks: give the run id of a
    /// task, as {@link DatabricksClient.getRun} lists them.
    #[wasm_bindgen(js_name = getRunOutput, unchecked_return_type = "Promise<RunOutput>")]
    #[must_use]
    pub fn get_run_output(
        &self,
        #[wasm_bindgen(js_name = runId, unchecked_param_type = "Id")] run_id: &JsValue,
    ) -> Promise {
        let (client, id) = (Rc::clone(&self.0), run_id_of(run_id));
        promise(async move {
            let id = id?;
            let answer = client.call(client.job.runs_get_output(&client.base, &id)).await?;
            read_output(&answer).map(|output| output_to_js(&output, None))
        })
    }

    /// Asks a run to stop. It has stopped when {@link DatabricksClient.getRun} says so.
    #[wasm_bindgen(js_name = cancelRun, unchecked_return_type = "Promise<void>")]
    #[must_use]
    pub fn cancel_run(
        &self,
        #[wasm_bindgen(js_name = runId, unchecked_param_type = "Id")] run_id: &JsValue,
    ) -> Promise {
        let (client, id) = (Rc::clone(&self.0), run_id_of(run_id));
        promise(async move {
            client.call(client.job.runs_cancel(&client.base, &id?)).await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Lists runs, newest first: all pages, up to `limit`, which is 100 if left out.
    #[wasm_bindgen(js_name = listRuns, unchecked_return_type = "Promise<DatabricksRun[]>")]
    #[must_use]
    pub fn list_runs(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "ListRunsOptions")] options: &JsValue,
    ) -> Promise {
        let client = Rc::clone(&self.0);
        let members = convert::members(options, "options", &[]).and_then(|mut members| {
            convert::write_ids(&mut members, &["jobId"])?;
            let limit = service::limit(&mut members)?;
            let mut query = Vec::new();
            for (name, wire) in [("jobId", "job_id"), ("activeOnly", "active_only"), ("completedOnly", "completed_only")] {
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
        promise(async move {
            let (limit, query) = members?;
            let rows = client
                .pages(limit, "runs", "next_page_token", |token| {
                    let mut query: Vec<_> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
                    query.extend(token.map(|token| ("page_token", token)));
                    client.job.runs_list(&client.base, &query)
                })
                .await?;
            let runs: Result<Vec<Value>, Error> = rows.iter().map(|row| Run::parse(row).map(|run| describe(&run))).collect();
            runs.map(|runs| value_to_js(runs.into()))
        })
    }

    /// Lists jobs: all pages, up to `limit`, which is 100 if left out. The filter by `name` ignores case.
    #[wasm_bindgen(js_name = listJobs, unchecked_return_type = "Promise<DatabricksJobInfo[]>")]
    #[must_use]
    pub fn list_jobs(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "{ name?: string; limit?: number }")] options: &JsValue,
    ) -> Promise {
        let client = Rc::clone(&self.0);
        let members = convert::members(options, "options", &[]).and_then(|mut members| {
            let limit = service::limit(&mut members)?;
            let name = service::text(&mut members, "name")?;
            convert::refuse_rest(&members)?;
            Ok((limit, name))
        });
        promise(async move {
            let (limit, name) = members?;
            let jobs = client
                .pages(limit, "jobs", "next_page_token", |token| {
                    let mut query = vec![("limit", "100")];
                    query.extend(name.as_deref().map(|name| ("name", name)));
                    query.extend(token.map(|token| ("page_token", token)));
                    client.job.jobs_list(&client.base, &query)
                })
                .await?;
            let describe = |job: &Value| {
                let settings = job.get("settings").unwrap_or(&Value::Null);
                present(json!({
                    "jobId": wire::id(job, "job_id"),
                    "name": wire::string(settings, "name"),
                    "creatorUserName": wire::string(job, "creator_user_name"),
                    "createdTime": wire::count(job, "created_time"),
                }))
            };
            Ok(value_to_js(jobs.iter().map(describe).collect()))
        })
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
fn read_output(answer: &Value) -> Result<RunOutput, Error> {
    let meta = answer.get("metadata").unwrap_or(&Value::Null);
    let run = Run::parse(meta)?;
    let task = Task::parse(meta);
    let key = if task.key.is_empty() { run.run_id } else { task.key.clone() };
    let mut read = output::of_task(key, &task);
    read.kind = OutputKind::None;
    output::read(&mut read, answer);
    Ok(read)
}

fn describe(run: &Run) -> Value {
    let mut all = state(&run.state);
    let task = |task: &Task| {
        let mut all = state(&task.state);
        merge(&mut all, json!({
            "taskKey": task.key,
            "runId": task.run_id,
            "runPageUrl": task.page_url,
            "taskType": task.kind,
            "attemptNumber": task.attempt,
            "startTime": task.start_time,
            "endTime": task.end_time,
        }));
        all
    };
    let tasks: Vec<Value> = run.tasks.iter().map(task).collect();
    merge(&mut all, json!({
        "runId": run.run_id,
        "jobId": run.job_id,
        "runName": run.name,
        "runPageUrl": run.page_url,
        "trigger": run.trigger,
        "startTime": run.start_time,
        "endTime": run.end_time,
        "tasks": tasks,
    }));
    all
}

fn state(state: &crate::databricks::state::State) -> Value {
    present(json!({
        "phase": state.phase,
        "outcome": state.outcome,
        "state": state.raw,
        "message": state.message,
        "queueReason": state.queue_reason,
    }))
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
