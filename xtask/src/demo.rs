//! The demonstrations, run against the package as installed.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Result, ensure};

use crate::command;
use crate::consumer::Consumer;
use crate::package;
use crate::workspace::Workspace;

/// From the root.
const SCRIPT: &str = "xtask/demo.mjs";

/// The `pqrun` command, in the project.
const COMMAND: &str = "node_modules/pqrun/node/cli.js";

/// Runs `xtask/demo.mjs` and hands on its exit code.
///
/// # Errors
/// When the package cannot be built or installed.
pub(crate) fn run(workspace: &Workspace) -> Result<ExitCode> {
    ensure!(
        workspace.path(SCRIPT).is_file(),
        "expected the demonstration in {SCRIPT}, found no such file"
    );
    let consumer = install(workspace)?;
    let script = consumer.put(workspace, SCRIPT, "demo.mjs")?;
    command::interact(consumer.node(workspace).arg(script))
}

/// Serves the page until somebody ends it, and hands on the exit code.
///
/// # Errors
/// When the package cannot be built or installed.
pub(crate) fn serve_page(workspace: &Workspace, flags: &[OsString]) -> Result<ExitCode> {
    let consumer = install(workspace)?;
    command::interact(consumer.node(workspace).args([COMMAND, "serve"]).args(flags))
}

fn install(workspace: &Workspace) -> Result<Consumer> {
    let package = package::build(workspace)?;
    Consumer::install(workspace, &package)
}
