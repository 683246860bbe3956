//! The driver, over a `fetch` made of closures.

mod calls;
mod conversions;
mod runs;
pub(crate) mod service;
