//! The npm package: `pkg/`, as it is published, and the tarball made of it.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::command;
use crate::files;
use crate::module::{Built, ESBUILD, Module};
use crate::npm;
use crate::workspace::Workspace;

/// Where the hand-written JavaScript is, and where it goes in the package.
const SOURCES: [(&str, &str, &str); 2] = [
    ("www/api", "", "the package's entry modules"),
    ("www/node", "node", "the pqrun command"),
];

/// The modules that name what the package takes of other people's code, each with the terms under which that may be
/// passed on. They are bundled: 4 and 7 KB in brotli, where dependencies would be 784 KB and 1.2 MB to install, and not
/// to be found by a page without a bundler. Beside each are its types.
const VENDORED: [(&str, &str); 2] = [
    ("arrow", "node_modules/@uwdata/flechette/LICENSE"),
    ("zip", "node_modules/fflate/LICENSE"),
];

/// What bundles the custom elements and the page with what they are made of.
const BUNDLES: &str = "xtask/src/bundles.mjs";

/// The custom elements. Beside each entry are its types.
const ELEMENTS: &str = "www/elements";

/// What the page has besides its script and its style sheet, as it is in the sources.
const PAGE: (&str, [&str; 4]) = ("www/page", ["dashboard", "icon.svg", "index.html", "scenarios"]);

/// What other people's code is bundled into the elements, and its terms.
const IN_ELEMENTS: [(&str, &str); 3] = [
    ("lit", "node_modules/lit/LICENSE"),
    ("prism", "node_modules/prismjs/LICENSE"),
    ("uplot", "node_modules/uplot/LICENSE"),
];

/// The entry of the tables in Node, whose parts are put into one file: each file that Node loads takes about 0.4 ms, as
/// long as this module needs to read 200 KB.
const IN_ONE: &str = "table.node.js";

/// Text files from the root. A package may lack a change log before its first release, but no licence.
const TEXTS: [(&str, Need); 3] = [
    ("CHANGELOG.md", Need::Wanted),
    ("LICENSE", Need::Required),
    ("README.md", Need::Wanted),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Required,
    Wanted,
}

/// A package on disk.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) modules: Vec<Built>,
    pub(crate) tarball: PathBuf,
}

/// Brings `pkg/` and its tarball up to date.
///
/// # Errors
/// When a tool fails, a source is missing, or the manifest and the files disagree.
pub(crate) fn build(workspace: &Workspace) -> Result<Package> {
    // Before the minute or so that the modules take.
    for (from, _, what) in SOURCES {
        ensure!(
            workspace.path(from).is_dir(),
            "expected {what} in {from}/, found no such folder"
        );
    }
    npm::ensure_tools(workspace)?;
    let modules = Module::ALL
        .into_iter()
        .map(|module| module.build(workspace))
        .collect::<Result<Vec<_>>>()?;
    assemble(workspace, &modules)?;
    let tarball = pack(workspace)?;
    Ok(Package { modules, tarball })
}

/// Fills `pkg/` from nothing, so that no file outlives its source.
fn assemble(workspace: &Workspace, modules: &[Built]) -> Result<()> {
    let package = workspace.package();
    files::empty_folder(&package)?;
    for (from, to, what) in SOURCES {
        let from = workspace.path(from);
        ensure!(
            from.is_dir(),
            "expected {what} in {}, found no such folder",
            workspace.shown(&from)
        );
        files::copy_tree(&from, &package.join(to))?;
    }
    for (name, licence) in VENDORED {
        let [module, types, terms] = ["js", "d.ts", "LICENSE"].map(|ending| format!("vendor/{name}.{ending}"));
        bundle(workspace, &workspace.path("www").join(&module), &package.join(&module))?;
        files::copy(&workspace.path("www").join(&types), &package.join(&types))?;
        files::copy(&workspace.path(licence), &package.join(terms))?;
    }
    for file in modules.iter().flat_map(Built::files) {
        let name = file.file_name().context("a module's file has a name")?;
        files::copy(&file, &package.join("wasm").join(name))?;
    }
    elements_and_page(workspace, &package)?;
    let in_one = package.join(IN_ONE);
    bundle(workspace, &in_one, &in_one)?;
    for (name, need) in TEXTS {
        let from = workspace.path(name);
        if need == Need::Wanted && !from.exists() {
            println!("note: packing without {name}, which is not there yet");
            continue;
        }
        files::copy(&from, &package.join(name))?;
    }
    let manifest = manifest(workspace)?;
    expect_targets(&manifest, &package)?;
    files::write(&package.join("package.json"), format!("{manifest:#}\n"))
}

/// Bundles the elements and the page, and puts beside the elements their types and the terms of what is in them.
fn elements_and_page(workspace: &Workspace, package: &Path) -> Result<()> {
    let mut bundles = Command::new("node");
    bundles.arg(workspace.path(BUNDLES)).arg("www").arg(package);
    command::run(bundles.current_dir(&workspace.root))?;
    let (page, parts) = PAGE;
    for part in parts {
        let (from, to) = (workspace.path(page).join(part), package.join("page").join(part));
        if from.is_dir() {
            files::copy_tree(&from, &to)?;
        } else {
            files::copy(&from, &to)?;
        }
    }
    let to = package.join("elements");
    let from = workspace.path(ELEMENTS);
    for file in files::list(&from)? {
        // Not those of their parts, which are in the bundles.
        if file.parent() == Some(Path::new("")) && file.to_string_lossy().ends_with(".d.ts") {
            files::copy(&from.join(&file), &to.join(&file))?;
        }
    }
    for (name, licence) in IN_ELEMENTS {
        files::copy(&workspace.path(licence), &to.join(format!("{name}.LICENSE")))?;
    }
    Ok(())
}

/// Writes a module together with all that it imports; the two may be one file.
fn bundle(workspace: &Workspace, from: &Path, to: &Path) -> Result<()> {
    let mut outfile = OsString::from("--outfile=");
    outfile.push(to);
    let mut esbuild = npm::tool(workspace, "esbuild");
    esbuild
        .args(ESBUILD)
        .args(["--bundle", "--external:node:*", "--allow-overwrite"]);
    command::run(esbuild.arg(outfile).arg(from))
}

/// The published manifest: `www/package.json` with the version of the crate.
fn manifest(workspace: &Workspace) -> Result<Value> {
    let path = workspace.path("www/package.json");
    let mut manifest: Value = serde_json::from_str(&files::read(&path)?)
        .with_context(|| format!("expected JSON in {}", workspace.shown(&path)))?;
    let members = manifest
        .as_object_mut()
        .context("expected an object in www/package.json")?;
    ensure!(
        !members.contains_key("version"),
        "www/package.json has a version; the one of Cargo.toml is the only one"
    );
    members.shift_insert(1, "version".to_owned(), workspace.version.clone().into());
    Ok(manifest)
}

/// Holds `exports` and `bin` against the files they name.
fn expect_targets(manifest: &Value, package: &Path) -> Result<()> {
    for member in ["exports", "bin"] {
        for target in strings(&manifest[member]) {
            ensure!(
                target == "./package.json" || package.join(target).is_file(),
                "{member} in www/package.json names {target}, found no such file in pkg/, which is made of www/api, www/node, www/elements, www/page, www/vendor and the modules",
            );
        }
    }
    Ok(())
}

/// Every string in a JSON value.
fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        Value::Object(members) => members.values().flat_map(strings).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// Packs `pkg/`, and holds what npm packed against what is there.
fn pack(workspace: &Workspace) -> Result<PathBuf> {
    let into = workspace.scratch("tarball");
    files::empty_folder(&into)?;
    let (tarball, packed) = npm::pack(&workspace.package(), &into)?;
    let there = BTreeSet::from_iter(files::list(&workspace.package())?);
    let left_out: Vec<_> = there.difference(&BTreeSet::from_iter(packed)).cloned().collect();
    ensure!(
        left_out.is_empty(),
        "`files` in www/package.json leaves out {left_out:?}: add them, or remove the files"
    );
    Ok(tarball)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn targets_are_found_at_any_depth() {
        let exports = json!({ ".": { "types": "./a.d.ts", "default": ["./b.js", null] }, "./c": "./c.js" });
        assert_eq!(strings(&exports), ["./a.d.ts", "./b.js", "./c.js"]);
    }
}
