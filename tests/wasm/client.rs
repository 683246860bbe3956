//! The driver, over a `fetch` made of closures.

mod conversions;
mod runs;
mod service;
