//! The choices of the options as the record that generated M hands on.

use super::options::Choices;
use crate::http::Service;
use crate::m::{Expr, Keyword, call_of, float, logical, null_or_text, number, record};
use crate::poller::options::Length;

/// Seconds before the second poll where the service says nothing.
const fn poll_seconds(service: Service) -> f64 {
    match service {
        Service::Databricks => 5.0,
        Service::Fabric => 10.0,
    }
}

/// All options, complete and checked.
pub(super) fn options(service: Service, choices: &Choices) -> Expr {
    let mut fields: Vec<(&str, Expr)> = vec![
        (
            "PollSeconds",
            float(choices.poll_seconds.unwrap_or(poll_seconds(service))),
        ),
        ("PollGrowth", float(choices.poll_growth)),
        ("MaxPollSeconds", float(choices.max_poll_seconds)),
        ("MaxPolls", number(choices.max_polls.into())),
        ("MaxMinutes", float(choices.max_minutes)),
        ("Freshness", duration(choices.freshness)),
        ("FailureFreshness", duration(choices.failure_freshness)),
        ("TaskKey", null_or_text(choices.task_key.clone())),
        ("OutputPath", null_or_text(choices.output_path.clone())),
        ("Inspect", logical(choices.inspect)),
        ("AttachOnly", logical(choices.attach_only)),
    ];
    if service == Service::Databricks {
        fields.push(("FollowPath", logical(choices.follow_path)));
    }
    if service == Service::Fabric {
        fields.extend([
            ("AdoptAnyParameters", logical(choices.adopt_any_parameters)),
            ("Marker", null_or_text(choices.marker.clone())),
            ("CancelDuplicates", logical(choices.cancel_duplicates)),
        ]);
    }
    record(fields)
}

/// `#duration(days, hours, minutes, seconds)`.
fn duration(length: Length) -> Expr {
    let whole = |seconds: u64| number(i64::try_from(seconds).unwrap_or(i64::MAX));
    let seconds = length.0.as_secs();
    call_of(
        Expr::Keyword(Keyword::Duration),
        [
            whole(seconds / 86_400),
            whole(seconds / 3600 % 24),
            whole(seconds / 60 % 60),
            whole(seconds % 60),
        ],
    )
}
