//! What a condition task finds, and how `{{…}}` is filled in.

use serde_json::Value;

use super::run::Run;
use super::scenario::{Job, Task};
use crate::json;
use crate::search::split_once;

impl Run {
    /// The value of a job parameter in this run.
    pub(super) fn parameter<'a>(&'a self, job: &'a Job, name: &str) -> Option<&'a str> {
        self.request
            .job_parameters
            .get(name)
            .or_else(|| job.parameters.get(name))
            .and_then(Value::as_str)
    }

    /// Fills in `{{job.parameters.name}}`, `{{job.run_id}}` and, inside a for-each, `{{input}}`.
    pub(super) fn fill_in(&self, job: &Job, text: &str, input: Option<&Value>) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = split_once(rest, "{{") {
            filled.push_str(before);
            let Some((name, behind)) = split_once(after, "}}") else {
                rest = &rest[before.len()..];
                break;
            };
            match name.trim() {
                "input" if input.is_some() => match input {
                    Some(Value::String(text)) => filled.push_str(text),
                    Some(value) => filled.push_str(&json::written(value)),
                    None => {}
                },
                "job.run_id" => filled.push_str(&self.id.to_string()),
                name => match name
                    .strip_prefix("job.parameters.")
                    .and_then(|name| self.parameter(job, name))
                {
                    Some(value) => filled.push_str(value),
                    None => filled.push_str(&format!("{{{{{name}}}}}")),
                },
            }
            rest = behind;
        }
        filled.push_str(rest);
        filled
    }

    /// What a condition task finds; `None` for other tasks.
    pub(super) fn condition_outcome(&self, job: &Job, task: &Task) -> Option<bool> {
        let condition = task.condition.as_ref()?;
        let left = self.fill_in(job, &condition.left, None);
        let right = self.fill_in(job, &condition.right, None);
        let order = match (json::number(&left), json::number(&right)) {
            (Some(left), Some(right)) => left.partial_cmp(&right)?,
            _ => left.cmp(&right),
        };
        Some(match condition.op.as_str() {
            // Equality compares text, as the service does: 12.0 is not 12.
            "NOT_EQUAL" => left != right,
            "GREATER_THAN" => order.is_gt(),
            "GREATER_THAN_OR_EQUAL" => order.is_ge(),
            "LESS_THAN" => order.is_lt(),
            "LESS_THAN_OR_EQUAL" => order.is_le(),
            _ => left == right,
        })
    }
}
