//! The demonstration, run against the package as installed.

use std::process::ExitCode;

use anyhow::Result;

use crate::command;
use crate::consumer::Consumer;
use crate::package;
use crate::workspace::Workspace;

/// Runs `xtask/demo.mjs` and hands on its exit code.
///
/// # Errors
/// When the package cannot be built or installed.
pub(crate) fn run(workspace: &Workspace) -> Result<ExitCode> {
    let package = package::build(workspace)?;
    let consumer = Consumer::install(workspace, &package)?;
    let script = consumer.put(workspace, "xtask/demo.mjs", "demo.mjs")?;
    command::interact(consumer.node(workspace).arg(script))
}
