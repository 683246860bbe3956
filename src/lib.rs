//! Start a Databricks job or a Microsoft Fabric item job once, follow it to its end, read its output as a table.

pub mod error;
pub mod http;
#[cfg(feature = "simulator")]
pub mod simulator;
pub mod time;
