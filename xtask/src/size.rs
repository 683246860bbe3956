//! What the package weighs, raw and as a server would send it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::command;
use crate::module::Module;
use crate::package::Package;
use crate::workspace::Workspace;

/// What a page that uses the client may load, glue and wasm together, compressed with brotli.
const AIM: u64 = 60_000;

/// Node has both compressors; ours would be one more dependency each.
const SCRIPT: &str = include_str!("size.mjs");

/// The sizes of one file in bytes.
struct Size {
    raw: u64,
    gzip: u64,
    brotli: u64,
}

/// Prints the sizes of the modules, their glue and the whole package.
///
/// # Errors
/// When Node fails.
pub(crate) fn report(workspace: &Workspace, package: &Package) -> Result<()> {
    let mut paths: Vec<PathBuf> = package
        .modules
        .iter()
        .flat_map(|built| [built.wasm(), built.glue()])
        .collect();
    paths.push(package.tarball.clone());
    let sizes = measure(&paths)?;

    println!("{:<24} {:>9} {:>9} {:>9}", "bytes", "raw", "gzip -9", "brotli 11");
    for (path, size) in paths.iter().zip(&sizes) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        println!("{name:<24} {:>9} {:>9} {:>9}", size.raw, size.gzip, size.brotli);
    }
    // The files come in the order of the modules, two of each.
    let brotli = |module| -> u64 {
        let of_module = package.modules.iter().zip(sizes.chunks(2));
        of_module
            .filter(|(built, _)| built.module == module)
            .flat_map(|(_, sizes)| sizes)
            .map(|size| size.brotli)
            .sum()
    };
    let client = brotli(Module::Client);
    let verdict = if client <= AIM { "within" } else { "OVER" };
    println!("client, wasm and glue: {client} bytes in brotli, {verdict} the aim of {AIM} (60 KB)");
    println!("table, wasm and glue: {} bytes in brotli", brotli(Module::Table));
    println!(
        "packed {} from {}",
        package.tarball.display(),
        workspace.shown(&workspace.package())
    );
    Ok(())
}

fn measure(paths: &[PathBuf]) -> Result<Vec<Size>> {
    let mut node = Command::new("node");
    let answer = command::read(node.args(["--input-type=module", "--eval", SCRIPT, "--"]).args(paths))?;
    let answer: Vec<Value> = serde_json::from_str(&answer).context("size.mjs printed no JSON")?;
    let number = |size: &Value, key| {
        size[key]
            .as_u64()
            .with_context(|| format!("size.mjs named no {key} size"))
    };
    answer
        .iter()
        .map(|size| {
            Ok(Size {
                raw: number(size, "raw")?,
                gzip: number(size, "gzip")?,
                brotli: number(size, "brotli")?,
            })
        })
        .collect()
}
