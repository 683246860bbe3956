//! Sending one request and reading its whole answer. Redirects are not followed.

use std::cell::RefCell;

use gloo_net::http::{Headers, RequestBuilder};
use js_sys::{Array, ArrayBuffer, Function, Object, Promise, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal, RequestCache, RequestRedirect};

use super::convert::{get, refuse, set};
use crate::error::Error;
use crate::http::{HttpResponse, Method};

#[wasm_bindgen]
extern "C" {
    // gloo-net's own `send` panics on an answer of another realm or a mock, and drops the cause of an error.
    #[wasm_bindgen(js_name = fetch, catch)]
    fn global_fetch(request: &web_sys::Request) -> Result<JsValue, JsValue>;
}

thread_local! {
    static DEFAULT: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Sets what sends the requests of those whose options have no `fetch`. Without it that is the global one.
///
/// @internal
#[wasm_bindgen(js_name = setDefaultFetch)]
pub fn set_default_fetch(#[wasm_bindgen(unchecked_optional_param_type = "FetchLike")] fetch: Option<Function>) {
    DEFAULT.set(fetch);
}

/// What ends a request that is under way.
///
/// # Errors
/// The host has none: no supported one.
pub(super) fn abort_controller() -> Result<AbortController, Error> {
    AbortController::new().map_err(|_| refuse("expected AbortController, found none"))
}

/// A request as it leaves: with its credential, if it has one.
pub(super) struct Outgoing<'a> {
    pub(super) method: Method,
    pub(super) url: &'a str,
    pub(super) headers: &'a [(&'a str, &'a str)],
    pub(super) body: Option<&'a str>,
}

impl Outgoing<'_> {
    /// For the global `fetch`.
    fn build(&self, signal: &AbortSignal) -> Result<web_sys::Request, JsValue> {
        let headers = Headers::new();
        for (name, value) in self.headers {
            headers.set(name, value);
        }
        let builder = match self.method {
            Method::Get => RequestBuilder::new(self.url),
            Method::Post => gloo_net::http::Request::post(self.url),
        };
        let builder = builder
            .headers(headers)
            .redirect(RequestRedirect::Manual)
            .cache(RequestCache::NoStore)
            .abort_signal(Some(signal));
        let built = match self.body {
            Some(body) => builder.body(body),
            None => builder.build(),
        };
        built
            .map(Into::into)
            .map_err(|error| JsValue::from_str(&error.to_string()))
    }

    /// For a `fetch` that was given, as plain as can be.
    fn init(&self, signal: &AbortSignal) -> Object {
        let headers = Object::new();
        for (name, value) in self.headers {
            set(&headers, name, &(*value).into());
        }
        let init = Object::new();
        set(&init, "method", &self.method.as_str().into());
        set(&init, "headers", &headers);
        if let Some(body) = self.body {
            set(&init, "body", &body.into());
        }
        set(&init, "redirect", &"manual".into());
        set(&init, "cache", &"no-store".into());
        set(&init, "signal", signal);
        init
    }
}

/// Sends a request, by `fetch` if there is one, and reads the whole answer.
///
/// # Errors
/// What `fetch` or the answer's own methods threw.
pub(super) async fn fetch(
    fetch: Option<&Function>,
    request: &Outgoing<'_>,
    signal: &AbortSignal,
) -> Result<HttpResponse, JsValue> {
    let answer = match fetch.cloned().or_else(|| DEFAULT.with_borrow(Clone::clone)) {
        Some(fetch) => fetch.call2(&JsValue::UNDEFINED, &request.url.into(), &request.init(signal))?,
        None => global_fetch(&request.build(signal)?)?,
    };
    read(&JsFuture::from(Promise::resolve(&answer)).await?).await
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
    "WWW-Authenticate",
    "x-databricks-request-id",
    "x-ms-job-id",
    "x-ms-operation-id",
    "x-ms-public-api-error-code",
    "x-ms-request-id",
    "x-request-id",
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
