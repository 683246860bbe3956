//! Rust tests on this machine: unit tests, the files in `tests/`, examples in the documentation.

use std::env;

use anyhow::Result;

use crate::command;
use crate::test::tally::Tally;
use crate::workspace::Workspace;

/// Runs them with cargo-nextest where it is installed, which leaves out the documentation, or else with cargo alone.
pub(crate) fn run(workspace: &Workspace) -> Result<Tally> {
    let mut tally = Tally::default();
    if command::succeeds(command::cargo().args(["nextest", "--version"])) {
        tally += cargo(workspace, &["nextest", "run", "--no-fail-fast"], Tally::from_nextest)?;
        tally += cargo(workspace, &["test", "--doc", "--no-fail-fast"], Tally::from_libtest)?;
    } else {
        tally += cargo(workspace, &["test", "--no-fail-fast"], Tally::from_libtest)?;
    }
    Ok(tally)
}

fn cargo(workspace: &Workspace, args: &[&str], read: fn(&[String]) -> Tally) -> Result<Tally> {
    let mut command = command::cargo();
    command
        .args(args)
        .args(["--workspace", "--all-features"])
        .current_dir(&workspace.root);
    if env::var_os("INSTA_UPDATE").is_none() {
        // A snapshot that differs fails, and leaves no file behind.
        command.env("INSTA_UPDATE", "no");
    }
    Ok(Tally::of(&command::watch(&mut command)?, read))
}
