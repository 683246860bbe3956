//! What a good token may do in the workspace: its scopes, and whether its bearer is known here.

use super::Databricks;
use super::wire::ApiError;
use crate::http::HttpResponse;
use crate::simulator::call::{Call, Refusal};
use crate::simulator::tokens::{Audience, Issuer, Token, Tokens};

/// <https://learn.microsoft.com/azure/databricks/dev-tools/service-prin-aad-token>
const RESOURCE_ID: &str = "X-Databricks-Azure-Workspace-Resource-Id";
const MANAGEMENT_TOKEN: &str = "X-Databricks-Azure-SP-Management-Token";

impl Databricks {
    /// The answer to a call without a good credential.
    pub(crate) fn refuse(&self, call: &mut Call<'_>, why: Refusal) -> HttpResponse {
        let id = call.rng.guid();
        let (status, message) = match why {
            Refusal::Missing => (
                401,
                "Credential was not sent or was of an unsupported type for this API.",
            ),
            Refusal::OtherAudience(_) | Refusal::Unknown => (self.spec.unknown_token_status, "Invalid access token."),
            Refusal::Expired => (401, "Access token has expired."),
            Refusal::NotYetValid => (401, "Access token is not valid yet."),
        };
        // The code is a number here, not a name.
        ApiError::new(status, status, format!("{message} [ReqId: {id}]")).into_response(call)
    }

    /// Whether the bearer of a good token may use the API of this scope. Lets a new one in who shows both headers that
    /// Azure asks for.
    ///
    /// # Errors
    /// The answer that says no.
    pub(in crate::simulator) fn admit(
        &mut self,
        call: &mut Call<'_>,
        token: &Token,
        tokens: &Tokens,
        scope: &str,
    ) -> Result<(), HttpResponse> {
        let fits = |given: &String| given == "all-apis" || given == scope;
        if !token.scopes.is_empty() && !token.scopes.iter().any(fits) {
            let message = format!("Provided OAuth token does not have required scopes: {scope}");
            return Err(self.forbid(call, &message));
        }
        let (Some(azure), Some(client), Issuer::Entra) = (&self.spec.azure, &token.client, token.issuer) else {
            return Ok(());
        };
        let lists = |list: &[String]| list.iter().any(|known| known.eq_ignore_ascii_case(client));
        if lists(&azure.members) || lists(&self.joined) {
            return Ok(());
        }
        let resource = call.header(RESOURCE_ID).is_some_and(|id| {
            id.trim_end_matches('/')
                .eq_ignore_ascii_case(azure.resource_id.trim_end_matches('/'))
        });
        let managed = call.header(MANAGEMENT_TOKEN).is_some_and(|value| {
            tokens
                .check_value(value, Audience::Management, call.now, call.speed)
                .is_ok_and(|management| management.client == token.client)
        });
        if resource && managed && lists(&azure.contributors) {
            let client = client.clone();
            self.joined.push(client);
            return Ok(());
        }
        Err(self.forbid(call, "User not authorized."))
    }

    fn forbid(&self, call: &mut Call<'_>, message: &str) -> HttpResponse {
        let id = call.rng.guid();
        ApiError::new(403, 403, format!("{message} [ReqId: {id}]")).into_response(call)
    }
}
