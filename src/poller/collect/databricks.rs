//! Databricks: all pages of the run, every task's latest attempt, iterations, jobs within the job.

use std::time::Duration;

use serde_json::Value;

use crate::contract::Call;
use crate::databricks::output;
use crate::databricks::run::{Run, Task, latest_attempts};
use crate::error::{Error, ErrorCode};
use crate::http::HttpResponse;
use crate::json;
use crate::poller::collect::{Fetch, MOST_DEPTH};
use crate::poller::follow::check_id;
use crate::poller::{Job, Poller};
use crate::run::RunOutput;
use crate::sort::sort_few;
use crate::time::Timestamp;

/// A part of a Databricks run's outputs.
#[derive(Clone, Debug)]
pub(in crate::poller) enum DatabricksFetch {
    /// A page of a run.
    Page(Page),
    /// The output of the task at this index of the list.
    Output { index: usize, run_id: String, depth: usize },
}

/// A page of a run: the job's own, a child's, or a for-each task's; and what the pages before it held.
#[derive(Clone, Debug, Default)]
pub(in crate::poller) struct Page {
    run_id: String,
    prefix: String,
    depth: usize,
    /// Whether it is the run of a for-each task, which holds iterations and the task itself.
    for_each: bool,
    token: Option<String>,
    tasks: Vec<Task>,
    iterations: Vec<Task>,
}

impl Poller {
    pub(super) fn begin_databricks_outputs(&mut self, last: &Value) {
        // The answer that said that the run ended is its first page.
        if let Ok(run) = Run::parse(last) {
            self.databricks_page(run, Page::default());
        }
    }

    pub(super) fn call_of_databricks(&self, fetch: &DatabricksFetch) -> Call {
        let Job::Databricks(job) = &self.job else {
            unreachable!("a Databricks run's outputs")
        };
        match fetch {
            DatabricksFetch::Page(page) => job.runs_get(&self.base, &page.run_id, page.token.as_deref()),
            DatabricksFetch::Output { run_id, .. } => {
                let mut call = job.runs_get_output(&self.base, run_id);
                // Up to 5 MB on a slow line.
                call.timeout = Duration::from_secs(110);
                call
            }
        }
    }

    pub(super) fn fetched_databricks(&mut self, fetch: DatabricksFetch, response: &HttpResponse) -> Result<(), Error> {
        match fetch {
            DatabricksFetch::Page(page) => {
                let value = json::object(response)?;
                let run = if page.token.is_some() {
                    Run::parse_page(&value)?
                } else {
                    Run::parse(&value)?
                };
                check_id(&page.run_id, &run.run_id)?;
                self.databricks_page(run, page);
            }
            DatabricksFetch::Output { index, depth, .. } => {
                let answer = output::parse(response)?;
                let Some(entry) = self
                    .collecting()
                    .and_then(|collecting| collecting.outputs.get_mut(index))
                else {
                    return Ok(());
                };
                let child = output::read(entry, answer);
                let prefix = format!("{}/", entry.key);
                if let Some(child) = child {
                    self.fetch_page(child, prefix, depth + 1, false);
                }
                self.follow_path(index);
            }
        }
        Ok(())
    }

    pub(super) fn refused_databricks(&mut self, fetch: DatabricksFetch, error: Error) {
        let Some(collecting) = self.collecting() else { return };
        let error = unavailable(error);
        match fetch {
            DatabricksFetch::Output { index, .. } => {
                if let Some(entry) = collecting.outputs.get_mut(index) {
                    entry.error = Some(error.clone());
                }
            }
            // The tasks of the pages that were read are still worth having.
            DatabricksFetch::Page(page) => self.databricks_tasks(&page),
        }
        if let Some(collecting) = self.collecting() {
            collecting.error.get_or_insert(error);
        }
    }

    fn fetch_page(&mut self, run_id: String, prefix: String, depth: usize, for_each: bool) {
        let Some(collecting) = self.collecting() else { return };
        if collecting.visited.contains(&run_id) {
            return;
        }
        if depth > MOST_DEPTH {
            let message = format!("expected at most {MOST_DEPTH} jobs within jobs, found more");
            collecting
                .error
                .get_or_insert(Error::new(ErrorCode::OutputUnavailable, message));
            return;
        }
        collecting.visited.push(run_id.clone());
        collecting
            .queue
            .push_back(Fetch::Databricks(DatabricksFetch::Page(Page {
                run_id,
                prefix,
                depth,
                for_each,
                ..Page::default()
            })));
    }

    fn databricks_page(&mut self, run: Run, mut page: Page) {
        page.iterations.extend(run.iterations);
        // The pages of a for-each task's run repeat the task itself.
        if !page.for_each && page.iterations.is_empty() {
            page.tasks.extend(run.tasks);
        }
        if run.next_page_token.is_some() {
            page.run_id = run.run_id;
            page.token = run.next_page_token;
            if let Some(collecting) = self.collecting() {
                collecting
                    .queue
                    .push_front(Fetch::Databricks(DatabricksFetch::Page(page)));
            }
            return;
        }
        // The first page was seen when the run was polled.
        if page.token.is_some() && page.depth == 0 && !page.for_each && page.iterations.is_empty() {
            self.see_tasks(&page.tasks);
        }
        if !page.for_each && page.tasks.is_empty() && page.iterations.is_empty() {
            // The single-task format of the older API: the run is its own task.
            page.tasks.push(Task {
                key: run.name.unwrap_or_else(|| "run".to_owned()),
                run_id: Some(run.run_id),
                attempt: 0,
                page_url: run.page_url,
                state: run.state,
                start_time: run.start_time,
                end_time: run.end_time,
                kind: String::new(),
                condition: None,
                iterations: None,
                depends_on: Vec::new(),
            });
        }
        self.databricks_tasks(&page);
    }

    fn databricks_tasks(&mut self, page: &Page) {
        let (prefix, depth) = (&page.prefix, page.depth);
        if !page.iterations.is_empty() {
            // The prefix of a for-each task's run is the task's own key.
            for (at, iteration) in page.iterations.iter().enumerate() {
                self.databricks_task(format!("{prefix}[{at}]"), iteration, depth);
            }
            return;
        }
        let mut latest = latest_attempts(&page.tasks);
        sort_few(&mut latest, |task| task.start_time.unwrap_or(Timestamp(u64::MAX)));
        for task in latest {
            self.databricks_task(format!("{prefix}{}", task.key), task, depth);
        }
    }

    fn databricks_task(&mut self, key: String, task: &Task, depth: usize) {
        let entry: RunOutput = output::of_task(key.clone(), task);
        let Some(collecting) = self.collecting() else { return };
        let index = collecting.outputs.len();
        collecting.outputs.push(entry);
        let Some(run_id) = task.run_id.clone().filter(|_| output::is_worth_asking(task)) else {
            return;
        };
        if task.kind == "for_each_task" {
            // The parent has no output of its own; its run has the iterations.
            self.fetch_page(run_id, key, depth, true);
        } else {
            collecting
                .queue
                .push_back(Fetch::Databricks(DatabricksFetch::Output { index, run_id, depth }));
        }
    }
}

/// What went wrong with a read of outputs is an output's error, with the cause in its words.
pub(super) fn unavailable(mut error: Error) -> Error {
    if error.code == ErrorCode::OutputUnavailable {
        return error;
    }
    error.message = error.to_string();
    error.endpoint = None;
    error.with_code(ErrorCode::OutputUnavailable)
}
