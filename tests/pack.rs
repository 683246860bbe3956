//! Archives of connectors, as another reader than the writer's own finds them.

#![cfg(feature = "connector")]

use std::collections::BTreeMap;
use std::io::Read;

use flate2::bufread::DeflateDecoder;
use pqrun::connector::{ConnectorOptions, GeneratedFile, Services, generate_connector, pack};
use rawzip::{CompressionMethod, ZipArchive};

fn connector() -> Vec<GeneratedFile> {
    generate_connector(&ConnectorOptions::new(Services::Both)).expect("the defaults are right")
}

/// Path and content of every entry, in their order. Sizes and sums are checked on the way.
fn entries(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let archive = ZipArchive::from_slice(archive).expect("it is a zip file");
    let mut found = Vec::new();
    let mut entries = archive.entries();
    while let Some(entry) = entries.next_entry().expect("the directory is whole") {
        // What MSBuild writes, so what Power BI certainly reads.
        assert_eq!(entry.compression_method(), CompressionMethod::DEFLATE);
        let path = entry
            .file_path()
            .try_normalize()
            .expect("it is safe")
            .as_ref()
            .to_owned();
        let time = entry.last_modified_dos();
        assert_eq!((time.year(), time.month(), time.day()), (1980, 1, 1), "{path}");
        let entry = archive.get_entry(entry.wayfinder()).expect("it is there");
        let mut content = Vec::new();
        let mut reader = entry.verifying_reader(DeflateDecoder::new(entry.data()));
        reader.read_to_end(&mut content).expect("it is whole");
        found.push((path, content));
    }
    found
}

#[test]
fn an_archive_holds_what_power_bi_needs_at_its_root_and_nothing_else() {
    let files = connector();
    let found = entries(&pack(&files));
    let mut paths = vec!["Pqrun.pq".to_owned(), "resources.resx".to_owned()];
    paths.extend([16, 20, 24, 32, 40, 48, 64, 80].map(|pixels| format!("Pqrun{pixels}.png")));
    assert_eq!(found.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>(), paths);

    let files: BTreeMap<_, _> = files.into_iter().map(|file| (file.path, file.content)).collect();
    for (path, content) in found {
        assert!(files.get(&path) == Some(&content), "{path}");
    }
}

#[test]
fn the_same_files_give_the_same_bytes() {
    assert_eq!(pack(&connector()), pack(&connector()));
}

#[test]
fn text_is_packed_small() {
    let whole: usize = connector().iter().map(|file| file.content.len()).sum();
    assert!(pack(&connector()).len() * 3 < whole);
}
