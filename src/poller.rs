//! The state machine: one run per intent, followed to its end, its outputs read.
//!
//! A [`Poller`] does no IO and has no clock. **After every call that changes it, drain [`Poller::poll_output`] until it
//! gives [`Output::Timeout`] or [`Output::Done`]; then wait for one input and give it to [`Poller::handle_input`].** A
//! [`Output::Persist`] is stored before the outputs behind it are carried out.

mod clock;
mod collect;
mod databricks;
mod ending;
pub(crate) mod exchange;
mod fabric;
mod follow;
mod lookup;
pub mod options;
mod race;
mod report;
pub(crate) mod schedule;
#[cfg(any(test, all(target_family = "wasm", feature = "client")))]
pub(crate) mod single;
pub mod snapshot;
mod start;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use crate::databricks::job::DatabricksJob;
use crate::error::{Error, ErrorCode};
use crate::fabric::job::FabricJob;
use crate::http::{BaseUrl, HttpRequest, HttpResponse, RequestId, Service};
use crate::read::{self, FromValue, Wrong, by_value};
use crate::redact::Redactor;
use crate::run::{
    Counts, EventKind, IdentifiedBy, Outcome, Phase, RawState, RunEvent, RunInfo, RunOutput, RunResult, TaskRun,
    Warning,
};
use crate::time::Timestamp;

use collect::Collecting;
use exchange::Exchange;
use follow::Following;
use options::RunOptions;
use schedule::Jitter;
use snapshot::{Snapshot, StartRecord};
use start::{Looking, Reconciling, Starting};

/// What to run.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "service", rename_all = "camelCase")]
#[expect(clippy::exhaustive_enums, reason = "a third service would be a new product")]
#[cfg_attr(
    not(target_family = "wasm"),
    expect(clippy::large_enum_variant, reason = "there is one of it per run")
)]
pub enum Job {
    /// A Databricks job.
    Databricks(DatabricksJob),
    /// A Fabric item's job.
    Fabric(FabricJob),
}

impl FromValue for Job {
    fn from_value(value: Value) -> Result<Self, Wrong> {
        let mut members = read::object(value)?;
        let service = members
            .shift_remove("service")
            .ok_or_else(|| Wrong::missing("service"))?;
        let rest = Value::Object(members);
        Ok(
            match Service::from_value(service).map_err(|wrong| wrong.within("service"))? {
                Service::Databricks => Self::Databricks(DatabricksJob::from_value(rest)?),
                Service::Fabric => Self::Fabric(FabricJob::from_value(rest)?),
            },
        )
    }
}

by_value!(Job);

impl Job {
    /// Whose it is.
    #[must_use]
    pub const fn service(&self) -> Service {
        match self {
            Self::Databricks(_) => Service::Databricks,
            Self::Fabric(_) => Service::Fabric,
        }
    }

    fn check(&mut self) -> Result<BaseUrl, Error> {
        match self {
            Self::Databricks(job) => job.check().and_then(|()| job.base()),
            Self::Fabric(job) => job.check().and_then(|()| job.base()),
        }
    }

    fn base(&self) -> Result<BaseUrl, Error> {
        match self {
            Self::Databricks(job) => job.base(),
            Self::Fabric(job) => job.base(),
        }
    }
}

/// What a host tells the poller.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "hosts must be able to give every input")]
pub enum Input {
    /// An answer, whatever its status.
    Response {
        /// The request's id.
        id: RequestId,
        /// What came back.
        response: HttpResponse,
    },
    /// No answer: DNS, TLS, CORS, abort, a cut connection.
    TransportFailed {
        /// The request's id.
        id: RequestId,
        /// What the host knows; shown to people.
        message: String,
        /// Whether any byte of the request may have reached the service. Say `false` only if it is certain that none
        /// did: a refused connection, a name that does not resolve, a failed TLS handshake.
        may_have_left: bool,
    },
    /// The host has not sent the request and will not: it has no credential, or could not store the snapshot before it.
    NotSent {
        /// The request's id.
        id: RequestId,
        /// Why.
        error: Error,
    },
    /// The time that [`Output::Timeout`] named has come.
    Timeout,
    /// Stop the run.
    Cancel,
    /// Stop watching; the run goes on.
    Detach,
}

/// What the poller wants of its host.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "hosts must handle every output")]
pub enum Output {
    /// Store this before carrying out what follows: a request that changes the service, or a run that is now known.
    Persist(Box<Snapshot>),
    /// Send this; give back a response or a failure.
    Transmit(HttpRequest),
    /// Tell the person.
    Event(Box<RunEvent>),
    /// Nothing to do but wait: for an answer, or for this time.
    Timeout(Deadline),
    /// It is over. Repeats; inputs after it are ignored.
    Done(Arc<RunResult>),
}

/// When to give [`Input::Timeout`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Deadline {
    /// By the host's clock.
    pub at: Timestamp,
    /// What for; for people and tests only.
    pub reason: TimeoutReason,
}

/// What a timeout is for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum TimeoutReason {
    /// An answer is overdue then.
    Answer,
    /// A failed request is sent again then.
    Retry,
    /// The run is looked at then, or the list.
    Poll,
    /// Our own deadline passes then.
    Deadline,
    /// The wait for a cancelled run's end is over then.
    Cancel,
    /// The time for reading outputs is over then.
    Outputs,
}

/// How long a cancelled run is waited for. Fabric shows an end up to two minutes late.
pub const CANCEL_GRACE: Duration = Duration::from_secs(300);
/// How long outputs may be read.
pub const OUTPUTS_LIMIT: Duration = Duration::from_secs(120);
/// How much longer, if the outputs name files.
pub const FILES_TIME: Duration = Duration::from_secs(600);
/// How long the last look at the deadline may take.
pub const FINAL_LOOK: Duration = Duration::from_secs(30);

/// One intent: one call that wants one run.
#[derive(Clone, Debug)]
pub struct Poller {
    now: Timestamp,
    began: Timestamp,
    deadline: Timestamp,
    job: Job,
    base: BaseUrl,
    options: RunOptions,
    jitter: Jitter,
    stage: Stage,
    record: StartRecord,
    run: Option<RunInfo>,
    seen: Seen,
    warnings: Vec<Warning>,
    cancel: Option<Cancelling>,
    deadline_passed: bool,
    /// Until when the look that the deadline asks for may take; `None` before.
    last_look: Option<Timestamp>,
    /// Secret parameters that a resume was not given, because it was not sure to need them.
    missing_secrets: Vec<String>,
    /// Cuts the values of secret parameters out of what others say.
    redactor: Redactor,
    exchanges: Vec<Exchange>,
    next_id: u32,
    failing_since: Option<Timestamp>,
    /// Whether the service has ever given a good answer.
    heard: bool,
    reported: Option<RunEvent>,
    queue: VecDeque<Output>,
}

/// In chronological order.
#[derive(Clone, Debug)]
enum Stage {
    Looking(Box<Looking>),
    Starting(Starting),
    Reconciling(Box<Reconciling>),
    Following(Following),
    Collecting(Box<Collecting>),
    Done(Arc<RunResult>),
}

/// What was last seen of the run.
#[derive(Clone, Debug, Default)]
struct Seen {
    phase: Option<Phase>,
    outcome: Option<Outcome>,
    raw: RawState,
    message: String,
    queue_reason: Option<String>,
    tasks: Option<Counts>,
    iterations: Option<Counts>,
    task_runs: Vec<TaskRun>,
}

#[derive(Clone, Copy, Debug)]
struct Cancelling {
    by: CancelledBy,
    until: Timestamp,
    accepted: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum CancelledBy {
    Caller,
    Deadline,
}

impl Poller {
    /// A poller that starts a run, or finds one to reuse. `random` must come from a good source: 122 bits of it make
    /// the run's idempotency token.
    ///
    /// # Errors
    /// What the caller gave is wrong: `invalidOptions`, `invalidParameter`, `invalidHost`.
    pub fn start(mut job: Job, options: RunOptions, random: [u8; 16], now: Timestamp) -> Result<Self, Error> {
        let base = job.check()?;
        start::check_options(&job, &options)?;
        snapshot::check_secrets(&job, &options.secret_parameters)?;
        start::add_marker(&mut job, &options);
        let mut poller = Self::assemble(job, base, options, random, now);
        poller.record.token = Some(start::own_token(random));
        poller.begin();
        poller.report();
        Ok(poller)
    }

    /// A poller that follows a run that exists. The run counts as shared: it is not cancelled unless
    /// [`RunOptions::cancel_shared`] says so.
    ///
    /// `job` needs no more than the host and, for Fabric, the workspace, the item and the job type.
    ///
    /// # Errors
    /// What the caller gave is wrong: `invalidOptions`, `invalidHost`.
    pub fn attach(
        job: Job,
        run_id: &str,
        options: RunOptions,
        random: [u8; 16],
        now: Timestamp,
    ) -> Result<Self, Error> {
        let (job, base, run_id) = start::check_attach(job, run_id)?;
        let mut poller = Self::assemble(job, base, options, random, now);
        poller.follow(run_id, true, IdentifiedBy::Given);
        poller.fire_due();
        poller.report();
        Ok(poller)
    }

    fn assemble(job: Job, base: BaseUrl, options: RunOptions, random: [u8; 16], now: Timestamp) -> Self {
        let mut seed = [0; 8];
        for (at, byte) in random.into_iter().enumerate() {
            seed[at % 8] ^= byte.rotate_left(3);
        }
        let redactor = snapshot::redactor(&job, &options.secret_parameters);
        Self {
            now,
            began: now,
            deadline: now.plus(options.timeout()),
            job,
            base,
            options,
            jitter: Jitter::new(seed),
            stage: Stage::Looking(Box::default()),
            record: StartRecord::default(),
            run: None,
            seen: Seen::default(),
            warnings: Vec::new(),
            cancel: None,
            deadline_passed: false,
            last_look: None,
            missing_secrets: Vec::new(),
            redactor,
            exchanges: Vec::new(),
            next_id: 0,
            failing_since: None,
            heard: false,
            reported: None,
            queue: VecDeque::new(),
        }
    }

    /// Takes one input. Time never runs backwards: an earlier `now` counts as the latest one seen. A late answer, to a
    /// request given up on, is ignored. Nothing that a service sends is an `Err`: it ends in the result.
    ///
    /// Drain [`Poller::poll_output`] next.
    ///
    /// # Errors
    /// `unknownRequest` if the poller never issued the id. The poller is then unchanged.
    pub fn handle_input(&mut self, now: Timestamp, input: Input) -> Result<(), Error> {
        if let Input::Response { id, .. } | Input::TransportFailed { id, .. } | Input::NotSent { id, .. } = &input
            && id.0 >= self.next_id
        {
            return Err(Error::new(
                ErrorCode::UnknownRequest,
                format!("expected the id of a request made here, found {}", id.0),
            ));
        }
        self.now = self.now.max(now);
        if self.is_done() {
            return Ok(());
        }
        match input {
            Input::Response { id, mut response } => {
                self.redactor.clean_refusal(&mut response);
                self.answered(id, response);
            }
            Input::TransportFailed {
                id,
                mut message,
                may_have_left,
            } => {
                self.redactor.clean_text(&mut message);
                self.unanswered(id, &message, may_have_left);
            }
            Input::NotSent { id, error } => self.not_sent(id, self.redactor.clean(error)),
            Input::Timeout => {}
            Input::Cancel => self.cancel_requested(),
            Input::Detach => self.detach_requested(),
        }
        self.fire_due();
        self.report();
        Ok(())
    }

    /// The next thing to do. Call until it gives `Timeout` or `Done`.
    #[must_use]
    pub fn poll_output(&mut self) -> Output {
        if let Some(output) = self.queue.pop_front() {
            return output;
        }
        match &self.stage {
            Stage::Done(result) => Output::Done(Arc::clone(result)),
            _ => {
                let deadline = self.next_timeout();
                self.log_wait(deadline);
                Output::Timeout(deadline)
            }
        }
    }

    /// Which service its requests are for.
    #[must_use]
    pub const fn service(&self) -> Service {
        self.job.service()
    }

    /// The only origin that its requests go to.
    #[must_use]
    pub const fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// The run that is followed, once it is known.
    #[must_use]
    pub fn run(&self) -> Option<&RunInfo> {
        self.run.as_ref()
    }

    /// Where things stand, whether or not it was told as an event.
    #[must_use]
    pub fn status(&self) -> RunEvent {
        self.event(EventKind::Status)
    }

    /// Whether it is over.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        matches!(self.stage, Stage::Done(_))
    }

    fn next_timeout(&self) -> Deadline {
        let mut next = self.final_deadline();
        let mut consider = |at: Option<Timestamp>, reason| {
            if let Some(at) = at.filter(|at| *at < next.at) {
                next = Deadline { at, reason };
            }
        };
        for exchange in &self.exchanges {
            consider(Some(exchange.due), exchange.reason());
        }
        match &self.stage {
            Stage::Reconciling(reconciling) => consider(reconciling.wake, TimeoutReason::Poll),
            Stage::Following(following) => consider(following.wake, TimeoutReason::Poll),
            Stage::Collecting(collecting) => consider(collecting.wake, TimeoutReason::Poll),
            Stage::Looking(_) | Stage::Starting(_) | Stage::Done(_) => {}
        }
        next
    }

    /// The bound behind everything that is under way: of the outputs, of a cancel, of the last look, or the deadline.
    fn final_deadline(&self) -> Deadline {
        let (at, reason) = match (&self.stage, &self.cancel) {
            (Stage::Collecting(collecting), _) => (collecting.until, TimeoutReason::Outputs),
            (_, Some(cancel)) => (cancel.until, TimeoutReason::Cancel),
            _ => (self.last_look.unwrap_or(self.deadline), TimeoutReason::Deadline),
        };
        Deadline { at, reason }
    }

    /// Does everything whose time has come, in an order that ends.
    fn fire_due(&mut self) {
        // Each turn sends, fails or ends something; the bound only guards against a mistake here.
        for _ in 0..256 {
            if self.is_done() {
                return;
            }
            // The ends come first: a host that slept must not send a start whose time is over.
            if self.final_deadline().at <= self.now && !matches!(self.stage, Stage::Collecting(_)) {
                if self.cancel.is_some() {
                    self.cancel_grace_over();
                } else if self.last_look.is_some() {
                    self.final_look_over();
                } else {
                    self.deadline_passed = true;
                    self.last_look = Some(self.now.plus(FINAL_LOOK));
                    self.deadline_over();
                }
            } else if let Some(at) = self.exchanges.iter().position(|exchange| exchange.due <= self.now) {
                self.exchange_due(at);
            } else if !self.wake_due() {
                return;
            }
        }
    }

    fn wake_due(&mut self) -> bool {
        let now = self.now;
        match &mut self.stage {
            Stage::Reconciling(reconciling) if reconciling.wake.is_some_and(|at| at <= now) => {
                reconciling.wake = None;
                self.reconcile_read();
            }
            Stage::Following(following) if following.wake.is_some_and(|at| at <= now) => {
                following.wake = None;
                self.poll();
            }
            Stage::Collecting(collecting) if collecting.until <= now => self.collecting_over(),
            Stage::Collecting(collecting) if collecting.wake.is_some_and(|at| at <= now) => {
                collecting.wake = None;
                self.collect_more();
            }
            _ => return false,
        }
        true
    }

    /// Ends without a run's end: rejected, abandoned, timed out, or cancelled before anything was started.
    fn finish(&mut self, outcome: Outcome, mut error: Error) {
        if let (Stage::Starting(Starting { judging: Some(id), .. }), true) = (&self.stage, error.run_ids.is_empty()) {
            // It may be an old run, so it is not followed yet; but its id is not lost.
            error.run_ids.push(id.clone());
        }
        self.done(outcome, Some(error), Vec::new(), None);
    }

    fn done(
        &mut self,
        outcome: Outcome,
        error: Option<Error>,
        mut outputs: Vec<RunOutput>,
        outputs_error: Option<Error>,
    ) {
        self.drop_exchanges(|_| true);
        // What a run gives out is the caller's own; what it says of its failure is for many eyes.
        for output in &mut outputs {
            for text in [&mut output.error_message, &mut output.error_trace]
                .into_iter()
                .flatten()
            {
                self.redactor.clean_text(text);
            }
        }
        let error = error.map(|error| self.redactor.clean(error));
        let message = match &error {
            Some(error) if self.seen.message.is_empty() => error.message.clone(),
            _ => self.seen.message.clone(),
        };
        self.stage = Stage::Done(Arc::new(RunResult {
            outcome,
            service: self.job.service(),
            run: self.run.clone(),
            state: self.seen.raw.clone(),
            message,
            error,
            cancel_sent: self.cancel.is_some_and(|cancel| cancel.accepted),
            warnings: self.warnings.clone(),
            outputs,
            outputs_error,
        }));
    }

    fn persist(&mut self) {
        let snapshot = self.snapshot();
        self.queue.push_back(Output::Persist(Box::new(snapshot)));
    }
}
