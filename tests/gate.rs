//! What the gate of `pqrun serve` lets through, and how it is sent then.

#![cfg(not(target_family = "wasm"))]

use pqrun::gate::{Asked, Gate, Guarded, Looked, Passage, Refusal};
use pqrun::http::{BaseUrl, HttpResponse, Service};
use serde_json::Value;

mod gate {
    mod answers;
    mod bodies;
    mod requests;
    mod restriction;
}

const DATABRICKS: &str = "adb-1111222233334444.5.azuredatabricks.net";
const FABRIC: &str = "api.fabric.microsoft.com";
const LAKE: &str = "onelake.dfs.fabric.microsoft.com";
const WORKSPACE: &str = "1f0c4b7e-52aa-4c0d-9b7e-0d6f3a1e8c21";
const ITEM: &str = "7a93e1d4-0f5b-4e0a-8d3c-64b2f9c7a510";
const OTHER_ITEM: &str = "9d3e7c55-1b20-4f6a-bb0e-7c1f52d8e904";
const INSTANCE: &str = "e58a6f13-9c40-4b2e-b6d1-2f7740ac91de";

fn guarded(service: Service, host: &str) -> Guarded {
    Guarded {
        service,
        base: BaseUrl::parse(host).expect("it is a host"),
        only: Vec::new(),
        workspace_id: None,
        follow_path: false,
    }
}

fn both() -> Vec<Guarded> {
    vec![
        guarded(Service::Databricks, DATABRICKS),
        guarded(Service::Fabric, FABRIC),
    ]
}

fn gate(change: impl Fn(&mut Guarded)) -> Gate {
    let mut services = both();
    services.iter_mut().for_each(change);
    Gate::new(services).expect("the options are right")
}

fn open() -> Gate {
    gate(|_| ())
}

/// Held to the job 11 and the item [`ITEM`].
fn held() -> Gate {
    gate(|guarded| {
        guarded.only = vec![match guarded.service {
            Service::Databricks => "11".to_owned(),
            Service::Fabric => ITEM.to_uppercase(),
        }];
    })
}

fn with_files() -> Gate {
    gate(|guarded| guarded.follow_path = true)
}

fn ask(gate: &Gate, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Result<Passage, Refusal> {
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    gate.admit(&Asked {
        method,
        target,
        headers: &headers,
        body: body.as_bytes(),
    })
}

fn get(gate: &Gate, target: &str) -> Result<Passage, Refusal> {
    ask(gate, "GET", target, &[], "")
}

fn post(gate: &Gate, target: &str, body: &str) -> Result<Passage, Refusal> {
    ask(gate, "POST", target, &[("content-type", "application/json")], body)
}

fn jobs(rest: &str) -> String {
    format!("{DATABRICKS}/api/2.2/jobs/{rest}")
}

fn items(rest: &str) -> String {
    format!("{FABRIC}/v1/workspaces/{WORKSPACE}/{rest}")
}

fn start(job: &str) -> String {
    format!(r#"{{"job_id": {job}, "idempotency_token": "t-1"}}"#)
}

#[track_caller]
fn refused(asked: Result<Passage, Refusal>, status: u16) -> String {
    match asked {
        Ok(passage) => panic!("expected a refusal, found {}", passage.request.url),
        Err(refusal) => {
            assert_eq!(refusal.status, status, "{}", refusal.message);
            refusal.message
        }
    }
}

#[track_caller]
fn sent(asked: Result<Passage, Refusal>) -> String {
    match asked {
        Ok(passage) => passage.request.url,
        Err(refusal) => panic!("{refusal:?}"),
    }
}

fn answer(status: u16, body: &Value) -> HttpResponse {
    HttpResponse {
        status,
        headers: vec![("content-type".into(), "application/json".into())],
        body: body.to_string().into_bytes(),
    }
}

/// What goes back of an answer.
fn told(gate: &mut Gate, passage: &Passage, response: HttpResponse) -> HttpResponse {
    gate.answered(passage, response)
        .unwrap_or_else(|refusal| refusal.response())
}

/// What goes back in the place of the request, if the look before it says so.
fn looked(gate: &mut Gate, passage: &Passage, response: HttpResponse) -> Result<(), HttpResponse> {
    gate.looked(passage, response).map_err(|looked| match looked {
        Looked::Answered(response) => response,
        Looked::Refused(refusal) => refusal.response(),
    })
}

fn document(response: &HttpResponse) -> Value {
    serde_json::from_slice(&response.body).expect("it is JSON")
}
