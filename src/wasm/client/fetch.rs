//! Sending one request: with a token, to its own origin only, without following redirects.

use std::cell::Cell;
use std::rc::Rc;

use gloo_net::http::{Headers, RequestBuilder};
use js_sys::{Array, ArrayBuffer, Function, Object, Promise, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal, RequestCache, RequestRedirect};

use super::convert::{get, message_of, set};
use super::host::Host;
use crate::error::{Error, ErrorCode};
use crate::http::{HttpRequest, HttpResponse, Method};
use crate::search::split_once;

#[wasm_bindgen]
extern "C" {
    // gloo-net's own `send` panics on an answer of another realm or a mock, and drops the cause of an error.
    #[wasm_bindgen(js_name = fetch, catch)]
    fn global_fetch(request: &web_sys::Request) -> Result<JsValue, JsValue>;
}

/// How a request went.
pub(super) enum Answer {
    Response(HttpResponse),
    Failed { message: String, may_have_left: bool },
    NotSent(Error),
}

/// A request under way, for those who may want to end it.
#[derive(Clone)]
pub(super) struct Flight {
    controller: AbortController,
    state: Rc<Cell<State>>,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum State {
    /// Waiting for a token.
    Held,
    Sent,
    Aborted,
}

impl Flight {
    /// `None` where the host has no `AbortController`: no supported one.
    pub(super) fn new() -> Option<Self> {
        let controller = AbortController::new().ok()?;
        Some(Self {
            controller,
            state: Rc::new(Cell::new(State::Held)),
        })
    }

    /// Whether it still waits for a token.
    pub(super) fn is_held(&self) -> bool {
        self.state.get() == State::Held
    }

    /// Ends it. If it was not sent yet, it will not be.
    pub(super) fn abort(&self) {
        self.state.set(State::Aborted);
        self.controller.abort();
    }
}

/// Sends a request and reads the whole answer.
pub(super) async fn send(host: &Host, request: &HttpRequest, flight: &Flight) -> Answer {
    let token = match host.tokens.get(request).await {
        Ok(token) => token,
        // A credential that worked before may well work again.
        Err(message) if host.tokens.had_one() => {
            return Answer::Failed {
                message: format!("no token: {message}"),
                may_have_left: false,
            };
        }
        Err(message) => {
            return Answer::NotSent(Error::new(
                ErrorCode::MissingCredentials,
                format!("no token: {message}"),
            ));
        }
    };
    if !flight.is_held() {
        return Answer::Failed {
            message: "given up before it was sent".to_owned(),
            may_have_left: false,
        };
    }
    flight.state.set(State::Sent);
    let authorization = token.as_ref().map(|token| format!("Bearer {token}"));
    match answer(host, request, authorization.as_deref(), &flight.controller.signal()).await {
        Ok(response) => Answer::Response(response),
        Err(thrown) => {
            let message = message_of(&thrown);
            Answer::Failed {
                // A host may repeat a header in its message.
                message: token.map_or(message.clone(), |token| without(&message, &token)),
                may_have_left: !surely_did_not_leave(&thrown),
            }
        }
    }
}

/// The text with a sign in the place of each `secret`.
fn without(mut text: &str, secret: &str) -> String {
    let mut kept = String::new();
    while let Some((before, behind)) = split_once(text, secret) {
        kept.push_str(before);
        kept.push('…');
        text = behind;
    }
    kept + text
}

async fn answer(
    host: &Host,
    request: &HttpRequest,
    authorization: Option<&str>,
    signal: &AbortSignal,
) -> Result<HttpResponse, JsValue> {
    let headers = || {
        let own = request
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        own.chain(authorization.map(|value| ("Authorization", value)))
    };
    let promise = match &host.fetch {
        Some(fetch) => {
            let all = Object::new();
            headers().for_each(|(name, value)| set(&all, name, &value.into()));
            let init = Object::new();
            set(&init, "method", &request.method.as_str().into());
            set(&init, "headers", &all);
            if let Some(body) = &request.body {
                set(&init, "body", &body.into());
            }
            set(&init, "redirect", &"manual".into());
            set(&init, "cache", &"no-store".into());
            set(&init, "signal", signal);
            fetch.call2(&JsValue::UNDEFINED, &request.url.as_str().into(), &init)?
        }
        None => {
            let all = Headers::new();
            headers().for_each(|(name, value)| all.set(name, value));
            let builder = match request.method {
                Method::Get => RequestBuilder::new(&request.url),
                Method::Post => gloo_net::http::Request::post(&request.url),
            };
            let builder = builder
                .headers(all)
                .redirect(RequestRedirect::Manual)
                .cache(RequestCache::NoStore)
                .abort_signal(Some(signal));
            let built = match &request.body {
                Some(body) => builder.body(body.as_str()),
                None => builder.build(),
            };
            let built = built.map_err(|error| JsValue::from_str(&error.to_string()))?;
            global_fetch(&built.into())?
        }
    };
    read(&JsFuture::from(Promise::resolve(&promise)).await?).await
}

/// Reads an answer by its members only: it may be of another realm, or made by hand.
async fn read(answer: &JsValue) -> Result<HttpResponse, JsValue> {
    if get(answer, "type").as_string().as_deref() == Some("opaqueredirect") {
        return Ok(HttpResponse::default());
    }
    let status = get(answer, "status")
        .as_f64()
        .ok_or_else(|| JsValue::from_str("expected an answer with a status"))?;
    let headers = read_headers(&get(answer, "headers"));
    let call = |name| {
        get(answer, name)
            .dyn_into::<Function>()
            .and_then(|method| method.call0(answer))
    };
    let (body, is_text) = match call("arrayBuffer") {
        Ok(body) => (body, false),
        Err(_) => (call("text")?, true),
    };
    let body = JsFuture::from(Promise::resolve(&body)).await?;
    let body = if is_text || body.is_string() {
        body.as_string().unwrap_or_default().into_bytes()
    } else if body.is_instance_of::<ArrayBuffer>() || get(&body, "byteLength").as_f64().is_some() {
        Uint8Array::new(&body).to_vec()
    } else {
        return Err(JsValue::from_str("expected a body of bytes"));
    };
    Ok(HttpResponse {
        status: status as u16,
        headers,
        body,
    })
}

/// What the core asks for, where headers can only be asked one by one.
const ASKED: &[&str] = &[
    "Date",
    "Location",
    "RequestId",
    "Retry-After",
    "x-ms-job-id",
    "x-ms-public-api-error-code",
];

fn read_headers(headers: &JsValue) -> Vec<(String, String)> {
    if let Ok(Some(entries)) = js_sys::try_iter(headers) {
        return entries.filter_map(|entry| pair(&entry.ok()?)).collect();
    }
    if let Ok(for_each) = get(headers, "forEach").dyn_into::<Function>() {
        let entries = Array::new();
        let into = entries.clone();
        let each = Closure::<dyn FnMut(JsValue, JsValue)>::new(move |value, name| {
            into.push(&Array::of(&[name, value]));
        });
        let _ = for_each.call1(headers, each.as_ref());
        return entries.iter().filter_map(|entry| pair(&entry)).collect();
    }
    if let Ok(by_name) = get(headers, "get").dyn_into::<Function>() {
        let value = |name: &str| by_name.call1(headers, &name.into()).ok()?.as_string();
        return ASKED
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), value(name)?)))
            .collect();
    }
    match headers.dyn_ref::<Object>() {
        Some(object) => Object::entries(object)
            .iter()
            .filter_map(|entry| pair(&entry))
            .collect(),
        None => Vec::new(),
    }
}

fn pair(entry: &JsValue) -> Option<(String, String)> {
    let at = |index: u32| js_sys::Reflect::get_u32(entry, index).ok()?.as_string();
    Some((at(0)?, at(1)?))
}

/// Codes of Node that mean that there was no connection, so that no byte of the request can have left.
const NEVER_CONNECTED: &[&str] = &[
    "ECONNREFUSED",
    "ENOTFOUND",
    "EAI_AGAIN",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "UND_ERR_CONNECT_TIMEOUT",
];

/// Whether it is certain that nothing left. A browser never says why a request failed.
fn surely_did_not_leave(thrown: &JsValue) -> bool {
    get(&get(thrown, "cause"), "code")
        .as_string()
        .or_else(|| get(thrown, "code").as_string())
        .is_some_and(|code| {
            NEVER_CONNECTED.contains(&code.as_str())
                || code.starts_with("CERT_")
                || code.starts_with("UNABLE_TO_VERIFY")
        })
}
