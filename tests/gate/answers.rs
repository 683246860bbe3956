//! What goes back.

use crate::*;

#[test]
fn an_answer_goes_back_without_cookies_challenges_and_what_is_of_its_connection() {
    let mut open = open();
    let passage = get(&open, &jobs("list")).expect("it is a list");
    let headers = [
        ("set-cookie", "a=b"),
        ("www-authenticate", "Basic realm=\"x\""),
        ("connection", "close"),
        ("transfer-encoding", "chunked"),
        ("content-encoding", "gzip"),
        ("access-control-allow-origin", "*"),
        ("retry-after", "7"),
        ("x-request-id", "r-1"),
        ("etag", "a\r\nb: c"),
    ];
    let response = HttpResponse {
        status: 429,
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        body: Vec::new(),
    };
    let names: Vec<String> = told(&mut open, &passage, response)
        .headers
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["retry-after", "x-request-id"]);
}

#[test]
fn a_redirect_leads_nobody_anywhere() {
    let mut open = open();
    let passage = get(&open, &jobs("list")).expect("it is a list");
    for status in [302, 301, 308, 0] {
        let response = HttpResponse {
            status,
            headers: vec![("Location".into(), "https://evil.example/".into())],
            body: b"https://evil.example/".to_vec(),
        };
        let answer = told(&mut open, &passage, response);
        assert_eq!(answer.status, 403);
        assert!(answer.header("Location").is_none() && !String::from_utf8_lossy(&answer.body).contains("evil"));
    }
}
