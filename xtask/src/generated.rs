//! The generated files that are committed, so that a change in them shows in review.

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::connector;
use crate::files;
use crate::icons;
use crate::module::Module;
use crate::npm;
use crate::workspace::Workspace;

/// What to do about a generated file that is not current.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Write it.
    Write,
    /// Fail.
    Verify,
}

/// A file and what it should hold.
struct Generated {
    /// From the root.
    path: String,
    content: Vec<u8>,
}

/// Generates every file anew, and writes it or holds it against the one that is there.
///
/// # Errors
/// When one cannot be generated or, under [`Mode::Verify`], is not current.
pub(crate) fn run(workspace: &Workspace, mode: Mode) -> Result<()> {
    let mut stale = Vec::new();
    let all = all(workspace)?;
    for path in connector::committed(workspace)? {
        if all.iter().any(|generated| generated.path == path) {
            continue;
        }
        match mode {
            Mode::Write => {
                fs::remove_file(workspace.path(&path)).with_context(|| format!("could not remove {path}"))?;
                println!("removed {path}");
            }
            Mode::Verify => stale.push(format!("{path}: it is not generated any more")),
        }
    }
    for generated in all {
        let path = workspace.path(&generated.path);
        let found = fs::read(&path).ok();
        if found.as_ref() == Some(&generated.content) {
            continue;
        }
        match mode {
            Mode::Write => {
                files::write(&path, &generated.content)?;
                println!("wrote {}", generated.path);
            }
            Mode::Verify => {
                let difference = difference(found.as_deref(), &generated.content);
                stale.push(format!("{}: {difference}", generated.path));
            }
        }
    }
    ensure!(
        stale.is_empty(),
        "run `cargo xtask generate` and commit what it writes:\n{}",
        stale.join("\n")
    );
    Ok(())
}

/// The register: a new generated file is one more entry here.
fn all(workspace: &Workspace) -> Result<Vec<Generated>> {
    npm::ensure_tools(workspace)?;
    let mut all = Vec::new();
    for module in [Module::Auth, Module::Client, Module::Table] {
        let types = module.build(workspace)?.types();
        let name = types
            .file_name()
            .context("a module's types have a name")?
            .to_string_lossy()
            .into_owned();
        let types = public_types(module, &files::read(&types)?)?;
        all.push((format!("tests/snapshots/{name}"), types.into_bytes()));
    }
    all.extend(icons::all(workspace)?);
    all.extend(connector::all()?);
    Ok(all
        .into_iter()
        .map(|(path, content)| Generated { path, content })
        .collect())
}

/// The types of the glue without its inner ones: `InitOutput` lists raw exports, whose names change with the compiler.
fn public_types(module: Module, types: &str) -> Result<String> {
    const INNER: &str = "export interface InitOutput {\n";
    let (before, rest) = types
        .split_once(INNER)
        .context("expected InitOutput in wasm-bindgen's types, found none")?;
    let (_, after) = rest
        .split_once("\n}")
        .context("expected InitOutput to end, found no closing brace")?;
    Ok(format!(
        "// Written by `cargo xtask generate`: the types of the {} wasm module.\n{before}{INNER}}}{after}",
        module.feature()
    ))
}

/// Where two texts part, in a line or two. Of other files only that they do.
fn difference(found: Option<&[u8]>, expected: &[u8]) -> String {
    let Some(found) = found else {
        return "there is no such file".to_owned();
    };
    let (Ok(found), Ok(expected)) = (str::from_utf8(found), str::from_utf8(expected)) else {
        return format!("expected {} bytes, found {} others", expected.len(), found.len());
    };
    let mut found = found.lines();
    let mut expected = expected.lines();
    for number in 1.. {
        match (found.next(), expected.next()) {
            (None, None) => break,
            (found, expected) if found == expected => {}
            (found, expected) => {
                let [found, expected] = [found, expected].map(|line| line.unwrap_or("the end of the file"));
                return format!("line {number}: expected {expected:?}, found {found:?}");
            }
        }
    }
    "line endings differ".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_exports_are_left_out_of_the_public_types() {
        let types =
            "export function f(): void;\n\nexport interface InitOutput {\n    readonly memory: Memory;\n}\n\nend\n";
        let public = public_types(Module::Client, types).expect("InitOutput is there");
        assert!(
            public.ends_with("export function f(): void;\n\nexport interface InitOutput {\n}\n\nend\n"),
            "{public}"
        );
        assert!(public_types(Module::Client, "export {};\n").is_err());
    }

    #[test]
    fn the_first_line_that_differs_is_named() {
        assert_eq!(
            difference(Some(b"a\nb\n"), b"a\nc\n"),
            "line 2: expected \"c\", found \"b\""
        );
        assert_eq!(
            difference(Some(b"a\n"), b"a\nc\n"),
            "line 2: expected \"c\", found \"the end of the file\""
        );
        assert_eq!(difference(Some(b"a\r\n"), b"a\n"), "line endings differ");
        assert_eq!(difference(None, b"a\n"), "there is no such file");
        assert_eq!(difference(Some(b"\x89P"), b"\x89"), "expected 1 bytes, found 2 others");
    }
}
