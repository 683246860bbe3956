//! What JavaScript sees. It converts and drives; what to do is decided in the core.

#[cfg(feature = "client")]
mod client;
#[cfg(feature = "client")]
pub use client::*;
#[cfg(feature = "simulator")]
pub mod simulator;
