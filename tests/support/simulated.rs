//! The simulator as the scripted service of a virtual host: no socket, the same bytes.

#![allow(unreachable_pub, reason = "the module of several test binaries")]

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use pqrun::auth::Resource;
use pqrun::http::{HttpResponse, Service};
use pqrun::simulator::{Fate, Request, Simulator};
use pqrun::time::Timestamp;

use crate::support::{Reply, Sent};

/// A network with a latency, and a host's credential: the first token of the scenario for what is asked, a new one when it
/// is refused.
pub fn service(simulator: Rc<RefCell<Simulator>>) -> impl FnMut(Timestamp, &Sent) -> Reply {
    let mut tokens = [
        ("databricks", "dapi-simulated".to_owned()),
        ("fabric", "fabric-simulated".to_owned()),
        ("storage", "storage-simulated".to_owned()),
    ];
    move |now, sent| {
        let mut simulator = simulator.borrow_mut();
        let request = &sent.request;
        let (service, token) = &mut tokens[match request.resource {
            Resource::OneLake(_) => 2,
            _ => usize::from(request.service == Service::Fabric),
        }];
        if request.refresh_token {
            *token = new_token(&mut simulator, now, service);
        }
        let mut headers = request.headers.clone();
        headers.push(("Host".to_owned(), request.resource.origin().host().to_owned()));
        headers.push(("Authorization".to_owned(), format!("Bearer {token}")));
        let reply = simulator.handle(
            now,
            &Request {
                method: request.method.as_str().to_owned(),
                target: sent.target().to_owned(),
                headers,
                body: request.body.clone().unwrap_or_default().into_bytes(),
            },
        );
        let latency = Duration::from_millis(30) + reply.delay;
        match reply.fate {
            Fate::Deliver => Reply::Answer(latency, reply.response),
            // A body that is cut under its full length is an error of the transport.
            Fate::Drop | Fate::Cut(_) => Reply::Fail("the connection was closed", true),
        }
    }
}

fn new_token(simulator: &mut Simulator, now: Timestamp, service: &str) -> String {
    let body = format!(r#"{{"service": "{}", "lifetimeSeconds": 3600}}"#, service);
    let request = Request {
        method: "POST".to_owned(),
        target: "/simulator/token".to_owned(),
        headers: vec![("Host".to_owned(), "127.0.0.1:8080".to_owned())],
        body: body.into_bytes(),
    };
    let HttpResponse { body, .. } = simulator.handle(now, &request).response;
    let value: serde_json::Value = serde_json::from_slice(&body).expect("the simulator answers with JSON");
    value["token"].as_str().expect("a token").to_owned()
}
