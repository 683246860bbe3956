//! Anything may come back: every poller ends in time, and an own run has one token.

use proptest::prelude::*;

use pqrun::http::HttpResponse;
use pqrun::poller::{CANCEL_GRACE, FINAL_LOOK, Input, OUTPUTS_LIMIT, Poller};
use pqrun::run::Outcome;

use crate::support::START;
use crate::support::fixture::{fixture, fixture_names};
use crate::*;

/// Bodies that look like what the service says, right or wrong, for any question.
fn bodies() -> Vec<String> {
    let mut bodies: Vec<String> = fixture_names("databricks")
        .iter()
        .map(|name| String::from_utf8(fixture("databricks", name).body).expect("fixtures are text"))
        .collect();
    bodies.extend(
        [
            "", "{", "[]", "null", "7", "\"x\"", "<html>", "\u{feff}{}",
            r#"{"run_id":1}"#,
            r#"{"run_id":"1","state":{"life_cycle_state":"RUNNING"},"next_page_token":"n"}"#,
            r#"{"run_id":1,"state":{"life_cycle_state":"TERMINATED","result_state":"SUCCESS"},"tasks":[{"task_key":"a","run_id":2,"notebook_task":{}},{"task_key":"b","run_id":3,"for_each_task":{}},{"run_id":4,"run_job_task":{}}]}"#,
            r#"{"run_id":3,"state":{"life_cycle_state":"TERMINATED"},"iterations":[{"run_id":5},{"run_id":-1},7],"next_page_token":"p"}"#,
            r#"{"run_job_output":{"run_id":3}}"#,
            r#"{"run_job_output":{"run_id":1}}"#,
            r#"{"runs":[{"run_id":1,"state":{"life_cycle_state":"RUNNING"},"job_parameters":[]}]}"#,
            r#"{"runs":[{"run_id":9,"state":{"life_cycle_state":"TERMINATED"}},{},null,7],"next_page_token":"q"}"#,
            r#"{"jobs":[{"job_id":1,"settings":{"name":"orders"}}],"next_page_token":""}"#,
            r#"{"error_code":"RESOURCE_EXHAUSTED","details":[{"retry_delay":"99999999s"},{"retry_delay":7},3]}"#,
            r#"{"status":{"state":{},"termination_details":[]},"state":{"life_cycle_state":9},"run_id":1,"end_time":-1}"#,
        ]
        .map(str::to_owned),
    );
    bodies
}

fn reply() -> impl Strategy<Value = Reply> {
    let status = prop_oneof![
        6 => Just(200_u16),
        1 => prop::sample::select(vec![0_u16, 100, 201, 204, 302, 400, 401, 403, 404, 408, 409, 418, 429, 500, 501, 503, 504, 599, 999]),
    ];
    let body = prop_oneof![
        6 => prop::sample::select(bodies()).prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..40),
    ];
    let header = prop_oneof![
        4 => Just(None),
        1 => ("Retry-After|Date|Location", "[ -~]{0,12}|[0-9]{1,12}").prop_map(Some),
    ];
    let delay = prop_oneof![8 => 0_u64..2000, 1 => 0_u64..200_000];
    prop_oneof![
        12 => (status, body, header, delay).prop_map(|(status, body, header, delay)| {
            let headers = header.into_iter().collect();
            Reply::Answer(Duration::from_millis(delay), HttpResponse { status, headers, body })
        }),
        1 => Just(Reply::Hang),
        1 => any::<bool>().prop_map(|left| Reply::Fail("failed", left)),
    ]
}

#[derive(Clone, Debug)]
enum Act {
    Step,
    Cancel,
    Detach,
    Sleep(u64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![30 => Just(Act::Step), 1 => Just(Act::Cancel), 1 => Just(Act::Detach), 1 => (0_u64..100_000).prop_map(Act::Sleep)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn every_poller_ends_in_time_and_an_own_run_has_one_token(
        replies in prop::collection::vec(reply(), 1..40),
        acts in prop::collection::vec(act(), 0..60),
        job in prop::sample::select(vec!["{}", r#"{"jobName":"orders"}"#, r#"{"idempotencyToken":"t"}"#]),
        reuses in any::<bool>(),
        cancels in any::<bool>(),
        timeout in 1_u64..20_000,
        start_answered in any::<bool>(),
    ) {
        let job = job_with(job);
        let mut options = options(if cancels { r#"{"onTimeout":"cancel"}"# } else { "{}" });
        options.timeout = Some(pqrun::poller::options::Length(seconds(timeout)));
        options.reuse = (reuses && job.idempotency_token.is_none()).then(Default::default);
        let own = options.reuse.is_none();
        let mut replies = replies.into_iter().cycle();
        let mut host = Host::start(Job::Databricks(job), options, move |_, sent| {
            let reply = replies.next().expect("they go round");
            match sent.request.endpoint {
                // So that not only starts are tried.
                "jobs/run-now" if start_answered => json(200, r#"{"run_id":1}"#).into(),
                _ => reply,
            }
        });
        let mut slept = Duration::ZERO;
        for act in acts {
            match act {
                Act::Step => { host.step(); }
                Act::Cancel => host.input(Input::Cancel),
                Act::Detach => host.input(Input::Detach),
                Act::Sleep(ms) => {
                    slept += Duration::from_millis(ms);
                    host.now = host.now.plus(Duration::from_millis(ms));
                    host.input(Input::Timeout);
                }
            }
        }
        let result = host.run();
        let bound = seconds(timeout) + FINAL_LOOK + CANCEL_GRACE * 2 + OUTPUTS_LIMIT + slept;
        prop_assert!(host.elapsed() <= bound, "{:?} after {bound:?}", host.elapsed());
        let starts = host.sent_to("jobs/run-now");
        if own {
            prop_assert!(starts.iter().all(|sent| sent.request.body == starts[0].request.body));
        }
        for sent in &host.sent {
            prop_assert!(sent.request.url.starts_with(&format!("{HOST}/api/2.2/jobs/")), "{}", sent.request.url);
        }
        // Where nothing was ever sent, nothing can be unclear.
        if starts.is_empty() && result.run.is_none() {
            prop_assert!(!matches!(result.outcome, Outcome::Succeeded | Outcome::Failed));
        }
        prop_assert!(serde_json::to_string(&*result).is_ok());
    }

    #[test]
    fn every_snapshot_of_a_wild_run_resumes_and_ends(
        replies in prop::collection::vec(reply(), 1..20),
        steps in 0_usize..40,
        reuses in any::<bool>(),
        later in 0_u64..200_000,
    ) {
        let mut options = options(r#"{"timeout":"1h"}"#);
        options.reuse = reuses.then(Default::default);
        let mut first = replies.clone().into_iter().cycle();
        let mut host = start(options, move |_, _| first.next().expect("they go round"));
        for _ in 0..steps {
            host.step();
        }
        let text = serde_json::to_string(&host.poller.snapshot()).expect("it is JSON");
        let snapshot = serde_json::from_str(&text).expect("it reads back");
        let now = host.now.plus(seconds(later));
        let poller = Poller::resume(snapshot, pqrun::poller::snapshot::Resume::default(), [9; 16], now);
        let mut again = replies.into_iter().rev().cycle();
        let mut host = Host::over(poller.expect("it resumes"), now, move |_, _| again.next().expect("they go round"));
        host.run();
        prop_assert!(host.now.since(now) <= seconds(3600) + FINAL_LOOK + CANCEL_GRACE + OUTPUTS_LIMIT);
        prop_assert!(host.now >= START);
    }
}
