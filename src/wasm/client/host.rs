//! How requests are sent, and with which tokens.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Function;

use crate::auth::{Generation, Resource};
use crate::error::Error;
use crate::http::{BaseUrl, HttpRequest};

pub(super) use crate::wasm::host::{now, random, seed, timestamp};
use crate::wasm::source::{Lease, Source};

/// How requests are sent, and with which tokens.
pub(super) struct Host {
    /// The only origin that anything is sent to with these tokens.
    pub(super) base: BaseUrl,
    pub(super) source: Source,
    /// The latest token that the service refused.
    pub(super) refused: Cell<Option<Generation>>,
    /// In the place of the default one.
    pub(super) fetch: Option<Function>,
    /// Whether the service has ever answered.
    pub(super) is_reached: Cell<bool>,
    /// That of `OneLake`, or of its region, that a file was last read from.
    pub(super) lake: RefCell<Option<Rc<Self>>>,
}

impl Host {
    /// What the requests to a resource go through: this one, or for `OneLake` one beside it, with tokens of its own.
    ///
    /// # Errors
    /// There are no tokens for it.
    pub(super) fn of(self: &Rc<Self>, resource: &Resource) -> Result<Rc<Self>, Error> {
        let Resource::OneLake(base) = resource else {
            return Ok(Rc::clone(self));
        };
        let mut lake = self.lake.borrow_mut();
        if let Some(known) = lake.as_ref().filter(|known| known.base == *base) {
            return Ok(Rc::clone(known));
        }
        let found = Rc::new(Self {
            base: base.clone(),
            source: self.source.of_one_lake(resource.clone())?,
            refused: Cell::new(None),
            fetch: self.fetch.clone(),
            is_reached: Cell::new(false),
            lake: RefCell::default(),
        });
        lake.replace(Rc::clone(&found));
        Ok(found)
    }

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
