//! The wasm modules: compiled, bound to JavaScript, made small.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::command;
use crate::files;
use crate::npm;
use crate::toolchain::{self, WASM_TARGET};
use crate::workspace::Workspace;

/// What `wasm-opt` does. It keeps no names (`-g`): on the table code they made 42 KB in brotli of 36, and a panic says
/// its file and line without them. `-Oz` and `-O3` came out within 1 % of each other.
///
/// A function with one caller goes into that only if it is small. Engines compile a function when it is first called, so what
/// is rarely needed had better not be part of what always is; and they change to its faster version when it is called again,
/// so the loops had better be called. 1 to 2 % smaller in brotli, too.
///
/// Functions that are alike stay apart: as one that is told what it is they take more time, and no less once compressed.
/// What is computed twice stays so too, which compresses better than more variables do. Together 2 % in brotli.
///
/// The features are [`FEATURES`]. `--all-features` would let it write what Node 20 refuses.
const WASM_OPT: [&str; 12] = [
    "-Oz",
    "--converge",
    "--one-caller-inline-max-function-size=20",
    "--skip-pass=merge-similar-functions",
    "--skip-pass=local-cse",
    "--strip-producers",
    "--enable-bulk-memory",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
];

/// Words of 16 bytes: the reader of tables looks through texts with them. Node 16, Chrome 91, Firefox 89 and Safari 16.4
/// have them.
const SIMD: &str = "-Ctarget-feature=+simd128";

/// What the linker says that a module uses: what rustc turns on by default, and [`SIMD`], but for `multivalue`. Where that is
/// said, wasm-bindgen has functions that give several values, as all that may fail do, and for each of their signatures the
/// engine of Node 20 compiles code when the module is loaded: a third of the time that takes.
const FEATURES: &str = "-Clink-arg=--features=bulk-memory,bulk-memory-opt,call-indirect-overlong,mutable-globals,\
                        nontrapping-fptoint,reference-types,sign-ext,simd128";

/// The objects of the standard library say `multivalue`, and do without.
const UNCHECKED: &str = "-Clink-arg=--no-check-features";

/// What esbuild does to the glue: it stays an ES module, and keeps finding the wasm file beside itself.
pub(crate) const ESBUILD: [&str; 4] = ["--minify", "--format=esm", "--target=es2022", "--log-level=warning"];

/// One wasm module of the package. Its cargo feature and its file names carry the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Module {
    /// What signs in and gets tokens.
    Auth,
    /// What talks to a service.
    Client,
    /// What generates Power Query M.
    Connector,
    /// Both services in memory, for tests and demonstrations.
    Simulator,
    /// The reader of tables by itself.
    Table,
}

/// A module ready to be packed.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) module: Module,
    /// Holds the files of [`Built::files`], and nothing else that is of use.
    folder: PathBuf,
}

impl Module {
    /// All of them.
    pub(crate) const ALL: [Self; 5] = [Self::Client, Self::Auth, Self::Connector, Self::Simulator, Self::Table];

    /// The cargo feature that turns on its bindings.
    pub(crate) fn feature(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Client => "client",
            Self::Connector => "connector",
            Self::Simulator => "simulator",
            Self::Table => "table",
        }
    }

    /// How its files start. The client is the package, so it carries the package's name.
    fn file_stem(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Client => "pqrun",
            Self::Connector => "connector",
            Self::Simulator => "simulator",
            Self::Table => "table",
        }
    }

    /// Compiles the module and brings its files up to date.
    ///
    /// # Errors
    /// When a tool fails.
    pub(crate) fn build(self, workspace: &Workspace) -> Result<Built> {
        let compiled = self.compile(workspace)?;
        let built = Built {
            module: self,
            folder: workspace.scratch(self.feature()),
        };
        let input = files::read_bytes(&compiled)?;
        let recipe = self.recipe(workspace)?;
        let seen = (built.folder.join("input.wasm"), built.folder.join("recipe"));
        let current = fs::read(&seen.0).is_ok_and(|bytes| bytes == input)
            && fs::read(&seen.1).is_ok_and(|bytes| bytes == recipe.as_bytes());
        if !current {
            println!("binding and optimising the {} module", self.feature());
            files::empty_folder(&built.folder)?;
            self.bind(&compiled, &built.folder)?;
            optimise(workspace, &built.wasm())?;
            minify(workspace, &built.glue())?;
            // Written last: they say that all the rest is there.
            files::write(&seen.0, input)?;
            files::write(&seen.1, recipe)?;
        }
        Ok(built)
    }

    /// Runs cargo and hands back the path of the wasm file.
    fn compile(self, workspace: &Workspace) -> Result<PathBuf> {
        toolchain::ensure_wasm_target()?;
        // A folder for each module: in a shared one cargo would write both to one path and link them anew each time.
        let target = workspace.scratch("cargo").join(self.feature());
        let mut build = command::cargo();
        build.args([
            "build",
            "--package=pqrun",
            "--lib",
            "--profile=wasm",
            "--target",
            WASM_TARGET,
        ]);
        build.args(["--no-default-features", "--features", self.feature()]);
        build.arg("--target-dir").arg(&target).current_dir(&workspace.root);
        build.env("CARGO_ENCODED_RUSTFLAGS", rustc_flags(workspace));
        command::run(&mut build)?;
        Ok(target.join(WASM_TARGET).join("wasm/pqrun.wasm"))
    }

    /// Runs wasm-bindgen, which writes the glue, its types and the module it fits.
    fn bind(self, compiled: &Path, folder: &Path) -> Result<()> {
        let mut args = vec![
            "wasm-bindgen".into(),
            "--target=web".into(),
            "--out-name".into(),
            self.file_stem().into(),
        ];
        args.extend(["--out-dir".into(), folder.into(), compiled.as_os_str().to_owned()]);
        wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(args)
            .with_context(|| format!("wasm-bindgen failed on {}", compiled.display()))
    }

    /// Everything but the compiled module that decides what the files hold.
    fn recipe(self, workspace: &Workspace) -> Result<String> {
        let tools = files::read(&workspace.path("package-lock.json"))?;
        Ok(format!("{}\n{WASM_OPT:?}\n{ESBUILD:?}\n{tools}", self.file_stem()))
    }
}

impl Built {
    /// The wasm file.
    pub(crate) fn wasm(&self) -> PathBuf {
        self.file("_bg.wasm")
    }

    /// The JavaScript that loads the wasm file and passes values in and out.
    pub(crate) fn glue(&self) -> PathBuf {
        self.file(".js")
    }

    /// The types of the glue.
    pub(crate) fn types(&self) -> PathBuf {
        self.file(".d.ts")
    }

    /// All that is published of it.
    pub(crate) fn files(&self) -> [PathBuf; 3] {
        [self.wasm(), self.glue(), self.types()]
    }

    fn file(&self, ending: &str) -> PathBuf {
        self.folder.join(format!("{}{ending}", self.module.file_stem()))
    }
}

/// What rustc is told beyond the profile. Panics name their places in the source; where a builder's machine keeps it is nobody's matter, and costs bytes.
fn rustc_flags(workspace: &Workspace) -> String {
    let mut flags = vec![
        SIMD.to_owned(),
        FEATURES.to_owned(),
        UNCHECKED.to_owned(),
        format!("--remap-path-prefix={}=.", workspace.root.display()),
    ];
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    // A folder for each registry; none before the first crate was fetched.
    let registries = home.and_then(|home| fs::read_dir(home.join("registry/src")).ok());
    for registry in registries.into_iter().flatten().flatten() {
        flags.push(format!("--remap-path-prefix={}=crates", registry.path().display()));
    }
    // Cargo's own separator for flags that may hold blanks.
    flags.join("\u{1f}")
}

/// Replaces a wasm file by a smaller one that does the same.
fn optimise(workspace: &Workspace, wasm: &Path) -> Result<()> {
    let mut wasm_opt = npm::tool(workspace, "wasm-opt");
    command::run(wasm_opt.args(WASM_OPT).arg(wasm).arg("--output").arg(wasm))
}

/// Replaces a JavaScript file by a smaller one that does the same.
fn minify(workspace: &Workspace, glue: &Path) -> Result<()> {
    let mut esbuild = npm::tool(workspace, "esbuild");
    let mut outfile = OsString::from("--outfile=");
    outfile.push(glue);
    command::run(esbuild.args(ESBUILD).arg("--allow-overwrite").arg(outfile).arg(glue))
}
