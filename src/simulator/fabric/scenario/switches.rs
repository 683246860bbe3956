//! The service's habits, each of which a scenario can turn on, off, up and down.

use crate::read::FromValue;
use serde::Serialize;

use super::Seconds;

/// The service's habits. All lengths are divided by the speed.
#[derive(Clone, Debug, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Switches {
    /// How often the service refreshes an instance's row; 0: at every read, and without `Retry-After`.
    pub status_cache_seconds: Seconds,
    /// By how much such a refresh may be late; meanwhile `Retry-After` is missing.
    pub refresh_late_seconds: Seconds,
    /// `Retry-After` of a read is rounded down, and may be 0, as recorded; else rounded up, and at least 1.
    pub retry_after_rounds_down: bool,
    /// So long after a start, reading the instance answers 404.
    pub early_not_found_seconds: Seconds,
    /// The body of that 404.
    pub early_not_found_body: NotFoundBody,
    /// So long after a start, reading the instance shows `Failed`, which is not true.
    pub phantom_failure_seconds: Seconds,
    /// The code of that failure: `NotFound`, `RequestExecutionFailed` and `JobInstanceStatusNotFound` were seen.
    pub phantom_failure_code: String,
    /// So long after a start, the instance is missing in the list.
    pub list_lag_seconds: Seconds,
    /// `startTimeUtc` is the time of the request first, the real start later.
    pub start_time_changes: bool,
    /// So many reads that show the end have no `endTimeUtc` yet.
    pub end_time_null_for: u32,
    /// List rows have the failure's reason.
    pub list_has_failure_reason: bool,
    /// Rows in a page of instances.
    pub page_size: usize,
    /// Rows in a page of workspaces or items.
    pub catalog_page_size: usize,
    /// What a last page says about the next one.
    pub last_page_token: LastPageToken,
    /// Ended instances that an item keeps; active ones are all kept.
    pub kept_instances: usize,
    /// So many reads of a run's activities, after its end, are empty.
    pub activity_runs_empty_for: u32,
    /// So long after its end, a run's activities are gone.
    pub activity_runs_kept_seconds: Option<Seconds>,
    /// How activities are wrapped.
    pub activity_runs_shape: ActivityRunsShape,
    /// Rows in a page of activities.
    pub activity_page_size: usize,
    /// The `Location` of a start.
    pub location: LocationForm,
    /// The `Retry-After` of a start.
    pub start_retry_after: StartRetryAfter,
    /// A start has `x-ms-job-id`. Pages can't read it either way.
    pub job_id_header: bool,
    /// Answers have `RequestId`. `rootActivityId` equals it either way.
    pub request_id_header: bool,
    /// An expired token is a 403 in the envelope of Power BI, not a 401.
    pub token_expired_as403: bool,
    /// The tenant lets service principals call the API; else a token that Entra gave to one is refused.
    pub service_principals_allowed: bool,
    /// The status of `TooManyRequestsForJobs`: 429 or 409.
    pub too_many_jobs_status: u16,
    /// Answers name the headers that a page may read. A 429 never does.
    pub expose_headers: bool,
    /// A 429 allows a page to read at least its body.
    pub allow_origin_on429: bool,
    /// From a cancellation to its effect.
    pub cancel_seconds: Seconds,
    /// A cancellation reaches the child pipelines.
    pub cancel_reaches_children: bool,
    /// The core start in the path form takes Spark job definitions.
    pub spark_path_form: bool,
    /// The core read has a notebook's `exitValue` too, at the top.
    pub exit_value_at_top: bool,
    /// So many typed reads that show a notebook's end have no exit value yet.
    pub exit_value_missing_for: u32,
    /// Starts in a minute; the next one is a 429.
    pub starts_per_minute: Option<u32>,
    /// Reads of instances, lists and activities in a minute; the next one is a 429.
    pub reads_per_minute: Option<u32>,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            status_cache_seconds: Seconds(60.0),
            refresh_late_seconds: Seconds(50.0),
            retry_after_rounds_down: false,
            early_not_found_seconds: Seconds(0.0),
            early_not_found_body: NotFoundBody::Code,
            phantom_failure_seconds: Seconds(0.0),
            phantom_failure_code: "NotFound".into(),
            list_lag_seconds: Seconds(0.0),
            start_time_changes: true,
            end_time_null_for: 0,
            list_has_failure_reason: false,
            page_size: 100,
            catalog_page_size: 100,
            last_page_token: LastPageToken::Null,
            kept_instances: 100,
            activity_runs_empty_for: 0,
            activity_runs_kept_seconds: None,
            activity_runs_shape: ActivityRunsShape::Value,
            activity_page_size: 100,
            location: LocationForm::Full,
            start_retry_after: StartRetryAfter::Seconds,
            job_id_header: true,
            request_id_header: true,
            token_expired_as403: false,
            service_principals_allowed: true,
            too_many_jobs_status: 429,
            expose_headers: true,
            allow_origin_on429: false,
            cancel_seconds: Seconds(20.0),
            cancel_reaches_children: true,
            spark_path_form: false,
            exit_value_at_top: false,
            exit_value_missing_for: 0,
            starts_per_minute: None,
            reads_per_minute: None,
        }
    }
}

/// The `Location` of a start's answer.
#[derive(Clone, Copy, Debug, Default, Eq, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::exhaustive_enums, reason = "scenarios name each")]
pub enum LocationForm {
    /// `…/items/{item}/jobs/instances/{job}`, on the host that the client used.
    #[default]
    Full,
    /// Missing.
    None,
    /// `…/jobs/instances?jobType=…`, as two of the service's own samples have it.
    WithoutId,
    /// `…/dataPipelines/{item}/jobs/execute/instances/{job}`.
    Typed,
    /// With a slash at the end.
    TrailingSlash,
    /// With the id in upper case.
    UpperCase,
    /// On the home cluster's host, where the token must not go.
    OtherHost,
}

/// The `Retry-After` of a start's answer.
#[derive(Clone, Copy, Debug, Default, Eq, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::exhaustive_enums, reason = "scenarios name each")]
pub enum StartRetryAfter {
    /// 60 (divided by the speed).
    #[default]
    Seconds,
    /// The same, as HTTP writes a date.
    HttpDate,
    /// Missing.
    None,
}

/// How activities are wrapped.
#[derive(Clone, Copy, Debug, Default, Eq, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::exhaustive_enums, reason = "scenarios name each")]
pub enum ActivityRunsShape {
    /// `{"value": […], "continuationToken": …}`, as clients see it.
    #[default]
    Value,
    /// `[…]`, as the documentation prints it; there is one page then.
    Array,
}

/// What a last page says about the next one.
#[derive(Clone, Copy, Debug, Default, Eq, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::exhaustive_enums, reason = "scenarios name each")]
pub enum LastPageToken {
    /// `null`.
    #[default]
    Null,
    /// Nothing.
    Absent,
    /// `""`.
    Empty,
}

/// The body of an early 404.
#[derive(Clone, Copy, Debug, Default, Eq, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::exhaustive_enums, reason = "scenarios name each")]
pub enum NotFoundBody {
    /// The code `JobInstanceNotFound`.
    #[default]
    Code,
    /// Nothing.
    Empty,
}
