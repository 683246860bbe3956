//! JavaScript tests of the package as installed, by `node --test`.

use anyhow::{Result, ensure};

use crate::browser::{Browser, CHROMIUM};
use crate::command;
use crate::consumer::Consumer;
use crate::files;
use crate::test::tally::Tally;
use crate::workspace::Workspace;

/// Milliseconds one test file may take. Node sets no limit of its own, and a hung test would hang us.
const FILE_MS: &str = "--test-timeout=300000";

/// Most of a file's time is spent waiting for simulated runs, so more files than cores run at once.
const AT_ONCE: &str = "--test-concurrency=4";

/// Runs `tests/node/**/*.test.mjs`.
///
/// # Errors
/// When there are none.
pub(crate) fn run_in_node(workspace: &Workspace, consumer: &Consumer) -> Result<Tally> {
    run(workspace, consumer, "tests/node", None)
}

/// Runs `tests/browser/**/*.test.mjs`, which find the path of Chromium in `PQRUN_CHROMIUM`.
///
/// # Errors
/// When there are none, or Chromium is missing and cannot be installed.
pub(crate) fn run_in_browser(workspace: &Workspace, consumer: &Consumer) -> Result<Tally> {
    let browser = Browser::ensure()?;
    run(workspace, consumer, "tests/browser", Some(&browser))
}

fn run(workspace: &Workspace, consumer: &Consumer, folder: &str, browser: Option<&Browser>) -> Result<Tally> {
    let tests = consumer.folder.join(folder);
    ensure!(tests.is_dir(), "expected tests in {folder}, found no such folder");
    let mut found = files::list(&tests)?;
    found.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    ensure!(!found.is_empty(), "expected files *.test.mjs in {folder}, found none");

    let mut node = consumer.node(workspace);
    node.args(["--test", "--test-reporter=spec", FILE_MS, AT_ONCE]);
    // Each by its path: Node 20 takes no pattern.
    node.args(found.iter().map(|file| tests.join(file)));
    if let Some(browser) = browser {
        node.env(CHROMIUM, &browser.chromium);
    }
    Ok(Tally::of(&command::watch(&mut node)?, Tally::from_node))
}
