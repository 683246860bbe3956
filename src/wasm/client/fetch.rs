//! Requests with their token, to its own origin only.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::JsValue;
use web_sys::AbortController;

use super::convert::get;
use super::host::Host;
use crate::error::{Error, ErrorCode};
use crate::http::{HttpRequest, HttpResponse};
use crate::search::split_once;
use crate::wasm::fetch::{Outgoing, fetch};
use crate::wasm::thrown::message_of;

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
    let mut headers: Vec<_> = request
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    headers.extend(authorization.as_deref().map(|value| ("Authorization", value)));
    let outgoing = Outgoing {
        method: request.method,
        url: &request.url,
        headers: &headers,
        body: request.body.as_deref(),
    };
    match fetch(host.fetch.as_ref(), &outgoing, &flight.controller.signal()).await {
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
