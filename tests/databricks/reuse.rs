//! `reuse`: the look, whether a row is equal, and what is decided by its age.

use pqrun::run::{IdentifiedBy, Outcome, RunResult, WarningCode};
use serde_json::{Value, json as value};

use crate::workspace::{Workspace, query, serve};
use crate::*;

const REUSE: &str = r#"{"reuse":{}}"#;

/// What becomes of an intent with these parameters: the result, and how many runs it made.
#[track_caller]
fn intent(job: &str, options: &str, workspace: Workspace) -> (std::sync::Arc<RunResult>, usize) {
    let workspace = workspace.shared();
    let mut host = Host::start(
        Job::Databricks(job_with(job)),
        self::options(options),
        serve(&workspace),
    );
    let result = host.run();
    let made = workspace.borrow().made;
    (result, made)
}

#[track_caller]
fn id_of(result: &RunResult) -> i64 {
    let run = result.run.as_ref().expect("the run is known");
    run.id.parse().expect("an id")
}

/// Asserts that the intent takes the run and makes none.
#[track_caller]
fn assert_reused(result: &(std::sync::Arc<RunResult>, usize), id: i64) {
    assert_eq!((id_of(&result.0), result.1), (id, 0), "{:?}", result.0);
    let run = result.0.run.as_ref().expect("the run is known");
    assert_eq!((run.identified_by, run.shared), (IdentifiedBy::Reuse, true));
}

/// Asserts that the intent makes a run of its own.
#[track_caller]
fn assert_started(result: &(std::sync::Arc<RunResult>, usize)) {
    assert_eq!(result.1, 1, "{:?}", result.0);
    let run = result.0.run.as_ref().expect("the run is known");
    assert_eq!((run.identified_by, run.shared), (IdentifiedBy::Answer, true));
}

// The look.

#[test]
fn all_pages_of_active_runs_are_looked_at_then_the_ended_ones() {
    let mut workspace = Workspace::new();
    workspace.rows_per_page = 2;
    let wanted = workspace.active(100);
    for n in 0..9 {
        let other = workspace.active(1000);
        // Newer ones come first.
        workspace.run(other).start = support::START.minus(seconds(50 - n));
        workspace.run(other).shows = value!({"job_parameters": [{"name": "day", "value": "other"}]});
    }
    let workspace = workspace.shared();
    let mut host = start(options(REUSE), serve(&workspace));
    let result = host.run();
    assert_eq!((id_of(&result), workspace.borrow().made), (wanted, 0));
    let looks = host.sent_to("jobs/runs/list");
    assert_eq!(looks.len(), 5);
    assert!(
        looks
            .iter()
            .all(|look| query(look, "active_only").is_some() && query(look, "completed_only").is_none())
    );
}

#[test]
fn an_active_run_comes_before_a_newer_ended_one() {
    let mut workspace = Workspace::new();
    let active = workspace.active(100);
    workspace.past(30, 10, "SUCCESS");
    assert_reused(&intent("{}", REUSE, workspace), active);
}

#[test]
fn at_most_four_pages_of_ended_runs_are_looked_at_and_only_until_the_first_equal_row() {
    for (equal_at, pages, reused) in [(0, 1, true), (1, 1, true), (3, 2, true), (7, 4, true), (8, 4, false)] {
        let mut workspace = Workspace::new();
        workspace.rows_per_page = 2;
        let mut ids = Vec::new();
        for n in 0..20 {
            let id = workspace.past(100 + n, 90 + n, "SUCCESS");
            if n != equal_at {
                workspace.run(id).shows = value!({"job_parameters": [{"name": "day", "value": "other"}]});
            }
            ids.push(id);
        }
        let workspace = workspace.shared();
        let mut host = start(options(REUSE), serve(&workspace));
        let result = host.run();
        let looks = host.sent_to("jobs/runs/list");
        let completed = looks
            .iter()
            .filter(|look| query(look, "completed_only").is_some())
            .count();
        assert_eq!(completed, pages, "equal at {equal_at}");
        assert_eq!(workspace.borrow().made == 0, reused, "equal at {equal_at}");
        if reused {
            assert_eq!(id_of(&result), ids[usize::try_from(equal_at).expect("small")]);
        }
    }
}

#[test]
fn the_newest_equal_ended_run_decides_whatever_older_ones_say() {
    let mut workspace = Workspace::new();
    workspace.past(600, 300, "SUCCESS");
    // Newer, and too old a failure to be reported.
    workspace.past(280, 200, "FAILED");
    assert_started(&intent("{}", REUSE, workspace));
}

// Equal parameters.

/// Whether a row that shows this counts as equal to this job.
#[track_caller]
fn equal(shows: Value, job: &str) -> bool {
    let mut workspace = Workspace::new();
    workspace.shows = shows;
    workspace.past(100, 60, "SUCCESS");
    intent(job, REUSE, workspace).1 == 0
}

#[test]
fn job_parameters_are_equal_by_value_else_default_on_both_sides() {
    let shows = || value!({"job_parameters": [{"name": "day", "default": "", "value": "1"}, {"name": "limit", "default": "100"}]});
    assert!(equal(shows(), r#"{"jobParameters":{"day":"1"}}"#));
    assert!(equal(shows(), r#"{"jobParameters":{"day":"1","limit":"100"}}"#));
    assert!(!equal(shows(), r#"{"jobParameters":{"day":"1","limit":"5"}}"#));
    assert!(!equal(shows(), r#"{"jobParameters":{"day":"2"}}"#));
    assert!(!equal(shows(), "{}"));
    assert!(
        !equal(shows(), r#"{"jobParameters":{"day":"1","hour":"7"}}"#),
        "a name that the row lacks"
    );
    assert!(equal(value!({"job_parameters": []}), "{}"));
    assert!(equal(
        value!({"job_parameters": [{"name": "day", "default": "1"}]}),
        "{}"
    ));
    assert!(equal(
        value!({"job_parameters": [{"name": "day", "default": "1", "value": null}]}),
        "{}"
    ));
    // An empty value is a value.
    assert!(!equal(
        value!({"job_parameters": [{"name": "day", "default": "1", "value": ""}]}),
        "{}"
    ));
}

#[test]
fn older_kinds_are_equal_by_the_overriding_parameters() {
    for (kind, member, given, other) in [
        (
            "notebookParams",
            "notebook_params",
            value!({"a": "1"}),
            value!({"a": "2"}),
        ),
        ("jarParams", "jar_params", value!(["1"]), value!(["2"])),
        ("pythonParams", "python_params", value!(["1"]), value!(["1", "2"])),
        ("sparkSubmitParams", "spark_submit_params", value!(["1"]), value!([])),
        (
            "pythonNamedParams",
            "python_named_params",
            value!({"a": "1"}),
            value!({"b": "1"}),
        ),
        ("sqlParams", "sql_params", value!({"a": "1"}), value!({})),
        ("dbtCommands", "dbt_commands", value!(["dbt run"]), value!(["dbt test"])),
        (
            "pipelineParams",
            "pipeline_params",
            value!({"full_refresh": true}),
            value!({"full_refresh": false}),
        ),
    ] {
        let job = value!({kind: given.clone()}).to_string();
        assert!(
            equal(value!({"overriding_parameters": {member: given.clone()}}), &job),
            "{kind}"
        );
        assert!(
            !equal(value!({"overriding_parameters": {member: other}}), &job),
            "{kind}"
        );
        assert!(!equal(value!({"overriding_parameters": {}}), &job), "{kind}");
        assert!(
            !equal(value!({"overriding_parameters": {member: given}}), "{}"),
            "{kind}"
        );
        assert!(
            equal(value!({"overriding_parameters": {member: value!([])}}), "{}"),
            "{kind}"
        );
    }
}

#[test]
fn what_no_row_shows_counts_as_a_parameter_so_no_row_is_equal() {
    for job in [
        r#"{"only":["load"]}"#,
        r#"{"queue":true}"#,
        r#"{"performanceTarget":"STANDARD"}"#,
    ] {
        assert!(!equal(value!({"job_parameters": []}), job), "{job}");
    }
}

#[test]
fn equal_starts_with_members_that_no_row_shows_still_share_a_run_by_their_token() {
    let workspace = Workspace::new().shared();
    let job = r#"{"only":["load"]}"#;
    let mut first = Host::start(Job::Databricks(job_with(job)), options(REUSE), serve(&workspace));
    let first = first.run();
    let poller = pqrun::poller::Poller::start(
        Job::Databricks(job_with(job)),
        options(REUSE),
        [8; 16],
        support::START.plus(seconds(30)),
    );
    let mut second = Host::over(
        poller.expect("the job is right"),
        support::START.plus(seconds(30)),
        serve(&workspace),
    );
    assert_eq!(id_of(&second.run()), id_of(&first));
    assert_eq!(workspace.borrow().made, 1);
}

#[test]
fn a_row_without_parameters_is_read_whole() {
    for (whole, job, reused) in [
        (
            value!({"job_parameters": [{"name": "day", "value": "1"}]}),
            r#"{"jobParameters":{"day":"1"}}"#,
            true,
        ),
        (
            value!({"job_parameters": [{"name": "day", "value": "2"}]}),
            r#"{"jobParameters":{"day":"1"}}"#,
            false,
        ),
        (
            value!({"overriding_parameters": {"sql_params": {"a": "1"}}}),
            r#"{"sqlParams":{"a":"1"}}"#,
            true,
        ),
        (value!({}), "{}", true),
        (value!({}), r#"{"jobParameters":{"day":"1"}}"#, false),
    ] {
        let mut workspace = Workspace::new();
        workspace.shows = value!({});
        let id = workspace.past(100, 60, "SUCCESS");
        workspace.run(id).whole = whole.clone();
        let result = intent(job, REUSE, workspace);
        if reused {
            assert_reused(&result, id);
        } else {
            assert_started(&result);
        }
    }
}

#[test]
fn a_row_that_is_deleted_before_it_is_read_is_passed_over() {
    let mut workspace = Workspace::new();
    workspace.shows = value!({});
    let older = workspace.past(100, 60, "SUCCESS");
    let newer = workspace.past(90, 50, "SUCCESS");
    let workspace = workspace.shared();
    let mut usual = serve(&workspace);
    let mut host = start(options(REUSE), |now, sent| {
        if query(sent, "run_id") == Some(newer.to_string()) {
            workspace.borrow_mut().run(newer).deleted = true;
        }
        usual(now, sent)
    });
    assert_eq!(id_of(&host.run()), older);
}

#[test]
fn a_read_row_of_another_run_is_no_answer() {
    let mut workspace = Workspace::new();
    workspace.shows = value!({});
    let id = workspace.past(100, 60, "SUCCESS");
    let workspace = workspace.shared();
    let strange = json(200, r#"{"run_id":5,"state":{"life_cycle_state":"RUNNING"}}"#);
    let mut host = start(
        options(REUSE),
        faulty("jobs/runs/get", vec![strange.into()], serve(&workspace)),
    );
    assert_eq!(id_of(&host.run()), id);
}

// What is not followed.

#[test]
fn a_run_that_is_terminating_is_not_followed() {
    let mut workspace = Workspace::new();
    let id = workspace.active(5);
    workspace.run(id).shows = value!({"job_parameters": [], "state": {"life_cycle_state": "TERMINATING"}});
    assert_started(&intent("{}", REUSE, workspace));
}

#[test]
fn a_run_of_a_continuous_trigger_is_not_followed() {
    for trigger in ["CONTINUOUS", "CONTINUOUS_RESTART"] {
        let mut workspace = Workspace::new();
        let id = workspace.active(100_000);
        workspace.run(id).shows = value!({"job_parameters": [], "trigger": trigger});
        assert_started(&intent("{}", REUSE, workspace));
    }
    let mut workspace = Workspace::new();
    let id = workspace.active(100);
    workspace.run(id).shows = value!({"job_parameters": [], "trigger": "PERIODIC"});
    assert_reused(&intent("{}", REUSE, workspace), id);
}

#[test]
fn rows_that_can_not_be_read_are_passed_over() {
    let mut workspace = Workspace::new();
    let id = workspace.past(100, 60, "SUCCESS");
    let broken = workspace.past(100, 50, "SUCCESS");
    workspace.run(broken).shows = value!({"run_id": "x", "state": 7});
    assert_reused(&intent("{}", REUSE, workspace), id);
}

// Ages.

#[test]
fn a_good_run_is_read_while_it_is_fresh_and_a_bad_one_reported() {
    for (ended, result, options, outcome) in [
        (890, "SUCCESS", REUSE, Some(Outcome::Succeeded)),
        (910, "SUCCESS", REUSE, None),
        (890, "SUCCESS_WITH_FAILURES", REUSE, Some(Outcome::Succeeded)),
        (110, "FAILED", REUSE, Some(Outcome::Failed)),
        (130, "FAILED", REUSE, None),
        (110, "TIMEDOUT", REUSE, Some(Outcome::Failed)),
        (110, "CANCELED", REUSE, Some(Outcome::Cancelled)),
        (130, "CANCELED", REUSE, None),
        (110, "SKIPPED", REUSE, Some(Outcome::Skipped)),
        (130, "SKIPPED", REUSE, None),
        (
            3000,
            "SUCCESS",
            r#"{"reuse":{"maxAge":"1h"}}"#,
            Some(Outcome::Succeeded),
        ),
        (110, "FAILED", r#"{"reuse":{"maxAge":"1h","failureMaxAge":"1m"}}"#, None),
        (
            300,
            "FAILED",
            r#"{"reuse":{"failureMaxAge":"10m"}}"#,
            Some(Outcome::Failed),
        ),
        (0, "SUCCESS", r#"{"reuse":{"maxAge":0}}"#, None),
        (0, "FAILED", r#"{"reuse":{"failureMaxAge":0}}"#, None),
    ] {
        // The host's clock may be hours off: ages are those of the service.
        for ahead in [0, 7 * 3_600_000, -7 * 3_600_000] {
            let mut workspace = Workspace::new();
            workspace.ahead = ahead;
            let id = workspace.past(ended + 60, ended, result);
            let done = intent("{}", options, workspace);
            match outcome {
                Some(outcome) => {
                    assert_reused(&done, id);
                    assert_eq!(done.0.outcome, outcome, "{result} {ended} s ago, clock {ahead}");
                }
                None => {
                    assert_started(&done);
                    assert_eq!(
                        done.0.outcome,
                        Outcome::Succeeded,
                        "{result} {ended} s ago, clock {ahead}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_reused_run_is_read_like_ones_own() {
    let mut workspace = Workspace::new();
    let id = workspace.past(100, 60, "FAILED");
    let (result, made) = intent("{}", REUSE, workspace);
    assert_eq!(made, 0);
    assert_eq!(result.outputs[0].text, Some(format!("rows of {id}")));
    assert_eq!(result.run.as_ref().and_then(|run| run.name.as_deref()), Some("orders"));
}

#[test]
fn without_dates_the_hosts_clock_counts_and_a_warning_says_so() {
    let mut workspace = Workspace::new();
    workspace.dated = false;
    let id = workspace.past(100, 60, "SUCCESS");
    let done = intent("{}", REUSE, workspace);
    assert_reused(&done, id);
    let codes: Vec<_> = done.0.warnings.iter().map(|warning| warning.code).collect();
    assert_eq!(codes, [WarningCode::NoServiceClock]);
}

#[test]
fn a_look_that_is_refused_starts_nothing() {
    for (name, expected) in [
        ("error_403", pqrun::error::ErrorCode::Forbidden),
        ("error_job_missing_404", pqrun::error::ErrorCode::JobNotFound),
        ("error_endpoint", pqrun::error::ErrorCode::WrongHost),
    ] {
        let workspace = Workspace::new().shared();
        let fault = support::fixture::fixture("databricks", name);
        let mut host = start(
            options(REUSE),
            faulty("jobs/runs/list", vec![fault.into()], serve(&workspace)),
        );
        let result = host.run();
        assert_eq!(
            (result.outcome, support::code(&result)),
            (Outcome::Rejected, Some(expected)),
            "{name}"
        );
        assert_eq!(workspace.borrow().made, 0);
    }
}

#[test]
fn a_look_survives_what_a_poll_survives() {
    for fault in [
        json(503, "").into(),
        json(200, "").into(),
        Reply::Hang,
        Reply::Fail("reset", true),
    ] {
        let mut workspace = Workspace::new();
        let id = workspace.past(100, 60, "SUCCESS");
        let workspace = workspace.shared();
        let mut host = start(
            options(REUSE),
            faulty("jobs/runs/list", vec![fault; 2], serve(&workspace)),
        );
        assert_eq!(id_of(&host.run()), id);
        assert_eq!(workspace.borrow().made, 0);
    }
}
