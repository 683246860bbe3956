//! How long files may take, and what happens to those who do not want to wait.

use std::time::Duration;

use pqrun::error::ErrorCode;
use pqrun::poller::{FILES_TIME, Input, OUTPUTS_LIMIT};
use pqrun::run::Phase;

use super::store::{FOLLOW, PIECE, Shared, VOLUME, asked, json_of, output, result};
use crate::support::Reply;

#[test]
fn a_file_has_a_time_of_its_own() {
    let shared = Shared::with(VOLUME, json_of(40 * PIECE)).hook(|asked, sent, store| {
        let answer = store.files.get(VOLUME).expect("a file").bytes.clone();
        // Each piece takes half a minute.
        let (from, to) = super::store::header(sent, "Range")?
            .strip_prefix("bytes=")?
            .split_once('-')?;
        let (from, to): (usize, usize) = (from.parse().ok()?, to.parse().ok()?);
        let response = pqrun::http::HttpResponse {
            status: 206,
            headers: vec![(
                "Content-Range".to_owned(),
                format!("bytes {from}-{to}/{}", answer.len()),
            )],
            body: answer[from..=to].to_vec(),
        };
        assert!(asked <= 40);
        Some(Reply::Answer(Duration::from_secs(30), response))
    });
    let mut host = shared.databricks(VOLUME, FOLLOW);
    assert_eq!(output(&mut host).error, None);
    assert!(host.elapsed() > OUTPUTS_LIMIT);
}

#[test]
fn what_takes_longer_is_given_up_and_the_result_is_given() {
    let shared = Shared::default().hook(|_, _, _| Some(Reply::Hang));
    let mut host = shared.databricks(VOLUME, r#"{"followPath":true,"retryBudget":"2h"}"#);
    let result = result(&mut host);
    let error = result.outputs[0].error.as_ref().expect("an error");
    assert_eq!(error.code(), ErrorCode::OutputUnavailable);
    assert!(error.message.contains("time"), "{error}");
    let bound = OUTPUTS_LIMIT + FILES_TIME;
    assert!(host.elapsed() <= bound + Duration::from_secs(1) && host.elapsed() >= bound);
}

#[test]
fn who_does_not_want_to_wait_gets_what_is_there() {
    for input in [Input::Cancel, Input::Detach] {
        let shared = Shared::default().hook(|_, _, _| Some(Reply::Hang));
        let mut host = shared.databricks(VOLUME, FOLLOW);
        while asked(&host).is_empty() {
            assert!(host.step());
        }
        assert_eq!(host.poller.status().phase, Phase::ReadingOutput);
        host.input(input);
        let result = host.result().expect("it is over");
        assert_eq!(
            result.outputs[0].error.as_ref().map(|error| error.code()),
            Some(ErrorCode::OutputUnavailable)
        );
    }
}

#[test]
fn a_resume_follows_the_path_again() {
    let shared = Shared::with(VOLUME, json_of(10));
    let host = shared.databricks(VOLUME, FOLLOW);
    let snapshot = host.poller.snapshot();
    let text = serde_json::to_string(&snapshot).expect("a snapshot is JSON");
    assert!(text.contains(r#""followPath":true"#), "the option is kept");
    let mut host = host.resume(&snapshot, pqrun::poller::snapshot::Resume::default());
    assert_eq!(output(&mut host).file.expect("a file").bytes, json_of(10));
}
