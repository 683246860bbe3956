//! Other programs: how they are started, watched and reported when they fail.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::mpsc::{self, Sender};
use std::thread;

use anyhow::{Context, Result, bail};

/// What a program said while it ran, and how it ended.
#[derive(Debug)]
pub(crate) struct Transcript {
    /// Standard output and standard error in the order they came in, without terminal colours.
    pub(crate) lines: Vec<String>,
    /// How it ended.
    pub(crate) status: ExitStatus,
}

/// The cargo that started this program, so that both use one toolchain.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs a program to its end on our own output.
///
/// # Errors
/// When it cannot be started or ends with another exit code than 0.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = spawn(command.stdin(Stdio::null()))?.wait()?;
    expect_success(command, status)
}

/// Runs a program that may ask the user, and hands back its exit code.
///
/// # Errors
/// When it cannot be started.
pub(crate) fn interact(command: &mut Command) -> Result<ExitCode> {
    let status = spawn(command)?.wait()?;
    // Ended by a signal, it has no code.
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Runs a program and hands back what it wrote to standard output. Its standard error is ours.
///
/// # Errors
/// As [`run`], and when the output is not UTF-8.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let child = spawn(command.stdin(Stdio::null()).stdout(Stdio::piped()))?;
    let output = child.wait_with_output()?;
    expect_success(command, output.status)?;
    String::from_utf8(output.stdout).with_context(|| format!("expected UTF-8 from {}", describe(command)))
}

/// True if a program can be started and ends with exit code 0. What it says is thrown away.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs a program to its end on our own output and keeps a copy of what it says. Any exit code will do.
///
/// # Errors
/// When it cannot be started.
pub(crate) fn watch(command: &mut Command) -> Result<Transcript> {
    let mut child = spawn(
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped()),
    )?;
    let (sender, receiver) = mpsc::channel();
    let stdout = child
        .stdout
        .take()
        .map(|pipe| copy_lines(pipe, io::stdout(), sender.clone()));
    let stderr = child.stderr.take().map(|pipe| copy_lines(pipe, io::stderr(), sender));
    let lines = receiver.into_iter().collect();
    for thread in [stdout, stderr].into_iter().flatten() {
        // A thread that panicked has already said why; the lines it did pass on still count.
        let _ = thread.join();
    }
    Ok(Transcript {
        lines,
        status: child.wait()?,
    })
}

/// Copies a pipe to `out` line by line, and to `sender` without colours. Ends with the pipe.
fn copy_lines(
    pipe: impl Read + Send + 'static,
    mut out: impl Write + Send + 'static,
    sender: Sender<String>,
) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut reader = BufReader::new(pipe);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            // Nobody reads our output, or nobody waits for the lines: keep draining, or the program would block.
            let _ = out.write_all(&line).and_then(|()| out.flush());
            let _ = sender.send(without_colours(String::from_utf8_lossy(&line).trim_end()));
            line.clear();
        }
    })
}

/// Drops terminal control sequences: ESC `[` up to and including a letter.
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            chars.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(c);
        }
    }
    plain
}

fn spawn(command: &mut Command) -> Result<Child> {
    // Both streams are shared with the program: what we said so far has to come first.
    io::stdout().flush()?;
    match command.spawn() {
        Ok(child) => Ok(child),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let program = command.get_program().to_string_lossy().into_owned();
            bail!("expected the program `{program}`, found none{}", advice(&program))
        }
        Err(error) => Err(error).with_context(|| format!("could not start {}", describe(command))),
    }
}

/// How to get a program that is missing.
fn advice(program: &str) -> &'static str {
    match program {
        "node" | "npm" => ": install Node 20 or later from https://nodejs.org",
        "rustup" | "rustc" | "cargo" => ": install Rust from https://rustup.rs",
        _ => "",
    }
}

fn expect_success(command: &Command, status: ExitStatus) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    bail!("{} failed: {status}", describe(command))
}

/// The command much as one would type it: the program without its folder, and no argument at full length.
fn describe(command: &Command) -> String {
    const LONGEST: usize = 60;
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or(command.get_program());
    let mut text = String::from("`");
    text.push_str(&program.to_string_lossy());
    for word in command.get_args().map(OsStr::to_string_lossy) {
        let shown: String = word.lines().next().unwrap_or_default().chars().take(LONGEST).collect();
        text.push(' ');
        text.push_str(&shown);
        if shown.len() < word.len() {
            text.push('…');
        }
    }
    text.push('`');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_dropped_from_kept_lines() {
        assert_eq!(
            without_colours("\u{1b}[1m\u{1b}[32m     Summary\u{1b}[0m [ 0.1s]"),
            "     Summary [ 0.1s]"
        );
    }

    #[test]
    fn a_missing_program_is_named_with_a_way_to_get_it() {
        let error = run(&mut Command::new("no-such-program-anywhere")).expect_err("the program does not exist");
        assert!(error.to_string().contains("`no-such-program-anywhere`"), "{error}");
        assert!(advice("node").contains("nodejs.org"));
    }

    #[test]
    fn both_streams_and_the_exit_code_are_kept() {
        let transcript = watch(Command::new("sh").args(["-c", "echo out; echo err >&2; exit 3"])).expect("sh exists");
        assert!(transcript.lines.contains(&"out".to_owned()) && transcript.lines.contains(&"err".to_owned()));
        assert_eq!(transcript.status.code(), Some(3));
    }
}
