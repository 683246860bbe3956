//! What the clients of both services have in common.

use std::future::Future;
use std::pin::Pin;
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
use crate::http::{BaseUrl, Service};
use crate::json;
use crate::poller::{Job, Poller};

/// How long the awaits of the clients wait unless told otherwise.
const AWAIT_MS: u64 = 3_600_000;

/// Members of a client's options that are no job's.
const CLIENT_MEMBERS: &[&str] = &["token", "credential", "fetch"];

/// A service that requests go to: its address, and how they are sent.
pub(super) struct Client<J> {
    /// Leads to the service; the rest of it is empty.
    pub(super) job: J,
    pub(super) base: BaseUrl,
    service: Service,
    host: Rc<Host>,
}

/// Which run to follow.
pub(super) enum Follow {
    Start,
    Attach(String),
}

/// A promise whose errors are ours.
pub(super) fn promise(work: impl Future<Output = Result<JsValue, Error>> + 'static) -> Promise {
    let work: Pin<Box<dyn Future<Output = Result<JsValue, Error>>>> = Box::pin(work);
    js_promise(async move { work.await.map_err(throw) })
}

/// A promise of what may fail with anything.
pub(super) fn js_promise(work: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    // `future_to_promise` is 2 KB for each type that it is used with, so there is only this one.
    let work: Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>> = Box::pin(work);
    future_to_promise(work)
}

/// The promise of a session, or of what kept it from being one.
pub(super) fn result_of(session: Result<Rc<Session>, Error>) -> Promise {
    session.map_or_else(|error| Promise::reject(&throw(error)), |session| session.promise())
}

/// Reads a client's options: what leads to the service by `read`, the rest here.
pub(super) fn client<J>(
    service: Service,
    options: &JsValue,
    allowed: &[&str],
    read: impl FnOnce(Members) -> Result<(J, BaseUrl), Error>,
) -> Result<Rc<Client<J>>, Error> {
    let mut members = convert::members(options, "options", CLIENT_MEMBERS)?;
    let (job, base) = read(convert::take(&mut members, allowed))?;
    convert::refuse_rest(&members)?;
    Ok(Rc::new(Client { job, base, service, host: Rc::new(options::read_host(options)?) }))
}

impl<J: Serialize + 'static> Client<J> {
    /// Sends one request to its answer.
    pub(super) async fn call(&self, call: Call) -> Result<Value, Error> {
        single::call(&self.host, call).await
    }

    /// Follows a run: `job` says which, beside what leads to the service; `given` may hold a run's options.
    pub(super) fn follow(
        self: &Rc<Self>,
        which: Follow,
        job: Members,
        options: &JsValue,
        until: Until,
    ) -> Result<Rc<Session>, Error> {
        let mut members = match serde_json::to_value(&self.job) {
            Ok(Value::Object(members)) => members,
            _ => Members::new(),
        };
        members.retain(|_, value| value.as_str() != Some(""));
        for (name, value) in job {
            if members.insert(name.clone(), value).is_some() {
                return Err(convert::refuse(format!("{name}: the client has it already")));
            }
        }
        let mut given = convert::members(options, "options", SESSION_MEMBERS)?;
        let more = convert::take(&mut given, &["jobType"]);
        members.extend(more);
        given.entry("timeout").or_insert_with(|| AWAIT_MS.into());
        let job: Job = options::take_job(self.service, &mut members)?;
        convert::refuse_rest(&members)?;
        let run_options = options::last_options(&mut given)?;
        let (random, now) = (random()?, now());
        let poller = match which {
            Follow::Start => Poller::start(job, run_options, random, now)?,
            Follow::Attach(id) => Poller::attach(job, &id, run_options, random, now)?,
        };
        let session = SessionOptions::with_host(options, Rc::clone(&self.host))?;
        Ok(Session::start(poller, session, until))
    }

    /// Pages of a list, until there is no next one or the rows are enough.
    pub(super) async fn pages(
        &self,
        limit: usize,
        rows: &str,
        token: &str,
        mut page: impl FnMut(Option<&str>) -> Call,
    ) -> Result<Vec<Value>, Error> {
        let mut all = Vec::new();
        let mut next = None;
        loop {
            let call = page(next.as_deref());
            let name = call.endpoint.name;
            let mut answer = self.call(call).await?;
            let found = match answer.get_mut(rows).map(Value::take) {
                Some(Value::Array(found)) => found,
                // Databricks leaves an empty list out.
                None if answer.is_object() => Vec::new(),
                other => return Err(json::missing(&format!("{rows}, an array"), other.as_ref()).at(name)),
            };
            all.extend(found);
            let token = json::string(&answer, token).filter(|token| next.as_ref() != Some(token));
            if all.len() >= limit || token.is_none() {
                all.truncate(limit);
                return Ok(all);
            }
            next = token;
        }
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
