//! What the clients of both services have in common.

use std::rc::Rc;
use std::time::Duration;

use js_sys::Promise;
use serde::Serialize;
use serde_json::Value;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::future_to_promise;

use super::convert::{self, Members, throw};
use super::driver::{Session, Until};
use super::host::{Host, now, random};
use super::options::{self, SESSION_MEMBERS, SessionOptions};
use super::single;
use crate::contract::Call;
use crate::error::{Error, ErrorCode};
use crate::fabric::contract::{GET_OPERATION, GET_OPERATION_RESULT};
use crate::http::{BaseUrl, Service};
use crate::json;
use crate::poller::{Job, Poller, schedule};
use crate::wasm::wait::sleep;

/// How long the awaits of the clients wait unless told otherwise.
const AWAIT_MS: u64 = 3_600_000;

/// How long to wait before a look at a long running operation, if the service does not say; and the least.
const OPERATION_WAIT: Duration = Duration::from_secs(1);

/// The most.
const LONGEST_OPERATION_WAIT: Duration = Duration::from_secs(60);

/// How long a long running operation may take.
const OPERATION_LIMIT: Duration = Duration::from_secs(600);

/// Members of a client's options that are no job's.
const CLIENT_MEMBERS: &[&str] = &["token", "credential", "trustHost", "fetch"];

/// A service that requests go to: its address, and how they are sent.
pub(super) struct Client {
    service: Service,
    /// The members of a job that lead to the service.
    target: Members,
    host: Rc<Host>,
}

/// A list that comes in pages.
pub(super) struct List {
    pub(super) limit: usize,
    /// Where the rows are in an answer; empty if each answer is a row as a whole.
    pub(super) rows: &'static str,
    /// Where the token of the next page is.
    pub(super) token: &'static str,
    pub(super) page: Page,
}

/// The request for the page behind a token.
pub(super) type Page = Box<dyn Fn(Option<&str>) -> Call>;

/// What an answer means.
type Read<T> = Box<dyn FnOnce(T) -> Result<JsValue, Error>>;

/// Which run to follow.
pub(super) enum Follow {
    Start,
    Attach(String),
}

/// The promise of a session, or of what kept it from being one.
pub(super) fn result_of(session: Result<Rc<Session>, Error>) -> Promise {
    session.map_or_else(|error| Promise::reject(&throw(error)), |session| session.promise())
}

impl Client {
    /// Reads what a client's options hold beside what leads to the service.
    pub(super) fn new<J: Serialize>(
        service: Service,
        base: &BaseUrl,
        options: &JsValue,
        target: &J,
    ) -> Result<Rc<Self>, Error> {
        let Ok(Value::Object(mut target)) = serde_json::to_value(target) else {
            return Err(convert::refuse("options: expected an object"));
        };
        target.retain(|_, value| value.as_str() != Some(""));
        Ok(Rc::new(Self {
            service,
            target,
            host: Rc::new(options::read_host(service, base, options)?),
        }))
    }

    /// One request to its answer. One function for all, since each future is code of its own.
    pub(super) fn request(self: &Rc<Self>, call: Result<Call, Error>, read: Read<Value>) -> Promise {
        let host = Rc::clone(&self.host);
        future_to_promise(async move {
            let answer = match call {
                Ok(call) => single::call(&host, call).await,
                Err(error) => Err(error),
            };
            answer.and_then(read).map_err(throw)
        })
    }

    /// One request to what comes of it, at once or by a long running operation of Fabric's.
    pub(super) fn operation(self: &Rc<Self>, base: BaseUrl, call: Result<Call, Error>, read: Read<Value>) -> Promise {
        let host = Rc::clone(&self.host);
        future_to_promise(async move {
            let answer = match call {
                Ok(call) => operation(&host, &base, call).await,
                Err(error) => Err(error),
            };
            answer.and_then(read).map_err(throw)
        })
    }

    /// The rows of a list, until there is no next page or they are enough.
    pub(super) fn list(self: &Rc<Self>, list: Result<List, Error>, read: Read<Vec<Value>>) -> Promise {
        let host = Rc::clone(&self.host);
        future_to_promise(async move {
            let rows = match list {
                Ok(list) => pages(&host, list).await,
                Err(error) => Err(error),
            };
            rows.and_then(read).map_err(throw)
        })
    }

    /// Follows a run: `job` says which, beside what leads to the service; `options` may hold a run's options.
    pub(super) fn follow(
        &self,
        which: Follow,
        job: Result<Members, Error>,
        options: &JsValue,
        until: Until,
    ) -> Result<Rc<Session>, Error> {
        let mut members = self.target.clone();
        for (name, value) in job? {
            if members.insert(name.clone(), value).is_some() {
                return Err(convert::refuse(format!("{name}: the client has it already")));
            }
        }
        let mut given = convert::members(options, "options", SESSION_MEMBERS)?;
        // What an instance is of; its id does not tell.
        members.extend(convert::take(&mut given, &["jobType"]));
        given.entry("timeout").or_insert_with(|| AWAIT_MS.into());
        let job: Job = options::take_job(self.service, &mut members)?;
        convert::refuse_rest(&members)?;
        let run_options = options::last_options(&mut given)?;
        let (random, now) = (random()?, now());
        let poller = match which {
            Follow::Start => Poller::start(job, run_options, random, now)?,
            Follow::Attach(id) => Poller::attach(job, &id, run_options, random, now)?,
        };
        Ok(Session::start(
            poller,
            SessionOptions::with_host(options, Rc::clone(&self.host))?,
            until,
        ))
    }
}

/// The members of a client's options that lead to the service.
pub(super) fn target(options: &JsValue, allowed: &[&str]) -> Result<Members, Error> {
    let mut members = convert::members(options, "options", CLIENT_MEMBERS)?;
    let target = convert::take(&mut members, allowed);
    convert::refuse_rest(&members)?;
    Ok(target)
}

/// The id in the headers leads to the operation on the host that was asked; `Location` may lead to another one.
async fn operation(host: &Rc<Host>, base: &BaseUrl, call: Call) -> Result<Value, Error> {
    let name = call.endpoint.name;
    let begun = now();
    let (value, mut response) = single::answer(host, call).await?;
    if response.status != 202 {
        return Ok(value);
    }
    let id = response.header("x-ms-operation-id").map(str::to_owned);
    let id = id.ok_or_else(|| json::missing("x-ms-operation-id", None).at(name))?;
    let path = [("operationId", id.as_str())];
    loop {
        let wait = schedule::retry_after(&response, now()).unwrap_or(OPERATION_WAIT);
        sleep(wait.clamp(OPERATION_WAIT, LONGEST_OPERATION_WAIT)).await;
        let (state, answer) = single::answer(host, GET_OPERATION.call(base, &path, &[], None)).await?;
        match json::text(&state, "status") {
            Some("Succeeded") => return single::call(host, GET_OPERATION_RESULT.call(base, &path, &[], None)).await,
            Some("Failed") => {
                let error = state.get("error").unwrap_or(&Value::Null);
                let mut refused = Error::new(
                    ErrorCode::BadRequest,
                    json::string(error, "message").unwrap_or_else(|| "the service gave no reason".to_owned()),
                );
                refused.service_code = json::string(error, "errorCode");
                return Err(refused.at(name));
            }
            _ if now().since(begun) > OPERATION_LIMIT => {
                let message = "the operation did not end in time";
                return Err(Error::new(ErrorCode::DeadlinePassed, message).at(name));
            }
            _ => response = answer,
        }
    }
}

async fn pages(host: &Rc<Host>, list: List) -> Result<Vec<Value>, Error> {
    let mut all = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let call = (list.page)(next.as_deref());
        let name = call.endpoint.name;
        let mut answer = single::call(host, call).await?;
        match answer.get_mut(list.rows).map(Value::take) {
            _ if list.rows.is_empty() => all.push(answer.clone()),
            Some(Value::Array(found)) => all.extend(found),
            // Databricks leaves an empty list out.
            None if answer.is_object() => {}
            other => return Err(json::missing("an array of rows", other.as_ref()).at(name)),
        }
        let token = json::string(&answer, list.token).filter(|token| next.as_ref() != Some(token));
        if all.len() >= list.limit || token.is_none() {
            all.truncate(list.limit);
            return Ok(all);
        }
        next = token;
    }
}

/// How many rows a list may give; 100 unless told otherwise.
pub(super) fn limit(members: &mut Members) -> Result<usize, Error> {
    match members.shift_remove("limit") {
        None => Ok(100),
        Some(limit) => limit
            .as_u64()
            .and_then(|limit| usize::try_from(limit).ok())
            .filter(|limit| *limit > 0)
            .ok_or_else(|| convert::refuse("limit: expected a positive integer")),
    }
}

/// A text among the members.
pub(super) fn text(members: &mut Members, name: &str) -> Result<Option<String>, Error> {
    match members.shift_remove(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(convert::refuse(format!("{name}: expected a text"))),
    }
}
