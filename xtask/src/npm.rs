//! Node, npm and the development tools of the root `package.json`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::command;
use crate::files;
use crate::workspace::Workspace;

/// The oldest Node the package runs on; `engines` in `www/package.json` says the same, to the patch.
const OLDEST_NODE: u32 = 20;

/// Installs the tools of the committed lock file when they are missing or older than it.
///
/// # Errors
/// When Node is missing or too old, or npm fails.
pub(crate) fn ensure_tools(workspace: &Workspace) -> Result<()> {
    ensure_node()?;
    let installed = modified(&workspace.path("node_modules/.package-lock.json"));
    let locked = modified(&workspace.path("package-lock.json"));
    ensure!(
        locked.is_some(),
        "expected package-lock.json beside Cargo.toml, found none"
    );
    if installed >= locked {
        return Ok(());
    }
    println!("installing the tools of package-lock.json");
    let mut ci = npm("ci");
    command::run(ci.current_dir(&workspace.root)).context("could not install the tools of package-lock.json")
}

/// A tool of the root `package.json`, ready for arguments.
pub(crate) fn tool(workspace: &Workspace, name: &str) -> Command {
    let file = if cfg!(windows) {
        format!("{name}.cmd")
    } else {
        name.to_owned()
    };
    Command::new(workspace.path("node_modules/.bin").join(file))
}

/// `npm <subcommand>` without the news it likes to print. No package we install needs its scripts.
pub(crate) fn npm(subcommand: &str) -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command
        .arg(subcommand)
        .args(["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]);
    command
}

/// The exact version at which the root `package.json` pins a development tool.
///
/// # Errors
/// When it is not pinned.
pub(crate) fn pin(workspace: &Workspace, name: &str) -> Result<String> {
    let manifest: Value = serde_json::from_str(&files::read(&workspace.path("package.json"))?)?;
    let version = manifest["devDependencies"][name].as_str();
    Ok(version
        .with_context(|| format!("expected {name} in devDependencies of package.json"))?
        .to_owned())
}

/// Packs the folder of a package into `into` and hands back the tarball and the files npm put in it.
///
/// # Errors
/// When npm fails or answers in another shape than its documented one.
pub(crate) fn pack(package: &Path, into: &Path) -> Result<(PathBuf, Vec<PathBuf>)> {
    let answer = command::read(
        npm("pack")
            .arg("--json")
            .arg("--pack-destination")
            .arg(into)
            .current_dir(package),
    )?;
    let answer: Value = serde_json::from_str(&answer).context("`npm pack --json` printed no JSON")?;
    let name = answer[0]["filename"]
        .as_str()
        .context("`npm pack --json` named no filename")?;
    let packed = answer[0]["files"]
        .as_array()
        .context("`npm pack --json` listed no files")?;
    let files = packed
        .iter()
        .filter_map(|file| file["path"].as_str())
        .map(PathBuf::from)
        .collect();
    Ok((into.join(name), files))
}

/// Looks for a Node that can run the package.
///
/// # Errors
/// When there is none.
pub(crate) fn ensure_node() -> Result<()> {
    let answer = command::read(Command::new("node").arg("--version"))?;
    let major = answer
        .trim()
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|major| major.parse::<u32>().ok());
    ensure!(
        major.is_some_and(|major| major >= OLDEST_NODE),
        "expected Node {OLDEST_NODE} or later, found {}: install it from https://nodejs.org",
        answer.trim(),
    );
    Ok(())
}

/// When a file was last written; `None`, which is before any time, if it is not there.
fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}
