//! A workspace in memory, as far as pollers see it: jobs, runs, tokens, a clock of its own.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use pqrun::http::{HttpResponse, encode_component};
use serde_json::{Value, json as value};

use crate::support::{http_date, with_header};
use crate::*;

/// One run.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) id: i64,
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    /// `state` at the end.
    pub(crate) result: &'static str,
    /// Members that its rows show beside the usual ones.
    pub(crate) shows: Value,
    /// Members that only `runs/get` shows.
    pub(crate) whole: Value,
    pub(crate) deleted: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Workspace {
    /// Milliseconds by which its clock is ahead of the host's.
    pub(crate) ahead: i64,
    /// Whether its answers have a date.
    pub(crate) dated: bool,
    pub(crate) runs: Vec<Run>,
    pub(crate) tokens: BTreeMap<String, i64>,
    /// How long new runs take, and how they end.
    pub(crate) length: Duration,
    pub(crate) result: &'static str,
    /// What new runs show of their parameters.
    pub(crate) shows: Value,
    /// How long a cancelled run takes to stop.
    pub(crate) stops_within: Duration,
    pub(crate) rows_per_page: usize,
    /// How many runs were made by starts.
    pub(crate) made: usize,
    next_id: i64,
}

pub(crate) type Shared = Rc<RefCell<Workspace>>;

impl Workspace {
    pub(crate) fn new() -> Self {
        Self {
            ahead: 0,
            dated: true,
            runs: Vec::new(),
            tokens: BTreeMap::new(),
            length: seconds(60),
            result: "SUCCESS",
            shows: value!({"job_parameters": []}),
            stops_within: seconds(10),
            rows_per_page: 24,
            made: 0,
            next_id: 9_223_372_036_854_000_000,
        }
    }

    pub(crate) fn shared(self) -> Shared {
        Rc::new(RefCell::new(self))
    }

    pub(crate) fn clock(&self, now: Timestamp) -> Timestamp {
        Timestamp(now.0.checked_add_signed(self.ahead).expect("a time"))
    }

    /// A run of the past: began and ended so many seconds before the tests' start, by the workspace's clock.
    pub(crate) fn past(&mut self, began: u64, ended: u64, result: &'static str) -> i64 {
        let now = self.clock(support::START);
        self.add(now.minus(seconds(began)), now.minus(seconds(ended)), result)
    }

    /// A run that is active at the tests' start and for so many seconds more.
    pub(crate) fn active(&mut self, length: u64) -> i64 {
        let now = self.clock(support::START);
        self.add(now.minus(seconds(60)), now.plus(seconds(length)), "SUCCESS")
    }

    /// A good run of a minute that began so many seconds after the tests' start.
    pub(crate) fn add_at_start(&mut self, after: u64) -> i64 {
        let start = self.clock(support::START).plus(seconds(after));
        self.add(start, start.plus(seconds(60)), "SUCCESS")
    }

    /// The same, so many seconds before it.
    pub(crate) fn add_before_start(&mut self, before: u64) -> i64 {
        let start = self.clock(support::START).minus(seconds(before));
        self.add(start, start.plus(seconds(60)), "SUCCESS")
    }

    fn add(&mut self, start: Timestamp, end: Timestamp, result: &'static str) -> i64 {
        self.next_id += 10;
        self.runs.push(Run {
            id: self.next_id,
            start,
            end,
            result,
            shows: self.shows.clone(),
            whole: value!({}),
            deleted: false,
        });
        self.next_id
    }

    pub(crate) fn run(&mut self, id: i64) -> &mut Run {
        self.runs.iter_mut().find(|run| run.id == id).expect("the run is there")
    }

    pub(crate) fn answer(&mut self, now: Timestamp, sent: &Sent) -> HttpResponse {
        let clock = self.clock(now);
        let response = self.undated(clock, sent);
        if self.dated {
            with_header(response, "Date", &http_date(clock))
        } else {
            response
        }
    }

    fn undated(&mut self, now: Timestamp, sent: &Sent) -> HttpResponse {
        let missing = |id: &str| {
            json(
                404,
                &format!(r#"{{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"Run {id} does not exist."}}"#),
            )
        };
        match sent.request.endpoint {
            "jobs/run-now" => {
                let token = token_of(sent);
                if let Some(id) = self.tokens.get(&token) {
                    if self.runs.iter().any(|run| run.id == *id && run.deleted) {
                        return json(
                            400,
                            r#"{"error_code":"INVALID_PARAMETER_VALUE","message":"The run of this idempotency token was deleted."}"#,
                        );
                    }
                    return json(200, &value!({"run_id": id}).to_string());
                }
                let id = self.add(now, now.plus(self.length), self.result);
                self.made += 1;
                self.tokens.insert(token, id);
                json(200, &value!({"run_id": id, "number_in_job": id}).to_string())
            }
            "jobs/runs/get" => {
                let id = query(sent, "run_id").expect("a run id");
                match self.find(&id) {
                    Some(run) => json(200, &run.whole_at(now).to_string()),
                    None => missing(&id),
                }
            }
            "jobs/runs/get-output" => {
                let id: i64 = query(sent, "run_id").and_then(|id| id.parse().ok()).expect("a run id");
                json(
                    200,
                    &value!({"notebook_output": {"result": format!("rows of {}", id - 1)}}).to_string(),
                )
            }
            "jobs/runs/cancel" => {
                let id = sent.body()["run_id"].to_string();
                let stops = now.plus(self.stops_within);
                if let Some(run) = self
                    .runs
                    .iter_mut()
                    .find(|run| run.id.to_string() == id && run.end > stops)
                {
                    (run.end, run.result) = (stops, "CANCELED");
                }
                json(200, "{}")
            }
            "jobs/runs/list" => self.list(now, sent),
            "jobs/list" => json(
                200,
                &value!({"jobs": [{"job_id": 880_012_345_678_901_u64, "settings": {"name": "orders"}}]}).to_string(),
            ),
            other => panic!("unexpected {other}"),
        }
    }

    fn find(&self, id: &str) -> Option<&Run> {
        self.runs.iter().find(|run| run.id.to_string() == id && !run.deleted)
    }

    fn list(&self, now: Timestamp, sent: &Sent) -> HttpResponse {
        let flag = |name: &str| query(sent, name).as_deref() == Some("true");
        let time = |name: &str| query(sent, name).map(|ms| Timestamp(ms.parse().expect("milliseconds")));
        let limit: usize = query(sent, "limit")
            .and_then(|limit| limit.parse().ok())
            .expect("a limit");
        assert!(limit < 25, "the service takes less than 25");
        assert_eq!(query(sent, "job_id").as_deref(), Some(JOB_ID));
        let mut rows: Vec<&Run> = self.runs.iter().filter(|run| !run.deleted).collect();
        rows.retain(|run| match (flag("active_only"), flag("completed_only")) {
            (true, false) => run.end > now,
            (false, true) => run.end <= now,
            (false, false) => true,
            (true, true) => panic!("both are refused"),
        });
        rows.retain(|run| time("start_time_from").is_none_or(|from| run.start >= from));
        rows.retain(|run| time("start_time_to").is_none_or(|to| run.start <= to));
        // Newest end first; a run that has not ended counts by its start.
        rows.sort_by_key(|run| std::cmp::Reverse(if run.end > now { run.start } else { run.end }));
        let from: usize = query(sent, "page_token").map_or(0, |page| page.parse().expect("a page of ours"));
        let to = rows.len().min(from + self.rows_per_page.min(limit));
        let page: Vec<Value> = rows[from..to].iter().map(|run| run.row_at(now)).collect();
        let mut answer = value!({"runs": page});
        if to < rows.len() {
            answer["next_page_token"] = to.to_string().into();
        }
        json(200, &answer.to_string())
    }
}

impl Run {
    fn row_at(&self, now: Timestamp) -> Value {
        let (state, end) = if now < self.end {
            (value!({"life_cycle_state": "RUNNING"}), 0)
        } else if self.result == "SKIPPED" {
            (value!({"life_cycle_state": "SKIPPED"}), self.end.0)
        } else {
            (
                value!({"life_cycle_state": "TERMINATED", "result_state": self.result}),
                self.end.0,
            )
        };
        let mut row = value!({
            "run_id": self.id, "job_id": 880_012_345_678_901_u64, "run_name": "orders", "trigger": "ONE_TIME",
            "start_time": self.start.0, "end_time": end, "state": state,
        });
        merge(&mut row, &self.shows);
        row
    }

    fn whole_at(&self, now: Timestamp) -> Value {
        let mut run = self.row_at(now);
        merge(&mut run, &self.whole);
        run["tasks"] = value!([{
            "task_key": "load", "run_id": self.id + 1, "start_time": self.start.0, "notebook_task": {}, "state": run["state"],
        }]);
        run
    }
}

fn merge(into: &mut Value, members: &Value) {
    for (name, member) in members.as_object().expect("an object") {
        into[name] = member.clone();
    }
}

/// A member of a request's query, decoded as far as tests need it.
pub(crate) fn query(sent: &Sent, name: &str) -> Option<String> {
    let (_, query) = sent.target().split_once('?')?;
    let value = query
        .split('&')
        .find_map(|pair| pair.strip_prefix(&format!("{name}=")))?;
    assert_eq!(encode_component(value), value, "{name} is plain");
    Some(value.to_owned())
}

/// The workspace as a service.
pub(crate) fn serve(workspace: &Shared) -> impl FnMut(Timestamp, &Sent) -> Reply + use<> {
    let workspace = Rc::clone(workspace);
    move |now, sent| workspace.borrow_mut().answer(now, sent).into()
}
