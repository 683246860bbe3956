//! Options objects: a job's members, a run's members, and those that concern the host.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Function;
use serde_json::Value;
use wasm_bindgen::JsValue;

use super::convert::{self, Members, get, refuse};
use super::host::Host;
use crate::databricks::job::DatabricksJob;
use crate::error::Error;
use crate::fabric::job::FabricJob;
use crate::http::{BaseUrl, Service};
use crate::poller::Job;
use crate::poller::options::RunOptions;
use crate::table::ReadOptions;
use crate::wasm::options::{flag, function, is_absent};
use crate::wasm::source::Source;
use crate::wasm::table::{parse_path, read_options};

/// Members that stay in JavaScript.
pub(super) const HOST_MEMBERS: &[&str] = &[
    "token",
    "credential",
    "trustHost",
    "fetch",
    "signal",
    "onAbort",
    "persist",
    "outputPath",
    "table",
    "combineTables",
];

/// Those of them that concern one run.
pub(super) const SESSION_MEMBERS: &[&str] = &["signal", "onAbort", "persist", "outputPath", "table", "combineTables"];

/// What a session needs beside its poller.
pub(super) struct SessionOptions {
    pub(super) host: Rc<Host>,
    pub(super) signal: Option<JsValue>,
    pub(super) cancel_on_abort: bool,
    pub(super) persist: Option<Function>,
    pub(super) tables: TableOptions,
}

/// How outputs become tables.
#[derive(Default)]
pub(super) struct TableOptions {
    pub(super) read: ReadOptions,
    /// Whether the tables of several outputs become one.
    pub(super) combine: bool,
}

impl SessionOptions {
    /// Reads the host's members of an options object.
    pub(super) fn read(service: Service, base: &BaseUrl, options: &JsValue) -> Result<Self, Error> {
        Self::with_host(options, Rc::new(read_host(service, base, options)?))
    }

    /// The same, with a host that is there already.
    pub(super) fn with_host(options: &JsValue, host: Rc<Host>) -> Result<Self, Error> {
        let signal = Some(get(options, "signal")).filter(JsValue::is_object);
        let cancel_on_abort = match get(options, "onAbort").as_string().as_deref() {
            Some("cancel") => true,
            Some("detach") => false,
            None if is_absent(&get(options, "onAbort")) => false,
            _ => return Err(refuse("onAbort: expected detach or cancel")),
        };
        Ok(Self {
            host,
            signal,
            cancel_on_abort,
            persist: function(options, "persist")?,
            tables: TableOptions::of(options)?,
        })
    }
}

impl TableOptions {
    /// Reads a run's options of tables, or of a call that gives an output.
    pub(super) fn of(options: &JsValue) -> Result<Self, Error> {
        let given = get(options, "table");
        if !get(&given, "path").is_undefined() {
            return Err(refuse("table.path: expected it as outputPath"));
        }
        let read = read_options(&given).map_err(|wrong| refuse(["table: ", &wrong].concat()))?;
        let read = match get(options, "outputPath") {
            path if is_absent(&path) => read,
            path => read.path(parse_path(&path, "outputPath").map_err(refuse)?),
        };
        let combine = flag(options, "combineTables")?;
        Ok(Self { read, combine })
    }
}

/// Where tokens come from and how requests to this origin are sent.
pub(super) fn read_host(service: Service, base: &BaseUrl, options: &JsValue) -> Result<Host, Error> {
    let source = Source::read(service, base, options)?;
    Ok(Host {
        base: base.clone(),
        source,
        refused: Cell::new(None),
        fetch: function(options, "fetch")?,
        is_reached: Cell::new(false),
        lake: RefCell::default(),
    })
}

/// Takes a job out of the members.
pub(super) fn take_job(service: Service, members: &mut Members) -> Result<Job, Error> {
    Ok(match service {
        Service::Databricks => {
            let mut job = convert::take(members, DatabricksJob::MEMBERS);
            convert::write_ids(&mut job, &["jobId", "databricksWorkspaceId"])?;
            Job::Databricks(convert::read(job)?)
        }
        Service::Fabric => Job::Fabric(convert::read(convert::take(members, FabricJob::MEMBERS))?),
    })
}

/// Takes a run's options out of the members, which must be the last.
pub(super) fn last_options(members: &mut Members) -> Result<RunOptions, Error> {
    let options = convert::read(convert::take(members, RunOptions::MEMBERS))?;
    convert::refuse_rest(members)?;
    Ok(options)
}

/// `stored` with the members that were given anew; `None` if there are none.
pub(super) fn overlay(stored: &RunOptions, given: Members) -> Result<Option<RunOptions>, Error> {
    if given.is_empty() {
        return Ok(None);
    }
    let Ok(Value::Object(mut all)) = serde_json::to_value(stored) else {
        return Ok(None);
    };
    all.extend(given);
    convert::read(all).map(Some)
}
