//! Writes what the printer makes of random trees and hostile texts, for `printer.test.mjs`: one JSON object a line,
//! with the `source` and the values of its text literals in their order.
//!
//! `cargo run --example m_corpus --features connector -- NUMBER > FILE`

#![allow(dead_code, reason = "the property tests use the other strategies")]

#[path = "trees.rs"]
mod trees;

use std::io::{BufWriter, Write};

use pqrun::m::{self, Attribute, Content, Document, Expr, Literal, Name};
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
    let line = serde_json::json!({ "source": document.to_source(), "texts": texts(document) });
    writeln!(out, "{line}")
}

fn texts(document: &Document) -> Vec<String> {
    let mut found = Vec::new();
    match &document.content {
        Content::Expression(expr) => in_expression(expr, &mut found),
        Content::Section(section) => {
            in_attributes(&section.attributes, &mut found);
            for member in &section.members {
                in_attributes(&member.attributes, &mut found);
                in_expression(&member.value, &mut found);
            }
        }
    }
    found
}

fn in_expression(expr: &Expr, found: &mut Vec<String>) {
    expr.walk(&mut |expr| {
        if let Expr::Text(text) = expr {
            found.push(text.clone());
        }
    });
}

fn in_attributes(attributes: &[Attribute], found: &mut Vec<String>) {
    for attribute in attributes {
        in_literal(&attribute.value, found);
    }
}

fn in_literal(literal: &Literal, found: &mut Vec<String>) {
    match literal {
        Literal::List(items) => items.iter().for_each(|item| in_literal(item, found)),
        Literal::Record(fields) => in_attributes(fields, found),
        Literal::Text(text) => found.push(text.clone()),
        Literal::Logical(_) | Literal::Null | Literal::Number(_) => {}
    }
}
