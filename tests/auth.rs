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
#[path = "auth/refusals.rs"]
mod refusals;
#[path = "auth/retries.rs"]
mod retries;
#[path = "auth/secrets.rs"]
mod secrets;
mod support;
#[path = "auth/vault.rs"]
mod vault;
