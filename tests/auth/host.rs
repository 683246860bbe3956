//! A host for one acquisition: scripted issuers, virtual time, and the drain contract asserted on every step.

#![allow(unreachable_pub, reason = "a module of a test binary")]

use std::time::Duration;

use pqrun::auth::{
    AccessToken, Acquisition, AuthInput, AuthRequest, AuthSettings, Credential, ExposeSecret, LIMIT, Resource,
    SecretSource, SecretString, Step,
};
use pqrun::error::Error;
use pqrun::http::{BaseUrl, HttpResponse, RequestId};
use pqrun::time::Timestamp;

use crate::support::{Reply, START, json};

pub const TENANT: &str = "0c4f1d7e-2b60-4a35-9e8b-71d2c6a05f13";
pub const CLIENT: &str = "b81e6d20-95c7-4f4a-8d13-6a0e27f9c354";
pub const ACCOUNT: &str = "3e9a1c55-7d02-4b8f-a6c4-10f5d2b7e893";
pub const SECRET: &str = "pl4nted~S3cret+/=&%client";
pub const TOKEN: &str = "pl4nted.T0ken-value_1";
pub const VAULT_TOKEN: &str = "pl4nted.V4ult-token_2";
pub const ASSERTION: &str = "pl4ntedHeader.pl4ntedClaims.pl4ntedSignature";
pub const WORKSPACE: &str = "/subscriptions/5d0e3c1a-8f26-47b9-b1d4-9c7a20e6f538/resourceGroups/rg-(data)/providers/Microsoft.Databricks/workspaces/etl";

pub const AZURE: &str = "https://adb-1111222233334444.5.azuredatabricks.net";
pub const AWS: &str = "https://dbc-0a1b2c3d-4e5f.cloud.databricks.com";
pub const FABRIC: &str = "https://api.fabric.microsoft.com";

#[track_caller]
pub fn base(text: &str) -> BaseUrl {
    BaseUrl::parse(text).expect("it is an origin")
}

pub fn databricks(host: &str) -> Resource {
    Resource::Databricks(base(host))
}

pub fn fabric() -> Resource {
    Resource::Fabric(base(FABRIC))
}

pub fn given(secret: &str) -> SecretSource {
    SecretSource::Given(SecretString::from(secret))
}

#[track_caller]
pub fn vaulted(reference: &str) -> SecretSource {
    let source = SecretSource::parse(reference).expect("the reference is right");
    assert!(matches!(source, SecretSource::Vault(_)), "{reference}");
    source
}

pub fn oauth(secret: SecretSource) -> Credential {
    Credential::DatabricksOAuth {
        client_id: CLIENT.to_owned(),
        client_secret: secret,
        scope: None,
        account_id: None,
    }
}

pub fn entra(secret: SecretSource) -> Credential {
    Credential::EntraSecret {
        tenant_id: TENANT.to_owned(),
        client_id: CLIENT.to_owned(),
        client_secret: secret,
        authority: None,
        azure_workspace_resource_id: None,
    }
}

pub fn entra_federation() -> Credential {
    Credential::EntraFederation {
        tenant_id: TENANT.to_owned(),
        client_id: CLIENT.to_owned(),
        authority: None,
        azure_workspace_resource_id: None,
    }
}

/// The answer of a token endpoint, with an hour to live.
pub fn granted(token: &str) -> HttpResponse {
    json(
        200,
        &format!(r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":3600}}"#),
    )
}

/// A vault's answer.
pub fn vault_secret(value: &str) -> HttpResponse {
    let body = serde_json::json!({
        "value": value,
        "id": "https://kv-demo.vault.azure.net/secrets/spn/6f1b0c9d7e2a4855b3c1",
        "attributes": {"enabled": true, "created": 1_700_000_000, "updated": 1_700_000_000},
    });
    json(200, &body.to_string())
}

/// A request as tests speak of it.
#[derive(Clone, Debug)]
pub struct Asked {
    pub at: Timestamp,
    pub request: AuthRequest,
}

impl Asked {
    #[track_caller]
    pub fn header(&self, name: &str) -> Option<String> {
        let headers = &self.request.headers;
        let found = headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.expose_secret().to_owned())
    }

    /// The form, with its values decoded.
    pub fn form(&self) -> Vec<(String, String)> {
        let body = self.request.body.as_ref().map_or("", |body| body.expose_secret());
        let pairs = body.split('&').filter(|pair| !pair.is_empty());
        let decoded = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').expect("a member has a value");
            (decode(name), decode(value))
        });
        decoded.collect()
    }

    pub fn value(&self, name: &str) -> Option<String> {
        self.form()
            .into_iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value)
    }

    /// Everything that leaves with it.
    pub fn whole(&self) -> String {
        let request = &self.request;
        let headers: Vec<String> = request
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.expose_secret()))
            .collect();
        let body = request.body.as_ref().map_or("", |body| body.expose_secret());
        format!("{} {} {body}", request.url, headers.join(" "))
    }
}

pub fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let digits = [rest.next().expect("a digit"), rest.next().expect("a digit")];
                let digits = std::str::from_utf8(&digits).expect("ASCII");
                bytes.push(u8::from_str_radix(digits, 16).expect("two hexadecimal digits"));
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}

type Network<'a> = Box<dyn FnMut(&Asked) -> Reply + 'a>;

/// One acquisition and its world.
pub struct Host<'a> {
    pub acquisition: Acquisition,
    pub now: Timestamp,
    pub sent: Vec<Asked>,
    /// What the host was asked for, in words.
    pub needs: Vec<String>,
    /// What it answers to that; nothing if there is none.
    pub assertion: Option<Result<String, String>>,
    pub vault_token: Option<Result<String, Error>>,
    network: Network<'a>,
    coming: Vec<(Timestamp, RequestId, Reply)>,
}

impl<'a> Host<'a> {
    #[track_caller]
    pub fn new(credential: &Credential, resource: &Resource, network: impl FnMut(&Asked) -> Reply + 'a) -> Self {
        Self::with(credential, resource, AuthSettings::default(), network)
    }

    #[track_caller]
    pub fn with(
        credential: &Credential,
        resource: &Resource,
        settings: AuthSettings,
        network: impl FnMut(&Asked) -> Reply + 'a,
    ) -> Self {
        Self {
            acquisition: Acquisition::new(credential, resource, settings, [7; 8]).expect("the credential is right"),
            now: START,
            sent: Vec::new(),
            needs: Vec::new(),
            assertion: Some(Ok(ASSERTION.to_owned())),
            vault_token: Some(Ok(VAULT_TOKEN.to_owned())),
            network: Box::new(network),
            coming: Vec::new(),
        }
    }

    /// Runs it to its end.
    #[track_caller]
    pub fn run(&mut self) -> Result<AccessToken, Error> {
        for _ in 0..500 {
            match self.acquisition.step(self.now) {
                Step::Done(done) => {
                    assert!(self.now.since(START) <= LIMIT, "it ends within its limit");
                    return done;
                }
                Step::Send(request) => {
                    assert!(self.coming.is_empty(), "one request at a time");
                    let asked = Asked { at: self.now, request };
                    let reply = (self.network)(&asked);
                    let after = match &reply {
                        Reply::Answer(after, _) => Some(*after),
                        Reply::Fail(..) => Some(Duration::from_millis(20)),
                        Reply::Hang => None,
                    };
                    if let Some(after) = after {
                        self.coming.push((self.now.plus(after), asked.request.id, reply));
                    }
                    self.sent.push(asked);
                }
                Step::NeedAssertion => {
                    self.needs.push("assertion".to_owned());
                    if let Some(given) = self.assertion.clone() {
                        let given = given.map(SecretString::from);
                        self.input(AuthInput::Assertion(given));
                    }
                }
                Step::NeedVaultToken { scope, host, refresh } => {
                    let again = if refresh { " again" } else { "" };
                    self.needs.push(format!("{scope} for {}{again}", host.as_str()));
                    if let Some(given) = self.vault_token.clone() {
                        let given = given.map(SecretString::from);
                        self.input(AuthInput::VaultToken(given));
                    }
                }
                Step::Wait(until) => self.wait(until),
            }
        }
        panic!("it never ended: {:?}", self.sent);
    }

    fn wait(&mut self, until: Timestamp) {
        assert!(until > self.now, "a deadline lies ahead");
        let next = self.coming.iter().map(|(at, _, _)| *at).min();
        match next.filter(|at| *at <= until) {
            Some(at) => {
                self.now = at;
                let (_, id, reply) = self.coming.remove(0);
                let input = match reply {
                    Reply::Answer(_, response) => AuthInput::Response { id, response },
                    Reply::Fail(message, _) => AuthInput::TransportFailed {
                        id,
                        message: message.to_owned(),
                    },
                    Reply::Hang => unreachable!("nothing comes"),
                };
                self.input(input);
            }
            None => {
                self.now = until;
                // What has not come by now is given up.
                self.coming.clear();
                self.input(AuthInput::Timeout);
            }
        }
    }

    fn input(&mut self, input: AuthInput) {
        let shown = format!("{input:?} {:?}", self.acquisition);
        assert!(!shown.contains("pl4nted"), "{shown}");
        self.acquisition.handle_input(self.now, input).expect("the id is known");
    }
}

/// Answers in a row; the last one repeats.
pub fn replies(replies: Vec<Reply>) -> impl FnMut(&Asked) -> Reply {
    let mut at = 0;
    move |_| {
        let reply = replies[at.min(replies.len() - 1)].clone();
        at += 1;
        reply
    }
}

/// The error of an acquisition whose issuer gives these answers, and how often it was asked.
#[track_caller]
pub fn refused(credential: &Credential, resource: &Resource, answers: Vec<Reply>) -> (Error, usize) {
    let mut host = Host::new(credential, resource, replies(answers));
    let error = host.run().expect_err("there is no token");
    (error, host.sent.len())
}
