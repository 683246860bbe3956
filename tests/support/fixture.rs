//! Answers stored as files: a first line that says where it comes from, the status line, headers, a blank line, the body.

use pqrun::http::HttpResponse;

fn folder(service: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(service)
}

/// The answer in `tests/fixtures/<service>/<name>.http`.
#[track_caller]
pub fn fixture(service: &str, name: &str) -> HttpResponse {
    let path = folder(service).join(format!("{name}.http"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (origin, rest) = text.split_once('\n').expect("a first line");
    assert!(
        origin.starts_with("# "),
        "{name}: the first line says where it comes from"
    );
    let (head, body) = rest.split_once("\n\n").expect("a blank line before the body");
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.1 "));
    let status = status.and_then(|line| line.split(' ').next()?.parse().ok());
    HttpResponse {
        status: status.expect("a status line"),
        headers: lines
            .map(|line| line.split_once(": ").expect("a header"))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        body: body.as_bytes().to_vec(),
    }
}

/// The names of all of a service's fixtures.
pub fn fixture_names(service: &str) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder(service))
        .expect("the folder is there")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".http").map(str::to_owned))
        .collect();
    names.sort();
    names
}
