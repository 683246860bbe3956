//! Databricks Jobs API: the contract, the state tables, what a job to start is, and how answers are read.

pub mod contract;
pub mod definition;
pub mod error;
pub mod job;
pub mod output;
pub mod reuse;
pub mod run;
pub mod state;
