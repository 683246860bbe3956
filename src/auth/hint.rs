//! What to do about the refusals that are known by a number or a word. They may change; nothing else hangs on them.

/// What an error of Entra's is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Class {
    /// Something has to be put right.
    Config,
    /// A person has to be there.
    Interactive,
    /// The secret is wrong or too old.
    Secret,
    /// It passes.
    Transient,
}

/// What one number behind `AADSTS` means.
pub(super) struct Row {
    number: u32,
    pub(super) class: Class,
    pub(super) hint: &'static str,
}

const fn row(number: u32, class: Class, hint: &'static str) -> Row {
    Row { number, class, hint }
}

const NO_POLICY: &str = "the application trusts no such assertion: compare the issuer, subject and audience of its \
                         federated credential with those of the assertion";

/// <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>
const ENTRA: &[Row] = &[
    row(
        50_034,
        Class::Interactive,
        "the tenant doesn't know this user: check the account and the tenant",
    ),
    row(
        50_076,
        Class::Interactive,
        "multi-factor authentication is asked for: sign in as a person (az login), or use a service principal",
    ),
    row(
        50_079,
        Class::Interactive,
        "the user has to register for multi-factor authentication: sign in once in a browser, or use a service principal",
    ),
    row(
        50_196,
        Class::Transient,
        "Entra saw too many equal requests: share one credential between runs, and try again later",
    ),
    row(
        53_003,
        Class::Interactive,
        "a conditional access policy blocks this sign-in: ask the tenant's administrator",
    ),
    row(
        65_001,
        Class::Interactive,
        "nobody consented to this application: ask the tenant's administrator for consent",
    ),
    row(
        70_011,
        Class::Config,
        "the scope is not valid: client credentials can ask for a resource's /.default only",
    ),
    row(70_021, Class::Config, NO_POLICY),
    row(
        90_002,
        Class::Config,
        "no such tenant: check tenantId, and that the authority is that of the tenant's cloud",
    ),
    row(90_033, Class::Transient, "Entra has a passing fault: try again later"),
    row(
        500_011,
        Class::Config,
        "the tenant doesn't have the service that the token is for: check tenantId; for Azure Databricks it is the \
         tenant of the workspace",
    ),
    row(
        700_016,
        Class::Config,
        "the tenant doesn't have this application: check clientId and tenantId",
    ),
    row(
        700_024,
        Class::Config,
        "the assertion is outside of its time: check this machine's clock, and that the assertion is renewed",
    ),
    row(
        700_027,
        Class::Config,
        "the assertion's signature can't be verified: check who signs it, and that its keys are published",
    ),
    row(700_211, Class::Config, NO_POLICY),
    row(700_212, Class::Config, NO_POLICY),
    row(700_213, Class::Config, NO_POLICY),
    row(
        900_023,
        Class::Config,
        "tenantId is neither a GUID nor a domain of a tenant: copy it from the tenant's overview",
    ),
    row(
        1_002_012,
        Class::Config,
        "the scope is not valid: client credentials can ask for a resource's /.default only",
    ),
    row(
        7_000_112,
        Class::Config,
        "the application is disabled in the tenant: ask its administrator",
    ),
    row(
        7_000_215,
        Class::Secret,
        "the client secret is wrong: give the secret's value, not its id, and that of this application",
    ),
    row(
        7_000_218,
        Class::Config,
        "the application is confidential: give a client secret or an assertion",
    ),
    row(
        7_000_222,
        Class::Secret,
        "the client secret has expired: make a new one for the application",
    ),
    row(
        7_000_229,
        Class::Config,
        "the application has no service principal in the tenant: create one, or check tenantId",
    ),
    row(
        9_002_313,
        Class::Config,
        "the request is malformed: check that no token or id stands in the place of another",
    ),
    row(
        9_002_326,
        Class::Config,
        "a page may redeem codes only for a redirect URI of the kind single-page application: register it so, or sign \
         in on a server",
    ),
];

/// What a number means.
pub(super) fn of_entra(number: u32) -> Option<&'static Row> {
    ENTRA.iter().find(|row| row.number == number)
}

/// What `error` of Databricks' OAuth asks for. <https://www.rfc-editor.org/rfc/rfc6749#section-5.2>
pub(super) fn of_databricks(error: &str) -> Option<&'static str> {
    Some(match error {
        "invalid_client" => {
            "the client id or the secret is wrong, or the secret has expired: give the service principal's application \
             id, an OAuth secret of it (no personal access token), and the host of a workspace that it is in"
        }
        "unauthorized_client" => {
            "the service principal may not sign in so: check that it is active and assigned to this workspace"
        }
        "access_denied" => "the service principal may not sign in here: check that it is assigned to this workspace",
        "invalid_scope" => "the scope is not valid, or the secret is bound to others: give scope, such as jobs",
        "invalid_grant" => {
            "no federation policy takes this assertion: compare the policy's issuer, subject and audiences with those of \
             the assertion, and check that it has not expired"
        }
        "invalid_request" | "unsupported_grant_type" => {
            "the workspace doesn't take this kind of sign-in: check the host, and that federation is set up for the account"
        }
        _ => return None,
    })
}

/// What the inner code of a vault's refusal asks for.
pub(super) fn of_vault(status: u16, code: Option<&str>) -> Option<&'static str> {
    Some(match (status, code.unwrap_or_default()) {
        (_, "ForbiddenByPolicy" | "AccessDenied") => {
            "give the credential that reads the vault the permission Get on secrets in the vault's access policies"
        }
        (_, "ForbiddenByRbac") => {
            "give the credential that reads the vault the role Key Vault Secrets User on the vault or the secret"
        }
        (_, "ForbiddenByFirewall" | "ForbiddenByConnection") => {
            "the vault's firewall doesn't let this machine in: allow its address, or go through the private endpoint"
        }
        (_, "SecretDisabled") => "the secret is disabled: enable it, or name another version",
        (401, _) => "the vault doesn't take the token of the credential that reads it: check that credential's tenant",
        (404, _) => "check the names of the vault and the secret, and the version",
        _ => return None,
    })
}
