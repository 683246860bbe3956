//! How requests are sent, and with which tokens.

use std::cell::Cell;

use js_sys::Function;

use super::token::Tokens;

pub(super) use crate::wasm::host::{now, random, seed, timestamp};

/// How requests are sent, and with which tokens.
pub(super) struct Host {
    pub(super) tokens: Tokens,
    /// In the place of the default one.
    pub(super) fetch: Option<Function>,
    /// Whether the service has ever answered.
    pub(super) is_reached: Cell<bool>,
}
