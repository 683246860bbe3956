//! The M language: what is read, what is printed, which names are free.

#![cfg(feature = "connector")]

#[path = "m/parsing.rs"]
mod parsing;
#[path = "m/printing.rs"]
mod printing;
#[path = "m/scopes.rs"]
mod scopes;
#[path = "m/trees.rs"]
mod trees;
