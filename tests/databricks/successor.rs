//! `reuse`: the token that joins a start to its past, and judging what it led to.

use std::rc::Rc;

use pqrun::error::ErrorCode;
use pqrun::fingerprint::fingerprint;
use pqrun::run::{IdentifiedBy, Outcome};
use serde_json::json as value;

use crate::support::{START, code};
use crate::workspace::{Shared, Workspace, serve};
use crate::*;

const REUSE: &str = r#"{"reuse":{}}"#;

fn tokens(host: &Host<'_>) -> Vec<String> {
    host.sent_to("jobs/run-now").into_iter().map(token_of).collect()
}

fn hash(job: &str) -> String {
    fingerprint(&job_with(job).body(JOB_ID))
}

#[track_caller]
fn with_reuse(job: &str, workspace: &Shared) -> Host<'static> {
    Host::start(Job::Databricks(job_with(job)), options(REUSE), serve(workspace))
}

#[test]
fn a_token_names_the_predecessor() {
    let mut workspace = Workspace::new();
    let old = workspace.past(5000, 4000, "SUCCESS");
    let workspace = workspace.shared();
    let mut host = with_reuse("{}", &workspace);
    assert_eq!(host.run().outcome, Outcome::Succeeded);
    assert_eq!(tokens(&host), [format!("pq1-{}-{old}", hash("{}"))]);
    assert!(tokens(&host)[0].len() <= 64);
}

#[test]
fn a_token_without_a_past_names_the_services_day() {
    for (ahead, day) in [
        (0, "20260301"),
        (-3 * 3_600_000, "20260228"),
        (22 * 3_600_000, "20260302"),
    ] {
        let mut workspace = Workspace::new();
        workspace.ahead = ahead;
        let workspace = workspace.shared();
        let mut host = with_reuse("{}", &workspace);
        host.run();
        assert_eq!(tokens(&host), [format!("pq1-{}-d{day}", hash("{}"))]);
    }
}

#[test]
fn the_hash_is_of_the_whole_body_without_the_token() {
    let mut seen = Vec::new();
    for job in [
        "{}",
        r#"{"jobParameters":{"day":"1"}}"#,
        r#"{"jobParameters":{"day":"2"}}"#,
        r#"{"only":["load"]}"#,
        r#"{"queue":true}"#,
        r#"{"sqlParams":{"day":"1"}}"#,
        r#"{"pipelineParams":{"full_refresh":true}}"#,
        r#"{"performanceTarget":"STANDARD"}"#,
    ] {
        let workspace = Workspace::new().shared();
        let mut host = with_reuse(job, &workspace);
        host.run();
        let [token] = tokens(&host).try_into().expect("one start");
        assert!(!seen.contains(&token), "{job}");
        let mut body = host.sent_to("jobs/run-now")[0].body();
        body.as_object_mut()
            .expect("an object")
            .shift_remove("idempotency_token");
        assert_eq!(token, format!("pq1-{}-d20260301", fingerprint(&body)));
        seen.push(token);
    }
}

#[test]
fn two_who_look_at_the_same_time_get_one_run() {
    let mut workspace = Workspace::new();
    workspace.past(5000, 4000, "SUCCESS");
    let workspace = workspace.shared();
    let mut first = with_reuse("{}", &workspace);
    let mut second = with_reuse("{}", &workspace);
    let (first, second) = (first.run(), second.run());
    assert_eq!(
        first.run.as_ref().map(|run| &run.id),
        second.run.as_ref().map(|run| &run.id)
    );
    assert_eq!(workspace.borrow().made, 1);
}

#[test]
fn what_is_behind_a_token_is_judged_like_a_row_that_was_listed() {
    // The list lags: it does not show the run that the token leads to.
    let scene = |began: u64, ended: u64, result: &'static str| {
        let mut workspace = Workspace::new();
        let id = workspace.past(began, ended, result);
        workspace.run(id).shows = value!({"job_parameters": [{"name": "hidden", "value": "1"}]});
        workspace.tokens.insert(format!("pq1-{}-d20260301", hash("{}")), id);
        (id.to_string(), workspace.shared())
    };
    for (began, ended, result, reused, outcome) in [
        (900, 600, "SUCCESS", true, Outcome::Succeeded),
        (3000, 2000, "SUCCESS", false, Outcome::Succeeded),
        (200, 100, "FAILED", true, Outcome::Failed),
        (600, 500, "FAILED", false, Outcome::Succeeded),
        (600, 500, "CANCELED", false, Outcome::Succeeded),
    ] {
        let (id, workspace) = scene(began, ended, result);
        let mut host = with_reuse("{}", &workspace);
        let done = host.run();
        assert_eq!(done.outcome, outcome, "{result} {ended}");
        let run = done.run.as_ref().expect("the run is known");
        if reused {
            assert_eq!(
                (&run.id, run.identified_by),
                (&id, IdentifiedBy::Reuse),
                "{result} {ended}"
            );
        } else {
            assert_eq!(run.identified_by, IdentifiedBy::Answer);
            assert_eq!(
                tokens(&host)[1],
                format!("pq1-{}-{id}", hash("{}")),
                "it is the new predecessor"
            );
            assert_eq!(workspace.borrow().made, 1);
        }
        assert!(run.shared);
    }
}

#[test]
fn an_active_run_behind_a_token_is_followed() {
    let mut workspace = Workspace::new();
    let id = workspace.active(300);
    workspace.run(id).shows = value!({"job_parameters": [{"name": "hidden", "value": "1"}]});
    workspace.tokens.insert(format!("pq1-{}-d20260301", hash("{}")), id);
    let workspace = workspace.shared();
    let mut host = with_reuse("{}", &workspace);
    let result = host.run();
    let run = result.run.as_ref().expect("the run is known");
    assert_eq!(
        (run.id.clone(), run.identified_by),
        (id.to_string(), IdentifiedBy::Reuse)
    );
    assert_eq!(workspace.borrow().made, 0);
}

#[test]
fn a_terminating_run_behind_a_token_is_the_new_predecessor() {
    let mut workspace = Workspace::new();
    let id = workspace.active(10);
    workspace.run(id).shows = value!({"job_parameters": [], "state": {"life_cycle_state": "TERMINATING"}});
    workspace.tokens.insert(format!("pq1-{}-d20260301", hash("{}")), id);
    let workspace = workspace.shared();
    let mut host = with_reuse("{}", &workspace);
    host.run();
    assert_eq!(tokens(&host)[1], format!("pq1-{}-{id}", hash("{}")));
    assert_eq!(workspace.borrow().made, 1);
}

#[test]
fn a_run_that_was_just_started_and_ended_at_once_is_this_intents_result() {
    for ahead in [0, 7 * 3_600_000, -7 * 3_600_000] {
        for result in ["SKIPPED", "FAILED", "CANCELED", "SUCCESS"] {
            let mut workspace = Workspace::new();
            workspace.ahead = ahead;
            workspace.length = Duration::ZERO;
            workspace.result = result;
            let workspace = workspace.shared();
            // No age at all is allowed, and still it counts.
            let mut host = Host::start(
                Job::Databricks(job()),
                options(r#"{"reuse":{"maxAge":0,"failureMaxAge":0}}"#),
                serve(&workspace),
            );
            let done = host.run();
            assert_ne!(done.outcome, Outcome::Rejected, "{result}");
            assert_eq!(workspace.borrow().made, 1, "{result}");
            assert_eq!(
                done.run.as_ref().map(|run| run.identified_by),
                Some(IdentifiedBy::Answer)
            );
        }
    }
}

#[test]
fn deleted_runs_keep_their_tokens_so_the_next_of_the_family_is_taken() {
    let mut workspace = Workspace::new();
    let old = workspace.past(5000, 4000, "SUCCESS");
    let family = format!("pq1-{}-{old}", hash("{}"));
    for token in [family.clone(), format!("{family}-1")] {
        let gone = workspace.past(3000, 2000, "SUCCESS");
        workspace.run(gone).deleted = true;
        workspace.tokens.insert(token, gone);
    }
    let workspace = workspace.shared();
    let mut host = with_reuse("{}", &workspace);
    assert_eq!(host.run().outcome, Outcome::Succeeded);
    assert_eq!(
        tokens(&host),
        [family.clone(), format!("{family}-1"), format!("{family}-2")]
    );
    assert_eq!(workspace.borrow().made, 1);
    // Everybody takes the same one.
    let mut second = Host::over(
        pqrun::poller::Poller::start(Job::Databricks(job()), options(REUSE), [3; 16], START).expect("the job is right"),
        START,
        serve(&workspace),
    );
    second.run();
    assert_eq!(workspace.borrow().made, 1);
}

#[test]
fn a_run_that_is_gone_when_it_is_judged_is_the_new_predecessor() {
    let workspace = Workspace::new().shared();
    let gone = support::fixture::fixture("databricks", "error_run_missing_400");
    let mut host = start(
        options(REUSE),
        faulty("jobs/runs/get", vec![gone.into()], serve(&workspace)),
    );
    let result = host.run();
    assert_eq!(result.outcome, Outcome::Succeeded);
    let first = workspace.borrow().runs[0].id;
    assert_eq!(tokens(&host)[1], format!("pq1-{}-{first}", hash("{}")));
}

#[test]
fn after_five_rounds_of_old_runs_it_is_given_up_with_their_ids() {
    // A service that has an old run for every token.
    let mut next = 100;
    let mut host = start(options(REUSE), |_, sent| match sent.request.endpoint {
        "jobs/runs/list" => support::with_header(json(200, "{}"), "Date", &support::http_date(START)).into(),
        "jobs/run-now" => {
            next += 1;
            json(200, &value!({"run_id": next}).to_string()).into()
        }
        _ => {
            let id: i64 = workspace::query(sent, "run_id")
                .and_then(|id| id.parse().ok())
                .expect("an id");
            let old = START.minus(seconds(9000)).0;
            json(200, &value!({"run_id": id, "start_time": old, "end_time": old + 1, "state": {"life_cycle_state": "TERMINATED", "result_state": "FAILED"}}).to_string()).into()
        }
    });
    let result = host.run();
    assert_eq!(
        (result.outcome, code(&result)),
        (Outcome::Rejected, Some(ErrorCode::ReuseExhausted))
    );
    let error = result.error.as_ref().expect("an error");
    assert_eq!(error.run_ids, ["101", "102", "103", "104", "105"]);
    assert!(error.run_ids.iter().all(|id| error.message.contains(id)));
    assert_eq!(host.sent_to("jobs/run-now").len(), 5);
}

#[test]
fn tokens_of_deleted_runs_without_end_are_given_up() {
    let deleted = json(
        400,
        r#"{"error_code":"INVALID_PARAMETER_VALUE","message":"The run of this idempotency token was deleted."}"#,
    );
    let workspace = Workspace::new().shared();
    let mut host = start(
        options(REUSE),
        faulty("jobs/run-now", vec![deleted.into(); 9999], serve(&workspace)),
    );
    let result = host.run();
    assert_eq!(
        (result.outcome, code(&result)),
        (Outcome::Rejected, Some(ErrorCode::ReuseExhausted))
    );
    assert!(tokens(&host).iter().all(|token| token.len() <= 64));
    assert!(host.sent_to("jobs/run-now").len() <= 60);
}

#[test]
fn a_lost_answer_with_reuse_is_asked_again_under_the_same_token() {
    for fault in [Reply::Fail("reset", true), json(503, "").into(), Reply::Hang] {
        let workspace = Workspace::new().shared();
        let inner = Rc::clone(&workspace);
        let mut lost = Some(fault);
        let mut host = start(options(REUSE), move |now, sent| {
            // The start arrives, its answer does not.
            let answer = inner.borrow_mut().answer(now, sent);
            match lost.take_if(|_| sent.request.endpoint == "jobs/run-now") {
                Some(fault) => fault,
                None => answer.into(),
            }
        });
        let result = host.run();
        assert_eq!(result.outcome, Outcome::Succeeded);
        assert_eq!(workspace.borrow().made, 1);
        let tokens = tokens(&host);
        assert!(tokens.len() == 2 && tokens[0] == tokens[1]);
    }
}

#[test]
fn a_run_that_can_not_be_judged_is_abandoned_with_its_id() {
    let workspace = Workspace::new().shared();
    let refusal = support::fixture::fixture("databricks", "error_403");
    let mut host = start(
        options(REUSE),
        faulty("jobs/runs/get", vec![refusal.into()], serve(&workspace)),
    );
    let result = host.run();
    assert_eq!(
        (result.outcome, code(&result)),
        (Outcome::Abandoned, Some(ErrorCode::Forbidden))
    );
    let id = workspace.borrow().runs[0].id.to_string();
    assert_eq!(result.error.as_ref().map(|error| error.run_ids.clone()), Some(vec![id]));
}

#[test]
fn a_judged_answer_about_another_run_is_no_answer() {
    let workspace = Workspace::new().shared();
    let strange = json(200, r#"{"run_id":5,"state":{"life_cycle_state":"RUNNING"}}"#);
    let mut host = start(
        options(REUSE),
        faulty("jobs/runs/get", vec![strange.into()], serve(&workspace)),
    );
    let result = host.run();
    assert_eq!(
        result.run.as_ref().map(|run| run.id.clone()),
        Some(workspace.borrow().runs[0].id.to_string())
    );
}

#[test]
fn a_caller_who_comes_later_reads_the_fresh_run_and_one_who_comes_too_late_starts_anew() {
    let workspace = Workspace::new().shared();
    let at = |later: u64| {
        let now = START.plus(seconds(later));
        let poller = pqrun::poller::Poller::start(Job::Databricks(job()), options(REUSE), [3; 16], now);
        let mut host = Host::over(poller.expect("the job is right"), now, serve(&workspace));
        let result = host.run();
        (result.run.as_ref().expect("a run").id.clone(), workspace.borrow().made)
    };
    let (first, _) = at(0);
    assert_eq!(at(30), (first.clone(), 1));
    assert_eq!(at(900), (first.clone(), 1));
    let (second, made) = at(1000);
    assert!(second != first && made == 2);
    assert_eq!(at(1020), (second, 2));
}
