//! Both services in memory, and those that sign people in: what a test, a demo or `pqrun simulate` talks to instead of a
//! workspace.
//!
//! The state is a function of the scenario, the requests so far and the instants given with them: there is no clock, no
//! network and no randomness but a seeded one. Runs go on by themselves; where they stand is worked out when someone looks.

mod admin;
mod answer;
mod call;
mod clock;
pub mod databricks;
pub mod entra;
pub mod fabric;
mod faults;
pub mod files;
mod form;
pub mod identity;
mod json;
mod place;
mod rng;
pub mod scenario;
mod sign_in;
mod target;
mod tokens;
pub mod vault;

use std::time::Duration;

use crate::json::written;
use crate::read::FromValue;
use serde::Serialize;

use self::call::{empty_reply, set_header};
pub use self::clock::Speed;
use self::clock::http_date;
use self::databricks::Databricks;
use self::entra::EntraScenario;
use self::fabric::Fabric;
use self::faults::Faults;
use self::files::Files;
use self::identity::Identities;
use self::rng::Rng;
pub use self::scenario::{Scenario, ScenarioError};
use self::sign_in::SignIn;
use self::tokens::Tokens;
use self::vault::Vaults;
use crate::http::HttpResponse;
use crate::simulator::json::json;
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
#[derive(Clone, Debug, Eq, FromValue, PartialEq, Serialize)]
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

/// Both services, and those that sign people in.
#[derive(Clone, Debug, FromValue, Serialize)]
pub struct Simulator {
    speed: Speed,
    allow_all_origins: bool,
    /// How far the services' clock is ahead of the host's, in milliseconds.
    skew: i64,
    sign_in: SignIn,
    entra: EntraScenario,
    vaults: Vaults,
    databricks: Databricks,
    fabric: Fabric,
    files: Files,
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
        faults::check(&scenario.faults)?;
        let speed = Speed::default();
        let skew = skew(scenario.clock_skew_seconds)?;
        let now = shift(now, skew);
        Ok(Self {
            speed,
            allow_all_origins: scenario.allow_all_origins,
            skew,
            sign_in: SignIn::new(
                Tokens::new(&scenario.tokens, now),
                Identities::new(scenario.identity_tokens, now),
            ),
            entra: scenario.entra,
            vaults: Vaults::new(scenario.vaults, scenario.seed, now)?,
            databricks: Databricks::new(scenario.databricks, scenario.seed, speed, now),
            fabric: Fabric::new(scenario.fabric, scenario.seed)?,
            files: Files::new(&scenario.files, scenario.seed, now)?,
            faults: Faults::new(scenario.faults),
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
        let mut reply = self.answer(shift(now, self.skew), request, &method, target);
        set_header(&mut reply.response, "Date", http_date(shift(now, self.skew)));
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
        // In batches: each time all that is left moves.
        if self.log.len() >= LOG_LENGTH + LOG_LENGTH / 10 {
            self.log.drain(..LOG_LENGTH / 10);
        }
        reply
    }

    /// What came in, oldest first; at least the last 10,000 requests.
    #[must_use]
    pub fn requests(&self) -> &[Logged] {
        &self.log
    }

    /// The truth: runs really created, how each really ends, how many tokens were given to whom, and what came in.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> serde_json::Value {
        self.state_at(shift(now, self.skew))
    }

    /// The same, by the services' clock.
    fn state_at(&self, now: Timestamp) -> serde_json::Value {
        json!({
            "databricks": self.databricks.state(now),
            "fabric": self.fabric.state(now),
            "signIn": self.sign_in.state(),
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

/// A day is further than any clock is off.
fn skew(seconds: f64) -> Result<i64, ScenarioError> {
    if (-86_400.0..=86_400.0).contains(&seconds) {
        #[expect(clippy::cast_possible_truncation, reason = "a day in milliseconds fits")]
        Ok((seconds * 1000.0) as i64)
    } else {
        let message = [
            "expected at most a day ahead or behind, found ",
            &written(&seconds.into()),
        ]
        .concat();
        Err(ScenarioError::new("clockSkewSeconds", message))
    }
}

/// The instant as a clock shows it that is so far ahead.
const fn shift(now: Timestamp, skew: i64) -> Timestamp {
    Timestamp(now.0.saturating_add_signed(skew))
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
