//! Where things are.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::command;

/// The checkout this program works on.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The folder of the workspace's `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// Where cargo builds.
    pub(crate) target: PathBuf,
    /// The version of the crate, which is the version of the package.
    pub(crate) version: String,
}

impl Workspace {
    /// Asks cargo.
    ///
    /// # Errors
    /// When the current folder is not in the workspace.
    pub(crate) fn locate() -> Result<Self> {
        let metadata = command::read(command::cargo().args(["metadata", "--format-version=1", "--no-deps"]))?;
        let metadata: Value = serde_json::from_str(&metadata).context("`cargo metadata` printed no JSON")?;
        let path = |key: &str| metadata[key].as_str().map(PathBuf::from);
        let version = metadata["packages"]
            .as_array()
            .and_then(|packages| packages.iter().find(|package| package["name"] == "pqrun"))
            .and_then(|package| package["version"].as_str());
        Ok(Self {
            root: path("workspace_root").context("`cargo metadata` named no workspace_root")?,
            target: path("target_directory").context("`cargo metadata` named no target_directory")?,
            version: version
                .context("expected a package `pqrun` in this workspace, found none")?
                .to_owned(),
        })
    }

    /// A path below the root.
    pub(crate) fn path(&self, below: impl AsRef<Path>) -> PathBuf {
        self.root.join(below)
    }

    /// A path below the folder that holds our own intermediate files, beside cargo's.
    pub(crate) fn scratch(&self, below: impl AsRef<Path>) -> PathBuf {
        self.target.join("xtask").join(below)
    }

    /// The npm package, as it is published.
    pub(crate) fn package(&self) -> PathBuf {
        self.path("pkg")
    }

    /// `path` as seen from the root, for messages.
    pub(crate) fn shown<'a>(&self, path: &'a Path) -> std::path::Display<'a> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }
}
