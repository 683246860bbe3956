//! What JavaScript sees. It converts and drives; what to do is decided in the core.

#[cfg(any(feature = "auth", feature = "client"))]
mod access_token;
#[cfg(feature = "auth")]
pub mod auth;
#[cfg(feature = "client")]
mod client;
#[cfg(feature = "client")]
pub use client::*;
#[cfg(feature = "connector")]
pub mod connector;
#[cfg(any(feature = "auth", feature = "client", feature = "connector"))]
mod convert;
#[cfg(any(feature = "auth", feature = "client"))]
mod fetch;
#[cfg(any(feature = "auth", feature = "client"))]
mod host;
#[cfg(any(feature = "auth", feature = "client"))]
mod logger;
#[cfg(any(feature = "auth", feature = "client", feature = "connector", feature = "table"))]
mod object;
#[cfg(any(feature = "auth", feature = "client"))]
mod options;
#[cfg(any(feature = "auth", feature = "client"))]
mod secret;
#[cfg(feature = "simulator")]
pub mod simulator;
#[cfg(any(feature = "auth", feature = "client"))]
mod source;
#[cfg(any(feature = "client", feature = "table"))]
mod table;
#[cfg(any(feature = "client", feature = "table"))]
pub use table::{JsTable, JsTableParts, JsTableReader};
#[cfg(any(feature = "auth", feature = "client"))]
mod thrown;
#[cfg(any(feature = "auth", feature = "client"))]
mod tokens;
#[cfg(any(feature = "client", feature = "connector"))]
mod value;
#[cfg(any(feature = "auth", feature = "client"))]
mod wait;

#[cfg(any(feature = "auth", feature = "client"))]
pub use fetch::set_default_fetch;
#[cfg(any(feature = "auth", feature = "client"))]
pub use logger::set_module_logger;

#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// A panic is a bug: it says where, on the console, before the module stops working.
#[cfg(any(feature = "auth", feature = "client", feature = "table"))]
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}
