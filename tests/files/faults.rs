//! What goes wrong with a file is the error of its output, and never a table of something else.

use std::time::Duration;

use pqrun::error::{Error, ErrorCode};
use pqrun::http::HttpResponse;
use pqrun::output_table::output_table;
use pqrun::table::ReadOptions;

use super::store::{DBFS, FOLLOW, LAKE, MB, PIECE, Shared, VOLUME, asked, header, json_of, output, refusal};
use crate::support::{Host, Reply, json, with_header};

const STORES: [(&str, &str); 3] = [
    (VOLUME, VOLUME),
    (DBFS, "/out/orders.json"),
    (LAKE, "/Sales/lh.Lakehouse/Files/orders.json"),
];

fn begin(shared: &Shared, path: &str) -> Host<'static> {
    if path == LAKE {
        shared.fabric(path, FOLLOW)
    } else {
        shared.databricks(path, FOLLOW)
    }
}

/// The error of an output whose file can't be read.
#[track_caller]
fn error(host: &mut Host<'_>, path: &str) -> Error {
    let output = output(host);
    assert_eq!(output.file, None);
    let error = output.error.clone().expect("an error");
    assert!(error.message.contains(path), "{error} names {path}");
    assert_eq!(
        output_table(&output, &ReadOptions::new())
            .expect("it is told")
            .map(|_| ()),
        Err(error.clone()),
        "there is no table"
    );
    error
}

#[test]
fn a_file_that_is_not_there_is_told_with_its_path() {
    for (path, _) in STORES {
        let mut host = begin(&Shared::default(), path);
        let error = error(&mut host, path);
        assert_eq!(
            (error.code(), error.status),
            (ErrorCode::OutputUnavailable, Some(404)),
            "{path}"
        );
        assert!(error.hint.contains("path"), "{}", error.hint);
    }
}

#[test]
fn a_file_that_may_not_be_read_says_which_permission_is_missing() {
    for (path, hint) in [(VOLUME, "READ VOLUME"), (DBFS, "volume"), (LAKE, "ReadAll")] {
        let shared = Shared::default().hook(|_, _, _| Some(refusal(403, "PERMISSION_DENIED").into()));
        let mut host = begin(&shared, path);
        let error = error(&mut host, path);
        assert_eq!(
            (error.code(), error.status),
            (ErrorCode::OutputUnavailable, Some(403)),
            "{path}"
        );
        assert!(error.hint.contains(hint), "{}", error.hint);
        assert_eq!(asked(&host).len(), 1, "it is not asked again");
    }
}

/// A good answer of that content type.
fn answer(kind: &str, body: &str) -> HttpResponse {
    HttpResponse {
        status: 200,
        headers: vec![("Content-Type".to_owned(), kind.to_owned())],
        body: body.as_bytes().to_vec(),
    }
}

#[test]
fn a_page_is_no_file() {
    for (path, _) in [STORES[0], STORES[2]] {
        for (kind, body) in [
            ("text/html", "<!DOCTYPE html><title>Sign in</title>"),
            (
                "Text/HTML; charset=utf-8",
                "\r\n<html lang=\"en\"><body>a,b\n1,2\n</body></html>",
            ),
        ] {
            let shared = Shared::default().hook(move |_, _, _| Some(answer(kind, body).into()));
            let mut host = begin(&shared, path);
            let error = error(&mut host, path);
            assert_eq!(error.code(), ErrorCode::OutputUnavailable);
            assert!(error.message.contains("expected the file, found a page"), "{error}");
            assert!(error.hint.contains("proxy"), "{}", error.hint);
        }
    }
}

#[test]
fn what_only_resembles_a_page_is_a_file() {
    for (kind, body) in [("text/html", "a,b\n1,2\n"), ("application/octet-stream", "<html>\n1\n")] {
        let shared = Shared::default().hook(move |_, _, _| Some(answer(kind, body).into()));
        let output = output(&mut begin(&shared, VOLUME));
        assert_eq!(output.file.expect("a file").bytes, body.as_bytes());
    }
}

#[test]
fn a_refused_token_is_replaced_once() {
    for (path, stored) in STORES {
        let shared = Shared::with(stored, json_of(10))
            .hook(|asked, _, _| (asked == 1).then(|| refusal(401, "InvalidAuthenticationInfo").into()));
        let mut host = begin(&shared, path);
        assert_eq!(output(&mut host).error, None);
        assert!(!asked(&host)[0].request.refresh_token && asked(&host)[1].request.refresh_token);

        let shared = Shared::default().hook(|_, _, _| Some(refusal(401, "InvalidAuthenticationInfo").into()));
        let mut host = begin(&shared, path);
        assert_eq!(error(&mut host, path).code(), ErrorCode::OutputUnavailable);
        assert_eq!(asked(&host).len(), 2);
    }
}

#[test]
fn throttling_and_passing_faults_are_waited_out() {
    for (path, stored) in STORES {
        let bytes = json_of(2 * PIECE);
        let shared = Shared::with(stored, bytes.clone()).hook(|asked, _, _| match asked {
            2 => Some(with_header(json(429, "{}"), "Retry-After", "7").into()),
            3 => Some(json(503, r#"{"error":{"code":"ServerBusy","message":"busy"}}"#).into()),
            4 => Some(Reply::Fail("the connection was cut", true)),
            5 => Some(Reply::Hang),
            _ => None,
        });
        let mut host = begin(&shared, path);
        let output = output(&mut host);
        assert_eq!(output.error, None, "{path}");
        assert!(output.file.expect("a file").bytes == bytes);
        assert!(host.elapsed() >= Duration::from_secs(110), "what hangs is given up");
    }
}

#[test]
fn a_fault_that_stays_ends_the_file_and_not_the_result() {
    for (path, stored) in STORES {
        let shared = Shared::with(stored, json_of(2 * PIECE))
            .hook(|asked, _, _| (asked > 1).then(|| json(503, r#"{"message":"busy"}"#).into()));
        let mut host = begin(&shared, path);
        assert_eq!(error(&mut host, path).code(), ErrorCode::OutputUnavailable);
        assert!(host.elapsed() < Duration::from_secs(900));
    }
}

#[test]
fn a_file_that_changes_under_the_reading_is_no_mixture() {
    let rewritten = |size: usize| {
        move |asked: usize, _: &_, store: &mut super::store::Store| {
            if asked == 2 {
                let path = store.files.keys().next().expect("a file").clone();
                store.put(&path, vec![b'x'; size]);
            }
            None
        }
    };
    for (path, stored) in STORES {
        // Of the same size, longer, shorter, and gone to nothing.
        for size in [3 * PIECE, 4 * PIECE, PIECE + 5, 0] {
            for mute in [false, true] {
                if mute && (path == DBFS || size >= 3 * PIECE) {
                    // Who tells nothing can't be caught at it.
                    continue;
                }
                let shared = Shared::with(stored, json_of(3 * PIECE)).hook(rewritten(size));
                shared.set().mute = mute;
                let mut host = begin(&shared, path);
                if mute {
                    let output = output(&mut host);
                    let bytes = output.file.map(|file| file.bytes.len());
                    assert!(output.error.is_some() || bytes < Some(3 * PIECE), "{path} {size}");
                    continue;
                }
                let error = error(&mut host, path);
                assert_eq!(error.code(), ErrorCode::OutputUnavailable, "{path} {size}");
                assert!(error.message.contains("changed"), "{path} {size}: {error}");
                assert!(error.hint.contains("name"), "{}", error.hint);
            }
        }
    }
}

#[test]
fn a_change_is_seen_even_if_conditions_are_not_heeded() {
    for (path, stored, name) in [
        (VOLUME, VOLUME, "Last-Modified"),
        (LAKE, "/Sales/lh.Lakehouse/Files/orders.json", "ETag"),
    ] {
        let shared = Shared::with(stored, json_of(2 * PIECE)).hook(move |asked, sent, _| {
            (asked == 2).then(|| {
                let range = header(sent, "Range").expect("a range").replace("bytes=", "bytes ");
                let response = HttpResponse {
                    status: 206,
                    headers: vec![("Content-Range".to_owned(), format!("{range}/{}", 2 * PIECE))],
                    body: vec![b'x'; PIECE],
                };
                with_header(response, name, "\"another\"").into()
            })
        });
        let mut host = begin(&shared, path);
        assert!(error(&mut host, path).message.contains("changed"));
    }
}

#[test]
fn a_file_that_was_rewritten_after_its_last_piece_is_noticed_in_dbfs() {
    let shared = Shared::with("/out/orders.json", json_of(10)).hook(|asked, _, store| {
        if asked == 3 {
            store.put("/out/orders.json", json_of(10));
        }
        None
    });
    assert!(error(&mut begin(&shared, DBFS), DBFS).message.contains("changed"));
}

#[test]
fn an_answer_that_is_no_piece_is_asked_for_again() {
    let part = |range: &str, length: usize| {
        let response = HttpResponse {
            status: 206,
            headers: Vec::new(),
            body: vec![b'x'; length],
        };
        Reply::from(with_header(response, "Content-Range", range))
    };
    for broken in [
        part("bytes 0-9/99999999", 5),
        part("bytes 5-9/10", 5),
        part("bytes 0-9/*", 10),
        part("bytes 9-0/10", 10),
        part("bytes 0-9/10, 20-30/40", 10),
        part("items 0-9/10", 10),
        part("bytes 0-9/5", 10),
        part("bytes 0-99999999999999999999/5", 10),
    ] {
        let shared = Shared::with(VOLUME, json_of(10)).hook(move |asked, _, _| (asked == 1).then(|| broken.clone()));
        let mut host = begin(&shared, VOLUME);
        let output = output(&mut host);
        assert_eq!(
            (asked(&host).len(), output.file.map(|file| file.bytes)),
            (2, Some(json_of(10)))
        );
    }
    for broken in [
        "",
        "[]",
        "<html></html>",
        r#"{"bytes_read":10}"#,
        r#"{"bytes_read":10,"data":"not base64!"}"#,
        r#"{"bytes_read":9,"data":"LDEsMTAwMDAwLDA="}"#,
        r#"{"bytes_read":11,"data":"LDEsMTAwMDAwLDA="}"#,
        r#"{"data":"LDEsMTAwMDAwLA=="}"#,
    ] {
        let shared = Shared::with("/out/orders.json", json_of(10))
            .hook(move |asked, _, _| (asked == 2).then(|| json(200, broken).into()));
        let mut host = begin(&shared, DBFS);
        let output = output(&mut host);
        assert_eq!(
            (asked(&host).len(), output.file.map(|file| file.bytes)),
            (4, Some(json_of(10))),
            "{broken}"
        );
    }
    for broken in [r#"{"is_dir":false}"#, r#"{"file_size":-1}"#, "null"] {
        let shared = Shared::with("/out/orders.json", json_of(10))
            .hook(move |asked, _, _| (asked == 1).then(|| json(200, broken).into()));
        assert_eq!(output(&mut begin(&shared, DBFS)).error, None, "{broken}");
    }
}

#[test]
fn a_file_that_is_too_large_is_not_begun() {
    let large = 257 * MB;
    for (path, _) in STORES {
        let shared = Shared::default().hook(move |_, sent, _| {
            let body = if sent.request.endpoint == "dbfs/get-status" {
                return Some(json(200, &format!(r#"{{"is_dir":false,"file_size":{large}}}"#)).into());
            } else {
                vec![b'x'; PIECE]
            };
            let response = HttpResponse {
                status: 206,
                headers: Vec::new(),
                body,
            };
            Some(with_header(response, "Content-Range", &format!("bytes 0-{}/{large}", PIECE - 1)).into())
        });
        let mut host = begin(&shared, path);
        let error = error(&mut host, path);
        assert_eq!(error.code(), ErrorCode::OutputTooLarge);
        assert!(
            error.message.contains("268435456") && error.hint.contains("256 MiB"),
            "{error:?}"
        );
        assert_eq!(asked(&host).len(), 1, "{path}");
    }
    for size in ["18446744073709551615", "9223372036854775807"] {
        let shared = Shared::default()
            .hook(move |_, _, _| Some(json(200, &format!(r#"{{"is_dir":false,"file_size":{size}}}"#)).into()));
        assert_eq!(error(&mut begin(&shared, DBFS), DBFS).code(), ErrorCode::OutputTooLarge);
    }
}

#[test]
fn a_store_that_never_ends_is_left_at_the_limit() {
    // Without a word of how long it is, each piece is as long as it can be.
    let shared = Shared::default().hook(|_, _, _| {
        let response = HttpResponse {
            status: 206,
            headers: Vec::new(),
            body: vec![b'x'; PIECE],
        };
        Some(response.into())
    });
    let mut host = begin(&shared, VOLUME);
    assert_eq!(error(&mut host, VOLUME).code(), ErrorCode::OutputTooLarge);
    assert_eq!(asked(&host).len(), 65);
}

#[test]
fn a_redirect_is_not_followed() {
    for (path, _) in STORES {
        let shared = Shared::default()
            .hook(|_, _, _| Some(with_header(json(302, ""), "Location", "https://evil.example/").into()));
        let mut host = begin(&shared, path);
        let error = error(&mut host, path);
        assert!(error.message.contains("redirect"), "{error}");
        assert_eq!(asked(&host).len(), 1);
        assert!(host.sent.iter().all(|sent| !sent.request.url.contains("evil")));
    }
}
