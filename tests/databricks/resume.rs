//! Another process goes on: from every step, without a second start, without a secret.

use pqrun::error::ErrorCode;
use pqrun::poller::Poller;
use pqrun::poller::snapshot::{Resume, Snapshot};
use pqrun::run::{IdentifiedBy, Outcome, RunResult, WarningCode};
use serde_json::json as value;

use crate::support::{START, code, with_header};
use crate::workspace::{Shared, Workspace, query, serve};
use crate::*;

const RUN_NOW: &str = "jobs/run-now";

/// The snapshot after its way through a file.
fn stored(snapshot: &Snapshot) -> Snapshot {
    let text = serde_json::to_string(snapshot).expect("a snapshot is JSON");
    serde_json::from_str(&text).expect("it reads back")
}

/// A fresh poller that goes on at `now` against the workspace.
#[track_caller]
fn resumed(snapshot: &Snapshot, now: Timestamp, workspace: &Shared) -> Host<'static> {
    let poller = Poller::resume(stored(snapshot), Resume::default(), [9; 16], now);
    Host::over(poller.expect("the snapshot resumes"), now, serve(workspace))
}

/// What must be the same whoever brought it to its end.
fn essence(result: &RunResult) -> (Outcome, Option<ErrorCode>, Vec<Option<String>>) {
    let texts = result.outputs.iter().map(|output| output.text.clone()).collect();
    (result.outcome, code(result), texts)
}

/// Runs the intent, and after every step a second world from the snapshot of that moment: once where all that was sent
/// arrived, once where the step's requests did not.
fn from_every_step(job: &str, options: &str, world: Workspace, faults: &[(&'static str, Reply)]) {
    let workspace = world.shared();
    let mut usual = serve(&workspace);
    let mut faults = faults.to_vec();
    let mut host = Host::start(
        Job::Databricks(job_with(job)),
        self::options(options),
        move |now, sent| {
            let answer = usual(now, sent);
            match faults
                .iter()
                .position(|(endpoint, _)| *endpoint == sent.request.endpoint)
            {
                Some(at) => faults.remove(at).1,
                None => answer,
            }
        },
    );
    let mut moments = Vec::new();
    loop {
        let before = workspace.borrow().clone();
        let goes_on = host.step();
        if !goes_on {
            break;
        }
        moments.push((host.now, host.poller.snapshot(), workspace.borrow().clone()));
        if let Some(last) = host.persisted.last() {
            moments.push((host.now, last.clone(), workspace.borrow().clone()));
            moments.push((host.now, last.clone(), before));
        }
    }
    let result = host.result().expect("it is over");
    let made = workspace.borrow().made;
    assert!(moments.len() > 6, "{}", moments.len());
    for (at, (now, snapshot, world)) in moments.into_iter().enumerate() {
        let world = world.shared();
        let mut host = resumed(&snapshot, now, &world);
        let again = host.run();
        assert_eq!(
            essence(&again),
            essence(&result),
            "resumed at moment {at}: {snapshot:?}"
        );
        assert_eq!(world.borrow().made, made, "resumed at moment {at}: {snapshot:?}");
        let shared = |result: &RunResult| result.run.as_ref().map(|run| run.shared);
        assert_eq!(shared(&again), shared(&result), "resumed at moment {at}");
    }
}

#[test]
fn a_resume_from_every_step_ends_like_the_run_that_was_not_stopped() {
    let length = |result: &'static str| {
        let mut workspace = Workspace::new();
        (workspace.length, workspace.result) = (seconds(40), result);
        workspace
    };
    let with_a_past = || {
        let mut workspace = length("SUCCESS");
        workspace.past(5000, 4000, "SUCCESS");
        workspace
    };
    let reset = || Reply::Fail("reset", true);
    let throttled = || with_header(json(429, ""), "Retry-After", "60").into();
    for (job, options, world, faults) in [
        ("{}", "{}", length("SUCCESS"), vec![]),
        ("{}", "{}", length("FAILED"), vec![]),
        (r#"{"jobName":"orders"}"#, "{}", length("SUCCESS"), vec![]),
        (r#"{"idempotencyToken":"t"}"#, "{}", length("SUCCESS"), vec![]),
        (
            "{}",
            "{}",
            length("SUCCESS"),
            vec![(RUN_NOW, reset()), (RUN_NOW, json(503, "").into())],
        ),
        ("{}", "{}", length("SUCCESS"), vec![(RUN_NOW, Reply::Hang)]),
        ("{}", r#"{"reuse":{}}"#, length("SUCCESS"), vec![]),
        ("{}", r#"{"reuse":{}}"#, with_a_past(), vec![]),
        (
            "{}",
            r#"{"reuse":{}}"#,
            with_a_past(),
            vec![(RUN_NOW, reset()), ("jobs/runs/get", reset())],
        ),
        (
            r#"{"jobName":"orders","only":["load"]}"#,
            r#"{"reuse":{}}"#,
            with_a_past(),
            vec![("jobs/runs/list", throttled())],
        ),
    ] {
        from_every_step(job, options, world, &faults);
    }
}

#[test]
fn a_start_that_never_arrived_is_sent_again_with_the_same_token_and_body() {
    let refused: Reply = with_header(json(429, ""), "Retry-After", "60").into();
    for fault in [Reply::Hang, Reply::Fail("refused", false), refused] {
        let host = Host::start(
            Job::Databricks(job_with(r#"{"jobParameters":{"day":"1"}}"#)),
            RunOptions::default(),
            move |_, _| fault.clone(),
        );
        let body = host.sent[0].request.body.clone();
        let world = Workspace::new().shared();
        for hours in [0, 1, 23] {
            let later = resumed(&host.persisted[0], START.plus(seconds(hours * 3600)), &world);
            assert_eq!(later.sent_to(RUN_NOW)[0].request.body, body, "{hours} h later");
        }
        assert_eq!(world.borrow().made, 1);
    }
}

#[test]
fn a_resumed_successor_token_keeps_its_family_when_its_run_was_deleted() {
    let mut world = Workspace::new();
    let old = world.past(5000, 4000, "SUCCESS");
    let workspace = world.shared();
    let mut host = start(
        options(r#"{"reuse":{}}"#),
        faulty(RUN_NOW, vec![Reply::Hang], serve(&workspace)),
    );
    host.run_until(|host| !host.sent_to(RUN_NOW).is_empty());
    let token = token_of(host.sent_to(RUN_NOW)[0]);
    assert!(token.ends_with(&format!("-{old}")));
    // Meanwhile somebody else's run under the same token was made and deleted.
    let gone = workspace.borrow_mut().past(10, 5, "SUCCESS");
    workspace.borrow_mut().run(gone).deleted = true;
    workspace.borrow_mut().tokens.insert(token.clone(), gone);
    let mut later = resumed(&host.poller.snapshot(), host.now.plus(seconds(60)), &workspace);
    later.run();
    let tokens: Vec<_> = later.sent_to(RUN_NOW).into_iter().map(token_of).collect();
    assert_eq!(tokens, [token.clone(), format!("{token}-1")]);
}

// Starts too old to be sent again.

const DAY: u64 = 86_400;

/// A start that got no answer, resumed more than a day later.
#[track_caller]
fn a_day_later(job: &str, options: &str, workspace: &Shared) -> Host<'static> {
    let mut host = Host::start(Job::Databricks(job_with(job)), self::options(options), {
        faulty(RUN_NOW, vec![Reply::Hang], serve(&Workspace::new().shared()))
    });
    host.run_until(|host| !host.sent_to(RUN_NOW).is_empty());
    resumed(&host.poller.snapshot(), START.plus(seconds(DAY + 60)), workspace)
}

#[test]
fn a_start_older_than_a_day_is_looked_up_in_the_list_and_never_sent_again() {
    let told = |ahead| vec![dated(json(503, ""), ahead), Reply::Hang];
    for (ahead, faults) in [
        (0, told(0)),
        (7 * 3_600_000, told(7 * 3_600_000)),
        (-7 * 3_600_000, vec![Reply::Fail("reset", true), Reply::Hang]),
    ] {
        let mut world = Workspace::new();
        world.ahead = ahead;
        let id = world.add_at_start(5);
        world.add_at_start(3000);
        world.add_before_start(500);
        let workspace = world.shared();
        let mut first = start(options("{}"), faulty(RUN_NOW, faults, |_, _| Reply::Hang));
        first.run_until(|host| host.sent_to(RUN_NOW).len() == 2);
        let mut host = resumed(&first.poller.snapshot(), START.plus(seconds(DAY + 60)), &workspace);
        let result = host.run();
        let run = result.run.as_ref().expect("it is found");
        assert_eq!(
            (run.id.clone(), run.identified_by, run.shared),
            (id.to_string(), IdentifiedBy::Difference, false)
        );
        assert_eq!(result.warnings[0].code, WarningCode::IdentifiedByDifference);
        assert!(host.sent_to(RUN_NOW).is_empty());
    }
}

fn dated(response: pqrun::http::HttpResponse, ahead: i64) -> Reply {
    let clock = Timestamp(START.0.checked_add_signed(ahead).expect("a time"));
    with_header(response, "Date", &support::http_date(clock)).into()
}

#[test]
fn an_old_start_without_a_trace_is_unconfirmed() {
    let workspace = Workspace::new().shared();
    let mut host = a_day_later("{}", "{}", &workspace);
    let result = host.run();
    assert_eq!(
        (result.outcome, code(&result)),
        (Outcome::Abandoned, Some(ErrorCode::StartUnconfirmed))
    );
    assert_eq!(workspace.borrow().made, 0);
}

#[test]
fn an_old_start_with_several_traces_is_ambiguous_and_names_them() {
    let mut world = Workspace::new();
    let ids = [world.add_at_start(5), world.add_at_start(10)];
    let mut host = a_day_later("{}", "{}", &world.shared());
    let result = host.run();
    assert_eq!(
        (result.outcome, code(&result)),
        (Outcome::Abandoned, Some(ErrorCode::StartAmbiguous))
    );
    let mut found = result.error.as_ref().expect("an error").run_ids.clone();
    found.sort();
    assert_eq!(found, ids.map(|id| id.to_string()));
}

#[test]
fn an_old_start_is_known_by_its_parameters_even_those_that_only_the_run_shows() {
    let mut world = Workspace::new();
    world.rows_per_page = 1;
    let other = world.add_at_start(5);
    world.run(other).shows = value!({"job_parameters": [{"name": "day", "value": "2"}]});
    let mine = world.add_at_start(6);
    world.run(mine).shows = value!({});
    world.run(mine).whole = value!({"job_parameters": [{"name": "day", "value": "1"}]});
    let bare = world.add_at_start(7);
    world.run(bare).shows = value!({});
    // What no row shows can't tell runs apart, so it does not keep them apart here.
    let mut host = a_day_later(
        r#"{"jobParameters":{"day":"1"},"only":["load"]}"#,
        "{}",
        &world.shared(),
    );
    let result = host.run();
    assert_eq!(result.run.as_ref().map(|run| run.id.clone()), Some(mine.to_string()));
    let looks = host.sent_to("jobs/runs/list");
    assert_eq!(looks.len(), 3);
    assert!(
        looks
            .iter()
            .all(|look| query(look, "start_time_from").is_some() && query(look, "start_time_to").is_some())
    );
}

#[test]
fn an_old_start_under_a_token_of_others_finds_a_shared_run() {
    for (job, options) in [(r#"{"idempotencyToken":"t"}"#, "{}"), ("{}", r#"{"reuse":{}}"#)] {
        let mut world = Workspace::new();
        world.add_at_start(5);
        let result = a_day_later(job, options, &world.shared()).run();
        assert_eq!(result.run.as_ref().map(|run| run.shared), Some(true), "{job}");
    }
}

#[test]
fn a_cancel_while_an_old_start_is_looked_up_cancels_the_run_that_is_found() {
    let mut world = Workspace::new();
    let id = world.add_at_start(5);
    world.run(id).end = START.plus(seconds(10 * DAY));
    let mut host = a_day_later("{}", "{}", &world.shared());
    host.input(pqrun::poller::Input::Cancel);
    let result = host.run();
    assert_eq!((result.outcome, result.cancel_sent), (Outcome::Cancelled, true));
}

#[test]
fn a_lookup_whose_pages_never_end_is_given_up() {
    let mut host = Host::start(Job::Databricks(job()), RunOptions::default(), |_, _| Reply::Hang);
    host.run_until(|host| !host.sent_to(RUN_NOW).is_empty());
    let poller = Poller::resume(
        stored(&host.poller.snapshot()),
        Resume::default(),
        [9; 16],
        START.plus(seconds(2 * DAY)),
    );
    let mut host = Host::over(poller.expect("it resumes"), START.plus(seconds(2 * DAY)), |_, _| {
        json(200, r#"{"runs":[],"next_page_token":"again"}"#).into()
    });
    let result = host.run();
    assert_eq!(
        (result.outcome, code(&result)),
        (Outcome::Abandoned, Some(ErrorCode::StartUnconfirmed))
    );
}

// Deadlines.

#[test]
fn a_resume_keeps_the_deadline_and_begins_anew_when_it_has_passed_or_options_are_given() {
    let mut world = Workspace::new();
    world.length = seconds(1_000_000);
    let workspace = world.shared();
    let mut host = start(options(r#"{"timeout":"1h"}"#), serve(&workspace));
    host.run_until(|host| host.elapsed() > seconds(600));
    let snapshot = host.poller.snapshot();
    let ends = |at: u64, options: Option<&str>| {
        let now = START.plus(seconds(at));
        let mut resume = Resume::default();
        resume.options = options.map(self::options);
        let poller = Poller::resume(stored(&snapshot), resume, [9; 16], now).expect("it resumes");
        let mut host = Host::over(poller, now, serve(&workspace));
        assert_eq!(host.run().outcome, Outcome::TimedOut);
        host.elapsed().as_secs()
    };
    assert_eq!(ends(1200, None), 3600);
    assert_eq!(ends(4000, None), 7600);
    assert_eq!(ends(1200, Some(r#"{"timeout":"2h"}"#)), 8400);
}

// Secrets.

const SECRET: &str = "s3cr3t-v4lue";

#[test]
fn no_secret_parameter_stands_in_any_snapshot_event_or_result() {
    for kind in ["jobParameters", "notebookParams", "pythonNamedParams", "sqlParams"] {
        let job = value!({kind: {"password": SECRET, "day": "1"}}).to_string();
        let workspace = Workspace::new().shared();
        let mut host = Host::start(
            Job::Databricks(job_with(&job)),
            options(r#"{"secretParameters":["password"]}"#),
            faulty(
                RUN_NOW,
                vec![json(503, "").into(), Reply::Fail("reset", true)],
                serve(&workspace),
            ),
        );
        let mut seen = vec![];
        while host.step() {
            seen.push(serde_json::to_string(&host.poller.snapshot()).expect("it is JSON"));
        }
        seen.extend(
            host.persisted
                .iter()
                .map(|snapshot| serde_json::to_string(snapshot).expect("it is JSON")),
        );
        seen.extend(
            host.events
                .iter()
                .map(|event| serde_json::to_string(event).expect("it is JSON")),
        );
        seen.push(format!("{:?}", host.result()));
        seen.extend(
            host.sent
                .iter()
                .map(|sent| format!("{:?} {}", sent.request, sent.request.url)),
        );
        assert!(seen.iter().all(|text| !text.contains(SECRET)), "{kind}");
        assert!(
            host.sent_to(RUN_NOW)[0]
                .request
                .body
                .as_deref()
                .is_some_and(|body| body.contains(SECRET))
        );
        assert!(host.persisted.iter().all(|snapshot| snapshot.left_out == ["password"]));
    }
}

#[test]
fn a_resume_that_has_to_send_the_body_asks_for_the_secrets_and_sends_the_same_body() {
    let job = r#"{"jobParameters":{"day":"1"},"sqlParams":{"password":"s3cr3t-v4lue","x":"y"}}"#;
    let host = Host::start(
        Job::Databricks(job_with(job)),
        options(r#"{"secretParameters":["password"]}"#),
        |_, _| Reply::Hang,
    );
    let snapshot = stored(&host.persisted[0]);
    assert_eq!(snapshot.left_out, ["password"]);
    let error = Poller::resume(snapshot.clone(), Resume::default(), [9; 16], START).expect_err("it lacks a value");
    assert_eq!(error.code(), ErrorCode::MissingSecretParameters);
    assert!(error.message.contains("password"));
    let mut resume = Resume::default();
    resume.secret_parameters.insert("password".to_owned(), SECRET.into());
    let poller = Poller::resume(snapshot, resume, [9; 16], START).expect("it resumes");
    let later = Host::over(poller, START, |_, _| Reply::Hang);
    assert_eq!(later.sent[0].request.body, host.sent[0].request.body);
}

#[test]
fn a_resume_that_only_follows_a_run_needs_no_secrets() {
    let workspace = Workspace::new().shared();
    let job = r#"{"jobParameters":{"password":"s3cr3t-v4lue"}}"#;
    let mut host = Host::start(
        Job::Databricks(job_with(job)),
        options(r#"{"secretParameters":["password"]}"#),
        serve(&workspace),
    );
    host.run_until(|host| host.poller.run().is_some());
    let result = resumed(host.persisted.last().expect("a snapshot"), host.now, &workspace).run();
    assert_eq!(result.outcome, Outcome::Succeeded);
}

// Documents.

#[test]
fn a_snapshot_of_another_version_is_refused() {
    let host = start(RunOptions::default(), |_, _| Reply::Hang);
    let mut document = serde_json::to_value(&host.persisted[0]).expect("it is JSON");
    assert_eq!(document["pqrun"], 1);
    document["pqrun"] = 2.into();
    let snapshot: Snapshot = serde_json::from_value(document).expect("the members are the same");
    let error = Poller::resume(snapshot, Resume::default(), [9; 16], START).expect_err("another version");
    assert_eq!(error.code(), ErrorCode::InvalidSnapshot);
}

#[test]
fn a_snapshot_with_members_that_nobody_knows_still_resumes() {
    let host = start(RunOptions::default(), |_, _| Reply::Hang);
    let mut document = serde_json::to_value(&host.persisted[0]).expect("it is JSON");
    document["later"] = value!({"a": 1});
    document["start"]["later"] = value!(1);
    let snapshot: Snapshot = serde_json::from_value(document).expect("more members are no harm");
    Poller::resume(snapshot, Resume::default(), [9; 16], START).expect("it resumes");
}

/// What is stored on disk is read by people.
#[test]
fn a_snapshot_as_json() {
    let job = r#"{"jobParameters":{"day":"2026-03-01","password":"s3cr3t-v4lue"}}"#;
    let mut world = Workspace::new();
    world.past(5000, 4000, "SUCCESS");
    let workspace = world.shared();
    let mut host = Host::start(
        Job::Databricks(job_with(job)),
        options(r#"{"reuse":{},"secretParameters":["password"]}"#),
        serve(&workspace),
    );
    host.run_until(|host| host.poller.run().is_some());
    insta::assert_json_snapshot!("before_the_start", host.persisted[0]);
    insta::assert_json_snapshot!("with_the_run", host.persisted.last().expect("a snapshot"));
}

#[test]
fn a_secret_parameter_that_is_not_given_is_refused_before_anything_is_sent() {
    let mut job = DatabricksJob::default();
    job.host = "https://adb-1.5.azuredatabricks.net".to_owned();
    job.job_id = Some("1".to_owned());
    job.job_parameters = Some([("password".to_owned(), "s3cr3t".to_owned())].into());
    let mut options = RunOptions::default();
    options.secret_parameters = vec!["pasword".to_owned()];
    let error = Poller::start(Job::Databricks(job), options, [7; 16], START).expect_err("it is misspelt");
    assert_eq!(error.code(), ErrorCode::InvalidOptions);
    assert!(
        error.message.contains("pasword") && !error.message.contains("s3cr3t"),
        "{error}"
    );
}
