//! One error for everything: a stable code, the service's own code, where it happened, and what a user can do.

use std::fmt;
use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize};

macro_rules! error_codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $text:literal, $hint:literal;)+) => {
        /// What went wrong. The text of a code never changes; new codes may come.
        #[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
        #[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[doc = $doc])+ #[serde(rename = $text)] $variant,)+
        }

        impl ErrorCode {
            /// All codes, in the order of their declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code's stable text.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// What a user can do about it, in plain words; may be empty.
            #[must_use]
            pub const fn hint(self) -> &'static str {
                match self { $(Self::$variant => $hint),+ }
            }
        }
    };
}

error_codes! {
    // What the caller gave.
    /// An option is missing, of the wrong kind, or contradicts another one.
    InvalidOptions = "invalidOptions", "correct the option that the message names; nothing was sent";
    /// A parameter breaks one of the service's limits.
    InvalidParameter = "invalidParameter", "correct the parameter that the message names; nothing was sent";
    /// The host is no HTTPS origin.
    InvalidHost = "invalidHost", "give the workspace's address as https://…; plain HTTP is for the loopback only";
    /// An answer was given to a request that the poller never made.
    UnknownRequest = "unknownRequest", "give back the id of the request that the answer belongs to";
    /// A snapshot can't be read.
    InvalidSnapshot = "invalidSnapshot", "give the JSON document as it was persisted; a newer version of pqrun may have written it";
    /// A resume would have to send the body again, and the secret parameters were rightly not stored.
    MissingSecretParameters = "missingSecretParameters", "give the values of the secret parameters again when resuming";
    /// No credential was given.
    MissingCredentials = "missingCredentials", "give what the message names: the package takes a token or a credential; for the command set DATABRICKS_TOKEN, FABRIC_TOKEN or another source that `pqrun auth check` lists";

    /// A credential is malformed, incomplete, or of another kind than the host takes.
    InvalidCredentials = "invalidCredentials", "correct the part of the credential that the message names; nothing was sent";
    /// The host is none of the service's own, so no token and no secret goes there unasked.
    UnknownHost = "unknownHost", "check the host's spelling; if it is right, say so by the option trustHost or the flag --trust-host: it will get the token";
    /// A page was given a client secret, which everybody who opens it could read.
    ClientSecretInBrowser = "clientSecretInBrowser", "keep the secret on a server; in a page give a token callback, or a TokenCredential such as MSAL's";

    // What the sign-in said.
    /// The token endpoint refused the credential.
    SignInRefused = "signInRefused", "check the tenant, the client id and the secret or assertion, and that the secret has not expired";
    /// The token endpoint wants a person at a screen: multi-factor authentication, consent, conditional access.
    InteractionRequired = "interactionRequired", "sign in as a person once (az login), or use a service principal that the tenant's policies let in";
    /// Key Vault refused to hand out the secret, or the secret is disabled or expired.
    VaultRefused = "vaultRefused", "check the vault, the secret's name and version, and that the credential that reads the vault has the role Key Vault Secrets User";

    /// The snapshot that has to be stored before a start could not be stored.
    PersistFailed = "persistFailed", "make the persist callback store the snapshot; no start is sent that could not be found again";

    // What the service refused.
    /// 401: the credential is missing, wrong, or of another audience.
    Unauthenticated = "unauthenticated", "check that the token belongs to this host and has not been revoked";
    /// The credential has expired, and a fresh one was refused too or could not be had.
    TokenExpired = "tokenExpired", "give a token callback or a credential that can get a fresh token, or a new token";
    /// 403: the credential is good, but not allowed to do this.
    Forbidden = "forbidden", "ask for the permission: CAN MANAGE RUN on the Databricks job, and a token with the scope jobs or all-apis; Contributor on the Fabric workspace, and for service principals the tenant setting that allows them";
    /// The job, item or workspace does not exist, or this credential can't see it.
    NotFound = "notFound", "check the ids and the host: the thing may be in another workspace";
    /// No job has this id.
    JobNotFound = "jobNotFound", "check the job id, and that the host is the workspace that holds the job";
    /// No job has exactly this name.
    JobNameNotFound = "jobNameNotFound", "check the name's spelling and case, or use the job's id";
    /// Several jobs have this name.
    JobNameAmbiguous = "jobNameAmbiguous", "use one of the ids that the message names";
    /// The run does not exist (any more).
    RunNotFound = "runNotFound", "check the run id; services forget runs after a while (Databricks 60 days, Fabric about 100 runs)";
    /// The answer came from something that is not the service: a sign-in page, a proxy, a redirect.
    WrongHost = "wrongHost", "check the host: this address answers with a page or a redirect, not with the service's API";
    /// The service does not accept the job type or the form of the request for this item.
    InvalidJobType = "invalidJobType", "use a job type that the item knows: Pipeline, RunNotebook, sparkjob, …";
    /// The service does not offer this here.
    FeatureNotAvailable = "featureNotAvailable", "the item or job type does not take this; a typed parameter may have to go into executionData";
    /// The service found the request wrong.
    BadRequest = "badRequest", "the service's message says which part of the request it refused";
    /// The request clashes with the state of the thing.
    Conflict = "conflict", "another request changed it meanwhile; look at the run list and try again";
    /// 429 for longer than the deadline or the budget allowed.
    Throttled = "throttled", "the service limits requests per workspace or identity; run less at once or try later";
    /// A limit on the number of jobs was reached, so nothing was started.
    TooManyJobs = "tooManyJobs", "wait until other runs have ended, or follow the active one";
    /// The idempotency token belongs to a run that was deleted.
    TokenOfDeletedRun = "tokenOfDeletedRun", "use another idempotency token: the service keeps this one reserved";

    // What went wrong on the way.
    /// The network's proxy does not let the request through, or its address can't be read.
    ProxyRefused = "proxyRefused", "check the proxy in HTTPS_PROXY: it may want a user and a password (http://user:password@host:port), or it has to be told to let this host through; a host that needs no proxy goes into NO_PROXY";
    /// The host's certificate is signed by nobody who is known here, has expired, or is for another name.
    UntrustedCertificate = "untrustedCertificate", "if a proxy of your network signs connections anew, name the file with its certificate in NODE_EXTRA_CA_CERTS before the program starts; otherwise check the host";
    /// No answer: DNS, TLS, refused or cut connection, time-out, or a browser's CORS refusal.
    Network = "network", "check the network and the host; in a browser the service may not allow this page (CORS): Databricks never does, call it from a server or through a proxy";
    /// The service answered with a server error until the budget was spent.
    ServerError = "serverError", "the service has a fault; try again later and quote the request id";
    /// The answer is not what the API promises.
    MalformedResponse = "malformedResponse", "a proxy may have changed or cut the answer; try again, and report it if it stays";

    // How a run was lost sight of.
    /// The start may or may not have reached the service, and no trace of it was found.
    StartUnconfirmed = "startUnconfirmed", "look at the run list before starting again: a run may exist";
    /// Several runs could be the one that was started.
    StartAmbiguous = "startAmbiguous", "look at the ids that the message names; attach to the right one";
    /// The service kept giving old runs for the tokens that `reuse` computed.
    ReuseExhausted = "reuseExhausted", "look at the runs that the message names, or start without reuse";
    /// Polling failed for longer than the budget.
    LostSight = "lostSight", "the run may still be going: resume it by its id or snapshot";
    /// Our own deadline passed.
    DeadlinePassed = "deadlinePassed", "the run may still be going: resume it, or give a longer timeout";
    /// Cancelling was asked for, but the run was not seen to end.
    CancelUnconfirmed = "cancelUnconfirmed", "the run may still be stopping: look at it by its id";
    /// The run is shared with other callers and was left alone.
    SharedRun = "sharedRun", "others may rely on this run; cancel it with cancelShared if you mean it";
    /// The caller stopped watching.
    Detached = "detached", "the run goes on: resume it by its id or snapshot";

    // What is the matter with outputs.
    /// The output is longer than what the service gives out.
    OutputTruncated = "outputTruncated", "write the rows to a file in a volume (Databricks) or in OneLake (Fabric), exit with its path, and set followPath (--follow-path): the services give out only a few MB";
    /// The files that the outputs name are larger than what is read of them, or a table is longer as a text than texts may be.
    OutputTooLarge = "outputTooLarge", "write fewer rows or columns, or read the file by other means: at most 256 MiB of files are read for one run";
    /// The output names a file at a place that is not followed, or in a way that could lead elsewhere.
    OutputPathRefused = "outputPathRefused", "give out a path of a CSV or JSON file as /Volumes/…, dbfs:/… or https://onelake.dfs.fabric.microsoft.com/…, or leave followPath out";
    /// The output could not be fetched.
    OutputUnavailable = "outputUnavailable", "the run's outcome is not affected; resume the run to try again";
    /// The output is no table: not JSON, or the path leads nowhere.
    OutputUnreadable = "outputUnreadable", "check the output path, and what the notebook returns";
    /// The run itself failed.
    RunFailed = "runFailed", "see the run's page for its log";
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An [`ErrorInfo`] in a box, since most of what is made here may
/// come with one.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Error(Box<ErrorInfo>);

/// What went wrong, where, and what the service said. It never holds a credential or a body.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ErrorInfo {
    /// The stable code to branch on.
    pub code: ErrorCode,
    /// What was expected, what was found, and where.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub hint: String,
    /// The service's own code, such as `PERMISSION_DENIED` or `InsufficientPrivileges`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub service_code: Option<String>,
    /// The HTTP status, if there was an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub status: Option<u16>,
    /// The service's id of the request, for its support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub request_id: Option<String>,
    /// The endpoint, such as `jobs/runs/get`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub endpoint: Option<String>,
    /// Of a table: the row of a value that does not fit, counted from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub row: Option<usize>,
    /// Of a table: the column of a value that does not fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub column: Option<String>,
    /// Of a table: the place in its text, in bytes from the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub offset: Option<usize>,
    /// Whether the same request may well succeed later.
    #[serde(default)]
    pub retryable: bool,
    /// Ids of the runs in question, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub run_ids: Vec<String>,
}

impl Error {
    /// An error with its code's hint.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self(Box::new(ErrorInfo {
            code,
            message: message.into(),
            hint: code.hint().to_owned(),
            service_code: None,
            status: None,
            request_id: None,
            endpoint: None,
            row: None,
            column: None,
            offset: None,
            retryable: false,
            run_ids: Vec::new(),
        }))
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// Whether the same request may well succeed later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.retryable
    }

    /// The same error under another code, with that code's hint. The message and the service's data stay; under the code
    /// that it has, the hint does, too.
    #[must_use]
    pub fn with_code(mut self, code: ErrorCode) -> Self {
        if self.code != code {
            self.code = code;
            code.hint().clone_into(&mut self.hint);
        }
        self
    }

    /// What there is to know of it.
    #[must_use]
    pub fn into_info(self) -> ErrorInfo {
        *self.0
    }

    /// The same error with a hint of its own.
    pub(crate) fn with_hint(mut self, hint: &str) -> Self {
        hint.clone_into(&mut self.hint);
        self
    }

    /// The same error, about these runs.
    #[must_use]
    pub fn with_run_ids(mut self, ids: Vec<String>) -> Self {
        self.run_ids = ids;
        self
    }

    /// The same error, at this endpoint unless it knows a better one: a sign-in's, say, before the request itself.
    pub(crate) fn at(mut self, endpoint: &str) -> Self {
        self.endpoint.get_or_insert_with(|| endpoint.to_owned());
        self
    }

    pub(crate) fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }
}

impl Deref for Error {
    type Target = ErrorInfo;

    fn deref(&self) -> &ErrorInfo {
        &self.0
    }
}

impl DerefMut for Error {
    fn deref_mut(&mut self) -> &mut ErrorInfo {
        &mut self.0
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(endpoint) = &self.endpoint {
            write!(f, "{endpoint}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_text_of_its_own_and_survives_json() {
        let mut seen = Vec::new();
        for code in ErrorCode::ALL {
            assert!(!seen.contains(&code.as_str()), "{code} stands twice");
            seen.push(code.as_str());
            let json = serde_json::to_string(code).expect("a code is a JSON string");
            assert_eq!(json, format!("\"{code}\""));
            assert_eq!(serde_json::from_str::<ErrorCode>(&json).expect("it reads back"), *code);
        }
    }

    #[test]
    fn every_code_says_what_to_do_without_a_full_stop() {
        for code in ErrorCode::ALL {
            assert!(
                !code.hint().is_empty() && !code.hint().ends_with('.'),
                "{code}: {:?}",
                code.hint()
            );
        }
    }
}
