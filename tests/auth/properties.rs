//! What holds in any order of events, over several credentials, resources and hosts.

use std::collections::BTreeMap;
use std::time::Duration;

use pqrun::auth::{AuthInput, AuthSettings, Credential, ExposeSecret, Generation, LIMIT, Resource, SecretString};
use pqrun::error::{Error, ErrorCode};
use pqrun::http::{BaseUrl, HttpResponse, RequestId};
use pqrun::time::Timestamp;
use serde_json::json;

use crate::host::{AWS, AZURE, CLIENT, FABRIC, TENANT, WORKSPACE, base, given, vaulted};
use crate::lane::{Lane, Want};
use crate::support::random::Random;
use crate::support::{START, json, with_header};

const CASES: u64 = 120;
const CALLERS: usize = 12;
const EVENTS: usize = 250;
const VAULT: &str = "https://kv-demo.vault.azure.net";
const ENTRA: &str = "https://login.microsoftonline.com";

/// What is under way for one lane.
struct Flight {
    at: Timestamp,
    input: AuthInput,
}

struct World {
    now: Timestamp,
    random: Random,
    lanes: Vec<Lane>,
    flights: Vec<Option<Flight>>,
    alarms: Vec<Option<Timestamp>>,
    /// Who waits for which lane, and since when.
    waiting: BTreeMap<usize, (usize, Timestamp)>,
    /// The token that each caller had last, of which lane.
    had: BTreeMap<usize, (usize, Generation)>,
    /// Every secret that there is, and the only origins it may go to.
    owners: Vec<(String, Vec<BaseUrl>)>,
    count: u64,
}

/// A secret of a lane, planted so that it can be found.
fn planted(lane: usize, what: &str) -> String {
    format!("pl4nted-{what}-of-{lane}.")
}

fn lanes() -> Vec<(Credential, Resource)> {
    let secret = |lane: usize| given(&planted(lane, "secret"));
    let entra = |client_secret, workspace: Option<&str>| Credential::EntraSecret {
        tenant_id: TENANT.to_owned(),
        client_id: CLIENT.to_owned(),
        client_secret,
        authority: None,
        azure_workspace_resource_id: workspace.map(str::to_owned),
    };
    let oauth = |client_secret| Credential::DatabricksOAuth {
        client_id: CLIENT.to_owned(),
        client_secret,
        scope: None,
        account_id: None,
    };
    vec![
        (oauth(secret(0)), Resource::Databricks(base(AWS))),
        (oauth(secret(1)), Resource::Databricks(base(AZURE))),
        (entra(secret(2), None), Resource::Fabric(base(FABRIC))),
        (entra(secret(3), Some(WORKSPACE)), Resource::Databricks(base(AZURE))),
        (
            entra(vaulted("keyvault://kv-demo/four"), None),
            Resource::Fabric(base(FABRIC)),
        ),
        (
            Credential::Token {
                token: vaulted("keyvault://kv-demo/five"),
            },
            Resource::Databricks(base("https://1.2.gcp.databricks.com")),
        ),
        (
            Credential::DatabricksFederation {
                client_id: None,
                scope: None,
            },
            Resource::Databricks(base("https://x.cloud.databricks.us")),
        ),
        (
            Credential::EntraFederation {
                tenant_id: TENANT.to_owned(),
                client_id: CLIENT.to_owned(),
                authority: None,
                azure_workspace_resource_id: None,
            },
            Resource::KeyVault(base(VAULT)),
        ),
    ]
}

impl World {
    fn new(seed: u64) -> Self {
        let lanes: Vec<Lane> = lanes()
            .into_iter()
            .map(|(credential, resource)| Lane::new(credential, resource, AuthSettings::default()))
            .collect();
        let mut world = Self {
            now: START,
            random: Random(seed),
            flights: lanes.iter().map(|_| None).collect(),
            alarms: vec![None; lanes.len()],
            lanes,
            waiting: BTreeMap::new(),
            had: BTreeMap::new(),
            owners: Vec::new(),
            count: 0,
        };
        for lane in 0..world.lanes.len() {
            let issuer = world.issuer(lane);
            world.owners.push((planted(lane, "secret"), vec![issuer.clone()]));
            world.owners.push((planted(lane, "assertion"), vec![issuer]));
            world.owners.push((planted(lane, "vault"), vec![base(VAULT)]));
        }
        world
    }

    /// Where a lane's secret goes: Databricks' own OAuth is on the workspace's host, a token is for that host itself.
    fn issuer(&self, lane: usize) -> BaseUrl {
        match lane {
            0 | 1 | 5 | 6 => self.lanes[lane].resource.origin().clone(),
            _ => base(ENTRA),
        }
    }

    /// No text that leaves for `origin` holds what belongs to another one.
    #[track_caller]
    fn leaves(&self, origin: &str, text: &str) {
        for (secret, owners) in &self.owners {
            let mine = owners.iter().any(|owner| owner.as_str() == origin);
            assert!(mine || !text.contains(secret.as_str()), "{secret} goes to {origin}");
        }
    }

    fn new_token(&mut self, owner: &BaseUrl) -> String {
        self.count += 1;
        let token = format!("pl4nted-token-number-{}.", self.count);
        self.owners.push((token.clone(), vec![owner.clone()]));
        token
    }

    /// An issuer's or a vault's answer: good, refused, broken, late, or never.
    fn answer(&mut self, lane: usize, url: &str, scope: &str) -> Option<HttpResponse> {
        Some(match self.random.below(14) {
            0 => return None,
            1 => json(503, ""),
            2 => with_header(json(429, ""), "Retry-After", &self.random.below(80).to_string()),
            3 => json(
                401,
                &json!({"error": "invalid_client", "error_description": "AADSTS7000215"}).to_string(),
            ),
            4 => json(
                200,
                self.random.pick::<&str>(&["", "{}", "<html>", "{\"access_token\":"]),
            ),
            5 => with_header(json(307, ""), "Location", "https://evil.example/token"),
            _ if url.starts_with(VAULT) => {
                let value = planted(lane, "secret");
                json(
                    200,
                    &json!({"value": value, "attributes": {"enabled": true}}).to_string(),
                )
            }
            _ => {
                let owner = self.lanes[lane].resource.origin().clone();
                let token = self.new_token(&owner);
                let life = *self.random.pick(&[5, 60, 600, 3600]);
                let life = if scope.contains("management") { 3600 } else { life };
                json(200, &json!({"access_token": token, "expires_in": life}).to_string())
            }
        })
    }

    fn drain(&mut self, lane: usize) {
        for turn in 0.. {
            assert!(turn < 1000, "it never waits");
            match self.lanes[lane].step(self.now) {
                Want::Send(request) => {
                    let origin = [VAULT, ENTRA]
                        .into_iter()
                        .find(|origin| base(origin).owns(&request.url))
                        .unwrap_or(self.lanes[lane].resource.origin().as_str())
                        .to_owned();
                    assert!(base(&origin).owns(&request.url), "{}", request.url);
                    let body = request.body.as_ref().map_or("", |body| body.expose_secret());
                    let headers = request.headers.iter().map(|(_, value)| value.expose_secret());
                    let text = headers
                        .chain([request.url.as_str(), body])
                        .collect::<Vec<_>>()
                        .join(" ");
                    self.leaves(&origin, &text);
                    // Base64 hides the secret from the search, so its text counts as one.
                    if let Some((_, basic)) = request.headers.iter().find(|(name, _)| *name == "Authorization") {
                        let basic = basic.expose_secret().to_owned();
                        let issuer = if basic.starts_with("Basic ") {
                            self.issuer(lane)
                        } else {
                            base(VAULT)
                        };
                        assert_eq!(issuer.as_str(), origin);
                        self.owners.push((basic, vec![issuer]));
                    }
                    assert!(!format!("{request:?}").contains("pl4nted"));
                    let answer = self.answer(lane, &request.url, body);
                    let at = self.now.plus(Duration::from_millis(1 + self.random.draw() % 45_000));
                    let id: RequestId = request.id;
                    let input = match answer {
                        Some(response) => AuthInput::Response { id, response },
                        None => AuthInput::TransportFailed {
                            id,
                            message: "reset".to_owned(),
                        },
                    };
                    self.flights[lane] = (!self.random.one_in(12)).then_some(Flight { at, input });
                }
                Want::Assertion => {
                    // A JWT has two dots; the planted text brings one.
                    let assertion = SecretString::from(format!("{}b.c", planted(lane, "assertion")));
                    let given = if self.random.one_in(8) {
                        Err("no file".to_owned())
                    } else {
                        Ok(assertion)
                    };
                    self.give(lane, AuthInput::Assertion(given));
                }
                Want::VaultToken => {
                    let token = SecretString::from(planted(lane, "vault"));
                    let given = if self.random.one_in(8) {
                        Err(Error::new(ErrorCode::SignInRefused, "no"))
                    } else {
                        Ok(token)
                    };
                    self.give(lane, AuthInput::VaultToken(given));
                }
                Want::Answer(caller, answer) => {
                    let (from, since) = self.waiting.remove(&caller).expect("who is answered has waited");
                    assert_eq!(from, lane);
                    assert!(self.now.since(since) <= LIMIT, "an answer comes in time");
                    match answer {
                        Ok((token, generation)) => self.use_token(caller, lane, &token, generation),
                        Err(error) => assert!(!format!("{error:?}").contains("pl4nted"), "{error:?}"),
                    }
                }
                Want::Wait(until) => {
                    self.alarms[lane] = until;
                    return;
                }
            }
        }
    }

    /// What the host is asked for comes at once, late, or never.
    fn give(&mut self, lane: usize, input: AuthInput) {
        let at = self.now.plus(Duration::from_millis(self.random.draw() % 70_000));
        self.flights[lane] = (!self.random.one_in(10)).then_some(Flight { at, input });
    }

    fn use_token(&mut self, caller: usize, lane: usize, token: &pqrun::auth::AccessToken, generation: Generation) {
        let origin = self.lanes[lane].resource.origin().as_str().to_owned();
        for (_, value) in token.all_headers() {
            self.leaves(&origin, value.expose_secret());
        }
        self.had.insert(caller, (lane, generation));
    }

    /// A caller that doesn't wait asks for a token of a lane, perhaps since its last one was refused.
    fn ask(&mut self) {
        let caller = self.random.index(CALLERS);
        if self.waiting.contains_key(&caller) {
            return;
        }
        let lane = self.random.index(self.lanes.len());
        let had = self
            .had
            .get(&caller)
            .filter(|(of, _)| *of == lane)
            .map(|(_, generation)| *generation);
        let refused = had.filter(|_| self.random.one_in(3));
        match self.lanes[lane].ask(self.now, caller, refused) {
            Some(answer) => {
                let (token, generation) = answer.expect("what is there is good");
                self.use_token(caller, lane, &token, generation);
            }
            None => {
                self.waiting.insert(caller, (lane, self.now));
            }
        }
        self.drain(lane);
    }

    /// The next thing that happens by itself; `false` if there is none.
    fn pass(&mut self) -> bool {
        let mut next: Option<(Timestamp, usize, bool)> = None;
        for lane in 0..self.lanes.len() {
            let flight = self.flights[lane].as_ref().map(|flight| (flight.at, lane, true));
            let alarm = self.alarms[lane].map(|at| (at, lane, false));
            next = [next, flight, alarm].into_iter().flatten().min_by_key(|(at, ..)| *at);
        }
        let Some((at, lane, is_flight)) = next else {
            return false;
        };
        self.now = self.now.max(at);
        if is_flight {
            let flight = self.flights[lane].take().expect("it is under way");
            self.lanes[lane].input(self.now, flight.input);
        }
        self.drain(lane);
        true
    }

    fn check(&self) {
        for (caller, (_, since)) in &self.waiting {
            let waited = self.now.since(*since);
            assert!(waited <= LIMIT, "{caller} has waited for {waited:?}");
        }
        for lane in &self.lanes {
            assert!(!format!("{lane:?}").contains("pl4nted"), "{lane:?}");
        }
    }
}

#[test]
fn in_any_order_of_events_no_secret_goes_elsewhere_and_everybody_is_answered() {
    let (mut asked, mut most) = (0, 0);
    for seed in 0..CASES {
        let mut world = World::new(seed);
        for _ in 0..EVENTS {
            if world.random.one_in(2) {
                world.ask();
            } else if !world.pass() {
                // Nothing happens for a while: tokens grow old.
                let idle = Duration::from_secs(world.random.draw() % 900);
                world.now = world.now.plus(idle);
            }
            world.check();
            most = most.max(world.waiting.len());
        }
        while world.pass() {
            world.check();
        }
        assert!(world.waiting.is_empty(), "seed {seed}: nobody waits for ever");
        asked += world.count;
    }
    assert!(
        asked > 1000 && most > 4,
        "the worlds are too tame: {asked} tokens, {most} waiting"
    );
}
