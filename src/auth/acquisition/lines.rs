//! What the log is told of the requests of a sign-in. What others say may repeat a secret, so all of it is redacted.

use log::Level;

use super::Acquisition;
use super::exchange::Exchange;
use crate::error::{Error, ErrorCode};
use crate::http::HttpResponse;
use crate::logging::{self, RequestLine, Turn};

/// What becomes of a request that failed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Next {
    /// It is sent again, the same or with something newer in it.
    Again,
    Nothing,
}

impl Acquisition {
    pub(super) fn log_good(&self, exchange: &Exchange, response: &HttpResponse) {
        if logging::is_wanted(Level::Debug) {
            // An error is what the redactor takes.
            let mut carrier = Error::new(ErrorCode::SignInRefused, "");
            carrier.request_id = response.request_id().map(str::to_owned);
            let id = self.redactor().clean_line(carrier).into_info().request_id;
            self.write(exchange, Some(response), id.as_deref(), Turn::Good);
        }
    }

    pub(super) fn log_failure(&self, exchange: &Exchange, response: Option<&HttpResponse>, error: &Error, next: Next) {
        if logging::is_wanted(Level::Error) {
            let mut error = error.clone();
            if let Some(id) = response.and_then(HttpResponse::request_id) {
                error.request_id = Some(id.to_owned());
            }
            let error = self.redactor().clean_line(error);
            let turn = match next {
                Next::Again => Turn::Again(&error),
                Next::Nothing => Turn::Last(&error),
            };
            self.write(exchange, response, None, turn);
        }
    }

    pub(super) fn log_dropped(&self, exchange: &Exchange) {
        self.write(exchange, None, None, Turn::Dropped);
    }

    fn write(&self, exchange: &Exchange, response: Option<&HttpResponse>, request_id: Option<&str>, turn: Turn<'_>) {
        RequestLine {
            endpoint: exchange.call.endpoint.name,
            method: exchange.call.endpoint.method.as_str(),
            path: exchange.call.endpoint.path,
            attempt: exchange.attempt + 1,
            duration: self.now.since(exchange.sent_at),
            status: response.map(|response| response.status).filter(|status| *status != 0),
            request_id,
            turn,
        }
        .write();
    }
}
