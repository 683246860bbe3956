//! Microsoft Entra's token endpoint: client credentials against what the scenario lists.
//!
//! `POST /{tenant}/oauth2/v2.0/token`, as <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>
//! describes it. A token that it gives is good for the service that the scope names.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::call::{Call, json_reply, set_header};
use super::scenario::{ScenarioError, Seconds};
use super::target;
use super::tokens::Tokens;
use crate::http::{HttpResponse, Service};

/// The name by which a fault is aimed at it.
pub(super) const ENDPOINT: &str = "oauth2/token";

/// The tenants that there are. Unknown members are errors.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct EntraScenario {
    /// A request that names none of them is refused with `AADSTS90002`.
    pub tenants: Vec<Tenant>,
}

/// A tenant.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Tenant {
    /// Its GUID.
    pub id: String,
    /// The domains by which it may be named too.
    #[serde(default)]
    pub domains: Vec<String>,
    /// The applications in it.
    #[serde(default)]
    pub clients: Vec<Client>,
}

/// An application with a secret.
#[derive(Clone, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Client {
    /// Its GUID.
    pub id: String,
    /// What it proves itself with.
    pub secret: String,
    /// The secret is too old.
    #[serde(default)]
    pub secret_expired: bool,
    /// How long its tokens live.
    #[serde(default = "hour")]
    pub lifetime_seconds: Seconds,
}

impl fmt::Debug for Client {
    /// Leaves the secret out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("id", &self.id).finish_non_exhaustive()
    }
}

const fn hour() -> Seconds {
    Seconds(3600.0)
}

/// The resources that tokens are asked for, by the part of the scope before `/.default`.
const RESOURCES: [(&str, Service); 3] = [
    ("https://api.fabric.microsoft.com", Service::Fabric),
    // Fabric takes the tokens of Power BI too.
    ("https://analysis.windows.net/powerbi/api", Service::Fabric),
    ("2ff814a6-3304-4ab8-85cb-cd0e6f879c1d", Service::Databricks),
];

/// Why there is no token.
struct Problem {
    status: u16,
    error: &'static str,
    number: u32,
    message: String,
}

impl Problem {
    fn new(status: u16, error: &'static str, number: u32, message: impl Into<String>) -> Self {
        Self {
            status,
            error,
            number,
            message: message.into(),
        }
    }

    fn reply(&self, call: &mut Call<'_>) -> HttpResponse {
        let (trace, correlation) = (call.rng.guid(), call.rng.guid());
        let time = call.now.to_iso();
        let time = format!("{} {}Z", &time[..10], &time[11..19]);
        let Self { number, message, .. } = self;
        json_reply(
            self.status,
            &json!({
                "error": self.error,
                "error_description":
                    format!("AADSTS{number}: {message} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {time}"),
                "error_codes": [number],
                "timestamp": time,
                "trace_id": trace,
                "correlation_id": correlation,
                "error_uri": format!("https://login.microsoftonline.com/error?code={number}"),
            }),
        )
    }
}

impl EntraScenario {
    /// Whether each tenant and client can be told from the others.
    pub(super) fn check(&self) -> Result<(), ScenarioError> {
        let mut names = Vec::new();
        for (at, tenant) in self.tenants.iter().enumerate() {
            for name in std::iter::once(&tenant.id).chain(&tenant.domains) {
                let name = name.to_ascii_lowercase();
                if names.contains(&name) {
                    let path = format!("entra.tenants[{at}]");
                    return Err(ScenarioError::new(
                        path,
                        format!("expected a name of its own, found {name} again"),
                    ));
                }
                names.push(name);
            }
            for (client_at, client) in tenant.clients.iter().enumerate() {
                let before = tenant.clients.get(..client_at).unwrap_or_default();
                if before.iter().any(|other| other.id.eq_ignore_ascii_case(&client.id)) {
                    let path = format!("entra.tenants[{at}].clients[{client_at}].id");
                    return Err(ScenarioError::new(path, "expected an id that no other client has"));
                }
            }
        }
        Ok(())
    }

    /// Answers a request for a token.
    pub(super) fn handle(&self, call: &mut Call<'_>, tokens: &mut Tokens) -> HttpResponse {
        let mut response = match self.granted(call) {
            Ok((service, lifetime)) => {
                let (token, expires) = tokens.issue(service, lifetime, call.now, call.speed, call.rng);
                let seconds = expires.since(call.now).as_secs();
                let body = json!({
                    "token_type": "Bearer",
                    "expires_in": seconds,
                    "ext_expires_in": seconds,
                    "access_token": token,
                });
                json_reply(200, &body)
            }
            Err(problem) => problem.reply(call),
        };
        set_header(&mut response, "Cache-Control", "no-store, no-cache");
        set_header(&mut response, "Pragma", "no-cache");
        response
    }

    /// For which service, and for how long.
    fn granted(&self, call: &Call<'_>) -> Result<(Service, Duration), Problem> {
        let form = target::pairs(&String::from_utf8_lossy(call.body));
        let given = |name: &str| {
            form.iter()
                .find(|(found, _)| found == name)
                .map(|(_, value)| value.as_str())
        };
        let wanted = |name: &str| {
            given(name).filter(|value| !value.is_empty()).ok_or_else(|| {
                let message = format!("The request body must contain the following parameter: '{name}'.");
                Problem::new(400, "invalid_request", 900_144, message)
            })
        };
        let grant = wanted("grant_type")?;
        if grant != "client_credentials" {
            return Err(Problem::new(
                400,
                "unsupported_grant_type",
                70_003,
                format!("The app requested an unsupported grant type '{grant}'."),
            ));
        }
        let name = call.path.first().map(String::as_str).unwrap_or_default();
        let tenant = self
            .tenants
            .iter()
            .find(|tenant| {
                std::iter::once(&tenant.id)
                    .chain(&tenant.domains)
                    .any(|known| known.eq_ignore_ascii_case(name))
            })
            .ok_or_else(|| {
                let message = format!("Tenant '{name}' not found. Check that you have the correct tenant ID.");
                Problem::new(400, "invalid_request", 90_002, message)
            })?;
        let id = wanted("client_id")?;
        let client = tenant
            .clients
            .iter()
            .find(|client| client.id.eq_ignore_ascii_case(id))
            .ok_or_else(|| {
                let message = format!(
                    "Application with identifier '{id}' was not found in the directory '{}'.",
                    tenant.id
                );
                Problem::new(400, "unauthorized_client", 700_016, message)
            })?;
        let service = service_of(wanted("scope")?)?;
        let Some(secret) = given("client_secret").filter(|secret| !secret.is_empty()) else {
            return Err(Problem::new(
                401,
                "invalid_client",
                7_000_218,
                "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
            ));
        };
        if secret != client.secret {
            return Err(Problem::new(
                401,
                "invalid_client",
                7_000_215,
                format!("Invalid client secret provided for app '{}'.", client.id),
            ));
        }
        if client.secret_expired {
            return Err(Problem::new(
                401,
                "invalid_client",
                7_000_222,
                format!("The provided client secret keys for app '{}' are expired.", client.id),
            ));
        }
        Ok((service, client.lifetime_seconds.duration()))
    }
}

fn service_of(scope: &str) -> Result<Service, Problem> {
    let resource = scope.strip_suffix("/.default").ok_or_else(|| {
        let message = format!("The scope '{scope}' is not valid. Client credentials need a resource with /.default.");
        Problem::new(400, "invalid_scope", 1_002_012, message)
    })?;
    RESOURCES
        .iter()
        .find(|(name, _)| *name == resource.trim_end_matches('/'))
        .map(|(_, service)| *service)
        .ok_or_else(|| {
            let message = format!("The resource principal named {resource} was not found in the tenant.");
            Problem::new(400, "invalid_resource", 500_011, message)
        })
}

/// Whether a request is for a token.
pub(super) fn is_for_token(method: &str, path: &[&str]) -> bool {
    method == "POST"
        && matches!(path, [_, oauth2, version, token] if *oauth2 == "oauth2" && *version == "v2.0" && *token == "token")
}
