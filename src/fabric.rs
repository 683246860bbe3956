//! Fabric Job Scheduler API: the contract, the state tables, what an item job to start is, and how answers are read.

pub mod contract;
pub mod definition;
pub mod error;
pub mod instance;
pub mod job;
pub mod output;
pub mod state;
