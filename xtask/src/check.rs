//! What a reviewer should not have to look for.

use std::time::Instant;

use anyhow::Result;

use crate::command;
use crate::generated::{self, Mode};
use crate::npm;
use crate::package;
use crate::toolchain::{self, WASM_TARGET};
use crate::workspace::Workspace;

/// One thing to look at.
struct Step {
    name: &'static str,
    run: fn(&Workspace) -> Result<()>,
}

/// Cheap ones first.
const STEPS: [Step; 11] = [
    Step {
        name: "formatting",
        run: formatting,
    },
    Step {
        name: "lints",
        run: |workspace| clippy(workspace, &["--workspace", "--all-targets", "--all-features"]),
    },
    Step {
        name: "lints of the auth module",
        run: |workspace| clippy_module(workspace, "auth"),
    },
    Step {
        name: "lints of the client module",
        run: |workspace| clippy_module(workspace, "client"),
    },
    Step {
        name: "lints of the connector module",
        run: |workspace| clippy_module(workspace, "connector"),
    },
    Step {
        name: "lints of the simulator module",
        run: |workspace| clippy_module(workspace, "simulator"),
    },
    Step {
        name: "lints of the table module",
        run: |workspace| clippy_module(workspace, "table"),
    },
    Step {
        name: "lints of the wasm tests",
        run: clippy_wasm_tests,
    },
    Step {
        name: "documentation",
        run: documentation,
    },
    Step {
        name: "generated files",
        run: |workspace| generated::run(workspace, Mode::Verify),
    },
    Step {
        name: "types of the package and of the tests of M",
        run: types,
    },
];

/// Runs every step, also after one that failed. False if one did.
///
/// # Errors
/// When a tool is missing and cannot be installed.
pub(crate) fn run(workspace: &Workspace) -> Result<bool> {
    toolchain::ensure_lint_components()?;
    toolchain::ensure_wasm_target()?;
    let mut failed = Vec::new();
    for step in STEPS {
        println!("\n== {}", step.name);
        let start = Instant::now();
        if let Err(error) = (step.run)(workspace) {
            eprintln!("error: {error:#}");
            failed.push(step.name);
        }
        println!("== {}: {:.0} s", step.name, start.elapsed().as_secs_f64());
    }
    if failed.is_empty() {
        println!("\nall {} checks passed", STEPS.len());
    } else {
        println!(
            "\n{} of {} checks failed: {}",
            failed.len(),
            STEPS.len(),
            failed.join(", ")
        );
    }
    Ok(failed.is_empty())
}

/// Of this workspace, and of those in it that are built by themselves.
fn formatting(workspace: &Workspace) -> Result<()> {
    for folder in ["", "benches/tables/native", "fuzz"] {
        let mut fmt = command::cargo();
        fmt.args(["fmt", "--all", "--check"]);
        command::run(fmt.current_dir(workspace.path(folder)))?;
    }
    Ok(())
}

fn cargo(workspace: &Workspace, args: &[&str]) -> Result<()> {
    command::run(command::cargo().args(args).current_dir(&workspace.root))
}

fn clippy(workspace: &Workspace, args: &[&str]) -> Result<()> {
    cargo(
        workspace,
        &[&["clippy", "--quiet"], args, &["--", "-Dwarnings"]].concat(),
    )
}

/// Native clippy never sees the bindings, and a build with all features never sees what one of them lacks.
fn clippy_module(workspace: &Workspace, feature: &str) -> Result<()> {
    let args = [
        "--package=pqrun",
        "--lib",
        "--target",
        WASM_TARGET,
        "--no-default-features",
        "--features",
        feature,
    ];
    clippy(workspace, &args)
}

/// These two by name: the other files in `tests/` are for native targets.
fn clippy_wasm_tests(workspace: &Workspace) -> Result<()> {
    let tests = ["--test=wasm_node", "--test=wasm_browser"];
    clippy(
        workspace,
        &[
            &["--package=pqrun", "--all-features", "--target", WASM_TARGET],
            &tests[..],
        ]
        .concat(),
    )
}

/// Of both targets: each has links the other cannot follow.
fn documentation(workspace: &Workspace) -> Result<()> {
    for target in [&["--workspace"][..], &["--package=pqrun", "--target", WASM_TARGET]] {
        let mut doc = command::cargo();
        doc.args(["doc", "--quiet", "--no-deps", "--all-features"]).args(target);
        command::run(doc.current_dir(&workspace.root).env("RUSTDOCFLAGS", "-Dwarnings"))?;
    }
    Ok(())
}

/// The hand-written JavaScript and every `.d.ts` of the package, the elements that are bundled in it, and the
/// evaluator and tests of M, which use it.
fn types(workspace: &Workspace) -> Result<()> {
    package::build(workspace)?;
    for project in ["tsconfig.json", "www/tsconfig.json", "tests/m/tsconfig.json"] {
        let mut tsc = npm::tool(workspace, "tsc");
        command::run(
            tsc.args(["--noEmit", "--project", project])
                .current_dir(&workspace.root),
        )?;
    }
    Ok(())
}
