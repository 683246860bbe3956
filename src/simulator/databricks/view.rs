//! What `runs/get` and the lists show of a run.

use serde_json::{Map, Value};

use super::Databricks;
use super::run::{Attempt, AttemptState, Outcome, Run, RunOutcome, TaskRun, Trigger};
use super::scenario::{ForEach, RunIf, Task, TaskKind};
use super::settle::Spec;
use super::wire::page_token;
use crate::simulator::json::json;
use crate::sort::{sort_few, sort_few_by};
use crate::time::Timestamp;

/// Which API version was called; they differ in paging and in shape.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Version {
    V20,
    V21,
    V22,
}

/// Who looks, and when.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) service: &'a Databricks,
    pub(super) now: Timestamp,
    pub(super) origin: &'a str,
    pub(super) version: Version,
}

/// A task run or an iteration, with all that is needed to show it.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    pub(super) run: &'a Run,
    pub(super) spec: Spec<'a>,
    pub(super) attempt: &'a Attempt,
    /// Of an iteration: the for-each and the index.
    pub(super) iteration: Option<(&'a ForEach, usize)>,
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

const fn ms(instant: Option<Timestamp>) -> u64 {
    match instant {
        Some(Timestamp(ms)) => ms,
        None => 0,
    }
}

impl<'a> View<'a> {
    /// A run's own members: everything but its arrays.
    pub(super) fn run(&self, run: &Run) -> Map<String, Value> {
        let service = self.service;
        let job = &service.spec.jobs[run.job];
        let job_id = service.job_id(run.job);
        let workspace = service.spec.workspace_id.0;
        let round = service.visible_round(run, self.now);
        let busy: u64 = run
            .rounds
            .iter()
            .filter_map(|round| Some(round.end?.0.saturating_sub(round.start.0)))
            .sum();
        let mut shown = members(json!({
            "job_id": job_id,
            "run_id": run.id,
            "number_in_job": run.id,
            "original_attempt_run_id": run.id,
            "run_name": job.name,
            "run_type": "JOB_RUN",
            "creator_user_name": service.spec.user,
            "run_page_url": format!("{}/?o={workspace}#job/{job_id}/run/{}", self.origin, run.id),
            "format": if job.single_task { "SINGLE_TASK" } else { "MULTI_TASK" },
            "start_time": run.created.0,
            "end_time": ms(round.end),
            "setup_duration": 0,
            "execution_duration": 0,
            "cleanup_duration": 0,
            "run_duration": busy,
        }));
        let queued_until = run.started.or(round.end).unwrap_or(self.now);
        if queued_until > run.created {
            shown.insert(
                "queue_duration".into(),
                json!(u64::try_from(queued_until.since(run.created).as_millis()).unwrap_or_default()),
            );
        }
        match run.trigger {
            Trigger::OneTime => {
                shown.insert("trigger".into(), json!("ONE_TIME"));
            }
            Trigger::RunJobTask(parent) => {
                shown.insert("trigger".into(), json!("RUN_JOB_TASK"));
                shown.insert("trigger_info".into(), json!({"run_id": parent}));
            }
        }
        service
            .run_states(run, self.now)
            .write(service.spec.state_form, &mut shown);
        if !run.request.overriding.is_empty() {
            shown.insert(
                "overriding_parameters".into(),
                Value::Object(run.request.overriding.clone()),
            );
        }
        if let Some(target) = &run.request.performance_target {
            shown.insert("effective_performance_target".into(), json!(target));
        }
        if self.version == Version::V20 && job.single_task {
            let (name, settings) = kind_member(&job.tasks[0]);
            shown.insert("task".into(), json!({name: settings}));
        }
        shown
    }

    /// The run's `job_parameters`.
    pub(super) fn job_parameters(&self, run: &Run) -> Vec<Value> {
        let job = &self.service.spec.jobs[run.job];
        let declared = job
            .parameters
            .iter()
            .map(|(name, default)| match run.request.job_parameters.get(name) {
                Some(value) => json!({"name": name, "default": default, "value": value}),
                None => json!({"name": name, "default": default}),
            });
        let others = run
            .request
            .job_parameters
            .iter()
            .filter(|(name, _)| !job.parameters.contains_key(*name))
            .map(|(name, value)| json!({"name": name, "value": value}));
        declared.chain(others).collect()
    }

    /// All attempts of all tasks. Beyond one page their order is not that of the declaration, nor of time.
    pub(super) fn tasks(&self, run: &'a Run) -> Vec<Value> {
        let job = &self.service.spec.jobs[run.job];
        let mut shown: Vec<Shown<'a>> = job
            .tasks
            .iter()
            .zip(&run.tasks)
            .flat_map(|(task, task_run)| task_run.attempts.iter().map(move |attempt| (task, attempt)))
            .map(|(task, attempt)| Shown {
                run,
                spec: Spec::task(task),
                attempt,
                iteration: None,
            })
            .collect();
        if shown.len() > self.service.spec.page_size {
            sort_few(&mut shown, |task| task.attempt.run_id.wrapping_mul(0x9E37_79B9));
        }
        shown.iter().map(|task| Value::Object(self.task(task))).collect()
    }

    /// One task run, as an element of `tasks[]` or `iterations[]`.
    pub(super) fn task(&self, shown: &Shown<'_>) -> Map<String, Value> {
        let service = self.service;
        let Shown { run, spec, attempt, .. } = *shown;
        let (start, running, end) = attempt.times();
        let between = |from: Option<Timestamp>, to: Option<Timestamp>| match (from, to) {
            (Some(from), Some(to)) => to.0.saturating_sub(from.0),
            _ => 0,
        };
        let job_id = service.job_id(run.job);
        let workspace = service.spec.workspace_id.0;
        let mut element = members(json!({
            "task_key": spec.task.key,
            "run_id": attempt.run_id,
            "attempt_number": attempt.number,
            "run_if": spec.task.run_if,
            "start_time": ms(start),
            "end_time": ms(end),
            "setup_duration": between(start, running.min(end.or(running))),
            "execution_duration": between(running, end),
            "cleanup_duration": 0,
            "run_page_url": format!("{}/?o={workspace}#job/{job_id}/run/{}", self.origin, attempt.run_id),
        }));
        if spec.task.run_if == RunIf::AllSuccess {
            element.remove("run_if");
        }
        if !spec.task.depends_on.is_empty() {
            let depends_on: Vec<Value> = spec
                .task
                .depends_on
                .iter()
                .map(|dependency| match dependency.outcome {
                    Some(outcome) => json!({"task_key": dependency.task, "outcome": outcome.to_string()}),
                    None => json!({"task_key": dependency.task}),
                })
                .collect();
            element.insert("depends_on".into(), Value::Array(depends_on));
        }
        if spec.task.max_retries != 0 {
            element.insert("max_retries".into(), json!(spec.task.max_retries));
            element.insert("retry_on_timeout".into(), json!(spec.task.retry_on_timeout));
        }
        if spec.task.disabled {
            element.insert("disabled".into(), json!(true));
        }
        if let Some(timeout) = spec.task.timeout_seconds {
            element.insert("timeout_seconds".into(), json!(timeout.0));
        }
        service
            .attempt_states(run, attempt.number, spec, attempt, self.now)
            .write(service.spec.state_form, &mut element);
        let (name, mut settings) = kind_member(spec.task);
        if let Some(for_each) = &spec.task.for_each {
            settings.insert("stats".into(), self.stats(attempt, for_each));
        }
        if let Some(outcome) = run.condition_outcome(&service.spec.jobs[run.job], spec.task)
            && matches!(
                attempt.state,
                AttemptState::Ended {
                    outcome: Outcome::Success,
                    ..
                }
            )
        {
            settings.insert("outcome".into(), json!(outcome.to_string()));
        }
        element.insert(name.into(), Value::Object(settings));
        element
    }

    /// A task run looked at by itself, as `runs/get` and the metadata of an output give it.
    pub(super) fn task_as_run(&self, shown: &Shown<'_>) -> Map<String, Value> {
        let mut element = self.task(shown);
        let mut whole = members(json!({
            "job_id": self.service.job_id(shown.run.job),
            "run_id": shown.attempt.run_id,
            "job_run_id": shown.run.id,
            "number_in_job": shown.attempt.run_id,
            "original_attempt_run_id": shown.attempt.run_id,
            "run_name": shown.spec.task.key,
            "run_type": "JOB_RUN",
            "creator_user_name": self.service.spec.user,
        }));
        for name in [
            "attempt_number",
            "start_time",
            "end_time",
            "setup_duration",
            "execution_duration",
            "cleanup_duration",
            "run_page_url",
            "state",
            "status",
        ] {
            if let Some(value) = element.remove(name) {
                whole.insert(name.into(), value);
            }
        }
        whole
    }

    /// The iterations begun so far, all attempts.
    pub(super) fn iterations(&self, shown: &Shown<'a>) -> Vec<Value> {
        let Some(for_each) = &shown.spec.task.for_each else {
            return Vec::new();
        };
        shown
            .attempt
            .iterations
            .iter()
            .enumerate()
            .flat_map(|(index, iteration)| iteration.attempts.iter().map(move |attempt| (index, attempt)))
            .map(|(index, attempt)| {
                Value::Object(self.task(&Shown {
                    run: shown.run,
                    spec: Spec::iteration(for_each, index),
                    attempt,
                    iteration: Some((for_each, index)),
                }))
            })
            .collect()
    }

    fn stats(&self, attempt: &Attempt, for_each: &ForEach) -> Value {
        let outcomes: Vec<Option<Outcome>> = attempt.iterations.iter().map(TaskRun::outcome).collect();
        let completed = outcomes.iter().flatten().count();
        let succeeded = outcomes
            .iter()
            .filter(|outcome| **outcome == Some(Outcome::Success))
            .count();
        let failed = outcomes.iter().flatten().filter(|outcome| outcome.is_failure()).count();
        let mut errors: Vec<(String, String, usize)> = Vec::new();
        for (index, iteration) in attempt.iterations.iter().enumerate() {
            if iteration.outcome().is_some_and(Outcome::is_failure) {
                let ending = self
                    .service
                    .attempt_ending(Spec::iteration(for_each, index), iteration.last());
                match errors
                    .iter_mut()
                    .find(|(message, code, _)| *message == ending.message && *code == ending.code)
                {
                    Some((.., count)) => *count += 1,
                    None => errors.push((ending.message, ending.code, 1)),
                }
            }
        }
        sort_few_by(&mut errors, |one, other| {
            (other.2, &one.0, &one.1).cmp(&(one.2, &other.0, &other.1))
        });
        let errors: Vec<Value> = errors
            .into_iter()
            .take(3)
            .map(|(message, code, count)| {
                json!({"count": count, "error_message": message, "termination_category": code})
            })
            .collect();
        json!({
            "task_run_stats": {
                "total_iterations": for_each.inputs.len(),
                "scheduled_iterations": outcomes.len(),
                "active_iterations": outcomes.len() - completed,
                "completed_iterations": completed,
                "succeeded_iterations": succeeded,
                "failed_iterations": failed,
            },
            "error_message_stats": errors,
        })
    }

    /// The run's `repair_history`.
    pub(super) fn repair_history(&self, run: &Run) -> Vec<Value> {
        let service = self.service;
        let job = &service.spec.jobs[run.job];
        run.rounds
            .iter()
            .enumerate()
            .map(|(index, round)| {
                let attempts: Vec<i64> = run
                    .tasks
                    .iter()
                    .flat_map(|task| &task.attempts)
                    .filter(|attempt| attempt.round == index)
                    .map(|attempt| attempt.run_id)
                    .collect();
                let mut item = members(json!({
                    "type": if index == 0 { "ORIGINAL" } else { "REPAIR" },
                    "start_time": round.start.0,
                    "end_time": ms(round.end),
                    "task_run_ids": attempts,
                }));
                if let Some(id) = round.id {
                    item.insert("id".into(), json!(id));
                }
                service
                    .round_states(run, job, round, self.now)
                    .write(service.spec.state_form, &mut item);
                Value::Object(item)
            })
            .collect()
    }

    /// Puts one page of each array into `shown`. Arrays that are exhausted come empty.
    pub(super) fn page(&self, shown: &mut Map<String, Value>, arrays: Vec<(&str, Vec<Value>)>, offset: usize) {
        let size = self.service.spec.page_size;
        let longest = arrays.iter().map(|(_, items)| items.len()).max().unwrap_or_default();
        for (name, items) in arrays {
            if self.version < Version::V22 {
                // Older versions leave a long array out without a word.
                if items.len() <= size {
                    shown.insert(name.into(), Value::Array(items));
                }
            } else {
                let slice = items.into_iter().skip(offset).take(size).collect();
                shown.insert(name.into(), Value::Array(slice));
            }
        }
        if self.version == Version::V22 && longest > offset + size {
            let next = i64::try_from(offset + size).unwrap_or(i64::MAX);
            shown.insert("next_page_token".into(), json!(page_token(&[next])));
        }
    }
}

impl Databricks {
    pub(super) fn job_id(&self, index: usize) -> i64 {
        self.spec.jobs[index].id.map_or(0, |id| id.0)
    }

    /// Whether a list with `active_only` has it, as far as the states go.
    pub(super) fn is_active(run: &Run) -> bool {
        !run.is_ended()
    }

    pub(super) fn outcome_text(&self, run: &Run, outcome: &RunOutcome) -> String {
        let ending = self.run_ending(run, &self.spec.jobs[run.job], outcome);
        ending.result_state.unwrap_or(ending.life_cycle_state)
    }
}

/// The member that says what a task runs, and its content.
pub(super) fn kind_member(task: &Task) -> (&'static str, Map<String, Value>) {
    let key = &task.key;
    let (name, made_up) = match task.kind() {
        TaskKind::Agentic => ("agentic_task", json!({})),
        TaskKind::AiRuntime => ("ai_runtime_task", json!({})),
        TaskKind::Alert => (
            "alert_task",
            json!({"alert_id": "8d2c", "warehouse_id": "0a1b2c3d4e5f6071"}),
        ),
        TaskKind::CleanRoomsNotebook => (
            "clean_rooms_notebook_task",
            json!({"clean_room_name": "room", "notebook_name": key}),
        ),
        TaskKind::Condition => ("condition_task", json!({})),
        TaskKind::Dashboard => (
            "dashboard_task",
            json!({"dashboard_id": "01ef", "warehouse_id": "0a1b2c3d4e5f6071"}),
        ),
        TaskKind::Dbt => (
            "dbt_task",
            json!({"commands": ["dbt deps", "dbt run"], "project_directory": ""}),
        ),
        TaskKind::DbtCloud => ("dbt_cloud_task", json!({"dbt_cloud_job_id": 4711})),
        TaskKind::DbtPlatform => ("dbt_platform_task", json!({"dbt_platform_job_id": "4711"})),
        TaskKind::ForEach => ("for_each_task", json!({})),
        TaskKind::Genie => ("genie_task", json!({})),
        TaskKind::Notebook => (
            "notebook_task",
            json!({"notebook_path": format!("/Shared/{key}"), "source": "WORKSPACE"}),
        ),
        TaskKind::Pipeline => (
            "pipeline_task",
            json!({"pipeline_id": "5f1d0c1e-0000-4000-8000-abcdefabcdef"}),
        ),
        TaskKind::PowerBi => ("power_bi_task", json!({})),
        TaskKind::PythonWheel => ("python_wheel_task", json!({"package_name": key, "entry_point": "main"})),
        TaskKind::RunJob => ("run_job_task", json!({})),
        TaskKind::SparkJar => ("spark_jar_task", json!({"main_class_name": "com.example.Main"})),
        TaskKind::SparkPython => (
            "spark_python_task",
            json!({"python_file": format!("/Workspace/{key}.py")}),
        ),
        TaskKind::SparkSubmit => (
            "spark_submit_task",
            json!({"parameters": ["--class", "com.example.Main"]}),
        ),
        TaskKind::Sql => (
            "sql_task",
            json!({"query": {"query_id": "12345678"}, "warehouse_id": "0a1b2c3d4e5f6071"}),
        ),
        TaskKind::SqlAlert => (
            "sql_task",
            json!({"alert": {"alert_id": "12345678"}, "warehouse_id": "0a1b2c3d4e5f6071"}),
        ),
        TaskKind::SqlDashboard => (
            "sql_task",
            json!({"dashboard": {"dashboard_id": "12345678"}, "warehouse_id": "0a1b2c3d4e5f6071"}),
        ),
    };
    let mut settings = task.settings.clone().unwrap_or_else(|| members(made_up));
    if let Some(run_job) = &task.run_job {
        settings.insert("job_id".into(), json!(run_job.job));
        settings.insert("job_parameters".into(), Value::Object(run_job.job_parameters.clone()));
    }
    if let Some(condition) = &task.condition {
        settings.insert("op".into(), json!(condition.op));
        settings.insert("left".into(), json!(condition.left));
        settings.insert("right".into(), json!(condition.right));
    }
    if let Some(for_each) = &task.for_each {
        let inputs: Vec<Value> = (0..for_each.inputs.len())
            .map(|index| for_each.inputs.get(index))
            .collect();
        let (name, inner) = kind_member(&for_each.task);
        settings.insert("inputs".into(), json!(Value::Array(inputs).to_string()));
        settings.insert("concurrency".into(), json!(for_each.concurrency.max(1)));
        settings.insert("task".into(), json!({"task_key": for_each.task.key, name: inner}));
    }
    (name, settings)
}
