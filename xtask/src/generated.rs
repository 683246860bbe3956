//! The generated files that are committed, so that a change in them shows in review.

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::files;
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
    path: &'static str,
    text: String,
}

/// Generates every file anew, and writes it or holds it against the one that is there.
///
/// # Errors
/// When one cannot be generated or, under [`Mode::Verify`], is not current.
pub(crate) fn run(workspace: &Workspace, mode: Mode) -> Result<()> {
    let mut stale = Vec::new();
    for generated in all(workspace)? {
        let path = workspace.path(generated.path);
        let found = fs::read_to_string(&path).ok();
        if found.as_ref() == Some(&generated.text) {
            continue;
        }
        match mode {
            Mode::Write => {
                files::write(&path, &generated.text)?;
                println!("wrote {}", generated.path);
            }
            Mode::Verify => stale.push(format!("{}: {}", generated.path, difference(found, &generated.text))),
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
    let client = Module::Client.build(workspace)?;
    Ok(vec![Generated {
        path: "tests/snapshots/pqrun.d.ts",
        text: public_types(&files::read(&client.types())?)?,
    }])
}

/// The types of the glue without its inner ones: `InitOutput` lists raw exports, whose names change with the compiler.
fn public_types(types: &str) -> Result<String> {
    const INNER: &str = "export interface InitOutput {\n";
    let (before, rest) = types
        .split_once(INNER)
        .context("expected InitOutput in wasm-bindgen's types, found none")?;
    let (_, after) = rest
        .split_once("\n}")
        .context("expected InitOutput to end, found no closing brace")?;
    Ok(format!(
        "// Written by `cargo xtask generate`: the types of the client's wasm module.\n{before}{INNER}}}{after}"
    ))
}

/// Where two texts part, in a line or two.
fn difference(found: Option<String>, expected: &str) -> String {
    let Some(found) = found else {
        return "there is no such file".to_owned();
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
        let public = public_types(types).expect("InitOutput is there");
        assert!(
            public.ends_with("export function f(): void;\n\nexport interface InitOutput {\n}\n\nend\n"),
            "{public}"
        );
        assert!(public_types("export {};\n").is_err());
    }

    #[test]
    fn the_first_line_that_differs_is_named() {
        assert_eq!(
            difference(Some("a\nb\n".into()), "a\nc\n"),
            "line 2: expected \"c\", found \"b\""
        );
        assert_eq!(
            difference(Some("a\n".into()), "a\nc\n"),
            "line 2: expected \"c\", found \"the end of the file\""
        );
        assert_eq!(difference(Some("a\r\n".into()), "a\n"), "line endings differ");
        assert_eq!(difference(None, "a\n"), "there is no such file");
    }
}
