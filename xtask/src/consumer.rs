//! A project that uses the package as its users do: installed from the tarball, imported by name.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::json;

use crate::command;
use crate::files;
use crate::npm;
use crate::package::Package;
use crate::workspace::Workspace;

/// What tests of the package may import besides the package, at the versions of the root `package.json`.
const TEST_TOOLS: [&str; 9] = [
    "@azure/identity",
    "@types/node",
    "apache-arrow",
    "axe-core",
    "playwright-core",
    "selfsigned",
    "typescript",
    "vite",
    "yauzl",
];

/// The project.
#[derive(Debug)]
pub(crate) struct Consumer {
    pub(crate) folder: PathBuf,
}

impl Consumer {
    /// Brings the project up to date with a package.
    ///
    /// # Errors
    /// When npm cannot install the tarball or what it depends on.
    pub(crate) fn install(workspace: &Workspace, package: &Package) -> Result<Self> {
        // Not below the checkout: there an import that the package forgot to depend on would still find the
        // development tools in node_modules further up.
        let mut hasher = DefaultHasher::new();
        workspace.target.hash(&mut hasher);
        let folder = std::env::temp_dir().join(format!("pqrun-consumer-{:016x}", hasher.finish()));
        let consumer = Self { folder };
        let tarball = files::read_bytes(&package.tarball)?;
        let manifest = format!("{:#}\n", manifest(workspace)?);
        let current = consumer.holds("pqrun.tgz", &tarball)
            && consumer.holds("package.json", manifest.as_bytes())
            && consumer.folder.join("node_modules/.package-lock.json").exists();
        if !current {
            println!("installing the package in {}", consumer.folder.display());
            files::empty_folder(&consumer.folder)?;
            files::write(&consumer.folder.join("pqrun.tgz"), tarball)?;
            files::write(&consumer.folder.join("package.json"), manifest)?;
            let mut install = npm::npm("install");
            install.arg("--prefer-offline").current_dir(&consumer.folder);
            command::run(&mut install).context("could not install the package from its tarball")?;
        }
        Ok(consumer)
    }

    /// Puts a copy of a file or a folder of the checkout in the project, in place of an earlier copy.
    ///
    /// A link would not do: Node resolves imports from where a linked file really is.
    ///
    /// # Errors
    /// When it is not there.
    pub(crate) fn put(&self, workspace: &Workspace, from: &str, to: &str) -> Result<PathBuf> {
        let from = workspace.path(from);
        let to = self.folder.join(to);
        if from.is_dir() {
            files::empty_folder(&to)?;
            files::copy_tree(&from, &to)?;
        } else {
            files::write(&to, files::read_bytes(&from)?)?;
        }
        Ok(to)
    }

    /// Node, ready for arguments, in the project. `PQRUN_ROOT` tells a script where the checkout is.
    pub(crate) fn node(&self, workspace: &Workspace) -> Command {
        let mut node = Command::new("node");
        node.current_dir(&self.folder).env("PQRUN_ROOT", &workspace.root);
        node
    }

    fn holds(&self, name: impl AsRef<Path>, content: &[u8]) -> bool {
        fs::read(self.folder.join(name)).is_ok_and(|found| found == content)
    }
}

/// The package itself, and what its tests need.
fn manifest(workspace: &Workspace) -> Result<serde_json::Value> {
    let mut manifest = json!({
        "private": true,
        "type": "module",
        "dependencies": { "pqrun": "file:pqrun.tgz" },
        "devDependencies": {},
    });
    for tool in TEST_TOOLS {
        manifest["devDependencies"][tool] = npm::pin(workspace, tool)?.into();
    }
    Ok(manifest)
}
