//! Requests with their token, to its own origin only.

use std::cell::Cell;
use std::rc::Rc;

use web_sys::AbortController;

use super::host::Host;
use crate::error::{Error, ErrorCode};
use crate::http::{HttpRequest, HttpResponse};
use crate::search::split_once;
use crate::wasm::fetch::{Outgoing, fetch};
use crate::wasm::thrown::{Obstacle, message_of, obstacle};

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
        Ok(response) => {
            host.is_reached.set(true);
            Answer::Response(response)
        }
        Err(thrown) => {
            let message = message_of(&thrown);
            // A host may repeat a header in its message.
            let message = token.map_or(message.clone(), |token| without(&message, &token));
            match obstacle(&thrown) {
                // As it has never been otherwise, it will stay so.
                Some(Obstacle::Standing(code)) if !host.is_reached.get() => Answer::NotSent(Error::new(code, message)),
                found => Answer::Failed {
                    message,
                    may_have_left: found.is_none(),
                },
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
