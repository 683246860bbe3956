//! What is true in each JavaScript host; the files beside this folder say in which one it runs.

mod auth;
mod client;
mod time;
