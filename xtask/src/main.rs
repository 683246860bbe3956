//! What a developer of pqrun types: `cargo xtask bench`, `build`, `check`, `demo`, `generate` and `test`.
//!
//! Nothing has to be installed by hand but rustup and Node: each command fetches what it needs, or says what is
//! missing and how to get it.
#![expect(clippy::print_stdout, reason = "a command line tool talks on standard output")]
#![expect(
    clippy::disallowed_methods,
    reason = "a task says how long it took; the crate itself has no clock"
)]

mod bench;
mod browser;
mod check;
mod command;
mod connector;
mod consumer;
mod demo;
mod files;
mod generated;
mod icons;
mod module;
mod npm;
mod package;
mod size;
mod test;
mod toolchain;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::bench::Bench;
use crate::generated::Mode;
use crate::test::Part;
use crate::workspace::Workspace;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about, version)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Measure the package, or compare what it says, beside others.
    Bench {
        #[command(subcommand)]
        bench: Bench,
    },
    /// Build the wasm modules and the npm package in pkg/, and print their sizes.
    Build,
    /// Check formatting, lints, documentation, types and generated files.
    Check,
    /// Build the package, install it in a project of its own and run the demonstration there.
    Demo {
        /// Serve the page in its place, as `pqrun serve` does.
        #[arg(long)]
        page: bool,
        /// Flags of `pqrun serve`, such as `--port 8080` and `--no-open`.
        #[arg(
            value_name = "FLAG",
            requires = "page",
            trailing_var_arg = true,
            allow_hyphen_values = true
        )]
        flags: Vec<OsString>,
    },
    /// Write the generated files that are committed.
    Generate,
    /// Run every test there is: Rust, wasm in Node and in a browser, JavaScript in Node and in a browser, generated M.
    Test {
        /// Run these parts alone. `wasm` stands for both wasm parts, `js` for both JavaScript parts.
        #[arg(long, value_name = "PART", value_delimiter = ',', value_parser = Part::parse)]
        only: Vec<test::Selection>,
    },
    /// What cargo calls to run a wasm test binary; see `test::wasm`.
    #[command(hide = true)]
    WasmTestRunner {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
}

fn main() -> ExitCode {
    run(Cli::parse().task).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn run(task: Task) -> Result<ExitCode> {
    if let Task::WasmTestRunner { args } = task {
        test::wasm::run_binary(args)?;
        return Ok(ExitCode::SUCCESS);
    }
    let workspace = Workspace::locate()?;
    let in_order = match task {
        Task::Bench { bench } => return bench::run(&workspace, bench),
        Task::Build => {
            let package = package::build(&workspace)?;
            size::report(&workspace, &package)?;
            true
        }
        Task::Check => check::run(&workspace)?,
        Task::Demo { page: true, flags } => return demo::serve_page(&workspace, &flags),
        Task::Demo { .. } => return demo::run(&workspace),
        Task::Generate => {
            generated::run(&workspace, Mode::Write)?;
            true
        }
        Task::Test { only } => test::run(&workspace, &only)?,
        Task::WasmTestRunner { .. } => unreachable!("answered above, before the workspace is looked up"),
    };
    Ok(if in_order { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
