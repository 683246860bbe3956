//! Azure Key Vault: reading secrets.
//!
//! `GET /secrets/{name}[/{version}]?api-version=…`, as
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret> describes it. Which vault is asked stands
//! in the host's first label; on the loopback all vaults are one. Browsers can't read any of it.

mod scenario;

use crate::read::FromValue;
use crate::search::split_once;
use serde::Serialize;
use serde_json::Value;

pub use self::scenario::{Secret, SecretVersion, VaultRefusal, VaultScenario};
use super::call::{Call, Refusal, empty_reply, json_reply, set_header};
use super::rng::Rng;
use super::scenario::ScenarioError;
use super::sign_in::SignIn;
use super::tokens::{Audience, Token};
use crate::http::HttpResponse;
use crate::simulator::json::json;
use crate::time::Timestamp;

/// The name by which a fault is aimed at it.
const GET_SECRET: &str = "vault/secrets/get";

/// What the parameter may say.
const API_VERSIONS: [&str; 9] = [
    "2016-10-01",
    "7.0",
    "7.1",
    "7.2",
    "7.3",
    "7.4",
    "7.5",
    "7.6",
    "2025-07-01",
];

/// Whether a path is a vault's.
pub(super) fn is_secret(path: &[&str]) -> bool {
    matches!(path, ["secrets", _] | ["secrets", _, _])
}

/// The endpoint's name, by which a fault may be aimed.
pub(super) fn endpoint(method: &str, path: &[&str]) -> Option<&'static str> {
    (method == "GET" && is_secret(path)).then_some(GET_SECRET)
}

/// All vaults.
#[derive(Clone, Debug, FromValue, Serialize)]
pub(super) struct Vaults {
    vaults: Vec<VaultScenario>,
    began: Timestamp,
}

/// Why a secret is not given.
struct Problem {
    status: u16,
    code: &'static str,
    message: String,
    inner: Option<&'static str>,
}

impl Problem {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            inner: None,
        }
    }

    fn forbidden(inner: &'static str, message: &str) -> Self {
        Self {
            inner: Some(inner),
            ..Self::new(403, "Forbidden", message)
        }
    }

    fn reply(self) -> HttpResponse {
        let mut error = json!({"code": self.code, "message": self.message});
        if let Some(inner) = self.inner {
            error["innererror"] = json!({"code": inner});
        }
        json_reply(self.status, &json!({"error": error}))
    }
}

impl Vaults {
    pub(super) fn new(mut vaults: Vec<VaultScenario>, seed: u64, began: Timestamp) -> Result<Self, ScenarioError> {
        scenario::check(&vaults)?;
        let mut rng = Rng::new(seed ^ 0x5EC);
        for version in vaults
            .iter_mut()
            .flat_map(|vault| &mut vault.secrets)
            .flat_map(|secret| &mut secret.versions)
        {
            let id = rng.guid().replace('-', "");
            version.version.get_or_insert(id);
        }
        Ok(Self { vaults, began })
    }

    /// Whether any of them is at the host that the client used. Elsewhere there is nobody to answer.
    pub(super) fn are_at(&self, call: &Call<'_>) -> bool {
        call.is_on_loopback() || self.at(call).next().is_some()
    }

    fn at<'a>(&'a self, call: &Call<'_>) -> impl Iterator<Item = &'a VaultScenario> + use<'a> {
        let loopback = call.is_on_loopback();
        let label = first_label(&call.origin).to_owned();
        self.vaults
            .iter()
            .filter(move |vault| loopback || vault.name.eq_ignore_ascii_case(&label))
    }

    /// Answers every call whose path is a vault's.
    pub(super) fn handle(
        &self,
        call: &mut Call<'_>,
        token: Result<&Token, Refusal>,
        read: &mut Vec<[String; 3]>,
    ) -> HttpResponse {
        if call.method == "OPTIONS" {
            return empty_reply(405);
        }
        let mut response = match token {
            Err(why) => self.challenge(call, why),
            Ok(_) if call.method != "GET" => {
                let message = format!("The method {} is not simulated here.", call.method);
                Problem::new(405, "MethodNotAllowed", message).reply()
            }
            Ok(token) => match self.secret(call, token, read) {
                Ok(body) => json_reply(200, &body),
                Err(problem) => problem.reply(),
            },
        };
        set_header(&mut response, "Cache-Control", "no-cache");
        set_header(&mut response, "Pragma", "no-cache");
        response
    }

    fn secret(&self, call: &Call<'_>, token: &Token, read: &mut Vec<[String; 3]>) -> Result<Value, Problem> {
        match call.query_value("api-version") {
            Some(version) if API_VERSIONS.contains(&version) => {}
            Some(_) => {
                let message = "The specified version is not recognized. Consider using the latest supported version.";
                return Err(Problem::new(400, "BadParameter", message));
            }
            None => return Err(Problem::new(400, "BadParameter", "api-version must be specified")),
        }
        let name = call.path.get(1).map(String::as_str).unwrap_or_default();
        // On the loopback the first vault that knows the name answers, and else the first one.
        let vault = self
            .at(call)
            .find(|vault| vault.find(name).is_some())
            .or_else(|| self.at(call).next())
            .ok_or_else(|| not_found(name))?;
        vault.let_in(token)?;
        let secret = vault.find(name).ok_or_else(|| not_found(name))?;
        let created = |at: usize| {
            secret.versions.get(at).map(|version| {
                let appears = call.speed.shorten(version.appears_after_seconds.duration());
                let ago = version.created_seconds_ago.duration();
                self.began.plus(appears).minus(ago)
            })
        };
        let there = |at: &usize| created(*at).is_some_and(|created| created <= call.now);
        let mut versions = (0..secret.versions.len()).rev().filter(there);
        let found = match call.path.get(2) {
            None => versions.next(),
            Some(wanted) => versions.find(|at| secret.versions[*at].version.as_ref() == Some(wanted)),
        };
        let at = found.ok_or_else(|| not_found(name))?;
        let (version, created) = (&secret.versions[at], created(at).unwrap_or_default());
        if !version.enabled {
            let message = "Operation get is not allowed on a disabled secret.";
            return Err(Problem::forbidden("SecretDisabled", message));
        }
        let id = version.version.as_deref().unwrap_or_default();
        read.push([vault.name.clone(), secret.name.clone(), id.to_owned()]);
        let seconds = |length: std::time::Duration| created.plus(call.speed.shorten(length)).0 / 1000;
        let mut attributes = json!({
            "enabled": true,
            "created": created.0 / 1000,
            "updated": created.0 / 1000,
            "recoveryLevel": "Recoverable+Purgeable",
            "recoverableDays": 90,
        });
        if let Some(length) = version.valid_after_seconds {
            attributes["nbf"] = seconds(length.duration()).into();
        }
        if let Some(length) = version.lifetime_seconds {
            attributes["exp"] = seconds(length.duration()).into();
        }
        let mut body = json!({
            "value": version.value,
            "id": format!("https://{}.vault.azure.net/secrets/{}/{id}", vault.name, secret.name),
            "attributes": attributes,
            "tags": version.tags,
        });
        if let Some(kind) = &version.content_type {
            body["contentType"] = kind.as_str().into();
        }
        Ok(body)
    }

    /// The answer to a call without a good credential: it tells where to get one.
    fn challenge(&self, call: &Call<'_>, why: Refusal) -> HttpResponse {
        let message = match why {
            Refusal::Missing => "AKV10000: Request is missing a Bearer or PoP token.".to_owned(),
            Refusal::OtherAudience(found) => format!(
                "AKV10022: Invalid audience. Expected {}, found: {}.",
                Audience::KeyVault.resource(),
                found.resource()
            ),
            Refusal::Expired => "[TokenExpired] Error validating token: its lifetime is over.".to_owned(),
            Refusal::NotYetValid => "Error validating token: it is not valid yet.".to_owned(),
            Refusal::Unknown => "Error validating token: its signature can't be verified.".to_owned(),
        };
        let mut response = Problem::new(401, "Unauthorized", message).reply();
        let tenant = self
            .at(call)
            .find_map(|vault| vault.tenant_id.as_deref())
            .unwrap_or("common");
        let (authority, resource) = match zone(&call.origin) {
            Some(known) => known,
            None => (&*call.origin, Audience::KeyVault.resource()),
        };
        let challenge = format!("Bearer authorization=\"{authority}/{tenant}\", resource=\"{resource}\"");
        set_header(&mut response, "WWW-Authenticate", challenge);
        response
    }

    /// The service's own 429.
    pub(super) fn throttle(call: &Call<'_>, wait: std::time::Duration) -> HttpResponse {
        let message = "Request was not processed because too many requests were received.";
        let mut response = Problem::new(429, "Throttled", message).reply();
        let seconds = call.speed.retry_after_seconds(wait);
        set_header(&mut response, "Retry-After", seconds.to_string());
        response
    }
}

impl VaultScenario {
    fn find(&self, name: &str) -> Option<&Secret> {
        self.secrets
            .iter()
            .find(|secret| secret.name.eq_ignore_ascii_case(name))
    }

    fn let_in(&self, token: &Token) -> Result<(), Problem> {
        let client = token.client.as_deref();
        let known = |id: &String| client.is_some_and(|client| client.eq_ignore_ascii_case(id));
        if self.readers.as_ref().is_none_or(|readers| readers.iter().any(known)) {
            return Ok(());
        }
        Err(match self.refusal {
            VaultRefusal::Firewall => Problem::forbidden(
                "ForbiddenByFirewall",
                "Client address is not authorized and caller is not a trusted service.",
            ),
            VaultRefusal::Policy => Problem::forbidden(
                "ForbiddenByPolicy",
                "The principal does not have secrets get permission on the vault.",
            ),
            VaultRefusal::Rbac => Problem::forbidden(
                "ForbiddenByRbac",
                "Caller is not authorized to perform action on resource: \
                 Microsoft.KeyVault/vaults/secrets/getSecret/action.",
            ),
        })
    }
}

fn not_found(name: &str) -> Problem {
    // What does not look like a name may be a secret in the wrong place.
    let shown = if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        name
    } else {
        "of that name"
    };
    let message = format!("A secret with (name/id) {shown} was not found in this key vault.");
    Problem::new(404, "SecretNotFound", message)
}

fn first_label(origin: &str) -> &str {
    let host = split_once(origin, "://").map_or(origin, |(_, host)| host);
    host.split(['.', ':']).next().unwrap_or_default()
}

/// Authority and resource of the cloud that a vault's host is in.
fn zone(origin: &str) -> Option<(&'static str, &'static str)> {
    let host = split_once(origin, "://").map_or(origin, |(_, host)| host);
    let host = host.split(':').next().unwrap_or_default();
    [
        (
            ".vault.azure.net",
            "https://login.microsoftonline.com",
            "https://vault.azure.net",
        ),
        (
            ".vault.usgovcloudapi.net",
            "https://login.microsoftonline.us",
            "https://vault.usgovcloudapi.net",
        ),
        (
            ".vault.azure.cn",
            "https://login.partner.microsoftonline.cn",
            "https://vault.azure.cn",
        ),
    ]
    .into_iter()
    .find(|(zone, ..)| host.to_ascii_lowercase().ends_with(zone))
    .map(|(_, authority, resource)| (authority, resource))
}

impl SignIn {
    /// Answers a call to a vault.
    pub(super) fn read_vault(
        &mut self,
        vaults: &Vaults,
        call: &mut Call<'_>,
        authorization: Option<&str>,
    ) -> HttpResponse {
        let mut read = Vec::new();
        let token = self
            .tokens
            .check(authorization, Audience::KeyVault, call.now, call.speed);
        let response = vaults.handle(call, token, &mut read);
        for [vault, name, version] in read {
            self.read_secret(&vault, &name, &version);
        }
        response
    }
}
