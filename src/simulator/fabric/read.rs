//! Reading instances: one, or an item's list.

use serde_json::Value;

use super::Fabric;
use super::answer::{PUBLIC_HOST, Problem};
use super::instance::Instance;
use super::route::Target;
use super::scenario::{Access, LastPageToken, NotFoundBody};
use crate::base64;
use crate::http::HttpResponse;
use crate::search::split_once;
use crate::simulator::call::{Call, json_reply, set_header};
use crate::simulator::clock::Speed;
use crate::simulator::json::json;
use crate::sort::sort_few;
use crate::time::Timestamp;

impl Fabric {
    /// `GET …/jobs/instances/{job}` (fact sheet, section 2).
    pub(super) fn get(
        &mut self,
        call: &Call<'_>,
        request_id: &str,
        target: &Target,
        instance: &str,
    ) -> Result<HttpResponse, Problem> {
        let item = self.find_item(target)?;
        let typed = target.kind.map(|kind| kind.name);
        if typed == Some("Notebook") && call.query_value("beta") != Some("true") {
            return Err(Problem::invalid_input(
                "This operation is in preview: beta=true is required.",
            ));
        }
        let item = &self.scenario.items[item];
        let index = self.find_instance(call.now, &item.id, instance)?;
        let compute = item.compute.clone();
        let switches = &self.scenario.switches;
        let age = call.now.since(self.instances[index].enqueued);
        if age < call.speed.shorten(switches.early_not_found_seconds.duration()) {
            let problem = instance_not_found();
            return Err(match switches.early_not_found_body {
                NotFoundBody::Code => problem,
                NotFoundBody::Empty => problem.without_body(),
            });
        }
        let found = &mut self.instances[index];
        let seen = found.seen(call.now);
        let mut row = found.to_row(&seen, Some(request_id), switches);
        if age < call.speed.shorten(switches.phantom_failure_seconds.duration()) {
            row["status"] = "Failed".into();
            row["failureReason"] = json!({
                "requestId": request_id,
                "errorCode": switches.phantom_failure_code,
                "message": "The job instance could not be found.",
                "isRetriable": false,
            });
            return Ok(json_reply(200, &row));
        }
        if seen.at.is_some_and(|at| found.has_ended(at)) {
            found.end_reads += 1;
            found.typed_end_reads += u32::from(typed == Some("Notebook"));
        }
        let exit_value = found
            .shows_completed(&seen)
            .then(|| found.exit_value())
            .flatten()
            .map_or(Value::Null, Value::from);
        match typed {
            Some("DataPipeline") => row["jobType"] = "Execute".into(),
            Some("Notebook") => {
                let late = found.typed_end_reads <= switches.exit_value_missing_for;
                row["properties"] = found.notebook_properties(&compute, if late { Value::Null } else { exit_value });
            }
            _ if switches.exit_value_at_top && !exit_value.is_null() => row["exitValue"] = exit_value,
            _ => {}
        }
        let mut response = json_reply(200, &row);
        if let Some(next) = seen.next {
            let seconds = if switches.retry_after_rounds_down {
                next.as_secs()
            } else {
                Speed::default().retry_after_seconds(next)
            };
            set_header(&mut response, "Retry-After", seconds.to_string());
        }
        Ok(response)
    }

    /// `GET …/jobs/instances`: newest first, in pages (fact sheet, section 3.1).
    pub(super) fn list(&self, call: &Call<'_>, target: &Target) -> Result<HttpResponse, Problem> {
        let item = &self.scenario.items[self.find_item(target)?];
        let switches = &self.scenario.switches;
        let lag = call.speed.shorten(switches.list_lag_seconds.duration());
        let rows: Vec<&Instance> = self
            .kept(call.now, &item.id)
            .into_iter()
            .filter(|instance| call.now.since(instance.enqueued) >= lag)
            .collect();
        let reason_id = switches.list_has_failure_reason.then_some("");
        let to_row = |instance: &&Instance| {
            let mut row = instance.to_row(&instance.seen(call.now), reason_id, switches);
            if target.kind.is_some_and(|kind| kind.name == "DataPipeline") {
                row["jobType"] = "Execute".into();
            }
            row
        };
        paged(call, &rows, switches.page_size, switches.last_page_token, to_row)
    }

    /// Whether the instance is there: a child is only if its parent lived to start it.
    pub(super) fn exists(&self, instance: &Instance, now: Timestamp) -> bool {
        let parent = instance
            .parent
            .as_ref()
            .and_then(|parent| self.instances.iter().find(|other| other.id == *parent));
        instance.enqueued <= now && parent.is_none_or(|parent| parent.end().0 > instance.enqueued)
    }

    /// What the service keeps of an item's instances, newest first: the active ones, and so many of those that ended.
    fn kept(&self, now: Timestamp, item: &str) -> Vec<&Instance> {
        let mut rows: Vec<&Instance> = self
            .instances
            .iter()
            .rev()
            .filter(|instance| instance.item == item && self.exists(instance, now))
            .collect();
        sort_few(&mut rows, |instance| std::cmp::Reverse(instance.enqueued));
        let mut ended = 0;
        rows.retain(|instance| {
            ended += usize::from(instance.has_ended(now));
            !instance.has_ended(now) || ended <= self.scenario.switches.kept_instances
        });
        rows
    }

    /// The instance's place, if the service has it (still).
    pub(super) fn find_instance(&self, now: Timestamp, item: &str, id: &str) -> Result<usize, Problem> {
        let kept = self.kept(now, item);
        let found = kept.iter().find(|instance| instance.id.eq_ignore_ascii_case(id));
        found
            .and_then(|found| self.instances.iter().position(|instance| instance.id == found.id))
            .ok_or_else(instance_not_found)
    }

    /// The item's place, if the credential can see it.
    pub(super) fn find_item(&self, target: &Target) -> Result<usize, Problem> {
        self.find_workspace(&target.workspace)?;
        let index = self
            .scenario
            .items
            .iter()
            .position(|item| {
                item.id.eq_ignore_ascii_case(&target.item)
                    && item.workspace_id.eq_ignore_ascii_case(&target.workspace)
                    && target.kind.is_none_or(|kind| kind.name == item.kind)
            })
            .ok_or_else(Problem::item_not_found)?;
        let item = &self.scenario.items[index];
        if item.access == Access::None {
            return Err(Problem::forbidden(item));
        }
        Ok(index)
    }
}

fn instance_not_found() -> Problem {
    Problem::new(404, "JobInstanceNotFound", "The job instance was not found.")
}

/// A page of rows. The token comes URL-encoded, to be put into the next query as it is; the URI is on the service's
/// public host, whatever host the client used.
pub(super) fn paged<T>(
    call: &Call<'_>,
    rows: &[T],
    size: usize,
    last: LastPageToken,
    to_row: impl Fn(&T) -> Value,
) -> Result<HttpResponse, Problem> {
    let size = size.max(1);
    let from = match call.query_value("continuationToken").filter(|token| !token.is_empty()) {
        Some(token) => {
            read_token(token).ok_or_else(|| Problem::invalid_input("The continuation token is not valid."))?
        }
        None => 0,
    };
    let to = rows.len().min(from.saturating_add(size));
    let page: Vec<Value> = rows.get(from..to).unwrap_or_default().iter().map(to_row).collect();
    let mut body = json!({ "value": page });
    if to < rows.len() {
        let token = base64::encode(format!(",{},100000,{to}", to / size).as_bytes()).replace('=', "%3D");
        let mut query = format!("continuationToken={token}");
        for (name, value) in call.query.iter().filter(|(name, _)| name != "continuationToken") {
            query.push_str(&format!(
                "&{}={}",
                crate::http::encode_component(name),
                crate::http::encode_component(value)
            ));
        }
        body["continuationUri"] = format!("{PUBLIC_HOST}/{}?{query}", call.path.join("/")).into();
        body["continuationToken"] = token.into();
    } else if let Some(nothing) = match last {
        LastPageToken::Null => Some(Value::Null),
        LastPageToken::Empty => Some("".into()),
        LastPageToken::Absent => None,
    } {
        body["continuationToken"] = nothing.clone();
        body["continuationUri"] = nothing;
    }
    Ok(json_reply(200, &body))
}

/// Where the token's page begins. A token that was encoded once more is not valid.
pub(super) fn read_token(token: &str) -> Option<usize> {
    let bytes = base64::decode(token)?;
    let text = String::from_utf8(bytes).ok()?;
    split_once(&text, ",100000,")?.1.parse().ok()
}
