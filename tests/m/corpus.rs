//! Writes what the printer makes of random trees, of hostile texts and of the library's files, for `printer.test.mjs`:
//! one JSON object a line, with what it was made `of`, the printed `source` and the `shape` of the tree.
//!
//! `cargo run --example m_corpus --features connector -- NUMBER`

#[path = "shapes.rs"]
mod shapes;
#[path = "trees.rs"]
mod trees;

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use pqrun::m::{self, Document, Name};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

const LIBRARY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/connector/library");

fn main() -> io::Result<()> {
    let number = std::env::args()
        .nth(1)
        .and_then(|number| number.parse().ok())
        .unwrap_or(1000);
    let mut runner = TestRunner::deterministic();
    let mut out = BufWriter::new(io::stdout().lock());
    for _ in 0..number {
        write(&mut out, "trees", &draw(&mut runner, trees::document()))?;
        let text = draw(&mut runner, trees::hostile_text());
        write(&mut out, "texts", &m::query(Vec::new(), m::text(text)))?;
        let name = Name::from(draw(&mut runner, trees::hostile_text()));
        let tree = m::let_in(
            [(&name, m::number(1))],
            m::record([(&name, m::field(m::name(&name), &name))]),
        );
        write(&mut out, "names", &m::query(Vec::new(), tree))?;
    }
    write_library(&mut out, Path::new(LIBRARY))?;
    out.flush()
}

fn draw<T>(runner: &mut TestRunner, strategy: impl Strategy<Value = T>) -> T {
    strategy.new_tree(runner).expect("no strategy here rejects").current()
}

fn write_library(out: &mut impl Write, folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            write_library(out, &path)?;
        } else if path.extension().is_some_and(|extension| extension == "pq") {
            let source = fs::read_to_string(&path)?;
            let document = Document::parse(&source).map_err(|error| format!("{}: {error}", path.display()));
            write(out, "library", &document.map_err(io::Error::other)?)?;
        }
    }
    Ok(())
}

fn write(out: &mut impl Write, of: &str, document: &Document) -> io::Result<()> {
    let line = serde_json::json!({ "of": of, "source": document.to_source(), "shape": shapes::document(document) });
    writeln!(out, "{line}")
}
