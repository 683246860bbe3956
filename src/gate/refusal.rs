//! Why something is not let through.

use crate::http::HttpResponse;
use crate::json::{record, written};
use crate::refusal::PROXY_CODE;

/// A status, and a sentence for whoever asked.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Refusal {
    /// What to answer with.
    pub status: u16,
    /// What was expected and what was found. It repeats no value but ids and hosts.
    pub message: String,
}

impl Refusal {
    /// A refusal.
    #[must_use]
    pub fn new(status: u16, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }

    /// The answer, with the code where either service has it.
    #[must_use]
    pub fn response(&self) -> HttpResponse {
        let body = record! { "error_code": PROXY_CODE, "errorCode": PROXY_CODE, "message": self.message };
        HttpResponse {
            status: self.status,
            headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
            body: written(&body).into_bytes(),
        }
    }
}

/// What to say of a member that an endpoint does not have.
pub(super) fn another_member(of: &str, names: &[&str]) -> String {
    let expected = if names.is_empty() {
        "no member".to_owned()
    } else {
        ["the members ", &names.join(", "), " alone"].concat()
    };
    ["expected ", &expected, " in the ", of, ", found another one"].concat()
}
