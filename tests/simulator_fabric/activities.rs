//! What a run's activities did.

use serde_json::{Value, json};

use crate::service::{FAILING, NIGHTLY, ORDERS, Service, json_of, refusal};

#[test]
fn outputs_are_where_each_type_puts_them() {
    let mut service = Service::standard();
    let run = service.start_with(ORDERS, &json!({"p_day": "2026-08-30", "p_full": true}));
    service.wait(60.0);
    let rows = service.activities(&run);
    assert_eq!(rows.len(), 3);
    let look_up = &rows[0];
    assert_eq!(look_up["activityType"], "Lookup");
    assert_eq!(look_up["output"]["count"], 10);
    let values = look_up["output"]["value"].as_array().expect("there are rows");
    assert_eq!(values.len(), 10);
    assert!(values.iter().any(|row| row["amount"].is_null()) && values.iter().any(|row| row["amount"].is_f64()));
    assert!(
        values
            .iter()
            .any(|row| !row["customer"].as_str().unwrap_or_default().is_ascii())
    );
    let exit_value = rows[1]["output"]["result"]["exitValue"].as_str().expect("it is text");
    let exit_rows: Value = serde_json::from_str(exit_value).expect("this notebook returns JSON");
    assert_eq!(exit_rows[2]["region"], "東");
    let returned = rows[2]["output"]["value"].as_array().expect("there are values");
    assert_eq!(rows[2]["output"]["name"], "pipelineReturnValue");
    assert_eq!(
        returned[0],
        json!({"key": "day", "value": {"type": "String", "content": "2026-08-30"}})
    );
    assert_eq!(returned[1]["value"], json!({"type": "Int", "content": 10}));
    assert_eq!(returned[5]["value"], json!({"type": "Null", "content": null}));
    for row in &rows {
        assert_eq!(row["pipelineName"], ORDERS);
        assert_eq!(row["pipelineRunId"], run.as_str());
        assert_eq!(row["status"], "Succeeded");
        assert!(row["activityRunEnd"].as_str().is_some_and(|end| end.ends_with('Z')));
    }
    assert_eq!(rows[0]["durationInMs"], 11_000);
}

#[test]
fn the_parameters_of_a_run_show_in_its_inputs() {
    let mut service = Service::standard();
    let run = service.start_with(ORDERS, &json!({"p_day": "2026-08-30", "p_rows": 4, "unknown": 1}));
    service.wait(60.0);
    let rows = service.activities(&run);
    let query = rows[0]["input"]["source"]["sqlReaderQuery"]
        .as_str()
        .unwrap_or_default();
    assert_eq!(query, "SELECT TOP (4) * FROM dbo.orders WHERE day = '2026-08-30'");
    assert_eq!(rows[0]["input"]["full"], false);
    assert_eq!(rows[0]["output"]["count"], 4);
    assert_eq!(rows[1]["input"]["parameters"]["limit"]["value"], 4);
}

#[test]
fn activities_show_as_they_go() {
    let mut service = Service::standard();
    let run = service.start(ORDERS);
    assert!(service.activities(&run).is_empty());
    service.wait(20.0);
    let rows = service.activities(&run);
    assert_eq!((rows.len(), rows[0]["status"].as_str()), (2, Some("Succeeded")));
    assert_eq!(rows[1]["status"], "InProgress");
    for member in ["output", "activityRunEnd", "durationInMs"] {
        assert_eq!(rows[1][member], Value::Null, "{member}");
    }
}

#[test]
fn what_a_cancellation_meets_half_way_is_cancelled() {
    let mut service = Service::with(&json!({"cancelSeconds": 5}));
    let run = service.start(ORDERS);
    service.wait(20.0);
    service.post(&format!("items/{ORDERS}/jobs/instances/{run}/cancel"), &Value::Null);
    service.wait(200.0);
    let rows = service.activities(&run);
    assert_eq!(rows.len(), 2, "what had not begun never does");
    assert_eq!(
        (rows[0]["status"].as_str(), rows[1]["status"].as_str()),
        (Some("Succeeded"), Some("Cancelled"))
    );
}

#[test]
fn a_failed_activity_says_why() {
    let mut service = Service::standard();
    let run = service.start(FAILING);
    service.wait(60.0);
    let rows = service.activities(&run);
    assert_eq!(
        (&rows[0]["retryAttempt"], &rows[1]["retryAttempt"]),
        (&Value::Null, &json!(1))
    );
    assert_eq!(rows[1]["error"]["errorCode"], "2200");
    assert_eq!(rows[1]["error"]["failureType"], "UserError");
    assert_eq!(rows[1]["error"]["target"], "Load");
    assert_eq!(rows[2]["status"], "Skipped");
    assert_eq!(rows[2]["error"]["errorCode"], "");
}

#[test]
fn a_child_is_read_by_its_own_run() {
    let mut service = Service::standard();
    let parent = service.start_with(NIGHTLY, &json!({"p_day": "2026-01-02"}));
    service.wait(200.0);
    let rows = service.activities(&parent);
    assert_eq!(rows[0]["activityType"], "InvokePipeline");
    let returned = &rows[0]["output"]["pipelineReturnValue"];
    assert_eq!(
        (returned["day"].as_str(), returned["rows"].as_u64()),
        (Some("2026-01-02"), Some(3))
    );
    let child = rows[0]["output"]["pipelineRunId"]
        .as_str()
        .expect("the child has an id")
        .to_owned();
    let below = service.activities(&child);
    assert_eq!(below[0]["output"]["count"], 3);
    assert_eq!(service.row(ORDERS, &child)["status"], "Completed");
}

#[test]
fn a_window_is_required_and_obeyed() {
    let mut service = Service::standard();
    let run = service.start(ORDERS);
    service.wait(60.0);
    for missing in ["lastUpdatedAfter", "lastUpdatedBefore"] {
        let refused = service.query(&run, &json!({ missing: null }));
        assert_eq!(refusal(&refused), (400, "BadRequest".into()));
        assert!(json_of(&refused)["error"].is_object(), "the envelope of Data Factory");
    }
    let late = service.query(&run, &json!({"lastUpdatedAfter": "2026-08-31T16:00:20"}));
    assert_eq!(
        json_of(&late)["value"].as_array().map(Vec::len),
        Some(2),
        "the look-up ended before"
    );
}

#[test]
fn rows_are_filtered_ordered_and_paged() {
    let mut service = Service::with(&json!({"activityPageSize": 2}));
    let run = service.start(ORDERS);
    service.wait(60.0);
    let names = |body: &Value| -> Vec<String> {
        let rows = body["value"].as_array().expect("there are rows");
        rows.iter()
            .map(|row| row["activityName"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    let backwards = json!({"orderBy": [{"orderBy": "ActivityRunStart", "order": "DESC"}]});
    let first = json_of(&service.query(&run, &backwards));
    assert_eq!(names(&first), ["Return", "Score"]);
    let mut next = backwards;
    next["continuationToken"] = first["continuationToken"].clone();
    let second = json_of(&service.query(&run, &next));
    assert_eq!(names(&second), ["Get orders"]);
    assert_eq!(second["continuationToken"], Value::Null);
    for (operator, values, expected) in [
        ("Equals", json!(["Score"]), vec!["Score"]),
        ("In", json!(["Score", "Return"]), vec!["Score", "Return"]),
        ("NotIn", json!(["Score", "Return"]), vec!["Get orders"]),
    ] {
        let filter = json!({"filters": [{"operand": "ActivityName", "operator": operator, "values": values}]});
        assert_eq!(names(&json_of(&service.query(&run, &filter))), expected, "{operator}");
    }
    let wrong = json!({"filters": [{"operand": "Colour", "operator": "Equals", "values": []}]});
    assert_eq!(refusal(&service.query(&run, &wrong)), (400, "BadRequest".into()));
}

#[test]
fn rows_may_be_missing_after_the_end_and_again_much_later() {
    let mut service = Service::with(&json!({"activityRunsEmptyFor": 2, "activityRunsKeptSeconds": 3600}));
    let run = service.start(ORDERS);
    service.wait(30.0);
    assert_eq!(service.activities(&run).len(), 2, "they show while it runs");
    service.wait(60.0);
    let lengths = [(); 3].map(|()| service.activities(&run).len());
    assert_eq!(lengths, [0, 0, 3]);
    service.wait(3600.0);
    assert!(service.activities(&run).is_empty());
}

#[test]
fn rows_may_be_a_bare_array() {
    let mut service = Service::with(&json!({"activityRunsShape": "array"}));
    let run = service.start(ORDERS);
    service.wait(60.0);
    assert_eq!(
        json_of(&service.query(&run, &Value::Null)).as_array().map(Vec::len),
        Some(3)
    );
}

#[test]
fn a_run_that_nobody_knows_has_no_activities() {
    let mut service = Service::standard();
    assert!(service.activities("00000000-0000-4000-8000-000000000000").is_empty());
}

#[test]
fn too_large_an_output_is_replaced_by_a_warning() {
    let activity = |rows: Value, oversize: bool| json!({"runs": [{"activities": [{"name": "a", "type": "Script", "rows": rows, "oversize": oversize}]}]});
    for item in [
        activity(json!({"count": 1}), true),
        activity(json!({"count": 60_000}), false),
    ] {
        let mut service = Service::with_item(&json!({}), &item);
        let run = service.start(ORDERS);
        service.wait(300.0);
        let row = &service.activities(&run)[0];
        assert_eq!(row["status"], "Succeeded");
        let warning = row["output"]["errorMessage"].as_str().expect("there is a warning");
        assert!(warning.contains("size exceeds limit"), "{warning}");
        assert_eq!(row["output"].as_object().map(serde_json::Map::len), Some(1));
    }
}

#[test]
fn a_look_up_gives_5000_rows_and_says_nothing() {
    let item = json!({"runs": [{"activities": [{"name": "a", "type": "Lookup", "rows": {"count": 6000}}]}]});
    let mut service = Service::with_item(&json!({}), &item);
    let run = service.start(ORDERS);
    service.wait(300.0);
    let row = &service.activities(&run)[0];
    assert_eq!(row["output"]["count"], 5000);
    assert_eq!(row["output"]["value"].as_array().map(Vec::len), Some(5000));
}
