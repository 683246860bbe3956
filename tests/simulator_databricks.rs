//! The rules of the simulated Databricks workspace, one test each.
#![cfg(feature = "simulator")]

#[path = "simulator_databricks/children.rs"]
mod children;
#[path = "simulator_databricks/client.rs"]
mod client;
#[path = "simulator_databricks/ends.rs"]
mod ends;
#[path = "simulator_databricks/graphs.rs"]
mod graphs;
#[path = "simulator_databricks/lists.rs"]
mod lists;
#[path = "simulator_databricks/orders.rs"]
mod orders;
#[path = "simulator_databricks/outputs.rs"]
mod outputs;
#[path = "simulator_databricks/starts.rs"]
mod starts;
#[path = "simulator_databricks/stops.rs"]
mod stops;
