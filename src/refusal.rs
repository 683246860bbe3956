//! What an answer that says no tells, whichever service says it.

use std::time::Duration;

use crate::error::{Error, ErrorCode};

/// The service's code, message, request id and wish to be left alone for a while, as far as they can be found.
#[derive(Debug, Default)]
pub(crate) struct Refusal {
    pub(crate) service_code: Option<String>,
    pub(crate) message: String,
    pub(crate) request_id: Option<String>,
    /// Databricks: `RetryInfo` in the body.
    pub(crate) retry_delay: Option<Duration>,
}

/// What `pqrun serve` has in the place of a service's code, so that nobody takes a refusal of its proxy for one of the
/// service.
pub(crate) const PROXY_CODE: &str = "PQRUN_PROXY";

/// What to do about one: a permission, a token or a host of the service are not what it is about.
const PROXY_HINT: &str =
    "pqrun serve refused it, not the service: see its flags, or open the address that it printed last";

impl Refusal {
    pub(crate) fn into_error(self, status: u16, code: ErrorCode) -> Error {
        let said = if self.message.is_empty() {
            format!("HTTP status {status}")
        } else {
            self.message
        };
        let mut error = Error::new(code, said);
        error.status = Some(status);
        if self.service_code.as_deref() == Some(PROXY_CODE) {
            error = error.with_hint(PROXY_HINT);
        }
        error.service_code = self.service_code;
        error.request_id = self.request_id;
        error
    }
}
