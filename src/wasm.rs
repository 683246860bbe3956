//! What JavaScript sees. It converts and drives; what to do is decided in the core.

#[cfg(feature = "client")]
mod client;
#[cfg(feature = "client")]
pub use client::*;
#[cfg(feature = "connector")]
pub mod connector;
#[cfg(any(feature = "client", feature = "connector"))]
mod convert;
#[cfg(feature = "client")]
pub mod logger;
#[cfg(feature = "simulator")]
pub mod simulator;
