//! The demonstration, run against the package as installed.

use std::process::ExitCode;

use anyhow::{Result, ensure};

use crate::command;
use crate::consumer::Consumer;
use crate::package;
use crate::workspace::Workspace;

/// From the root.
const SCRIPT: &str = "xtask/demo.mjs";

/// Runs `xtask/demo.mjs` and hands on its exit code.
///
/// # Errors
/// When the package cannot be built or installed.
pub(crate) fn run(workspace: &Workspace) -> Result<ExitCode> {
    ensure!(
        workspace.path(SCRIPT).is_file(),
        "expected the demonstration in {SCRIPT}, found no such file"
    );
    let package = package::build(workspace)?;
    let consumer = Consumer::install(workspace, &package)?;
    let script = consumer.put(workspace, SCRIPT, "demo.mjs")?;
    command::interact(consumer.node(workspace).arg(script))
}
