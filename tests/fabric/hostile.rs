//! Anything may come back. Nothing panics, everything ends in time, and no second run is started without a rule for it.

use std::cell::RefCell;
use std::rc::Rc;

use pqrun::poller::Input;
use pqrun::poller::snapshot::Resume;
use pqrun::run::Outcome;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::service::{ITEM, Shared, answer, fabric_job, id, is_start, request, run_options, seconds};
use crate::support::{Host, Reply, START, Sent};

/// What the network does with one request.
#[derive(Clone, Debug)]
enum Move {
    /// What the service says.
    Usual,
    /// What the service says, after so many seconds.
    Slow(u64),
    /// Something else; whether the service acted all the same.
    Odd(bool, u16, Vec<(&'static str, String)>, Vec<u8>),
    Fail(bool, bool),
    Hang(bool),
}

fn word() -> impl Strategy<Value = Value> {
    let words = [
        json!(null),
        json!(""),
        json!("NotStarted"),
        json!("InProgress"),
        json!("Completed"),
        json!("Failed"),
        json!("Cancelled"),
        json!("Deduped"),
        json!("Odd"),
        json!(id(1)),
        json!(id(0x101)),
        json!(id(0x102)),
        json!(request(1)),
        json!(request(2)),
        json!("Pipeline"),
        json!("Manual"),
        json!("Scheduled"),
        json!("2026-03-01T02:00:01.1234567"),
        json!("9999-12-31T23:59:59"),
        json!("JobInstanceStatusDeduped"),
        json!("NotFound"),
        json!("RequestBlocked"),
        json!("TokenExpired"),
        json!("Unauthorized"),
        json!("TooManyRequestsForJobs"),
        json!("JobAlreadyCompleted"),
        json!("until: 3/1/2026 2:09:00 AM (UTC)"),
        json!(-1),
        json!(1e300),
        json!(true),
        json!([]),
        json!({}),
        json!([[[]]]),
        json!("pipelineReturnValue"),
        json!("Lookup"),
        json!("ExecutePipeline"),
        json!("TridentNotebook"),
        json!("Warning: Object size exceeds limit"),
    ];
    select(words.to_vec())
}

const NAMES: &[&str] = &[
    "id",
    "status",
    "jobType",
    "invokeType",
    "rootActivityId",
    "startTimeUtc",
    "endTimeUtc",
    "failureReason",
    "errorCode",
    "message",
    "error",
    "code",
    "value",
    "continuationToken",
    "continuationUri",
    "properties",
    "exitValue",
    "activityName",
    "activityType",
    "output",
    "input",
    "pipelineRunId",
    "workspaceId",
    "result",
    "firstRow",
    "resultSets",
    "rows",
    "retryAttempt",
    "iterationHash",
    "errorMessage",
    "name",
];

fn tree() -> impl Strategy<Value = Value> {
    word().prop_recursive(4, 40, 8, |inner| {
        let members = vec((select(NAMES), inner.clone()), 0..8);
        let object = members.prop_map(|members| {
            members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()
        });
        prop_oneof![3 => object.prop_map(Value::Object), 1 => vec(inner, 0..5).prop_map(Value::Array)]
    })
}

/// A job instance with one or two members that are not as they should be.
fn instance() -> impl Strategy<Value = Value> {
    vec((select(NAMES), word()), 0..3).prop_map(|changes| {
        let mut row = json!({"id": id(0x101), "itemId": ITEM, "jobType": "Pipeline", "invokeType": "Manual", "status": "InProgress",
            "failureReason": null, "rootActivityId": request(1), "startTimeUtc": "2026-03-01T02:00:01.5", "endTimeUtc": null});
        for (name, value) in changes {
            row[name] = value;
        }
        row
    })
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    let list = vec(instance(), 0..4).prop_map(|rows| json!({"value": rows}));
    prop_oneof![
        vec(any::<u8>(), 0..60),
        tree().prop_map(|value| value.to_string().into_bytes()),
        instance().prop_map(|value| value.to_string().into_bytes()),
        list.prop_map(|value| value.to_string().into_bytes()),
        Just(b"<html>Sign in</html>".to_vec()),
        Just(Vec::new()),
    ]
}

fn header() -> impl Strategy<Value = (&'static str, String)> {
    let names = [
        "Location",
        "Retry-After",
        "RequestId",
        "x-ms-job-id",
        "Date",
        "x-ms-public-api-error-code",
    ];
    let values = [
        String::new(),
        id(0x101),
        id(7),
        request(1),
        request(9),
        "0".to_owned(),
        "5".to_owned(),
        "4000".to_owned(),
        "-1".to_owned(),
        "1e12".to_owned(),
        "Sun, 01 Mar 2026 02:00:30 GMT".to_owned(),
        "Fri, 31 Dec 9999 23:59:59 GMT".to_owned(),
        format!("https://evil.example/jobs/instances/{}", id(0x101)),
        "http://[".to_owned(),
        "TokenExpired".to_owned(),
        "ü\u{0}".to_owned(),
    ];
    (select(names.to_vec()), select(values.to_vec()))
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let statuses = [
        0, 100, 200, 200, 200, 200, 201, 202, 202, 204, 302, 307, 400, 401, 403, 404, 408, 409, 418, 425, 429, 429,
        500, 501, 502, 503, 504, 599, 999,
    ];
    let odd = (any::<bool>(), select(statuses.to_vec()), vec(header(), 0..3), body());
    let one = prop_oneof![
        4 => Just(Move::Usual),
        1 => (1_u64..150).prop_map(Move::Slow),
        6 => odd.prop_map(|(acts, status, headers, body)| Move::Odd(acts, status, headers, body)),
        1 => (any::<bool>(), any::<bool>()).prop_map(|(acts, left)| Move::Fail(acts && left, left)),
        1 => any::<bool>().prop_map(Move::Hang),
    ];
    vec(one, 0..40)
}

fn options() -> impl Strategy<Value = Value> {
    (
        select(vec!["detach", "cancel"]),
        select(vec!["report", "resend"]),
        any::<bool>(),
        any::<bool>(),
        30_u64..900,
    )
        .prop_map(|(on_timeout, on_unconfirmed, reuse, duplicates, timeout)| {
            let mut options =
                json!({"onTimeout": on_timeout, "onUnconfirmed": on_unconfirmed, "timeout": timeout * 1000});
            if reuse {
                options["reuse"] = json!({});
                options["cancelDuplicates"] = duplicates.into();
            }
            options
        })
}

/// One start as the network saw it.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    /// It may have made a run, for all that its answer says.
    unsure: bool,
    /// It was unclear, and its answer carried a request id.
    named: bool,
}

/// A network that makes these moves, then behaves.
fn network(
    service: &Shared,
    moves: Vec<Move>,
    seen: Rc<RefCell<Vec<Seen>>>,
) -> impl FnMut(pqrun::time::Timestamp, &Sent) -> Reply + 'static {
    let mut serve = service.serve();
    let mut moves = moves.into_iter();
    move |now, sent| {
        let made = moves.next().unwrap_or(Move::Usual);
        let acts = match &made {
            Move::Usual | Move::Slow(_) => true,
            Move::Odd(acts, ..) | Move::Fail(acts, _) | Move::Hang(acts) => *acts,
        };
        let usual = acts.then(|| serve(now, sent));
        let reply = match (made, usual) {
            (Move::Usual, Some(usual)) => usual,
            (Move::Slow(after), Some(Reply::Answer(_, response))) => Reply::Answer(seconds(after), response),
            (Move::Odd(_, status, headers, body), _) => {
                let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
                let mut response = answer(status, &headers, "");
                response.body = body;
                response.into()
            }
            (Move::Fail(_, left), _) => Reply::Fail("reset", left),
            _ => Reply::Hang,
        };
        if is_start(sent) {
            seen.borrow_mut().push(match &reply {
                Reply::Fail(_, left) => Seen {
                    unsure: *left,
                    named: false,
                },
                Reply::Hang => Seen {
                    unsure: true,
                    named: false,
                },
                Reply::Answer(_, response) => {
                    let refused = (400..500).contains(&response.status) && !matches!(response.status, 408 | 425);
                    let named = response.header("RequestId").is_some_and(|id| id.len() == 36);
                    Seen {
                        unsure: !refused,
                        named,
                    }
                }
            });
        }
        reply
    }
}

/// The deadline, the last look, a cancel of a start and one of its run, the outputs.
const GRACE: u64 = 30 + 300 + 300 + 120 + 5;

fn assert_sound(host: &mut Host<'_>, options: &Value, seen: &[Seen], begins: pqrun::time::Timestamp) {
    let result = host.result().expect("it is over");
    let timeout = options["timeout"].as_u64().expect("milliseconds") / 1000;
    assert!(
        host.now.since(begins) <= seconds(timeout + GRACE),
        "it took {:?}",
        host.now.since(begins)
    );
    let unsure: Vec<&Seen> = seen.iter().filter(|seen| seen.unsure).collect();
    let again = options.get("reuse").is_some_and(Value::is_object);
    if !again {
        assert!(unsure.len() <= 2, "{seen:?}");
        let may = options["onUnconfirmed"] == "resend" || unsure.first().is_some_and(|first| first.named);
        assert!(unsure.len() < 2 || may, "{seen:?}");
    }
    if result.outcome == Outcome::Rejected && !again {
        assert!(unsure.is_empty(), "it says that nothing was started: {seen:?}");
    }
    for sent in &host.sent {
        assert!(
            sent.request
                .url
                .starts_with("https://api.fabric.microsoft.com/v1/workspaces/"),
            "{}",
            sent.request.url
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_comes_back_it_ends_in_time_and_starts_no_more_than_the_rules_allow(moves in moves(), options in options()) {
        let (service, seen) = (Shared::default(), Rc::new(RefCell::new(Vec::new())));
        let network = network(&service, moves, Rc::clone(&seen));
        let mut host = Host::start(pqrun::poller::Job::Fabric(fabric_job(json!({}))), run_options(options.clone()), network);
        host.run();
        assert_sound(&mut host, &options, &seen.borrow(), START);
    }

    #[test]
    fn a_cancel_or_a_stop_at_any_moment_changes_none_of_that(
        moves in moves(), options in options(), step in 0_usize..60, what in 0..4_u8,
    ) {
        let (service, seen) = (Shared::default(), Rc::new(RefCell::new(Vec::new())));
        let network = network(&service, moves, Rc::clone(&seen));
        let mut host = Host::start(pqrun::poller::Job::Fabric(fabric_job(json!({}))), run_options(options.clone()), network);
        for _ in 0..step {
            host.step();
        }
        let mut begins = START;
        if host.result().is_none() {
            match what {
                0 => host.input(Input::Cancel),
                1 => host.input(Input::Detach),
                _ => {
                    let snapshot = host.poller.snapshot();
                    // A passed deadline begins anew.
                    begins = host.now;
                    host = host.resume(&snapshot, Resume::default());
                }
            }
        }
        host.run();
        assert_sound(&mut host, &options, &seen.borrow(), begins);
    }
}

#[test]
fn a_body_as_deep_as_a_well_is_no_more_than_broken() {
    let deep = format!("{{\"value\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let service = Shared::default();
    service.hook(move |_, _| Some(answer(200, &[], &deep).into()));
    let result = service.start(json!({"retryBudget": "10s"})).run();
    assert_eq!(result.outcome, Outcome::Rejected);
}
