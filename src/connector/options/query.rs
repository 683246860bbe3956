//! What a query for the Advanced Editor is made from.

use serde::Serialize;
use serde_json::{Map, Value};

use super::choices::Choices;
use super::refused;
use crate::error::{Error, ErrorCode};
use crate::http::{BaseUrl, Service};
use crate::read::{FromValue, Slot, Unknown, Wrong, by_value, members, readable};

/// A service principal whose token the query fetches for itself. The secret is never an option: it is the value of an M
/// parameter.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "connector"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ServicePrincipal {
    /// The tenant's id or domain, in the place of `tenantParameter`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub tenant_id: Option<String>,
    /// The M parameter that holds the tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub tenant_parameter: Option<String>,
    /// The application's id, in the place of `clientIdParameter`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub client_id: Option<String>,
    /// The M parameter that holds the application's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub client_id_parameter: Option<String>,
    /// The M parameter that holds the secret; `ClientSecret` if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub client_secret_parameter: Option<String>,
}

readable!(ServicePrincipal {
    tenant_id: "tenantId",
    tenant_parameter: "tenantParameter",
    client_id: "clientId",
    client_id_parameter: "clientIdParameter",
    client_secret_parameter: "clientSecretParameter",
});

/// What a query for the Advanced Editor is made from.
///
/// A value of a job's parameters may be `{"$parameter": "Name"}`: the M parameter of that name, whatever it holds when
/// the query runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "connector"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct QueryOptions {
    /// `databricks` or `fabric`.
    pub service: Service,
    /// The base URL as a literal. Without it and `hostParameter`: a placeholder, and on Fabric the public API.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub host: Option<String>,
    /// The M parameter that holds the base URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub host_parameter: Option<String>,
    /// The M parameter that holds the token. Without it and `servicePrincipal`: a placeholder.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub token_parameter: Option<String>,
    /// Fabric: who fetches a token, in the place of `tokenParameter`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub service_principal: Option<ServicePrincipal>,
    /// The job, with the members that the package's run functions take, but for the host. Without it and `jobs`:
    /// placeholders.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        all(target_family = "wasm", feature = "connector"),
        tsify(optional, type = "Record<string, unknown>")
    )]
    pub job: Option<Map<String, Value>>,
    /// Several jobs: the rows of a configuration table.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        all(target_family = "wasm", feature = "connector"),
        tsify(optional, type = "Record<string, unknown>[]")
    )]
    pub jobs: Option<Vec<Value>>,
    /// The name of another query whose rows are the configuration table.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub jobs_query: Option<String>,
    /// How it waits, and the rest.
    #[serde(flatten)]
    pub choices: Choices,
}

impl QueryOptions {
    /// For this service, with placeholders for all else.
    #[must_use]
    pub fn new(service: Service) -> Self {
        Self {
            service,
            host: None,
            host_parameter: None,
            token_parameter: None,
            service_principal: None,
            job: None,
            jobs: None,
            jobs_query: None,
            choices: Choices::default(),
        }
    }

    /// Checks what can be checked without running the query. Jobs are checked where they are turned into M.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.choices
            .check(self.service == Service::Databricks, self.service == Service::Fabric)?;
        if let Some(host) = &self.host {
            BaseUrl::parse(host)?;
        }
        at_most_one(&[
            ("host", self.host.is_some()),
            ("hostParameter", self.host_parameter.is_some()),
        ])?;
        at_most_one(&[
            ("tokenParameter", self.token_parameter.is_some()),
            ("servicePrincipal", self.service_principal.is_some()),
        ])?;
        at_most_one(&[
            ("job", self.job.is_some()),
            ("jobs", self.jobs.is_some()),
            ("jobsQuery", self.jobs_query.is_some()),
        ])?;
        if self.jobs.as_ref().is_some_and(Vec::is_empty) {
            return Err(refused("jobs", "expected at least one row, found none"));
        }
        let mut names = vec![
            ("hostParameter", &self.host_parameter),
            ("tokenParameter", &self.token_parameter),
            ("jobsQuery", &self.jobs_query),
        ];
        if let Some(principal) = &self.service_principal {
            if self.service != Service::Fabric {
                return Err(refused(
                    "servicePrincipal",
                    "expected tokenParameter: a query fetches a token of its own for Fabric only",
                ));
            }
            at_most_one(&[
                ("servicePrincipal.tenantId", principal.tenant_id.is_some()),
                ("servicePrincipal.tenantParameter", principal.tenant_parameter.is_some()),
            ])?;
            at_most_one(&[
                ("servicePrincipal.clientId", principal.client_id.is_some()),
                (
                    "servicePrincipal.clientIdParameter",
                    principal.client_id_parameter.is_some(),
                ),
            ])?;
            names.extend([
                ("servicePrincipal.tenantParameter", &principal.tenant_parameter),
                ("servicePrincipal.clientIdParameter", &principal.client_id_parameter),
                (
                    "servicePrincipal.clientSecretParameter",
                    &principal.client_secret_parameter,
                ),
            ]);
        }
        for (option, name) in names {
            if let Some(name) = name {
                check_parameter_name(option, name)?;
            }
        }
        if self.choices.cancel_duplicates {
            return Err(refused(
                "cancelDuplicates",
                "expected the connector form: a plain query does not know which run is its own",
            ));
        }
        Ok(())
    }
}

impl FromValue for QueryOptions {
    fn from_value(value: Value) -> Result<Self, Wrong> {
        let mut service = None::<Service>;
        let mut read = Self::new(Service::Databricks);
        let mut slots = read.choices.slots();
        slots.extend::<[(&str, &mut dyn Slot); 8]>([
            ("service", &mut service),
            ("host", &mut read.host),
            ("hostParameter", &mut read.host_parameter),
            ("tokenParameter", &mut read.token_parameter),
            ("servicePrincipal", &mut read.service_principal),
            ("job", &mut read.job),
            ("jobs", &mut read.jobs),
            ("jobsQuery", &mut read.jobs_query),
        ]);
        members(value, Unknown::Refused, &mut slots)?;
        drop(slots);
        read.service = service.ok_or_else(|| Wrong::missing("service"))?;
        Ok(read)
    }
}

by_value!(QueryOptions);

pub(crate) fn check_parameter_name(option: &str, name: &str) -> Result<(), Error> {
    if name.trim().is_empty() {
        return Err(refused(option, "expected the name of a query, found a blank"));
    }
    if name.chars().any(char::is_control) {
        return Err(refused(
            option,
            "expected the name of a query, found control characters in it",
        ));
    }
    Ok(())
}

fn at_most_one(given: &[(&str, bool)]) -> Result<(), Error> {
    let found: Vec<&str> = given
        .iter()
        .filter(|(_, given)| *given)
        .map(|(name, _)| *name)
        .collect();
    if found.len() > 1 {
        let all: Vec<&str> = given.iter().map(|(name, _)| *name).collect();
        return Err(Error::new(
            ErrorCode::InvalidOptions,
            format!("expected one of {}, found {}", all.join(", "), found.join(" and ")),
        ));
    }
    Ok(())
}
