//! The archive that Power BI loads: a zip file under another name. In JavaScript `packConnector` makes the same one.

use std::io::{Cursor, Write};

use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::GeneratedFile;
use super::project::is_archived;

/// Packs the files of a connector that belong into its archive, all of them at its root. The same files give the same
/// bytes: every entry bears the oldest time that a zip file knows.
///
/// # Panics
/// Never: it writes to memory, and no connector comes near the limits of the format.
#[must_use]
pub fn pack(files: &[GeneratedFile]) -> Vec<u8> {
    write(files).expect("an archive of a few small files in memory can be written")
}

fn write(files: &[GeneratedFile]) -> ZipResult<Vec<u8>> {
    // Deflate is what MSBuild writes, so what Power BI certainly reads.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(0o644);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for file in files.iter().filter(|file| is_archived(&file.path)) {
        archive.start_file(file.path.as_str(), options)?;
        archive.write_all(&file.content)?;
    }
    Ok(archive.finish()?.into_inner())
}
