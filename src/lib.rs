//! Start a Databricks job or a Microsoft Fabric item job once, follow it to its end, read its output as a table.

pub mod auth;
mod base64;
#[cfg(feature = "connector")]
pub mod connector;
pub mod contract;
pub mod databricks;
pub mod error;
pub mod fabric;
pub mod file;
pub mod fingerprint;
pub mod gate;
pub mod http;
mod json;
mod logging;
#[cfg(feature = "connector")]
pub mod m;
pub mod output_table;
pub mod poller;
mod read;
mod redact;
mod refusal;
pub mod run;
mod search;
#[cfg(feature = "simulator")]
pub mod simulator;
mod sort;
pub mod time;
#[cfg(test)]
mod vectors;
#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub mod wasm;

pub use pqrun_table as table;
