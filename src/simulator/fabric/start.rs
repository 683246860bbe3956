//! Starting a run, and what else follows from it: child pipelines, skipped instances.

use serde_json::{Map, Value};

use super::Fabric;
use super::answer::{self, HOME_CLUSTER, Problem};
use super::instance::{ActivityRun, Instance, RowCache};
use super::kind;
use super::parameters;
use super::route::Target;
use super::scenario::{Access, Dedupe, End, LocationForm, RunPlan, Seconds, StartRetryAfter};
use crate::http::HttpResponse;
use crate::simulator::call::{Call, empty_reply, set_header};
use crate::simulator::clock::{Speed, http_date};
use crate::simulator::rng::Rng;
use crate::time::Timestamp;

/// What is needed to create an instance.
pub(super) struct NewRun {
    pub(super) id: Option<String>,
    /// The item's place in the scenario.
    pub(super) item: usize,
    pub(super) job_type: String,
    pub(super) invoke_type: String,
    pub(super) root_activity_id: String,
    pub(super) parameters: Map<String, Value>,
    pub(super) parent: Option<String>,
    pub(super) plan: RunPlan,
    pub(super) enqueued: Timestamp,
}

impl Fabric {
    /// `POST …/jobs/{jobType}/instances` in all its forms (fact sheet, section 1).
    pub(super) fn start(
        &mut self,
        call: &mut Call<'_>,
        request_id: &str,
        target: &Target,
        path_job_type: Option<&str>,
    ) -> Result<HttpResponse, Problem> {
        let index = self.find_item(target)?;
        let item = &self.scenario.items[index];
        if item.access != Access::Execute {
            return Err(Problem::forbidden(item));
        }
        let workspace = self
            .scenario
            .workspaces
            .iter()
            .find(|workspace| workspace.id == item.workspace_id);
        if workspace.is_none_or(|workspace| workspace.capacity_id.is_none()) {
            return Err(Problem::new(
                403,
                "FeatureNotAvailable",
                "The workspace has no active capacity.",
            ));
        }
        let invalid = || Problem::new(400, "InvalidJobType", "The job type is not valid for this item.");
        let typed = target.kind.is_some() && path_job_type.is_some();
        let sent = path_job_type
            .or_else(|| call.query_value("jobType"))
            .ok_or_else(invalid)?;
        // The Airflow provider found that the path form does not work for Spark yet.
        let path_form = target.kind.is_none() && path_job_type.is_some();
        if path_form && item.kind == "SparkJobDefinition" && !self.scenario.switches.spark_path_form {
            return Err(invalid());
        }
        let job_type = kind::shown(item, sent, typed).ok_or_else(invalid)?;
        if typed && item.kind == "Notebook" && !matches!(call.query_value("beta"), Some("true" | "false")) {
            return Err(Problem::invalid_input(
                "The query parameter beta is required: true or false.",
            ));
        }
        // The typed pipeline start declares no body: whatever is sent has no effect.
        let body = if typed && item.kind == "DataPipeline" {
            Value::Null
        } else {
            answer::body(call)?
        };
        let parameters = parameters::effective(item, &body, typed)?;

        let active = |instance: &&Instance| {
            instance.item == item.id && !instance.has_ended(call.now) && self.exists(instance, call.now)
        };
        let duplicate = self
            .instances
            .iter()
            .filter(active)
            .any(|other| other.job_type == job_type);
        let skipped = item.dedupe.filter(|_| duplicate);
        let plan = if let Some(how) = skipped {
            skipped_plan(how)
        } else {
            if item
                .max_active_runs
                .is_some_and(|most| self.instances.iter().filter(active).count() >= most)
            {
                let status = self.scenario.switches.too_many_jobs_status;
                let message = "A limit on jobs for this item was reached.";
                return Err(Problem::new(status, "TooManyRequestsForJobs", message).retriable());
            }
            self.next_plan(index)
        };
        let sent = sent.to_owned();
        let id = self.create(
            NewRun {
                id: None,
                item: index,
                job_type,
                invoke_type: "Manual".into(),
                root_activity_id: request_id.to_owned(),
                parameters,
                parent: None,
                plan,
                enqueued: call.now,
            },
            call.speed,
            call.rng,
        );
        Ok(self.accepted(call, index, &id, &sent))
    }

    /// The plan of the item's next run. Skipped instances use up none.
    fn next_plan(&mut self, item: usize) -> RunPlan {
        let item = &self.scenario.items[item];
        match self.started.iter_mut().find(|(id, _)| *id == item.id) {
            Some((_, count)) => {
                *count += 1;
                item.plan(*count - 1)
            }
            None => {
                self.started.push((item.id.clone(), 1));
                item.plan(0)
            }
        }
    }

    /// Creates an instance, and those of its child pipelines, whose time will come. Gives its id.
    pub(super) fn create(&mut self, new: NewRun, speed: Speed, rng: &mut Rng) -> String {
        let item = &self.scenario.items[new.item];
        let (workspace, item) = (item.workspace_id.clone(), item.id.clone());
        let id = new.id.unwrap_or_else(|| rng.guid());
        let started = new.enqueued.plus(speed.shorten(new.plan.queued_seconds.duration()));
        let mut planned_end = started.plus(speed.shorten(new.plan.duration_seconds.duration()));
        let mut activities = Vec::with_capacity(new.plan.activities.len());
        for activity in &new.plan.activities {
            let from = started.plus(speed.shorten(activity.start_seconds.duration()));
            let mut to = from.plus(speed.shorten(activity.duration_seconds.duration()));
            let mut child = None;
            if let Some(plan) = &activity.child
                && let Some(below) = self.scenario.items.iter().position(|other| other.id == plan.item_id)
            {
                let given = parameters::evaluate(&Value::Object(plan.parameters.clone()), &new.parameters, &id);
                let given = given.as_object().cloned().unwrap_or_default();
                let run = NewRun {
                    id: None,
                    item: below,
                    job_type: kind::default_shown(&self.scenario.items[below]),
                    invoke_type: "Manual".into(),
                    root_activity_id: new.root_activity_id.clone(),
                    parameters: parameters::with_declared(&self.scenario.items[below], given),
                    parent: Some(id.clone()),
                    plan: self.next_plan(below),
                    enqueued: from,
                };
                let child_id = self.create(run, speed, rng);
                if plan.wait
                    && let Some(instance) = self.instances.iter().find(|instance| instance.id == child_id)
                {
                    to = instance.planned_end;
                    planned_end = planned_end.max(to);
                }
                child = Some(child_id);
            }
            activities.push(ActivityRun {
                id: rng.guid(),
                from,
                to,
                child,
            });
        }
        self.instances.push(Instance {
            id: id.clone(),
            workspace,
            item,
            job_type: new.job_type,
            invoke_type: new.invoke_type,
            root_activity_id: new.root_activity_id,
            parameters: new.parameters,
            parent: new.parent,
            plan: new.plan,
            enqueued: new.enqueued,
            started,
            planned_end,
            stop: None,
            activities,
            row: RowCache::new(&self.scenario.switches, speed, rng.next_u64()),
            end_reads: 0,
            typed_end_reads: 0,
            activity_reads: 0,
        });
        id
    }

    /// 202 with an empty body: everything is in the headers.
    fn accepted(&self, call: &Call<'_>, index: usize, id: &str, sent: &str) -> HttpResponse {
        let switches = &self.scenario.switches;
        let item = &self.scenario.items[index];
        let instances = format!("/v1/workspaces/{}/items/{}/jobs/instances", item.workspace_id, item.id);
        let origin = &call.origin;
        let location = match switches.location {
            LocationForm::Full => Some(format!("{origin}{instances}/{id}")),
            LocationForm::None => None,
            LocationForm::WithoutId => Some(format!("{origin}{instances}?jobType={sent}")),
            LocationForm::Typed => Some(format!(
                "{origin}/v1/workspaces/{}/{}/{}/jobs/execute/instances/{id}",
                item.workspace_id,
                kind::find(&item.kind).map_or("items", |kind| kind.collection),
                item.id
            )),
            LocationForm::TrailingSlash => Some(format!("{origin}{instances}/{id}/")),
            LocationForm::UpperCase => Some(format!("{origin}{instances}/{}", id.to_ascii_uppercase())),
            LocationForm::OtherHost => Some(format!("{HOME_CLUSTER}{instances}/{id}")),
        };
        let mut response = accepted_headers(call, location, switches.start_retry_after);
        if switches.job_id_header {
            set_header(&mut response, "x-ms-job-id", id);
        }
        response
    }

    /// `POST …/jobs/instances/{job}/cancel`: accepted now, done later, and maybe too late.
    pub(super) fn cancel(&mut self, call: &Call<'_>, target: &Target, instance: &str) -> Result<HttpResponse, Problem> {
        let item = self.find_item(target)?;
        let item = &self.scenario.items[item];
        if item.access != Access::Execute {
            return Err(Problem::forbidden(item));
        }
        let index = self.find_instance(call.now, &item.id, instance)?;
        if self.instances[index].has_ended(call.now) {
            return Err(Problem::new(400, "JobAlreadyCompleted", "The job has already ended."));
        }
        let found = &self.instances[index];
        let location = format!(
            "{}/v1/workspaces/{}/items/{}/jobs/instances/{}",
            call.origin, found.workspace, found.item, found.id
        );
        let switch = self.scenario.switches.cancel_seconds;
        let seconds = found.plan.cancel_seconds.unwrap_or(switch);
        self.stop(index, call.now.plus(call.speed.shorten(seconds.duration())));
        Ok(accepted_headers(call, Some(location), StartRetryAfter::Seconds))
    }

    /// Settles that an instance stops then, unless it ends before, was stopped before, or won't be stopped.
    fn stop(&mut self, index: usize, at: Timestamp) {
        let instance = &mut self.instances[index];
        if instance.plan.ignores_cancel || instance.stop.is_some() {
            return;
        }
        instance.stop = Some(at);
        let parent = instance.id.clone();
        if self.scenario.switches.cancel_reaches_children {
            let children: Vec<usize> = (0..self.instances.len())
                .filter(|&child| self.instances[child].parent.as_ref() == Some(&parent))
                .collect();
            for child in children {
                self.stop(child, at);
            }
        }
    }
}

fn skipped_plan(how: Dedupe) -> RunPlan {
    RunPlan {
        queued_seconds: Seconds(0.0),
        duration_seconds: Seconds(0.6),
        end: match how {
            Dedupe::Deduped => End::Deduped,
            Dedupe::FailedDeduped => End::FailedDeduped,
        },
        ..RunPlan::default()
    }
}

fn accepted_headers(call: &Call<'_>, location: Option<String>, retry_after: StartRetryAfter) -> HttpResponse {
    let mut response = empty_reply(202);
    set_header(&mut response, "Content-Type", "application/octet-stream");
    if let Some(location) = location {
        set_header(&mut response, "Location", location);
    }
    let minute = std::time::Duration::from_secs(60);
    match retry_after {
        StartRetryAfter::Seconds => {
            let seconds = call.speed.retry_after_seconds(minute);
            set_header(&mut response, "Retry-After", seconds.to_string());
        }
        StartRetryAfter::HttpDate => {
            let then = call.now.plus(call.speed.shorten(minute));
            set_header(&mut response, "Retry-After", http_date(then));
        }
        StartRetryAfter::None => {}
    }
    set_header(&mut response, "home-cluster-uri", format!("{HOME_CLUSTER}/"));
    set_header(&mut response, "request-redirected", "true");
    response
}
