//! The tests of `tests/wasm` on a page in Chromium.
#![cfg(target_family = "wasm")]

mod wasm;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
