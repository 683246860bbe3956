//! Whether a listed run has the caller's parameters, and the token that joins a start to its past.

use serde_json::Value;

use crate::databricks::job::DatabricksJob;
use crate::fingerprint::fingerprint;
use crate::json;
use crate::time::Timestamp;

/// What a row of `runs/list` shows about its parameters, beside the caller's.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Equality {
    /// Every parameter that the row shows is the caller's, and the caller has none that the row lacks.
    Equal,
    /// Not so.
    Different,
    /// The row shows none: read the run itself.
    Unseen,
}

/// The parameter kinds that `overriding_parameters` shows.
const OLDER_KINDS: &[&str] = &[
    "notebook_params",
    "jar_params",
    "python_params",
    "spark_submit_params",
    "python_named_params",
    "sql_params",
    "dbt_commands",
    "pipeline_params",
];

/// Compares by the rules of "one run per intent": a job parameter counts as its value, else its default, on the row's
/// side, and as the caller's value, else the row's default, on ours.
pub(crate) fn compare(row: &Value, job: &DatabricksJob) -> Equality {
    let shown = row.get("job_parameters").and_then(Value::as_array);
    let overriding = json::map(row, "overriding_parameters");
    if shown.is_none() && overriding.is_none() {
        return Equality::Unseen;
    }
    compare_shown(row, job)
}

/// The same for a row that was read by `runs/get`: what it does not show, it does not have.
pub(crate) fn compare_shown(row: &Value, job: &DatabricksJob) -> Equality {
    let body = job.parameters_body();
    let given = json::map(&body, "job_parameters");
    let shown = json::array(row, "job_parameters");
    for parameter in shown {
        let Some(name) = json::text(parameter, "name") else {
            return Equality::Different;
        };
        let default = json::member(parameter, "default");
        let of_row = json::member(parameter, "value").or(default);
        let of_caller = given.and_then(|given| given.get(name)).or(default);
        if of_row != of_caller {
            return Equality::Different;
        }
    }
    let lacks = |name: &String| {
        !shown
            .iter()
            .any(|parameter| json::text(parameter, "name") == Some(name))
    };
    if given.is_some_and(|given| given.keys().any(lacks)) {
        return Equality::Different;
    }
    for kind in OLDER_KINDS {
        let of_row = row
            .get("overriding_parameters")
            .and_then(|map| json::member(map, kind))
            .filter(|v| !is_empty(v));
        let of_caller = body.get(kind).filter(|value| !is_empty(value));
        if of_row != of_caller {
            return Equality::Different;
        }
    }
    // No row shows these, so no row can be known to be equal; the token still finds the run of the same body.
    if ["queue", "only", "performance_target"]
        .iter()
        .any(|name| body.get(name).is_some())
    {
        return Equality::Different;
    }
    Equality::Equal
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// The token of a start with `reuse`: everyone who sees the same past computes the same. `generation` counts the
/// deleted runs that hold the earlier ones.
pub(crate) fn successor_token(body: &Value, predecessor: Option<&str>, today: Timestamp, generation: u32) -> String {
    let hash = fingerprint(body);
    let past = predecessor.map_or_else(|| format!("d{}", today.to_compact_date()), str::to_owned);
    let suffix = if generation == 0 {
        String::new()
    } else {
        format!("-{generation}")
    };
    format!("pq1-{hash}-{past}{suffix}")
}

/// The predecessor and the generation that a successor token holds; `None` for any other token.
pub(crate) fn past_of_token(token: &str) -> Option<(Option<String>, u32)> {
    let (hash, past) = token.strip_prefix("pq1-")?.split_once('-')?;
    let (past, generation) = match past.split_once('-') {
        Some((past, generation)) => (past, generation.parse().ok()?),
        None => (past, 0),
    };
    (hash.len() == 28).then(|| (json::canonical_id(past), generation))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::databricks::job::TOKEN_LIMIT;

    fn job(parameters: &[(&str, &str)]) -> DatabricksJob {
        DatabricksJob {
            job_parameters: Some(
                parameters
                    .iter()
                    .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
                    .collect(),
            ),
            ..DatabricksJob::default()
        }
    }

    fn row(json: &str) -> Value {
        serde_json::from_str(json).expect("a test's row is JSON")
    }

    #[test]
    fn a_value_counts_before_the_default_on_both_sides() {
        let shown =
            row(r#"{"job_parameters":[{"name":"day","default":"","value":"1"},{"name":"limit","default":"100"}]}"#);
        assert_eq!(compare(&shown, &job(&[("day", "1")])), Equality::Equal);
        assert_eq!(
            compare(&shown, &job(&[("day", "1"), ("limit", "100")])),
            Equality::Equal
        );
        assert_eq!(
            compare(&shown, &job(&[("day", "1"), ("limit", "5")])),
            Equality::Different
        );
        assert_eq!(compare(&shown, &job(&[])), Equality::Different);
    }

    #[test]
    fn a_name_that_the_row_lacks_makes_it_different() {
        let shown = row(r#"{"job_parameters":[{"name":"day","default":"1"}]}"#);
        assert_eq!(compare(&shown, &job(&[("hour", "1")])), Equality::Different);
    }

    #[test]
    fn older_kinds_compare_with_the_overriding_parameters() {
        let caller = DatabricksJob {
            notebook_params: Some([("a".to_owned(), "1".to_owned())].into()),
            ..DatabricksJob::default()
        };
        assert_eq!(
            compare(
                &row(r#"{"overriding_parameters":{"notebook_params":{"a":"1"}}}"#),
                &caller
            ),
            Equality::Equal
        );
        assert_eq!(
            compare(
                &row(r#"{"overriding_parameters":{"notebook_params":{"a":"2"}}}"#),
                &caller
            ),
            Equality::Different
        );
        assert_eq!(
            compare(&row(r#"{"overriding_parameters":{}}"#), &caller),
            Equality::Different
        );
        assert_eq!(
            compare(&row(r#"{"overriding_parameters":{}}"#), &DatabricksJob::default()),
            Equality::Equal
        );
    }

    #[test]
    fn a_row_that_shows_nothing_is_read_first() {
        assert_eq!(compare(&row("{}"), &DatabricksJob::default()), Equality::Unseen);
        assert_eq!(compare_shown(&row("{}"), &DatabricksJob::default()), Equality::Equal);
    }

    #[test]
    fn what_no_row_shows_is_never_known_to_be_equal() {
        let caller = DatabricksJob {
            only: Some(vec!["load".to_owned()]),
            ..DatabricksJob::default()
        };
        assert_eq!(compare(&row(r#"{"job_parameters":[]}"#), &caller), Equality::Different);
    }

    #[test]
    fn a_token_tells_its_past() {
        let body = row("{}");
        let today = Timestamp(1_772_330_400_000);
        for (predecessor, generation) in [(None, 0), (None, 3), (Some("9223372036854775807"), 0), (Some("1"), 12)] {
            let token = successor_token(&body, predecessor, today, generation);
            assert_eq!(
                past_of_token(&token),
                Some((predecessor.map(str::to_owned), generation)),
                "{token}"
            );
        }
        for token in ["", "pqrun-07070707-0707-4707-8707-070707070707", "pq1-x-1", "nightly"] {
            assert_eq!(past_of_token(token), None, "{token}");
        }
    }

    #[test]
    fn the_longest_token_fits() {
        let token = successor_token(&row("{}"), Some("9223372036854775807"), Timestamp(0), 99_999);
        assert!(token.len() <= TOKEN_LIMIT, "{token}");
        assert!(successor_token(&row("{}"), None, Timestamp(1_772_330_400_000), 0).ends_with("-d20260301"));
    }
}
