//! The jobs of the options as M records, after the same checks that the client makes.

use serde_json::{Map, Number, Value};

use super::compose::foreign;
use super::options::{check_parameter_name, refused};
use crate::databricks::job::DatabricksJob;
use crate::error::{Error, ErrorCode};
use crate::fabric::job::FabricJob;
use crate::http::Service;
use crate::json::{kind, quoted};
use crate::m::{Expr, Keyword, call_of, float, list, logical, meta, number, record, text};
use crate::read::FromValue;

/// In the place of a value: the M parameter of this name.
const PARAMETER: &str = "$parameter";

/// A row's own name, so that a person can tell the rows of a configuration table apart.
const ROW_NAME: &str = "name";

/// Members of the client's jobs that generated M says elsewhere, or never.
const ELSEWHERE: &[(&str, &str)] = &[
    ("host", "expected it beside the job, as host or hostParameter"),
    ("idempotencyToken", "generated M computes the token of each start"),
    ("jobName", "expected jobId: generated M looks no names up"),
    ("apiVersion", "generated M speaks version 2.2"),
    ("databricksWorkspaceId", "expected the workspace's own host name"),
];

/// A job as an M record.
pub(super) fn job(service: Service, job: &Map<String, Value>) -> Result<Expr, Error> {
    let checked = check(service, job)?;
    Ok(record(fields(&checked)?))
}

/// Jobs as the rows of an M table.
pub(super) fn jobs(service: Service, rows: &[Value]) -> Result<Expr, Error> {
    let mut checked = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let within = |error: Error| Error::new(error.code, format!("jobs.{at}: {}", error.message));
        let Value::Object(row) = row else {
            return Err(refused(
                &format!("jobs.{at}"),
                &format!("expected an object, found {}", kind(row)),
            ));
        };
        let mut members = row.clone();
        let label = members.shift_remove(ROW_NAME);
        let mut whole = check(service, &members).map_err(within)?;
        if let Some(label) = label {
            let Value::String(label) = label else {
                return Err(refused(&format!("jobs.{at}.name"), "expected a text"));
            };
            whole.shift_insert(0, ROW_NAME.to_owned(), label.into());
        }
        checked.push(whole);
    }
    let mut columns: Vec<String> = Vec::new();
    for row in &checked {
        for member in row.keys() {
            if !columns.contains(member) {
                columns.push(member.clone());
            }
        }
    }
    let mut cells = Vec::new();
    for row in &checked {
        let values: Result<Vec<Expr>, Error> = columns
            .iter()
            .map(|column| row.get(column).map_or(Ok(Expr::Null), value))
            .collect();
        cells.push(list(values?));
    }
    let heads = columns.iter().map(|column| text(capitalized(column)));
    Ok(call_of(Expr::Keyword(Keyword::Table), [list(heads), list(cells)]))
}

/// What stands where no job is given: the user's to fill in.
pub(super) fn placeholder(service: Service) -> Expr {
    match service {
        Service::Databricks => record([("JobId", text("YOUR-JOB-ID"))]),
        Service::Fabric => record([
            ("WorkspaceId", text("YOUR-WORKSPACE-ID")),
            ("ItemId", text("YOUR-PIPELINE-ID")),
        ]),
    }
}

/// The job's members as the client would send them: ids in their one form, what is null left out.
fn check(service: Service, job: &Map<String, Value>) -> Result<Map<String, Value>, Error> {
    for (member, advice) in ELSEWHERE {
        if job.contains_key(*member) {
            return Err(refused(&format!("job.{member}"), advice));
        }
    }
    let mut given: Map<String, Value> = job.clone();
    given.retain(|_, value| !value.is_null());
    // For the checks each M parameter counts as the empty text.
    let mut plain = Value::Object(given.clone());
    blank_parameters(&mut plain)?;
    let unreadable = |wrong: crate::read::Wrong| Error::new(ErrorCode::InvalidOptions, format!("job: {wrong}"));
    match service {
        Service::Databricks => {
            let mut job = DatabricksJob::from_value(plain).map_err(unreadable)?;
            "https://placeholder.azuredatabricks.net".clone_into(&mut job.host);
            job.check()?;
            if let Some(id) = job.job_id {
                given.insert("jobId".to_owned(), id.into());
            }
        }
        Service::Fabric => {
            let mut job = FabricJob::from_value(plain).map_err(unreadable)?;
            job.check()?;
            given.insert("workspaceId".to_owned(), job.workspace_id.into());
            given.insert("itemId".to_owned(), job.item_id.into());
        }
    }
    Ok(given)
}

/// The name in `{"$parameter": "Name"}`.
fn parameter_of(value: &Value) -> Result<Option<&str>, Error> {
    let Some(members) = value.as_object().filter(|members| members.contains_key(PARAMETER)) else {
        return Ok(None);
    };
    match members.get(PARAMETER) {
        Some(Value::String(name)) if members.len() == 1 => {
            check_parameter_name(PARAMETER, name).map(|()| Some(&**name))
        }
        _ => Err(refused(
            PARAMETER,
            "expected {\"$parameter\": \"Name\"} and no other member, with the name of an M parameter",
        )),
    }
}

fn blank_parameters(value: &mut Value) -> Result<(), Error> {
    if parameter_of(value)?.is_some() {
        *value = "".into();
        return Ok(());
    }
    match value {
        Value::Array(items) => items.iter_mut().try_for_each(blank_parameters),
        Value::Object(members) => members.values_mut().try_for_each(blank_parameters),
        _ => Ok(()),
    }
}

fn fields(members: &Map<String, Value>) -> Result<Vec<(String, Expr)>, Error> {
    members
        .iter()
        .map(|(name, member)| Ok((capitalized(name), value(member)?)))
        .collect()
}

/// Any JSON value in M.
pub(super) fn value(json: &Value) -> Result<Expr, Error> {
    if let Some(parameter) = parameter_of(json)? {
        return Ok(foreign(parameter));
    }
    Ok(match json {
        Value::Null => Expr::Null,
        Value::Bool(truth) => logical(*truth),
        Value::String(string) => text(string.clone()),
        Value::Array(items) => list(items.iter().map(value).collect::<Result<Vec<_>, _>>()?),
        Value::Object(members) => record(
            members
                .iter()
                .map(|(name, member)| Ok((name.clone(), value(member)?)))
                .collect::<Result<Vec<_>, Error>>()?,
        ),
        Value::Number(digits) => match (digits.as_i64(), digits.as_f64()) {
            (Some(whole), _) if whole.unsigned_abs() <= 1 << 53 => number(whole),
            (Some(_), _) => spelled(digits),
            (None, _) if digits.is_u64() => spelled(digits),
            // M has no other 1.0 than 1, and formats 15 digits only.
            (None, Some(real)) if real.fract() == 0.0 || digits.to_string().len() > 15 => spelled(digits),
            (None, Some(real)) => float(real),
            (None, None) => {
                return Err(refused(
                    "job",
                    &format!("expected a number, found {}", quoted(&digits.to_string())),
                ));
            }
        },
    })
}

/// M computes in doubles; a text keeps all digits, and with this metadata is written as a number into the body.
fn spelled(digits: &Number) -> Expr {
    meta(text(digits.to_string()), record([("IsNumber", logical(true))]))
}

/// As M's own names are written: `JobParameters` for `jobParameters`.
pub(super) fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
        .unwrap_or_default()
}
