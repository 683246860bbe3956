//! Credentials as JavaScript holds them.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::future_to_promise;

use super::acquire::Signer;
use crate::auth::Resource;
use crate::auth::cloud::{FABRIC_HOST, ONE_LAKE_HOST};
use crate::error::Error;
use crate::http::{BaseUrl, Service};
use crate::json::quoted;
use crate::wasm::access_token;
use crate::wasm::convert::{get, refuse, throw};
use crate::wasm::options::flag;
use crate::wasm::tokens::{Asking, Tokens};

/// A credential of the functions of this module, for the option `credential` of runs and clients.
///
/// It keeps its tokens, one for each host, and signs in anew before they expire. `free()` overwrites its secrets and its
/// tokens in memory.
#[wasm_bindgen(js_name = Credential)]
pub struct JsCredential {
    signer: Rc<Signer>,
    kept: RefCell<Vec<(Resource, Rc<Tokens>)>>,
}

#[wasm_bindgen(js_class = Credential)]
impl JsCredential {
    /// A token for a host. Callers at the same time wait for one sign-in.
    ///
    /// @param scope The scope of Databricks, Fabric, OneLake or Key Vault, as Microsoft Entra ID knows it.
    /// @param request The host that the token is for, which may be left out for Fabric and OneLake, and whether the last token was
    /// refused.
    /// @returns Rejects with a `PqrunError`: `signInRefused`, `unknownHost`, `network` and others.
    #[wasm_bindgen(js_name = getToken, unchecked_return_type = "Promise<AccessToken>")]
    pub fn get_token(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string | string[]")] scope: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "Partial<TokenRequest>")] request: &JsValue,
    ) -> Promise {
        let asked = resource(scope, request).and_then(|resource| Ok((resource, flag(request, "refresh")?)));
        let (resource, refresh) = match asked {
            Ok(asked) => asked,
            Err(error) => return Promise::reject(&throw(error)),
        };
        let tokens = self.tokens(&resource);
        let signer = Rc::clone(&self.signer);
        future_to_promise(async move {
            let refused = tokens.generation().filter(|_| refresh);
            let ask = || -> Asking { Box::pin(Rc::clone(&signer).acquire(resource.clone())) };
            let token = tokens.get(refused, &ask, |token, _| access_token::to_js(token)).await;
            token.map_err(throw)
        })
    }
}

impl JsCredential {
    pub(super) fn new(signer: Signer) -> Self {
        Self {
            signer: Rc::new(signer),
            kept: RefCell::default(),
        }
    }

    fn tokens(&self, resource: &Resource) -> Rc<Tokens> {
        let mut kept = self.kept.borrow_mut();
        if let Some((_, tokens)) = kept.iter().find(|(known, _)| known == resource) {
            return Rc::clone(tokens);
        }
        let tokens = Rc::<Tokens>::default();
        kept.push((resource.clone(), Rc::clone(&tokens)));
        tokens
    }
}

/// What a token is asked for.
fn resource(scope: &JsValue, request: &JsValue) -> Result<Resource, Error> {
    let only = if Array::is_array(scope) && Array::from(scope).length() == 1 {
        Array::from(scope).get(0)
    } else {
        scope.clone()
    };
    let scope = only
        .as_string()
        .ok_or_else(|| refuse("scope: expected one scope, as a text"))?;
    let only = [
        Resource::Fabric(BaseUrl::parse(FABRIC_HOST)?),
        Resource::OneLake(BaseUrl::parse(ONE_LAKE_HOST)?),
    ];
    let all = match get(request, "host").as_string() {
        None => {
            let known = only.into_iter().find(|resource| resource.scope() == scope);
            return known.ok_or_else(|| refuse("request.host: expected the host that the token is for, found none"));
        }
        Some(host) => {
            let host = BaseUrl::parse(&host)?;
            [
                Resource::of(Service::Databricks, host.clone()),
                Resource::of(Service::Fabric, host.clone()),
                Resource::OneLake(host.clone()),
                Resource::KeyVault(host),
            ]
        }
    };
    let known = all.into_iter().find(|resource| resource.scope() == scope);
    known.ok_or_else(|| {
        refuse(
            [
                "scope: expected that of Databricks, Fabric, OneLake or Key Vault, found ",
                &quoted(&scope),
            ]
            .concat(),
        )
    })
}
