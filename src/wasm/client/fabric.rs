//! The Fabric Job Scheduler API call by call.

use std::rc::Rc;

use js_sys::Promise;
use serde_json::{Value, json};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;

use super::convert::{self, Members, get, refuse, throw, value_to_js};
use super::driver::Until;
use super::host::now;
use super::service::{self, Client, Follow, js_promise, promise, result_of};
use crate::contract::QueryValue;
use crate::error::Error;
use crate::fabric::contract;
use crate::fabric::instance::Instance;
use crate::fabric::job::{FabricJob, checked_guid as guid};
use crate::http::Service;
use crate::json as wire;
use crate::time::Timestamp;

/// How far back activities are asked for unless told otherwise.
const ACTIVITIES_MS: u64 = 30 * 86_400_000;

/// The job scheduler of one workspace, call by call. Every call waits out throttling and passing faults.
///
/// For one run from its start to its end, {@link runFabricItem} shows more of what happens.
#[wasm_bindgen]
pub struct FabricClient(Rc<Client<FabricJob>>);

#[wasm_bindgen]
impl FabricClient {
    /// @param options The workspace, and the token or credential for it.
    /// @throws {PqrunError} `invalidHost`, `invalidOptions`, `missingCredentials`
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "FabricClientOptions")] options: &JsValue,
    ) -> Result<Self, JsValue> {
        let read = |members: Members| {
            let mut job: FabricJob = convert::read(members)?;
            if !job.workspace_id.is_empty() {
                job.workspace_id = guid("workspaceId", &job.workspace_id)?;
            }
            let base = job.base()?;
            Ok((job, base))
        };
        service::client(Service::Fabric, options, &["host", "workspaceId"], read).map(Self).map_err(throw)
    }

    /// Starts a job of an item, and waits until the instance's id is known.
    ///
    /// @param itemId The item's id; the id of a pipeline is one.
    /// @param job The job type, which is `Pipeline` if left out, and the parameters.
    /// @throws {PqrunError} The service refused, or it is not known whether it started: `startUnconfirmed`.
    #[wasm_bindgen(js_name = createRun, unchecked_return_type = "Promise<FabricRunRef>")]
    #[must_use]
    pub fn create_run(
        &self,
        #[wasm_bindgen(js_name = itemId)] item_id: &str,
        #[wasm_bindgen(unchecked_optional_param_type = "FabricJobToRun")] job: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "RunOptions & SessionOptions")] options: &JsValue,
    ) -> Promise {
        let client = Rc::clone(&self.0);
        let session = with_item(item_id, job)
            .and_then(|job| client.follow(Follow::Start, job, options, Until::RunKnown));
        let status = session.as_ref().ok().cloned();
        let run = result_of(session);
        js_promise(async move {
            let run = JsFuture::from(run).await?;
            let state = status.map(|session| session.status().state).filter(|state| !state.is_empty());
            Ok(value_to_js(json!({
                "runId": get(&run, "id").as_string(),
                // The service's word for a run of which it has said nothing yet.
                "status": state.as_deref().unwrap_or("NotStarted"),
                "pipelineId": get(&run, "jobId").as_string(),
                "workspaceId": client.job.workspace_id,
            })))
        })
    }

    /// Starts a job of an item, waits for its end, reads its outputs. Waits 3600 s unless `timeout` says otherwise.
    #[wasm_bindgen(js_name = createRunAndAwaitCompletion, unchecked_return_type = "Promise<RunResult>")]
    #[must_use]
    pub fn create_run_and_await_completion(
        &self,
        #[wasm_bindgen(js_name = itemId)] item_id: &str,
        #[wasm_bindgen(unchecked_optional_param_type = "FabricJobToRun")] job: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "RunOptions & SessionOptions")] options: &JsValue,
    ) -> Promise {
        result_of(with_item(item_id, job).and_then(|job| self.0.follow(Follow::Start, job, options, Until::Done)))
    }

    /// Waits for the end of a job instance, reads its outputs. Waits 3600 s unless `timeout` says otherwise.
    #[wasm_bindgen(js_name = awaitRunCompletion, unchecked_return_type = "Promise<RunResult>")]
    #[must_use]
    pub fn await_run_completion(
        &self,
        #[wasm_bindgen(js_name = itemId)] item_id: &str,
        #[wasm_bindgen(js_name = runId)] run_id: String,
        #[wasm_bindgen(unchecked_optional_param_type = "{ jobType?: string } & RunOptions & SessionOptions")]
        options: &JsValue,
    ) -> Promise {
        let job = with_item(item_id, &JsValue::UNDEFINED);
        result_of(job.and_then(|job| self.0.follow(Follow::Attach(run_id), job, options, Until::Done)))
    }

    /// Reads the state of a job instance.
    #[wasm_bindgen(js_name = getRunState, unchecked_return_type = "Promise<FabricRunState>")]
    #[must_use]
    pub fn get_run_state(
        &self,
        #[wasm_bindgen(js_name = itemId)] item_id: &str,
        #[wasm_bindgen(js_name = runId)] run_id: &str,
    ) -> Promise {
        let (client, item) = (Rc::clone(&self.0), self.item(item_id));
        let run_id = guid("runId", run_id);
        promise(async move {
            let item = item?;
            let answer = client.call(item.get_instance(&client.base, &run_id?)).await?;
            Instance::parse(&answer).map(|instance| value_to_js(describe(&item, &instance, &answer)))
        })
    }

    /// Lists the job instances of an item, newest first: all active ones and about the 100 newest that have ended.
    #[wasm_bindgen(js_name = listRuns, unchecked_return_type = "Promise<FabricRunState[]>")]
    #[must_use]
    pub fn list_runs(
        &self,
        #[wasm_bindgen(js_name = itemId)] item_id: &str,
        #[wasm_bindgen(unchecked_optional_param_type = "{ limit?: number }")] options: &JsValue,
    ) -> Promise {
        let (client, item, limit) = (Rc::clone(&self.0), self.item(item_id), only_limit(options));
        promise(async move {
            let (item, limit) = (item?, limit?);
            let page = |token: Option<&str>| item.list_instances(&client.base, token);
            let rows = client.pages(limit, "value", "continuationToken", page).await?;
            let describe = |row: &Value| Instance::parse(row).ok().map(|instance| describe(&item, &instance, row));
            Ok(value_to_js(rows.iter().filter_map(describe).collect()))
        })
    }

    /// Asks a job instance to stop. It has stopped when {@link FabricClient.getRunState} says so.
    #[wasm_bindgen(js_name = cancelRun, unchecked_return_type = "Promise<void>")]
    #[must_use]
    pub fn cancel_run(
        &self,
        #[wasm_bindgen(js_name = itemId)] item_id: &str,
        #[wasm_bindgen(js_name = runId)] run_id: &str,
    ) -> Promise {
        let (client, item, run_id) = (Rc::clone(&self.0), self.item(item_id), guid("runId", run_id));
        promise(async move {
            client.call(item?.cancel_instance(&client.base, &run_id?)).await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Reads the activity runs of a pipeline's run, as the service writes them.
    ///
    /// @param options The window in which the run was active, as milliseconds or ISO texts; the last 30 days if left out.
    #[wasm_bindgen(js_name = queryActivityRuns, unchecked_return_type = "Promise<FabricActivityRun[]>")]
    #[must_use]
    pub fn query_activity_runs(
        &self,
        #[wasm_bindgen(js_name = runId)] run_id: &str,
        #[wasm_bindgen(unchecked_optional_param_type = "{ after?: number | string; before?: number | string; limit?: number }")]
        options: &JsValue,
    ) -> Promise {
        let (client, run_id, workspace) = (Rc::clone(&self.0), guid("runId", run_id), self.workspace());
        let members = convert::members(options, "options", &[]).and_then(|mut members| {
            let limit = service::limit(&mut members)?;
            let before = time(&mut members, "before")?.unwrap_or_else(now);
            let after = time(&mut members, "after")?
                .unwrap_or_else(|| Timestamp(before.0.saturating_sub(ACTIVITIES_MS)));
            convert::refuse_rest(&members)?;
            Ok((limit, (after, before)))
        });
        promise(async move {
            let ((), run_id, (limit, window)) = (workspace?, run_id?, members?);
            let page = |token: Option<&str>| client.job.query_activity_runs(&client.base, &run_id, window, token);
            let rows = client.pages(limit, "value", "continuationToken", page).await?;
            Ok(value_to_js(rows.into()))
        })
    }

    /// Lists the workspaces that the token sees, as the service writes them.
    #[wasm_bindgen(js_name = listWorkspaces, unchecked_return_type = "Promise<FabricWorkspace[]>")]
    #[must_use]
    pub fn list_workspaces(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "{ limit?: number }")] options: &JsValue,
    ) -> Promise {
        let (client, limit) = (Rc::clone(&self.0), only_limit(options));
        promise(async move {
            let page = |token: Option<&str>| contract::LIST_WORKSPACES.call(&client.base, &[], &continuation(token), None);
            let rows = client.pages(limit?, "value", "continuationToken", page).await?;
            Ok(value_to_js(rows.into()))
        })
    }

    /// Lists the items of the workspace, as the service writes them.
    ///
    /// @param options `type` is the service's word, such as `DataPipeline` or `Notebook`.
    #[wasm_bindgen(js_name = listItems, unchecked_return_type = "Promise<FabricItem[]>")]
    #[must_use]
    pub fn list_items(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "{ type?: string; limit?: number }")] options: &JsValue,
    ) -> Promise {
        let (client, workspace) = (Rc::clone(&self.0), self.workspace());
        let members = convert::members(options, "options", &[]).and_then(|mut members| {
            let limit = service::limit(&mut members)?;
            let kind = service::text(&mut members, "type")?;
            convert::refuse_rest(&members)?;
            Ok((limit, kind))
        });
        promise(async move {
            let ((), (limit, kind)) = (workspace?, members?);
            let page = |token: Option<&str>| {
                let mut query = continuation(token);
                query.extend(kind.as_deref().map(|kind| ("type", QueryValue::Text(kind))));
                let path = [("workspaceId", client.job.workspace_id.as_str())];
                contract::LIST_ITEMS.call(&client.base, &path, &query, None)
            };
            let rows = client.pages(limit, "value", "continuationToken", page).await?;
            Ok(value_to_js(rows.into()))
        })
    }
}

impl FabricClient {
    fn workspace(&self) -> Result<(), Error> {
        match self.0.job.workspace_id.is_empty() {
            true => Err(refuse("workspaceId: the client needs one for this call")),
            false => Ok(()),
        }
    }

    /// An item of the workspace.
    fn item(&self, item_id: &str) -> Result<FabricJob, Error> {
        self.workspace()?;
        Ok(FabricJob { item_id: guid("itemId", item_id)?, ..self.0.job.clone() })
    }
}

fn with_item(item_id: &str, job: &JsValue) -> Result<Members, Error> {
    let mut members = convert::members(job, "job", &[])?;
    members.insert("itemId".to_owned(), item_id.into());
    Ok(members)
}

fn only_limit(options: &JsValue) -> Result<usize, Error> {
    let mut members = convert::members(options, "options", &[])?;
    let limit = service::limit(&mut members)?;
    convert::refuse_rest(&members)?;
    Ok(limit)
}

fn continuation(token: Option<&str>) -> Vec<(&'static str, QueryValue<'_>)> {
    token.map(|token| ("continuationToken", QueryValue::Encoded(token))).into_iter().collect()
}

fn time(members: &mut Members, name: &str) -> Result<Option<Timestamp>, Error> {
    let time = match members.shift_remove(name) {
        None => return Ok(None),
        Some(Value::String(text)) => Timestamp::parse_iso(&text),
        Some(number) => number.as_u64().map(Timestamp),
    };
    time.map(Some).ok_or_else(|| refuse(format!("{name}: expected milliseconds or an ISO time")))
}

fn describe(item: &FabricJob, instance: &Instance, row: &Value) -> Value {
    let mut all = json!({
        "runId": instance.id,
        "status": instance.state.raw.state,
        "pipelineId": item.item_id,
        "workspaceId": item.workspace_id,
        "jobType": instance.job_type,
        "invokeType": instance.invoke_type,
        "phase": instance.state.phase,
    });
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            all[name] = value;
        }
    };
    put("outcome", json!(instance.state.outcome));
    put("startTime", json!(instance.start_time));
    put("endTime", json!(instance.end_time));
    put("rootActivityId", json!(instance.root_activity_id));
    put("failureReason", wire::member(row, "failureReason").cloned().unwrap_or_default());
    put("exitValue", json!(instance.exit_value));
    all
}
