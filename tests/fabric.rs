//! Fabric: every rule about one run per intent, against a small service with a life of its own.

#![cfg(not(target_family = "wasm"))]

mod fabric {
    mod bodies;
    mod cancel;
    mod deadlines;
    mod events;
    mod fixtures;
    mod hostile;
    mod late;
    mod notebooks;
    mod output_reads;
    mod outputs;
    mod polls;
    mod races;
    mod reconcile;
    mod resend;
    mod resume;
    mod reuse;
    mod service;
    mod start;
    mod states;
}
mod support;
