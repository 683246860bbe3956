//! Signing in to the simulated services: the flows, the tokens that come of them, and every way to be refused.
#![cfg(feature = "simulator")]

#[path = "simulator_databricks/client.rs"]
mod client;
#[path = "simulator_sign_in/databricks.rs"]
mod databricks;
#[path = "simulator_sign_in/desk.rs"]
mod desk;
#[path = "simulator_sign_in/entra.rs"]
mod entra;
#[path = "simulator_sign_in/tokens.rs"]
mod tokens;
#[path = "simulator_sign_in/vault.rs"]
mod vault;
