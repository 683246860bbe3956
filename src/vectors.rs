//! `tests/fixtures/m/vectors.json` holds what this crate and the M library have to compute alike: here its results are
//! checked against the crate's functions, in `tests/m/vectors.test.mjs` against the library's.
//!
//! To add a vector, write down what is given and run this test with `WRITE_VECTORS=1`: it writes the results.

use std::path::PathBuf;

use serde::Serialize;
use serde_json::{Value, json};

use crate::databricks::job::DatabricksJob;
use crate::databricks::reuse::{Equality, compare_shown, successor_token};
use crate::fabric::job::FabricJob;
use crate::fingerprint::fingerprint;
use crate::json;
use crate::time::Timestamp;

/// What is computed from what is given.
type Results = fn(&Value) -> Value;

#[test]
fn the_vectors_are_what_this_crate_computes() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/m/vectors.json");
    let text = std::fs::read_to_string(&path).expect("the vectors can be read");
    let given: Value = serde_json::from_str(&text).expect("the vectors are JSON");
    let sections: [(&str, Results); 5] = [
        ("values", value),
        ("tokens", token),
        ("databricksBodies", databricks_body),
        ("equality", equality),
        ("fabricBodies", fabric_body),
    ];
    let mut computed = serde_json::Map::new();
    for (name, results) in sections {
        let vectors = given[name].as_array().expect("a section is an array");
        assert!(vectors.len() > 5, "{name}: expected vectors, found {}", vectors.len());
        let vectors: Vec<Value> = vectors
            .iter()
            .map(|vector| with_results(vector, &results(vector)))
            .collect();
        computed.insert(name.to_owned(), vectors.into());
    }
    let computed = Value::Object(computed);
    if std::env::var_os("WRITE_VECTORS").is_some() {
        std::fs::write(&path, in_ascii(&computed)).expect("the vectors can be written");
        return;
    }
    for (name, _) in sections {
        for (at, vector) in given[name]
            .as_array()
            .expect("a section is an array")
            .iter()
            .enumerate()
        {
            assert_eq!(*vector, computed[name][at], "{name}[{at}]");
        }
    }
    assert_eq!(text, in_ascii(&computed));
}

/// Numbers in what is given keep their spelling, as they are text within text.
fn parsed<T: serde::de::DeserializeOwned>(vector: &Value, member: &str) -> T {
    let text = vector[member].as_str().expect("what is given is a text");
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn value(vector: &Value) -> Value {
    let value = parsed(vector, "json");
    json!({ "canonical": json::canonical(&value), "fingerprint": fingerprint(&value) })
}

fn token(vector: &Value) -> Value {
    let now = Timestamp::parse_iso(vector["now"].as_str().expect("a time is a text")).expect("it is a time");
    let generation = vector["generation"]
        .as_u64()
        .and_then(|count| u32::try_from(count).ok());
    let body = parsed(vector, "body");
    let token = successor_token(
        &body,
        vector["predecessor"].as_str(),
        now,
        generation.expect("it is a count"),
    );
    json!({ "token": token })
}

fn databricks_body(vector: &Value) -> Value {
    let job = databricks_job(vector);
    let id = job.job_id.as_deref().expect("the job has an id");
    json!({ "body": json::canonical(&job.body(id)) })
}

fn equality(vector: &Value) -> Value {
    let equality = compare_shown(&parsed(vector, "row"), &databricks_job(vector));
    json!({ "isEqual": equality == Equality::Equal })
}

fn databricks_job(vector: &Value) -> DatabricksJob {
    let mut job: DatabricksJob = parsed(vector, "job");
    job.check().unwrap_or_else(|error| panic!("{vector}: {error}"));
    job
}

fn fabric_body(vector: &Value) -> Value {
    let mut job: FabricJob = parsed(vector, "job");
    job.check().unwrap_or_else(|error| panic!("{vector}: {error}"));
    let body = job.body();
    json!({
        "body": body.as_ref().map(json::canonical),
        "fingerprint": fingerprint(&body.unwrap_or_default()),
    })
}

fn with_results(vector: &Value, results: &Value) -> Value {
    let mut vector = vector.as_object().expect("a vector is an object").clone();
    vector.extend(results.as_object().expect("results are an object").clone());
    vector.into()
}

/// JSON that shows what a reader would not see, or would see in another order.
fn in_ascii(value: &impl Serialize) -> String {
    let mut text = String::new();
    for character in serde_json::to_string_pretty(value).expect("it is JSON").chars() {
        match character {
            '\n' | ' '..='~' => text.push(character),
            _ => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    text.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    text + "\n"
}
