//! What goes over the boundary, and what is refused there.

use pqrun::wasm::{JsPoller, JsTable, run_databricks_job, run_fabric_item, version};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use super::service::{Service, call, get, object, text};

fn refused(more: &[(&str, JsValue)]) -> (String, String) {
    let thrown = run_databricks_job(&Service::default().options(more))
        .err()
        .expect("it throws");
    assert!(thrown.is_instance_of::<js_sys::Error>());
    assert_eq!(text(&thrown, "name"), "PqrunError");
    assert!(!text(&thrown, "hint").is_empty());
    (text(&thrown, "code"), text(&thrown, "message"))
}

#[wasm_bindgen_test]
fn a_wrong_option_is_named() {
    for (name, value, expected) in [
        ("jobid", JsValue::from("1"), "\"jobid\""),
        ("timeout", "soon".into(), "timeout: "),
        ("timeout", JsValue::from(-1), "timeout: "),
        ("jobParameters", object(&[("a", 1.into())]), "jobParameters.a: "),
        ("jobId", JsValue::from(9_007_199_254_740_992.0), "lost digits"),
        ("fetch", JsValue::from(1), "fetch: "),
        ("onAbort", "stop".into(), "onAbort: "),
        ("outputPath", "rows[".into(), "outputPath: "),
        ("token", JsValue::from(5), "token: "),
    ] {
        let (code, message) = refused(&[(name, value)]);
        assert_eq!(code, "invalidOptions", "{name}");
        assert!(message.contains(expected), "{name}: {message}");
    }
}

#[wasm_bindgen_test]
fn half_a_surrogate_pair_is_refused_before_it_becomes_another_character() {
    let half: JsValue = js_sys::JsString::from_char_code(&[0x61, 0xd800]).into();
    let (code, message) = refused(&[("jobParameters", object(&[("a", half.clone())]))]);
    assert_eq!(code, "invalidOptions");
    assert!(
        message.starts_with("jobParameters.a: ") && message.contains("surrogate"),
        "{message}"
    );
    let parameters = js_sys::Object::new();
    js_sys::Reflect::set(&parameters, &half, &"1".into()).expect("it is an object");
    assert!(refused(&[("jobParameters", parameters.into())]).1.contains("surrogate"));

    let whole = object(&[("a", "\u{fffd}😀".into())]);
    let handle = run_databricks_job(&Service::default().options(&[("jobParameters", whole)])).expect("it is whole");
    let kept = get(&get(&handle.snapshot(), "job"), "jobParameters");
    assert_eq!(text(&kept, "a"), "\u{fffd}😀");
    handle.detach();
}

#[wasm_bindgen_test]
fn a_missing_token_is_noticed_before_anything_is_sent() {
    for token in [JsValue::UNDEFINED, " ".into()] {
        assert_eq!(refused(&[("token", token)]).0, "missingCredentials");
    }
}

#[wasm_bindgen_test]
fn ids_are_taken_in_every_safe_form() {
    let large = js_sys::BigInt::from(9_007_199_254_740_993_u64);
    for (id, expected) in [
        (JsValue::from("42"), "42"),
        (42.into(), "42"),
        (large.into(), "9007199254740993"),
    ] {
        let handle = run_databricks_job(&Service::default().options(&[("jobId", id)])).expect("it is an id");
        let job = get(&handle.snapshot(), "job");
        assert_eq!(text(&job, "jobId"), expected);
        handle.detach();
    }
}

#[wasm_bindgen_test]
fn undefined_counts_as_absent() {
    let handle =
        run_databricks_job(&Service::default().options(&[("timeout", JsValue::UNDEFINED), ("reuse", JsValue::NULL)]))
            .expect("they are right");
    let options = get(&handle.snapshot(), "options");
    assert!(get(&options, "timeout").is_undefined() && get(&options, "reuse").is_undefined());
    handle.detach();
}

#[wasm_bindgen_test]
fn parameters_are_taken_as_json_has_them() {
    let date = js_sys::Date::new(&0.into()).into();
    let parameters = object(&[
        ("date", date),
        ("nothing", JsValue::NULL),
        ("absent", JsValue::UNDEFINED),
    ]);
    let id = "0f6c1f2e-5a3b-4c8e-9d55-1d2a33e0a001";
    let options = [
        ("workspaceId", id.into()),
        ("itemId", id.into()),
        ("token", "t".into()),
        ("parameters", parameters),
    ];
    let handle = run_fabric_item(&object(&options)).expect("they are right");
    let stored = get(&get(&handle.snapshot(), "job"), "parameters");
    let stored = js_sys::JSON::stringify(&stored).expect("it is JSON");
    assert_eq!(
        String::from(stored),
        r#"{"date":"1970-01-01T00:00:00.000Z","nothing":null}"#
    );
    handle.detach();
}

#[wasm_bindgen_test]
fn a_table_has_values_of_its_columns_types() {
    let json = r#"[{"a":1.5,"t":"2026-01-31T13:00:00+01:00","b":true,"j":[1]},{"a":null,"t":null,"b":null,"j":{"x":"y"},"__proto__":1}]"#;
    let table = JsTable::read(&json.into(), &JsValue::UNDEFINED).expect("it is a table");
    let columns = table.columns().expect("they are there");
    let columns: Vec<String> = columns.iter().map(|column| text(&column, "type")).collect();
    assert_eq!(columns, ["float64", "timestamp", "bool", "json", "int64"]);
    let value = |row: f64, column: JsValue| table.value(row, &column).expect("it never fails");
    assert_eq!(value(0.0, "a".into()), JsValue::from(1.5));
    assert_eq!(value(0.0, 1.into()), JsValue::from("2026-01-31T12:00:00.000Z"));
    assert_eq!(value(1.0, "b".into()), JsValue::NULL);
    for (row, column) in [
        (2.0, "b".into()),
        (0.0, "no".into()),
        (0.5, "b".into()),
        (-1.0, "b".into()),
        (0.0, 9.into()),
    ] {
        assert_eq!(value(row, column), JsValue::UNDEFINED);
    }
    assert_eq!(text(&value(1.0, "j".into()), "x"), "y");
    let data = table.column_data(&"b".into()).expect("it never fails");
    assert_eq!(text(&data, "type"), "bool");
    assert_eq!(get(&data, "nullCount"), JsValue::from(1));
    assert_eq!(get(&get(&data, "validity"), "0"), JsValue::from(1));
    assert!(table.column_data(&"no".into()).expect("it never fails").is_undefined());
    let js = JsValue::from(table);
    let options = object(&[("header", false.into())]);
    assert!(
        call(&js, "toCsv", &[options])
            .as_string()
            .is_some_and(|csv| csv.starts_with("1.5,2026-01-31T12"))
    );
}

#[wasm_bindgen_test]
fn a_table_at_a_path_that_leads_nowhere_is_an_error() {
    let thrown = JsTable::read(&"{}".into(), &object(&[("path", "$.rows".into())])).expect_err("there is nothing");
    assert_eq!(text(&thrown, "code"), "outputUnreadable");
    let thrown = JsTable::read(&"[1".into(), &JsValue::UNDEFINED).expect_err("it is cut");
    assert_eq!(text(&thrown, "code"), "outputTruncated");
}

#[wasm_bindgen_test]
fn a_poller_is_driven_by_hand() {
    let job = object(&[
        ("service", "databricks".into()),
        ("host", "adb-1.5.azuredatabricks.net".into()),
        ("jobId", "42".into()),
    ]);
    let mut poller = JsPoller::start(&job, &JsValue::UNDEFINED, 1_000_000.0).expect("it is a job");
    let mut kinds = Vec::new();
    let mut request = JsValue::UNDEFINED;
    loop {
        let output = poller.poll_output().expect("it never fails");
        kinds.push(text(&output, "kind"));
        match kinds.last().map(String::as_str) {
            Some("transmit") => request = get(&output, "request"),
            Some("timeout") => break,
            _ => {}
        }
    }
    assert!(
        kinds.iter().position(|kind| kind == "persist") < kinds.iter().position(|kind| kind == "transmit"),
        "{kinds:?}"
    );
    assert_eq!(
        text(&request, "url"),
        "https://adb-1.5.azuredatabricks.net/api/2.2/jobs/run-now"
    );
    assert!(text(&request, "body").contains("\"idempotency_token\":\"pqrun-"));
    let headers = js_sys::Array::new().into();
    poller
        .handle_response(1_000_100.0, 0, 200, &headers, br#"{"run_id":7}"#.to_vec())
        .expect("it was asked");
    assert_eq!(text(&poller.run(), "id"), "7");
    let thrown = poller
        .handle_timeout(1_000_200.0)
        .and_then(|()| poller.handle_response(1_000_200.0, 99, 200, &headers, Vec::new()));
    assert_eq!(text(&thrown.expect_err("it was not"), "code"), "unknownRequest");
    poller.detach(1_000_300.0).expect("it may");
    while text(&poller.poll_output().expect("it never fails"), "kind") != "done" {}
}

#[wasm_bindgen_test]
fn the_version_is_that_of_the_crate() {
    assert_eq!(version(), env!("CARGO_PKG_VERSION"));
}
