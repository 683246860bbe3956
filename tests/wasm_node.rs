//! The tests of `tests/wasm` in Node, where wasm-bindgen's runner goes unless told otherwise.
#![cfg(target_family = "wasm")]

mod wasm;
