//! Databricks' own token endpoints.
//!
//! `POST /oidc/v1/token` and `/oidc/accounts/{id}/v1/token` for client credentials
//! (<https://docs.databricks.com/dev-tools/auth/oauth-m2m>) and for the exchange of other systems' tokens
//! (<https://docs.databricks.com/dev-tools/auth/oauth-federation-exchange>), and the documents by which they are found.

use std::time::Duration;

use serde_json::Value;

use super::Databricks;
use super::scenario::ServicePrincipal;
use crate::http::HttpResponse;
use crate::simulator::call::{Call, empty_reply, json_reply, set_header};
use crate::simulator::form::{self, Form};
use crate::simulator::identity::NoIdentity;
use crate::simulator::json::json;
use crate::simulator::sign_in::SignIn;
use crate::simulator::tokens::{Audience, Grant, Issuer};

/// The names by which faults are aimed.
const WORKSPACE_TOKEN: &str = "oidc/token";
const ACCOUNT_TOKEN: &str = "oidc/accounts/token";
const SERVER: &str = "oauth-authorization-server";

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
/// There are more; these are the ones that a runner of jobs could ask for.
const SCOPES: [&str; 8] = [
    "all-apis",
    "clusters",
    "dbfs",
    "files",
    "jobs",
    "offline_access",
    "sql",
    "workspace",
];

/// An OAuth error.
struct Refusal {
    status: u16,
    error: &'static str,
    description: String,
}

impl Refusal {
    fn request(description: impl Into<String>) -> Self {
        Self {
            status: 400,
            error: "invalid_request",
            description: description.into(),
        }
    }

    fn client() -> Self {
        Self {
            status: 401,
            error: "invalid_client",
            description: "Client authentication failed".into(),
        }
    }

    fn scope(description: impl Into<String>) -> Self {
        Self {
            status: 400,
            error: "invalid_scope",
            description: description.into(),
        }
    }

    fn reply(self) -> HttpResponse {
        let body = json!({"error": self.error, "error_description": self.description});
        let mut response = json_reply(self.status, &body);
        if self.status == 401 {
            set_header(&mut response, "WWW-Authenticate", "Basic realm=\"databricks\"");
        }
        response
    }
}

/// Who has proved itself, and how long that may last.
struct Proved<'a> {
    client: String,
    principal: Option<&'a ServicePrincipal>,
    lifetime: Duration,
}

impl Databricks {
    /// The name of a sign-in endpoint, by which a fault may be aimed.
    pub(crate) fn sign_in_endpoint(method: &str, path: &[&str]) -> Option<&'static str> {
        match (method, path) {
            ("POST", ["oidc", "v1", "token"]) => Some(WORKSPACE_TOKEN),
            ("POST", ["oidc", "accounts", _, "v1", "token"]) => Some(ACCOUNT_TOKEN),
            ("GET", ["oidc", .., ".well-known", "oauth-authorization-server"]) => Some(SERVER),
            _ => None,
        }
    }

    /// Answers every call under `/oidc/`, and the two others that tell where to sign in. Browsers can't read any of it.
    pub(in crate::simulator) fn sign_in(&self, call: &mut Call<'_>, sign_in: &mut SignIn) -> HttpResponse {
        let path = call.segments();
        let account = match path.as_slice() {
            ["oidc", "accounts", account, ..] if *account != self.spec.account_id => return empty_reply(404),
            ["oidc", "accounts", ..] => Some(format!("/accounts/{}", self.spec.account_id)),
            _ => None,
        };
        match (call.method, path.as_slice()) {
            ("POST", ["oidc", "v1", "token"] | ["oidc", "accounts", _, "v1", "token"]) => {
                let (endpoint, audience) = match account {
                    Some(_) => (ACCOUNT_TOKEN, Audience::DatabricksAccount),
                    None => (WORKSPACE_TOKEN, Audience::Databricks),
                };
                self.token(endpoint, audience, call, sign_in)
            }
            ("GET", ["oidc", ".well-known", last] | ["oidc", "accounts", _, ".well-known", last])
                if *last == SERVER =>
            {
                json_reply(200, &server(&call.origin, &account.unwrap_or_default()))
            }
            ("GET", [".well-known", "databricks-config"]) => json_reply(200, &self.configuration(call)),
            ("GET", ["aad", "auth"]) => self.redirect(call),
            (_, ["oidc", .., "token"]) => empty_reply(405),
            _ => empty_reply(404),
        }
    }

    fn token(&self, endpoint: &str, audience: Audience, call: &mut Call<'_>, sign_in: &mut SignIn) -> HttpResponse {
        let mut response = match self.granted(audience, call, sign_in) {
            Ok((client, grant)) => {
                let scope = grant.scopes.join(" ");
                let issued = sign_in.grant(endpoint, &client, grant, call);
                let seconds = issued.expires.since(call.now).as_secs();
                let seconds = if self.spec.expires_in_as_text {
                    Value::from(seconds.to_string())
                } else {
                    Value::from(seconds)
                };
                let body = json!({
                    "access_token": issued.value, "token_type": "Bearer", "expires_in": seconds, "scope": scope,
                });
                json_reply(200, &body)
            }
            Err(refusal) => {
                sign_in.refuse(endpoint, refusal.error);
                refusal.reply()
            }
        };
        set_header(&mut response, "Cache-Control", "no-cache, no-store");
        response
    }

    fn granted(&self, audience: Audience, call: &Call<'_>, sign_in: &SignIn) -> Result<(String, Grant), Refusal> {
        let form = Form::read(call);
        let proved = match form.get("grant_type") {
            Some("client_credentials") => self.prove_by_secret(&form, call)?,
            Some(EXCHANGE) => self.prove_by_identity(&form, call, sign_in)?,
            Some(_) => {
                return Err(Refusal {
                    status: 400,
                    error: "unsupported_grant_type",
                    description: "The grant type is not supported".into(),
                });
            }
            None => return Err(Refusal::request("grant_type is missing")),
        };
        let scope = form.get("scope").ok_or_else(|| Refusal::request("scope is missing"))?;
        let scopes: Vec<String> = scope.split_whitespace().map(str::to_owned).collect();
        for scope in &scopes {
            let bound = proved.principal.and_then(|principal| principal.scopes.as_deref());
            // A secret that is bound to everything may be used for less.
            let allowed = bound.is_none_or(|bound| bound.iter().any(|known| known == scope || known == "all-apis"));
            if !SCOPES.contains(&scope.as_str()) {
                return Err(Refusal::scope("The scope is unknown"));
            }
            if !allowed {
                return Err(Refusal::scope(format!("The client may not ask for the scope {scope}")));
            }
        }
        let grant = Grant {
            audience,
            issuer: Issuer::Databricks,
            client: Some(proved.client.clone()),
            scopes,
            lifetime: proved.lifetime,
            valid_after: Duration::ZERO,
        };
        Ok((proved.client, grant))
    }

    fn prove_by_secret(&self, form: &Form, call: &Call<'_>) -> Result<Proved<'_>, Refusal> {
        let in_form = form.get("client_id").zip(form.get("client_secret"));
        let (id, secret) = match (form::basic(call), in_form) {
            (Some(_), Some(_)) => {
                return Err(Refusal::request(
                    "The client is named twice: in the header and in the body",
                ));
            }
            (Some(basic), None) => basic,
            (None, Some((id, secret))) => (id.to_owned(), secret.to_owned()),
            (None, None) => return Err(Refusal::client()),
        };
        let principal = self.principal(&id).ok_or_else(Refusal::client)?;
        if principal.secret.as_deref() != Some(&*secret) || principal.secret_expired {
            return Err(Refusal::client());
        }
        Ok(Proved {
            client: id,
            principal: Some(principal),
            lifetime: principal.lifetime_seconds.duration(),
        })
    }

    fn prove_by_identity(&self, form: &Form, call: &Call<'_>, sign_in: &SignIn) -> Result<Proved<'_>, Refusal> {
        let missing = |name: &str| Refusal::request(format!("{name} is missing"));
        let text = form.get("subject_token").ok_or_else(|| missing("subject_token"))?;
        match form.get("subject_token_type") {
            Some(JWT) => {}
            Some(_) => return Err(Refusal::request("subject_token_type is not supported")),
            None => return Err(missing("subject_token_type")),
        }
        let (identity, end) = sign_in.identities.find(text, call).map_err(|why| {
            Refusal::request(match why {
                NoIdentity::Malformed => "subject_token is not a JWT",
                NoIdentity::OutOfTime => "subject_token has expired, or is not valid yet",
                NoIdentity::Unknown => "The signature of subject_token can't be verified",
            })
        })?;
        let account_id = &self.spec.account_id;
        let no_policy = || Refusal::request("No federation policy matches the issuer, subject and audience");
        let (client, principal, lifetime) = match form.get("client_id") {
            Some(id) => {
                let principal = self.principal(id).ok_or_else(Refusal::client)?;
                let policies = &principal.federation_policies;
                if !policies.iter().any(|policy| policy.takes(identity, account_id)) {
                    return Err(no_policy());
                }
                (id, Some(principal), principal.lifetime_seconds.duration())
            }
            None => {
                let policies = &self.spec.federation_policies;
                if !policies.iter().any(|policy| policy.takes(identity, account_id)) {
                    return Err(no_policy());
                }
                (identity.subject.as_str(), None, Duration::from_secs(3600))
            }
        };
        Ok(Proved {
            client: client.to_owned(),
            principal,
            // Not longer than what it was exchanged for.
            lifetime: end.map_or(lifetime, |end| lifetime.min(call.speed.lengthen(end.since(call.now)))),
        })
    }

    fn principal(&self, id: &str) -> Option<&ServicePrincipal> {
        self.spec
            .service_principals
            .iter()
            .find(|principal| principal.client_id.eq_ignore_ascii_case(id))
    }

    fn configuration(&self, call: &Call<'_>) -> Value {
        json!({
            "oidc_endpoint": format!("{}/oidc", call.origin),
            "account_id": self.spec.account_id,
            "workspace_id": self.spec.workspace_id.0.to_string(),
            "cloud": if self.spec.azure.is_some() { "AZURE" } else { "AWS" },
        })
    }

    /// To the tenant's page for people, whose address tells which tenant it is.
    fn redirect(&self, call: &Call<'_>) -> HttpResponse {
        let tenant = self.spec.azure.as_ref().and_then(|azure| azure.tenant_id.as_ref());
        let Some(tenant) = tenant else {
            return empty_reply(404);
        };
        let mut response = empty_reply(302);
        let resource = Audience::Databricks.resource();
        let origin = if call.is_on_loopback() {
            &*call.origin
        } else {
            "https://login.microsoftonline.com"
        };
        let to = format!("{origin}/{tenant}/oauth2/authorize?response_type=id_token&resource={resource}");
        set_header(&mut response, "Location", to);
        response
    }
}

fn server(origin: &str, account: &str) -> Value {
    let place = format!("{origin}/oidc{account}");
    json!({
        "issuer": place,
        "authorization_endpoint": format!("{place}/v1/authorize"),
        "token_endpoint": format!("{place}/v1/token"),
        "jwks_uri": format!("{origin}/oidc/jwks.json"),
        "scopes_supported": SCOPES,
        "response_types_supported": ["code", "id_token"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "grant_types_supported": ["client_credentials", "authorization_code", "refresh_token", EXCHANGE],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
    })
}
