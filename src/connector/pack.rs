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

#[cfg(test)]
mod tests {
    use std::io::Read;

    use zip::ZipArchive;

    use super::*;
    use crate::connector::name::ConnectorName;
    use crate::connector::project;

    fn files() -> Vec<GeneratedFile> {
        let name = ConnectorName::parse("Orders").expect("it is a name");
        let document = format!("section Orders;\n{}", "shared Orders.A = 1;\n".repeat(500));
        project::files(&name, document, "Orders.A".into(), [("Key", "text")])
    }

    #[test]
    fn the_archive_holds_what_the_build_packs_at_its_root() {
        let archive = pack(&files());
        let mut archive = ZipArchive::new(Cursor::new(archive)).expect("it is a zip file");
        let expected = project::archived(&ConnectorName::parse("Orders").expect("it is a name"));
        let packed: ZipResult<Vec<_>> = archive.file_names().collect();
        assert_eq!(packed.expect("their names are text"), expected);
        for file in files() {
            let Ok(mut entry) = archive.by_name(&file.path) else {
                continue;
            };
            assert_eq!(entry.compression(), CompressionMethod::Deflated);
            assert_eq!(entry.last_modified(), Some(DateTime::DEFAULT));
            let mut content = Vec::new();
            entry.read_to_end(&mut content).expect("it is whole");
            assert_eq!(content, file.content, "{}", file.path);
        }
    }

    #[test]
    fn the_same_files_give_the_same_bytes() {
        assert_eq!(pack(&files()), pack(&files()));
    }

    #[test]
    fn text_is_packed_small() {
        let archive = pack(&files());
        let whole: usize = files().iter().map(|file| file.content.len()).sum();
        assert!(archive.len() * 2 < whole, "{} of {whole}", archive.len());
    }
}
