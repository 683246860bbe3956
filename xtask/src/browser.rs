//! Chromium and its driver.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::command;
use crate::files;
use crate::workspace::Workspace;

/// Names a browser, in place of a look at the PATH. The tests find it under the same name.
pub(crate) const CHROMIUM: &str = "PQRUN_CHROMIUM";

/// Names a driver, in place of a look at the PATH. wasm-bindgen's test runner knows it by this name.
pub(crate) const CHROMEDRIVER: &str = "CHROMEDRIVER";

/// A browser and the program that steers it.
#[derive(Debug)]
pub(crate) struct Browser {
    pub(crate) chromium: PathBuf,
    pub(crate) driver: PathBuf,
}

impl Browser {
    /// Finds both, and installs them with apt-get when they are missing and we may.
    ///
    /// # Errors
    /// When they are missing and cannot be installed.
    pub(crate) fn ensure() -> Result<Self> {
        if let Some(browser) = Self::find()? {
            return Ok(browser);
        }
        if !may_install() {
            bail!(
                "expected Chromium and chromedriver on PATH, found not both: install them (on Debian as root: apt-get \
                 install chromium chromium-driver), or name them in {CHROMIUM} and {CHROMEDRIVER}"
            );
        }
        println!("installing chromium and chromium-driver");
        command::run(apt_get().arg("update"))?;
        command::run(apt_get().args([
            "install",
            "--yes",
            "--no-install-recommends",
            "chromium",
            "chromium-driver",
        ]))?;
        Self::find()?.context("apt-get installed chromium and chromium-driver, but they are not on PATH")
    }

    fn find() -> Result<Option<Self>> {
        let chromium = locate(
            CHROMIUM,
            &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
        )?;
        let driver = locate(CHROMEDRIVER, &["chromedriver"])?;
        Ok(chromium.zip(driver).map(|(chromium, driver)| Self { chromium, driver }))
    }

    /// Writes the capabilities for a driver session: those of `webdriver.json`, with this browser.
    ///
    /// # Errors
    /// When `webdriver.json` has another shape than the W3C one for Chrome.
    pub(crate) fn write_capabilities(&self, workspace: &Workspace) -> Result<PathBuf> {
        let mut capabilities: Value = serde_json::from_str(&files::read(&workspace.path("webdriver.json"))?)
            .context("expected JSON in webdriver.json")?;
        let options = capabilities
            .get_mut("goog:chromeOptions")
            .and_then(Value::as_object_mut)
            .context("expected an object goog:chromeOptions in webdriver.json")?;
        options.insert("binary".to_owned(), self.chromium.to_string_lossy().into());
        let path = workspace.scratch("webdriver.json");
        files::write(&path, capabilities.to_string())?;
        Ok(path)
    }
}

/// The program an environment variable names, or else the first of `names` on the PATH.
fn locate(variable: &str, names: &[&str]) -> Result<Option<PathBuf>> {
    let Some(named) = env::var_os(variable).map(PathBuf::from) else {
        return Ok(names.iter().find_map(|name| on_path(name)));
    };
    ensure!(
        named.is_file(),
        "expected a program at {}, which {variable} names, found none",
        named.display()
    );
    Ok(Some(named))
}

fn on_path(name: &str) -> Option<PathBuf> {
    let file = Path::new(name).with_extension(env::consts::EXE_EXTENSION);
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(&file))
        .find(|path| path.is_file())
}

/// True for root on a system with apt-get.
fn may_install() -> bool {
    on_path("apt-get").is_some() && command::read(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn apt_get() -> Command {
    let mut apt_get = Command::new("apt-get");
    // Another apt-get may be at work, on a machine that has just started for instance.
    apt_get
        .args(["--quiet", "--option", "DPkg::Lock::Timeout=120"])
        .env("DEBIAN_FRONTEND", "noninteractive");
    apt_get
}
