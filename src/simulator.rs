//! Both services in memory: what a test, a demo or `pqrun simulate` talks to instead of a workspace.
//!
//! The state is a function of the scenario, the requests so far and the instants given with them: there is no clock, no
//! network and no randomness but a seeded one. Runs go on by themselves; where they stand is worked out when someone looks.

mod admin;
mod call;
mod clock;
pub mod databricks;
pub mod entra;
pub mod fabric;
mod faults;
mod rng;
pub mod scenario;
mod target;
mod tokens;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use self::call::{Call, empty_reply, set_header};
pub use self::clock::Speed;
use self::clock::http_date;
use self::databricks::Databricks;
use self::entra::EntraScenario;
use self::fabric::Fabric;
use self::faults::{FaultKind, Faults, When};
use self::rng::Rng;
pub use self::scenario::{Scenario, ScenarioError};
use self::target::Target;
use self::tokens::Tokens;
use crate::http::{HttpResponse, Service};
use crate::time::Timestamp;

/// A request as it came over the wire.
#[derive(Clone, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "hosts build it")]
pub struct Request {
    /// In any case.
    pub method: String,
    /// Path and query, as they stand on the request line.
    pub target: String,
    /// Names and values as they came.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

/// An answer, and how it is to be delivered.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "hosts read all of it")]
pub struct Reply {
    /// The answer.
    pub response: HttpResponse,
    /// How long to wait before the first byte. Not affected by the speed: it was already.
    pub delay: Duration,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of an answer on its way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a host must honour each")]
pub enum Fate {
    /// It arrives.
    Deliver,
    /// The connection is closed before any byte of it.
    Drop,
    /// Only so many bytes of the body arrive, under the full `Content-Length`; then the connection is closed.
    Cut(usize),
}

/// What came in, without query, headers and body.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Logged {
    /// When.
    pub at: Timestamp,
    /// In upper case.
    pub method: String,
    /// Without the query.
    pub path: String,
    /// The status of the answer, even if the answer was lost.
    pub status: u16,
    /// Whether the answer was lost or cut on its way.
    pub lost: bool,
}

/// Both services.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Simulator {
    speed: Speed,
    allow_all_origins: bool,
    tokens: Tokens,
    entra: EntraScenario,
    databricks: Databricks,
    fabric: Fabric,
    faults: Faults,
    rng: Rng,
    log: Vec<Logged>,
}

/// Older entries of the log are forgotten.
const LOG_LENGTH: usize = 10_000;

impl Simulator {
    /// A simulator at the start of its scenario.
    ///
    /// # Errors
    /// A scenario that contradicts itself, such as a task that depends on one that is not there.
    pub fn new(scenario: Scenario, now: Timestamp) -> Result<Self, ScenarioError> {
        scenario.databricks.check()?;
        scenario.entra.check()?;
        let speed = Speed::default();
        Ok(Self {
            speed,
            allow_all_origins: scenario.allow_all_origins,
            tokens: Tokens::new(&scenario.tokens, now),
            entra: scenario.entra.clone(),
            databricks: Databricks::new(&scenario.databricks, scenario.seed, speed, now),
            fabric: Fabric::new(&scenario.fabric, scenario.seed)?,
            faults: Faults::new(&scenario.faults),
            rng: Rng::new(scenario.seed),
            log: Vec::new(),
        })
    }

    /// The same, faster or slower. Set it before the first request.
    #[must_use]
    pub const fn with_speed(mut self, speed: Speed) -> Self {
        self.speed = speed;
        self
    }

    /// Answers one request. `now` may stand still, but not go back.
    pub fn handle(&mut self, now: Timestamp, request: &Request) -> Reply {
        let target = target::read(request);
        let path = target.path.to_owned();
        let method = request.method.to_ascii_uppercase();
        let mut reply = self.answer(now, request, &method, target);
        set_header(&mut reply.response, "Date", http_date(now));
        if self.allow_all_origins {
            open_to_all(request, &method, &mut reply.response);
        }
        self.log.push(Logged {
            at: now,
            method,
            path,
            status: reply.response.status,
            lost: reply.fate != Fate::Deliver,
        });
        if self.log.len() > LOG_LENGTH {
            self.log.remove(0);
        }
        reply
    }

    fn answer(&mut self, now: Timestamp, request: &Request, method: &str, target: Target<'_>) -> Reply {
        let mut reply = Reply {
            response: HttpResponse::default(),
            delay: Duration::ZERO,
            fate: Fate::Deliver,
        };
        let segments: Vec<&str> = target.segments.iter().map(String::as_str).collect();
        let for_token = entra::is_for_token(method, &segments);
        let service = match segments.first() {
            Some(&"simulator") => {
                reply.response = self.administer(now, method, &segments, &request.body);
                return reply;
            }
            Some(&("api" | "oidc")) => Service::Databricks,
            _ => Service::Fabric,
        };
        let endpoint = match service {
            _ if for_token => Some(entra::ENDPOINT),
            Service::Databricks => self.databricks.endpoint(method, &segments),
            Service::Fabric => self.fabric.endpoint(method, &segments),
        };
        let struck = self
            .faults
            .strike(method, target.path, endpoint, self.speed, &mut self.rng);
        reply.delay = struck.delay;
        let mut call = Call {
            now,
            method,
            path: target.segments,
            query: target.query,
            headers: &request.headers,
            body: &request.body,
            origin: target.origin,
            speed: self.speed,
            rng: &mut self.rng,
        };
        let authorization = call.header("Authorization").map(str::to_owned);
        let authorization = authorization.as_deref();
        let expires = |wanted: When| matches!(&struck.fault, Some((when, FaultKind::ExpireToken)) if *when == wanted);
        if expires(When::Before) {
            self.tokens.expire(authorization);
        }
        let replaced = matches!(
            &struck.fault,
            Some((When::Before, kind)) if !matches!(kind, FaultKind::Cut { .. } | FaultKind::ExpireToken)
        );
        if !replaced {
            // A preflight carries no credential.
            let credential = match method {
                "OPTIONS" => Ok(()),
                // The credential is in the body.
                _ if for_token => Ok(()),
                _ => self.tokens.check(authorization, service, now, self.speed),
            };
            reply.response = match (credential, service) {
                _ if for_token => self.entra.handle(&mut call, &mut self.tokens),
                (Ok(()), Service::Databricks) => self.databricks.handle(&mut call),
                (Ok(()), Service::Fabric) => self.fabric.handle(&mut call),
                (Err(why), Service::Databricks) => self.databricks.refuse(&mut call, why),
                (Err(why), Service::Fabric) => self.fabric.refuse(&mut call, why),
            };
        }
        if expires(When::After) {
            self.tokens.expire(authorization);
        }
        if let Some((_, kind)) = &struck.fault {
            let (databricks, fabric) = (&self.databricks, &self.fabric);
            faults::damage(kind, &mut call, &mut reply, |call, wait| match service {
                Service::Databricks => databricks.throttle(call, wait),
                Service::Fabric => fabric.throttle(call, wait),
            });
        }
        match service {
            _ if for_token => {}
            Service::Databricks => self.databricks.finish(&mut call, &mut reply.response),
            Service::Fabric => self.fabric.finish(&mut call, &mut reply.response),
        }
        reply
    }

    /// What came in, oldest first; the last 10,000 requests.
    #[must_use]
    pub fn requests(&self) -> &[Logged] {
        &self.log
    }

    /// The truth: runs really created, how each really ends, and what came in.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> serde_json::Value {
        serde_json::json!({
            "databricks": self.databricks.state(now),
            "fabric": self.fabric.state(now),
            "requests": self.log,
        })
    }

    /// The Databricks half, for what really happened.
    #[must_use]
    pub const fn databricks(&self) -> &Databricks {
        &self.databricks
    }

    /// The Fabric half, for what really happened.
    #[must_use]
    pub const fn fabric(&self) -> &Fabric {
        &self.fabric
    }
}

/// Lets a page of any origin read the answer, as a proxy would.
fn open_to_all(request: &Request, method: &str, response: &mut HttpResponse) {
    if method == "OPTIONS" {
        *response = empty_reply(204);
        let asked = request
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("Access-Control-Request-Headers"));
        set_header(
            response,
            "Access-Control-Allow-Headers",
            asked.map_or("authorization, content-type", |(_, names)| names),
        );
        set_header(response, "Access-Control-Allow-Methods", "GET, POST");
    }
    set_header(response, "Access-Control-Allow-Origin", "*");
    set_header(response, "Access-Control-Expose-Headers", "*");
}
