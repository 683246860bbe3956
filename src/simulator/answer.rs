//! From a request to its answer: who is asked, what strikes it on the way, whether its bearer may ask.

use std::time::Duration;

use super::call::Call;
use super::databricks::Databricks;
use super::faults::{self, FaultKind, When};
use super::place::Place;
use super::target::Target;
use super::tokens::Audience;
use super::vault::Vaults;
use super::{Fate, Reply, Request, Simulator, entra, files, vault};
use crate::http::HttpResponse;
use crate::time::Timestamp;

impl Simulator {
    pub(super) fn answer(&mut self, now: Timestamp, request: &Request, method: &str, target: Target<'_>) -> Reply {
        let mut reply = Reply {
            response: HttpResponse::default(),
            delay: Duration::ZERO,
            fate: Fate::Deliver,
        };
        let segments: Vec<&str> = target.segments.iter().map(String::as_str).collect();
        let place = Place::of(&segments, &target.query);
        let endpoint = match place {
            Place::Databricks => {
                let of_files = files::endpoint_of_databricks(method, &segments);
                of_files.or_else(|| self.databricks.endpoint(method, &segments))
            }
            Place::DatabricksSignIn => Databricks::sign_in_endpoint(method, &segments),
            Place::Entra => entra::endpoint(method, &segments),
            Place::Fabric => self.fabric.endpoint(method, &segments),
            Place::KeyVault => vault::endpoint(method, &segments),
            Place::OneLake => files::endpoint_of_one_lake(method, &segments),
            Place::Simulator => None,
        };
        // Its rng is part of the state; the call borrows it while the rest is at work.
        let mut rng = self.rng.clone();
        let mut call = Call {
            now,
            method,
            path: target.segments,
            query: target.query,
            headers: &request.headers,
            body: &request.body,
            origin: target.origin,
            speed: self.speed,
            rng: &mut rng,
        };
        if place == Place::Simulator {
            reply.response = self.administer(&mut call);
            self.rng = rng;
            return reply;
        }
        let struck = self.faults.strike(method, target.path, endpoint, self.speed, call.rng);
        reply.delay = struck.delay;
        let authorization = call.header("Authorization").map(str::to_owned);
        let authorization = authorization.as_deref();
        let expires = |wanted: When| matches!(&struck.fault, Some((when, FaultKind::ExpireToken)) if *when == wanted);
        if expires(When::Before) {
            self.sign_in.tokens.expire(authorization);
        }
        let replaced = matches!(
            &struck.fault,
            Some((When::Before, kind)) if !matches!(kind, FaultKind::Cut { .. } | FaultKind::ExpireToken)
        );
        if !replaced {
            reply.response = self.serve(place, &mut call, authorization);
            if matches!(place, Place::Databricks | Place::Fabric) {
                files::lead_here(&call, &mut reply.response);
            }
        }
        if place == Place::KeyVault && !self.vaults.are_at(&call) {
            reply.fate = Fate::Drop;
        }
        if expires(When::After) {
            self.sign_in.tokens.expire(authorization);
        }
        if let Some((_, kind)) = &struck.fault {
            let (databricks, fabric) = (&self.databricks, &self.fabric);
            faults::damage(kind, &mut call, &mut reply, |call, wait| match place {
                Place::Databricks | Place::DatabricksSignIn | Place::Simulator => databricks.throttle(call, wait),
                Place::Entra => entra::throttle(call, wait),
                Place::Fabric => fabric.throttle(call, wait),
                Place::KeyVault => Vaults::throttle(call, wait),
                Place::OneLake => files::throttle_one_lake(call, wait),
            });
        }
        match place {
            Place::Databricks | Place::DatabricksSignIn => self.databricks.finish(&mut call, &mut reply.response),
            Place::Fabric => self.fabric.finish(&mut call, &mut reply.response),
            Place::Entra | Place::KeyVault | Place::OneLake => {
                super::set_header(&mut reply.response, "x-ms-request-id", call.rng.guid())
            }
            Place::Simulator => {}
        }
        self.rng = rng;
        reply
    }

    fn serve(&mut self, place: Place, call: &mut Call<'_>, authorization: Option<&str>) -> HttpResponse {
        let audience = match place {
            Place::Databricks => Audience::Databricks,
            Place::DatabricksSignIn => return self.databricks.sign_in(call, &mut self.sign_in),
            Place::Entra => return self.entra.handle(call, &mut self.sign_in),
            Place::KeyVault => return self.sign_in.read_vault(&self.vaults, call, authorization),
            Place::OneLake => {
                let tokens = &self.sign_in.tokens;
                let token = tokens.check(authorization, Audience::Storage, call.now, call.speed);
                return self.files.of_one_lake(call, token.map(|_| ()));
            }
            Place::Fabric | Place::Simulator => Audience::Fabric,
        };
        // A preflight carries no credential.
        if call.method != "OPTIONS" {
            let tokens = &self.sign_in.tokens;
            let admitted = match tokens.check(authorization, audience, call.now, call.speed) {
                Ok(token) if place == Place::Databricks => {
                    let is_file = files::endpoint_of_databricks(call.method, &call.segments()).is_some();
                    let scope = if is_file { "files" } else { "jobs" };
                    self.databricks.admit(call, token, tokens, scope)
                }
                Ok(token) => self.fabric.admit(call, token),
                Err(why) if place == Place::Databricks => Err(self.databricks.refuse(call, why)),
                Err(why) => Err(self.fabric.refuse(call, why)),
            };
            if let Err(refusal) = admitted {
                return refusal;
            }
        }
        match place {
            Place::Databricks => match self.files.of_databricks(call) {
                Some(response) => response,
                None => self.databricks.handle(call),
            },
            _ => self.fabric.handle(call),
        }
    }
}
