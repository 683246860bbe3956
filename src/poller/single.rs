//! One request to its answer: the same patience as a poller's, without a run.

use serde_json::Value;

use crate::contract::Call;
use crate::error::{Error, ErrorCode};
use crate::http::{HttpRequest, HttpResponse, RequestId};
use crate::json;
use crate::logging::Turn;
use crate::poller::exchange::{Policy, Verdict, is_page, judge, log_request};
use crate::poller::options::RunOptions;
use crate::poller::schedule::{self, Jitter};
use crate::time::Timestamp;

/// A request that may be sent again at will: it reads, or means the same twice.
///
/// Send [`SingleCall::request`], tell how it went, do what the [`Step`] says.
#[derive(Clone, Debug)]
pub(crate) struct SingleCall {
    call: Call,
    jitter: Jitter,
    attempt: u32,
    refreshed: bool,
    failing_since: Option<Timestamp>,
    /// When the request was last handed out.
    sent_at: Timestamp,
    next_id: u32,
}

/// What to do after an answer, or the lack of one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    /// Send the request at this time.
    Again(Timestamp),
    /// The answer's body as JSON, `Null` if it was empty.
    Done(Value),
}

impl SingleCall {
    pub(crate) fn new(call: Call, seed: [u8; 8]) -> Self {
        Self {
            call,
            jitter: Jitter::new(seed),
            attempt: 0,
            refreshed: false,
            failing_since: None,
            sent_at: Timestamp(0),
            next_id: 0,
        }
    }

    /// The request, under a new id each time.
    pub(crate) fn request(&mut self, now: Timestamp) -> HttpRequest {
        self.sent_at = now;
        let id = RequestId(self.next_id);
        self.next_id += 1;
        self.call.request(id, self.refreshed)
    }

    /// There was an answer.
    ///
    /// # Errors
    /// The service refused, or failed for longer than the budget.
    pub(crate) fn answered(&mut self, now: Timestamp, response: &HttpResponse) -> Result<Step, Error> {
        let answer = Some(response);
        match judge(&self.call, Policy::Again, self.refreshed, now, response) {
            Verdict::Good if json::trim(&response.body).is_empty() => {
                self.log(now, answer, Turn::Good);
                Ok(Step::Done(Value::Null))
            }
            Verdict::Good => match json::parse(response) {
                Ok(value) => {
                    self.log(now, answer, Turn::Good);
                    Ok(Step::Done(value))
                }
                Err(error) if is_page(response) && self.attempt >= 2 => {
                    self.failed(now, answer, error.with_code(ErrorCode::WrongHost))
                }
                Err(error) => self.again(now, answer, error, None),
            },
            Verdict::Again { error, asked } => self.again(now, answer, error, asked),
            Verdict::Refresh(error) => {
                self.log(now, answer, Turn::Again(&error));
                self.refreshed = true;
                Ok(Step::Again(now))
            }
            Verdict::Refused(error) | Verdict::Unclear(error) => self.failed(now, answer, error),
        }
    }

    /// There was none.
    ///
    /// # Errors
    /// It failed for longer than the budget.
    pub(crate) fn unanswered(&mut self, now: Timestamp, message: &str) -> Result<Step, Error> {
        self.again(now, None, Error::new(ErrorCode::Network, message).retryable(), None)
    }

    /// The host has not sent it and will not: what it gives as the reason, as an error of this call.
    pub(crate) fn not_sent(&self, now: Timestamp, error: Error) -> Error {
        self.log(now, None, Turn::Last(&error));
        self.at(error)
    }

    fn again(
        &mut self,
        now: Timestamp,
        response: Option<&HttpResponse>,
        error: Error,
        asked: Option<std::time::Duration>,
    ) -> Result<Step, Error> {
        let due = now.plus(schedule::retry(self.attempt + 1, asked, &mut self.jitter));
        let since = self.failing_since.get_or_insert(now);
        *since = since.plus(asked.unwrap_or_default());
        if due.since(*since) > RunOptions::default().retry_budget() {
            return self.failed(now, response, error);
        }
        self.log(now, response, Turn::Again(&error));
        self.attempt += 1;
        Ok(Step::Again(due))
    }

    fn failed(&self, now: Timestamp, response: Option<&HttpResponse>, error: Error) -> Result<Step, Error> {
        self.log(now, response, Turn::Last(&error));
        Err(self.at(error))
    }

    fn log(&self, now: Timestamp, response: Option<&HttpResponse>, turn: Turn<'_>) {
        let nth = self.attempt + 1 + u32::from(self.refreshed);
        log_request(&self.call, nth, now.since(self.sent_at), response, turn);
    }

    fn at(&self, error: Error) -> Error {
        error.at(self.call.endpoint.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fabric::contract::LIST_WORKSPACES;
    use crate::http::BaseUrl;

    fn call() -> SingleCall {
        let base = BaseUrl::parse("https://api.fabric.microsoft.com").expect("it is an origin");
        SingleCall::new(LIST_WORKSPACES.call(&base, &[], &[], None), [1; 8])
    }

    fn response(status: u16, body: &str) -> HttpResponse {
        HttpResponse {
            status,
            headers: vec![("Retry-After".into(), "7".into())],
            body: body.into(),
        }
    }

    #[test]
    fn a_good_answer_is_json_or_nothing() {
        assert_eq!(
            call().answered(Timestamp(0), &response(200, "[1]")),
            Ok(Step::Done(serde_json::json!([1])))
        );
        assert_eq!(
            call().answered(Timestamp(0), &response(202, "\r\n")),
            Ok(Step::Done(Value::Null))
        );
    }

    #[test]
    fn a_passing_refusal_is_waited_out_until_the_budget_is_spent() {
        let mut call = call();
        let Ok(Step::Again(at)) = call.answered(Timestamp(1000), &response(429, "")) else {
            panic!("it passes")
        };
        assert!(at >= Timestamp(8000), "{at:?}");
        let mut now = Timestamp(1000);
        let error = loop {
            match call.unanswered(now, "cut") {
                Ok(Step::Again(at)) => now = at,
                Ok(step) => panic!("{step:?}"),
                Err(error) => break error,
            }
        };
        assert_eq!((error.code(), error.is_retryable()), (ErrorCode::Network, true));
        assert_eq!(error.endpoint.as_deref(), Some("workspaces"));
        assert!(now > Timestamp(250_000), "{now:?}");
    }

    #[test]
    fn a_refused_credential_is_refreshed_once() {
        let mut call = call();
        assert!(!call.request(Timestamp(0)).refresh_token);
        assert_eq!(
            call.answered(Timestamp(5), &response(401, "{}")),
            Ok(Step::Again(Timestamp(5)))
        );
        assert!(call.request(Timestamp(0)).refresh_token);
        let error = call
            .answered(Timestamp(5), &response(401, "{}"))
            .expect_err("twice is enough");
        assert_eq!(error.code(), ErrorCode::Unauthenticated);
    }

    #[test]
    fn what_the_host_could_not_send_is_an_error_of_the_call() {
        let error = call().not_sent(Timestamp(5), Error::new(ErrorCode::MissingCredentials, "no token"));
        assert_eq!(error.to_string(), "workspaces: no token");
    }

    #[test]
    fn a_page_is_tried_again_and_then_taken_for_a_wrong_host() {
        let mut call = call();
        for _ in 0..2 {
            assert!(matches!(
                call.answered(Timestamp(0), &response(200, "<html>")),
                Ok(Step::Again(_))
            ));
        }
        let error = call
            .answered(Timestamp(0), &response(200, "<html>"))
            .expect_err("it stays a page");
        assert_eq!(error.code(), ErrorCode::WrongHost);
    }
}
