//! The poller itself, for hosts that do their own IO.

use js_sys::Object;
use serde_json::Value;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert::{self, refuse, set, throw, to_js, value_to_js};
use super::handle;
use super::host::{random, timestamp};
use super::options::{self, TableOptions};
use super::result;
use crate::error::Error;
use crate::http::{HttpRequest, HttpResponse, RequestId, Service};
use crate::json::record;
use crate::poller::options::RunOptions;
use crate::poller::{Input, Job, Output, Poller};
use crate::wasm::object::Hot;

/// The state machine behind {@link RunHandle}, without IO and clock, for hosts that have their own.
///
/// **After every call that changes it, call {@link Poller.pollOutput} until it gives `timeout` or `done`.** Then wait
/// for an answer or for the time, and tell it. Times are milliseconds since the Unix epoch.
#[wasm_bindgen(js_name = Poller)]
#[derive(Debug)]
pub struct JsPoller(Poller);

#[wasm_bindgen(js_class = Poller)]
impl JsPoller {
    /// A poller that starts a run, or finds one to reuse.
    ///
    /// @throws {PqrunError} The job or the options are wrong.
    pub fn start(
        #[wasm_bindgen(unchecked_param_type = "PollerJob")] job: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "RunOptions | undefined")] options: &JsValue,
        now: f64,
    ) -> Result<Self, JsValue> {
        let poller = || {
            let (job, options) = (read_job(job)?, read_options(options)?);
            Poller::start(job, options, random()?, timestamp(now))
        };
        poller().map(Self).map_err(throw)
    }

    /// A poller that follows a run that exists.
    ///
    /// @param job Needs no more than what leads to the run: the host; for Fabric the workspace, the item, the job type.
    /// @throws {PqrunError} The job, the id or the options are wrong.
    pub fn attach(
        #[wasm_bindgen(unchecked_param_type = "PollerJob")] job: &JsValue,
        #[wasm_bindgen(js_name = runId, unchecked_param_type = "Id")] run_id: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "RunOptions | undefined")] options: &JsValue,
        now: f64,
    ) -> Result<Self, JsValue> {
        let poller = || {
            let (job, options) = (read_job(job)?, read_options(options)?);
            Poller::attach(job, &convert::id("runId", run_id)?, options, random()?, timestamp(now))
        };
        poller().map(Self).map_err(throw)
    }

    /// A poller that goes on where a snapshot was taken.
    ///
    /// @param options Options of the run, and `secretValues`.
    /// @throws {PqrunError} `invalidSnapshot`, `missingSecretParameters`, `invalidOptions`
    pub fn resume(
        #[wasm_bindgen(unchecked_param_type = "Snapshot | string")] snapshot: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "RunOptions & { secretValues?: Record<string, unknown> } | undefined")]
        options: &JsValue,
        now: f64,
    ) -> Result<Self, JsValue> {
        handle::resume(snapshot, options, &[], timestamp(now))
            .map(Self)
            .map_err(throw)
    }

    /// The next thing to do.
    #[wasm_bindgen(js_name = pollOutput, unchecked_return_type = "PollerOutput")]
    pub fn poll_output(&mut self) -> Hot<JsValue> {
        let (kind, name, value) = match self.0.poll_output() {
            Output::Persist(snapshot) => ("persist", "snapshot", to_js(&snapshot)),
            Output::Transmit(request) => ("transmit", "request", request_to_js(&request)),
            Output::Event(event) => ("event", "event", to_js(&event)),
            Output::Timeout(deadline) => ("timeout", "deadline", to_js(&deadline)),
            Output::Done(done) => ("done", "result", result::to_js(&done, &TableOptions::default())),
        };
        let output = Object::new();
        set(&output, "kind", &kind.into());
        set(&output, name, &value);
        Ok(output.into())
    }

    /// Tells of an answer, whatever its status.
    ///
    /// @param id The request's.
    /// @param status 0 for an opaque redirect.
    /// @param body Decompressed.
    /// @throws {PqrunError} `unknownRequest`; the poller is then unchanged.
    #[wasm_bindgen(js_name = handleResponse)]
    pub fn handle_response(
        &mut self,
        now: f64,
        id: u32,
        status: u16,
        #[wasm_bindgen(unchecked_param_type = "[string, string][]")] headers: &JsValue,
        body: Vec<u8>,
    ) -> Result<(), JsValue> {
        let headers = convert::from_js(headers)
            .and_then(|headers| pairs(&headers).ok_or_else(|| refuse("headers: expected pairs of texts")))
            .map_err(throw)?;
        self.handle(
            now,
            Input::Response {
                id: RequestId(id),
                response: HttpResponse { status, headers, body },
            },
        )
    }

    /// Tells that there is no answer.
    ///
    /// @param message Shown to people.
    /// @param mayHaveLeft `false` only if it is certain that no byte of the request left: a refused connection, a name
    /// that does not resolve, a failed TLS handshake.
    /// @throws {PqrunError} `unknownRequest`; the poller is then unchanged.
    #[wasm_bindgen(js_name = handleTransportFailed)]
    pub fn handle_transport_failed(
        &mut self,
        now: f64,
        id: u32,
        message: String,
        #[wasm_bindgen(js_name = mayHaveLeft)] may_have_left: bool,
    ) -> Result<(), JsValue> {
        self.handle(
            now,
            Input::TransportFailed {
                id: RequestId(id),
                message,
                may_have_left,
            },
        )
    }

    /// Tells that the time has come.
    #[wasm_bindgen(js_name = handleTimeout)]
    pub fn handle_timeout(&mut self, now: f64) -> Result<(), JsValue> {
        self.handle(now, Input::Timeout)
    }

    /// Stops the run.
    pub fn cancel(&mut self, now: f64) -> Result<(), JsValue> {
        self.handle(now, Input::Cancel)
    }

    /// Stops watching; the run goes on.
    pub fn detach(&mut self, now: f64) -> Result<(), JsValue> {
        self.handle(now, Input::Detach)
    }

    /// Where things stand, for {@link Poller.resume} or {@link resumeRun}.
    #[wasm_bindgen(unchecked_return_type = "Snapshot")]
    pub fn snapshot(&self) -> JsValue {
        to_js(&self.0.snapshot())
    }

    /// The run that is followed, once it is known.
    #[wasm_bindgen(getter, unchecked_return_type = "RunInfo | undefined")]
    pub fn run(&self) -> JsValue {
        self.0.run().map_or(JsValue::UNDEFINED, to_js)
    }

    /// Where things stand, whether or not an event told it.
    #[wasm_bindgen(getter, unchecked_return_type = "RunEvent")]
    pub fn status(&self) -> JsValue {
        to_js(&self.0.status())
    }
}

impl JsPoller {
    fn handle(&mut self, now: f64, input: Input) -> Result<(), JsValue> {
        self.0.handle_input(timestamp(now), input).map_err(throw)
    }
}

fn pairs(headers: &Value) -> Option<Vec<(String, String)>> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let pair = |pair: &Value| match pair.as_array()?.as_slice() {
        [name, value] => Some((text(name)?, text(value)?)),
        _ => None,
    };
    headers.as_array()?.iter().map(pair).collect()
}

fn read_job(job: &JsValue) -> Result<Job, Error> {
    let mut members = convert::members(job, "job", &[])?;
    let service = match members.shift_remove("service").as_ref().and_then(Value::as_str) {
        Some("databricks") => Service::Databricks,
        Some("fabric") => Service::Fabric,
        _ => return Err(refuse("service: expected databricks or fabric")),
    };
    let job = options::take_job(service, &mut members)?;
    convert::refuse_rest(&members)?;
    Ok(job)
}

fn read_options(options: &JsValue) -> Result<RunOptions, Error> {
    options::last_options(&mut convert::members(options, "options", &[])?)
}

fn request_to_js(request: &HttpRequest) -> JsValue {
    let mut value = record! {
        "id": request.id.0,
        "service": request.service,
        "scope": request.resource.scope(),
        "endpoint": request.endpoint,
        "method": request.method.as_str(),
        "url": request.url,
        "headers": request.headers,
        "refreshToken": request.refresh_token,
        "timeout": u64::try_from(request.timeout.as_millis()).unwrap_or(u64::MAX),
    };
    if let (Some(body), Some(members)) = (&request.body, value.as_object_mut()) {
        members.insert("body".to_owned(), body.as_str().into());
    }
    value_to_js(value)
}
