//! What a run is really started with, and where a definition's expressions use it.

use serde_json::{Map, Value};

use super::answer::Problem;
use super::scenario::{DeclaredParameter, Item};
use crate::json;
use crate::search::find;

/// How the service shows a secret.
const MASK: &str = "**********";

/// What a start sends, as the item's kind wants it (fact sheet, sections 1.2 and 1.3).
pub(super) fn effective(item: &Item, body: &Value, typed: bool) -> Result<Map<String, Value>, Problem> {
    let empty = Map::new();
    let body = match body {
        Value::Object(body) => body,
        Value::Null => &empty,
        _ => return Err(Problem::invalid_input("The request's body is not an object.")),
    };
    let execution = match body.get("executionData") {
        Some(Value::Object(execution)) => execution,
        None | Some(Value::Null) => &empty,
        Some(_) => return Err(Problem::invalid_input("executionData is not an object.")),
    };
    let array = match body.get("parameters") {
        None | Some(Value::Null) => Map::new(),
        Some(array) => {
            let array = typed_array(array, "name")?;
            let allowed = item.typed_parameters
                || item.kind == "Dataflow"
                || (typed && item.kind == "Notebook")
                || array.is_empty();
            if !allowed {
                return Err(Problem::new(
                    403,
                    "FeatureNotAvailable",
                    "Parameter is not allowed for this item type.",
                ));
            }
            array
        }
    };
    let mut sent = match item.kind.as_str() {
        "Notebook" if typed => check_compute(item, execution).map(|()| Map::new())?,
        "Notebook" => notebook(execution)?,
        "Dataflow" => execution
            .get("parameters")
            .map_or_else(|| Ok(Map::new()), |array| typed_array(array, "parameterName"))?,
        "DataPipeline" => plain(execution)?,
        // Other kinds have no parameters but the execution data itself.
        _ => execution.clone(),
    };
    sent.extend(array);
    Ok(with_declared(item, sent))
}

/// The declared parameters with the values sent, or their defaults. A pipeline drops every other name without a word;
/// a notebook takes what it is given.
pub(super) fn with_declared(item: &Item, mut sent: Map<String, Value>) -> Map<String, Value> {
    let mut effective = Map::new();
    for (name, declared) in item.declared() {
        let value = sent
            .shift_remove(name)
            .map_or(declared.default_value.clone(), |value| coerced(&declared, value));
        let secret = declared.kind.eq_ignore_ascii_case("securestring");
        effective.insert(name.to_owned(), if secret { MASK.into() } else { value });
    }
    if item.kind != "DataPipeline" {
        effective.extend(sent);
    }
    effective
}

/// The value as the declared type has it, or as it is where it can't be.
fn coerced(declared: &DeclaredParameter, value: Value) -> Value {
    let kind = declared.kind.to_ascii_lowercase();
    match (kind.as_str(), &value) {
        ("string" | "securestring", Value::Null | Value::String(_)) => value,
        ("string" | "securestring", _) => json::written(&value).into(),
        ("int", Value::String(text)) => text.trim().parse::<i64>().map_or(value, Value::from),
        ("float", Value::String(text)) => json::number(text.trim()).map_or(value, Value::from),
        ("bool", Value::String(text)) => text
            .trim()
            .to_ascii_lowercase()
            .parse::<bool>()
            .map_or(value, Value::from),
        _ => value,
    }
}

fn plain(execution: &Map<String, Value>) -> Result<Map<String, Value>, Problem> {
    match execution.get("parameters") {
        Some(Value::Object(parameters)) => Ok(parameters.clone()),
        None | Some(Value::Null) => Ok(Map::new()),
        Some(_) => Err(Problem::invalid_input("executionData.parameters is not an object.")),
    }
}

/// `{"name": {"value": …, "type": "string|int|float|bool"}}`
fn notebook(execution: &Map<String, Value>) -> Result<Map<String, Value>, Problem> {
    if let Some(lakehouse) = execution
        .get("configuration")
        .and_then(|all| all.get("defaultLakehouse"))
        && (lakehouse.get("id").is_none() || lakehouse.get("name").is_none())
    {
        return Err(Problem::invalid_input("defaultLakehouse needs both an id and a name."));
    }
    plain(execution)?
        .into_iter()
        .map(|(name, given)| {
            let kind = given.get("type").and_then(Value::as_str);
            match given.get("value") {
                Some(value) if matches!(kind, Some("string" | "int" | "float" | "bool")) => Ok((name, value.clone())),
                _ => Err(Problem::invalid_input(format!(
                    "The parameter {name} of a notebook needs a value and a type: string, int, float or bool."
                ))),
            }
        })
        .collect()
}

/// `[{"name": …, "type": …, "value": …}]`
fn typed_array(array: &Value, name_member: &str) -> Result<Map<String, Value>, Problem> {
    let array = array
        .as_array()
        .ok_or_else(|| Problem::invalid_input("parameters is not an array."))?;
    let mut parameters = Map::new();
    for parameter in array {
        let name = parameter.get(name_member).and_then(Value::as_str).unwrap_or_default();
        let complete = parameter.get("type").is_some_and(Value::is_string) && parameter.get("value").is_some();
        if name.is_empty() || name.chars().count() > 256 || !complete {
            return Err(Problem::invalid_input(format!(
                "A parameter needs a {name_member} of at most 256 characters, a type and a value."
            )));
        }
        if parameters
            .keys()
            .any(|other: &String| other.to_lowercase() == name.to_lowercase())
        {
            return Err(Problem::invalid_input(format!("The parameter {name} is given twice.")));
        }
        parameters.insert(name.to_owned(), parameter["value"].clone());
    }
    Ok(parameters)
}

fn check_compute(item: &Item, execution: &Map<String, Value>) -> Result<(), Problem> {
    match execution.get("compute").map(Value::as_str) {
        None => Ok(()),
        Some(Some(compute)) if compute == item.compute => Ok(()),
        Some(Some("Spark" | "Jupyter" | "DataWarehouse")) => Err(Problem::new(
            400,
            "ComputeTypeMismatch",
            format!("The notebook's compute is {}.", item.compute),
        )),
        Some(_) => Err(Problem::invalid_input("The compute is not known.")),
    }
}

/// Replaces `@pipeline().parameters.name`, `@{pipeline().parameters.name}` and the run's id in a definition's values.
pub(super) fn evaluate(value: &Value, parameters: &Map<String, Value>, run: &str) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix('@').filter(|rest| !rest.starts_with('{')) {
            Some(expression) => look_up(expression, parameters, run).unwrap_or_else(|| value.clone()),
            None => interpolate(text, parameters, run).into(),
        },
        Value::Array(values) => values.iter().map(|value| evaluate(value, parameters, run)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), evaluate(value, parameters, run)))
            .collect(),
        _ => value.clone(),
    }
}

/// The text with every `@{…}` that is known replaced.
pub(super) fn interpolate(text: &str, parameters: &Map<String, Value>, run: &str) -> String {
    let mut done = String::new();
    let mut rest = text;
    while let Some(start) = find(rest, "@{") {
        let Some(length) = rest[start..].find('}') else { break };
        let (before, found) = (&rest[..start], &rest[start..=start + length]);
        done.push_str(before);
        match look_up(&found[2..found.len() - 1], parameters, run) {
            Some(Value::String(text)) => done.push_str(&text),
            Some(value) => done.push_str(&json::written(&value)),
            None => done.push_str(found),
        }
        rest = &rest[start + length + 1..];
    }
    done + rest
}

fn look_up(expression: &str, parameters: &Map<String, Value>, run: &str) -> Option<Value> {
    if expression == "pipeline().RunId" {
        return Some(run.into());
    }
    let name = expression.strip_prefix("pipeline().parameters.")?;
    Some(parameters.get(name).cloned().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn expressions_are_replaced_wherever_they_stand() {
        let parameters = json!({"p": 7, "q": "x"});
        let parameters = parameters.as_object().expect("it is an object");
        let value = json!({"a": "@pipeline().parameters.p", "b": ["q=@{pipeline().parameters.q}!", "@{a", "@x", "é@{y}"],
                           "c": "@pipeline().RunId", "d": "@pipeline().parameters.none"});
        assert_eq!(
            evaluate(&value, parameters, "r"),
            json!({"a": 7, "b": ["q=x!", "@{a", "@x", "é@{y}"], "c": "r", "d": null})
        );
    }
}
