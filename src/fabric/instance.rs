//! A job instance as the single read and the list show it, and where a start's answer hides its id.

use serde_json::Value;

use crate::error::Error;
use crate::fabric::state::State;
use crate::http::HttpResponse;
use crate::json;
use crate::time::Timestamp;

/// A job instance.
#[derive(Clone, Debug)]
pub(crate) struct Instance {
    pub(crate) id: String,
    pub(crate) job_type: String,
    pub(crate) invoke_type: String,
    pub(crate) root_activity_id: Option<String>,
    pub(crate) state: State,
    pub(crate) start_time: Option<Timestamp>,
    pub(crate) end_time: Option<Timestamp>,
    /// A notebook's exit value, wherever the service put it.
    pub(crate) exit_value: Option<String>,
}

impl Instance {
    pub(crate) fn parse(value: &Value) -> Result<Self, Error> {
        if json::text(value, "status").is_none() {
            return Err(json::missing("status, a text", value.get("status")));
        }
        Self::parse_row(value).ok_or_else(|| json::missing("id, a GUID", value.get("id")))
    }

    /// A row of the list: known by its id, even if its state can't be read.
    fn parse_row(value: &Value) -> Option<Self> {
        let id = json::text(value, "id").and_then(canonical_guid)?;
        let time = |name| json::text(value, name).and_then(Timestamp::parse_iso);
        let exit_value = value
            .get("properties")
            .and_then(|properties| properties.get("exitValue"))
            .or(value.get("exitValue"));
        Some(Self {
            id,
            job_type: json::string(value, "jobType").unwrap_or_default(),
            invoke_type: json::string(value, "invokeType").unwrap_or_default(),
            root_activity_id: json::text(value, "rootActivityId").map(str::to_ascii_lowercase),
            state: State::read(value),
            start_time: time("startTimeUtc"),
            end_time: time("endTimeUtc"),
            exit_value: exit_value.and_then(Value::as_str).map(str::to_owned),
        })
    }

    /// When it ended, else when it began.
    pub(crate) fn last_time(&self) -> Option<Timestamp> {
        self.end_time.or(self.start_time)
    }

    /// Whether a person or a program started it, rather than a schedule.
    pub(crate) fn is_manual(&self) -> bool {
        !self.invoke_type.eq_ignore_ascii_case("Scheduled")
    }
}

/// One page of the list: its instances, and the token of the next page as the service encoded it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    pub(crate) instances: Vec<Instance>,
    pub(crate) continuation_token: Option<String>,
}

impl Page {
    pub(crate) fn parse(value: &Value) -> Result<Self, Error> {
        let rows = value
            .get("value")
            .and_then(Value::as_array)
            .ok_or_else(|| json::missing("value, an array", value.get("value")))?;
        Ok(Self {
            // A row without an id is no candidate for anything.
            instances: rows.iter().filter_map(Instance::parse_row).collect(),
            continuation_token: json::string(value, "continuationToken"),
        })
    }
}

/// The instance's id in the answer to a start: `Location`, whatever host and form it has, else `x-ms-job-id`.
///
/// Only the id is taken; the URL is rebuilt on the configured host, so that no token follows a `Location` elsewhere.
pub(crate) fn id_of_start(response: &HttpResponse) -> Option<String> {
    let location = response.header("Location").and_then(|location| {
        let path = location.split(['?', '#']).next()?.trim_end_matches('/');
        let (before, id) = path.rsplit_once('/')?;
        let (rest, instances) = before.rsplit_once('/')?;
        (instances.eq_ignore_ascii_case("instances") && crate::search::holds(rest, "/jobs"))
            .then(|| canonical_guid(id))?
    });
    location.or_else(|| response.header("x-ms-job-id").and_then(canonical_guid))
}

/// A GUID in lower case; `None` for anything else, the empty GUID too.
pub(crate) fn canonical_guid(text: &str) -> Option<String> {
    let text = text.trim();
    let is_guid = text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    (is_guid && text.bytes().any(|byte| byte != b'0' && byte != b'-')).then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "e58a6f13-9c40-4b2e-b6d1-2f7740ac91de";

    fn started(name: &str, value: &str) -> Option<String> {
        id_of_start(&HttpResponse {
            status: 202,
            headers: vec![(name.into(), value.into())],
            body: Vec::new(),
        })
    }

    #[test]
    fn the_id_is_found_in_every_form_of_location() {
        for location in [
            format!("https://api.fabric.microsoft.com/v1/workspaces/w/items/i/jobs/instances/{ID}"),
            format!("https://api.fabric.microsoft.com/v1/workspaces/w/items/i/jobs/instances/{ID}/"),
            format!("https://elsewhere.example/v1/workspaces/w/items/i/jobs/instances/{ID}?x=1#y"),
            format!(
                "/v1/workspaces/w/dataBuildToolJobs/i/jobs/execute/instances/{}",
                ID.to_ascii_uppercase()
            ),
        ] {
            assert_eq!(started("location", &location).as_deref(), Some(ID), "{location}");
        }
    }

    #[test]
    fn a_location_without_an_id_is_none() {
        for location in [
            "",
            "https://api.fabric.microsoft.com/v1/workspaces/w/items/i/jobs/instances?jobType=Pipeline",
            &format!("https://x/v1/operations/{ID}"),
            "https://x/jobs/instances/00000000-0000-0000-0000-000000000000",
        ] {
            assert_eq!(started("Location", location), None, "{location}");
        }
        assert_eq!(started("X-MS-Job-Id", ID).as_deref(), Some(ID));
    }
}
