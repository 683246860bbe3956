//! Reading, writing and copying with errors that name the file.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

/// Reads a text file.
pub(crate) fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))
}

/// Reads a file as bytes.
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("could not read {}", path.display()))
}

/// Writes a file, and the folders above it when they are missing.
pub(crate) fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    create_parent(path)?;
    fs::write(path, content).with_context(|| format!("could not write {}", path.display()))
}

/// Copies one file, and creates the folders above it when they are missing.
///
/// # Errors
/// Also when `to` exists: two sources of one file are a mistake.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    ensure!(
        !to.exists(),
        "{} would overwrite {}, which came from elsewhere",
        from.display(),
        to.display()
    );
    create_parent(to)?;
    fs::copy(from, to).with_context(|| format!("could not copy {} to {}", from.display(), to.display()))?;
    Ok(())
}

/// Copies every file below `from` to the same place below `to`.
pub(crate) fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    for file in list(from)? {
        copy(&from.join(&file), &to.join(&file))?;
    }
    Ok(())
}

/// Makes `path` an empty folder.
pub(crate) fn empty_folder(path: &Path) -> Result<()> {
    if path.exists() {
        fs::remove_dir_all(path).with_context(|| format!("could not remove {}", path.display()))?;
    }
    fs::create_dir_all(path).with_context(|| format!("could not create {}", path.display()))
}

/// The files below `folder`, as paths from there, sorted.
pub(crate) fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_path_buf()];
    while let Some(next) = pending.pop() {
        for entry in fs::read_dir(&next).with_context(|| format!("could not list {}", next.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                pending.push(path);
            } else if let Ok(below) = path.strip_prefix(folder) {
                found.push(below.to_path_buf());
            }
        }
    }
    found.sort();
    Ok(found)
}

fn create_parent(path: &Path) -> Result<()> {
    let Some(parent) = path.parent() else { return Ok(()) };
    fs::create_dir_all(parent).with_context(|| format!("could not create {}", parent.display()))
}
