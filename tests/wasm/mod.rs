//! What is true in each JavaScript host; the files beside this folder say in which one it runs.

mod client;
mod time;
