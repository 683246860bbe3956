//! What the row of an instance shows, and when.

use pqrun::http::HttpResponse;
use pqrun::time::Timestamp;
use serde_json::{Value, json};

use crate::service::{FAILING, ORDERS, SCORE, START, Service, json_of, lasting, refusal};

/// Reads the instance every second until it has ended.
fn watch(service: &mut Service, id: &str) -> Vec<(u64, String, Option<u64>)> {
    let mut seen = Vec::new();
    for _ in 0..1000 {
        let response = service.get(&format!("items/{ORDERS}/jobs/instances/{id}"));
        let status = json_of(&response)["status"].as_str().unwrap_or_default().to_owned();
        let wait = response.header("Retry-After").and_then(|text| text.parse().ok());
        seen.push((service.now.since(START).as_secs(), status.clone(), wait));
        if !matches!(status.as_str(), "NotStarted" | "InProgress") {
            return seen;
        }
        service.wait(1.0);
    }
    panic!("the run never ended");
}

#[test]
fn the_end_is_seen_up_to_110_seconds_late() {
    let mut latest = 0;
    for seed in 0..200 {
        let mut service = Service::seeded(seed, &json!({}));
        let id = service.start(ORDERS);
        let seen = watch(&mut service, &id).last().expect("there is an end").0;
        let ended = service.fabric().outcome(&id).expect("it was created").ended;
        let late = seen - ended.since(START).as_secs();
        assert!(late <= 111, "{late}");
        latest = latest.max(late);
    }
    assert!(latest > 80, "{latest}");
}

#[test]
fn retry_after_counts_down_to_the_refresh_and_is_missing_while_that_is_overdue() {
    for seed in 0..50 {
        let mut service = Service::seeded(seed, &json!({}));
        let id = service.start(ORDERS);
        let seen = watch(&mut service, &id);
        assert_eq!(seen.last().and_then(|last| last.2), None, "no refresh follows an end");
        for pair in seen.windows(2) {
            let [(at, status, wait), (_, next_status, next_wait)] = pair else {
                continue;
            };
            match (wait, next_wait) {
                (Some(wait), Some(next)) if *wait > 1 => assert_eq!(*next, wait - 1, "seed {seed}, {at} s"),
                (Some(wait), None) => assert!(*wait <= 1, "seed {seed}, {at} s"),
                _ => {}
            }
            if wait.is_some_and(|wait| wait > 1) {
                assert_eq!(
                    status, next_status,
                    "seed {seed}, {at} s: it changed before the refresh"
                );
            }
        }
    }
}

#[test]
fn a_run_may_end_without_ever_being_in_progress() {
    let mut service = Service::with_item(&json!({"refreshLateSeconds": 0}), &lasting(1.0, 2.0));
    let id = service.start(ORDERS);
    let seen = watch(&mut service, &id);
    assert_eq!(seen[0].1, "NotStarted");
    assert_eq!(seen[seen.len() - 2].1, "NotStarted");
    assert_eq!(seen[seen.len() - 1].1, "Completed");
}

#[test]
fn the_start_time_is_that_of_the_request_first_and_the_real_one_later() {
    for (changes, expected) in [(true, 7), (false, 0)] {
        let switches = json!({"statusCacheSeconds": 0, "startTimeChanges": changes});
        let mut service = Service::with_item(&switches, &lasting(7.0, 30.0));
        let id = service.start(ORDERS);
        let start = |row: &Value| {
            Timestamp::parse_iso(row["startTimeUtc"].as_str().expect("there is a start"))
                .expect("it is a time")
                .since(START)
                .as_secs()
        };
        let queued = service.row(ORDERS, &id);
        assert_eq!((start(&queued), queued["status"].as_str()), (0, Some("NotStarted")));
        assert_eq!(queued["endTimeUtc"], Value::Null);
        service.wait(8.0);
        let running = service.row(ORDERS, &id);
        assert_eq!(
            (start(&running), running["status"].as_str()),
            (expected, Some("InProgress"))
        );
        service.wait(60.0);
        assert_eq!(start(&service.row(ORDERS, &id)), expected);
    }
}

#[test]
fn times_have_no_zone_and_two_to_seven_digits() {
    let mut lengths = Vec::new();
    for seed in 0..60 {
        let mut service = Service::seeded(seed, &json!({}));
        let id = service.start(ORDERS);
        service.wait(300.0);
        let row = service.row(ORDERS, &id);
        for member in ["startTimeUtc", "endTimeUtc"] {
            let time = row[member].as_str().expect("there is a time");
            assert!(time.ends_with(|last: char| last.is_ascii_digit()), "{time}");
            lengths.push(time.split_once('.').expect("there is a fraction").1.len());
        }
    }
    lengths.sort_unstable();
    lengths.dedup();
    assert_eq!(lengths, [2, 3, 4, 5, 6, 7]);
}

#[test]
fn the_end_time_may_be_missing_for_some_reads() {
    let mut service = Service::with(&json!({"endTimeNullFor": 2}));
    let id = service.start(ORDERS);
    service.wait(300.0);
    let ends = [(); 4].map(|()| service.row(ORDERS, &id)["endTimeUtc"].is_null());
    assert_eq!(ends, [true, true, false, false]);
}

#[test]
fn a_failure_is_explained_under_the_id_of_the_request_that_asks() {
    let mut service = Service::standard();
    let id = service.start(FAILING);
    service.wait(300.0);
    let path = format!("items/{FAILING}/jobs/instances/{id}");
    let (first, second) = (service.get(&path), service.get(&path));
    for response in [&first, &second] {
        let reason = &json_of(response)["failureReason"];
        assert_eq!(reason["requestId"].as_str(), response.header("RequestId"));
        assert_eq!(reason["errorCode"], "JobInstanceStatusFailed");
        assert_eq!(reason["isRetriable"], false);
    }
    assert_ne!(first.header("RequestId"), second.header("RequestId"));
    assert_eq!(json_of(&first)["rootActivityId"], json_of(&second)["rootActivityId"]);
}

#[test]
fn the_first_reads_may_find_nothing_and_then_a_failure_that_is_not_true() {
    for body in ["code", "empty"] {
        let switches = json!({"earlyNotFoundSeconds": 5, "earlyNotFoundBody": body, "phantomFailureSeconds": 12});
        let mut service = Service::with(&switches);
        let id = service.start(ORDERS);
        let path = format!("items/{ORDERS}/jobs/instances/{id}");
        let early = service.get(&path);
        let code = if body == "code" { "JobInstanceNotFound" } else { "" };
        assert_eq!(refusal(&early), (404, code.into()));
        service.wait(6.0);
        let phantom = service.row(ORDERS, &id);
        assert_eq!(phantom["status"], "Failed");
        assert_eq!(phantom["failureReason"]["errorCode"], "NotFound");
        assert_eq!(phantom["endTimeUtc"], Value::Null);
        service.wait(6.0);
        assert_eq!(service.row(ORDERS, &id)["status"], "NotStarted");
        service.wait(300.0);
        assert_eq!(service.row(ORDERS, &id)["status"], "Completed");
    }
}

#[test]
fn a_status_that_no_document_names_is_shown_as_it_is() {
    let runs = json!({"runs": [{"runningStatus": "Thinking", "end": {"status": "Other", "text": "Evaporated"}}]});
    let mut service = Service::with_item(&json!({"statusCacheSeconds": 0}), &runs);
    let id = service.start(ORDERS);
    service.wait(10.0);
    assert_eq!(service.row(ORDERS, &id)["status"], "Thinking");
    service.wait(60.0);
    assert_eq!(service.row(ORDERS, &id)["status"], "Evaporated");
}

#[test]
fn the_typed_read_of_a_pipeline_calls_its_job_execute() {
    let mut service = Service::standard();
    let id = service.start(ORDERS);
    let typed = json_of(&service.get(&format!("dataPipelines/{ORDERS}/jobs/execute/instances/{id}")));
    assert_eq!(typed["jobType"], "Execute");
    assert_eq!(service.row(ORDERS, &id)["jobType"], "Pipeline");
}

#[test]
fn an_exit_value_is_in_the_typed_beta_read_of_a_notebook_only() {
    let mut service = Service::with(&json!({"exitValueMissingFor": 1}));
    let start = service.post(
        &format!("items/{SCORE}/jobs/RunNotebook/instances"),
        &json!({"executionData": {"parameters": {"limit": {"value": 3, "type": "int"}}}}),
    );
    assert_eq!(start.status, 202);
    let id = service.fabric().created(SCORE)[0].id.clone();
    let typed = format!("notebooks/{SCORE}/jobs/execute/instances/{id}");
    assert_eq!(refusal(&service.get(&typed)), (400, "InvalidInput".into()));
    assert_eq!(
        refusal(&service.get(&format!("{typed}?beta=false"))),
        (400, "InvalidInput".into())
    );
    let typed = format!("{typed}?beta=true");
    let running = json_of(&service.get(&typed));
    assert_eq!(running["properties"].get("exitValue"), None);
    assert_eq!(running["properties"]["compute"], "Spark");
    service.wait(300.0);
    assert_eq!(
        json_of(&service.get(&typed))["properties"].get("exitValue"),
        None,
        "late"
    );
    let ended = json_of(&service.get(&typed));
    let rows: Value = serde_json::from_str(ended["properties"]["exitValue"].as_str().expect("it is text"))
        .expect("this notebook returns JSON");
    assert_eq!(rows[0]["scored"], 3);
    assert_eq!(service.row(SCORE, &id).get("exitValue"), None);
}

#[test]
fn speed_divides_lengths_and_leaves_stamps_real() {
    let mut service = Service::standard().at_speed(60.0);
    let response = service.post(&format!("items/{ORDERS}/jobs/Pipeline/instances"), &Value::Null);
    assert_eq!(response.header("Retry-After"), Some("1"));
    let run = service.fabric().created(ORDERS)[1].clone();
    assert_eq!(run.ended.since(run.started).as_millis(), 833, "50 s by 60");
    assert_eq!(run.enqueued, START);
    service.wait(3.0);
    let response: HttpResponse = service.get(&format!("items/{ORDERS}/jobs/instances/{}", run.id));
    assert_eq!(json_of(&response)["status"], "Completed");
}
