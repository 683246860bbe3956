//! The gate of `pqrun serve`: drives passages, with the tokens that stay here.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, Function, Object, Promise, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::future_to_promise;

use crate::auth::{ExposeSecret, Resource};
use crate::error::Error;
use crate::gate::{Asked, Gate, Guarded, Looked, MOST_BODY_BYTES, Passage, Refusal};
use crate::http::{BaseUrl, HttpRequest, HttpResponse, Service};
use crate::wasm::convert::{get, refuse, set, throw};
use crate::wasm::fetch::{Outgoing, abort_controller, fetch};
use crate::wasm::options::flag;
use crate::wasm::source::{Lease, Source};
use crate::wasm::thrown::message_of;
use crate::wasm::wait::race;

/// What lets requests of a page through to the services, with tokens that the page never sees.
///
/// @internal
#[wasm_bindgen(js_name = Gate, skip_typescript)]
pub struct JsGate(Rc<Inner>);

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** @internal A service that {@link Gate} lets requests through to. */
export interface GuardedService {
    service: "databricks" | "fabric";
    host: string;
    /** The ids of the only jobs or items; all of them if it is empty. */
    only: string[];
    workspaceId?: string;
    followPath: boolean;
    token?: unknown;
    credential?: unknown;
    trustHost?: boolean;
}

/** @internal */
export interface GateAnswer {
    status: number;
    headers: [string, string][];
    body: Uint8Array;
    /** The endpoint's name, if the request was one of the contract's. */
    endpoint?: string;
    /** Why it was refused or did not get there, if the answer is none of the service's. */
    reason?: string;
}

/** @internal */
export class Gate {
    /** The longest body that is taken, in bytes. */
    readonly bodyLimit: number;
    constructor(services: GuardedService[]);
    /**
     * Lets a request through, or refuses it. Never rejects.
     *
     * @param target Raw, behind `/proxy/`.
     * @param timeout Milliseconds that the service has for an answer.
     */
    handle(method: string, target: string, headers: [string, string][], body: Uint8Array, fetch: FetchLike, timeout: number): Promise<GateAnswer>;
    free(): void;
}
"#;

struct Inner {
    gate: RefCell<Gate>,
    /// In the order of the services.
    sources: Vec<Rc<Source>>,
    /// Those of `OneLake` beside them.
    lakes: RefCell<Vec<(usize, Resource, Rc<Source>)>>,
}

/// How a service is asked.
struct Way {
    fetch: Function,
    timeout: Duration,
}

/// An answer to give, and why, if it is none of the service's.
struct Told {
    response: HttpResponse,
    reason: Option<String>,
}

#[wasm_bindgen(js_class = Gate)]
impl JsGate {
    #[wasm_bindgen(getter, js_name = bodyLimit)]
    pub fn body_limit(&self) -> usize {
        MOST_BODY_BYTES
    }

    /// @throws {PqrunError} `invalidOptions`, `invalidHost`, `unknownHost`, `missingCredentials`
    #[wasm_bindgen(constructor)]
    pub fn new(services: &Array) -> Result<Self, JsValue> {
        let read = || {
            let mut guarded = Vec::new();
            let mut sources = Vec::new();
            for options in services.iter() {
                let one = read_guarded(&options)?;
                sources.push(Rc::new(Source::read(one.service, &one.base, &options)?));
                guarded.push(one);
            }
            Ok(Self(Rc::new(Inner {
                gate: RefCell::new(Gate::new(guarded)?),
                sources,
                lakes: RefCell::default(),
            })))
        };
        read().map_err(throw)
    }

    pub fn handle(
        &self,
        method: String,
        target: String,
        headers: &Array,
        body: Vec<u8>,
        fetch: Function,
        timeout: u32,
    ) -> Promise {
        let inner = Rc::clone(&self.0);
        let headers: Vec<(String, String)> = headers.iter().filter_map(|header| pair(&header)).collect();
        let way = Way {
            fetch,
            timeout: Duration::from_millis(timeout.into()),
        };
        future_to_promise(async move {
            let asked = Asked {
                method: &method,
                target: &target,
                headers: &headers,
                body: &body,
            };
            let admitted = inner.gate.borrow().admit(&asked);
            Ok(match admitted {
                Ok(passage) => {
                    let told = inner.pass(&passage, &way).await.unwrap_or_else(|told| told);
                    to_js(told, Some(passage.request.endpoint))
                }
                Err(refusal) => to_js(refusal.into(), None),
            })
        })
    }
}

impl Inner {
    /// The answer to a request that was let in.
    async fn pass(&self, passage: &Passage, way: &Way) -> Result<Told, Told> {
        if let Some(look) = &passage.look {
            let response = self.exchange(passage, look, way).await?;
            let looked = self.gate.borrow_mut().looked(passage, response);
            looked.map_err(|looked| match looked {
                Looked::Answered(response) => Told { response, reason: None },
                Looked::Refused(refusal) => refusal.into(),
            })?;
        }
        let response = self.exchange(passage, &passage.request, way).await?;
        let response = self.gate.borrow_mut().answered(passage, response)?;
        Ok(Told { response, reason: None })
    }

    /// One request to its answer; a second time with another token, if the service refuses the first one.
    async fn exchange(&self, passage: &Passage, request: &HttpRequest, way: &Way) -> Result<HttpResponse, Told> {
        let source = self.source(passage, &request.resource).map_err(no_token)?;
        let mut refused = None;
        loop {
            let lease = source.lease(refused).await.map_err(no_token)?;
            let response = send(request, &lease, way).await?;
            if refused.is_some() || lease.generation.is_none() || !passage.is_token_refused(&response) {
                return Ok(response);
            }
            refused = lease.generation;
        }
    }

    fn source(&self, passage: &Passage, resource: &Resource) -> Result<Rc<Source>, Error> {
        let at = passage.service;
        let source = self.sources.get(at).ok_or_else(|| refuse("expected a service"))?;
        if !matches!(resource, Resource::OneLake(_)) {
            return Ok(Rc::clone(source));
        }
        let mut lakes = self.lakes.borrow_mut();
        if let Some((.., known)) = lakes.iter().find(|(of, known, _)| *of == at && known == resource) {
            return Ok(Rc::clone(known));
        }
        let found = Rc::new(source.of_one_lake(resource.clone())?);
        lakes.push((at, resource.clone(), Rc::clone(&found)));
        Ok(found)
    }
}

/// Sends a request with its token, and takes the token out of what comes back.
async fn send(request: &HttpRequest, lease: &Lease, way: &Way) -> Result<HttpResponse, Told> {
    let stop = abort_controller().map_err(|error| Refusal::new(500, error.into_info().message))?;
    let own = request.headers.iter();
    let own = own.map(|(name, value)| (name.as_str(), value.as_str()));
    let added = lease.headers.iter().map(|(name, value)| (*name, value.expose_secret()));
    let headers: Vec<_> = own.chain(added).collect();
    let outgoing = Outgoing {
        method: request.method,
        url: &request.url,
        headers: &headers,
        body: request.body.as_deref(),
    };
    let signal = stop.signal();
    let redactor = lease.redactor();
    let host = request.resource.origin().host();
    match race(Box::pin(fetch(Some(&way.fetch), &outgoing, &signal)), way.timeout).await {
        Some(Ok(mut response)) => {
            redactor.clean_refusal(&mut response);
            let in_headers = || {
                response
                    .headers
                    .iter()
                    .any(|(_, value)| redactor.is_in(value.as_bytes()))
            };
            if response.is_success() && (redactor.is_in(&response.body) || in_headers()) {
                let message = ["expected an answer without the token, found it in that of ", host].concat();
                return Err(Refusal::new(502, message).into());
            }
            Ok(response)
        }
        Some(Err(thrown)) => {
            let mut message = message_of(&thrown);
            redactor.clean_text(&mut message);
            Err(Refusal::new(502, ["no answer from ", host, ": ", &message].concat()).into())
        }
        None => {
            stop.abort();
            let message = format!("no answer from {host} within {} s", way.timeout.as_secs_f32());
            Err(Refusal::new(504, message).into())
        }
    }
}

impl From<Refusal> for Told {
    fn from(refusal: Refusal) -> Self {
        Self {
            response: refusal.response(),
            reason: Some(refusal.message),
        }
    }
}

/// The server can't sign in. That is no 401: the page's own key is good.
fn no_token(error: Error) -> Told {
    let status = if error.retryable { 503 } else { 403 };
    let message = ["the server has no token: ", &error.message, "; ", &error.hint].concat();
    Refusal::new(status, message).into()
}

fn read_guarded(options: &JsValue) -> Result<Guarded, Error> {
    let text = |name: &str| get(options, name).as_string();
    let service = match text("service").as_deref() {
        Some("databricks") => Service::Databricks,
        Some("fabric") => Service::Fabric,
        _ => return Err(refuse("service: expected databricks or fabric")),
    };
    let only = Array::from(&get(options, "only"));
    Ok(Guarded {
        service,
        base: BaseUrl::parse(&text("host").unwrap_or_default())?,
        only: only.iter().filter_map(|id| id.as_string()).collect(),
        workspace_id: text("workspaceId"),
        follow_path: flag(options, "followPath")?,
    })
}

fn pair(header: &JsValue) -> Option<(String, String)> {
    let header = Array::from(header);
    Some((header.get(0).as_string()?, header.get(1).as_string()?))
}

fn to_js(told: Told, endpoint: Option<&str>) -> JsValue {
    let headers = Array::new();
    for (name, value) in &told.response.headers {
        let pair: [JsValue; 2] = [name.into(), value.into()];
        headers.push(&Array::of(&pair));
    }
    let js = Object::new();
    set(&js, "status", &told.response.status.into());
    set(&js, "headers", &headers);
    set(&js, "body", &Uint8Array::from(told.response.body.as_slice()));
    if let Some(endpoint) = endpoint {
        set(&js, "endpoint", &endpoint.into());
    }
    if let Some(reason) = told.reason {
        set(&js, "reason", &reason.into());
    }
    js.into()
}
