//! A host without a network and without a clock: a scripted service, virtual time, and the drain contract asserted on
//! every step.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part of it")]

pub mod fixture;
pub mod lines;
pub mod random;

use std::sync::Arc;
use std::time::Duration;

use pqrun::error::{Error, ErrorCode};
use pqrun::http::{HttpRequest, HttpResponse, Method, RequestId};
use pqrun::poller::options::RunOptions;
use pqrun::poller::snapshot::{Resume, Snapshot};
use pqrun::poller::{Input, Job, Output, Poller, TimeoutReason};
use pqrun::run::{EventKind, RunEvent, RunResult};
use pqrun::time::Timestamp;

/// 2026-03-01T02:00:00Z, when the samples of the references were taken.
pub const START: Timestamp = Timestamp(1_772_330_400_000);

/// What the network does with one request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// The answer, after a while.
    Answer(Duration, HttpResponse),
    /// No answer: a message, and whether the request may have left.
    Fail(&'static str, bool),
    /// Nothing, ever.
    Hang,
}

impl From<HttpResponse> for Reply {
    fn from(response: HttpResponse) -> Self {
        Self::Answer(Duration::from_millis(50), response)
    }
}

/// An answer with a JSON body.
pub fn json(status: u16, body: &str) -> HttpResponse {
    HttpResponse {
        status,
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        body: body.as_bytes().to_vec(),
    }
}

/// The same answer with one more header.
pub fn with_header(mut response: HttpResponse, name: &str, value: &str) -> HttpResponse {
    response.headers.push((name.to_owned(), value.to_owned()));
    response
}

/// `Sun, 01 Mar 2026 02:00:00 GMT`.
pub fn http_date(at: Timestamp) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let iso = at.to_iso();
    let month: usize = iso[5..7].parse().expect("a month");
    format!(
        "{}, {} {} {} {} GMT",
        DAYS[usize::try_from(at.0 / 86_400_000 % 7).expect("a day")],
        &iso[8..10],
        MONTHS[month - 1],
        &iso[..4],
        &iso[11..19]
    )
}

/// A request as tests speak of it.
#[derive(Clone, Debug)]
pub struct Sent {
    pub at: Timestamp,
    pub request: HttpRequest,
}

impl Sent {
    /// Path and query.
    pub fn target(&self) -> &str {
        let rest = self.request.url.split_once("://").map_or("", |(_, rest)| rest);
        rest.find('/').map_or("/", |at| &rest[at..])
    }

    pub fn body(&self) -> serde_json::Value {
        self.request.body.as_deref().map_or(serde_json::Value::Null, |body| {
            serde_json::from_str(body).expect("bodies are JSON")
        })
    }

    /// Whether it changes the service.
    pub fn changes(&self) -> bool {
        self.request.method == Method::Post && !self.request.endpoint.contains("query")
    }
}

type Service<'a> = Box<dyn FnMut(Timestamp, &Sent) -> Reply + 'a>;

/// One poller and its virtual world.
pub struct Host<'a> {
    pub poller: Poller,
    pub now: Timestamp,
    pub sent: Vec<Sent>,
    pub persisted: Vec<Snapshot>,
    pub events: Vec<RunEvent>,
    service: Service<'a>,
    /// Answers under way, by the time when they come.
    coming: Vec<(Timestamp, RequestId, Reply)>,
    /// Whether the latest outputs stored the snapshot that the next change needs.
    stored: bool,
}

impl<'a> Host<'a> {
    #[track_caller]
    pub fn start(job: Job, options: RunOptions, service: impl FnMut(Timestamp, &Sent) -> Reply + 'a) -> Self {
        Self::start_at(START, job, options, service)
    }

    #[track_caller]
    pub fn start_at(
        now: Timestamp,
        job: Job,
        options: RunOptions,
        service: impl FnMut(Timestamp, &Sent) -> Reply + 'a,
    ) -> Self {
        // Callers that begin at different times are different processes.
        let mut random = [7; 16];
        random[..8].copy_from_slice(&now.0.to_le_bytes());
        let poller = Poller::start(job, options, random, now).expect("the job is right");
        Self::over(poller, now, service)
    }

    pub fn over(poller: Poller, now: Timestamp, service: impl FnMut(Timestamp, &Sent) -> Reply + 'a) -> Self {
        let mut host = Self {
            poller,
            now,
            sent: Vec::new(),
            persisted: Vec::new(),
            events: Vec::new(),
            service: Box::new(service),
            coming: Vec::new(),
            stored: false,
        };
        host.drain();
        host
    }

    /// Another process: everything but the service and the time is gone; the snapshot goes through its JSON.
    #[track_caller]
    pub fn resume(self, snapshot: &Snapshot, resume: Resume) -> Self {
        let text = serde_json::to_string(snapshot).expect("a snapshot is JSON");
        let snapshot: Snapshot = serde_json::from_str(&text).expect("a snapshot reads back");
        let poller = Poller::resume(snapshot, resume, [9; 16], self.now).expect("the snapshot resumes");
        let (now, sent, service) = (self.now, self.sent, self.service);
        let mut host = Self {
            poller,
            now,
            sent,
            persisted: Vec::new(),
            events: Vec::new(),
            service,
            coming: Vec::new(),
            stored: false,
        };
        host.drain();
        host
    }

    /// Carries out outputs until there is nothing to do but wait; asserts what must hold of them.
    #[track_caller]
    fn drain(&mut self) {
        for turn in 0.. {
            assert!(turn < 10_000, "the poller never waits");
            match self.poller.poll_output() {
                Output::Persist(snapshot) => {
                    assert_eq!(
                        *snapshot,
                        self.poller.snapshot().clone_fields_of(&snapshot),
                        "a snapshot is of this moment"
                    );
                    self.persisted.push(*snapshot);
                    self.stored = true;
                }
                Output::Transmit(request) => {
                    let sent = Sent { at: self.now, request };
                    assert!(
                        !sent.changes() || self.stored,
                        "{:?} was sent without write-ahead",
                        sent.request
                    );
                    self.stored &= !sent.changes();
                    let fetches = self.coming.iter().filter(|(_, id, _)| self.is_output(*id)).count();
                    assert!(fetches < 5, "at most four outputs are read at once");
                    let reply = (self.service)(self.now, &sent);
                    let at = match &reply {
                        Reply::Answer(delay, _) => self.now.plus(*delay),
                        Reply::Fail(..) => self.now.plus(Duration::from_millis(20)),
                        Reply::Hang => Timestamp(u64::MAX),
                    };
                    self.coming.push((at, sent.request.id, reply));
                    self.sent.push(sent);
                }
                Output::Event(event) => {
                    if event.kind == EventKind::Status {
                        let same = |last: &RunEvent| {
                            let mut last = last.clone();
                            (last.at, last.elapsed, last.next_poll_at) = (event.at, event.elapsed, event.next_poll_at);
                            last == *event
                        };
                        let last = self.events.iter().rev().find(|last| last.kind == EventKind::Status);
                        assert!(!last.is_some_and(same), "an event repeats: {event:?}");
                    }
                    self.events.push(*event);
                }
                Output::Timeout(deadline) => {
                    assert!(
                        deadline.at > self.now,
                        "a timeout at {deadline:?} is not in the future of {:?}",
                        self.now
                    );
                    assert!(matches!(self.poller.poll_output(), Output::Timeout(again) if again == deadline));
                    return;
                }
                Output::Done(result) => {
                    assert!(matches!(self.poller.poll_output(), Output::Done(again) if Arc::ptr_eq(&again, &result)));
                    return;
                }
            }
        }
    }

    /// Whether it is an output that is still waited for: a host aborts a request when its time is over.
    fn is_output(&self, id: RequestId) -> bool {
        self.sent.iter().any(|sent| {
            sent.request.id == id
                && sent.request.endpoint == "jobs/runs/get-output"
                && sent.at.plus(sent.request.timeout) > self.now
        })
    }

    /// Jumps to the next answer or timeout. `false` when it is over.
    #[track_caller]
    pub fn step(&mut self) -> bool {
        let Output::Timeout(deadline) = self.poller.poll_output() else {
            return false;
        };
        self.coming.sort_by_key(|(at, id, _)| (*at, *id));
        let input = match self.coming.first() {
            Some((at, ..)) if *at <= deadline.at => {
                let (at, id, reply) = self.coming.remove(0);
                self.now = self.now.max(at);
                match reply {
                    Reply::Answer(_, response) => Input::Response { id, response },
                    Reply::Fail(message, may_have_left) => Input::TransportFailed {
                        id,
                        message: message.to_owned(),
                        may_have_left,
                    },
                    Reply::Hang => unreachable!("it comes at the end of time"),
                }
            }
            _ => {
                self.now = deadline.at;
                Input::Timeout
            }
        };
        self.input(input);
        true
    }

    /// When [`Host::step`] would happen; `None` when it is over.
    pub fn next_at(&mut self) -> Option<Timestamp> {
        let Output::Timeout(deadline) = self.poller.poll_output() else {
            return None;
        };
        let answer = self.coming.iter().map(|(at, ..)| *at).min().unwrap_or(deadline.at);
        Some(answer.min(deadline.at).max(self.now))
    }

    #[track_caller]
    pub fn input(&mut self, input: Input) {
        self.poller
            .handle_input(self.now, input)
            .expect("the id is the poller's own");
        self.drain();
    }

    /// Runs to the end.
    #[track_caller]
    pub fn run(&mut self) -> Arc<RunResult> {
        for _ in 0..200_000 {
            if !self.step() {
                return self.result().expect("it is over");
            }
        }
        panic!(
            "no end after 200,000 steps; waiting for {:?}",
            self.poller.poll_output()
        );
    }

    /// Runs until `enough` holds; panics at the end.
    #[track_caller]
    pub fn run_until(&mut self, enough: impl Fn(&Self) -> bool) {
        while !enough(self) {
            assert!(self.step(), "it was over before: {:?}", self.result());
        }
    }

    pub fn result(&mut self) -> Option<Arc<RunResult>> {
        match self.poller.poll_output() {
            Output::Done(result) => Some(result),
            _ => None,
        }
    }

    /// What it waits for.
    pub fn waits_for(&mut self) -> Option<TimeoutReason> {
        match self.poller.poll_output() {
            Output::Timeout(deadline) => Some(deadline.reason),
            _ => None,
        }
    }

    /// The requests to one endpoint.
    pub fn sent_to(&self, endpoint: &str) -> Vec<&Sent> {
        self.sent
            .iter()
            .filter(|sent| sent.request.endpoint == endpoint)
            .collect()
    }

    /// Time since the start.
    pub fn elapsed(&self) -> Duration {
        self.now.since(START)
    }
}

/// A refusal of `pqrun serve` is told as its own.
#[track_caller]
pub fn assert_blames_the_proxy(error: &Error) {
    let hint = &error.hint;
    assert!(hint.contains("pqrun serve") && hint.contains("flags"), "{hint}");
    // Neither the permissions at the service nor the token are what it is about.
    assert!(!hint.contains("permission") && !hint.contains("token"), "{hint}");
}

/// The error's code of a result.
pub fn code(result: &RunResult) -> Option<ErrorCode> {
    result.error.as_ref().map(|error| error.code())
}

/// Compares what a stored snapshot and the present moment must share: later outputs of the same turn may differ.
trait CloneFieldsOf {
    fn clone_fields_of(self, other: &Snapshot) -> Snapshot;
}

impl CloneFieldsOf for Snapshot {
    fn clone_fields_of(mut self, other: &Snapshot) -> Snapshot {
        self.start.clone_from(&other.start);
        self.run.clone_from(&other.run);
        self
    }
}
