//! `runs/get-output`.

use serde_json::{Map, Value};

use super::Databricks;
use super::generate;
use super::run::{AttemptState, Outcome};
use super::scenario::{Output, TaskKind};
use super::view::{Shown, View};
use super::wire::{ApiError, ApiResult, query_id};
use crate::json::written;
use crate::simulator::call::Call;
use crate::simulator::json::json;

/// Results and logs beyond this are cut: the head of a result, the tail of a log.
const CEILING: usize = 5 * 1024 * 1024;

impl Databricks {
    pub(super) fn get_output(&self, call: &Call<'_>, view: View<'_>) -> ApiResult<Value> {
        let id = query_id(call, "run_id")?;
        if let Some(run) = self.find_run(id, call.now) {
            let job = &self.spec.jobs[run.job];
            if !job.single_task {
                return Err(ApiError::invalid(
                    "Retrieving the output of runs with multiple tasks is not supported. Please retrieve the output of \
                     each individual task run instead.",
                ));
            }
        }
        let shown = self.find_output(id, call).ok_or_else(|| self.run_missing(id))?;
        Ok(Value::Object(self.output(&shown, view)))
    }

    fn find_output(&self, id: i64, call: &Call<'_>) -> Option<Shown<'_>> {
        if let Some(run) = self.find_run(id, call.now)
            && let Some(task) = run.tasks.first()
        {
            let spec = super::settle::Spec::task(self.spec.jobs[run.job].tasks.first()?);
            return Some(Shown {
                run,
                spec,
                attempt: task.last(),
                iteration: None,
            });
        }
        self.find_task(id, call.now)
    }

    fn output(&self, shown: &Shown<'_>, view: View<'_>) -> Map<String, Value> {
        let mut answer = Map::new();
        answer.insert("metadata".into(), Value::Object(view.task_as_run(shown)));
        let AttemptState::Ended { outcome, .. } = shown.attempt.state else {
            // Not documented; what an unfinished notebook gives.
            if shown.spec.task.kind() == TaskKind::Notebook {
                answer.insert("notebook_output".into(), json!({}));
            }
            return answer;
        };
        if !outcome.ran() {
            answer.insert("error".into(), json!("Run result unavailable: the task was not run."));
            return answer;
        }
        let own = matches!(outcome, Outcome::Success | Outcome::Failed | Outcome::InternalError);
        let execution = shown.spec.execution(shown.attempt.execution);
        let empty = Output::default();
        let output = if own { &execution.output } else { &empty };
        let text = |text: &str| {
            let job = &self.spec.jobs[shown.run.job];
            let input = shown.iteration.map(|(for_each, index)| for_each.inputs.get(index));
            shown.run.fill_in(job, text, input.as_ref())
        };
        self.usual_members(shown, outcome, &mut answer);
        if let Some(result) = self.result(shown, output, &text) {
            let name = "notebook_output";
            answer.insert(name.into(), result);
        }
        if let Some(logs) = &output.logs {
            let logs = text(logs);
            let limit = output.logs_truncate_at.unwrap_or(CEILING).min(CEILING);
            let tail = cut_head(&logs, limit);
            answer.insert("logs_truncated".into(), json!(tail.len() < logs.len()));
            answer.insert("logs".into(), json!(tail));
        }
        if outcome != Outcome::Success {
            let usual = match outcome {
                Outcome::Canceled => "Run result unavailable: run was cancelled.",
                Outcome::TimedOut => "Run result unavailable: run exceeded its timeout.",
                _ => "Run result unavailable: job failed with error message\n Workload failed",
            };
            answer.insert(
                "error".into(),
                json!(output.error.clone().unwrap_or_else(|| usual.into())),
            );
        } else if let Some(error) = &output.error {
            answer.insert("error".into(), json!(error));
        }
        if let Some(trace) = &output.error_trace {
            answer.insert("error_trace".into(), json!(trace));
        }
        for (name, value) in &output.members {
            answer.insert(name.clone(), value.clone());
        }
        answer
    }

    fn result(&self, shown: &Shown<'_>, output: &Output, text: &impl Fn(&str) -> String) -> Option<Value> {
        let whole = if output.rows.is_some() {
            generate::rows(output, shown.attempt.run_id.unsigned_abs() ^ self.seed)
        } else {
            match output.result.as_ref()? {
                Value::String(result) => text(result),
                result => text(&written(result)),
            }
        };
        let limit = output.truncate_at.unwrap_or(CEILING).min(CEILING);
        let head = cut_tail(&whole, limit);
        Some(json!({"result": head, "truncated": head.len() < whole.len()}))
    }

    /// What this kind of task gives in any case.
    fn usual_members(&self, shown: &Shown<'_>, outcome: Outcome, answer: &mut Map<String, Value>) {
        let succeeded = outcome == Outcome::Success;
        let link = |path: &str| format!("https://adb-{}.4.azuredatabricks.net/{path}", self.spec.workspace_id.0);
        let (name, value) = match shown.spec.task.kind() {
            // Present without `result` when the notebook never exits with a value, and when it failed.
            TaskKind::Notebook => ("notebook_output", json!({})),
            TaskKind::RunJob => match shown.attempt.child {
                Some(child) => ("run_job_output", json!({"run_id": child})),
                None => return,
            },
            TaskKind::PythonWheel | TaskKind::SparkJar | TaskKind::SparkPython => {
                answer.insert("logs".into(), json!(""));
                ("logs_truncated", json!(false))
            }
            _ if !succeeded => return,
            TaskKind::Agentic => ("agentic_task_output", json!({"task_output": {"answer": "42"}})),
            TaskKind::AiRuntime => ("ai_runtime_task_output", json!({"status_message": "Completed"})),
            TaskKind::Alert => ("alert_output", json!({"alert_state": "OK"})),
            TaskKind::CleanRoomsNotebook => (
                "clean_rooms_notebook_output",
                json!({
                    "clean_room_job_run_state": {"life_cycle_state": "TERMINATED", "result_state": "SUCCESS"},
                    "notebook_output": {"result": "[]", "truncated": false},
                    "output_schema_info": {"catalog_name": "room", "schema_name": "out", "expiration_time": 1_775_001_600_000_u64},
                }),
            ),
            TaskKind::Dashboard => (
                "dashboard_output",
                json!({"page_snapshots": [{"page_display_name": "Sales", "widget_error_details": []}]}),
            ),
            TaskKind::Dbt => {
                answer.insert("logs".into(), json!("Completed successfully\n"));
                answer.insert("logs_truncated".into(), json!(false));
                (
                    "dbt_output",
                    json!({
                        "artifacts_link": "https://storage.example.net/artifacts.tar.gz?sig=abc",
                        "artifacts_headers": {"x-example-encryption": "AES256"},
                    }),
                )
            }
            TaskKind::DbtCloud => (
                "dbt_cloud_output",
                json!({
                    "dbt_cloud_job_run_id": 9_007_199_254_740_993_i64, "dbt_cloud_job_run_output": [],
                    "dbt_cloud_job_run_url": "https://cloud.getdbt.example/runs/9007199254740993",
                }),
            ),
            TaskKind::DbtPlatform => (
                "dbt_platform_output",
                json!({
                    "dbt_platform_job_run_id": "9007199254740993", "steps_truncated": false,
                    "dbt_platform_job_run_url": "https://cloud.getdbt.example/runs/9007199254740993",
                    "dbt_platform_job_run_output": [{
                        "index": 0, "name": "dbt run", "name_truncated": false, "status": "SUCCESS", "logs": "done\n",
                        "logs_truncated": false,
                    }],
                }),
            ),
            TaskKind::Genie => ("genie_task_output", json!({"conversation_id": "01f0c0ffee"})),
            TaskKind::Sql => (
                "sql_output",
                json!({"query_output": {
                    "warehouse_id": "0a1b2c3d4e5f6071", "query_text": "select region, count(*) from sales group by region",
                    "output_link": link("sql/queries/1"), "sql_statements": [{"lookup_key": "CjAwMTIz"}],
                }}),
            ),
            TaskKind::SqlAlert => (
                "sql_output",
                json!({"alert_output": {
                    "alert_state": "TRIGGERED", "warehouse_id": "0a1b2c3d4e5f6071", "query_text": "select 1",
                    "output_link": link("sql/alerts/1"), "sql_statements": [],
                }}),
            ),
            TaskKind::SqlDashboard => (
                "sql_output",
                json!({"dashboard_output": {"warehouse_id": "0a1b2c3d4e5f6071", "widgets": [{
                    "widget_id": "w1", "widget_title": "Sales", "status": "SUCCESS",
                    "start_time": 1_772_330_400_000_u64, "end_time": 1_772_330_405_000_u64,
                    "output_link": link("sql/dashboards/1"),
                }]}}),
            ),
            // Nothing but metadata.
            TaskKind::Condition
            | TaskKind::ForEach
            | TaskKind::Pipeline
            | TaskKind::PowerBi
            | TaskKind::SparkSubmit => {
                return;
            }
        };
        answer.insert(name.into(), value);
    }
}

/// The first `limit` bytes, without half a character.
fn cut_tail(text: &str, limit: usize) -> &str {
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The last `limit` bytes, without half a character.
fn cut_head(text: &str, limit: usize) -> &str {
    let mut start = text.len() - limit.min(text.len());
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}
