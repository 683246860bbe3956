//! A job instance: what is true of it at an instant, and what its row shows.

use std::time::Duration;

use crate::read::FromValue;
use serde::Serialize;
use serde_json::{Map, Value};

use super::parameters;
use super::scenario::{End, RunPlan, Seconds, Switches};
use crate::simulator::clock::Speed;
use crate::simulator::json::json;
use crate::simulator::rng::Rng;
use crate::time::Timestamp;

/// One run of an item's job. Everything about its future is settled when it is created, but for a cancellation.
#[derive(Clone, Debug, FromValue, Serialize)]
pub(super) struct Instance {
    pub(super) id: String,
    pub(super) workspace: String,
    pub(super) item: String,
    /// As the history shows it.
    pub(super) job_type: String,
    pub(super) invoke_type: String,
    /// The start request's id.
    pub(super) root_activity_id: String,
    /// What it really runs with.
    pub(super) parameters: Map<String, Value>,
    /// The instance whose activity started it.
    pub(super) parent: Option<String>,
    pub(super) plan: RunPlan,
    pub(super) enqueued: Timestamp,
    pub(super) started: Timestamp,
    pub(super) planned_end: Timestamp,
    /// When a cancellation takes effect.
    pub(super) stop: Option<Timestamp>,
    pub(super) activities: Vec<ActivityRun>,
    pub(super) row: RowCache,
    /// Reads so far that showed the end.
    pub(super) end_reads: u32,
    /// Typed reads so far that showed the end.
    pub(super) typed_end_reads: u32,
    /// Reads so far of the activities after the end.
    pub(super) activity_reads: u32,
}

/// When an activity of the plan really runs.
#[derive(Clone, Debug, FromValue, Serialize)]
pub(super) struct ActivityRun {
    pub(super) id: String,
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    /// The instance that it starts.
    pub(super) child: Option<String>,
}

/// When the service refreshes the row. All lengths are shortened already.
#[derive(Clone, Debug, FromValue, Serialize)]
pub(super) struct RowCache {
    seed: u64,
    interval_ms: u64,
    late_ms: u64,
}

/// What a row shows, and how long it will.
pub(super) struct Seen {
    /// The instant whose truth it shows; `None` before the first refresh.
    pub(super) at: Option<Timestamp>,
    /// Until the next refresh is due; `None` if it is overdue, or none will come.
    pub(super) next: Option<Duration>,
}

impl RowCache {
    pub(super) fn new(switches: &Switches, speed: Speed, seed: u64) -> Self {
        let millis =
            |seconds: Seconds| u64::try_from(speed.shorten(seconds.duration()).as_millis()).unwrap_or(u64::MAX);
        Self {
            seed,
            interval_ms: millis(switches.status_cache_seconds),
            late_ms: millis(switches.refresh_late_seconds),
        }
    }

    /// A number below `bound` that stays the same.
    fn odd(&self, what: u64, bound: u64) -> u64 {
        Rng::new(self.seed ^ what.wrapping_mul(0x2545_F491_4F6C_DD1D)).below(bound)
    }
}

impl Instance {
    /// When and how it really ends, as far as is known now.
    pub(super) fn end(&self) -> (Timestamp, &End) {
        match self.stop {
            Some(stop) if stop < self.planned_end => (stop, &End::Cancelled),
            _ => (self.planned_end, &self.plan.end),
        }
    }

    pub(super) fn has_ended(&self, at: Timestamp) -> bool {
        self.end().0 <= at
    }

    /// What the row shows. The service asks for the state about once a minute: `Retry-After` counts down to the next
    /// time, and is missing while that is overdue (fact sheet, section 2.3).
    pub(super) fn seen(&self, now: Timestamp) -> Seen {
        let RowCache {
            interval_ms, late_ms, ..
        } = self.row;
        if interval_ms == 0 {
            return Seen {
                at: Some(now),
                next: None,
            };
        }
        let mut at = None;
        let mut due = self
            .enqueued
            .0
            .saturating_add(interval_ms / 6 + self.row.odd(0, interval_ms - interval_ms / 6));
        for turn in 1.. {
            if at.is_some_and(|at| self.has_ended(at)) {
                break;
            }
            if now.0 < due {
                let next = Some(Duration::from_millis(due - now.0));
                return Seen { at, next };
            }
            let done = due.saturating_add(self.row.odd(turn, late_ms.saturating_add(1)));
            if now.0 < done {
                break;
            }
            at = Some(Timestamp(done));
            due = done.saturating_add(interval_ms);
        }
        Seen { at, next: None }
    }

    /// The status's text at an instant.
    pub(super) fn status(&self, at: Option<Timestamp>) -> &str {
        let Some(at) = at else { return "NotStarted" };
        let (ended, end) = self.end();
        if ended <= at {
            end.status()
        } else if self.started <= at {
            self.plan.running_status.as_deref().unwrap_or("InProgress")
        } else {
            "NotStarted"
        }
    }

    /// The row. `reason_id` is the id that a failure's reason bears: that of the request which reads it.
    pub(super) fn to_row(&self, seen: &Seen, reason_id: Option<&str>, switches: &Switches) -> Value {
        let started = seen
            .at
            .is_some_and(|at| self.started <= at && self.started <= self.end().0);
        let start = if started && switches.start_time_changes {
            self.zoneless(self.started, 1)
        } else {
            self.zoneless(self.enqueued, 2)
        };
        let ended = seen.at.is_some_and(|at| self.has_ended(at));
        let end = ended && self.end_reads >= switches.end_time_null_for;
        let reason = reason_id.filter(|_| ended).and_then(|id| self.end().1.reason(id));
        json!({
            "id": self.id,
            "itemId": self.item,
            "jobType": self.job_type,
            "invokeType": self.invoke_type,
            "status": self.status(seen.at),
            "failureReason": reason,
            "rootActivityId": self.root_activity_id,
            "startTimeUtc": start,
            "endTimeUtc": end.then(|| self.zoneless(self.end().0, 3)),
        })
    }

    /// Whether the row shows that the run completed.
    pub(super) fn shows_completed(&self, seen: &Seen) -> bool {
        seen.at.is_some_and(|at| self.has_ended(at)) && *self.end().1 == End::Completed
    }

    /// What a notebook returns at its end.
    pub(super) fn exit_value(&self) -> Option<String> {
        let text = self.plan.exit_value.as_ref()?;
        Some(parameters::interpolate(text, &self.parameters, &self.id))
    }

    /// What the typed read of a notebook adds.
    pub(super) fn notebook_properties(&self, compute: &str, exit_value: Value) -> Value {
        let livy = Rng::new(self.row.seed).guid();
        let details = match compute {
            "Spark" => json!({"livyId": livy, "highConcurrencyModeStatus": null}),
            "DataWarehouse" => json!({"primaryWarehouse": livy}),
            _ => json!({"activityId": livy}),
        };
        let page = format!(
            "https://app.fabric.microsoft.com/workloads/de-ds/sparkmonitor/{}/{livy}",
            self.item
        );
        let mut properties = json!({
            "compute": compute,
            "computeDetails": details,
            "monitoringInfo": {"sparkUiUrl": page, "driverLogUrl": format!("{page}/log")},
        });
        if !exit_value.is_null() {
            properties["exitValue"] = exit_value;
        }
        properties
    }

    /// The time without a zone, with 2 to 7 digits of the second: `2026-04-27T06:54:50.8733333`.
    fn zoneless(&self, instant: Timestamp, which: u64) -> String {
        let iso = instant.to_iso();
        let more = format!("{}{:04}", &iso[20..23], self.row.odd(1000 + which, 10_000));
        let digits = usize::try_from(2 + self.row.odd(2000 + which, 6)).unwrap_or(7);
        format!("{}.{}", &iso[..19], &more[..digits])
    }
}

impl End {
    /// The status's text.
    pub(super) fn status(&self) -> &str {
        match self {
            Self::Completed => "Completed",
            Self::Failed { .. } | Self::FailedDeduped => "Failed",
            Self::Cancelled => "Cancelled",
            Self::Deduped => "Deduped",
            Self::Other { text } => text,
        }
    }

    fn reason(&self, request_id: &str) -> Option<Value> {
        let (code, message, retriable) = match self {
            Self::Failed {
                error_code,
                message,
                is_retriable,
            } => (error_code.as_str(), message.as_str(), *is_retriable),
            Self::FailedDeduped => ("JobInstanceStatusDeduped", "Another run of this job is active.", false),
            Self::Completed | Self::Cancelled | Self::Deduped | Self::Other { .. } => return None,
        };
        Some(json!({"requestId": request_id, "errorCode": code, "message": message, "isRetriable": retriable}))
    }
}

/// What a test may ask: a run that was really created, and its true end.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CreatedRun {
    /// The instance's id.
    pub id: String,
    /// Its workspace.
    pub workspace_id: String,
    /// Its item.
    pub item_id: String,
    /// The job type as shown.
    pub job_type: String,
    /// `Manual`, `Scheduled`, …
    pub invoke_type: String,
    /// The start request's id.
    pub root_activity_id: String,
    /// What it really runs with: declared defaults included, unknown names gone, secret ones masked.
    pub parameters: Map<String, Value>,
    /// The instance whose activity started it.
    pub parent: Option<String>,
    /// When the start was accepted.
    pub enqueued: Timestamp,
    /// When it really starts, unless it is cancelled before.
    pub started: Timestamp,
    /// When it really ends, as far as is known.
    pub ended: Timestamp,
    /// How it really ends, as far as is known.
    pub status: String,
}

impl Instance {
    pub(super) fn to_created(&self) -> CreatedRun {
        let (ended, end) = self.end();
        CreatedRun {
            id: self.id.clone(),
            workspace_id: self.workspace.clone(),
            item_id: self.item.clone(),
            job_type: self.job_type.clone(),
            invoke_type: self.invoke_type.clone(),
            root_activity_id: self.root_activity_id.clone(),
            parameters: self.parameters.clone(),
            parent: self.parent.clone(),
            enqueued: self.enqueued,
            started: self.started,
            ended,
            status: end.status().to_owned(),
        }
    }
}
