//! The parts of the Rust toolchain that a plain installation does not have.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::command;

/// The target the wasm modules are built for.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Installs the standard library for [`WASM_TARGET`] when it is missing.
///
/// # Errors
/// When it is missing and rustup cannot add it.
pub(crate) fn ensure_wasm_target() -> Result<()> {
    // rustc is asked, not rustup: a distribution's Rust has the target without knowing rustup.
    let library = command::read(Command::new("rustc").args(["--print=target-libdir", "--target", WASM_TARGET]))?;
    if Path::new(library.trim()).is_dir() {
        return Ok(());
    }
    println!("installing the Rust target {WASM_TARGET}");
    command::run(Command::new("rustup").args(["target", "add", WASM_TARGET])).with_context(|| {
        format!(
            "expected the Rust target {WASM_TARGET}, found none in {}, and could not add it",
            library.trim()
        )
    })
}

/// Installs rustfmt and clippy when they are missing.
///
/// # Errors
/// When one is missing and rustup cannot add it.
pub(crate) fn ensure_lint_components() -> Result<()> {
    for (component, subcommand) in [("clippy", "clippy"), ("rustfmt", "fmt")] {
        if command::succeeds(command::cargo().args([subcommand, "--version"])) {
            continue;
        }
        println!("installing the Rust component {component}");
        command::run(Command::new("rustup").args(["component", "add", component]))
            .with_context(|| format!("expected `cargo {subcommand}`, found none, and could not add it"))?;
    }
    Ok(())
}
