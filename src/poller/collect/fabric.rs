//! Fabric: the activities of a pipeline and of the pipelines that it calls, a notebook's exit value.

use std::time::Duration;

use serde_json::Value;

use crate::contract::Call;
use crate::error::Error;
use crate::fabric::instance::Instance;
use crate::fabric::output::{self, Activity};
use crate::http::HttpResponse;
use crate::json;
use crate::poller::collect::databricks::unavailable;
use crate::poller::collect::{Fetch, MOST_DEPTH};
use crate::poller::{Job, Poller};
use crate::run::{Outcome, OutputKind, RawState, RunOutput, WarningCode};

/// The waits before activities are asked for again that were not there yet, in seconds.
const EMPTY_WAITS: [u64; 3] = [5, 10, 15];

/// A part of a Fabric run's outputs.
#[derive(Clone, Debug)]
pub(in crate::poller) enum FabricFetch {
    /// A page of a pipeline run's activities.
    Activities(Activities),
    /// A notebook's instance in its own form, which has the exit value.
    Notebook { id: String, asked: usize },
}

#[derive(Clone, Debug)]
pub(in crate::poller) struct Activities {
    id: String,
    workspace_id: Option<String>,
    prefix: String,
    depth: usize,
    /// How often nothing was there.
    asked: usize,
    /// The tokens that were followed, against circles.
    tokens: Vec<String>,
    found: Vec<Activity>,
}

impl Poller {
    pub(super) fn begin_fabric_outputs(&mut self, id: &str, last: &Value) {
        // A skipped run did nothing. One that was stopped may have done nothing: nobody should wait for it to show more.
        let asked = match self.seen.outcome {
            Some(Outcome::Skipped) => return,
            Some(Outcome::Cancelled) => EMPTY_WAITS.len(),
            _ => 0,
        };
        let job = self.fabric();
        let fetch = if job.is_notebook() {
            if let Ok(Some(value)) = Instance::parse(last).map(|instance| instance.exit_value) {
                self.add_exit_value(id, Some(value));
                return;
            }
            FabricFetch::Notebook {
                id: id.to_owned(),
                asked,
            }
        } else if job.may_have_activities() {
            FabricFetch::Activities(Activities {
                id: id.to_owned(),
                workspace_id: None,
                prefix: String::new(),
                depth: 0,
                asked,
                tokens: Vec::new(),
                found: Vec::new(),
            })
        } else {
            return;
        };
        if let Some(collecting) = self.collecting() {
            collecting.queue.push_back(Fetch::Fabric(fetch));
        }
    }

    pub(super) fn call_of_fabric(&self, fetch: &FabricFetch) -> Call {
        let Job::Fabric(job) = &self.job else {
            unreachable!("a Fabric run's outputs")
        };
        match fetch {
            FabricFetch::Notebook { id, .. } => job.get_notebook_instance(&self.base, id),
            FabricFetch::Activities(part) => {
                let info = self.run.as_ref();
                let now = self.host_as_service(self.now);
                let start = info.and_then(|run| run.start_time).unwrap_or(now);
                let end = info.and_then(|run| run.end_time).unwrap_or(now);
                let token = part.tokens.last().map(String::as_str);
                match &part.workspace_id {
                    // A called pipeline may live in another workspace.
                    Some(workspace) if *workspace != job.workspace_id => {
                        let mut there = job.clone();
                        there.workspace_id.clone_from(workspace);
                        there.query_activity_runs(&self.base, &part.id, (start, end), token)
                    }
                    _ => job.query_activity_runs(&self.base, &part.id, (start, end), token),
                }
            }
        }
    }

    pub(super) fn fetched_fabric(&mut self, fetch: FabricFetch, response: &HttpResponse) -> Result<(), Error> {
        match fetch {
            FabricFetch::Notebook { id, asked } => {
                let instance = Instance::parse(&json::object(response)?)?;
                let succeeded = self.seen.outcome == Some(Outcome::Succeeded);
                match EMPTY_WAITS.get(asked) {
                    // The two reads come from different stores; this one may lag.
                    Some(wait) if instance.exit_value.is_none() && !instance.state.is_ended() && succeeded => {
                        let again = FabricFetch::Notebook { id, asked: asked + 1 };
                        self.collect_later(Fetch::Fabric(again), Duration::from_secs(*wait));
                    }
                    _ => self.add_exit_value(&id, instance.exit_value),
                }
            }
            FabricFetch::Activities(part) => {
                let value = json::parse(response)?;
                let (found, token) =
                    output::parse_page(&value).ok_or_else(|| json::missing("value, an array", value.get("value")))?;
                self.activities_page(part, found, token);
            }
        }
        Ok(())
    }

    pub(super) fn refused_fabric(&mut self, fetch: FabricFetch, error: Error) {
        let error = unavailable(error);
        match fetch {
            FabricFetch::Notebook { id, .. } => {
                self.add_exit_value(&id, None);
                if let Some(entry) = self.collecting().and_then(|collecting| collecting.outputs.last_mut()) {
                    entry.error = Some(error.clone());
                }
            }
            FabricFetch::Activities(part) => self.add_activities(part),
        }
        if let Some(collecting) = self.collecting() {
            collecting.error.get_or_insert(error);
        }
    }

    fn activities_page(&mut self, mut part: Activities, found: Vec<Activity>, token: Option<String>) {
        part.found.extend(found);
        // A token that comes twice would go round for ever.
        if let Some(token) = token.filter(|token| !part.tokens.contains(token)) {
            part.tokens.push(token);
            if let Some(collecting) = self.collecting() {
                collecting
                    .queue
                    .push_front(Fetch::Fabric(FabricFetch::Activities(part)));
            }
            return;
        }
        match EMPTY_WAITS.get(part.asked) {
            // They come a while after the run's end.
            Some(wait) if part.found.is_empty() => {
                part.asked += 1;
                part.tokens.clear();
                self.collect_later(Fetch::Fabric(FabricFetch::Activities(part)), Duration::from_secs(*wait));
            }
            _ => self.add_activities(part),
        }
    }

    fn add_activities(&mut self, part: Activities) {
        let depth = part.depth + 1;
        let Some(collecting) = self.collecting() else { return };
        let before = collecting.outputs.len();
        let mut failed = false;
        for mut activity in output::latest_attempts(part.found) {
            activity.output.key.insert_str(0, &part.prefix);
            failed |= activity.output.outcome == Some(Outcome::Failed);
            if let Some(child) = activity.child
                && depth <= MOST_DEPTH
                && !collecting.visited.contains(&child.instance_id)
            {
                collecting.visited.push(child.instance_id.clone());
                collecting
                    .queue
                    .push_back(Fetch::Fabric(FabricFetch::Activities(Activities {
                        id: child.instance_id,
                        workspace_id: child.workspace_id.or_else(|| part.workspace_id.clone()),
                        prefix: format!("{}/", activity.output.key),
                        depth,
                        asked: 0,
                        tokens: Vec::new(),
                        found: Vec::new(),
                    })));
            }
            collecting.outputs.push(activity.output);
        }
        for index in before..collecting.outputs.len() {
            self.follow_path(index);
        }
        if failed && self.seen.outcome == Some(Outcome::Succeeded) {
            self.warn(
                WarningCode::PartFailed,
                "the run completed, but some of its activities failed",
            );
        }
    }

    fn add_exit_value(&mut self, id: &str, value: Option<String>) {
        let info = self.run.clone();
        let entry = RunOutput {
            key: "notebook".to_owned(),
            kind: if value.is_some() {
                OutputKind::NotebookResult
            } else {
                OutputKind::None
            },
            task_type: self.fabric().job_type().to_owned(),
            run_id: Some(id.to_owned()),
            page_url: info.as_ref().and_then(|run| run.page_url.clone()),
            outcome: self.seen.outcome,
            state: RawState {
                ..self.seen.raw.clone()
            },
            attempt: 0,
            start_time: info.as_ref().and_then(|run| run.start_time),
            end_time: info.as_ref().and_then(|run| run.end_time),
            text: value,
            file: None,
            data: None,
            truncated: false,
            error_message: (!self.seen.message.is_empty()).then(|| self.seen.message.clone()),
            error_trace: None,
            error: None,
        };
        if let Some(collecting) = self.collecting() {
            let index = collecting.outputs.len();
            collecting.outputs.push(entry);
            self.follow_path(index);
        }
    }
}
