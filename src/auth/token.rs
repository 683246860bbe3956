//! A token, as it is used.

use secrecy::{ExposeSecret, SecretString};

use crate::error::{Error, ErrorCode};
use crate::time::Timestamp;

/// The header that names the workspace's Azure resource, for a service principal that the workspace doesn't know yet.
pub(crate) const WORKSPACE_HEADER: &str = "X-Databricks-Azure-Workspace-Resource-Id";

/// The header with a token for Azure's management.
pub(crate) const MANAGEMENT_HEADER: &str = "X-Databricks-Azure-SP-Management-Token";

/// A token, and what goes with it, to the origin of its resource only.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AccessToken {
    /// What stands behind `Bearer` in `Authorization`.
    pub token: SecretString,
    /// When it stops being good; `None` if it is not known, then it is used until it is refused.
    pub expires_at: Option<Timestamp>,
    /// Headers that are sent beside it: none, or `X-Databricks-Azure-Workspace-Resource-Id` and
    /// `X-Databricks-Azure-SP-Management-Token`.
    pub headers: Vec<(&'static str, SecretString)>,
}

impl AccessToken {
    /// A token without further headers.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidCredentials`] for a text that no header can carry. The message does not repeat it.
    pub fn new(token: SecretString, expires_at: Option<Timestamp>) -> Result<Self, Error> {
        check_header("a token", token.expose_secret())?;
        Ok(Self {
            token,
            expires_at,
            headers: Vec::new(),
        })
    }

    /// Adds one of the two `X-Databricks-Azure-…` headers; gives back whether `name` is one of them, in any case, and
    /// the value something that a header can carry.
    pub fn add_header(&mut self, name: &str, value: SecretString) -> bool {
        let known = [WORKSPACE_HEADER, MANAGEMENT_HEADER];
        let Some(name) = known.into_iter().find(|known| known.eq_ignore_ascii_case(name)) else {
            return false;
        };
        let is_good = check_header(name, value.expose_secret()).is_ok();
        if is_good {
            self.headers.retain(|(held, _)| *held != name);
            self.headers.push((name, value));
        }
        is_good
    }

    /// Every header that it brings, `Authorization` first.
    pub fn all_headers(&self) -> impl Iterator<Item = (&'static str, SecretString)> {
        let bearer = crate::auth::secret::joined(&["Bearer ", self.token.expose_secret()]);
        std::iter::once(("Authorization", bearer)).chain(self.headers.iter().cloned())
    }
}

/// Refuses what no header can carry, before a `fetch` refuses it in a message that repeats it.
pub(crate) fn check_header(what: &str, text: &str) -> Result<(), Error> {
    let refuse = |found: &str| {
        Err(Error::new(
            ErrorCode::InvalidCredentials,
            format!("expected {what} of visible ASCII characters, found {found}"),
        ))
    };
    if text.is_empty() {
        return refuse("an empty text");
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return refuse("others in it");
    }
    Ok(())
}
