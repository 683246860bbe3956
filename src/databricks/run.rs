//! A run as `runs/get` and `runs/list` show it.

use serde_json::Value;

use crate::databricks::state::State;
use crate::error::Error;
use crate::json;
use crate::run::{Counts, Outcome, TaskRun};
use crate::time::Timestamp;

/// A job run, or one page of it.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) run_id: String,
    pub(crate) job_id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) page_url: Option<String>,
    pub(crate) trigger: Option<String>,
    pub(crate) state: State,
    pub(crate) start_time: Option<Timestamp>,
    pub(crate) end_time: Option<Timestamp>,
    pub(crate) tasks: Vec<Task>,
    pub(crate) iterations: Vec<Task>,
    pub(crate) next_page_token: Option<String>,
}

/// A task's attempt, or an iteration of a for-each task.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) key: String,
    pub(crate) run_id: Option<String>,
    pub(crate) attempt: u32,
    pub(crate) page_url: Option<String>,
    pub(crate) state: State,
    pub(crate) start_time: Option<Timestamp>,
    pub(crate) end_time: Option<Timestamp>,
    /// The member that says what kind of task it is, such as `notebook_task`.
    pub(crate) kind: String,
    /// A condition task's answer.
    pub(crate) condition: Option<String>,
    /// A for-each task's iterations.
    pub(crate) iterations: Option<Counts>,
    /// The keys of the tasks that it waits for.
    pub(crate) depends_on: Vec<String>,
}

impl Run {
    /// A run, or its first page.
    pub(crate) fn parse(value: &Value) -> Result<Self, Error> {
        if json::map(value, "status").is_none() && json::map(value, "state").is_none() {
            return Err(json::missing(
                "status or state, an object",
                value.get("status").or(value.get("state")),
            ));
        }
        Self::parse_page(value)
    }

    /// A further page, which need not say again what the first one said.
    pub(crate) fn parse_page(value: &Value) -> Result<Self, Error> {
        let run_id =
            json::id(value, "run_id").ok_or_else(|| json::missing("run_id, a 64-bit number", value.get("run_id")))?;
        Ok(Self {
            run_id,
            job_id: json::id(value, "job_id"),
            name: json::string(value, "run_name"),
            page_url: json::string(value, "run_page_url"),
            trigger: json::string(value, "trigger"),
            state: State::read(value),
            start_time: time(value, "start_time"),
            end_time: time(value, "end_time"),
            tasks: json::array(value, "tasks").iter().map(Task::parse).collect(),
            iterations: json::array(value, "iterations").iter().map(Task::parse).collect(),
            next_page_token: json::string(value, "next_page_token"),
        })
    }
}

impl Task {
    pub(crate) fn parse(value: &Value) -> Self {
        let kind = value
            .as_object()
            .and_then(|members| members.keys().find(|name| name.ends_with("_task")))
            .cloned()
            .unwrap_or_default();
        let condition = value
            .get("condition_task")
            .and_then(|task| json::string(task, "outcome"));
        let stats = value
            .get("for_each_task")
            .and_then(|task| task.get("stats"))
            .and_then(|stats| stats.get("task_run_stats"));
        let count = |stats: &Value, name| json::count(stats, name).map_or(0, |n| u32::try_from(n).unwrap_or(u32::MAX));
        Self {
            key: json::string(value, "task_key").unwrap_or_default(),
            run_id: json::id(value, "run_id"),
            attempt: count(value, "attempt_number"),
            page_url: json::string(value, "run_page_url"),
            state: State::read(value),
            start_time: time(value, "start_time"),
            end_time: time(value, "end_time"),
            kind,
            condition,
            iterations: stats.map(|stats| Counts {
                total: count(stats, "total_iterations"),
                done: count(stats, "completed_iterations"),
                failed: count(stats, "failed_iterations"),
            }),
            depends_on: json::array(value, "depends_on")
                .iter()
                .filter_map(|task| json::string(task, "task_key"))
                .collect(),
        }
    }

    fn told(&self) -> TaskRun {
        TaskRun {
            key: self.key.clone(),
            task_type: self.kind.clone(),
            phase: self.state.phase,
            outcome: self.state.outcome,
            state: self.state.raw.clone(),
            attempt: self.attempt,
            run_id: self.run_id.clone(),
            start_time: self.start_time,
            end_time: self.end_time,
            page_url: self.page_url.clone(),
            depends_on: self.depends_on.clone(),
            iterations: self.iterations,
        }
    }
}

/// Tasks done of all, each key counted once by its latest attempt.
pub(crate) fn task_counts(tasks: &[Task]) -> Option<Counts> {
    let mut counts = Counts::default();
    for task in latest_attempts(tasks) {
        counts.total += 1;
        counts.done += u32::from(task.state.is_ended());
        counts.failed += u32::from(task.state.outcome == Some(Outcome::Failed));
    }
    (counts.total > 0).then_some(counts)
}

/// Iterations done of all, over every for-each task.
pub(crate) fn iteration_counts(tasks: &[Task]) -> Option<Counts> {
    let mut sum: Option<Counts> = None;
    for counts in latest_attempts(tasks).into_iter().filter_map(|task| task.iterations) {
        let sum = sum.get_or_insert_default();
        sum.total = sum.total.saturating_add(counts.total);
        sum.done = sum.done.saturating_add(counts.done);
        sum.failed = sum.failed.saturating_add(counts.failed);
    }
    sum
}

/// Every attempt as events tell it: the keys in the order in which they came, of each the latest attempt last.
pub(crate) fn task_runs(tasks: &[Task]) -> Vec<TaskRun> {
    let mut runs = Vec::with_capacity(tasks.len());
    for latest in latest_attempts(tasks) {
        let others = tasks
            .iter()
            .filter(|task| task.key == latest.key && !std::ptr::eq(*task, latest));
        runs.extend(others.chain([latest]).map(Task::told));
    }
    runs
}

/// Of each task key the attempt that began last, then the one with the greatest number: a repair may restart the
/// numbers. In the order in which the keys came.
pub(crate) fn latest_attempts(tasks: &[Task]) -> Vec<&Task> {
    let mut latest: Vec<&Task> = Vec::new();
    for task in tasks {
        match latest.iter_mut().find(|found| found.key == task.key) {
            Some(found) if (task.start_time, task.attempt) >= (found.start_time, found.attempt) => *found = task,
            Some(_) => {}
            None => latest.push(task),
        }
    }
    latest
}

/// 0 stands for a time that has not come.
fn time(value: &Value, name: &str) -> Option<Timestamp> {
    json::count(value, name).filter(|ms| *ms > 0).map(Timestamp)
}
