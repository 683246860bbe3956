//! How requests are sent, and with which tokens.

use std::cell::Cell;

use js_sys::Function;

use super::token::{Lease, Source};
use crate::auth::Generation;
use crate::error::Error;
use crate::http::{BaseUrl, HttpRequest};

pub(super) use crate::wasm::host::{now, random, seed, timestamp};

/// How requests are sent, and with which tokens.
pub(super) struct Host {
    /// The only origin that anything is sent to.
    pub(super) base: BaseUrl,
    pub(super) source: Source,
    /// The latest token that the service refused.
    pub(super) refused: Cell<Option<Generation>>,
    /// In the place of the default one.
    pub(super) fetch: Option<Function>,
    /// Whether the service has ever answered.
    pub(super) is_reached: Cell<bool>,
}

impl Host {
    /// The headers with the token for a request.
    pub(super) async fn lease(&self, request: &HttpRequest) -> Result<Lease, Error> {
        let refused = self.refused.get().filter(|_| request.refresh_token);
        self.source.lease(refused).await
    }

    /// Notes what became of a request. Which of several answers let a request be sent again is not known here, so the
    /// latest token counts that could be the reason. Fabric may say of one with 400, too, that it has expired.
    pub(super) fn answered(&self, status: u16, with: Option<Generation>) {
        self.is_reached.set(true);
        if matches!(status, 400 | 401 | 403) {
            self.refused.set(self.refused.get().max(with));
        }
    }
}
