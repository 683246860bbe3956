//! One request and its answers: when it is sent again, when its credential is refreshed, when it is given up.

use std::time::Duration;

use crate::contract::Call;
use crate::databricks;
use crate::error::{Error, ErrorCode};
use crate::fabric;
use crate::fabric::instance::canonical_guid;
use crate::http::{HttpResponse, RequestId, Service};
use crate::logging::{RequestLine, Turn};
use crate::poller::collect::Fetch;
use crate::poller::{Output, Poller, Stage, TimeoutReason, schedule};
use crate::run::EventKind;
use crate::time::Timestamp;

/// What an answer is for.
#[derive(Clone, Debug)]
pub(super) enum Tag {
    /// A page of `jobs/list`, for a name.
    JobsByName,
    /// A page of `runs/list`, for `reuse`.
    RunsPage,
    /// A row of it, read whole.
    RunsRow(String),
    /// A page of `runs/list`, for a start that was too long ago to be sent again.
    RunsLookup,
    /// A page of the instances.
    Instances,
    /// The activities of a candidate, for its marker.
    Marked,
    /// The start.
    Start,
    /// The run that a start with `reuse` named.
    Judged,
    /// The run.
    Poll,
    /// A page of the instances, while a run is followed.
    Watch,
    /// The cancel.
    Cancel,
    /// The cancel of our own duplicate.
    CancelDuplicate,
    /// A part of the outputs.
    Fetch(Fetch),
}

/// What may be done when the answer is unclear.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Policy {
    /// Send it again: it reads, it carries a token, or it means the same twice.
    Again,
    /// Never send it again unless it is certain that the service did not act.
    Once,
}

impl Tag {
    /// What a failure for good means: whether things go on without the answer.
    fn last<'a>(&self, error: &'a Error) -> Turn<'a> {
        match (self, error.code()) {
            (Self::Marked | Self::Watch | Self::CancelDuplicate, _)
            | (Self::Judged | Self::RunsRow(_), ErrorCode::RunNotFound) => Turn::Without(error),
            _ => Turn::Last(error),
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Exchange {
    pub(super) tag: Tag,
    call: Call,
    policy: Policy,
    /// The request under way; `None` while it waits to be sent again.
    id: Option<RequestId>,
    /// When the answer is overdue, or the next sending is due.
    pub(super) due: Timestamp,
    attempt: u32,
    refreshed: bool,
    /// When it was last handed to the host.
    sent_at: Timestamp,
}

impl Exchange {
    pub(super) const fn reason(&self) -> TimeoutReason {
        if self.id.is_some() {
            TimeoutReason::Answer
        } else {
            TimeoutReason::Retry
        }
    }

    pub(super) const fn is_sent(&self) -> bool {
        self.id.is_some()
    }

    /// Tells the log what came of the last sending.
    fn log(&self, now: Timestamp, response: Option<&HttpResponse>, turn: Turn<'_>) {
        let nth = self.attempt + 1 + u32::from(self.refreshed);
        log_request(&self.call, nth, now.since(self.sent_at), response, turn);
    }
}

/// What an answer's status says, before its body is read for its purpose.
pub(super) enum Verdict {
    Good,
    Again {
        error: Error,
        asked: Option<Duration>,
    },
    Refresh(Error),
    Refused(Error),
    /// A start that may only be sent once has an answer that does not tell whether the service acted.
    Unclear(Error),
}

impl Poller {
    pub(super) fn send(&mut self, tag: Tag, call: Call, policy: Policy) {
        self.exchanges.push(Exchange {
            tag,
            call,
            policy,
            id: None,
            due: self.now,
            attempt: 0,
            refreshed: false,
            sent_at: self.now,
        });
        self.transmit(self.exchanges.len() - 1);
    }

    fn transmit(&mut self, at: usize) {
        let id = RequestId(self.next_id);
        self.next_id += 1;
        let Some(exchange) = self.exchanges.get_mut(at) else {
            return;
        };
        exchange.id = Some(id);
        exchange.due = self.now.plus(exchange.call.timeout);
        exchange.sent_at = self.now;
        let request = exchange.call.request(id, exchange.refreshed);
        match exchange.tag {
            Tag::Start => self.start_left(),
            // Whatever changes the service is stored first.
            Tag::Cancel | Tag::CancelDuplicate => self.persist(),
            _ => {}
        }
        self.queue.push_back(Output::Transmit(request));
    }

    /// Sends what waits, fails what is overdue.
    pub(super) fn exchange_due(&mut self, at: usize) {
        let Some(exchange) = self.exchanges.get(at) else { return };
        if let Some(id) = exchange.id {
            let seconds = exchange.call.timeout.as_secs();
            if matches!(exchange.tag, Tag::Start) {
                self.record.late.push(id);
            }
            self.unanswered(id, &format!("no answer within {seconds} s"), true);
        } else {
            self.transmit(at);
        }
    }

    pub(super) fn unanswered(&mut self, id: RequestId, message: &str, may_have_left: bool) {
        let Some(at) = self.exchanges.iter().position(|exchange| exchange.id == Some(id)) else {
            return;
        };
        let exchange = self.exchanges.remove(at);
        let error = Error::new(ErrorCode::Network, message)
            .at(exchange.call.endpoint.name)
            .retryable();
        if matches!(exchange.tag, Tag::Start) && !may_have_left {
            self.start_had_no_effect();
        }
        if exchange.policy == Policy::Once && may_have_left {
            exchange.log(self.now, None, Turn::Without(&error));
            self.start_unclear(error, None);
        } else {
            self.again(exchange, error, None, None);
        }
    }

    /// The host did not send it and will not try again.
    pub(super) fn not_sent(&mut self, id: RequestId, error: Error) {
        let Some(at) = self.exchanges.iter().position(|exchange| exchange.id == Some(id)) else {
            return;
        };
        let exchange = self.exchanges.remove(at);
        let error = error.at(exchange.call.endpoint.name);
        exchange.log(self.now, None, exchange.tag.last(&error));
        self.refused(exchange.tag, error, &HttpResponse::default());
    }

    pub(super) fn answered(&mut self, id: RequestId, response: HttpResponse) {
        let Some(at) = self.exchanges.iter().position(|exchange| exchange.id == Some(id)) else {
            if self.record.late.contains(&id) {
                self.record.late.retain(|late| *late != id);
                self.late_start(&response);
            }
            return;
        };
        // Whatever it says, it tells the time.
        self.note_service_clock(&response);
        let mut exchange = self.exchanges.remove(at);
        let name = exchange.call.endpoint.name;
        let answer = Some(&response);
        match judge(&exchange.call, exchange.policy, exchange.refreshed, self.now, &response) {
            Verdict::Good => match self.take(exchange.tag.clone(), &response) {
                Ok(()) => {
                    exchange.log(self.now, answer, Turn::Good);
                    self.failing_since = None;
                    self.heard = true;
                }
                Err(error) if exchange.policy == Policy::Once => {
                    exchange.log(self.now, answer, Turn::Without(&error));
                    self.start_unclear(error.at(name), request_id(&response));
                }
                // A page now and then is a gateway's; pages from the first answer on are another host's.
                Err(error)
                    if error.is_retryable() && !self.heard && is_page(&response) && exchange.attempt >= PAGES =>
                {
                    self.refused_for_good(exchange, error.with_code(ErrorCode::WrongHost), &response);
                }
                Err(error) if error.is_retryable() => self.again(exchange, error.at(name), None, answer),
                Err(error) => self.refused_for_good(exchange, error, &response),
            },
            Verdict::Again { error, asked } => {
                // The service says this before it acts.
                if error.code() == ErrorCode::Throttled && matches!(exchange.tag, Tag::Start) {
                    self.start_had_no_effect();
                }
                self.again(exchange, error.at(name), asked, answer);
            }
            Verdict::Refresh(error) => {
                if matches!(exchange.tag, Tag::Start) {
                    self.start_had_no_effect();
                }
                let error = error.at(name);
                if matches!(exchange.tag, Tag::Start) && self.start_is_unwanted() {
                    exchange.log(self.now, answer, Turn::Last(&error));
                    return;
                }
                exchange.log(self.now, answer, Turn::Again(&error));
                exchange.refreshed = true;
                self.retry_event(error);
                self.exchanges.push(exchange);
                self.transmit(self.exchanges.len() - 1);
            }
            Verdict::Refused(error) => self.refused_for_good(exchange, error, &response),
            Verdict::Unclear(error) => {
                exchange.log(self.now, answer, Turn::Without(&error));
                self.start_unclear(error.at(name), request_id(&response));
            }
        }
    }

    fn refused_for_good(&mut self, exchange: Exchange, error: Error, response: &HttpResponse) {
        exchange.log(self.now, Some(response), exchange.tag.last(&error));
        self.refused(exchange.tag, error.at(exchange.call.endpoint.name), response);
    }

    /// Waits, and sends it again, as long as the budget since the last good answer lasts.
    fn again(
        &mut self,
        mut exchange: Exchange,
        error: Error,
        asked: Option<Duration>,
        response: Option<&HttpResponse>,
    ) {
        if matches!(exchange.tag, Tag::Start) && self.start_is_unwanted() {
            exchange.log(self.now, response, Turn::Last(&error));
            return;
        }
        if matches!(exchange.tag, Tag::Watch) {
            // The list is read again before the next poll anyway.
            exchange.log(self.now, response, Turn::Without(&error));
            self.gave_up(exchange.tag, error);
            return;
        }
        let delay = schedule::retry(exchange.attempt + 1, asked, &mut self.jitter);
        let since = self.failing_since.get_or_insert(self.now);
        // A wait that the service asked for is no failing, nor is the jitter on top of it.
        *since = since.plus(schedule::longest_obeyed(asked).min(delay));
        let due = self.now.plus(delay);
        if due.since(*since) > self.options.retry_budget() {
            exchange.log(self.now, response, exchange.tag.last(&error));
            self.failing_since = None;
            self.gave_up(exchange.tag, error);
            return;
        }
        exchange.log(self.now, response, Turn::Again(&error));
        exchange.attempt += 1;
        exchange.id = None;
        exchange.due = due;
        self.exchanges.push(exchange);
        self.retry_event(error);
    }

    fn retry_event(&mut self, error: Error) {
        let mut event = self.event(EventKind::Retry);
        event.message = error.to_string();
        event.error = Some(error);
        self.queue.push_back(Output::Event(Box::new(event)));
    }

    /// The answer is good: reads it for its purpose. An `Err` that is retryable means that the body is broken.
    fn take(&mut self, tag: Tag, response: &HttpResponse) -> Result<(), Error> {
        match tag {
            Tag::JobsByName => self.jobs_page(response),
            Tag::RunsPage => self.runs_page(response),
            Tag::RunsRow(id) => self.runs_row(&id, response),
            Tag::RunsLookup => self.runs_lookup(response),
            Tag::Instances => self.instances_page(response),
            Tag::Marked => self.marked(response),
            Tag::Start => self.started(response),
            Tag::Judged => self.judged(response),
            Tag::Poll => self.polled(response),
            Tag::Watch => self.watched(response),
            Tag::Cancel => {
                self.cancel_accepted(response);
                Ok(())
            }
            Tag::CancelDuplicate => Ok(()),
            Tag::Fetch(fetch) => self.fetched(fetch, response),
        }
    }

    /// The service said no, for good.
    fn refused(&mut self, tag: Tag, error: Error, response: &HttpResponse) {
        match tag {
            Tag::Start => self.start_refused(error),
            Tag::Judged if error.code() == ErrorCode::RunNotFound => self.judged_gone(),
            Tag::RunsRow(_) if error.code() == ErrorCode::RunNotFound => self.row_gone(),
            Tag::Marked => self.next_candidate(),
            Tag::Judged => self.judged_unread(error),
            Tag::JobsByName | Tag::RunsPage | Tag::RunsRow(_) | Tag::Instances | Tag::RunsLookup => {
                self.look_refused(error);
            }
            Tag::Poll => self.poll_refused(error, response),
            // The list was only to be on the safe side; the run itself decides.
            Tag::Watch => self.poll_run(),
            Tag::CancelDuplicate => {}
            Tag::Cancel => self.cancel_refused(error),
            Tag::Fetch(fetch) => self.fetch_refused(fetch, error),
        }
    }

    /// It failed for longer than the budget.
    fn gave_up(&mut self, tag: Tag, error: Error) {
        match tag {
            Tag::Start => self.start_gave_up(error),
            Tag::Poll => self.poll_gave_up(error),
            Tag::Marked => self.next_candidate(),
            Tag::Judged => self.judged_unread(error),
            Tag::JobsByName | Tag::RunsPage | Tag::RunsRow(_) | Tag::Instances | Tag::RunsLookup => {
                self.look_refused(error);
            }
            // The list was only to be on the safe side; the run itself decides.
            Tag::Watch => self.poll_run(),
            Tag::CancelDuplicate => {}
            Tag::Cancel => self.cancel_refused(error),
            Tag::Fetch(fetch) => self.fetch_refused(fetch, error),
        }
    }

    /// Drops the requests of one kind; late answers to them are ignored.
    pub(super) fn drop_exchanges(&mut self, which: impl Fn(&Tag) -> bool) {
        let now = self.now;
        self.exchanges.retain(|exchange| {
            let stays = !which(&exchange.tag);
            if !stays && exchange.is_sent() {
                exchange.log(now, None, Turn::Dropped);
            }
            stays
        });
    }

    /// Whether a request of one kind is under way or waits to be sent again.
    pub(super) fn has_exchange(&self, which: impl Fn(&Tag) -> bool) -> bool {
        self.exchanges.iter().any(|exchange| which(&exchange.tag))
    }

    /// Makes a request of one kind end soon: sent now if it waits, overdue after `limit` if it is under way.
    pub(super) fn hurry(&mut self, which: impl Fn(&Tag) -> bool, limit: Duration) {
        for at in 0..self.exchanges.len() {
            if which(&self.exchanges[at].tag) {
                if !self.exchanges[at].is_sent() {
                    self.transmit(at);
                }
                let until = self.now.plus(limit);
                self.exchanges[at].due = self.exchanges[at].due.min(until);
            }
        }
    }

    pub(super) const fn is_looking(&self) -> bool {
        matches!(self.stage, Stage::Looking(_))
    }
}

/// How many pages in the place of a first answer are taken for a passing fault.
pub(crate) const PAGES: u32 = 2;

/// What the status of an answer to `call` means.
pub(super) fn judge(call: &Call, policy: Policy, refreshed: bool, now: Timestamp, response: &HttpResponse) -> Verdict {
    let status = response.status;
    if response.is_success() {
        return Verdict::Good;
    }
    // Only a refusal tells that a start had no effect.
    let unclear = policy == Policy::Once && (!(400..500).contains(&status) || matches!(status, 408 | 425));
    if status < 400 {
        // Redirects are not followed: the token belongs to this origin.
        let mut error = Error::new(ErrorCode::WrongHost, "expected an answer, found a redirect");
        error.status = (status != 0).then_some(status);
        return if unclear {
            Verdict::Unclear(error)
        } else {
            Verdict::Refused(error)
        };
    }
    let asked = schedule::retry_after(response, now);
    let (error, asked, passing) = match call.endpoint.service {
        Service::Databricks => {
            let refusal = databricks::error::read(response);
            let asked = asked.max(refusal.retry_delay);
            let passing = databricks::error::is_passing(&refusal);
            let code = if status == 404 && is_page(response) {
                ErrorCode::WrongHost
            } else {
                databricks::error::classify(status, call.endpoint.name, &refusal)
            };
            (refusal.into_error(status, code), asked, passing)
        }
        Service::Fabric => {
            let refusal = fabric::error::read(response);
            let asked = asked.or_else(|| schedule::until_in_text(&refusal.message, response, now));
            let code = fabric::error::classify(status, refusal.service_code.as_deref());
            (refusal.into_error(status, code), asked, false)
        }
    };
    match error.code() {
        _ if unclear => Verdict::Unclear(error),
        ErrorCode::Unauthenticated | ErrorCode::TokenExpired if refreshed => Verdict::Refused(error),
        ErrorCode::Unauthenticated | ErrorCode::TokenExpired => Verdict::Refresh(error),
        ErrorCode::TooManyJobs => Verdict::Refused(error),
        // Fabric refuses before it accepts; without a hint a minute is its own window.
        ErrorCode::Throttled if policy == Policy::Once => Verdict::Again {
            error: error.retryable(),
            asked: asked.or(Some(Duration::from_secs(60))),
        },
        ErrorCode::Throttled => Verdict::Again {
            error: error.retryable(),
            asked,
        },
        _ if passing || is_passing(status) => Verdict::Again {
            error: error.retryable(),
            asked,
        },
        _ => Verdict::Refused(error),
    }
}

/// Tells the log what came of the `nth` sending of `call`.
pub(super) fn log_request(call: &Call, nth: u32, duration: Duration, response: Option<&HttpResponse>, turn: Turn<'_>) {
    RequestLine {
        endpoint: call.endpoint.name,
        method: call.endpoint.method.as_str(),
        path: call.endpoint.path,
        attempt: nth,
        duration,
        status: response.map(|response| response.status).filter(|status| *status != 0),
        request_id: response.and_then(HttpResponse::request_id),
        turn,
    }
    .write();
}

/// Statuses that say that the service or something before it has a passing fault.
pub(crate) const fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500 | 502..=504 | 507 | 509 | 520..=530)
}

/// Whether a good status came with a page: a sign-in, a portal, a proxy.
pub(crate) fn is_page(response: &HttpResponse) -> bool {
    crate::json::trim(&response.body).first() == Some(&b'<')
}

/// Fabric's id of the request, which its run carries as `rootActivityId`; what is no GUID came from somebody else.
pub(super) fn request_id(response: &HttpResponse) -> Option<String> {
    response.header("RequestId").and_then(canonical_guid)
}
