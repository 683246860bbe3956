//! What an activity gives, where its type puts it (fact sheet, section 4.2).

use serde_json::{Map, Value};

use crate::json::written;
use crate::search::split_once;
use crate::simulator::fabric::instance::{ActivityRun, Instance};
use crate::simulator::fabric::parameters::{evaluate, interpolate};
use crate::simulator::fabric::scenario::{ActivityPlan, RowPlan};
use crate::simulator::json::json;

/// A look-up gives no more rows than these, and says nothing about it.
const MOST_ROWS: usize = 5000;
/// More than so many bytes are replaced by a warning.
const MOST_BYTES: usize = 4_194_304;

/// The output of an activity that has ended.
pub(super) fn of(plan: &ActivityPlan, instance: &Instance, child: Option<&Instance>, times: &ActivityRun) -> Value {
    let output = if plan.oversize {
        Value::Null
    } else {
        by_type(plan, instance, child, times)
    };
    if plan.oversize || written(&output).len() > MOST_BYTES {
        return json!({"errorMessage": "Warning: Object size exceeds limit of 4 MB, the output is not shown."});
    }
    output
}

fn by_type(plan: &ActivityPlan, instance: &Instance, child: Option<&Instance>, times: &ActivityRun) -> Value {
    let (parameters, run) = (&instance.parameters, instance.id.as_str());
    if let Some(output) = &plan.output {
        return evaluate(output, parameters, run);
    }
    if let Some(child) = child {
        return json!({
            "pipelineName": child.item,
            "pipelineRunId": child.id,
            "pipelineReturnValue": return_value(child),
        });
    }
    if let Some(values) = &plan.return_value {
        let values: Vec<Value> = evaluated(values, instance)
            .iter()
            .map(|(key, value)| json!({"key": key, "value": typed(value)}))
            .collect();
        return json!({"name": "pipelineReturnValue", "value": values});
    }
    let rows = plan.rows.as_ref().map(|rows| made(rows, parameters, run));
    match (plan.kind.as_str(), rows) {
        ("TridentNotebook", rows) => {
            let text = plan
                .exit_value
                .as_ref()
                .map(|text| interpolate(text, parameters, run))
                .or_else(|| rows.map(|rows| written(&Value::Array(rows))));
            notebook(plan, text, times)
        }
        ("Lookup", Some(rows)) if plan.first_row_only => json!({"firstRow": rows.first()}),
        ("Lookup", Some(mut rows)) => {
            rows.truncate(MOST_ROWS);
            json!({"count": rows.len(), "value": rows})
        }
        ("Script", Some(rows)) => json!({
            "resultSetCount": 1,
            "recordsAffected": 0,
            "resultSets": [{"rowCount": rows.len(), "rows": rows}],
            "outputParameters": {},
            "outputLogs": "",
            "outputTruncated": false,
        }),
        (_, Some(rows)) => json!({"rows": rows}),
        ("Fail", None) => Value::Null,
        (_, None) => json!({}),
    }
}

fn notebook(plan: &ActivityPlan, exit_value: Option<String>, times: &ActivityRun) -> Value {
    let failed = plan.status == "Failed";
    let message = plan
        .error
        .as_ref()
        .map(|error| error.message.as_str())
        .unwrap_or_default();
    let (name, value) = split_once(message, ": ").unwrap_or(("Exception", message));
    let error = failed.then(|| json!({"ename": name, "evalue": value, "traceback": [message]}));
    json!({
        "status": plan.status,
        "result": {
            "runId": times.id,
            "runStatus": plan.status,
            "sessionId": times.id,
            "exitValue": exit_value.filter(|_| !failed),
            "error": error,
            "highConcurrencyModeStatus": null,
            "metadata": {"runStartTime": times.from.to_iso(), "runEndTime": times.to.to_iso()},
        },
        "executionDuration": times.to.since(times.from).as_secs(),
    })
}

/// What a parent reads of its child's return value.
fn return_value(child: &Instance) -> Value {
    child
        .plan
        .activities
        .iter()
        .filter_map(|activity| activity.return_value.as_ref())
        .map(|values| Value::Object(evaluated(values, child)))
        .next_back()
        .unwrap_or_default()
}

fn evaluated(values: &Map<String, Value>, instance: &Instance) -> Map<String, Value> {
    values
        .iter()
        .map(|(name, value)| (name.clone(), evaluate(value, &instance.parameters, &instance.id)))
        .collect()
}

/// `{"type": "Int", "content": 250}`
fn typed(value: &Value) -> Value {
    let kind = match value {
        Value::Null => "Null",
        Value::Bool(_) => "Boolean",
        Value::Number(number) if number.is_f64() => "Float",
        Value::Number(_) => "Int",
        Value::String(_) => "String",
        Value::Array(_) => "Array",
        Value::Object(_) => "Object",
    };
    json!({"type": kind, "content": value})
}

fn made(plan: &RowPlan, parameters: &Map<String, Value>, run: &str) -> Vec<Value> {
    match plan {
        RowPlan::Rows(rows) => rows.iter().map(|row| evaluate(row, parameters, run)).collect(),
        RowPlan::Made(made) => {
            let asked = made.count_from.as_ref().and_then(|name| parameters.get(name)?.as_u64());
            // A caller's number must not eat the memory: so many rows exceed the size limit anyway.
            (1..=asked.unwrap_or(made.count).min(100_000)).map(row).collect()
        }
    }
}

fn row(number: u64) -> Value {
    const CUSTOMERS: [&str; 5] = [
        "Müller & Söhne",
        "Łódź Trading",
        "東京商事",
        "O'Brien \"Bar\"",
        "Åse 🚲",
    ];
    let customer = CUSTOMERS[usize::try_from((number - 1) % 5).unwrap_or_default()];
    let cents = number * 1999 % 100_000;
    json!({
        "id": number,
        "day": format!("2026-08-{:02}", 1 + number % 28),
        "customer": customer,
        "amount": if number.is_multiple_of(4) { Value::Null } else { json!(cents as f64 / 100.0) },
        "paid": if number.is_multiple_of(7) { Value::Null } else { json!(number.is_multiple_of(2)) },
        "note": if number.is_multiple_of(3) { json!("zwei\nZeilen") } else { Value::Null },
    })
}
