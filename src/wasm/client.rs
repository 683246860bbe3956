//! The bindings of the client module.

mod convert;
mod databricks;
mod driver;
mod events;
mod fabric;
mod fetch;
mod handle;
mod host;
mod options;
mod poller;
mod result;
mod service;
mod single;
mod types;

use wasm_bindgen::prelude::wasm_bindgen;

pub use databricks::DatabricksClient;
pub use events::RunEvents;
pub use fabric::FabricClient;
pub use handle::{
    RunHandle, attach_databricks_run, attach_fabric_run, resume_run, run_databricks_job, run_fabric_item,
};
pub use poller::JsPoller;

/// The version of pqrun.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
