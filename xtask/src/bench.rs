//! Measures, and comparisons that are too long for a test.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use clap::{Subcommand, ValueEnum};

use crate::browser::Browser;
use crate::command;
use crate::consumer::Consumer;
use crate::files;
use crate::npm;
use crate::package;
use crate::workspace::Workspace;

/// Where the measures are, and what they are written in.
const TABLES: &str = "benches/tables";

/// Where the results are committed.
const RESULTS: &str = "benches/results";

/// Not in the lock file beside it: npm can't lock a package some of whose optional parts were never published, and skips
/// those parts that ask for another Node. So it is installed by name, and left out where it does not install.
const POLARS: &str = "0.26.1";

#[derive(Subcommand)]
pub(crate) enum Bench {
    /// Read a corpus and its mutants with the package and with `JSON.parse`, and compare what they say.
    Agreement {
        /// How many mutants.
        #[arg(long, default_value = "1000000")]
        mutants: u32,
        /// Where chance begins.
        #[arg(long, default_value = "1")]
        seed: u32,
    },
    /// Read the same data with our reader of tables and with others, in one run, and write benches/results/.
    ///
    /// The last lines are `ratio NAME VALUE`: time of ours over time of theirs.
    Tables {
        /// How many bytes, several with commas. The ratios are taken at 5000000.
        #[arg(long, default_value = "100000,5000000,50000000")]
        bytes: String,
        /// How many times of each reader; left out, as many as its size allows.
        #[arg(long)]
        samples: Option<u32>,
        /// Leave these out.
        #[arg(long, value_name = "WHERE", value_delimiter = ',')]
        without: Vec<Where>,
        /// Write the results to this folder.
        #[arg(long, default_value = RESULTS)]
        results: PathBuf,
    },
}

/// Where readers run besides Node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Where {
    Chromium,
    Python,
    Rust,
}

/// Runs one of them.
///
/// # Errors
/// When something that is needed cannot be built or installed.
pub(crate) fn run(workspace: &Workspace, bench: Bench) -> Result<ExitCode> {
    match bench {
        Bench::Agreement { mutants, seed } => agreement(workspace, mutants, seed),
        Bench::Tables {
            bytes,
            samples,
            without,
            results,
        } => {
            package::build(workspace)?;
            install_peers(workspace)?;
            let is_wanted = |place| !without.contains(&place);
            let mut node = Command::new("node");
            node.arg(workspace.path(TABLES).join("main.mjs"));
            node.arg("--package").arg(workspace.package());
            node.arg("--work").arg(workspace.scratch("bench"));
            node.arg("--results").arg(workspace.path(results));
            node.args(["--bytes", &bytes]);
            if let Some(samples) = samples {
                node.args(["--samples", &samples.to_string()]);
            }
            if is_wanted(Where::Chromium) {
                node.arg("--chromium").arg(Browser::ensure()?.chromium);
            }
            if is_wanted(Where::Rust) {
                node.arg("--native").arg(build_native(workspace)?);
            }
            if is_wanted(Where::Python) {
                node.arg("--python").arg(install_python(workspace)?);
            }
            command::interact(&mut node)
        }
    }
}

fn agreement(workspace: &Workspace, mutants: u32, seed: u32) -> Result<ExitCode> {
    let consumer = Consumer::install(workspace, &package::build(workspace)?)?;
    let tests = consumer.put(workspace, "tests", "tests")?;
    let mut node = consumer.node(workspace);
    node.arg(tests.join("node/agreement/command.mjs"));
    node.args(["--mutants", &mutants.to_string(), "--seed", &seed.to_string()]);
    command::interact(&mut node)
}

/// The packages that ours is measured beside in Node.
fn install_peers(workspace: &Workspace) -> Result<()> {
    let folder = workspace.path(TABLES);
    let modules = folder.join("node_modules");
    if !is_copy(&folder.join("package-lock.json"), &modules.join("installed.json")) {
        println!("installing the packages of {TABLES}/package-lock.json");
        command::run(npm::npm("ci").current_dir(&folder)).context("could not install what is measured")?;
        let mut install = npm::npm("install");
        install.args(["--no-save", "--no-package-lock", &format!("nodejs-polars@{POLARS}")]);
        if let Some(platform) = polars_platform() {
            install.arg(format!("nodejs-polars-{platform}@{POLARS}"));
        }
        if !command::succeeds(install.current_dir(&folder)) {
            println!("nodejs-polars does not install here: it is left out");
        }
        // Last: it says that all the rest is there.
        files::write(
            &modules.join("installed.json"),
            files::read_bytes(&folder.join("package-lock.json"))?,
        )?;
    }
    Ok(())
}

/// What the part of nodejs-polars is called that was compiled for this machine.
fn polars_platform() -> Option<&'static str> {
    Some(match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "linux-x64-gnu",
        ("macos", "x86_64") => "darwin-x64",
        _ => return None,
    })
}

/// Compiles the measures in Rust, all of them for this very machine, and hands back the program.
fn build_native(workspace: &Workspace) -> Result<PathBuf> {
    let target = workspace.scratch("bench/native");
    let mut build = command::cargo();
    build
        .args(["build", "--quiet", "--release", "--target-dir"])
        .arg(&target);
    // Its own configuration has flags, which these would replace.
    build.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    command::run(build.current_dir(workspace.path(TABLES).join("native")))?;
    Ok(target
        .join("release/pqrun-bench-native")
        .with_extension(std::env::consts::EXE_EXTENSION))
}

/// Installs the packages that ours is measured beside in Python, in an environment of their own, and hands back its
/// Python.
fn install_python(workspace: &Workspace) -> Result<PathBuf> {
    let environment = workspace.scratch("bench/python");
    let requirements = workspace.path(TABLES).join("python/requirements.txt");
    let bin = environment.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let python = bin.join("python").with_extension(std::env::consts::EXE_EXTENSION);
    let installed = environment.join("requirements.txt");
    if !is_copy(&requirements, &installed) {
        println!("installing the packages of {TABLES}/python/requirements.txt");
        files::empty_folder(&environment)?;
        command::run(Command::new("python3").args(["-m", "venv"]).arg(&environment))
            .context("could not make an environment of Python; `--without python` does without")?;
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
            .args(["--only-binary=:all:", "--requirement"])
            .arg(&requirements);
        command::run(&mut pip)?;
        files::write(&installed, files::read_bytes(&requirements)?)?;
    }
    Ok(python)
}

fn is_copy(file: &Path, copy: &Path) -> bool {
    std::fs::read(file)
        .ok()
        .is_some_and(|bytes| std::fs::read(copy).is_ok_and(|other| other == bytes))
}
