//! The demonstration, run against the package as installed.

use anyhow::Result;

use crate::command;
use crate::consumer::Consumer;
use crate::package;
use crate::workspace::Workspace;

/// Runs `demo.mjs`. False if it ended with another exit code than 0.
///
/// # Errors
/// When the package cannot be built or installed.
pub(crate) fn run(workspace: &Workspace) -> Result<bool> {
    let package = package::build(workspace)?;
    let consumer = Consumer::install(workspace, &package)?;
    let script = consumer.put(workspace, "xtask/demo.mjs", "demo.mjs")?;
    command::interact(consumer.node(workspace).arg(script))
}
