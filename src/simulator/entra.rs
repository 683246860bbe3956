//! Microsoft Entra's token endpoints: client credentials against what the scenario lists.
//!
//! `POST /{tenant}/oauth2/v2.0/token` as <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>
//! describes it, `POST /{tenant}/oauth2/token` of version 1, and the two documents that the official libraries read first.
//! A token is good for the service that the scope or the resource names. No answer bears a CORS header but those
//! documents: client credentials are not for pages.

mod problem;
mod scenario;

use std::time::Duration;

use self::problem::Problem;
pub use self::scenario::{Client, EntraScenario, FederatedCredential, Tenant};
use super::call::{Call, empty_reply, json_reply, set_header};
use super::form::Form;
use super::identity::NoIdentity;
use super::scenario::ScenarioError;
use super::sign_in::SignIn;
use super::tokens::{Audience, Grant, Issued, Issuer};
use crate::http::HttpResponse;
use crate::search::split_once;
use crate::simulator::json::json;

/// The names by which faults are aimed.
const TOKEN: &str = "oauth2/token";
const CONFIGURATION: &str = "openid-configuration";
const DISCOVERY: &str = "discovery/instance";

/// The resources that tokens are asked for, without a slash at the end.
const RESOURCES: [(&str, Audience); 14] = [
    ("https://api.fabric.microsoft.com", Audience::Fabric),
    // Fabric takes the tokens of Power BI too.
    ("https://analysis.windows.net/powerbi/api", Audience::Fabric),
    ("2ff814a6-3304-4ab8-85cb-cd0e6f879c1d", Audience::Databricks),
    ("https://management.core.windows.net", Audience::Management),
    ("https://management.azure.com", Audience::Management),
    ("https://management.core.usgovcloudapi.net", Audience::Management),
    ("https://management.usgovcloudapi.net", Audience::Management),
    ("https://management.core.chinacloudapi.cn", Audience::Management),
    ("https://management.chinacloudapi.cn", Audience::Management),
    ("https://vault.azure.net", Audience::KeyVault),
    ("https://vault.usgovcloudapi.net", Audience::KeyVault),
    ("https://vault.azure.cn", Audience::KeyVault),
    ("https://storage.azure.com", Audience::Storage),
    ("https://onelake.fabric.microsoft.com", Audience::Storage),
];

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Version {
    V1,
    V2,
}

enum Route {
    Configuration(Version),
    Discovery,
    Token(Version),
}

fn route(path: &[&str]) -> Option<Route> {
    match path {
        [_, "oauth2", "v2.0", "token"] => Some(Route::Token(Version::V2)),
        [_, "oauth2", "token"] => Some(Route::Token(Version::V1)),
        [_, "v2.0", ".well-known", "openid-configuration"] => Some(Route::Configuration(Version::V2)),
        [_, ".well-known", "openid-configuration"] => Some(Route::Configuration(Version::V1)),
        [_, "discovery", "instance"] => Some(Route::Discovery),
        _ => None,
    }
}

/// Whether a path is one of Entra's.
pub(super) fn is_of(path: &[&str]) -> bool {
    route(path).is_some()
}

/// The endpoint's name, by which a fault may be aimed.
pub(super) fn endpoint(method: &str, path: &[&str]) -> Option<&'static str> {
    match (method, route(path)?) {
        ("POST", Route::Token(_)) => Some(TOKEN),
        ("GET", Route::Configuration(_)) => Some(CONFIGURATION),
        ("GET", Route::Discovery) => Some(DISCOVERY),
        _ => None,
    }
}

/// An answer in the words of a number, as a fault wants it.
pub(super) fn refusal(number: u32, status: Option<u16>, call: &mut Call<'_>) -> HttpResponse {
    Problem::told(number, status).reply(call)
}

/// The service's own 429.
pub(super) fn throttle(call: &mut Call<'_>, wait: Duration) -> HttpResponse {
    let mut response = refusal(90_055, None, call);
    set_header(
        &mut response,
        "Retry-After",
        call.speed.retry_after_seconds(wait).to_string(),
    );
    response
}

/// Whether there are words for a number.
pub(super) fn check_number(number: u32, path: &str) -> Result<(), ScenarioError> {
    problem::check(number, path)
}

impl EntraScenario {
    /// Answers every call whose path is Entra's.
    pub(super) fn handle(&self, call: &mut Call<'_>, sign_in: &mut SignIn) -> HttpResponse {
        match (call.method, route(&call.segments())) {
            ("OPTIONS", _) => empty_reply(200),
            ("POST", Some(Route::Token(version))) => self.token(version, call, sign_in),
            (method, Some(Route::Token(_))) => {
                let message = format!("The endpoint only accepts POST requests. Received a {method} request.");
                Problem::new(405, "invalid_request", 900_561, message).reply(call)
            }
            ("GET", Some(Route::Configuration(version))) => self.configuration(version, call),
            ("GET", Some(Route::Discovery)) => discovery(call),
            _ => empty_reply(404),
        }
    }

    fn token(&self, version: Version, call: &mut Call<'_>, sign_in: &mut SignIn) -> HttpResponse {
        let mut response = match self.granted(version, call, sign_in) {
            Ok((client, resource, grant)) => {
                let issued = sign_in.grant(TOKEN, &client, grant, call);
                json_reply(200, &token_body(version, &resource, &issued, call))
            }
            Err(problem) => {
                sign_in.refuse(TOKEN, problem.error);
                problem.reply(call)
            }
        };
        set_header(&mut response, "Cache-Control", "no-store, no-cache");
        set_header(&mut response, "Pragma", "no-cache");
        response
    }

    /// To whom, for which resource, and what.
    fn granted(&self, version: Version, call: &Call<'_>, sign_in: &SignIn) -> Result<(String, String, Grant), Problem> {
        let form = Form::read(call);
        let wanted = |name: &str| form.get(name).ok_or_else(|| Problem::parameter(name));
        let grant = wanted("grant_type")?;
        if grant != "client_credentials" {
            return Err(Problem::new(
                400,
                "unsupported_grant_type",
                70_003,
                format!("The app requested an unsupported grant type '{grant}'."),
            ));
        }
        let tenant = self.tenant(call)?;
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
        let resource = match version {
            Version::V1 => wanted("resource")?,
            Version::V2 => {
                let scope = wanted("scope")?;
                scope.strip_suffix("/.default").ok_or_else(|| {
                    let message =
                        format!("The scope '{scope}' is not valid. Client credentials need a resource with /.default.");
                    Problem::new(400, "invalid_scope", 1_002_012, message)
                })?
            }
        };
        let audience = audience_of(resource)?;
        client.prove(&form, call, sign_in)?;
        let grant = Grant {
            audience,
            issuer: Issuer::Entra,
            client: Some(client.id.clone()),
            scopes: Vec::new(),
            lifetime: client.lifetime_seconds.duration(),
            valid_after: client.valid_after_seconds.duration(),
        };
        Ok((client.id.clone(), resource.to_owned(), grant))
    }

    fn tenant(&self, call: &Call<'_>) -> Result<&Tenant, Problem> {
        let name = call.path.first().map(String::as_str).unwrap_or_default();
        self.tenants.iter().find(|tenant| tenant.is(name)).ok_or_else(|| {
            let message = format!("Tenant '{name}' not found. Check that you have the correct tenant ID.");
            Problem::new(400, "invalid_request", 90_002, message)
        })
    }

    /// Which addresses the tenant has. Any page may read it.
    fn configuration(&self, version: Version, call: &mut Call<'_>) -> HttpResponse {
        let tenant = match self.tenant(call) {
            Ok(tenant) => &tenant.id,
            Err(problem) => return problem.reply(call),
        };
        let place = format!("{}/{tenant}", call.origin);
        let (infix, issuer) = match version {
            Version::V1 => ("", format!("https://sts.windows.net/{tenant}/")),
            Version::V2 => ("/v2.0", format!("{place}/v2.0")),
        };
        public(json!({
            "token_endpoint": format!("{place}/oauth2{infix}/token"),
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "jwks_uri": format!("{place}/discovery{infix}/keys"),
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": issuer,
            "authorization_endpoint": format!("{place}/oauth2{infix}/authorize"),
            "device_authorization_endpoint": format!("{place}/oauth2{infix}/devicecode"),
            "end_session_endpoint": format!("{place}/oauth2{infix}/logout"),
            "tenant_region_scope": "EU",
            "cloud_instance_name": "microsoftonline.com",
        }))
    }
}

impl Client {
    /// Whether the request comes from this application.
    fn prove(&self, form: &Form, call: &Call<'_>, sign_in: &SignIn) -> Result<(), Problem> {
        match (form.get("client_secret"), form.get("client_assertion")) {
            (_, Some(assertion)) => self.prove_by_assertion(assertion, form, call, sign_in)?,
            (Some(secret), None) => self.prove_by_secret(secret)?,
            (None, None) => {
                let message =
                    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
                return Err(Problem::client(7_000_218, message));
            }
        }
        // Conditional access looks at those only who have proved who they are.
        match self.refused_with {
            Some(number) => Err(Problem::told(number, None)),
            None => Ok(()),
        }
    }

    fn prove_by_secret(&self, secret: &str) -> Result<(), Problem> {
        if self.secret.as_deref() != Some(secret) {
            let message = format!("Invalid client secret provided for app '{}'.", self.id);
            return Err(Problem::client(7_000_215, message));
        }
        if self.secret_expired {
            let message = format!("The provided client secret keys for app '{}' are expired.", self.id);
            return Err(Problem::client(7_000_222, message));
        }
        Ok(())
    }

    fn prove_by_assertion(
        &self,
        assertion: &str,
        form: &Form,
        call: &Call<'_>,
        sign_in: &SignIn,
    ) -> Result<(), Problem> {
        match form.get("client_assertion_type") {
            None => return Err(Problem::parameter("client_assertion_type")),
            Some(ASSERTION_TYPE) => {}
            Some(_) => {
                let message = format!("The client_assertion_type must be '{ASSERTION_TYPE}'.");
                return Err(Problem::new(400, "invalid_request", 50_012, message));
            }
        }
        let (identity, _) = sign_in.identities.find(assertion, call).map_err(|why| match why {
            NoIdentity::Malformed => Problem::new(400, "invalid_request", 50_027, "JWT token is invalid or malformed."),
            NoIdentity::OutOfTime => Problem::client(
                700_024,
                "Client assertion is not within its valid time range. Check the clock, and ask for a new assertion.",
            ),
            NoIdentity::Unknown => Problem::client(
                700_027,
                "Client assertion failed signature validation. The key that signed it is not known.",
            ),
        })?;
        let mismatches = self.federated_credentials.iter().map(|known| known.mismatch(identity));
        // The one that comes closest is told: issuers are compared first, then subjects, then audiences.
        let mut closest = 700_211;
        for mismatch in mismatches {
            match mismatch {
                None => return Ok(()),
                Some(700_212) => closest = 700_212,
                Some(700_213) if closest == 700_211 => closest = 700_213,
                Some(_) => {}
            }
        }
        let (part, value) = match closest {
            700_211 => ("issuer", &identity.issuer),
            700_212 => ("audience", &identity.audience),
            _ => ("subject", &identity.subject),
        };
        let message = format!("No matching federated identity record found for presented assertion {part} '{value}'.");
        Err(Problem::client(closest, message))
    }
}

fn audience_of(resource: &str) -> Result<Audience, Problem> {
    let name = resource.trim_end_matches('/');
    RESOURCES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, audience)| *audience)
        .ok_or_else(|| {
            let message = format!("The resource principal named {resource} was not found in the tenant.");
            Problem::new(400, "invalid_resource", 500_011, message)
        })
}

/// Version 1 writes its numbers as texts.
fn token_body(version: Version, resource: &str, issued: &Issued, call: &Call<'_>) -> serde_json::Value {
    let seconds = issued.expires.since(call.now).as_secs();
    match version {
        Version::V1 => json!({
            "token_type": "Bearer",
            "expires_in": seconds.to_string(),
            "ext_expires_in": seconds.to_string(),
            "expires_on": (issued.expires.0 / 1000).to_string(),
            "not_before": (issued.not_before.0 / 1000).to_string(),
            "resource": resource,
            "access_token": issued.value,
        }),
        Version::V2 => json!({
            "token_type": "Bearer",
            "expires_in": seconds,
            "ext_expires_in": seconds,
            "access_token": issued.value,
        }),
    }
}

/// Which hosts stand for the same authority: this one alone.
fn discovery(call: &Call<'_>) -> HttpResponse {
    let host = split_once(&call.origin, "://").map_or("", |(_, host)| host);
    let tenant = call
        .query_value("authorization_endpoint")
        .and_then(|url| split_once(url, "://")?.1.split('/').nth(1))
        .unwrap_or("common");
    public(json!({
        "tenant_discovery_endpoint": format!("{}/{tenant}/v2.0/.well-known/openid-configuration", call.origin),
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
    }))
}

fn public(body: serde_json::Value) -> HttpResponse {
    let mut response = json_reply(200, &body);
    set_header(&mut response, "Access-Control-Allow-Origin", "*");
    set_header(&mut response, "Access-Control-Allow-Methods", "GET, OPTIONS");
    response
}
