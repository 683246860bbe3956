//! Signing in: flows, refusals, retries, hosts, the cache, and secrets that stay secret.
#![cfg(not(target_family = "wasm"))]

#[path = "auth/answers.rs"]
mod answers;
#[path = "auth/cache.rs"]
mod cache;
#[path = "auth/credentials.rs"]
mod credentials;
#[path = "auth/flows.rs"]
mod flows;
#[path = "auth/host.rs"]
mod host;
#[path = "auth/hosts.rs"]
mod hosts;
#[path = "auth/lane.rs"]
mod lane;
#[path = "auth/log.rs"]
mod log;
#[cfg(feature = "simulator")]
#[path = "auth/long_runs.rs"]
mod long_runs;
#[path = "auth/properties.rs"]
mod properties;
#[path = "auth/refusals.rs"]
mod refusals;
#[path = "auth/retries.rs"]
mod retries;
#[path = "auth/secrets.rs"]
mod secrets;
mod support;
#[path = "auth/vault.rs"]
mod vault;
