//! A small Fabric: instances with a life, a list with a lag, starts that act or do not, whatever they answer.
#![allow(unreachable_pub, reason = "the modules beside it use it")]

use std::cell::{Ref, RefCell, RefMut};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use pqrun::fabric::job::FabricJob;
use pqrun::http::{HttpResponse, Method};
use pqrun::poller::Job;
use pqrun::poller::options::RunOptions;
use pqrun::time::Timestamp;
use serde_json::{Value, json};

use crate::support::{Host, Reply, START, Sent};

pub const WORKSPACE: &str = "1f0c4b7e-52aa-4c0d-9b7e-0d6f3a1e8c21";
pub const ITEM: &str = "7a93e1d4-0f5b-4e0a-8d3c-64b2f9c7a510";

pub const LIST: &str = "items/jobs/instances";
pub const GET: &str = "items/jobs/instances/{id}";
pub const CANCEL: &str = "items/jobs/instances/{id}/cancel";
pub const TYPED_GET: &str = "notebooks/jobs/execute/instances/{id}";
pub const ACTIVITIES: &str = "datapipelines/pipelineruns/queryactivityruns";

/// The `n`th instance's id.
pub fn id(n: u32) -> String {
    format!("{n:08x}-0000-4000-8000-00000000000a")
}

/// The request id of the `n`th start.
pub fn request(n: u32) -> String {
    format!("{n:08x}-0000-4000-8000-00000000000b")
}

pub const fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// As Fabric writes it: no zone, seven digits.
pub fn fabric_time(at: Timestamp) -> String {
    at.to_iso().replace('Z', "4567")
}

/// As HTTP writes it.
pub fn http_time(at: Timestamp) -> String {
    let iso = at.to_iso();
    let month = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ][iso[5..7].parse::<usize>().expect("a month") - 1];
    format!("Sun, {} {month} {} {} GMT", &iso[8..10], &iso[..4], &iso[11..19])
}

/// What a life says, from so many seconds after the start on.
pub type Life = Vec<(u64, &'static str)>;

/// One job instance.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: String,
    pub job_type: String,
    pub invoke_type: &'static str,
    pub root: Option<String>,
    pub created: Timestamp,
    pub life: Life,
    pub failure: Value,
    /// Whether the end has a time from the first moment on.
    pub end_time: bool,
    pub cancelled: Option<Timestamp>,
}

impl Row {
    pub fn new(id: String, created: Timestamp, life: Life) -> Self {
        Self {
            id,
            job_type: "Pipeline".to_owned(),
            invoke_type: "Manual",
            root: None,
            created,
            life,
            failure: Value::Null,
            end_time: true,
            cancelled: None,
        }
    }

    /// An instance that ended `age` ago in this way, after a minute.
    pub fn ended(id: String, status: &'static str, age: Duration) -> Self {
        Self::new(
            id,
            START.minus(age + seconds(60)),
            vec![(0, "InProgress"), (60, status)],
        )
    }

    fn status(&self, now: Timestamp) -> (&'static str, Option<Timestamp>) {
        let age = now.since(self.created).as_secs();
        let (mut since, mut status) = (self.created, "NotStarted");
        for (from, said) in &self.life {
            if *from <= age {
                (since, status) = (self.created.plus(seconds(*from)), *said);
            }
        }
        let open = matches!(status, "NotStarted" | "InProgress" | "Running") || status.starts_with("Other");
        match self.cancelled {
            Some(at) if open || at < since => {
                // The cache shows it a while later.
                if now.since(at) < seconds(20) {
                    (status, None)
                } else {
                    ("Cancelled", Some(at))
                }
            }
            _ => (status, (!open).then_some(since)),
        }
    }

    pub fn json(&self, now: Timestamp) -> Value {
        let (status, ended) = self.status(now);
        json!({
            "id": self.id, "itemId": ITEM, "jobType": self.job_type, "invokeType": self.invoke_type, "status": status,
            "failureReason": if status == "Failed" { self.failure.clone() } else { Value::Null },
            "rootActivityId": self.root, "startTimeUtc": fabric_time(self.created),
            "endTimeUtc": ended.filter(|_| self.end_time).map(fabric_time),
        })
    }
}

/// What a start meets.
#[derive(Clone, Debug)]
pub enum Answer {
    /// 202 with these headers; `{id}` and `{request}` are filled in. The run exists.
    Accept(Vec<(&'static str, &'static str)>),
    /// The run exists, and this is what comes back; `named` adds the header `RequestId`.
    Acts { named: bool, reply: Reply },
    /// There is no run, and this is what comes back.
    Nothing { named: bool, reply: Reply },
}

pub const USUAL: [(&str, &str); 4] = [
    (
        "Location",
        "https://api.fabric.microsoft.com/v1/workspaces/w/items/i/jobs/instances/{id}",
    ),
    ("Retry-After", "60"),
    ("RequestId", "{request}"),
    ("x-ms-job-id", "{id}"),
];

type Hook = Box<dyn FnMut(Timestamp, &Sent) -> Option<Reply>>;

pub struct Service {
    pub rows: Vec<Row>,
    /// The life of new instances.
    pub life: Life,
    pub failure: Value,
    pub new_ids: VecDeque<String>,
    /// What the next starts meet; then they are accepted.
    pub answers: VecDeque<Answer>,
    /// How long a new instance is missing from the list, and for the single read.
    pub list_lag: Duration,
    pub read_lag: Duration,
    pub page: usize,
    pub retry_after: Option<String>,
    /// How far the service's clock is ahead; `None` if its answers have no date.
    pub clock: Option<Duration>,
    pub activities: HashMap<String, Value>,
    /// POST starts that arrived, and those that made a run.
    pub posts: u32,
    pub acted: u32,
    pub hook: Option<Hook>,
}

/// The service as several hosts see it.
#[derive(Clone)]
pub struct Shared(Rc<RefCell<Service>>);

impl Default for Shared {
    fn default() -> Self {
        Self(Rc::new(RefCell::new(Service {
            rows: Vec::new(),
            life: vec![(0, "NotStarted"), (20, "InProgress"), (90, "Completed")],
            failure: Value::Null,
            new_ids: VecDeque::new(),
            answers: VecDeque::new(),
            list_lag: Duration::ZERO,
            read_lag: Duration::ZERO,
            page: 100,
            retry_after: None,
            clock: Some(Duration::ZERO),
            activities: HashMap::new(),
            posts: 0,
            acted: 0,
            hook: None,
        })))
    }
}

impl Shared {
    pub fn get(&self) -> Ref<'_, Service> {
        self.0.borrow()
    }

    pub fn set(&self) -> RefMut<'_, Service> {
        self.0.borrow_mut()
    }

    /// With what the next starts meet.
    pub fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        let shared = Self::default();
        shared.set().answers.extend(answers);
        shared
    }

    /// With these instances.
    pub fn with(rows: impl IntoIterator<Item = Row>) -> Self {
        let shared = Self::default();
        shared.set().rows.extend(rows);
        shared
    }

    /// Answers in the place of the service, where it gives something.
    pub fn hook(&self, hook: impl FnMut(Timestamp, &Sent) -> Option<Reply> + 'static) {
        self.set().hook = Some(Box::new(hook));
    }

    pub fn serve(&self) -> impl FnMut(Timestamp, &Sent) -> Reply + 'static {
        let shared = self.clone();
        move |now, sent| {
            let hook = shared.set().hook.take();
            if let Some(mut hook) = hook {
                let reply = hook(now, sent);
                shared.set().hook = Some(hook);
                if let Some(reply) = reply {
                    return reply;
                }
            }
            shared.set().answer(now, sent)
        }
    }

    #[track_caller]
    pub fn start(&self, options: Value) -> Host<'static> {
        self.start_job(json!({}), options)
    }

    #[track_caller]
    pub fn start_job(&self, job: Value, options: Value) -> Host<'static> {
        Host::start(Job::Fabric(fabric_job(job)), run_options(options), self.serve())
    }
}

pub fn fabric_job(mut members: Value) -> FabricJob {
    let map = members.as_object_mut().expect("an object");
    map.entry("workspaceId").or_insert(WORKSPACE.into());
    map.entry("itemId").or_insert(ITEM.into());
    serde_json::from_value(members).expect("a job")
}

pub fn run_options(members: Value) -> RunOptions {
    serde_json::from_value(members).expect("options")
}

/// The POSTs that start something.
pub fn starts<'a>(host: &'a Host<'_>) -> Vec<&'a Sent> {
    host.sent.iter().filter(|sent| is_start(sent)).collect()
}

pub fn is_start(sent: &Sent) -> bool {
    sent.changes() && sent.request.endpoint != CANCEL
}

pub fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> HttpResponse {
    HttpResponse {
        status,
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        body: body.as_bytes().to_vec(),
    }
}

/// Fabric's envelope of an error.
pub fn refusal(status: u16, code: &str) -> HttpResponse {
    let body = json!({"requestId": request(0xbad), "errorCode": code, "message": format!("{code} it is"), "isRetriable": false});
    answer(status, &[], &body.to_string())
}

/// What the history shows for a start.
fn job_type(target: &str) -> String {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let in_path = path.split_once("/jobs/").and_then(|(_, rest)| rest.split('/').next());
    match (query.strip_prefix("jobType="), in_path) {
        (Some(sent), _) => sent.to_owned(),
        (None, Some("execute")) if path.contains("/notebooks/") => "RunNotebook".to_owned(),
        (None, sent) => sent.unwrap_or_default().to_owned(),
    }
}

impl Service {
    fn answer(&mut self, now: Timestamp, sent: &Sent) -> Reply {
        let mut delay = Duration::from_millis(50);
        let mut response = match sent.request.endpoint {
            LIST => self.list(now, sent.target()),
            GET => self.read(now, sent, 0),
            TYPED_GET => self.read(now, sent, 0),
            CANCEL => self.cancel(now, sent),
            ACTIVITIES => self.query(sent),
            _ => {
                assert_eq!(sent.request.method, Method::Post, "{}", sent.request.endpoint);
                match self.start(now, sent) {
                    Reply::Answer(after, response) => {
                        delay = after;
                        response
                    }
                    reply => return reply,
                }
            }
        };
        if let Some(ahead) = self.clock {
            response.headers.push(("Date".to_owned(), http_time(now.plus(ahead))));
        }
        Reply::Answer(delay, response)
    }

    /// The service's own clock.
    fn clock(&self, now: Timestamp) -> Timestamp {
        now.plus(self.clock.unwrap_or_default())
    }

    fn list(&self, now: Timestamp, target: &str) -> HttpResponse {
        let now = self.clock(now);
        let at = target
            .split_once("continuationToken=p%2F")
            .map_or(0, |(_, at)| at.parse().expect("our token"));
        let mut rows: Vec<&Row> = self
            .rows
            .iter()
            .filter(|row| now.since(row.created) >= self.list_lag)
            .collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.created));
        let page: Vec<Value> = rows.iter().skip(at).take(self.page).map(|row| row.json(now)).collect();
        let next = (rows.len() > at + self.page).then(|| format!("p%2F{}", at + self.page));
        let uri = next
            .as_ref()
            .map(|token| format!("https://elsewhere.example/?continuationToken={token}"));
        answer(
            200,
            &[],
            &json!({"value": page, "continuationToken": next, "continuationUri": uri}).to_string(),
        )
    }

    fn read(&self, now: Timestamp, sent: &Sent, back: usize) -> HttpResponse {
        let now = self.clock(now);
        let path = sent.target().split('?').next().expect("a path");
        let id = path.rsplit('/').nth(back).expect("an id");
        match self
            .rows
            .iter()
            .find(|row| row.id == id && now.since(row.created) >= self.read_lag)
        {
            None => answer(404, &[], ""),
            Some(row) => {
                let headers: Vec<(&str, &str)> = self
                    .retry_after
                    .iter()
                    .map(|wait| ("Retry-After", wait.as_str()))
                    .collect();
                answer(200, &headers, &row.json(now).to_string())
            }
        }
    }

    fn cancel(&mut self, now: Timestamp, sent: &Sent) -> HttpResponse {
        let now = self.clock(now);
        let id = sent.target().rsplit('/').nth(1).expect("an id").to_owned();
        let Some(row) = self.rows.iter_mut().find(|row| row.id == id) else {
            return refusal(404, "ItemNotFound");
        };
        if row.status(now).1.is_some() {
            return refusal(400, "JobAlreadyCompleted");
        }
        row.cancelled.get_or_insert(now);
        answer(202, &[("Retry-After", "60")], "")
    }

    fn query(&self, sent: &Sent) -> HttpResponse {
        let id = sent.target().rsplit('/').nth(1).expect("an id");
        let empty = json!([{"activityName": "Copy", "activityType": "Copy", "status": "Succeeded", "output": {"rowsCopied": 1}}]);
        let rows = self.activities.get(id).unwrap_or(&empty);
        answer(200, &[], &json!({"value": rows, "continuationToken": null}).to_string())
    }

    fn start(&mut self, now: Timestamp, sent: &Sent) -> Reply {
        let now = self.clock(now);
        self.posts += 1;
        let request = request(self.posts);
        let answer = self.answers.pop_front().unwrap_or(Answer::Accept(USUAL.to_vec()));
        let (acts, named, reply) = match answer {
            Answer::Accept(headers) => (true, false, self::answer(202, &headers, "").into()),
            Answer::Acts { named, reply } => (true, named, reply),
            Answer::Nothing { named, reply } => (false, named, reply),
        };
        let mut id = String::new();
        if acts {
            self.acted += 1;
            id = self.new_ids.pop_front().unwrap_or_else(|| self::id(0x100 + self.posts));
            let mut row = Row::new(id.clone(), now, self.life.clone());
            row.root = Some(request.clone());
            row.job_type = job_type(sent.target());
            row.failure = self.failure.clone();
            self.rows.push(row);
        }
        match reply {
            Reply::Answer(delay, mut response) => {
                for (_, value) in &mut response.headers {
                    *value = value.replace("{id}", &id).replace("{request}", &request);
                }
                if named {
                    response.headers.push(("RequestId".to_owned(), request));
                }
                Reply::Answer(delay, response)
            }
            reply => reply,
        }
    }
}
