//! Tests of the bindings on wasm, by wasm-bindgen's test runner.
//!
//! cargo compiles `tests/wasm_node.rs` or `tests/wasm_browser.rs` and calls a runner with the result. The runner is
//! this very program: its hidden command hands over to the library of wasm-bindgen-cli, so that no second version of
//! the tool can be in use.

use std::env;
use std::ffi::OsString;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::json;

use crate::browser::{Browser, CHROMEDRIVER};
use crate::command;
use crate::npm;
use crate::test::tally::Tally;
use crate::toolchain::{self, WASM_TARGET};
use crate::workspace::Workspace;

/// Seconds a test binary may take in the browser; its own default of 20 is short on a busy machine.
const BROWSER_SECONDS: &str = "300";

/// Seconds chromedriver may take to start; its own default is 5.
const DRIVER_SECONDS: &str = "60";

/// Runs `tests/wasm_node.rs`.
///
/// # Errors
/// When a tool is missing.
pub(crate) fn run_in_node(workspace: &Workspace) -> Result<Tally> {
    npm::ensure_node()?;
    run(cargo(workspace, "wasm_node")?)
}

/// Runs `tests/wasm_browser.rs`.
///
/// # Errors
/// When a tool is missing and cannot be installed.
pub(crate) fn run_in_browser(workspace: &Workspace) -> Result<Tally> {
    let browser = Browser::ensure()?;
    let mut cargo = cargo(workspace, "wasm_browser")?;
    cargo.env(CHROMEDRIVER, &browser.driver);
    cargo.env(
        "WASM_BINDGEN_TEST_WEBDRIVER_JSON",
        browser.write_capabilities(workspace)?,
    );
    cargo.env("WASM_BINDGEN_TEST_TIMEOUT", BROWSER_SECONDS);
    cargo.env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", DRIVER_SECONDS);
    run(cargo)
}

/// What cargo calls with the path of a test binary and the arguments for it.
///
/// # Errors
/// When a test failed, or the binary cannot be run.
pub(crate) fn run_binary(args: Vec<OsString>) -> Result<()> {
    let args = std::iter::once("wasm-bindgen-test-runner".into()).chain(args);
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(args)
}

fn run(mut cargo: Command) -> Result<Tally> {
    Ok(Tally::of(&command::watch(&mut cargo)?, Tally::from_libtest))
}

/// `cargo test` for one file, with this program as the runner.
fn cargo(workspace: &Workspace, test: &str) -> Result<Command> {
    toolchain::ensure_wasm_target()?;
    let this = env::current_exe().context("could not tell the path of this program")?;
    // A list, so that a space in the path does no harm. JSON text is TOML here.
    let runner = json!([this.to_string_lossy(), "wasm-test-runner"]);
    let mut cargo = command::cargo();
    cargo
        .arg("test")
        .arg("--config")
        .arg(format!("target.{WASM_TARGET}.runner={runner}"));
    cargo.args([
        "--package=pqrun",
        "--all-features",
        "--target",
        WASM_TARGET,
        "--test",
        test,
    ]);
    cargo.current_dir(&workspace.root);
    Ok(cargo)
}
