//! Requests with their token, to its own origin only.

use std::cell::Cell;
use std::rc::Rc;

use web_sys::AbortController;

use super::host::Host;
use crate::auth::ExposeSecret;
use crate::error::{Error, ErrorCode};
use crate::http::{HttpRequest, HttpResponse};
use crate::wasm::fetch::{Outgoing, abort_controller, fetch};
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
    /// A request that has not left.
    pub(super) fn new() -> Result<Self, Error> {
        Ok(Self {
            controller: abort_controller()?,
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
pub(super) async fn send(host: &Rc<Host>, request: &HttpRequest, flight: &Flight) -> Answer {
    let host = match host.of(&request.resource) {
        Ok(host) => host,
        Err(error) => return Answer::NotSent(error),
    };
    if !host.base.owns(&request.url) {
        let message = format!(
            "expected a request to {}, found one to another host",
            host.base.as_str()
        );
        return Answer::NotSent(Error::new(ErrorCode::InvalidHost, message));
    }
    let had_one = host.source.had_one();
    let lease = match host.lease(request).await {
        Ok(lease) => lease,
        // A credential that worked before may well work again.
        Err(error) if had_one => return did_not_leave(error.into_info().message),
        Err(error) => return Answer::NotSent(error),
    };
    if !flight.is_held() {
        return did_not_leave("given up before it was sent".to_owned());
    }
    flight.state.set(State::Sent);
    let own = request
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let added = lease.headers.iter().map(|(name, value)| (*name, value.expose_secret()));
    let outgoing = Outgoing {
        method: request.method,
        url: &request.url,
        headers: &own.chain(added).collect::<Vec<_>>(),
        body: request.body.as_deref(),
    };
    // Services and networks may repeat what they were told.
    match fetch(host.fetch.as_ref(), &outgoing, &flight.controller.signal()).await {
        Ok(mut response) => {
            if !response.is_success() {
                lease.redactor().clean_refusal(&mut response);
            }
            host.answered(response.status, lease.generation);
            Answer::Response(response)
        }
        Err(thrown) => {
            let mut message = message_of(&thrown);
            lease.redactor().clean_text(&mut message);
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

fn did_not_leave(message: String) -> Answer {
    Answer::Failed {
        message,
        may_have_left: false,
    }
}
