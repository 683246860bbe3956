//! The functions that make credentials. Each member is read for itself: a secret goes straight to where it is wiped.

use js_sys::Object;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::acquire::{Signer, no_vault_credential};
use super::assertion::Assertion;
use super::credential::JsCredential;
use crate::auth::{AuthSettings, Credential, ExposeSecret, Resource, SecretSource};
use crate::error::{Error, ErrorCode};
use crate::http::BaseUrl;
use crate::wasm::convert::{get, refuse, throw};
use crate::wasm::options::{flag, function, is_absent, token_credential, unknown};
use crate::wasm::secret;

/// A token that is there already, such as a personal access token of Databricks.
///
/// @throws {PqrunError} A member is missing or can't be right. Nothing was sent.
#[wasm_bindgen(js_name = databricksToken)]
pub fn databricks_token(
    #[wasm_bindgen(unchecked_param_type = "DatabricksTokenOptions")] options: &JsValue,
) -> Result<JsCredential, JsValue> {
    make(options, &["token"], |options| {
        let token = secret_source(options, "token")?;
        Ok((Credential::Token { token }, None))
    })
}

/// Signs in to Databricks as a service principal with an OAuth secret.
///
/// @throws {PqrunError} A member is missing or can't be right. Nothing was sent.
#[wasm_bindgen(js_name = databricksOAuth)]
pub fn databricks_oauth(
    #[wasm_bindgen(unchecked_param_type = "DatabricksOAuthOptions")] options: &JsValue,
) -> Result<JsCredential, JsValue> {
    make(
        options,
        &["clientId", "clientSecret", "scope", "accountId"],
        |options| {
            let credential = Credential::DatabricksOAuth {
                client_id: required(options, "clientId")?,
                client_secret: secret_source(options, "clientSecret")?,
                scope: text(options, "scope")?,
                account_id: text(options, "accountId")?,
            };
            Ok((credential, None))
        },
    )
}

/// Signs in to a Databricks workspace with a token of another issuer, for which it has a federation policy.
///
/// @throws {PqrunError} A member is missing or can't be right. Nothing was sent.
#[wasm_bindgen(js_name = databricksFederation)]
pub fn databricks_federation(
    #[wasm_bindgen(unchecked_param_type = "DatabricksFederationOptions")] options: &JsValue,
) -> Result<JsCredential, JsValue> {
    let own = ["clientId", "scope", "assertion", "assertionFile"];
    make(options, &own, |options| {
        let credential = Credential::DatabricksFederation {
            client_id: text(options, "clientId")?,
            scope: text(options, "scope")?,
        };
        Ok((credential, Some(Assertion::take(options)?)))
    })
}

/// Signs in to Microsoft Entra ID as an application with a client secret, for Fabric or Azure Databricks.
///
/// @throws {PqrunError} A member is missing or can't be right. Nothing was sent.
#[wasm_bindgen(js_name = entraClientSecret)]
pub fn entra_client_secret(
    #[wasm_bindgen(unchecked_param_type = "EntraClientSecretOptions")] options: &JsValue,
) -> Result<JsCredential, JsValue> {
    let own = [
        "tenantId",
        "clientId",
        "clientSecret",
        "authority",
        "azureWorkspaceResourceId",
    ];
    make(options, &own, |options| {
        let credential = Credential::EntraSecret {
            tenant_id: required(options, "tenantId")?,
            client_id: required(options, "clientId")?,
            client_secret: secret_source(options, "clientSecret")?,
            authority: origin(options, "authority")?,
            azure_workspace_resource_id: text(options, "azureWorkspaceResourceId")?,
        };
        Ok((credential, None))
    })
}

/// Signs in to Microsoft Entra ID as an application that trusts a token of another issuer, for Fabric or Azure
/// Databricks.
///
/// @throws {PqrunError} A member is missing or can't be right. Nothing was sent.
#[wasm_bindgen(js_name = entraFederation)]
pub fn entra_federation(
    #[wasm_bindgen(unchecked_param_type = "EntraFederationOptions")] options: &JsValue,
) -> Result<JsCredential, JsValue> {
    let own = [
        "tenantId",
        "clientId",
        "authority",
        "azureWorkspaceResourceId",
        "assertion",
        "assertionFile",
    ];
    make(options, &own, |options| {
        let credential = Credential::EntraFederation {
            tenant_id: required(options, "tenantId")?,
            client_id: required(options, "clientId")?,
            authority: origin(options, "authority")?,
            azure_workspace_resource_id: text(options, "azureWorkspaceResourceId")?,
        };
        Ok((credential, Some(Assertion::take(options)?)))
    })
}

/// What every credential takes.
const COMMON: &[&str] = &["vaultCredential", "vaultHost", "trustHost", "fetch"];

/// Reads what one kind of credential takes beside that.
type Read = fn(&JsValue) -> Result<(Credential, Option<Assertion>), Error>;

fn make(options: &JsValue, own: &[&str], read: Read) -> Result<JsCredential, JsValue> {
    signer(options, own, read).map(JsCredential::new).map_err(throw)
}

fn signer(options: &JsValue, own: &[&str], read: Read) -> Result<Signer, Error> {
    let object = options.dyn_ref::<Object>().filter(|object| !object.is_function());
    let object = object.ok_or_else(|| refuse("options: expected an object"))?;
    for name in Object::keys(object).iter().filter_map(|name| name.as_string()) {
        if !own.contains(&name.as_str()) && !COMMON.contains(&name.as_str()) {
            return Err(unknown(&name));
        }
    }
    let (credential, assertion) = read(options)?;
    // Whose host it will be is not known yet. This one is of no cloud, and all but the cloud is checked by it.
    credential.check(&Resource::Databricks(BaseUrl::parse("localhost")?))?;
    let vault_credential = token_credential(options, "vaultCredential")?;
    if matches!(credential.secret(), Some(SecretSource::Vault(_))) && vault_credential.is_none() {
        return Err(no_vault_credential());
    }
    let settings = AuthSettings {
        vault_host: origin(options, "vaultHost")?,
        trust_host: flag(options, "trustHost")?,
    };
    Ok(Signer {
        credential,
        settings,
        assertion,
        vault_credential,
        fetch: function(options, "fetch")?,
    })
}

/// A text that may be left out. What was given in its place is not repeated: it may be a secret.
fn text(options: &JsValue, name: &str) -> Result<Option<String>, Error> {
    let value = get(options, name);
    if is_absent(&value) {
        return Ok(None);
    }
    let text = value.as_string().ok_or_else(|| invalid(name, "expected a text"))?;
    Ok(Some(text.trim().to_owned()))
}

fn required(options: &JsValue, name: &str) -> Result<String, Error> {
    text(options, name)?
        .filter(|text| !text.is_empty())
        .ok_or_else(|| missing(name))
}

fn origin(options: &JsValue, name: &str) -> Result<Option<BaseUrl>, Error> {
    text(options, name)?.as_deref().map(BaseUrl::parse).transpose()
}

fn secret_source(options: &JsValue, name: &str) -> Result<SecretSource, Error> {
    let value = get(options, name);
    if is_absent(&value) {
        return Err(missing(name));
    }
    let secret = secret::read(&value).ok_or_else(|| invalid(name, "expected a text"))?;
    if secret.expose_secret().is_empty() {
        return Err(missing(name));
    }
    SecretSource::parse(secret.expose_secret())
}

fn missing(name: &str) -> Error {
    Error::new(
        ErrorCode::MissingCredentials,
        [name, ": expected it, found nothing"].concat(),
    )
}

fn invalid(name: &str, message: &str) -> Error {
    Error::new(ErrorCode::InvalidCredentials, [name, ": ", message].concat())
}
