//! Every test there is, part by part, added up in one last line.

mod js;
mod native;
mod tally;
pub(crate) mod wasm;

use std::time::Instant;

use anyhow::Result;

use crate::consumer::Consumer;
use crate::package;
use crate::test::tally::Tally;
use crate::workspace::Workspace;

/// Tests that run in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Rust, on this machine.
    Native,
    /// The bindings, compiled to wasm, in Node.
    WasmNode,
    /// The bindings, compiled to wasm, in Chromium.
    WasmBrowser,
    /// The package as installed, in Node.
    JsNode,
    /// The package as installed, in pages that Node opens in Chromium.
    JsBrowser,
    /// Generated Power Query M, in an evaluator that runs in Node.
    M,
}

/// What one word of `--only` stands for.
#[derive(Clone, Debug)]
pub(crate) struct Selection(Vec<Part>);

impl Part {
    /// In the order they run: what fails first and fastest comes first.
    const ALL: [Self; 6] = [
        Self::Native,
        Self::WasmNode,
        Self::WasmBrowser,
        Self::JsNode,
        Self::JsBrowser,
        Self::M,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::WasmNode => "wasm-node",
            Self::WasmBrowser => "wasm-browser",
            Self::JsNode => "js-node",
            Self::JsBrowser => "js-browser",
            Self::M => "m",
        }
    }

    /// Reads a part's name, or the first word of several.
    ///
    /// # Errors
    /// When no part is called so.
    pub(crate) fn parse(word: &str) -> Result<Selection, String> {
        let called_so = |part: &Self| part.name() == word || part.name().split('-').next() == Some(word);
        let parts: Vec<_> = Self::ALL.into_iter().filter(called_so).collect();
        if parts.is_empty() {
            return Err(format!(
                "expected one of {}, wasm, js",
                Self::ALL.map(Self::name).join(", ")
            ));
        }
        Ok(Selection(parts))
    }
}

/// Runs the chosen parts, or all when none is chosen. False if a test failed.
///
/// A part that cannot run, crashes or has no test counts as one failure: the last line never hides it.
pub(crate) fn run(workspace: &Workspace, only: &[Selection]) -> Result<bool> {
    let chosen = |part: &Part| only.is_empty() || only.iter().any(|Selection(parts)| parts.contains(part));
    let mut runner = Runner {
        workspace,
        consumer: None,
    };
    let mut total = Tally::default();
    for part in Part::ALL.into_iter().filter(chosen) {
        println!("\n== {}", part.name());
        let start = Instant::now();
        let tally = runner.run(part).unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            Tally { passed: 0, failed: 1 }
        });
        let tally = tally.expect_any();
        println!("== {}: {tally} in {:.0} s", part.name(), start.elapsed().as_secs_f64());
        total += tally;
    }
    println!("\n{total}");
    Ok(total.failed == 0)
}

/// Runs parts, and keeps what several of them need.
struct Runner<'a> {
    workspace: &'a Workspace,
    consumer: Option<Consumer>,
}

impl Runner<'_> {
    fn run(&mut self, part: Part) -> Result<Tally> {
        match part {
            Part::Native => native::run(self.workspace),
            Part::WasmNode => wasm::run_in_node(self.workspace),
            Part::WasmBrowser => wasm::run_in_browser(self.workspace),
            Part::JsNode => js::run_in_node(self.workspace, self.consumer()?),
            Part::JsBrowser => js::run_in_browser(self.workspace, self.consumer()?),
            Part::M => {
                package::build(self.workspace)?;
                js::run_m(self.workspace)
            }
        }
    }

    /// The project with the package installed and the tests in it.
    fn consumer(&mut self) -> Result<&Consumer> {
        let consumer = match self.consumer.take() {
            Some(consumer) => consumer,
            None => {
                let consumer = Consumer::install(self.workspace, &package::build(self.workspace)?)?;
                consumer.put(self.workspace, "tests", "tests")?;
                consumer
            }
        };
        Ok(self.consumer.insert(consumer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_word_stands_for_every_part_that_starts_with_it() {
        let parts = |word| Part::parse(word).map(|Selection(parts)| parts);
        assert_eq!(parts("wasm-node"), Ok(vec![Part::WasmNode]));
        assert_eq!(parts("js"), Ok(vec![Part::JsNode, Part::JsBrowser]));
        assert!(parts("java").is_err_and(|message| message.contains("wasm-browser")));
    }
}
