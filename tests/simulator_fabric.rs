//! The simulated Fabric service keeps the rules of the fact sheet, on a virtual clock.

#![cfg(feature = "simulator")]

#[path = "simulator_fabric/activities.rs"]
mod activities;
#[path = "simulator_fabric/faults.rs"]
mod faults;
#[path = "simulator_fabric/lists.rs"]
mod lists;
#[path = "simulator_fabric/refusals.rs"]
mod refusals;
#[path = "simulator_fabric/rows.rs"]
mod rows;
#[path = "simulator_fabric/service.rs"]
mod service;
#[path = "simulator_fabric/starts.rs"]
mod starts;
