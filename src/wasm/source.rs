//! Where the tokens of a run, a client or a proxy come from.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use js_sys::Object;
use wasm_bindgen::JsValue;

use super::access_token::{self, TokenRequest};
use super::convert::{get, refuse};
use super::options::{flag, is_absent, token_credential};
use super::secret;
use super::tokens::{Asking, Tokens};
use crate::auth::{AccessToken, ExposeSecret, Generation, Resource, SecretString};
use crate::error::{Error, ErrorCode};
use crate::http::{BaseUrl, Service};
use crate::json::quoted;
use crate::redact::Redactor;
use crate::search::split_once;

/// Where tokens come from.
pub(super) enum Source {
    /// The same for every request.
    Fixed(AccessToken),
    /// Asked for when there is none, when it expires, and when it is refused.
    Asked(Rc<Asked>),
    /// Something on the way adds it.
    Elsewhere,
}

/// A callback, or a credential as `@azure/identity` has it, and what it gave for one resource.
pub(super) struct Asked {
    who: JsValue,
    /// `None` for what is beside the services' own APIs: `OneLake`.
    service: Option<Service>,
    resource: Resource,
    tokens: Rc<Tokens>,
    /// The same callback's or credential's tokens for the service, which must not go to `OneLake`.
    beside: Option<Rc<Self>>,
}

/// The headers that carry a token, and which of its source's tokens that is.
pub(super) struct Lease {
    pub(super) headers: Vec<(&'static str, SecretString)>,
    pub(super) generation: Option<Generation>,
}

impl Lease {
    /// Cuts the secrets in the headers out of texts. The scheme in front of a token is none.
    pub(super) fn redactor(&self) -> Redactor {
        Redactor::new(self.headers.iter().map(|(_, value)| {
            let value = value.expose_secret();
            split_once(value, " ").map_or(value, |(_, token)| token)
        }))
    }
}

thread_local! {
    /// All that are in use, so that runs with the same callback or credential share its tokens. Who uses them keeps
    /// them; nothing is kept for the list's sake.
    static IN_USE: RefCell<Vec<Weak<Asked>>> = const { RefCell::new(Vec::new()) };
}

impl Source {
    /// Reads the members `token`, `credential` and `trustHost` of options.
    ///
    /// # Errors
    /// There is neither or both, or the token would go to a host that is none of the service's own.
    pub(super) fn read(service: Service, base: &BaseUrl, options: &JsValue) -> Result<Self, Error> {
        let resource = Resource::of(service, base.clone());
        let is_trusted = flag(options, "trustHost")? || resource.has_known_host();
        let token = get(options, "token");
        let source = if let Some(credential) = token_credential(options, "credential")? {
            if !is_absent(&token) {
                return Err(refuse("expected token or credential, found both"));
            }
            Self::asked(credential, service, resource)
        } else if token.is_function() {
            Self::asked(token, service, resource)
        } else if token.is_null() {
            Self::Elsewhere
        } else if !token.is_undefined() && !token.is_string() {
            return Err(refuse("token: expected a text or a function"));
        } else {
            match secret::read(&token) {
                Some(token) if !token.expose_secret().is_empty() => Self::Fixed(AccessToken::new(token, None)?),
                _ => {
                    return Err(Error::new(
                        ErrorCode::MissingCredentials,
                        "expected a token or a credential, found none",
                    ));
                }
            }
        };
        if !is_trusted && !matches!(source, Self::Elsewhere) {
            return Err(Error::new(
                ErrorCode::UnknownHost,
                format!(
                    "expected a host of {}, found {}",
                    match service {
                        Service::Databricks => "Databricks, such as https://adb-1111222233334444.5.azuredatabricks.net",
                        Service::Fabric => "Fabric, such as https://api.fabric.microsoft.com",
                    },
                    quoted(base.as_str())
                ),
            ));
        }
        Ok(source)
    }

    /// A callback or a credential: the tokens of whoever uses the same one for the same resource.
    pub(super) fn asked(who: JsValue, service: Service, resource: Resource) -> Self {
        Self::shared(who, Some(service), resource, None)
    }

    /// Where the tokens for `OneLake` come from, if this is where those for the service do.
    ///
    /// # Errors
    /// [`ErrorCode::MissingCredentials`]: a text is a token for the service alone.
    pub(super) fn of_one_lake(&self, resource: Resource) -> Result<Self, Error> {
        match self {
            Self::Asked(asked) => Ok(Self::shared(asked.who.clone(), None, resource, Some(Rc::clone(asked)))),
            Self::Elsewhere => Ok(Self::Elsewhere),
            Self::Fixed(_) => Err(Error {
                hint: "give a token callback that heeds the scope it is asked for, or a credential; for the command set FAB_TOKEN_ONELAKE, or sign in to Entra, such as by AZURE_CLIENT_SECRET or Azure CLI".to_owned(),
                ..Error::new(
                    ErrorCode::MissingCredentials,
                    [
                        "expected a token callback or a credential for ",
                        &resource.scope(),
                        ", found a token, which is for the service only",
                    ]
                    .concat(),
                )
            }),
        }
    }

    fn shared(who: JsValue, service: Option<Service>, resource: Resource, beside: Option<Rc<Asked>>) -> Self {
        IN_USE.with_borrow_mut(|in_use| {
            in_use.retain(|asked| asked.strong_count() > 0);
            let mut all = in_use.iter().filter_map(Weak::upgrade);
            let known = all.find(|asked| asked.resource == resource && Object::is(&asked.who, &who));
            Self::Asked(known.unwrap_or_else(|| {
                let asked = Rc::new(Asked {
                    who,
                    service,
                    resource,
                    tokens: Rc::default(),
                    beside,
                });
                in_use.push(Rc::downgrade(&asked));
                asked
            }))
        })
    }

    /// Whether it gave a token before: then a failure may pass.
    #[cfg(feature = "client")]
    pub(super) fn had_one(&self) -> bool {
        matches!(self, Self::Asked(asked) if asked.tokens.generation().is_some())
    }

    /// The headers for a request; none if something else adds them. `refused` is the token that the service refused,
    /// if that is why another one is wanted.
    ///
    /// # Errors
    /// What the callback or the credential said.
    pub(super) async fn lease(&self, refused: Option<Generation>) -> Result<Lease, Error> {
        let lease = |token: &AccessToken, generation| Lease {
            headers: token.all_headers().collect(),
            generation,
        };
        match self {
            Self::Elsewhere => Ok(Lease {
                headers: Vec::new(),
                generation: None,
            }),
            Self::Fixed(token) => Ok(lease(token, None)),
            Self::Asked(asked) => {
                let ask = || -> Asking { Box::pin(Rc::clone(asked).ask(refused.is_some())) };
                let lease = |token: &AccessToken, generation| lease(token, Some(generation));
                let leased = asked.tokens.get(refused, &ask, lease).await;
                // It may name the token that it was to replace.
                leased.map_err(|error| match asked.tokens.latest(lease) {
                    Some(last) => last.redactor().clean(error),
                    None => error,
                })
            }
        }
    }
}

impl Asked {
    async fn ask(self: Rc<Self>, refresh: bool) -> Result<AccessToken, Error> {
        let request = TokenRequest {
            service: self.service,
            host: self.resource.origin(),
            scope: &self.resource.scope(),
            refresh,
        };
        let mut token = access_token::ask(&self.who, &request).await?;
        if let Some(beside) = &self.beside {
            // They are for a workspace of Databricks'.
            token.headers.clear();
            let is_same = |known: &AccessToken, _| known.token.expose_secret() == token.token.expose_secret();
            if beside.tokens.latest(is_same) == Some(true) {
                return Err(Error::new(
                    ErrorCode::InvalidCredentials,
                    format!("expected a token for {}, found the one for the service", request.scope),
                ));
            }
        }
        Ok(token)
    }
}
