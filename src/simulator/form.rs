//! How token endpoints are asked: a form in the body, and perhaps a client's name and secret in a header.

use super::call::Call;
use super::target;
use crate::base64;

/// A form's members.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    pub(super) fn read(call: &Call<'_>) -> Self {
        Self(target::pairs(&String::from_utf8_lossy(call.body)))
    }

    /// The first member of that name, if it says something.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(found, value)| found == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }
}

/// Name and secret of an `Authorization: Basic` header; `None` if there is no such header, or nothing readable in it.
pub(super) fn basic(call: &Call<'_>) -> Option<(String, String)> {
    let (scheme, value) = call.header("Authorization")?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(base64::decode(value.trim())?).ok()?;
    let (name, secret) = text.split_once(':')?;
    Some((name.to_owned(), secret.to_owned()))
}
