//! Every row of the four state tables, in either form of the answer, as a run's end or as a step on its way.

use pqrun::contract::StateRow;
use pqrun::databricks::state::{LIFE_CYCLE_STATES, RESULT_STATES, STATUS_STATES, TERMINATION_CODES};
use pqrun::run::{Outcome, Phase, RunResult, WarningCode};
use serde_json::{Value, json as value};

use crate::*;

/// What the states of a run are told as, and how it ends with `last`.
fn ends_with(last: &Value) -> std::sync::Arc<RunResult> {
    let mut body = last.clone();
    body["run_id"] = value!(412_000_000_000_101_u64);
    start(
        options(r#"{"skipOutputs":true,"timeout":"1h"}"#),
        service(1, &body.to_string()),
    )
    .run()
}

/// A run that is in `middle` for a while, and what the event about it says.
fn passes_through(middle: &Value) -> pqrun::run::RunEvent {
    let mut body = middle.clone();
    body["run_id"] = value!(412_000_000_000_101_u64);
    let mut polls = 0;
    let mut usual = service(0, SUCCESS);
    let mut host = start(RunOptions::default(), |now, sent| {
        if sent.request.endpoint == "jobs/runs/get" && polls < 3 {
            polls += 1;
            return json(200, &body.to_string()).into();
        }
        usual(now, sent)
    });
    assert_eq!(host.run().outcome, Outcome::Succeeded, "{middle} was taken for an end");
    let state = body["status"]["state"]
        .as_str()
        .or(body["state"]["life_cycle_state"].as_str());
    let event = host.events.iter().find(|event| Some(event.state.as_str()) == state);
    event.expect("the state is told").clone()
}

fn outcome(row: &StateRow) -> Outcome {
    row.outcome.expect("an ended row says how")
}

fn is_end(row: &&StateRow) -> bool {
    row.phase == Phase::Ended
}

#[test]
fn every_life_cycle_state_that_is_no_end_is_waited_through() {
    for row in LIFE_CYCLE_STATES.iter().filter(|row| !is_end(row)) {
        let event = passes_through(&value!({"state": {"life_cycle_state": row.value}}));
        assert_eq!(event.phase, row.phase, "{}", row.value);
    }
}

#[test]
fn every_status_that_is_no_end_is_waited_through_alone_and_beside_the_older_state() {
    for row in STATUS_STATES.iter().filter(|row| !is_end(row)) {
        let alone = passes_through(&value!({"status": {"state": row.value}}));
        assert_eq!(alone.phase, row.phase, "{}", row.value);
        let both = passes_through(&value!({"status": {"state": row.value}, "state": {"life_cycle_state": "RUNNING"}}));
        assert_eq!(both.phase, row.phase, "{}", row.value);
    }
}

#[test]
fn the_ends_are_those_of_the_reference() {
    let ends = |table: &'static [StateRow]| -> Vec<&str> { table.iter().filter(is_end).map(|row| row.value).collect() };
    assert_eq!(ends(LIFE_CYCLE_STATES), ["TERMINATED", "SKIPPED", "INTERNAL_ERROR"]);
    assert_eq!(ends(STATUS_STATES), ["TERMINATED"]);
    assert_eq!(ends(RESULT_STATES).len(), RESULT_STATES.len());
    assert_eq!(ends(TERMINATION_CODES).len(), TERMINATION_CODES.len());
    assert_eq!(TERMINATION_CODES.len(), 27);
}

#[test]
fn every_termination_code_ends_a_run_whatever_its_type() {
    for row in TERMINATION_CODES {
        for kind in ["SUCCESS", "CLIENT_ERROR", "INTERNAL_ERROR", "CLOUD_FAILURE", "NEW_TYPE"] {
            let status = value!({"state": "TERMINATED", "termination_details": {"code": row.value, "type": kind, "message": "why"}});
            let result = ends_with(&value!({"status": status}));
            assert_eq!(result.outcome, outcome(row), "{} {kind}", row.value);
            assert_eq!(
                (
                    result.state.state.as_str(),
                    result.state.code.as_deref(),
                    result.state.kind.as_deref()
                ),
                ("TERMINATED", Some(row.value), Some(kind))
            );
            assert_eq!(result.message, "why");
        }
    }
}

#[test]
fn every_result_state_ends_a_run_under_every_life_cycle_state_that_is_an_end() {
    for row in RESULT_STATES {
        for life in LIFE_CYCLE_STATES.iter().filter(is_end) {
            let result = ends_with(&value!({"state": {"life_cycle_state": life.value, "result_state": row.value}}));
            assert_eq!(result.outcome, outcome(row), "{} {}", life.value, row.value);
            assert_eq!(result.state.life_cycle_state.as_deref(), Some(life.value));
            assert_eq!(result.state.result_state.as_deref(), Some(row.value));
        }
    }
}

#[test]
fn the_code_decides_over_the_older_result() {
    for code in TERMINATION_CODES {
        for result in RESULT_STATES {
            // The platform's own code leaves it to the older result whether the run failed.
            let platform = code.value == "CANCELED" && result.outcome == Some(Outcome::Failed);
            let ended = ends_with(&value!({
                "status": {"state": "TERMINATED", "termination_details": {"code": code.value}},
                "state": {"life_cycle_state": "TERMINATED", "result_state": result.value},
            }));
            let expected = if platform { outcome(result) } else { outcome(code) };
            assert_eq!(ended.outcome, expected, "{} {}", code.value, result.value);
        }
    }
}

#[test]
fn either_member_alone_may_say_that_a_run_has_ended() {
    for (life, expected) in [
        ("TERMINATED", Outcome::Succeeded),
        ("SKIPPED", Outcome::Succeeded),
        ("INTERNAL_ERROR", Outcome::Succeeded),
    ] {
        let ended = ends_with(&value!({
            "status": {"state": "RUNNING"},
            "state": {"life_cycle_state": life, "result_state": "SUCCESS"},
        }));
        assert_eq!(ended.outcome, expected, "{life}");
    }
    let ended = ends_with(&value!({
        "status": {"state": "TERMINATED", "termination_details": {"code": "SUCCESS"}},
        "state": {"life_cycle_state": "RUNNING"},
    }));
    assert_eq!(ended.outcome, Outcome::Succeeded);
}

#[test]
fn an_end_that_does_not_say_how_is_no_success() {
    assert_eq!(
        ends_with(&value!({"status": {"state": "TERMINATED"}})).outcome,
        Outcome::Failed
    );
    assert_eq!(
        ends_with(&value!({"state": {"life_cycle_state": "TERMINATED"}})).outcome,
        Outcome::Failed
    );
    assert_eq!(
        ends_with(&value!({"state": {"life_cycle_state": "INTERNAL_ERROR"}})).outcome,
        Outcome::Failed
    );
    assert_eq!(
        ends_with(&value!({"state": {"life_cycle_state": "SKIPPED"}})).outcome,
        Outcome::Skipped
    );
}

#[test]
fn states_are_read_in_any_case() {
    let ended =
        ends_with(&value!({"status": {"state": "terminated", "termination_details": {"code": "User_Canceled"}}}));
    assert_eq!(ended.outcome, Outcome::Cancelled);
    let ended = ends_with(&value!({"state": {"life_cycle_state": "Terminated", "result_state": "success"}}));
    assert_eq!(ended.outcome, Outcome::Succeeded);
}

#[test]
fn a_run_that_took_too_long_has_failed_and_a_cancelled_one_has_not() {
    let took_too_long = ends_with(&value!({
        "status": {"state": "TERMINATED", "termination_details": {"code": "CANCELED", "type": "CLIENT_ERROR"}},
        "state": {"life_cycle_state": "TERMINATED", "result_state": "TIMEDOUT"},
    }));
    assert_eq!(took_too_long.outcome, Outcome::Failed);
    assert_eq!(took_too_long.state.result_state.as_deref(), Some("TIMEDOUT"));
    let cancelled = ends_with(&value!({
        "status": {"state": "TERMINATED", "termination_details": {"code": "CANCELED", "type": "CLIENT_ERROR"}},
        "state": {"life_cycle_state": "TERMINATED", "result_state": "CANCELED"},
    }));
    assert_eq!(cancelled.outcome, Outcome::Cancelled);
    assert_eq!(cancelled.error, None);
}

#[test]
fn an_unknown_code_is_decided_by_its_type_and_told() {
    for (kind, expected) in [
        ("SUCCESS", Outcome::Succeeded),
        ("CLIENT_ERROR", Outcome::Failed),
        ("INTERNAL_ERROR", Outcome::Failed),
        ("CLOUD_FAILURE", Outcome::Failed),
        ("NEW_TYPE", Outcome::Failed),
    ] {
        let result = ends_with(
            &value!({"status": {"state": "TERMINATED", "termination_details": {"code": "EATEN_BY_A_GRUE", "type": kind}}}),
        );
        assert_eq!(result.outcome, expected, "{kind}");
        assert_eq!(result.warnings[0].code, WarningCode::UnknownState);
        assert!(result.warnings[0].message.contains("EATEN_BY_A_GRUE"));
        assert_eq!(result.state.code.as_deref(), Some("EATEN_BY_A_GRUE"));
    }
}

#[test]
fn an_unknown_result_is_no_success_and_told() {
    let result = ends_with(&value!({"state": {"life_cycle_state": "TERMINATED", "result_state": "EATEN"}}));
    assert_eq!(result.outcome, Outcome::Failed);
    assert_eq!(result.warnings[0].code, WarningCode::UnknownState);
}

#[test]
fn an_unknown_state_is_carried_on_as_text_counts_as_running_and_is_told_once() {
    for middle in [
        value!({"state": {"life_cycle_state": "HIBERNATING"}}),
        value!({"status": {"state": "PAUSED_BY_ADMIN", "new_member": {"a": 1}}}),
    ] {
        assert_eq!(passes_through(&middle).phase, Phase::Running);
    }
    let mut host = start(RunOptions::default(), {
        let middle = r#"{"run_id":412000000000101,"status":{"state":"PAUSED_BY_ADMIN"}}"#;
        faulty("jobs/runs/get", vec![json(200, middle).into(); 4], service(0, SUCCESS))
    });
    let result = host.run();
    assert_eq!(result.warnings.len(), 1);
    assert!(result.warnings[0].message.contains("PAUSED_BY_ADMIN"));
}

#[test]
fn a_known_state_beside_an_unknown_one_decides() {
    let event =
        passes_through(&value!({"status": {"state": "PAUSED_BY_ADMIN"}, "state": {"life_cycle_state": "QUEUED"}}));
    assert_eq!(event.phase, Phase::Queued);
    let ended = ends_with(&value!({
        "status": {"state": "PAUSED_BY_ADMIN"},
        "state": {"life_cycle_state": "TERMINATED", "result_state": "SUCCESS"},
    }));
    assert_eq!(ended.outcome, Outcome::Succeeded);
}

#[test]
fn an_unknown_state_with_an_end_time_and_a_result_is_an_end() {
    let ended = ends_with(
        &value!({"end_time": 1_772_330_465_000_u64, "state": {"life_cycle_state": "ARCHIVED", "result_state": "SUCCESS"}}),
    );
    assert_eq!(ended.outcome, Outcome::Succeeded);
    assert_eq!(ended.warnings[0].code, WarningCode::UnknownState);
}

#[test]
fn success_with_failures_is_a_success_with_a_warning_in_either_form() {
    for last in [
        value!({"status": {"state": "TERMINATED", "termination_details": {"code": "SUCCESS_WITH_FAILURES", "type": "SUCCESS"}}}),
        value!({"state": {"life_cycle_state": "TERMINATED", "result_state": "SUCCESS_WITH_FAILURES"}}),
    ] {
        let result = ends_with(&last);
        assert_eq!(result.outcome, Outcome::Succeeded);
        assert_eq!(result.error, None);
        let codes: Vec<_> = result.warnings.iter().map(|warning| warning.code).collect();
        assert_eq!(codes, [WarningCode::PartFailed]);
    }
}

#[test]
fn a_result_before_the_end_is_no_end() {
    let event = passes_through(&value!({
        "status": {"state": "TERMINATING", "termination_details": {"code": "RUN_EXECUTION_ERROR"}},
        "state": {"life_cycle_state": "TERMINATING", "result_state": "FAILED"},
    }));
    assert_eq!(event.phase, Phase::Terminating);
}
