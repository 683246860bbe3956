//! Bindings for JavaScript: they convert and decide nothing.

#[cfg(feature = "simulator")]
pub mod simulator;
