//! Files that outputs name: which are followed, how they are read, and what becomes of those that can't be.

#![cfg(not(target_family = "wasm"))]

mod files {
    mod directories;
    mod faults;
    mod paths;
    mod pieces;
    mod places;
    mod store;
    mod time;
}
mod support;
