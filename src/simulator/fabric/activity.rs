//! `queryactivityruns`: what a run's activities did (fact sheet, section 4).

mod output;
mod query;

use serde_json::Value;

use self::query::Query;
use super::Fabric;
use super::answer::{self, Problem};
use super::instance::{ActivityRun, Instance};
use super::parameters;
use super::scenario::{Access, ActivityPlan, ActivityRunsShape, End};
use crate::http::HttpResponse;
use crate::simulator::call::{Call, json_reply};
use crate::simulator::json::json;
use crate::time::Timestamp;

impl Fabric {
    /// `POST …/datapipelines/pipelineruns/{run}/queryactivityruns`. A run that nobody knows has no activities.
    pub(super) fn activity_runs(
        &mut self,
        call: &Call<'_>,
        workspace: &str,
        run: &str,
    ) -> Result<HttpResponse, Problem> {
        let workspace = self
            .find_workspace(workspace)
            .map_err(Problem::in_error_envelope)?
            .id
            .clone();
        let query = Query::read(&answer::body(call).map_err(Problem::in_error_envelope)?, call)?;
        let switches = self.scenario.switches.clone();
        let found = self.instances.iter().position(|instance| {
            instance.id.eq_ignore_ascii_case(run) && instance.workspace == workspace && self.exists(instance, call.now)
        });
        let mut rows = Vec::new();
        if let Some(index) = found
            && self.may_read(&self.instances[index].item)
        {
            let ended = self.instances[index].end().0;
            let instance = &mut self.instances[index];
            let reads = instance.activity_reads;
            instance.activity_reads += u32::from(ended <= call.now);
            let early = ended <= call.now && reads < switches.activity_runs_empty_for;
            let gone = switches
                .activity_runs_kept_seconds
                .is_some_and(|kept| ended.plus(call.speed.shorten(kept.duration())) <= call.now);
            if !early && !gone {
                let instance = &self.instances[index];
                rows = instance
                    .plan
                    .activities
                    .iter()
                    .zip(&instance.activities)
                    .filter_map(|(plan, times)| self.activity_row(call.now, instance, plan, times))
                    .collect();
            }
        }
        let rows = query.select(rows);
        Ok(match switches.activity_runs_shape {
            ActivityRunsShape::Array => json_reply(200, &rows.into()),
            ActivityRunsShape::Value => json_reply(200, &query.page(&rows, switches.activity_page_size)),
        })
    }

    fn may_read(&self, item: &str) -> bool {
        self.scenario
            .items
            .iter()
            .any(|found| found.id == item && found.access != Access::None)
    }

    /// The activity's row, if it has begun.
    fn activity_row(
        &self,
        now: Timestamp,
        instance: &Instance,
        plan: &ActivityPlan,
        times: &ActivityRun,
    ) -> Option<Value> {
        let (run_end, _) = instance.end();
        if times.from > now || (times.from >= run_end && instance.stop == Some(run_end)) {
            return None;
        }
        let child = times
            .child
            .as_ref()
            .and_then(|child| self.instances.iter().find(|other| other.id == *child));
        let waits = plan.child.as_ref().is_some_and(|child| child.wait);
        let to = child.filter(|_| waits).map_or(times.to, |child| child.end().0);
        // What a cancellation meets half-way ends with it.
        let cut = instance.stop == Some(run_end) && run_end < to;
        let end = if cut { run_end } else { to };
        let child_failed = child.is_some_and(|child| waits && *child.end().1 != End::Completed);
        let status = if now < end {
            "InProgress"
        } else if cut {
            "Cancelled"
        } else if child_failed {
            "Failed"
        } else {
            &plan.status
        };
        let ended = now >= end;
        let input = plan.input.as_ref().map_or_else(
            || json!({"parameters": instance.parameters}),
            |input| parameters::evaluate(input, &instance.parameters, &instance.id),
        );
        let output = if ended && !cut {
            output::of(plan, instance, child, times)
        } else {
            child.map_or(Value::Null, |child| json!({"pipelineRunId": child.id}))
        };
        Some(json!({
            "pipelineName": instance.item,
            "pipelineRunId": instance.id,
            "activityName": plan.name,
            "activityType": plan.kind,
            "activityRunId": times.id,
            "status": status,
            "activityRunStart": times.from.to_iso(),
            "activityRunEnd": ended.then(|| end.to_iso()),
            "durationInMs": ended.then(|| end.since(times.from).as_millis() as u64),
            "input": input,
            "output": output,
            "error": error(plan, child.filter(|_| child_failed), ended && !cut),
            "retryAttempt": plan.retry_attempt,
            "iterationHash": plan.iteration_hash,
            "linkedServiceName": "",
            "userProperties": {},
            "recoveryStatus": "None",
            "integrationRuntimeNames": [],
            "executionDetails": {},
            "id": format!("/SUBSCRIPTIONS/00000000-0000-0000-0000-000000000000/pipelineruns/{}/activityruns/{}", instance.id, times.id),
        }))
    }
}

/// Empty texts where nothing failed.
fn error(plan: &ActivityPlan, failed_child: Option<&Instance>, ended: bool) -> Value {
    let none = json!("");
    match (&plan.error, failed_child) {
        (Some(error), _) if ended => json!({
            "errorCode": error.error_code,
            "message": error.message,
            "failureType": error.failure_type,
            "target": plan.name,
            "details": if error.details.is_null() { &none } else { &error.details },
        }),
        (_, Some(child)) if ended => json!({
            "errorCode": "BadRequest",
            "message": format!("Operation on target {} failed: the pipeline run {} ended as {}.",
                plan.name, child.id, child.end().1.status()),
            "failureType": "UserError",
            "target": plan.name,
            "details": none,
        }),
        _ => json!({"errorCode": "", "message": "", "failureType": "", "target": plan.name, "details": ""}),
    }
}
