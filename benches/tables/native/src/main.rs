//! The reader of tables beside other readers of JSON in Rust.
//!
//! ```text
//! cargo run --release -- [--samples 31] [--json] FILE…
//! ```
//!
//! The files are those that `write.mjs` makes; in one called `envelope…` the rows are at `$.notebook_output.result`.
//! Each reader is checked against `serde_json` first. Then, sample by sample, all read in an order of chance. What a
//! reader gave is dropped outside the time.
#![expect(clippy::disallowed_methods, reason = "time is what is measured")]

mod check;
mod columns;
mod readers;
mod visitor;

use std::env;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::readers::Place;

/// How often each reads without a clock, so that memory and caches are as they will be.
const WARM_UP: usize = 5;

/// A reader, which gives what is to be dropped outside the time.
type Reader = fn(&[u8], Place) -> Result<Box<dyn std::any::Any>>;

const READERS: [(&str, Reader); 5] = [
    ("pqrun", |bytes, place| Ok(Box::new(readers::ours(bytes, place)?))),
    ("sonic-rs visitor, same columns", |bytes, place| {
        Ok(Box::new(readers::sonic_same_types(bytes, place)?))
    }),
    ("sonic-rs visitor, times as texts", |bytes, place| {
        Ok(Box::new(readers::sonic(bytes, place)?))
    }),
    ("simd-json tape", |bytes, place| {
        Ok(Box::new(readers::simd(bytes, place)?))
    }),
    ("serde_json visitor", |bytes, place| {
        Ok(Box::new(readers::serde(bytes, place)?))
    }),
];

fn main() -> Result<()> {
    let mut samples = 31;
    let mut json = false;
    let mut results = Vec::new();
    let mut args = env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--samples" => samples = args.next().context("--samples: expected a number")?.parse()?,
            "--json" => json = true,
            file => {
                let bytes = fs::read(file).with_context(|| format!("could not read {file}"))?;
                let name = Path::new(file)
                    .file_stem()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned();
                let times = measure(&name, &bytes, samples).with_context(|| name.clone())?;
                if json {
                    results.push(serde_json::json!({ "file": name, "bytes": bytes.len(), "times": times }));
                } else {
                    print(&name, bytes.len(), &times);
                }
            }
        }
    }
    if json {
        println!("{}", serde_json::Value::from(results));
    }
    Ok(())
}

/// Milliseconds by reader, in the order in which they were taken.
fn measure(name: &str, bytes: &[u8], samples: usize) -> Result<serde_json::Map<String, serde_json::Value>> {
    let place = if name.starts_with("envelope") {
        Place::Envelope
    } else {
        Place::Whole
    };
    let rows = readers::rows(bytes, place)?;
    check::table(&rows, &readers::ours(bytes, place)?).context("pqrun")?;
    check::columns(&rows, &readers::sonic(bytes, place)?).context("sonic-rs")?;
    check::columns(&rows, &readers::sonic_same_types(bytes, place)?).context("sonic-rs")?;
    check::columns(&rows, &readers::simd(bytes, place)?).context("simd-json")?;
    check::columns(&rows, &readers::serde(bytes, place)?).context("serde_json")?;
    drop(rows);

    for (_, read) in READERS.iter().cycle().take(WARM_UP * READERS.len()) {
        black_box(read(black_box(bytes), place)?);
    }
    let mut times = vec![Vec::with_capacity(samples); READERS.len()];
    let chance = RandomState::new();
    for sample in 0..samples {
        let mut order: Vec<usize> = (0..READERS.len()).collect();
        order.sort_by_key(|reader| chance.hash_one((sample, reader)));
        for reader in order {
            let start = Instant::now();
            let result = READERS[reader].1(black_box(bytes), place)?;
            times[reader].push(start.elapsed().as_secs_f64() * 1000.0);
            drop(black_box(result));
        }
    }
    Ok(READERS
        .iter()
        .zip(times)
        .map(|((name, _), times)| ((*name).to_owned(), times.into()))
        .collect())
}

fn print(name: &str, bytes: usize, times: &serde_json::Map<String, serde_json::Value>) {
    println!("{name}, {:.2} MB", bytes as f64 / 1e6);
    for (reader, times) in times {
        let mut times: Vec<f64> = times
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(serde_json::Value::as_f64)
            .collect();
        times.sort_by(f64::total_cmp);
        let median = times[times.len() / 2];
        println!(
            "  {reader:<34} {median:>8.2} ms  best {:>8.2}  {:>6.0} MB/s",
            times[0],
            bytes as f64 / 1e3 / median
        );
    }
}
