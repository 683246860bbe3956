//! The body of the query: window, filters, order, page; in the words of Data Factory.

use serde_json::Value;

use crate::base64;
use crate::simulator::call::Call;
use crate::simulator::fabric::answer::Problem;
use crate::simulator::fabric::read::read_token;
use crate::simulator::json::json;
use crate::sort::sort_few_by;
use crate::time::Timestamp;

/// The query, read.
pub(super) struct Query {
    after: Timestamp,
    before: Timestamp,
    filters: Vec<Filter>,
    /// By which member, and whether backwards.
    order: Vec<(&'static str, bool)>,
    from: usize,
}

struct Filter {
    member: &'static str,
    wanted: bool,
    values: Vec<String>,
}

/// Operands and the row members that they name.
const OPERANDS: &[(&str, &str)] = &[
    ("ActivityName", "activityName"),
    ("ActivityRunEnd", "activityRunEnd"),
    ("ActivityRunStart", "activityRunStart"),
    ("ActivityType", "activityType"),
    ("PipelineName", "pipelineName"),
    ("Status", "status"),
];

impl Query {
    pub(super) fn read(body: &Value, call: &Call<'_>) -> Result<Self, Problem> {
        let instant = |name: &str| {
            body.get(name)
                .and_then(Value::as_str)
                .and_then(Timestamp::parse_iso)
                .ok_or_else(|| {
                    bad(format!(
                        "The property '{name}' is required and must be a date and time."
                    ))
                })
        };
        let (after, before) = (instant("lastUpdatedAfter")?, instant("lastUpdatedBefore")?);
        let filters = list(body, "filters")?
            .iter()
            .map(|filter| {
                let operator = filter["operator"].as_str().unwrap_or_default();
                let wanted = match operator {
                    "Equals" | "In" => true,
                    "NotEquals" | "NotIn" => false,
                    _ => return Err(bad(format!("The operator '{operator}' is not supported."))),
                };
                let values = filter["values"].as_array().map(Vec::as_slice).unwrap_or_default();
                Ok(Filter {
                    member: member(&filter["operand"])?,
                    wanted,
                    values: values.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
                })
            })
            .collect::<Result<_, _>>()?;
        let order = list(body, "orderBy")?
            .iter()
            .map(|order| match order["order"].as_str() {
                Some("ASC") => Ok((member(&order["orderBy"])?, false)),
                Some("DESC") => Ok((member(&order["orderBy"])?, true)),
                _ => Err(bad("The order must be ASC or DESC.".into())),
            })
            .collect::<Result<_, _>>()?;
        // Data Factory has the token in the body; one client was seen to send it in the query.
        let token = body
            .get("continuationToken")
            .and_then(Value::as_str)
            .or_else(|| call.query_value("continuationToken"))
            .filter(|token| !token.is_empty());
        let from = match token {
            Some(token) => read_token(token).ok_or_else(|| bad("The continuation token is not valid.".into()))?,
            None => 0,
        };
        Ok(Self {
            after,
            before,
            filters,
            order,
            from,
        })
    }

    /// The rows that the query asks for, in its order.
    pub(super) fn select(&self, mut rows: Vec<Value>) -> Vec<Value> {
        rows.retain(|row| {
            let touched = row["activityRunEnd"]
                .as_str()
                .or_else(|| row["activityRunStart"].as_str())
                .and_then(Timestamp::parse_iso);
            touched.is_some_and(|touched| self.after <= touched && touched <= self.before)
                && self.filters.iter().all(|filter| {
                    let value = row[filter.member].as_str().unwrap_or_default();
                    filter.values.iter().any(|wanted| wanted == value) == filter.wanted
                })
        });
        for (member, backwards) in self.order.iter().rev() {
            sort_few_by(&mut rows, |a, b| {
                let order = a[*member].as_str().cmp(&b[*member].as_str());
                if *backwards { order.reverse() } else { order }
            });
        }
        rows
    }

    /// One page of the selected rows.
    pub(super) fn page(&self, rows: &[Value], size: usize) -> Value {
        let to = rows.len().min(self.from.saturating_add(size.max(1)));
        let token = (to < rows.len()).then(|| base64::encode(format!("runs,100000,{to}").as_bytes()));
        json!({"value": rows.get(self.from..to).unwrap_or_default(), "continuationToken": token})
    }
}

fn list<'a>(body: &'a Value, name: &str) -> Result<&'a [Value], Problem> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(values)) => Ok(values),
        Some(_) => Err(bad(format!("The property '{name}' must be an array."))),
    }
}

fn member(operand: &Value) -> Result<&'static str, Problem> {
    let operand = operand.as_str().unwrap_or_default();
    OPERANDS
        .iter()
        .find(|(name, _)| *name == operand)
        .map(|(_, member)| *member)
        .ok_or_else(|| bad(format!("The operand '{operand}' is not supported.")))
}

fn bad(message: String) -> Problem {
    Problem::new(400, "BadRequest", message).in_error_envelope()
}
