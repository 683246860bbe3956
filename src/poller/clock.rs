//! The service's clock, as far as its answers tell: ages count by it, not by the host's.

use crate::http::HttpResponse;
use crate::poller::{Poller, schedule};
use crate::run::WarningCode;
use crate::time::Timestamp;

impl Poller {
    /// Remembers how far the service's clock is ahead of the host's.
    pub(super) fn note_service_clock(&mut self, response: &HttpResponse) {
        if let Some(date) = schedule::service_now(response) {
            let offset = i128::from(date.0) - i128::from(self.now.0);
            self.record.clock_offset = i64::try_from(offset).unwrap_or_default();
        }
    }

    /// The service's clock at an answer. Without a date in it: as far as earlier answers told, else the host's.
    pub(super) fn service_now(&mut self, response: &HttpResponse) -> Timestamp {
        schedule::service_now(response).unwrap_or_else(|| {
            if self.record.clock_offset == 0 {
                self.warn(
                    WarningCode::NoServiceClock,
                    "the service's answers have no readable date: ages are counted by this machine's clock",
                );
            }
            self.host_as_service(self.now)
        })
    }

    pub(super) fn host_as_service(&self, at: Timestamp) -> Timestamp {
        Timestamp(at.0.saturating_add_signed(self.record.clock_offset))
    }
}
