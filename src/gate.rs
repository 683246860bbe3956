//! What a proxy in front of the services lets through, decided before anything is sent: requests of the contract only,
//! each sent as it was understood and not as it came.
//!
//! [`Gate::admit`] reads a request and gives a [`Passage`] or a [`Refusal`]. **Whoever drives it sends
//! [`Passage::look`], if there is one, and gives the answer to [`Gate::looked`]; then sends [`Passage::request`], and gives
//! the answer to [`Gate::answered`], which says what may be passed on.**

mod body;
mod forms;
mod known;
mod refusal;
mod restriction;
mod target;

use self::known::Known;
pub use self::refusal::Refusal;
use self::restriction::Held;
use self::target::{Place, Target};
use crate::auth::{Resource, is_one_lake};
use crate::contract::{Call, Endpoint, QueryValue};
use crate::databricks::job::BODY_LIMIT;
use crate::error::{Error, ErrorCode};
use crate::http::{BaseUrl, HttpRequest, HttpResponse, RequestId, Service};
use crate::json::{canonical_id, quoted};
use crate::{databricks, fabric};

/// A service that requests may go to.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a proxy's options are written by it")]
pub struct Guarded {
    /// Which one.
    pub service: Service,
    /// The only address of it that is let through.
    pub base: BaseUrl,
    /// The ids of the only jobs (Databricks) or items (Fabric) that are let through; all of them if it is empty.
    pub only: Vec<String>,
    /// The workspace's id, for a Databricks host that serves several: each request names it.
    pub workspace_id: Option<String>,
    /// Whether files are let through, too: in volumes, in DBFS, in `OneLake`.
    pub follow_path: bool,
}

/// A request as it came in.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a proxy builds it")]
pub struct Asked<'a> {
    /// The method, as it stands on the request line.
    pub method: &'a str,
    /// The target behind `/proxy/`, raw: the service's host, with its port if there is one, the path and the query.
    pub target: &'a str,
    /// Names and values as they came.
    pub headers: &'a [(String, String)],
    /// The body's bytes.
    pub body: &'a [u8],
}

/// A request that was let in.
#[derive(Debug)]
#[non_exhaustive]
pub struct Passage {
    /// Which of the services it goes to, by their order.
    pub service: usize,
    /// What has to be asked first; its answer goes to [`Gate::looked`].
    pub look: Option<HttpRequest>,
    /// What is sent then; its answer goes to [`Gate::answered`].
    pub request: HttpRequest,
    held: Held,
}

/// What ends a passage before its request is sent.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "whoever drives a passage answers each")]
pub enum Looked {
    /// The service gave no good answer to the look: it is the answer to the request, too.
    Answered(HttpResponse),
    /// It is about another job or item.
    Refused(Refusal),
}

/// What lets requests to the services through.
#[derive(Debug)]
pub struct Gate {
    services: Vec<Guarded>,
    known: Known,
}

/// The longest body that is taken, in bytes: the contract's.
pub const MOST_BODY_BYTES: usize = BODY_LIMIT;

/// Headers of the services that go back to who asked. No cookie, nothing about the connection, and no challenge, at which
/// a browser would ask a person for a password.
const PASSED_BACK: &[&str] = &[
    "Content-Range",
    "Content-Type",
    "Date",
    "ETag",
    "Last-Modified",
    "Location",
    "RequestId",
    "Retry-After",
    "x-databricks-request-id",
    "x-ms-continuation",
    "x-ms-job-id",
    "x-ms-operation-id",
    "x-ms-public-api-error-code",
    "x-ms-request-id",
    "x-ms-resource-type",
    "x-request-id",
];

/// Headers of a request for a piece of a file, which go on as they came.
const OF_PIECES: &[&str] = &["If-Match", "If-Unmodified-Since", "Range"];

/// The longest value of one of them.
const LONGEST_HEADER: usize = 256;

impl Gate {
    /// A gate to these services.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidOptions`]: an id can be none.
    pub fn new(mut services: Vec<Guarded>) -> Result<Self, Error> {
        for guarded in &mut services {
            let service = guarded.service;
            for id in &mut guarded.only {
                *id = own_id(service, id)?;
            }
            if let Some(id) = &mut guarded.workspace_id {
                *id = own_id(Service::Databricks, id)?;
            }
        }
        Ok(Self {
            services,
            known: Known::default(),
        })
    }

    /// Lets a request in, or says why not. Nothing of it is sent but what was understood: the path, the query and the
    /// body are built anew.
    ///
    /// # Errors
    /// The refusal, with the status to answer with.
    pub fn admit(&self, asked: &Asked<'_>) -> Result<Passage, Refusal> {
        let target = Target::read(asked.target)?;
        if header(asked, "Content-Encoding").is_some() {
            return Err(Refusal::new(
                415,
                "expected a body without Content-Encoding, found one with it",
            ));
        }
        let mut wrong_method = None;
        let mut is_host_known = false;
        for (service, guarded) in self.services.iter().enumerate() {
            for (resource, endpoints) in guarded.offers(&target.authority) {
                is_host_known = true;
                for endpoint in endpoints {
                    let Some(place) = target.place(endpoint) else {
                        continue;
                    };
                    if endpoint.method.as_str() == asked.method {
                        return self.passage(service, resource, endpoint, &place, &target, asked);
                    }
                    wrong_method = Some(endpoint);
                }
            }
        }
        Err(match wrong_method {
            Some(endpoint) => Refusal::new(
                405,
                format!(
                    "{}: expected {}, found another method",
                    endpoint.name,
                    endpoint.method.as_str()
                ),
            ),
            None if is_host_known => Refusal::new(
                403,
                "expected a path that pqrun uses of this service, found another one; paths of files are let through with --follow-path only",
            ),
            None => Refusal::new(
                403,
                format!(
                    "expected a host that the server was started for, found {}",
                    quoted(&target.authority)
                ),
            ),
        })
    }

    fn passage(
        &self,
        service: usize,
        resource: Resource,
        endpoint: &'static Endpoint,
        place: &Place,
        target: &Target,
        asked: &Asked<'_>,
    ) -> Result<Passage, Refusal> {
        let Some(guarded) = self.services.get(service) else {
            return Err(Refusal::new(403, "expected a service, found none"));
        };
        let path = forms::checked_path(endpoint, place)?;
        let query = target.query(endpoint)?;
        let body = body::read(endpoint, asked)?;
        let held = restriction::held(guarded, &self.known, endpoint, (&path, &query, body.as_ref()))?;
        let texts: Vec<_> = path.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let members: Vec<_> = query
            .iter()
            .map(|(name, value)| (*name, QueryValue::Text(value)))
            .collect();
        let mut call = endpoint.call(resource.origin(), &texts, &members, body.as_ref());
        call.resource = resource;
        add_headers(&mut call, guarded, asked)?;
        let look = held.look(guarded, &texts).map(|mut look| {
            look.headers.extend(workspace_header(guarded));
            look.request(RequestId(0), false)
        });
        Ok(Passage {
            service,
            look,
            request: call.request(RequestId(1), false),
            held,
        })
    }

    /// Takes the answer to [`Passage::look`]. `Err` is what to answer in the place of the request, which is not sent then.
    ///
    /// # Errors
    /// It is about another job or item, or no good answer, which is passed on.
    pub fn looked(&mut self, passage: &Passage, response: HttpResponse) -> Result<(), Looked> {
        let response = passed_back(response).map_err(Looked::Refused)?;
        if !response.is_success() {
            return Err(Looked::Answered(response));
        }
        let Some(guarded) = self.services.get(passage.service) else {
            return Ok(());
        };
        let checked = passage.held.check_look(guarded, &mut self.known, &response);
        checked.map_err(Looked::Refused)
    }

    /// What may be passed on of an answer.
    ///
    /// # Errors
    /// It is a redirect, is about another job or item, or does not say about which.
    pub fn answered(&mut self, passage: &Passage, response: HttpResponse) -> Result<HttpResponse, Refusal> {
        let mut response = passed_back(response)?;
        if response.is_success()
            && let Some(guarded) = self.services.get(passage.service)
        {
            passage.held.check(guarded, &mut self.known, &mut response)?;
        }
        Ok(response)
    }
}

impl Passage {
    /// Whether the service says that the token is no good: then it has done nothing, and may be asked again with another
    /// one.
    #[must_use]
    pub fn is_token_refused(&self, response: &HttpResponse) -> bool {
        let code = match self.request.service {
            Service::Databricks => {
                let refusal = databricks::error::read(response);
                databricks::error::classify(response.status, self.request.endpoint, &refusal)
            }
            Service::Fabric => {
                let refusal = fabric::error::read(response);
                fabric::error::classify(response.status, refusal.service_code.as_deref())
            }
        };
        !response.is_success() && matches!(code, ErrorCode::Unauthenticated | ErrorCode::TokenExpired)
    }
}

impl Guarded {
    /// What is at a host: the endpoints, and what a token for them is for.
    fn offers(&self, authority: &str) -> Vec<(Resource, Vec<&'static Endpoint>)> {
        let mut offers = Vec::new();
        let is_here = authority_of(&self.base) == authority;
        if is_here {
            let all = match self.service {
                Service::Databricks => databricks::contract::ENDPOINTS,
                Service::Fabric => fabric::contract::ENDPOINTS,
            };
            let files = databricks::contract::FILE_ENDPOINTS;
            let open = all
                .iter()
                .filter(|endpoint| self.follow_path || !files.contains(endpoint));
            let resource = Resource::of(self.service, self.base.clone());
            offers.push((resource, open.copied().collect()));
        }
        if self.service == Service::Fabric && self.follow_path {
            // Where the service is this machine, OneLake is, too: that is the simulator.
            let lake = if is_here && self.base.is_loopback() {
                Some(self.base.clone())
            } else {
                let named = BaseUrl::parse(&["https://", authority].concat()).ok();
                named.filter(|base| authority_of(base) == authority && is_one_lake(base))
            };
            offers.extend(lake.map(|base| (Resource::OneLake(base), fabric::contract::ONE_LAKE_ENDPOINTS.to_vec())));
        }
        offers
    }
}

/// Host and port.
fn authority_of(base: &BaseUrl) -> &str {
    crate::search::split_once(base.as_str(), "://").map_or("", |(_, authority)| authority)
}

/// An id of a job or an item in its one form.
fn own_id(service: Service, id: &str) -> Result<String, Error> {
    let (found, expected) = match service {
        Service::Databricks => (canonical_id(id), "a positive 64-bit number"),
        Service::Fabric => (fabric::instance::canonical_guid(id), "a GUID"),
    };
    found.ok_or_else(|| {
        let message = ["expected ", expected, ", found ", &quoted(id)].concat();
        Error::new(ErrorCode::InvalidOptions, message)
    })
}

/// A header's value; two of them are none that could be understood, and were refused before.
fn header<'a>(asked: &Asked<'a>, name: &str) -> Option<&'a str> {
    let mut all = asked.headers.iter();
    all.find(|(found, _)| found.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}

fn workspace_header(guarded: &Guarded) -> Option<(String, String)> {
    let id = guarded.workspace_id.as_ref()?;
    Some(("X-Databricks-Workspace-Id".to_owned(), id.clone()))
}

/// Adds the few headers that a request may bring, and those that the server itself knows.
fn add_headers(call: &mut Call, guarded: &Guarded, asked: &Asked<'_>) -> Result<(), Refusal> {
    if let Some(id) = header(asked, "X-Databricks-Workspace-Id")
        && guarded.workspace_id.as_deref() != Some(id)
    {
        return Err(Refusal::new(
            403,
            "X-Databricks-Workspace-Id: expected the workspace that the server was started for, found another one; --workspace-id says which",
        ));
    }
    if matches!(call.resource, Resource::OneLake(_)) {
        let version = fabric::contract::ONE_LAKE_VERSION.to_owned();
        call.headers.push(("x-ms-version".to_owned(), version));
    } else if guarded.service == Service::Databricks {
        call.headers.extend(workspace_header(guarded));
    }
    let pieces = [&databricks::contract::DOWNLOAD_FILE, &fabric::contract::ONE_LAKE_READ];
    if !pieces.contains(&call.endpoint) {
        return Ok(());
    }
    if let Some((_, accept)) = call.headers.first_mut() {
        "*/*".clone_into(accept);
    }
    for name in OF_PIECES {
        let Some(value) = header(asked, name) else { continue };
        let is_range = value
            .strip_prefix("bytes=")
            .is_some_and(|range| !range.is_empty() && range.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'));
        let is_plain = value.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        if value.len() > LONGEST_HEADER || !is_plain || (*name == "Range" && !is_range) {
            return Err(Refusal::new(
                400,
                format!("{name}: expected a value of its form, found another text"),
            ));
        }
        call.headers.push(((*name).to_owned(), value.to_owned()));
    }
    Ok(())
}

/// The answer with the headers alone that go back. A redirect is told and not passed on: nobody is led elsewhere, and a
/// page that follows none could not read what an answer of its status says. It is a refusal, since asking again would not help.
fn passed_back(mut response: HttpResponse) -> Result<HttpResponse, Refusal> {
    if response.status == 0 || (300..400).contains(&response.status) {
        // A browser's opaque redirect has no status.
        let told = "expected an answer of the service, found a redirect, which is not followed: check the host";
        return Err(Refusal::new(403, told));
    }
    response.headers.retain(|(name, value)| {
        PASSED_BACK.iter().any(|passed| passed.eq_ignore_ascii_case(name))
            && value.bytes().all(|byte| (b' '..=b'~').contains(&byte))
    });
    Ok(response)
}
