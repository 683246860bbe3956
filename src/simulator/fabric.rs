//! The Microsoft Fabric half.

mod activity;
mod answer;
mod catalog;
mod instance;
mod kind;
mod parameters;
mod read;
mod route;
pub mod scenario;
mod start;

use std::time::Duration;

use crate::read::FromValue;
use crate::sort::sort_few;
use serde::Serialize;
use serde_json::Value;

use self::answer::Problem;
pub use self::instance::CreatedRun;
use self::instance::Instance;
use self::route::Route;
use self::scenario::FabricScenario;
use self::start::NewRun;
use super::call::{Call, Refusal};
use super::clock::Speed;
use super::rng::Rng;
use super::scenario::ScenarioError;
use super::tokens::{Issuer, Token};
use crate::http::HttpResponse;
use crate::simulator::json::json;
use crate::time::Timestamp;

/// The Fabric service in memory.
#[derive(Clone, Debug, FromValue, Serialize)]
pub struct Fabric {
    scenario: FabricScenario,
    /// In the order of their creation.
    instances: Vec<Instance>,
    /// How many plans each item has used up.
    started: Vec<(String, usize)>,
    budget: Budget,
    /// The id of the request just handled, until its answer is finished.
    handled: Option<String>,
    /// For the runs before the first request; gone with them.
    history: Option<Rng>,
}

/// What is left of the current minute. It refills at once.
#[derive(Clone, Debug, Default, FromValue, Serialize)]
struct Budget {
    began: Timestamp,
    starts: u32,
    reads: u32,
}

impl Fabric {
    pub(crate) fn new(scenario: FabricScenario, seed: u64) -> Result<Self, ScenarioError> {
        scenario.check()?;
        Ok(Self {
            scenario,
            instances: Vec::new(),
            started: Vec::new(),
            budget: Budget::default(),
            handled: None,
            history: Some(Rng::new(seed ^ 0xFAB)),
        })
    }

    /// Answers every call whose path is neither under `/api/`, `/oidc/` nor `/simulator/`, `OPTIONS` included.
    pub(crate) fn handle(&mut self, call: &mut Call<'_>) -> HttpResponse {
        self.create_history(call.now, call.speed);
        if call.method == "OPTIONS" {
            return answer::preflight(call);
        }
        let request_id = call.rng.guid();
        let mut response = self
            .answer(call, &request_id)
            .unwrap_or_else(|problem| problem.reply(&request_id));
        answer::finish(&mut response, &request_id, &self.scenario.switches);
        self.handled = Some(request_id);
        response
    }

    fn answer(&mut self, call: &mut Call<'_>, request_id: &str) -> Result<HttpResponse, Problem> {
        let route = route::parse(call.method, &call.segments())
            .ok_or_else(|| Problem::new(404, "EntityNotFound", "The requested resource could not be found."))?;
        self.spend(call, &route)?;
        match &route {
            Route::Workspaces => self.workspaces(call),
            Route::Workspace { workspace } => self.workspace(workspace),
            Route::Items { workspace, kind } => self.items(call, workspace, *kind),
            Route::Item { target } => self.item(target),
            Route::Definition { target } => self.definition(target),
            Route::Start { target, job_type } => self.start(call, request_id, target, job_type.as_deref()),
            Route::List { target } => self.list(call, target),
            Route::Get { target, instance } => self.get(call, request_id, target, instance),
            Route::Cancel { target, instance } => self.cancel(call, target, instance),
            Route::ActivityRuns { workspace, run } => self.activity_runs(call, workspace, run),
        }
    }

    /// Takes the call from the minute's budget (fact sheet, section 5.4: a fixed window).
    fn spend(&mut self, call: &mut Call<'_>, route: &Route) -> Result<(), Problem> {
        let minute = call.speed.shorten(Duration::from_secs(60));
        if call.now.since(self.budget.began) >= minute {
            self.budget = Budget {
                began: call.now,
                ..Budget::default()
            };
        }
        let switches = &self.scenario.switches;
        let (spent, most) = match route {
            Route::Start { .. } => (&mut self.budget.starts, switches.starts_per_minute),
            Route::List { .. } | Route::Get { .. } | Route::ActivityRuns { .. } => {
                (&mut self.budget.reads, switches.reads_per_minute)
            }
            _ => return Ok(()),
        };
        if most.is_some_and(|most| *spent >= most) {
            let left = minute.saturating_sub(call.now.since(self.budget.began));
            return Err(Problem::throttled(call, Speed::default().retry_after_seconds(left)));
        }
        *spent += 1;
        Ok(())
    }

    /// The runs before the first request, oldest first.
    fn create_history(&mut self, now: Timestamp, speed: Speed) {
        let Some(mut rng) = self.history.take() else { return };
        let mut runs = Vec::new();
        for (index, item) in self.scenario.items.iter().enumerate() {
            for past in &item.history {
                runs.push(NewRun {
                    id: past.id.clone(),
                    item: index,
                    job_type: past.job_type.clone().unwrap_or_else(|| kind::default_shown(item)),
                    invoke_type: past.invoke_type.clone(),
                    root_activity_id: rng.guid(),
                    parameters: parameters::with_declared(item, past.parameters.clone()),
                    parent: None,
                    plan: past.run.clone().unwrap_or_else(|| item.plan(0)),
                    enqueued: now.minus(past.age_seconds.duration()),
                });
            }
        }
        sort_few(&mut runs, |run| run.enqueued);
        for run in runs {
            self.create(run, speed, &mut rng);
        }
    }

    /// The answer to a call without a good credential.
    pub(crate) fn refuse(&self, call: &mut Call<'_>, why: Refusal) -> HttpResponse {
        self.problem(call, Problem::refused(why, &self.scenario.switches))
    }

    /// Whether the tenant lets the bearer of a good token call the API.
    ///
    /// # Errors
    /// The answer that says no.
    pub(in crate::simulator) fn admit(&self, call: &mut Call<'_>, token: &Token) -> Result<(), HttpResponse> {
        if token.issuer == Issuer::Entra && !self.scenario.switches.service_principals_allowed {
            let message = "The tenant does not allow service principals to use Fabric APIs.";
            return Err(self.problem(call, Problem::new(403, "TenantSwitchDisabled", message)));
        }
        Ok(())
    }

    /// The service's own 429, for a wait that the speed has yet to shorten. The core rewrites its `Retry-After` if the
    /// scenario says so.
    pub(crate) fn throttle(&self, call: &mut Call<'_>, wait: Duration) -> HttpResponse {
        let seconds = call.speed.retry_after_seconds(wait);
        let problem = Problem::throttled(call, seconds);
        self.problem(call, problem)
    }

    fn problem(&self, call: &mut Call<'_>, problem: Problem) -> HttpResponse {
        let request_id = call.rng.guid();
        let mut response = problem.reply(&request_id);
        answer::finish(&mut response, &request_id, &self.scenario.switches);
        response
    }

    /// Adds what every answer of this service bears, an injected one too: request id, CORS headers. What is there stays.
    /// To be called once for every request: an answer put in place of the service's own keeps that one's id, so that a
    /// run whose start was answered with an error is found by it.
    pub(crate) fn finish(&mut self, call: &mut Call<'_>, response: &mut HttpResponse) {
        let handled = self.handled.take();
        if call.method != "OPTIONS" {
            let request_id = handled.unwrap_or_else(|| call.rng.guid());
            answer::finish(response, &request_id, &self.scenario.switches);
        }
    }

    /// The endpoint's name, by which a fault may be aimed: `workspaces/list`, `workspaces/get`, `items/list`, `items/get`,
    /// `items/getDefinition`, `jobs/instances/run`, `jobs/instances/get`, `jobs/instances/list`, `jobs/instances/cancel`,
    /// `pipelineruns/queryactivityruns`.
    pub(crate) fn endpoint(&self, method: &str, path: &[&str]) -> Option<&'static str> {
        route::parse(method, path).map(|route| route.endpoint())
    }

    /// The runs that were really created for an item, oldest first. Those of the scenario's history are among
    /// them from the first request on.
    #[must_use]
    pub fn created(&self, item: &str) -> Vec<CreatedRun> {
        self.instances
            .iter()
            .filter(|instance| instance.item == item)
            .map(Instance::to_created)
            .collect()
    }

    /// The run of that id, and its true end as far as it is settled.
    #[must_use]
    pub fn outcome(&self, instance: &str) -> Option<CreatedRun> {
        self.instances
            .iter()
            .find(|found| found.id == instance)
            .map(Instance::to_created)
    }

    /// The truth for `GET /simulator/state`: which instances were really created, and how each really ends.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> Value {
        let instances: Vec<Value> = self
            .instances
            .iter()
            .filter(|instance| self.exists(instance, now))
            .map(|instance| {
                let mut row = json!(instance.to_created());
                row["ended"] = instance.has_ended(now).into();
                row["endsAt"] = json!(instance.end().0);
                row["statusNow"] = instance.status(Some(now)).into();
                row
            })
            .collect();
        json!({ "instances": instances })
    }
}
