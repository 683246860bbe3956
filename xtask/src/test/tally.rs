//! How many tests passed and failed, read from what each kind of runner says last.

use std::fmt;
use std::ops::AddAssign;

use crate::command::Transcript;

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Tally {
    /// Reads what a runner said with one of the readers below. A runner that failed and named no failed test has
    /// crashed, or could not be compiled: that counts as one failure.
    pub(crate) fn of(transcript: &Transcript, read: fn(&[String]) -> Self) -> Self {
        let mut tally = read(&transcript.lines);
        if !transcript.status.success() && tally.failed == 0 {
            eprintln!(
                "error: expected a failed test behind {}, found none: counted as a failure",
                transcript.status
            );
            tally.failed = 1;
        }
        tally
    }

    /// Counts the lack of any test as one failure.
    pub(crate) fn expect_any(self) -> Self {
        if self != Self::default() {
            return self;
        }
        eprintln!("error: expected tests, found none: counted as a failure");
        Self { passed: 0, failed: 1 }
    }

    /// `cargo test`, and wasm-bindgen's runner, which copies its words: one closing line for each test binary.
    pub(crate) fn from_libtest(lines: &[String]) -> Self {
        let mut total = Self::default();
        for line in lines
            .iter()
            .filter_map(|line| line.trim_start().strip_prefix("test result: "))
        {
            let counts = line.split_once(". ").map_or(line, |(_, counts)| counts);
            total += Self {
                passed: number_before(counts, "passed").unwrap_or(0),
                failed: number_before(counts, "failed").unwrap_or(0),
            };
        }
        total
    }

    /// `cargo nextest run`: one summary. What ran and did not pass has failed, timed out or could not start.
    pub(crate) fn from_nextest(lines: &[String]) -> Self {
        let summary = lines
            .iter()
            .rev()
            .find_map(|line| line.trim_start().strip_prefix("Summary [")?.split_once("] "));
        let Some((_, summary)) = summary else {
            return Self::default();
        };
        // "12 tests run", or "3/12 tests run" when it stopped early.
        let run = summary
            .split([' ', '/'])
            .next()
            .and_then(|count| count.parse().ok())
            .unwrap_or(0);
        let passed = number_before(summary, "passed").unwrap_or(0);
        Self {
            passed,
            failed: u64::saturating_sub(run, passed),
        }
    }

    /// `node --test`: a list of counts. A test may print such a line too, so the last of each counts.
    pub(crate) fn from_node(lines: &[String]) -> Self {
        let count = |name| {
            lines.iter().rev().find_map(|line| {
                let line = line.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
                line.strip_prefix(name)?.strip_prefix(' ')?.parse::<u64>().ok()
            })
        };
        Self {
            passed: count("pass").unwrap_or(0),
            failed: count("fail").unwrap_or(0) + count("cancelled").unwrap_or(0),
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// The number that stands before a word, as in "3 passed; 1 failed".
fn number_before(text: &str, word: &str) -> Option<u64> {
    let mut words = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|part| !part.is_empty());
    let mut last = None;
    words.find_map(|part| {
        let before = last.replace(part);
        (part == word).then(|| before?.parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn closing_lines_of_several_test_binaries_add_up() {
        let said = "test a ... ok\n\
            test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
            test result: FAILED. 2 passed; 4 failed; 0 ignored; 0 filtered out; finished in 0.01s\n";
        assert_eq!(Tally::from_libtest(&lines(said)), Tally { passed: 5, failed: 4 });
        assert_eq!(Tally::from_libtest(&lines("no tests to run!")), Tally::default());
    }

    #[test]
    fn a_nextest_summary_counts_what_ran_and_did_not_pass() {
        let counts = |said| Tally::from_nextest(&lines(said));
        let passed = "     Summary [   0.004s] 1 test run: 1 passed, 0 skipped";
        assert_eq!(counts(passed), Tally { passed: 1, failed: 0 });
        let failed = "     Summary [  12.3s] 9 tests run: 5 passed (1 slow, 1 leaky), 3 failed, 1 timed out, 2 skipped";
        assert_eq!(counts(failed), Tally { passed: 5, failed: 4 });
        let stopped = "     Summary [   0.1s] 3/12 tests run: 2 passed, 1 failed, 0 skipped";
        assert_eq!(counts(stopped), Tally { passed: 2, failed: 1 });
        assert_eq!(counts("error: could not compile `pqrun`"), Tally::default());
    }

    #[test]
    fn the_last_counts_of_node_are_its_own() {
        let said = "pass 99\nℹ tests 7\nℹ suites 0\nℹ pass 4\nℹ fail 2\nℹ cancelled 1\nℹ skipped 0\n✖ failing tests:\n";
        assert_eq!(Tally::from_node(&lines(said)), Tally { passed: 4, failed: 3 });
        assert_eq!(
            Tally::from_node(&lines("# pass 4\n# fail 0")),
            Tally { passed: 4, failed: 0 }
        );
        assert_eq!(Tally::from_node(&lines("SyntaxError: pass the salt")), Tally::default());
    }

    #[cfg(unix)]
    #[test]
    fn a_crash_is_a_failure() {
        use std::os::unix::process::ExitStatusExt;
        let transcript = |code| Transcript {
            lines: Vec::new(),
            status: std::process::ExitStatus::from_raw(code << 8),
        };
        assert_eq!(
            Tally::of(&transcript(101), Tally::from_libtest),
            Tally { passed: 0, failed: 1 }
        );
        assert_eq!(
            Tally::of(&transcript(0), Tally::from_libtest).expect_any(),
            Tally { passed: 0, failed: 1 }
        );
    }
}
