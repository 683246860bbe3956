//! Runs that outlive their tokens: real pollers that share one cache, against both services in memory.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::Duration;

use pqrun::auth::{AuthInput, AuthRequest, AuthSettings, Credential, ExposeSecret, Generation, Resource};
use pqrun::databricks::job::DatabricksJob;
use pqrun::error::ErrorCode;
use pqrun::fabric::job::FabricJob;
use pqrun::http::{HttpRequest, HttpResponse, RequestId};
use pqrun::poller::options::{Length, RunOptions};
use pqrun::poller::{Input, Job, Output, Poller};
use pqrun::run::{Outcome, RunResult};
use pqrun::simulator::{Fate, Request, Scenario, Simulator};
use pqrun::time::Timestamp;
use serde_json::{Value, json};

use crate::host::{CLIENT, SECRET, TENANT, base, given};
use crate::lane::{Answer, Lane, Want};
use crate::support::START;

const HOST: &str = "http://127.0.0.1:8080";
const JOB: i64 = 880_012_345_678_901;
const WORKSPACE: &str = "1f0c4b7e-52aa-4c0d-9b7e-0d6f3a1e8c21";
const ITEM: &str = "7a93e1d4-0f5b-4e0a-8d3c-64b2f9c7a510";
const POLL: Duration = Duration::from_secs(600);
const HOUR: Duration = Duration::from_secs(3600);

/// A poller, and what its host remembers of its credential.
struct Member {
    poller: Poller,
    /// The tokens of the requests under way.
    used: Vec<(RequestId, Generation)>,
    /// The token of the request that was answered last.
    last: Option<Generation>,
    /// Requests that wait for a token.
    held: Vec<HttpRequest>,
    /// When it has to do something next, whatever happens.
    alarm: Timestamp,
    result: Option<Arc<RunResult>>,
}

#[derive(Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Due {
    /// Somebody may have to do something.
    Member(usize),
    Answer(usize, u32),
    Lane,
    Issued,
}

/// Many pollers with one credential.
struct Fleet {
    simulator: Simulator,
    now: Timestamp,
    lane: Lane,
    members: Vec<Member>,
    due: BinaryHeap<Reverse<(Timestamp, Due)>>,
    answers: Vec<Vec<(RequestId, Option<HttpResponse>)>>,
    issued: Option<(RequestId, HttpResponse)>,
    /// When each token was asked for.
    asked: Vec<Timestamp>,
    /// Requests to the services.
    sent: u64,
    /// When the service refused one.
    refused: Vec<Timestamp>,
    /// Whatever the token, the service refuses it.
    refuses_all: bool,
}

fn credential() -> Credential {
    Credential::EntraSecret {
        tenant_id: TENANT.to_owned(),
        client_id: CLIENT.to_owned(),
        client_secret: given(SECRET),
        authority: Some(base(HOST)),
        azure_workspace_resource_id: None,
    }
}

fn scenario(faults: &Value) -> Simulator {
    let scenario = json!({
        "entra": {"tenants": [{"id": TENANT, "clients": [{"id": CLIENT, "secret": SECRET, "lifetimeSeconds": 3600}]}]},
        "databricks": {"jobs": [{
            "id": JOB, "name": "long", "maxConcurrentRuns": 1000,
            "tasks": [{"key": "work", "run": {"seconds": 10_800, "output": {"result": "[1]"}}}],
        }]},
        "fabric": {
            "workspaces": [{"id": WORKSPACE, "name": "sales"}],
            "items": [{
                "id": ITEM, "workspaceId": WORKSPACE, "kind": "DataPipeline", "name": "orders",
                "runs": [{"durationSeconds": 10_800, "activities": []}],
            }],
            "switches": {"tokenExpiredAs403": true, "readsPerMinute": 1_000_000},
        },
        "faults": faults,
    });
    let scenario = Scenario::parse(&scenario.to_string()).unwrap_or_else(|error| panic!("{error}"));
    Simulator::new(scenario, START).expect("the scenario fits together")
}

impl Fleet {
    fn new(simulator: Simulator, resource: Resource) -> Self {
        Self {
            simulator,
            now: START,
            lane: Lane::new(credential(), resource, AuthSettings::default()),
            members: Vec::new(),
            due: BinaryHeap::new(),
            answers: Vec::new(),
            issued: None,
            asked: Vec::new(),
            sent: 0,
            refused: Vec::new(),
            refuses_all: false,
        }
    }

    /// Adds one that begins at an instant.
    fn add(&mut self, from: Timestamp, poller: Poller) {
        let at = self.members.len();
        self.members.push(Member {
            poller,
            used: Vec::new(),
            last: None,
            held: Vec::new(),
            alarm: from,
            result: None,
        });
        self.answers.push(Vec::new());
        self.due.push(Reverse((from, Due::Member(at))));
    }

    /// Runs until `enough` holds, or nothing is left to do.
    #[track_caller]
    fn run_until(&mut self, enough: impl Fn(&Self) -> bool) {
        while let Some(Reverse((at, due))) = self.due.pop() {
            assert!(at.since(START) < 24 * HOUR, "it goes on and on");
            self.now = self.now.max(at);
            match due {
                // An alarm that was set to another time since.
                Due::Member(member) if self.members[member].alarm != at => {}
                Due::Member(member) => {
                    self.input(member, Input::Timeout);
                    self.drain(member);
                }
                Due::Answer(member, id) => self.answer(member, RequestId(id)),
                Due::Lane => self.drain_lane(),
                Due::Issued => {
                    let (id, response) = self.issued.take().expect("it was asked for");
                    self.lane.input(self.now, AuthInput::Response { id, response });
                    self.drain_lane();
                }
            }
            if enough(self) {
                return;
            }
        }
    }

    /// Runs all of them to their ends.
    #[track_caller]
    fn run(&mut self) -> Vec<Arc<RunResult>> {
        self.run_until(|_| false);
        let results = self
            .members
            .iter()
            .map(|member| member.result.clone().expect("each of them ended"));
        results.collect()
    }

    fn drain(&mut self, at: usize) {
        loop {
            match self.members[at].poller.poll_output() {
                Output::Transmit(request) => {
                    let refused = self.members[at].last.filter(|_| request.refresh_token);
                    let answer = self.lane.ask(self.now, at, refused);
                    self.drain_lane();
                    match answer {
                        Some(answer) => self.send(at, &request, answer),
                        None => self.members[at].held.push(request),
                    }
                }
                Output::Persist(_) | Output::Event(_) => {}
                Output::Timeout(deadline) => {
                    if self.members[at].alarm == deadline.at && deadline.at > self.now {
                        return;
                    }
                    self.members[at].alarm = deadline.at;
                    self.due.push(Reverse((deadline.at, Due::Member(at))));
                    return;
                }
                Output::Done(result) => {
                    self.members[at].result = Some(result);
                    return;
                }
            }
        }
    }

    fn input(&mut self, at: usize, input: Input) {
        let poller = &mut self.members[at].poller;
        poller
            .handle_input(self.now, input)
            .expect("the id is the poller's own");
    }

    fn send(&mut self, at: usize, request: &HttpRequest, answer: Answer) {
        let (token, generation) = match answer {
            Ok(answer) => answer,
            Err(error) => {
                self.input(at, Input::NotSent { id: request.id, error });
                // It is drained when whoever is drained now has been.
                self.members[at].alarm = self.now;
                return self.due.push(Reverse((self.now, Due::Member(at))));
            }
        };
        assert!(self.lane.resource.origin().owns(&request.url));
        self.sent += 1;
        self.members[at].used.push((request.id, generation));
        let mut headers = request.headers.clone();
        let credential = token
            .all_headers()
            .map(|(name, value)| (name.to_owned(), value.expose_secret().to_owned()));
        headers.extend(credential);
        let body = request.body.clone().unwrap_or_default().into_bytes();
        let reply = if self.refuses_all {
            Some(crate::support::json(401, r#"{"error_code":401,"message":"no"}"#))
        } else {
            self.simulated(request.method.as_str(), &request.url, headers, body)
        };
        if reply.as_ref().is_some_and(|reply| matches!(reply.status, 401 | 403)) {
            self.refused.push(self.now);
        }
        self.answers[at].push((request.id, reply));
        let later = self.now.plus(Duration::from_millis(30));
        self.due.push(Reverse((later, Due::Answer(at, request.id.0))));
    }

    fn answer(&mut self, at: usize, id: RequestId) {
        let found = self.answers[at].iter().position(|(of, _)| *of == id);
        let (_, response) = self.answers[at].remove(found.expect("it was sent"));
        let used = self.members[at].used.iter().position(|(of, _)| *of == id);
        self.members[at].last = used.map(|used| self.members[at].used.remove(used).1);
        let input = match response {
            Some(response) => Input::Response { id, response },
            None => Input::TransportFailed {
                id,
                message: "the connection was closed".to_owned(),
                may_have_left: true,
            },
        };
        self.input(at, input);
        self.drain(at);
    }

    fn drain_lane(&mut self) {
        loop {
            match self.lane.step(self.now) {
                Want::Send(request) => self.issue(&request),
                Want::Answer(at, answer) => {
                    let held = std::mem::take(&mut self.members[at].held);
                    for request in held {
                        self.send(at, &request, answer.clone());
                    }
                }
                Want::Wait(Some(until)) => return self.due.push(Reverse((until, Due::Lane))),
                Want::Wait(None) => return,
                Want::Assertion | Want::VaultToken => unreachable!("a secret needs neither"),
            }
        }
    }

    fn issue(&mut self, request: &AuthRequest) {
        self.asked.push(self.now);
        let headers = request.headers.iter();
        let headers = headers.map(|(name, value)| ((*name).to_owned(), value.expose_secret().to_owned()));
        let headers: Vec<_> = headers.collect();
        let body = request
            .body
            .as_ref()
            .expect("a form")
            .expose_secret()
            .as_bytes()
            .to_vec();
        let response = self.simulated(request.method.as_str(), &request.url, headers, body);
        assert!(self.issued.is_none(), "one request for a token at a time");
        self.issued = Some((request.id, response.expect("it is delivered")));
        let later = self.now.plus(Duration::from_millis(80));
        self.due.push(Reverse((later, Due::Issued)));
    }

    fn simulated(
        &mut self,
        method: &str,
        url: &str,
        mut headers: Vec<(String, String)>,
        body: Vec<u8>,
    ) -> Option<HttpResponse> {
        headers.push(("Host".to_owned(), "127.0.0.1:8080".to_owned()));
        let request = Request {
            method: method.to_owned(),
            target: url.strip_prefix(HOST).expect("it goes to the host").to_owned(),
            headers,
            body,
        };
        let reply = self.simulator.handle(self.now, &request);
        matches!(reply.fate, Fate::Deliver).then_some(reply.response)
    }
}

fn random(seed: usize) -> [u8; 16] {
    let mut random = [7; 16];
    random[..8].copy_from_slice(&(seed as u64 + 1).to_le_bytes());
    random
}

fn options(poll: Duration) -> RunOptions {
    let mut options = RunOptions::default();
    options.poll_interval = Some(Length(poll));
    options.skip_outputs = true;
    options
}

fn databricks_job() -> Job {
    let mut job = DatabricksJob::default();
    job.host = HOST.to_owned();
    job.job_id = Some(JOB.to_string());
    Job::Databricks(job)
}

/// Pollers that each start a run of a job of three hours.
fn starting(count: usize, faults: &Value) -> Fleet {
    let mut fleet = Fleet::new(scenario(faults), Resource::Databricks(base(HOST)));
    for at in 0..count {
        let poller = Poller::start(databricks_job(), options(POLL / 10), random(at), START);
        fleet.add(START, poller.expect("the job is right"));
    }
    fleet
}

/// When the followers begin: spread over the time between two polls.
fn begins(fleet: &Fleet, at: usize) -> Timestamp {
    fleet.now.plus(POLL / 1000 * u32::try_from(at).expect("a small number"))
}

/// Pollers that follow runs of three hours: some start them, all others join in. Each settles its runs at each request,
/// so a thousand runs would take minutes.
fn following(count: usize, faults: &Value) -> Fleet {
    const STARTED: usize = 10;
    let mut fleet = starting(count.min(STARTED), faults);
    let started = fleet.members.len();
    fleet.run_until(|fleet| fleet.simulator.databricks().run_ids(JOB).len() == started);
    let ids = fleet.simulator.databricks().run_ids(JOB);
    for at in started..count {
        let id = ids[at % started].to_string();
        let from = begins(&fleet, at);
        let poller = Poller::attach(databricks_job(), &id, options(POLL), random(at), from);
        fleet.add(from, poller.expect("the run is there"));
    }
    fleet
}

#[track_caller]
fn all_succeeded(results: &[Arc<RunResult>]) {
    for result in results {
        assert_eq!(result.outcome, Outcome::Succeeded, "{result:?}");
    }
}

/// The instants of a token of an hour, each replaced five minutes before its end by whoever comes next.
#[track_caller]
fn one_refresh_per_expiry(fleet: &Fleet) {
    let minutes: Vec<u64> = fleet.asked.iter().map(|at| at.since(START).as_secs() / 60).collect();
    assert_eq!(
        minutes.len(),
        4,
        "one token at the start, and one for each that ends: {minutes:?}"
    );
    for (at, minute) in minutes.iter().enumerate() {
        let planned = 55 * at as u64;
        assert!((planned..=planned + 3 * at as u64).contains(minute), "{minutes:?}");
    }
}

/// A token was refused in the middle, and one was asked for in its place.
#[track_caller]
fn revoked_once(fleet: &Fleet) {
    let first = *fleet.refused.first().expect("it was revoked");
    assert!((1..170).contains(&(first.since(START).as_secs() / 60)), "in the middle");
    assert!(
        fleet.refused.iter().all(|at| at.since(first) < Duration::from_secs(5)),
        "it was replaced at once"
    );
    let asked = fleet
        .asked
        .iter()
        .filter(|at| **at >= first && at.since(first) < Duration::from_secs(1200));
    assert_eq!(asked.count(), 1, "{:?}", fleet.asked);
}

#[test]
fn a_run_of_three_hours_refreshes_its_token_once_per_expiry() {
    let mut fleet = following(1, &json!([]));
    all_succeeded(&fleet.run());
    assert!(fleet.now.since(START) >= 3 * HOUR);
    one_refresh_per_expiry(&fleet);
}

#[test]
fn a_thousand_runs_of_three_hours_share_each_refresh() {
    let mut fleet = following(1000, &json!([]));
    let results = fleet.run();
    all_succeeded(&results);
    assert_eq!(results.len(), 1000);
    one_refresh_per_expiry(&fleet);
    assert!(fleet.refused.is_empty(), "no token was used after its end");
}

#[test]
fn a_token_that_is_revoked_under_a_thousand_runs_is_replaced_once() {
    // Somewhere in the middle of the second hour.
    let faults = json!([{"endpoint": "jobs/runs/get", "nth": 8_000, "kind": "expireToken"}]);
    let mut fleet = following(1000, &faults);
    all_succeeded(&fleet.run());
    revoked_once(&fleet);
    assert!(fleet.asked.len() <= 5, "{:?}", fleet.asked);
}

#[test]
fn fabrics_token_expired_as_403_leads_to_one_refresh_for_a_thousand_runs() {
    let faults = json!([{"endpoint": "jobs/instances/get", "nth": 8_000, "kind": "expireToken"}]);
    let mut fleet = Fleet::new(scenario(&faults), Resource::Fabric(base(HOST)));
    let job = || {
        let mut job = FabricJob::default();
        job.host = Some(HOST.to_owned());
        job.workspace_id = WORKSPACE.to_owned();
        job.item_id = ITEM.to_owned();
        Job::Fabric(job)
    };
    fleet.add(
        START,
        Poller::start(job(), options(POLL), random(0), START).expect("the job is right"),
    );
    // The others follow the run of the first one.
    fleet.run_until(|fleet| !fleet.simulator.fabric().created(ITEM).is_empty());
    let run_id = fleet.simulator.fabric().created(ITEM)[0].id.clone();
    for at in 1..1000 {
        let from = begins(&fleet, at);
        let poller = Poller::attach(job(), &run_id, options(POLL), random(at), from);
        fleet.add(from, poller.expect("the id is right"));
    }
    all_succeeded(&fleet.run());
    revoked_once(&fleet);
}

#[test]
fn tokens_that_are_always_refused_end_a_thousand_runs_after_two_of_them() {
    let mut fleet = starting(1000, &json!([]));
    fleet.refuses_all = true;
    for result in fleet.run() {
        assert_eq!(result.outcome, Outcome::Rejected, "{result:?}");
        let error = result.error.as_ref().expect("it says why");
        assert_eq!(error.code(), ErrorCode::Unauthenticated);
    }
    assert_eq!(fleet.asked.len(), 2, "one token, and one in its place");
    assert_eq!(fleet.sent, 2000, "each request is sent twice and not more");
}

#[test]
fn an_issuer_that_refuses_ends_every_run_without_a_request_to_the_service() {
    let faults = json!([{"endpoint": "oauth2/token", "nth": 1, "times": 1000, "kind": {"status": {"code": 401}}}]);
    let mut fleet = starting(1000, &faults);
    for result in fleet.run() {
        let error = result.error.as_ref().expect("it says why");
        assert_eq!(error.code(), ErrorCode::SignInRefused, "{result:?}");
    }
    assert_eq!((fleet.asked.len(), fleet.sent), (1, 0));
}
