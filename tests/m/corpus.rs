//! Writes what the printer makes of random trees and hostile texts, for `printer.test.mjs`: one JSON object a line,
//! with the `source` and the `shape` of the tree it was printed from.
//!
//! `cargo run --example m_corpus --features connector -- NUMBER > FILE`

#![allow(dead_code, reason = "the property tests use the other strategies")]

#[path = "shapes.rs"]
mod shapes;
#[path = "trees.rs"]
mod trees;

use std::io::{BufWriter, Write};

use pqrun::m::{self, Document, Name};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

fn main() -> std::io::Result<()> {
    let number = std::env::args()
        .nth(1)
        .and_then(|number| number.parse().ok())
        .unwrap_or(3000);
    let mut runner = TestRunner::deterministic();
    let mut out = BufWriter::new(std::io::stdout().lock());
    for _ in 0..number {
        write(&mut out, &draw(&mut runner, trees::document()))?;
    }
    for _ in 0..number / 3 {
        let text = draw(&mut runner, trees::hostile_text());
        write(&mut out, &m::query(Vec::new(), m::text(text)))?;
        let name = Name::from(draw(&mut runner, trees::hostile_text()));
        let tree = m::let_in(
            [(&name, m::number(1))],
            m::record([(&name, m::field(m::name(&name), &name))]),
        );
        write(&mut out, &m::query(Vec::new(), tree))?;
    }
    out.flush()
}

fn draw<T>(runner: &mut TestRunner, strategy: impl Strategy<Value = T>) -> T {
    strategy.new_tree(runner).expect("no strategy here rejects").current()
}

fn write(out: &mut impl Write, document: &Document) -> std::io::Result<()> {
    let line = serde_json::json!({ "source": document.to_source(), "shape": shapes::document(document) });
    writeln!(out, "{line}")
}
