//! Runs as JavaScript holds them.

use std::rc::Rc;

use js_sys::Promise;
use serde_json::Value;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert::{self, refuse, throw, to_js};
use super::driver::{Session, Until};
use super::events::RunEvents;
use super::host::{now, random};
use super::options::{self, HOST_MEMBERS, SessionOptions};
use crate::error::{Error, ErrorCode};
use crate::http::Service;
use crate::poller::snapshot::{Resume, Snapshot};
use crate::poller::{Input, Poller};
use crate::read::FromValue;
use crate::time::Timestamp;

/// Starts a Databricks job, follows its run to the end, reads its outputs.
///
/// @param options The job, how to run it, and how to reach the service.
/// @returns At once; nothing is sent before the calling code has had its turn.
/// @throws {PqrunError} The options are wrong, or there is no token. Nothing was sent.
#[wasm_bindgen(js_name = runDatabricksJob)]
pub fn run_databricks_job(
    #[wasm_bindgen(unchecked_param_type = "RunDatabricksJobOptions")] options: &JsValue,
) -> Result<RunHandle, JsValue> {
    start(Service::Databricks, options)
}

/// Starts a job of a Microsoft Fabric item, such as a pipeline, follows it to the end, reads its outputs.
///
/// @param options The item, how to run it, and how to reach the service.
/// @returns At once; nothing is sent before the calling code has had its turn.
/// @throws {PqrunError} The options are wrong, or there is no token. Nothing was sent.
#[wasm_bindgen(js_name = runFabricItem)]
pub fn run_fabric_item(
    #[wasm_bindgen(unchecked_param_type = "RunFabricItemOptions")] options: &JsValue,
) -> Result<RunHandle, JsValue> {
    start(Service::Fabric, options)
}

/// Goes on where a snapshot was taken, without starting a second run.
///
/// @param snapshot The document that `persist` was given, or its JSON text.
/// @param options How to reach the service; the host stands in the snapshot. Options of the run replace the stored
/// ones, and let the wait begin anew.
/// @throws {PqrunError} `invalidSnapshot`; `missingSecretParameters` if the start may have to be sent again and
/// `secretValues` lacks one; the options are wrong, or there is no token.
#[wasm_bindgen(js_name = resumeRun)]
pub fn resume_run(
    #[wasm_bindgen(unchecked_param_type = "Snapshot | string")] snapshot: &JsValue,
    #[wasm_bindgen(unchecked_param_type = "ResumeRunOptions")] options: &JsValue,
) -> Result<RunHandle, JsValue> {
    let poller = resume(snapshot, options, HOST_MEMBERS, now()).map_err(throw)?;
    drive(poller, options)
}

/// Follows a Databricks run that exists. It is not cancelled unless `cancelShared` says so.
///
/// @throws {PqrunError} The options are wrong, or there is no token.
#[wasm_bindgen(js_name = attachDatabricksRun)]
pub fn attach_databricks_run(
    #[wasm_bindgen(unchecked_param_type = "AttachDatabricksRunOptions")] options: &JsValue,
) -> Result<RunHandle, JsValue> {
    attach(Service::Databricks, "runId", options)
}

/// Follows a job instance of a Fabric item that exists. It is not cancelled unless `cancelShared` says so.
///
/// @throws {PqrunError} The options are wrong, or there is no token.
#[wasm_bindgen(js_name = attachFabricRun)]
pub fn attach_fabric_run(
    #[wasm_bindgen(unchecked_param_type = "AttachFabricRunOptions")] options: &JsValue,
) -> Result<RunHandle, JsValue> {
    attach(Service::Fabric, "instanceId", options)
}

fn start(service: Service, options: &JsValue) -> Result<RunHandle, JsValue> {
    let poller = || {
        let mut members = convert::members(options, "options", HOST_MEMBERS)?;
        let job = options::take_job(service, &mut members)?;
        Poller::start(job, options::last_options(&mut members)?, random()?, now())
    };
    drive(poller().map_err(throw)?, options)
}

fn attach(service: Service, id_name: &str, options: &JsValue) -> Result<RunHandle, JsValue> {
    let poller = || {
        let mut members = convert::members(options, "options", HOST_MEMBERS)?;
        convert::write_ids(&mut members, &[id_name])?;
        let Some(Value::String(id)) = members.shift_remove(id_name) else {
            return Err(refuse(format!("{id_name}: expected the id of a run, found none")));
        };
        let job = options::take_job(service, &mut members)?;
        Poller::attach(job, &id, options::last_options(&mut members)?, random()?, now())
    };
    drive(poller().map_err(throw)?, options)
}

/// A poller from a snapshot and the members of an options object.
pub(super) fn resume(snapshot: &JsValue, options: &JsValue, own: &[&str], now: Timestamp) -> Result<Poller, Error> {
    let invalid = |message: String| Error::new(ErrorCode::InvalidSnapshot, message);
    let stored = match snapshot.as_string() {
        Some(text) => serde_json::from_slice(text.as_bytes()).map_err(|error| invalid(error.to_string()))?,
        None => convert::from_js(snapshot)?,
    };
    let stored = Snapshot::from_value(stored).map_err(|wrong| wrong.into_error(ErrorCode::InvalidSnapshot))?;
    let mut members = convert::members(options, "options", own)?;
    let mut resume = Resume::default();
    match members.shift_remove("secretValues") {
        None => {}
        Some(Value::Object(values)) => resume.secret_parameters = values,
        Some(_) => return Err(refuse("secretValues: expected an object")),
    }
    let given = convert::take(&mut members, crate::poller::options::RunOptions::MEMBERS);
    convert::refuse_rest(&members)?;
    resume.options = options::overlay(&stored.options, given)?;
    Poller::resume(stored, resume, random()?, now)
}

fn drive(poller: Poller, options: &JsValue) -> Result<RunHandle, JsValue> {
    let options = SessionOptions::read(poller.service(), poller.base(), options).map_err(throw)?;
    Ok(RunHandle(Session::start(poller, options, Until::Done)))
}

/// A run that is followed. `for await (const event of run)` gives its events from here on, `await run.result` its end.
///
/// Letting go of it does not stop anything; {@link RunHandle.detach} and {@link RunHandle.cancel} do.
#[wasm_bindgen]
pub struct RunHandle(Rc<Session>);

#[wasm_bindgen]
impl RunHandle {
    /// How it ended. A run that failed, was cancelled or lost sight of resolves too: look at `outcome`.
    ///
    /// Rejects only with the `reason` of the signal, once it has fired.
    #[wasm_bindgen(getter, unchecked_return_type = "Promise<RunResult>")]
    pub fn result(&self) -> Promise {
        self.0.promise()
    }

    /// Where things stand now.
    #[wasm_bindgen(getter, unchecked_return_type = "RunEvent")]
    pub fn status(&self) -> JsValue {
        to_js(&self.0.status())
    }

    /// What {@link resumeRun} needs to go on in another process. It holds no credential.
    #[wasm_bindgen(unchecked_return_type = "Snapshot")]
    pub fn snapshot(&self) -> JsValue {
        to_js(&self.0.snapshot())
    }

    /// Stops the run, and waits for its end. A run that others may rely on is left alone, unless `cancelShared` is set.
    pub fn cancel(&self) {
        self.0.input(Input::Cancel);
    }

    /// Stops watching; the run goes on.
    pub fn detach(&self) {
        self.0.input(Input::Detach);
    }

    /// An iterator over the events from now on. Each iterator has its own buffer.
    #[wasm_bindgen(js_name = "[Symbol.asyncIterator]")]
    pub fn events(&self) -> RunEvents {
        self.0.listeners.listen(self.0.is_over())
    }
}
