//! Drives a poller: carries out its outputs, gives it inputs, until it is done.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use gloo_timers::callback::Timeout;
use js_sys::{Function, Promise};
use serde_json::Value;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::convert::{throw, to_js, value_to_js};
use super::events::Listeners;
use super::fetch::{self, Answer, Flight};
use super::host::{Host, now};
use super::options::{SessionOptions, TableOptions};
use super::result;
use crate::error::{Error, ErrorCode};
use crate::http::{HttpRequest, RequestId};
use crate::poller::snapshot::Snapshot;
use crate::poller::{Input, Output, Poller};
use crate::run::{EventKind, Phase, RunEvent, RunInfo, RunResult};
use crate::time::Timestamp;
use crate::wasm::thrown::message_of;
use crate::wasm::wait::within;

mod abort;

use abort::AbortHook;

/// Timers of JavaScript hold about 24 days, and sleep while the machine does: no step is longer than this.
const LONGEST_SLEEP: Duration = Duration::from_secs(3600);

/// How long a snapshot may take to be stored; less than a request may take, which waits meanwhile.
const PERSIST_LIMIT: Duration = Duration::from_secs(30);

/// When a session is over.
#[derive(Clone, Copy)]
pub(super) enum Until {
    /// With the poller: it gives a result.
    Done,
    /// As soon as the run is known: it gives what the function makes of it.
    RunKnown(fn(&RunInfo, &RunEvent) -> Value),
}

/// One poller on its way. It lives as long as anything is under way.
pub(super) struct Session {
    poller: RefCell<Poller>,
    /// Let go of at the end: whoever holds a run that is over holds no token.
    host: RefCell<Option<Rc<Host>>>,
    persist: Option<Function>,
    tables: TableOptions,
    until: Until,
    pub(super) listeners: Listeners,
    promise: Promise,
    settle: RefCell<Option<Settle>>,
    timer: RefCell<Option<(Timestamp, Timeout)>>,
    flights: RefCell<Vec<(RequestId, Timestamp, Flight)>>,
    abort: RefCell<Option<AbortHook>>,
    /// The signal's reason, once it has fired and the run is being cancelled.
    reason: RefCell<Option<JsValue>>,
    /// The snapshot before the next request could not be stored.
    not_stored: RefCell<Option<Error>>,
    is_pumping: Cell<bool>,
    is_persisting: Cell<bool>,
}

struct Settle {
    resolve: Function,
    reject: Function,
}

impl Session {
    /// Starts to drive. Nothing is sent before the caller's own code has had its turn.
    pub(super) fn start(poller: Poller, options: SessionOptions, until: Until) -> Rc<Self> {
        let mut settle = None;
        let promise = Promise::new(&mut |resolve, reject| settle = Some(Settle { resolve, reject }));
        // Nobody has to read the result: the events tell the same.
        let read = JsFuture::from(promise.clone());
        spawn_local(async move { drop(read.await) });
        let session = Rc::new(Self {
            poller: RefCell::new(poller),
            host: RefCell::new(Some(options.host)),
            persist: options.persist,
            tables: options.tables,
            until,
            listeners: Listeners::default(),
            promise,
            settle: RefCell::new(settle),
            timer: RefCell::new(None),
            flights: RefCell::default(),
            abort: RefCell::new(None),
            reason: RefCell::new(None),
            not_stored: RefCell::new(None),
            is_pumping: Cell::new(false),
            is_persisting: Cell::new(false),
        });
        if let Some(signal) = options.signal {
            AbortHook::install(&session, signal, options.cancel_on_abort);
        }
        let pumped = Rc::clone(&session);
        spawn_local(async move { pumped.pump() });
        session
    }

    /// How it ends.
    pub(super) fn promise(&self) -> Promise {
        self.promise.clone()
    }

    pub(super) fn status(&self) -> RunEvent {
        self.poller.borrow().status()
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        self.poller.borrow().snapshot()
    }

    pub(super) fn is_over(&self) -> bool {
        self.settle.borrow().is_none()
    }

    /// Gives an input and carries out what follows.
    pub(super) fn input(self: &Rc<Self>, input: Input) {
        if !self.is_over() {
            self.take(input);
            self.pump();
        }
    }

    fn take(&self, input: Input) {
        let taken = self.poller.borrow_mut().handle_input(now(), input);
        debug_assert!(taken.is_ok(), "only ids that the poller gave are given back");
    }

    fn pump(self: &Rc<Self>) {
        if self.is_pumping.replace(true) {
            // Called from within by the caller's own code: the loop below goes on.
            return;
        }
        while !self.is_over() && !self.is_persisting.get() {
            let output = self.poller.borrow_mut().poll_output();
            match output {
                Output::Persist(snapshot) => self.persist(&snapshot),
                Output::Event(event) => self.listeners.tell(|| to_js(&event)),
                Output::Transmit(_) | Output::Timeout(_) if self.has_what_it_wants() => {}
                Output::Transmit(request) => self.transmit(request),
                Output::Timeout(deadline) => {
                    self.sleep_until(deadline.at);
                    break;
                }
                Output::Done(result) => self.done(&result),
            }
        }
        self.is_pumping.set(false);
    }

    /// Ends a session that has no use for what would follow.
    fn has_what_it_wants(&self) -> bool {
        let wanted = match self.until {
            Until::RunKnown(describe) => {
                let poller = self.poller.borrow();
                poller.run().map(|run| Ok(value_to_js(describe(run, &poller.status()))))
            }
            // Nobody would see the outputs of a run that was cancelled by a signal.
            Until::Done if self.reason.borrow().is_some() && self.status().phase == Phase::ReadingOutput => {
                self.reason.take().map(Err)
            }
            Until::Done => None,
        };
        wanted.map(|wanted| self.end(wanted)).is_some()
    }

    fn done(&self, done: &RunResult) {
        let reason = self.reason.take();
        self.end(match (reason, self.until, &done.error) {
            (Some(reason), _, _) => Err(reason),
            (None, Until::Done, _) => Ok(result::to_js(done, &self.tables)),
            (None, Until::RunKnown(describe), error) => match (&done.run, error) {
                (Some(run), _) => Ok(value_to_js(describe(run, &self.status()))),
                (None, Some(error)) => Err(throw(error.clone())),
                (None, None) => Err(throw(Error::new(ErrorCode::StartUnconfirmed, done.message.clone()))),
            },
        });
    }

    /// Ends everything that is under way, and settles the promise.
    fn end(&self, with: Result<JsValue, JsValue>) {
        let Some(settle) = self.settle.take() else { return };
        self.host.take();
        self.timer.take();
        self.abort.take();
        for (_, _, flight) in self.flights.take() {
            flight.abort();
        }
        self.listeners.close();
        // A promise's own functions do not throw.
        let _ = match with {
            Ok(value) => settle.resolve.call1(&JsValue::UNDEFINED, &value),
            Err(reason) => settle.reject.call1(&JsValue::UNDEFINED, &reason),
        };
    }

    fn persist(self: &Rc<Self>, snapshot: &Snapshot) {
        let Some(callback) = &self.persist else { return };
        let is_before_start = snapshot.run.is_none() && snapshot.start.sent_at.is_some();
        match callback.call1(&JsValue::UNDEFINED, &to_js(snapshot)) {
            Err(thrown) => self.persisted(is_before_start, Err(thrown)),
            Ok(value) if value.is_object() => {
                self.is_persisting.set(true);
                let session = Rc::clone(self);
                spawn_local(async move {
                    let stored = within(&Promise::resolve(&value), PERSIST_LIMIT).await;
                    session.is_persisting.set(false);
                    session.persisted(is_before_start, stored);
                    session.pump();
                });
            }
            Ok(_) => {}
        }
    }

    fn persisted(&self, is_before_start: bool, stored: Result<JsValue, JsValue>) {
        let Err(thrown) = stored else { return };
        let message = format!("the snapshot was not stored: {}", message_of(&thrown));
        let error = Error::new(ErrorCode::PersistFailed, message);
        if is_before_start {
            self.not_stored.replace(Some(error));
        } else {
            // What follows does no harm without it.
            let message = error.message.clone();
            let event = RunEvent {
                kind: EventKind::Warning,
                message,
                error: Some(error),
                ..self.status()
            };
            self.listeners.tell(|| to_js(&event));
        }
    }

    fn transmit(self: &Rc<Self>, request: HttpRequest) {
        let Some(host) = self.host.borrow().clone() else { return };
        let id = request.id;
        let refused = self.not_stored.take();
        let flight = match refused {
            Some(error) => Err(error),
            None => Flight::new(),
        };
        let flight = match flight {
            Ok(flight) => flight,
            Err(error) => return self.take(Input::NotSent { id, error }),
        };
        self.flights
            .borrow_mut()
            .push((id, now().plus(request.timeout), flight.clone()));
        let session = Rc::clone(self);
        spawn_local(async move {
            let answer = fetch::send(&host, &request, &flight).await;
            session.flights.borrow_mut().retain(|(known, _, _)| *known != id);
            session.input(match answer {
                Answer::Response(response) => Input::Response { id, response },
                Answer::Failed { message, may_have_left } => Input::TransportFailed {
                    id,
                    message,
                    may_have_left,
                },
                Answer::NotSent(error) => Input::NotSent { id, error },
            });
        });
    }

    fn sleep_until(self: &Rc<Self>, at: Timestamp) {
        if self.timer.borrow().as_ref().is_some_and(|(set_for, _)| *set_for == at) {
            return;
        }
        let sleep = at.since(now()).min(LONGEST_SLEEP);
        // Held on to: while only a timer is under way, nothing else may keep the session.
        let session = Rc::clone(self);
        let millis = u32::try_from(sleep.as_millis()).unwrap_or_default();
        let timer = Timeout::new(millis, move || session.woken(at));
        self.timer.replace(Some((at, timer)));
    }

    fn woken(self: &Rc<Self>, at: Timestamp) {
        self.timer.take();
        if now() < at {
            // The hour was over, or the timer was early.
            self.sleep_until(at);
        } else if !self.is_persisting.get() {
            self.give_up_overdue();
            self.input(Input::Timeout);
        }
    }

    /// Ends requests whose time is over. Of one that still waits for its token it is certain that nothing left.
    fn give_up_overdue(&self) {
        let now = now();
        let overdue: Vec<_> = self
            .flights
            .borrow_mut()
            .extract_if(.., |(_, until, _)| *until <= now)
            .collect();
        for (id, _, flight) in overdue {
            let message = "no token within the time of a request".to_owned();
            if flight.is_held() {
                self.take(Input::TransportFailed {
                    id,
                    message,
                    may_have_left: false,
                });
            }
            flight.abort();
        }
    }
}
