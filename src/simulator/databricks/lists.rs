//! `runs/list`, `jobs/list` and `jobs/get`.

use serde_json::{Map, Value};

use super::Databricks;
use super::run::Run;
use super::scenario::{Job, Permission};
use super::view::{Version, View, kind_member};
use super::wire::{ApiError, ApiResult, page_token, query_flag, query_id, query_number, read_page_token};
use crate::simulator::call::Call;
use crate::simulator::json::json;
use crate::sort::sort_few;
use crate::time::Timestamp;

impl Databricks {
    pub(super) fn list_runs(&self, call: &Call<'_>, view: View<'_>) -> ApiResult<Value> {
        let active_only = query_flag(call, "active_only")?;
        let completed_only = query_flag(call, "completed_only")?;
        if active_only && completed_only {
            return Err(ApiError::invalid(
                "Only one of active_only and completed_only can be true.",
            ));
        }
        let expand = query_flag(call, "expand_tasks")?;
        let job = query_number(call, "job_id")?;
        let from = query_number(call, "start_time_from")?;
        let to = query_number(call, "start_time_to")?;
        let other_type = call
            .query_value("run_type")
            .is_some_and(|wanted| !wanted.is_empty() && wanted != "JOB_RUN");
        let (usual, most) = match view.version {
            Version::V20 => (20, 149),
            Version::V21 => (25, 25),
            Version::V22 => (20, 24),
        };
        let limit = limit(call, usual, most)?;
        let after: Option<[i64; 2]> = read_page_token(call)?;
        let lag = self.speed.shorten(self.spec.list_lag_seconds.duration());
        let mut found: Vec<([i64; 2], &Run)> = self
            .runs
            .iter()
            .filter(|run| !other_type && self.is_visible(run, call.now) && run.created.plus(lag) <= call.now)
            .filter(|run| self.spec.jobs[run.job].permission != Permission::None)
            .filter(|run| job.is_none_or(|job| job == self.job_id(run.job)))
            .filter(|run| !active_only || Self::is_active(run))
            .filter(|run| !completed_only || !Self::is_active(run))
            .filter(|run| {
                let start = millis(run.created);
                from.is_none_or(|from| start >= from) && to.is_none_or(|to| start <= to)
            })
            // By the end; a run that has none yet stands by its start.
            .map(|run| {
                (
                    [
                        millis(self.visible_round(run, call.now).end.unwrap_or(run.created)),
                        run.id,
                    ],
                    run,
                )
            })
            .collect();
        // The newest come last, more or less.
        found.reverse();
        sort_few(&mut found, |(key, _)| std::cmp::Reverse(*key));
        let total_before = found.len();
        if let Some(after) = after {
            found.retain(|(key, _)| *key < after);
        }
        let offset = offset(call)?;
        let rest = found.split_off(offset.min(found.len()));
        let has_more = rest.len() > limit;
        let runs: Vec<Value> = rest
            .iter()
            .take(limit)
            .map(|(_, run)| self.list_row(run, view, expand))
            .collect();
        let mut answer = Map::new();
        if !runs.is_empty() || total_before == 0 && view.version < Version::V22 {
            answer.insert("runs".into(), Value::Array(runs));
        }
        if view.version < Version::V22 {
            answer.insert("has_more".into(), json!(has_more));
        }
        if let Some((key, _)) = rest.get(limit - 1).filter(|_| has_more) {
            answer.insert("next_page_token".into(), json!(page_token(key)));
        }
        Ok(Value::Object(answer))
    }

    fn list_row(&self, run: &Run, view: View<'_>, expand: bool) -> Value {
        let mut row = view.run(run);
        let parameters = view.job_parameters(run);
        if !parameters.is_empty() {
            row.insert("job_parameters".into(), Value::Array(parameters));
        }
        if expand {
            let mut tasks = view.tasks(run);
            if view.version == Version::V22 && tasks.len() > self.spec.page_size {
                row.insert("has_more".into(), json!(true));
            }
            tasks.truncate(self.spec.page_size);
            row.insert("tasks".into(), Value::Array(tasks));
        }
        Value::Object(row)
    }

    pub(super) fn list_jobs(&self, call: &Call<'_>, view: View<'_>) -> ApiResult<Value> {
        let expand = query_flag(call, "expand_tasks")?;
        let limit = limit(call, 20, 100)?;
        let name = call
            .query_value("name")
            .filter(|name| !name.is_empty())
            .map(str::to_lowercase);
        let start = match read_page_token::<1>(call)? {
            Some([position]) => usize::try_from(position).unwrap_or_default(),
            None => offset(call)?,
        };
        let found: Vec<usize> = (0..self.spec.jobs.len())
            .filter(|index| {
                let job = &self.spec.jobs[*index];
                job.permission != Permission::None && name.as_ref().is_none_or(|name| job.name.to_lowercase() == *name)
            })
            .collect();
        let jobs: Vec<Value> = found
            .iter()
            .skip(start)
            .take(limit)
            .map(|index| {
                let mut item = self.job_head(*index);
                let job = &self.spec.jobs[*index];
                let mut settings = settings(job);
                if expand && view.version > Version::V20 {
                    settings.insert("tasks".into(), Value::Array(job_tasks(job, self.spec.page_size)));
                    if view.version == Version::V22 && job.tasks.len() > self.spec.page_size {
                        item.insert("has_more".into(), json!(true));
                    }
                }
                item.insert("settings".into(), Value::Object(settings));
                Value::Object(item)
            })
            .collect();
        let has_more = found.len() > start + limit;
        let mut answer = Map::new();
        if !jobs.is_empty() {
            answer.insert("jobs".into(), Value::Array(jobs));
        }
        if view.version < Version::V22 {
            answer.insert("has_more".into(), json!(has_more));
        }
        if has_more {
            let next = i64::try_from(start + limit).unwrap_or(i64::MAX);
            answer.insert("next_page_token".into(), json!(page_token(&[next])));
        }
        Ok(Value::Object(answer))
    }

    pub(super) fn get_job(&self, call: &Call<'_>, view: View<'_>) -> ApiResult<Value> {
        let id = query_id(call, "job_id")?;
        let index = self.job_index(id);
        if index.is_some_and(|index| self.spec.jobs[index].permission == Permission::None) {
            return Err(ApiError::denied(&self.spec.user, id));
        }
        let index = index.ok_or_else(|| self.job_missing(id))?;
        let job = &self.spec.jobs[index];
        let offset = match read_page_token::<1>(call)? {
            Some([position]) => usize::try_from(position).unwrap_or_default(),
            None => 0,
        };
        let mut answer = self.job_head(index);
        let mut settings = settings(job);
        let parameters = job
            .parameters
            .iter()
            .map(|(name, default)| json!({"name": name, "default": default}))
            .collect();
        if view.version == Version::V20 && job.single_task {
            let (name, task) = kind_member(&job.tasks[0]);
            settings.insert(name.into(), Value::Object(task));
        } else {
            let arrays = vec![
                ("tasks", job_tasks(job, usize::MAX)),
                ("job_clusters", Vec::new()),
                ("parameters", parameters),
                ("environments", Vec::new()),
            ];
            view.page(&mut settings, arrays, offset);
        }
        if let Some(next) = settings.remove("next_page_token") {
            answer.insert("next_page_token".into(), next);
        }
        answer.insert("settings".into(), Value::Object(settings));
        Ok(Value::Object(answer))
    }

    fn job_head(&self, index: usize) -> Map<String, Value> {
        let mut head = Map::new();
        head.insert("job_id".into(), json!(self.job_id(index)));
        head.insert("creator_user_name".into(), json!(self.spec.user));
        head.insert("created_time".into(), json!(1_767_225_600_000_u64));
        head
    }
}

fn settings(job: &Job) -> Map<String, Value> {
    let mut settings = Map::new();
    settings.insert("name".into(), json!(job.name));
    settings.insert("max_concurrent_runs".into(), json!(job.max_concurrent_runs));
    settings.insert("queue".into(), json!({"enabled": job.queue}));
    settings.insert(
        "timeout_seconds".into(),
        json!(job.timeout_seconds.unwrap_or_default().0),
    );
    settings.insert(
        "format".into(),
        json!(if job.single_task { "SINGLE_TASK" } else { "MULTI_TASK" }),
    );
    settings
}

fn job_tasks(job: &Job, most: usize) -> Vec<Value> {
    job.tasks
        .iter()
        .take(most)
        .map(|task| {
            let (name, settings) = kind_member(task);
            let depends_on: Vec<Value> = task
                .depends_on
                .iter()
                .map(|dependency| json!({"task_key": dependency.task}))
                .collect();
            json!({"task_key": task.key, "run_if": task.run_if, "depends_on": depends_on, name: settings})
        })
        .collect()
}

fn limit(call: &Call<'_>, usual: usize, most: usize) -> ApiResult<usize> {
    match query_number(call, "limit")? {
        None => Ok(usual),
        Some(0) => Ok(most),
        Some(limit) => usize::try_from(limit)
            .ok()
            .filter(|limit| *limit <= most)
            .ok_or_else(|| ApiError::invalid(format!("The limit must be between 1 and {most}, found {limit}."))),
    }
}

fn offset(call: &Call<'_>) -> ApiResult<usize> {
    match query_number(call, "offset")? {
        None => Ok(0),
        Some(offset) => usize::try_from(offset)
            .ok()
            .filter(|offset| *offset <= 1000)
            .ok_or_else(|| {
                ApiError::invalid("The offset must be between 0 and 1000. Please use page_token to look further back.")
            }),
    }
}

fn millis(instant: Timestamp) -> i64 {
    i64::try_from(instant.0).unwrap_or(i64::MAX)
}
