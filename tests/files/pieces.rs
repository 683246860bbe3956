//! How a file of any size comes together.

use super::store::{DBFS, FOLLOW, LAKE, MB, PIECE, Shared, VOLUME, asked, header, json_of, output, query};

fn stored(path: &str, bytes: Vec<u8>) -> Shared {
    let path = match path {
        DBFS => "/out/orders.json",
        LAKE => "/Sales/lh.Lakehouse/Files/orders.json",
        path => path,
    };
    Shared::with(path, bytes)
}

#[track_caller]
fn comes_whole(shared: &Shared, path: &str, bytes: &[u8]) -> usize {
    let mut host = if path == LAKE {
        shared.fabric(path, FOLLOW)
    } else {
        shared.databricks(path, FOLLOW)
    };
    let output = output(&mut host);
    assert_eq!(output.error, None, "{path}");
    let file = output.file.expect("a file");
    assert!(
        file.bytes == bytes,
        "{path}: {} of {} bytes",
        file.bytes.len(),
        bytes.len()
    );
    asked(&host).len()
}

#[test]
fn every_size_comes_whole() {
    for size in [4, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 5] {
        let bytes = json_of(size);
        for path in [VOLUME, DBFS, LAKE] {
            let requests = comes_whole(&stored(path, bytes.clone()), path, &bytes);
            let expected = if path == DBFS {
                size.div_ceil(MB) + 2
            } else {
                size.div_ceil(PIECE)
            };
            assert_eq!(requests, expected, "{path} {size}");
        }
    }
}

#[test]
fn an_empty_file_is_a_file() {
    for path in [VOLUME, DBFS, LAKE] {
        comes_whole(&stored(path, Vec::new()), path, b"");
    }
}

#[test]
fn a_store_that_tells_nothing_about_a_piece_is_read_to_its_end() {
    for size in [0, 4, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE] {
        let bytes = if size == 0 { Vec::new() } else { json_of(size) };
        for path in [VOLUME, LAKE] {
            let shared = stored(path, bytes.clone());
            shared.set().mute = true;
            comes_whole(&shared, path, &bytes);
        }
    }
}

#[test]
fn a_store_that_knows_no_ranges_gives_all_at_once() {
    for size in [0, 4, PIECE + 1] {
        let bytes = if size == 0 { Vec::new() } else { json_of(size) };
        let shared = stored(VOLUME, bytes.clone());
        shared.set().whole = true;
        assert_eq!(comes_whole(&shared, VOLUME, &bytes), 1);
    }
}

#[test]
fn a_store_may_give_less_at_once_than_it_is_asked_for() {
    let bytes = json_of(PIECE + 3 * MB);
    for path in [VOLUME, DBFS, LAKE] {
        let shared = stored(path, bytes.clone());
        shared.set().most = Some(700_000);
        comes_whole(&shared, path, &bytes);
    }
}

#[test]
fn pieces_hold_on_to_the_state_of_the_first() {
    let bytes = json_of(2 * PIECE);
    for (path, name, value) in [
        (VOLUME, "If-Unmodified-Since", "Sun, 01 Mar 2026 02:01:00 GMT"),
        (LAKE, "If-Match", "\"0x1\""),
    ] {
        let mut host = if path == LAKE {
            stored(path, bytes.clone()).fabric(path, FOLLOW)
        } else {
            stored(path, bytes.clone()).databricks(path, FOLLOW)
        };
        output(&mut host);
        let held: Vec<_> = asked(&host).iter().map(|sent| header(sent, name)).collect();
        assert_eq!(held, [None, Some(value)]);
    }
}

#[test]
fn pieces_of_dbfs_are_of_a_megabyte_at_most() {
    let mut host = stored(DBFS, json_of(2 * MB + 7)).databricks(DBFS, FOLLOW);
    output(&mut host);
    let reads: Vec<_> = asked(&host)
        .iter()
        .filter(|sent| sent.request.endpoint == "dbfs/read")
        .map(|sent| (query(sent, "offset"), query(sent, "length")))
        .collect();
    let number = |number: usize| Some(number.to_string());
    assert_eq!(
        reads,
        [
            (number(0), number(MB)),
            (number(MB), number(MB)),
            (number(2 * MB), number(7))
        ]
    );
}

#[test]
fn at_most_four_pieces_are_under_way() {
    let mut host = stored(VOLUME, json_of(11 * PIECE)).databricks(VOLUME, FOLLOW);
    output(&mut host);
    let sent = asked(&host);
    for piece in &sent {
        // Each answer takes 50 ms.
        let beside = sent
            .iter()
            .filter(|other| other.at <= piece.at && piece.at.since(other.at).as_millis() < 50);
        assert!(beside.count() <= 4);
    }
    assert!(host.elapsed().as_millis() < 50 * 8, "they come side by side");
}
