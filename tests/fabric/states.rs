//! Every row of the state tables, and what no table has.

use pqrun::error::ErrorCode;
use pqrun::fabric::state::{ACTIVITY_STATUSES, FAILURE_CODES, INSTANCE_STATUSES, PHANTOM_FAILURES, State};
use pqrun::run::{Outcome, Phase, WarningCode};
use serde_json::{Value, json};

use crate::fabric::service::{Row, Shared, id, seconds};
use crate::support::{Host, code};

/// A host that follows an instance whose state is this one, from the beginning.
fn following(status: &'static str, failure: Value) -> Host<'static> {
    let service = Shared::default();
    service.set().life = vec![(0, status)];
    service.set().failure = failure;
    service.start(json!({"timeout": "30m", "skipOutputs": true}))
}

#[test]
fn every_status_of_the_table_leads_to_its_outcome() {
    for row in INSTANCE_STATUSES {
        for spelling in [row.value.to_owned(), row.value.to_uppercase(), row.value.to_lowercase()] {
            let mut host = following(spelling.clone().leak(), Value::Null);
            let result = host.run();
            assert_eq!(result.outcome, row.outcome.unwrap_or(Outcome::TimedOut), "{spelling}");
            assert_eq!(result.state.state, spelling);
            assert!(result.warnings.is_empty(), "{:?}", result.warnings);
            assert!(host.events.iter().any(|event| event.phase == row.phase), "{spelling}");
        }
    }
}

#[test]
fn every_failure_code_of_the_table_leads_to_its_outcome() {
    for row in FAILURE_CODES {
        // Past the grace, so that a phantom's code counts too.
        let reason = json!({"errorCode": row.value, "message": "why", "isRetriable": false});
        let result = following("Failed", reason).run();
        assert_eq!(Some(result.outcome), row.outcome, "{}", row.value);
        assert_eq!(result.state.code.as_deref(), Some(row.value));
        assert_eq!(result.message, "why");
    }
}

#[test]
fn a_failed_instance_with_a_code_of_its_own_or_none_has_failed() {
    for reason in [
        Value::Null,
        json!({}),
        json!({"errorCode": "Brandnew"}),
        json!("text"),
        json!({"errorCode": 7, "message": []}),
    ] {
        let result = following("Failed", reason.clone()).run();
        assert_eq!(
            (result.outcome, code(&result)),
            (Outcome::Failed, Some(ErrorCode::RunFailed)),
            "{reason}"
        );
    }
}

#[test]
fn both_forms_of_deduped_are_skipped_and_never_succeeded() {
    for (status, reason) in [
        ("Deduped", Value::Null),
        (
            "Failed",
            json!({"errorCode": "JobInstanceStatusDeduped", "message": "Another run of this job is active."}),
        ),
    ] {
        let result = following(status, reason).run();
        assert_eq!((result.outcome, code(&result)), (Outcome::Skipped, None), "{status}");
    }
}

#[test]
fn an_unknown_status_is_carried_on_as_text_and_warned_about_once() {
    let service = Shared::default();
    service.set().life = vec![(0, "NotStarted"), (30, "OtherHibernating"), (200, "Completed")];
    let mut host = service.start(json!({}));
    let result = host.run();
    assert_eq!(result.outcome, Outcome::Succeeded);
    let warnings: Vec<_> = result.warnings.iter().map(|warning| warning.code).collect();
    assert_eq!(warnings, [WarningCode::UnknownState]);
    assert!(result.warnings[0].message.contains("OtherHibernating"));
    assert!(
        host.events
            .iter()
            .any(|event| event.state == "OtherHibernating" && event.phase == Phase::Running)
    );
}

#[test]
fn an_unknown_status_never_ends_a_wait_before_its_deadline() {
    let mut host = following("OtherForever", Value::Null);
    let result = host.run();
    assert_eq!(
        (result.outcome, result.state.state.as_str()),
        (Outcome::TimedOut, "OtherForever")
    );
    assert!(host.elapsed() >= seconds(1800), "{:?}", host.elapsed());
}

#[test]
fn every_phantom_failure_is_waited_out_while_the_instance_is_young() {
    for phantom in PHANTOM_FAILURES {
        let service = Shared::default();
        service.set().life = vec![(0, "Failed"), (100, "InProgress"), (130, "Completed")];
        service.set().failure = json!({"errorCode": phantom, "message": "not there yet"});
        let mut host = service.start(json!({}));
        let result = host.run();
        assert_eq!(result.outcome, Outcome::Succeeded, "{phantom}");
        assert!(host.events.iter().all(|event| event.state != "Failed"), "{phantom}");
    }
}

#[test]
fn every_phantom_failure_counts_once_the_instance_is_not_young_any_more() {
    for phantom in PHANTOM_FAILURES {
        let mut host = following("Failed", json!({"errorCode": phantom, "message": "gone"}));
        let result = host.run();
        assert_eq!(
            (result.outcome, result.state.code.as_deref()),
            (Outcome::Failed, Some(*phantom))
        );
        assert!(
            host.elapsed() >= seconds(120) && host.elapsed() < seconds(200),
            "{:?}",
            host.elapsed()
        );
    }
}

#[test]
fn an_instance_that_existed_before_is_never_young() {
    for phantom in PHANTOM_FAILURES {
        let mut row = Row::ended(id(1), "Failed", seconds(30));
        row.failure = json!({"errorCode": phantom});
        let result = Shared::with([row]).start(json!({"reuse": {}})).run();
        assert_eq!(result.outcome, Outcome::Failed, "{phantom}");
    }
}

#[test]
fn every_activity_status_of_the_table_leads_to_its_outcome() {
    for row in ACTIVITY_STATUSES {
        let service = Shared::default();
        service.set().new_ids.push_back(id(1));
        service.set().activities.insert(
            id(1),
            json!([{"activityName": "A", "activityType": "Wait", "status": row.value}]),
        );
        let result = service.start(json!({})).run();
        assert_eq!(result.outcome, Outcome::Succeeded, "{}", row.value);
        assert_eq!(result.outputs[0].outcome, row.outcome, "{}", row.value);
        assert_eq!(result.outputs[0].state.state, row.value);
        let warned = result
            .warnings
            .iter()
            .any(|warning| warning.code == WarningCode::PartFailed);
        assert_eq!(warned, row.outcome == Some(Outcome::Failed), "{}", row.value);
    }
}

#[test]
fn the_tables_agree_with_themselves() {
    for table in [INSTANCE_STATUSES, FAILURE_CODES, ACTIVITY_STATUSES] {
        for (at, row) in table.iter().enumerate() {
            assert_eq!(row.outcome.is_some(), row.phase == Phase::Ended, "{}", row.value);
            assert!(
                table[..at]
                    .iter()
                    .all(|other| !other.value.eq_ignore_ascii_case(row.value)),
                "{}",
                row.value
            );
        }
    }
}

#[test]
fn a_state_without_a_reason_has_no_code() {
    let state = State::read(&json!({"status": "Failed", "failureReason": null}));
    assert!(!state.phantom && !state.unknown && state.is_ended() && state.raw.code.is_none());
}
