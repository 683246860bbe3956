//! Tokens: asked for once at a time, kept until shortly before they expire, never shown.

use std::cell::{Cell, RefCell};

use js_sys::{Function, Object, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::convert::{get, set};
use super::host::now;
use crate::http::{HttpRequest, Service};
use crate::search;
use crate::wasm::thrown::message_of;

/// How long before its end a token is not used any more.
const MARGIN_MS: f64 = 120_000.0;

/// Where tokens come from.
pub(super) enum Source {
    /// The same for every request.
    Fixed(String),
    /// Asked with the service and the host.
    Callback(Function),
    /// As `@azure/identity` has it.
    Credential(JsValue),
    /// Something on the way adds it.
    Elsewhere,
}

/// The tokens of one service and host.
pub(super) struct Tokens {
    source: Source,
    kept: RefCell<Option<(String, f64)>>,
    asking: RefCell<Option<Promise>>,
    had_one: Cell<bool>,
}

impl Tokens {
    pub(super) const fn new(source: Source) -> Self {
        Self {
            source,
            kept: RefCell::new(None),
            asking: RefCell::new(None),
            had_one: Cell::new(false),
        }
    }

    /// Whether a token was there before: then a failure may pass.
    pub(super) const fn had_one(&self) -> bool {
        self.had_one.get()
    }

    /// The token for a request; `None` if something else adds it.
    ///
    /// # Errors
    /// What the callback or the credential said.
    pub(super) async fn get(&self, request: &HttpRequest) -> Result<Option<String>, String> {
        match &self.source {
            Source::Elsewhere => return Ok(None),
            Source::Fixed(token) => return checked(token.clone()).map(Some),
            Source::Callback(_) | Source::Credential(_) => {}
        }
        if !request.refresh_token
            && let Some((token, until)) = &*self.kept.borrow()
            && *until > now().0 as f64
        {
            return Ok(Some(token.clone()));
        }
        let under_way = self.asking.borrow().clone();
        let promise = match under_way {
            Some(promise) => promise,
            None => {
                let promise = self.ask(request).map_err(|thrown| message_of(&thrown))?;
                self.asking.replace(Some(promise.clone()));
                promise
            }
        };
        let given = JsFuture::from(promise.clone()).await;
        self.asking.borrow_mut().take_if(|asking| Object::is(asking, &promise));
        let given = given.map_err(|thrown| message_of(&thrown))?;
        let (token, until) = match given.as_string() {
            Some(token) => (token, f64::INFINITY),
            None => {
                let token = get(&given, "token").as_string().ok_or("expected a token, found none")?;
                let until = get(&given, "expiresOnTimestamp")
                    .as_f64()
                    .map_or(f64::INFINITY, |end| end - MARGIN_MS);
                (token, until)
            }
        };
        let token = checked(token.trim().to_owned())?;
        self.kept.replace(Some((token.clone(), until)));
        self.had_one.set(true);
        Ok(Some(token))
    }

    fn ask(&self, request: &HttpRequest) -> Result<Promise, JsValue> {
        let scope = JsValue::from_str(match request.service {
            // The id of the Azure Databricks application, the same in every tenant.
            Service::Databricks => "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default",
            Service::Fabric => "https://api.fabric.microsoft.com/.default",
        });
        let given = match &self.source {
            Source::Callback(callback) => {
                let asked = Object::new();
                set(&asked, "service", &request.service.as_str().into());
                set(&asked, "host", &origin(&request.url).into());
                set(&asked, "scope", &scope);
                set(&asked, "refresh", &request.refresh_token.into());
                callback.call1(&JsValue::UNDEFINED, &asked)?
            }
            Source::Credential(credential) => get(credential, "getToken")
                .unchecked_into::<Function>()
                .call1(credential, &scope)?,
            Source::Fixed(_) | Source::Elsewhere => JsValue::NULL,
        };
        Ok(Promise::resolve(&given))
    }
}

/// Scheme, host and port.
fn origin(url: &str) -> &str {
    let start = search::find(url, "://").map_or(0, |at| at + 3);
    let end = url.bytes().skip(start).position(|byte| byte == b'/');
    end.and_then(|end| url.get(..start + end)).unwrap_or(url)
}

/// Refuses what no header can carry, before a `fetch` refuses it in a message that repeats it.
fn checked(token: String) -> Result<String, String> {
    if token.is_empty() {
        return Err("expected a token, found an empty text".to_owned());
    }
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("expected a token of visible ASCII characters, found others in it".to_owned());
    }
    Ok(token)
}
