//! A directory of Spark's is one file in parts; any other is an error that says what to do.

use pqrun::error::ErrorCode;

use pqrun::output_table::output_table;
use pqrun::table::{ReadOptions, Table};

use super::store::{FOLLOW, Shared, asked, output};
use crate::support::Host;

const PLACES: [(&str, &str); 3] = [
    ("/Volumes/main/sales/out/orders", "/Volumes/main/sales/out/orders"),
    ("dbfs:/out/orders", "/out/orders"),
    (
        "https://onelake.dfs.fabric.microsoft.com/Sales/lh.Lakehouse/Files/orders",
        "/Sales/lh.Lakehouse/Files/orders",
    ),
];

fn begin(text: &str, directory: &str, files: &[(&str, &str)]) -> Host<'static> {
    let shared = Shared::default();
    for (name, content) in files {
        shared.set().put(&format!("{directory}/{name}"), content.as_bytes());
    }
    if text.starts_with("https") {
        shared.fabric(text, FOLLOW)
    } else {
        shared.databricks(text, FOLLOW)
    }
}

#[test]
fn what_is_no_file_of_sparks_is_refused_with_advice() {
    for (text, directory) in PLACES {
        for (files, said) in [
            (&[("a.csv", "x"), ("b.csv", "y")][..], "a.csv"),
            (&[("part-00000.csv", "x"), ("notes.txt", "y")], "notes.txt"),
            (&[("day=1/part-00000.csv", "x")], "day=1"),
            (&[("part-00000.csv", "x"), ("part-00001.json", "y")], "several formats"),
            (&[("_SUCCESS", "")], "nothing in it"),
            (&[("part-00000.snappy.parquet", "x")], ".parquet"),
            (&[("part-00000.csv.gz", "x")], ".gz"),
        ] {
            let mut host = begin(text, directory, files);
            let output = output(&mut host);
            let error = output.error.expect("an error");
            assert_eq!(
                (error.code(), output.file),
                (ErrorCode::OutputPathRefused, None),
                "{text} {said}"
            );
            assert!(error.message.contains(said) && error.message.contains(text), "{error}");
            if !said.starts_with('.') {
                assert!(error.hint.contains("coalesce(1)"), "{}", error.hint);
            }
        }
    }
}

#[test]
fn parts_are_one_file_in_the_order_of_their_names() {
    for (text, directory) in PLACES {
        let files = [
            ("part-00001-b.csv", "id,name\n2,b\n"),
            ("part-00000-a.csv", "id,name\n1,a\n"),
            ("part-00002-c.csv", ""),
            ("part-00003-d.csv", "id,name\n3,c"),
            ("part-00004-e.csv", "id,name\n"),
            ("_SUCCESS", ""),
            ("_committed_412", "{}"),
            (".part-00000-a.csv.crc", "crc"),
        ];
        let mut host = begin(text, directory, &files);
        let output = output(&mut host);
        assert_eq!(output.error, None, "{text}");
        let file = output.file.expect("a file");
        assert_eq!((file.path.as_str(), file.extension.as_str()), (text, "csv"));
        assert_eq!(
            String::from_utf8_lossy(&file.bytes),
            "id,name\n1,a\n2,b\n3,c\n",
            "{text}"
        );
        assert!(asked(&host).iter().all(|sent| !sent.request.url.contains("_SUCCESS")));
    }
}

#[test]
fn parts_without_a_header_are_kept_whole() {
    let files = [("part-0.csv", "1,a\r\n2,b\r\n"), ("part-1.csv", "3,c\r\n")];
    let mut host = begin(PLACES[0].0, PLACES[0].1, &files);
    let output = output(&mut host);
    let file = output.file.as_ref().expect("a file");
    assert_eq!(String::from_utf8_lossy(&file.bytes), "1,a\r\n2,b\r\n3,c\r\n");
    let rows = |options: ReadOptions| {
        output_table(&output, &options)
            .expect("it is told")
            .expect("it is a table")
            .row_count()
    };
    assert_eq!(
        (rows(ReadOptions::new()), rows(ReadOptions::new().header(true))),
        (3, 2)
    );
}

#[test]
fn a_first_record_that_all_parts_share_is_a_row_if_there_is_no_header() {
    let files = [
        ("part-0.csv", "a,1\r\nb,2"),
        ("part-1.csv", "a,1\n"),
        ("part-2.csv", "a,1\nc,3\n"),
    ];
    let mut host = begin(PLACES[0].0, PLACES[0].1, &files);
    let output = output(&mut host);
    let rows = |options: ReadOptions| {
        let table: Table = output_table(&output, &options)
            .expect("it is told")
            .expect("it is a table");
        table.row_count()
    };
    assert_eq!(rows(ReadOptions::new().header(false)), 5);
    assert_eq!(rows(ReadOptions::new()), 2);
}

#[test]
fn a_header_with_a_line_break_is_taken_whole() {
    let files = [
        ("part-0.csv", "id,\"first \"\"x\"\"\nname\"\n1,a\n"),
        ("part-1.csv", "id,\"first \"\"x\"\"\nname\"\n2,b\n"),
    ];
    let mut host = begin(PLACES[0].0, PLACES[0].1, &files);
    let file = output(&mut host).file.expect("a file");
    assert_eq!(
        String::from_utf8_lossy(&file.bytes),
        "id,\"first \"\"x\"\"\nname\"\n1,a\n2,b\n"
    );
}

#[test]
fn what_spark_calls_json_is_json_lines() {
    for (text, directory) in PLACES {
        let files = [
            ("part-0.json", "{\"id\":1}\n{\"id\":2}"),
            ("part-1.json", "{\"id\":3}\n"),
        ];
        let mut host = begin(text, directory, &files);
        let file = output(&mut host).file.expect("a file");
        assert_eq!(file.extension, "jsonl");
        assert_eq!(
            String::from_utf8_lossy(&file.bytes),
            "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n"
        );
    }
}

#[test]
fn a_directory_of_one_part_is_that_part() {
    for (text, directory) in PLACES {
        let mut host = begin(text, directory, &[("part-0-x.csv", "id\r\n1\r\n"), ("_SUCCESS", "")]);
        let output = output(&mut host);
        assert_eq!(output.file.expect("a file").bytes, b"id\r\n1\r\n");
    }
}

#[test]
fn a_part_that_is_missing_fails_the_whole() {
    for (text, directory) in PLACES {
        let shared = Shared::default();
        for name in ["part-0.csv", "part-1.csv", "part-2.csv"] {
            shared.set().put(&format!("{directory}/{name}"), "id\n1\n");
        }
        let gone = format!("{directory}/part-1.csv");
        let shared = shared.hook(move |_, sent, store| {
            if sent.request.url.contains("part-0") {
                store.files.remove(&gone);
            }
            None
        });
        let mut host = if text.starts_with("https") {
            shared.fabric(text, FOLLOW)
        } else {
            shared.databricks(text, FOLLOW)
        };
        let output = output(&mut host);
        assert_eq!(output.file, None);
        assert_eq!(output.error.expect("an error").status, Some(404), "{text}");
    }
}
