//! Tests in JavaScript, by `node --test`: of the package as installed, and of generated M.

use std::num::NonZero;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::browser::{Browser, CHROMIUM};
use crate::command;
use crate::consumer::Consumer;
use crate::files;
use crate::test::tally::Tally;
use crate::workspace::Workspace;

/// Milliseconds one test file may take: several times as long as the longest does on two busy cores. Node sets no limit of its
/// own, and a hung test would hang us.
const FILE_MS: &str = "--test-timeout=900000";

/// Most of the time of a file that uses the package is spent waiting for simulated runs, so more files than cores run at
/// once.
const AT_ONCE: &str = "--test-concurrency=4";

/// Where tests put pictures of pages.
const SCREENSHOTS: &str = "PQRUN_SCREENSHOTS";

/// Runs `tests/node/**/*.test.mjs`.
///
/// # Errors
/// When there are none.
pub(crate) fn run_in_node(workspace: &Workspace, consumer: &Consumer) -> Result<Tally> {
    let mut node = consumer.node(workspace);
    node.arg(AT_ONCE);
    run(node, &consumer.folder, "tests/node")
}

/// Runs `tests/browser/**/*.test.mjs`, which find the path of Chromium in `PQRUN_CHROMIUM`, and leave pictures of what they
/// saw in `target/xtask/screenshots`.
///
/// # Errors
/// When there are none, or Chromium is missing and cannot be installed.
pub(crate) fn run_in_browser(workspace: &Workspace, consumer: &Consumer) -> Result<Tally> {
    let browser = Browser::ensure()?;
    let mut node = consumer.node(workspace);
    let pictures = workspace.scratch("screenshots");
    files::empty_folder(&pictures)?;
    node.arg(AT_ONCE)
        .env(CHROMIUM, &browser.chromium)
        .env(SCREENSHOTS, &pictures);
    run(node, &consumer.folder, "tests/browser")
}

/// Runs `tests/m/**/*.test.mjs`, which evaluate M with a virtual clock and import the package from `pkg/`.
///
/// In the checkout: generated M and what it is made of are there, and so are Microsoft's parser and formatter.
///
/// # Errors
/// When there are none.
pub(crate) fn run_m(workspace: &Workspace) -> Result<Tally> {
    let mut node = Command::new("node");
    // They compute all the time. Left alone, Node keeps one of the cores free.
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    node.arg(format!("--test-concurrency={cores}"))
        .current_dir(&workspace.root);
    run(node, &workspace.root, "tests/m")
}

/// Runs the tests in a folder below `root`.
fn run(mut node: Command, root: &Path, folder: &str) -> Result<Tally> {
    let tests = root.join(folder);
    ensure!(tests.is_dir(), "expected tests in {folder}, found no such folder");
    let mut found = files::list(&tests)?;
    found.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    ensure!(!found.is_empty(), "expected files *.test.mjs in {folder}, found none");

    node.args(["--test", "--test-reporter=spec", FILE_MS]);
    // Each by its path: Node 20 takes no pattern.
    node.args(found.iter().map(|file| tests.join(file)));
    Ok(Tally::of(&command::watch(&mut node)?, Tally::from_node))
}
