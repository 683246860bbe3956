//! `runs/get`, and what changes a run: cancel, delete, repair.

use serde_json::{Map, Value};

use super::Databricks;
use super::run::{Run, TaskRun};
use super::scenario::{Job, Permission};
use super::settle::Spec;
use super::start::read_request;
use super::view::{Shown, Version, View};
use super::wire::{
    ApiError, ApiResult, body_flag, body_id, body_object, body_strings, optional_body_id, query_flag, query_id,
    read_page_token,
};
use crate::simulator::call::Call;
use crate::simulator::json::json;
use crate::time::Timestamp;

impl Databricks {
    pub(super) fn get_run(&self, call: &Call<'_>, view: View<'_>) -> ApiResult<Value> {
        let id = query_id(call, "run_id")?;
        let with_history = query_flag(call, "include_history")?;
        let offset = match read_page_token::<1>(call)? {
            Some([position]) => usize::try_from(position).unwrap_or_default(),
            None => 0,
        };
        let mut shown;
        if let Some(run) = self.find_run(id, call.now) {
            shown = view.run(run);
            if view.version > Version::V20 {
                let mut arrays = vec![
                    ("tasks", view.tasks(run)),
                    ("job_clusters", Vec::new()),
                    ("job_parameters", view.job_parameters(run)),
                ];
                if with_history {
                    arrays.push(("repair_history", view.repair_history(run)));
                }
                view.page(&mut shown, arrays, offset);
            }
        } else {
            let task = self.find_task(id, call.now).ok_or_else(|| self.run_missing(id))?;
            shown = view.task_as_run(&task);
            let iterations = view.iterations(&task);
            if view.version == Version::V22 && task.spec.task.for_each.is_some() {
                view.page(&mut shown, vec![("iterations", iterations)], offset);
            }
            // Each page repeats this one element.
            shown.insert("tasks".into(), json!([view.task(&task)]));
        }
        Ok(Value::Object(shown))
    }

    pub(super) fn cancel_run(&mut self, call: &Call<'_>) -> ApiResult<Value> {
        let id = body_id(&body_object(call)?, "run_id")?;
        let index = self.manageable(id, call.now)?;
        if self.runs[index].id == id {
            self.cancel(index, call.now);
        } else {
            self.cancel_task(index, id, call.now);
        }
        self.step(call.now);
        Ok(json!({}))
    }

    pub(super) fn cancel_all(&mut self, call: &Call<'_>) -> ApiResult<Value> {
        let body = body_object(call)?;
        let job = match optional_body_id(&body, "job_id")? {
            Some(id) => Some(self.job_index(id).ok_or_else(|| self.job_missing(id))?),
            None => None,
        };
        let queued_only = body_flag(&body, "all_queued_runs")?;
        if job.is_none() && !queued_only {
            return Err(ApiError::invalid("Missing required field: job_id"));
        }
        for index in 0..self.runs.len() {
            let run = &self.runs[index];
            let queued = run.started.is_none();
            if job.is_none_or(|job| job == run.job) && (!queued_only || queued) {
                self.cancel(index, call.now);
            }
        }
        self.step(call.now);
        Ok(json!({}))
    }

    pub(super) fn delete_run(&mut self, call: &Call<'_>) -> ApiResult<Value> {
        let id = body_id(&body_object(call)?, "run_id")?;
        let index = self.manageable(id, call.now)?;
        if self.runs[index].id != id {
            return Err(self.run_missing(id));
        }
        if !self.runs[index].is_ended() {
            return Err(ApiError::new(
                400,
                "INVALID_STATE",
                format!("Run {id} is active and cannot be deleted."),
            ));
        }
        self.runs[index].deleted = true;
        Ok(json!({}))
    }

    pub(super) fn repair_run(&mut self, call: &Call<'_>) -> ApiResult<Value> {
        let body = body_object(call)?;
        let id = body_id(&body, "run_id")?;
        let index = self.manageable(id, call.now)?;
        if self.runs[index].id != id {
            return Err(self.run_missing(id));
        }
        if !self.runs[index].is_ended() {
            return Err(ApiError::new(
                400,
                "INVALID_STATE",
                format!("Run {id} is in progress and cannot be repaired."),
            ));
        }
        let latest = self.runs[index].round().id;
        let given = optional_body_id(&body, "latest_repair_id")?;
        if latest.is_some() && given != latest {
            return Err(ApiError::invalid(if given.is_none() {
                "The latest repair ID needs to be provided in order to create a new repair"
            } else {
                "The latest repair ID does not match: another repair was made meanwhile."
            }));
        }
        let keys = self.repaired_tasks(&body, index)?;
        let mut request = read_request(&body, &self.spec.jobs[self.runs[index].job])?;
        self.declared_only(&mut request, self.runs[index].job)?;
        // Not inherited: what the repair does not give is gone.
        self.runs[index].request = request;
        let repair = self.repair(index, &keys, call.now);
        self.step(call.now);
        Ok(json!({"repair_id": repair}))
    }

    fn repaired_tasks(&self, body: &Map<String, Value>, index: usize) -> ApiResult<Vec<String>> {
        let job = &self.spec.jobs[self.runs[index].job];
        let named = body_strings(body, "rerun_tasks")?;
        let all_failed = body_flag(body, "rerun_all_failed_tasks")?;
        for (at, key) in named.iter().enumerate() {
            if named[..at].contains(key) {
                return Err(ApiError::invalid(format!("Duplicate task key in rerun_tasks: {key}")));
            }
            if !job.tasks.iter().any(|task| task.key == *key) {
                return Err(ApiError::invalid(format!(
                    "Task '{key}' in 'rerun_tasks' does not exist in the run."
                )));
            }
        }
        if named.is_empty() != all_failed {
            return Err(ApiError::invalid(
                "Exactly one of rerun_tasks and rerun_all_failed_tasks must be specified.",
            ));
        }
        let mut keys = if all_failed { self.failed_tasks(index) } else { named };
        if body_flag(body, "rerun_dependent_tasks")? {
            let mut at = 0;
            while at < keys.len() {
                let dependents = dependents(job, &keys[at]);
                for key in dependents {
                    if !keys.contains(&key) {
                        keys.push(key);
                    }
                }
                at += 1;
            }
        }
        if keys.is_empty() {
            return Err(ApiError::invalid("There is no failed task to repair."));
        }
        Ok(keys)
    }

    /// The index of the run with this id, or of the run that this task run belongs to, if the bearer may change it.
    fn manageable(&self, id: i64, now: Timestamp) -> ApiResult<usize> {
        let found = self
            .find_run(id, now)
            .or_else(|| self.find_task(id, now).map(|task| task.run))
            .ok_or_else(|| self.run_missing(id))?;
        if self.spec.jobs[found.job].permission != Permission::Manage {
            return Err(ApiError::denied(&self.spec.user, self.job_id(found.job)));
        }
        self.runs
            .iter()
            .position(|run| run.id == found.id)
            .ok_or_else(|| self.run_missing(id))
    }

    /// Whether anyone can still see the run.
    pub(super) fn is_visible(&self, run: &Run, now: Timestamp) -> bool {
        let days = self.spec.retention_days.0;
        let kept = std::time::Duration::try_from_secs_f64(days * 86_400.0).unwrap_or(std::time::Duration::MAX);
        let age = now.since(run.round().end.unwrap_or(now));
        !run.deleted && age <= self.speed.shorten(kept)
    }

    pub(super) fn find_run(&self, id: i64, now: Timestamp) -> Option<&Run> {
        self.runs.iter().find(|run| run.id == id && self.is_visible(run, now))
    }

    /// A task run or an iteration.
    pub(super) fn find_task(&self, id: i64, now: Timestamp) -> Option<Shown<'_>> {
        self.runs
            .iter()
            .filter(|run| self.is_visible(run, now))
            .find_map(|run| {
                let tasks = self.spec.jobs[run.job].tasks.iter().zip(&run.tasks);
                tasks
                    .flat_map(|(task, task_run)| task_run.attempts.iter().map(move |attempt| (task, attempt)))
                    .find_map(|(task, attempt)| {
                        if attempt.run_id == id {
                            return Some(Shown {
                                run,
                                spec: Spec::task(task),
                                attempt,
                                iteration: None,
                            });
                        }
                        let for_each = task.for_each.as_deref()?;
                        let found = |iteration: &'_ TaskRun| iteration.attempts.iter().position(|one| one.run_id == id);
                        let index = attempt.iterations.iter().position(|one| found(one).is_some())?;
                        let iteration = &attempt.iterations[index];
                        Some(Shown {
                            run,
                            spec: Spec::iteration(for_each, index),
                            attempt: &iteration.attempts[found(iteration)?],
                            iteration: Some((for_each, index)),
                        })
                    })
            })
    }

    pub(super) fn run_missing(&self, id: i64) -> ApiError {
        ApiError::missing(self.spec.missing, format!("Run {id} does not exist."))
    }

    pub(super) fn job_missing(&self, id: i64) -> ApiError {
        ApiError::missing(self.spec.missing, format!("Job {id} does not exist."))
    }

    pub(super) fn job_index(&self, id: i64) -> Option<usize> {
        self.spec
            .jobs
            .iter()
            .position(|job| job.id.is_some_and(|own| own.0 == id))
    }
}

fn dependents(job: &Job, key: &str) -> Vec<String> {
    job.tasks
        .iter()
        .filter(|task| task.depends_on.iter().any(|dependency| dependency.task == key))
        .map(|task| task.key.clone())
        .collect()
}
