//! The Fabric Job Scheduler API call by call.

use std::rc::Rc;

use js_sys::Promise;
use serde_json::Value;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert::{self, Members, refuse, throw, value_to_js};
use super::driver::Until;
use super::host::now;
use super::service::{self, Client, Follow, List, Page, result_of};
use crate::contract::QueryValue;
use crate::error::Error;
use crate::fabric::contract;
use crate::fabric::definition::PipelineDefinition;
use crate::fabric::instance::Instance;
use crate::fabric::job::{FabricJob, checked_guid as guid};
use crate::http::{BaseUrl, Service};
use crate::json::{self as wire, record};
use crate::run::{RunEvent, RunInfo};
use crate::time::Timestamp;

/// How far back activities are asked for unless told otherwise.
const ACTIVITIES_MS: u64 = 30 * 86_400_000;

/// The job scheduler of one workspace, call by call. Every call waits out throttling and passing faults.
///
/// For one run from its start to its end, {@link runFabricItem} shows more of what happens.
#[wasm_bindgen]
pub struct FabricClient {
    client: Rc<Client>,
    /// Leads to the workspace; the rest of it is empty.
    job: FabricJob,
    base: BaseUrl,
}

#[wasm_bindgen]
impl FabricClient {
    /// @param options The workspace, and the token or credential for it.
    /// @throws {PqrunError} `invalidHost`, `invalidOptions`, `missingCredentials`
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "FabricClientOptions")] options: &JsValue,
    ) -> Result<Self, JsValue> {
        let read = || {
            let mut job: FabricJob = convert::read(service::target(options, &["host", "workspaceId"])?)?;
            if !job.workspace_id.is_empty() {
                job.workspace_id = guid("workspaceId", &job.workspace_id)?;
            }
            let base = job.base()?;
            let client = Client::new(Service::Fabric, &base, options, &job)?;
            Ok(Self { client, base, job })
        };
        read().map_err(throw)
    }

    /// Starts a job of an item, and waits until the instance's id is known.
    ///
    /// @param itemId The item's id; the id of a pipeline is one.
    /// @param job The job type, which is `Pipeline` if left out, and the parameters.
    /// @throws {PqrunError} The service refused, or it is not known whether it started: `startUnconfirmed`.
    #[wasm_bindgen(js_name = createRun, unchecked_return_type = "Promise<FabricRunRef>")]
    pub fn create_run(
        &self,
        #[wasm_bindgen(js_name = itemId)] item_id: &str,
        #[wasm_bindgen(unchecked_optional_param_type = "FabricJobToRun")] job: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "RunOptions & SessionOptions")] options: &JsValue,
    ) -> Promise {
        let known = |run: &RunInfo, event: &RunEvent| {
            record! {
                "runId": run.id,
                // The service's word for a run of which it has said nothing yet.
                "status": if event.state.is_empty() { "NotStarted" } else { event.state.as_str() },
                "pipelineId": run.job_id,
                "workspaceId": run.workspace_id,
            }
        };
        result_of(
            self.client
                .follow(Follow::Start, with_item(item_id, job), options, Until::RunKnown(known)),
        )
    }

    /// Starts a job of an item, waits for its end, reads its outputs. Waits 3600 s unless `timeout` says otherwise.
    #[wasm_bindgen(js_name = createRunAndAwaitCompletion, unchecked_return_type = "Promise<RunResult>")]
    pub fn create_run_and_await_completion(
        &self,
        #[wasm_bindgen(js_name = itemId)] item_id: &str,
        #[wasm_bindgen(unchecked_optional_param_type = "FabricJobToRun")] job: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "RunOptions & SessionOptions")] options: &JsValue,
    ) -> Promise {
        result_of(
            self.client
                .follow(Follow::Start, with_item(item_id, job), options, Until::Done),
        )
    }

    /// Waits for the end of a job instance, reads its outputs. Waits 3600 s unless `timeout` says otherwise.
    #[wasm_bindgen(js_name = awaitRunCompletion, unchecked_return_type = "Promise<RunResult>")]
    pub fn await_run_completion(
        &self,
        #[wasm_bindgen(js_name = itemId)] item_id: &str,
        #[wasm_bindgen(js_name = runId)] run_id: String,
        #[wasm_bindgen(unchecked_optional_param_type = "{ jobType?: string } & RunOptions & SessionOptions")]
        options: &JsValue,
    ) -> Promise {
        let job = with_item(item_id, &JsValue::UNDEFINED);
        result_of(self.client.follow(Follow::Attach(run_id), job, options, Until::Done))
    }

    /// Reads the state of a job instance.
    #[wasm_bindgen(js_name = getRunState, unchecked_return_type = "Promise<FabricRunState>")]
    pub fn get_run_state(
        &self,
        #[wasm_bindgen(js_name = itemId)] item_id: &str,
        #[wasm_bindgen(js_name = runId)] run_id: &str,
    ) -> Promise {
        let item = self.item(item_id);
        let call = item
            .clone()
            .and_then(|item| Ok(item.get_instance(&self.base, &guid("runId", run_id)?)));
        let read = |answer: Value| {
            let item = item?;
            Instance::parse(&answer).map(|instance| value_to_js(describe(&item, &instance, &answer)))
        };
        self.client.request(call, Box::new(read))
    }

    /// Lists the job instances of an item, newest first: all active ones and about the 100 newest that have ended.
    #[wasm_bindgen(js_name = listRuns, unchecked_return_type = "Promise<FabricRunState[]>")]
    pub fn list_runs(
        &self,
        #[wasm_bindgen(js_name = itemId)] item_id: &str,
        #[wasm_bindgen(unchecked_optional_param_type = "{ limit?: number }")] options: &JsValue,
    ) -> Promise {
        let (item, base) = (self.item(item_id), self.base.clone());
        let list = item.clone().and_then(|item| {
            Ok(pages(
                only_limit(options)?,
                Box::new(move |token| item.list_instances(&base, token)),
            ))
        });
        let read = |rows: Vec<Value>| {
            let item = item?;
            let describe = |row: &Value| {
                Instance::parse(row)
                    .ok()
                    .map(|instance| describe(&item, &instance, row))
            };
            Ok(value_to_js(rows.iter().filter_map(describe).collect()))
        };
        self.client.list(list, Box::new(read))
    }

    /// Reads what a pipeline declares about itself: its name, its description, its parameters, their types and defaults.
    ///
    /// The service asks for more than the permission to run it: the permission to write it, and the scope
    /// `DataPipeline.ReadWrite.All` or `Item.ReadWrite.All`. Nothing is written.
    #[wasm_bindgen(js_name = getPipelineDefinition, unchecked_return_type = "Promise<FabricPipelineDefinition>")]
    pub fn get_pipeline_definition(&self, #[wasm_bindgen(js_name = itemId)] item_id: &str) -> Promise {
        let call = self.item(item_id).map(|item| {
            let path = [
                ("workspaceId", item.workspace_id.as_str()),
                ("itemId", item.item_id.as_str()),
            ];
            contract::GET_PIPELINE_DEFINITION.call(&self.base, &path, &[], None)
        });
        let read = |answer: Value| PipelineDefinition::parse(&answer).map(|pipeline| convert::to_js(&pipeline));
        self.client.operation(self.base.clone(), call, Box::new(read))
    }

    /// Asks a job instance to stop. It has stopped when {@link FabricClient.getRunState} says so.
    #[wasm_bindgen(js_name = cancelRun, unchecked_return_type = "Promise<void>")]
    pub fn cancel_run(
        &self,
        #[wasm_bindgen(js_name = itemId)] item_id: &str,
        #[wasm_bindgen(js_name = runId)] run_id: &str,
    ) -> Promise {
        let call = self
            .item(item_id)
            .and_then(|item| Ok(item.cancel_instance(&self.base, &guid("runId", run_id)?)));
        self.client.request(call, Box::new(|_| Ok(JsValue::UNDEFINED)))
    }

    /// Reads the activity runs of a pipeline's run, as the service writes them.
    ///
    /// @param options The window in which the run was active, as milliseconds or ISO texts; the last 30 days if left out.
    #[wasm_bindgen(js_name = queryActivityRuns, unchecked_return_type = "Promise<FabricActivityRun[]>")]
    pub fn query_activity_runs(
        &self,
        #[wasm_bindgen(js_name = runId)] run_id: &str,
        #[wasm_bindgen(
            unchecked_optional_param_type = "{ after?: number | string; before?: number | string; limit?: number }"
        )]
        options: &JsValue,
    ) -> Promise {
        let list = || {
            self.workspace()?;
            let run_id = guid("runId", run_id)?;
            let mut members = convert::members(options, "options", &[])?;
            let limit = service::limit(&mut members)?;
            let before = time(&mut members, "before")?.unwrap_or_else(now);
            let after =
                time(&mut members, "after")?.unwrap_or_else(|| Timestamp(before.0.saturating_sub(ACTIVITIES_MS)));
            convert::refuse_rest(&members)?;
            let (job, base) = (self.job.clone(), self.base.clone());
            let page = move |token: Option<&str>| job.query_activity_runs(&base, &run_id, (after, before), token);
            Ok(pages(limit, Box::new(page)))
        };
        self.client.list(list(), Box::new(as_they_are))
    }

    /// Lists the workspaces that the token sees, as the service writes them.
    #[wasm_bindgen(js_name = listWorkspaces, unchecked_return_type = "Promise<FabricWorkspace[]>")]
    pub fn list_workspaces(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "{ limit?: number }")] options: &JsValue,
    ) -> Promise {
        let base = self.base.clone();
        let page = move |token: Option<&str>| contract::LIST_WORKSPACES.call(&base, &[], &continuation(token), None);
        self.client.list(
            only_limit(options).map(|limit| pages(limit, Box::new(page))),
            Box::new(as_they_are),
        )
    }

    /// Lists the items of the workspace, as the service writes them.
    ///
    /// @param options `type` is the service's word, such as `DataPipeline` or `Notebook`.
    #[wasm_bindgen(js_name = listItems, unchecked_return_type = "Promise<FabricItem[]>")]
    pub fn list_items(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "{ type?: string; limit?: number }")] options: &JsValue,
    ) -> Promise {
        let list = || {
            self.workspace()?;
            let mut members = convert::members(options, "options", &[])?;
            let limit = service::limit(&mut members)?;
            let kind = service::text(&mut members, "type")?;
            convert::refuse_rest(&members)?;
            let (workspace, base) = (self.job.workspace_id.clone(), self.base.clone());
            let page = move |token: Option<&str>| {
                let mut query = continuation(token);
                query.extend(kind.as_deref().map(|kind| ("type", QueryValue::Text(kind))));
                contract::LIST_ITEMS.call(&base, &[("workspaceId", &workspace)], &query, None)
            };
            Ok(pages(limit, Box::new(page)))
        };
        self.client.list(list(), Box::new(as_they_are))
    }
}

impl FabricClient {
    fn workspace(&self) -> Result<(), Error> {
        match self.job.workspace_id.is_empty() {
            true => Err(refuse("workspaceId: the client needs one for this call")),
            false => Ok(()),
        }
    }

    /// An item of the workspace.
    fn item(&self, item_id: &str) -> Result<FabricJob, Error> {
        self.workspace()?;
        Ok(FabricJob {
            item_id: guid("itemId", item_id)?,
            ..self.job.clone()
        })
    }
}

fn with_item(item_id: &str, job: &JsValue) -> Result<Members, Error> {
    let mut members = convert::members(job, "job", &[])?;
    members.insert("itemId".to_owned(), item_id.into());
    Ok(members)
}

fn pages(limit: usize, page: Page) -> List {
    List {
        limit,
        rows: "value",
        token: "continuationToken",
        page,
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it stands where others may fail")]
fn as_they_are(rows: Vec<Value>) -> Result<JsValue, Error> {
    Ok(value_to_js(rows.into()))
}

fn only_limit(options: &JsValue) -> Result<usize, Error> {
    let mut members = convert::members(options, "options", &[])?;
    let limit = service::limit(&mut members)?;
    convert::refuse_rest(&members)?;
    Ok(limit)
}

fn continuation(token: Option<&str>) -> Vec<(&'static str, QueryValue<'_>)> {
    token
        .map(|token| ("continuationToken", QueryValue::Encoded(token)))
        .into_iter()
        .collect()
}

fn time(members: &mut Members, name: &str) -> Result<Option<Timestamp>, Error> {
    let time = match members.shift_remove(name) {
        None => return Ok(None),
        Some(Value::String(text)) => Timestamp::parse_iso(&text),
        Some(number) => number.as_u64().map(Timestamp),
    };
    time.map(Some)
        .ok_or_else(|| refuse(format!("{name}: expected milliseconds or an ISO time")))
}

fn describe(item: &FabricJob, instance: &Instance, row: &Value) -> Value {
    let mut all = record! {
        "runId": instance.id,
        "status": instance.state.raw.state,
        "pipelineId": item.item_id,
        "workspaceId": item.workspace_id,
        "jobType": instance.job_type,
        "invokeType": instance.invoke_type,
        "phase": instance.state.phase,
    };
    let mut put = |name: &str, value: Value| {
        if let (false, Some(members)) = (value.is_null(), all.as_object_mut()) {
            members.insert(name.to_owned(), value);
        }
    };
    put("outcome", wire::value(&instance.state.outcome));
    put("startTime", wire::value(&instance.start_time));
    put("endTime", wire::value(&instance.end_time));
    put("rootActivityId", wire::value(&instance.root_activity_id));
    put(
        "failureReason",
        wire::member(row, "failureReason").cloned().unwrap_or_default(),
    );
    put("exitValue", wire::value(&instance.exit_value));
    all
}
