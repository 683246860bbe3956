//! Runs from their start to their end.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Promise;
use pqrun::wasm::{attach_databricks_run, resume_run, run_databricks_job};
use serde_json::json;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_test::wasm_bindgen_test;

use super::service::{Answer, Service, call, get, object, response, run, settled, text, turns};

const START: &str = "POST /api/2.2/jobs/run-now Bearer secret";
const GET_RUN: &str = "GET /api/2.2/jobs/runs/get?run_id=7 Bearer secret";
const GET_OUTPUT: &str = "GET /api/2.2/jobs/runs/get-output?run_id=8 Bearer secret";

fn abort_controller() -> (JsValue, JsValue) {
    let controller: JsValue = web_sys::AbortController::new().expect("every host has one").into();
    let signal = get(&controller, "signal");
    (controller, signal)
}

#[wasm_bindgen_test]
async fn a_run_is_started_followed_and_read() {
    let service = Service::of_one_run();
    let handle = run_databricks_job(&service.options(&[])).expect("the options are right");
    let events = handle.events();
    let result = settled(handle.result()).await.expect("it resolves");
    assert_eq!(service.log(), [START, GET_RUN, GET_OUTPUT]);
    assert_eq!(text(&result, "outcome"), "succeeded");
    assert_eq!(text(&get(&result, "run"), "id"), "7");
    let table = get(&result, "table");
    assert_eq!(get(&table, "rowCount"), JsValue::from(2));
    let large = call(&table, "value", &[1.into(), "id".into()]);
    assert!(large.is_bigint());
    assert_eq!(
        call(&table, "toJson", &[]).as_string().as_deref(),
        Some("[{\"id\":1},{\"id\":9007199254740993}]")
    );
    let output = get(&get(&result, "outputs"), "0");
    assert!(text(&output, "text").starts_with("[{"));

    let mut phases = Vec::new();
    loop {
        let item = settled(events.next()).await.expect("it resolves");
        if get(&item, "done").is_truthy() {
            break;
        }
        phases.push(text(&get(&item, "value"), "phase"));
    }
    assert_eq!(phases.first().map(String::as_str), Some("starting"));
    assert!(
        phases.ends_with(&["readingOutput".to_owned(), "ended".to_owned()]),
        "{phases:?}"
    );
    let late = settled(handle.events().next()).await.expect("it resolves");
    assert!(get(&late, "done").is_truthy());
}

#[wasm_bindgen_test]
async fn a_snapshot_is_stored_before_the_start_leaves() {
    let service = Service::of_one_run();
    let log = Rc::clone(&service.log);
    let resolvers = Rc::new(RefCell::new(Vec::new()));
    let into = Rc::clone(&resolvers);
    let persist = Closure::<dyn FnMut(JsValue) -> Promise>::new(move |snapshot: JsValue| {
        let run = text(&get(&snapshot, "run"), "id");
        log.borrow_mut().push(format!("persist {run}"));
        Promise::new(&mut |resolve, _| into.borrow_mut().push(resolve))
    });
    let handle = run_databricks_job(&service.options(&[("persist", persist.into_js_value())])).expect("they are right");
    turns().await;
    assert_eq!(service.log(), ["persist "], "nothing leaves before it is stored");
    let first = resolvers.borrow_mut().remove(0);
    first.call0(&JsValue::UNDEFINED).expect("it resolves");
    turns().await;
    assert_eq!(service.log(), ["persist ", START, "persist 7"]);
    resolvers
        .borrow_mut()
        .remove(0)
        .call0(&JsValue::UNDEFINED)
        .expect("it resolves");
    settled(handle.result()).await.expect("it resolves");
}

#[wasm_bindgen_test]
async fn a_start_that_could_not_be_stored_is_not_sent() {
    let service = Service::of_one_run();
    let reason = js_sys::Error::new("disk full");
    let persist = Closure::<dyn FnMut() -> Promise>::new(move || Promise::reject(&reason)).into_js_value();
    let handle = run_databricks_job(&service.options(&[("persist", persist)])).expect("they are right");
    let result = settled(handle.result()).await.expect("it resolves");
    assert_eq!(text(&result, "outcome"), "rejected");
    assert_eq!(text(&get(&result, "error"), "code"), "persistFailed");
    assert!(text(&get(&result, "error"), "message").contains("disk full"));
    assert!(service.log().is_empty());
}

#[wasm_bindgen_test]
async fn an_abort_leaves_the_run_alone() {
    let service = Service::new([Answer::Json(200, json!({ "run_id": 7 }))]);
    let (controller, signal) = abort_controller();
    let handle = run_databricks_job(&service.options(&[("signal", signal)])).expect("they are right");
    let events = handle.events();
    turns().await;
    assert_eq!(service.log(), [START]);
    call(&controller, "abort", &["enough".into()]);
    let reason = settled(handle.result()).await.expect_err("it rejects at once");
    assert_eq!(reason, JsValue::from("enough"));
    while !get(&settled(events.next()).await.expect("it resolves"), "done").is_truthy() {}
    assert_eq!(service.log(), [START], "no cancel");
    assert_eq!(text(&get(&handle.snapshot(), "run"), "id"), "7");
}

#[wasm_bindgen_test]
async fn an_abort_may_cancel_and_wait() {
    let cancelled =
        json!({ "state": "TERMINATED", "termination_details": { "code": "USER_CANCELED", "type": "SUCCESS" } });
    let mut ended = run("TERMINATED");
    ended["status"] = cancelled.clone();
    ended["tasks"] = json!([]);
    let service = Service::new([
        Answer::Json(200, json!({ "run_id": 7 })),
        Answer::Json(200, run("RUNNING")),
        Answer::Json(200, json!({})),
        Answer::Json(200, ended),
    ]);
    let (controller, signal) = abort_controller();
    let options = service.options(&[("signal", signal), ("onAbort", "cancel".into())]);
    let handle = run_databricks_job(&options).expect("they are right");
    turns().await;
    call(&controller, "abort", &["enough".into()]);
    let reason = settled(handle.result()).await.expect_err("it rejects in the end");
    assert_eq!(reason, JsValue::from("enough"));
    assert!(
        service
            .log()
            .contains(&"POST /api/2.2/jobs/runs/cancel Bearer secret".to_owned()),
        "{:?}",
        service.log()
    );
}

#[wasm_bindgen_test]
async fn a_signal_that_has_fired_starts_nothing() {
    let service = Service::of_one_run();
    let (controller, signal) = abort_controller();
    call(&controller, "abort", &["early".into()]);
    let handle = run_databricks_job(&service.options(&[("signal", signal)])).expect("they are right");
    assert_eq!(settled(handle.result()).await, Err(JsValue::from("early")));
    turns().await;
    assert!(service.log().is_empty());
}

#[wasm_bindgen_test]
async fn a_fixed_token_is_sent_once_more_when_it_is_refused() {
    let refusal = || Answer::Json(401, json!({ "error_code": 401, "message": "no" }));
    let service = Service::new([refusal(), refusal()]);
    let handle = run_databricks_job(&service.options(&[])).expect("they are right");
    let result = settled(handle.result()).await.expect("it resolves");
    assert_eq!(service.log(), [START, START]);
    assert_eq!(text(&get(&result, "error"), "code"), "unauthenticated");
    let shown = js_sys::JSON::stringify(&result).expect("it is JSON");
    assert!(!String::from(shown).contains("secret"));
}

#[wasm_bindgen_test]
async fn a_token_is_asked_for_once_and_again_when_it_is_refused() {
    let service = Service::new([
        Answer::Json(401, json!({})),
        Answer::Json(200, json!({ "run_id": 7 })),
        Answer::Json(200, run("TERMINATED")),
        Answer::Json(200, json!({})),
    ]);
    let asked = Rc::new(RefCell::new(Vec::new()));
    let into = Rc::clone(&asked);
    let token = Closure::<dyn FnMut(JsValue) -> Promise>::new(move |request: JsValue| {
        let mut asked = into.borrow_mut();
        asked.push((text(&request, "host"), get(&request, "refresh").is_truthy()));
        Promise::resolve(&object(&[("token", format!("t{}", asked.len()).into())]))
    });
    let handle = run_databricks_job(&service.options(&[("token", token.into_js_value())])).expect("they are right");
    settled(handle.result()).await.expect("it resolves");
    let host = "https://adb-1.5.azuredatabricks.net".to_owned();
    assert_eq!(*asked.borrow(), [(host.clone(), false), (host, true)]);
    let tokens: Vec<String> = service
        .log()
        .iter()
        .filter_map(|line| line.rsplit(' ').next().map(str::to_owned))
        .collect();
    assert_eq!(tokens, ["t1", "t2", "t2", "t2"]);
}

#[wasm_bindgen_test]
async fn a_credential_that_fails_at_first_ends_it_at_once() {
    let service = Service::of_one_run();
    let get_token = Closure::<dyn FnMut() -> Promise>::new(|| Promise::resolve(&JsValue::NULL)).into_js_value();
    let options = service.options(&[
        ("token", JsValue::UNDEFINED),
        ("credential", object(&[("getToken", get_token)])),
    ]);
    let handle = run_databricks_job(&options).expect("they are right");
    let result = settled(handle.result()).await.expect("it resolves");
    assert_eq!(text(&result, "outcome"), "rejected");
    assert_eq!(text(&get(&result, "error"), "code"), "missingCredentials");
    assert!(service.log().is_empty());
}

#[wasm_bindgen_test]
async fn a_redirect_is_not_followed() {
    let opaque = object(&[("type", "opaqueredirect".into()), ("status", 0.into())]);
    for answer in [opaque, response(302, "")] {
        let service = Service::new([Answer::Js(answer)]);
        let handle = run_databricks_job(&service.options(&[])).expect("they are right");
        let result = settled(handle.result()).await.expect("it resolves");
        assert_eq!(text(&get(&result, "error"), "code"), "wrongHost");
        assert_eq!(service.log(), [START]);
    }
}

#[wasm_bindgen_test]
async fn a_failed_fetch_shows_no_token_and_is_tried_again() {
    let failure = js_sys::Error::new("fetch failed with Bearer secret");
    let service = Service::new([Answer::Reject(failure.into())]);
    let handle = run_databricks_job(&service.options(&[("retryBudget", 1.into())])).expect("they are right");
    let result = settled(handle.result()).await.expect("it resolves");
    let message = text(&get(&result, "error"), "message");
    assert!(
        message.contains("fetch failed with Bearer [") && !message.replace("[secret]", "").contains("secret"),
        "{message}"
    );
    assert_eq!(text(&get(&result, "error"), "code"), "startUnconfirmed");
}

#[wasm_bindgen_test]
async fn a_refused_connection_is_known_to_have_had_no_effect() {
    let failure = js_sys::Error::new("fetch failed");
    failure.set_cause(&object(&[
        ("code", "ECONNREFUSED".into()),
        ("message", "connect ECONNREFUSED".into()),
    ]));
    let service = Service::new([Answer::Reject(failure.into())]);
    let handle = run_databricks_job(&service.options(&[("retryBudget", 1.into())])).expect("they are right");
    let result = settled(handle.result()).await.expect("it resolves");
    assert_eq!(text(&result, "outcome"), "rejected");
    assert_eq!(
        text(&get(&result, "error"), "message"),
        "fetch failed: connect ECONNREFUSED"
    );
}

#[wasm_bindgen_test]
async fn a_snapshot_is_resumed_without_a_second_start() {
    let service = Service::new([Answer::Json(200, json!({ "run_id": 7 }))]);
    let handle = run_databricks_job(&service.options(&[])).expect("they are right");
    turns().await;
    let text_of_it = js_sys::JSON::stringify(&handle.snapshot()).expect("it is JSON");
    handle.detach();
    let left = settled(handle.result()).await.expect("it resolves");
    assert_eq!(text(&get(&left, "error"), "code"), "detached");

    let again = Service::new([Answer::Json(200, run("TERMINATED")), Answer::Json(200, json!({}))]);
    let options = object(&[
        ("token", "secret".into()),
        ("fetch", again.fetch()),
        ("timeout", "2h".into()),
    ]);
    let handle = resume_run(&text_of_it.into(), &options).expect("it is a snapshot");
    let result = settled(handle.result()).await.expect("it resolves");
    assert_eq!(text(&result, "outcome"), "succeeded");
    assert_eq!(again.log(), [GET_RUN, GET_OUTPUT]);
}

#[wasm_bindgen_test]
async fn a_run_is_attached_to_by_a_bigint() {
    let service = Service::new([Answer::Json(200, run("TERMINATED")), Answer::Json(200, json!({}))]);
    let options = object(&[
        ("host", "adb-1.5.azuredatabricks.net".into()),
        ("token", "secret".into()),
        ("fetch", service.fetch()),
        ("runId", js_sys::BigInt::from(7).into()),
    ]);
    let handle = attach_databricks_run(&options).expect("they are right");
    let result = settled(handle.result()).await.expect("it resolves");
    assert_eq!(text(&get(&result, "run"), "identifiedBy"), "given");
    assert_eq!(service.log(), [GET_RUN, GET_OUTPUT]);
}

/// Puts a timer in the place of the host's that notes its lengths; gives the old one back when dropped.
struct TimerSpy(JsValue);

impl TimerSpy {
    fn install(lengths: &Rc<RefCell<Vec<f64>>>) -> Self {
        let old = get(&js_sys::global(), "setTimeout");
        let (lengths, inner) = (Rc::clone(lengths), js_sys::Function::from(old.clone()));
        let spy = Closure::<dyn FnMut(JsValue, f64) -> JsValue>::new(move |callback, length: f64| {
            lengths.borrow_mut().push(length);
            inner
                .call2(&JsValue::UNDEFINED, &callback, &length.into())
                .expect("it is a timer")
        });
        set_timeout(&spy.into_js_value());
        Self(old)
    }
}

impl Drop for TimerSpy {
    fn drop(&mut self) {
        set_timeout(&self.0);
    }
}

fn set_timeout(function: &JsValue) {
    js_sys::Reflect::set(&js_sys::global(), &"setTimeout".into(), function).expect("it may be replaced");
}

#[wasm_bindgen_test]
async fn no_timer_is_longer_than_an_hour() {
    let lengths = Rc::default();
    let spy = TimerSpy::install(&lengths);
    let service = Service::new([Answer::Json(200, run("RUNNING"))]);
    let options = object(&[
        ("host", "adb-1.5.azuredatabricks.net".into()),
        ("token", "secret".into()),
        ("fetch", service.fetch()),
        ("runId", "7".into()),
        ("pollInterval", "60d".into()),
        ("timeout", "90d".into()),
    ]);
    let handle = attach_databricks_run(&options).expect("they are right");
    turns().await;
    handle.detach();
    drop(spy);
    assert!(lengths.borrow().contains(&3_600_000.0), "{lengths:?}");
    assert!(
        lengths.borrow().iter().all(|length| *length <= 3_600_000.0),
        "{lengths:?}"
    );
}
