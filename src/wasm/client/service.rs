//! What the clients of both services have in common.

use std::rc::Rc;

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
use crate::error::Error;
use crate::http::Service;
use crate::json;
use crate::poller::{Job, Poller};

/// How long the awaits of the clients wait unless told otherwise.
const AWAIT_MS: u64 = 3_600_000;

/// Members of a client's options that are no job's.
const CLIENT_MEMBERS: &[&str] = &["token", "credential", "fetch"];

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
    /// Where the rows are in an answer.
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
    pub(super) fn new<J: Serialize>(service: Service, options: &JsValue, target: &J) -> Result<Rc<Self>, Error> {
        let Ok(Value::Object(mut target)) = serde_json::to_value(target) else {
            return Err(convert::refuse("options: expected an object"));
        };
        target.retain(|_, value| value.as_str() != Some(""));
        Ok(Rc::new(Self {
            service,
            target,
            host: Rc::new(options::read_host(options)?),
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

async fn pages(host: &Host, list: List) -> Result<Vec<Value>, Error> {
    let mut all = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let call = (list.page)(next.as_deref());
        let name = call.endpoint.name;
        let mut answer = single::call(host, call).await?;
        match answer.get_mut(list.rows).map(Value::take) {
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
