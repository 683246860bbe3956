//! The path to the part of a document that holds the rows.

use std::fmt;
use std::str::FromStr;

use super::error::{TableError, TableErrorCode, character_at};
use super::lexer::{Lexer, Stopped};
use super::texts::TextBuffer;

/// How many member names an error shows, and how many characters of each.
const SHOWN_NAMES: usize = 10;
const SHOWN_CHARACTERS: usize = 60;

/// The path to one value in a JSON document, for instance `$.result.rows` or `value[0]['row count']`.
///
/// A small part of JSONPath ([RFC 9535](https://www.rfc-editor.org/rfc/rfc9535)), the one that leads to a single value:
///
/// - `$` is the whole document. It may be left out: `$.a.b` and `a.b` are the same, so are `$` and the empty path.
/// - `.name` is a member. The name holds any characters but spaces, control characters and `.[]()'"*?@,:\`.
/// - `['name']` or `["name"]` is a member of any name. Inside, `\'`, `\"` and `\\` stand for the second character.
/// - `[0]` is an item of an array, counted from 0.
///
/// Names are compared exactly. If a name occurs twice in an object, the last one counts, as in JavaScript.
///
/// ```
/// # use pqrun_table::JsonPath;
/// let path: JsonPath = "rows[0]['my table']".parse()?;
/// assert_eq!(path.to_string(), "$.rows[0]['my table']");
/// # Ok::<(), pqrun_table::TableError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JsonPath {
    pub(crate) steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Item(usize),
    Member(String),
}

impl JsonPath {
    /// The path to the whole document, `$`.
    #[must_use]
    pub const fn root() -> Self {
        Self { steps: Vec::new() }
    }

    /// The path that goes from member to member.
    #[must_use]
    pub fn members<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        Self {
            steps: names.into_iter().map(|name| Step::Member(name.to_owned())).collect(),
        }
    }

    /// Reads a path from its text.
    ///
    /// # Errors
    /// `InvalidPath` with the place in the text, what was expected there and what was found.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        Parser { text, at: 0 }.path()
    }

    /// The error for a path of which `left` steps, the last ones, lead no further than to the checked `value`.
    pub(crate) fn leads_nowhere(&self, left: usize, value: &[u8]) -> TableError {
        let reached = self.steps.len() - left;
        let mut there = String::new();
        push_steps(&mut there, self.steps.get(..reached).unwrap_or_default());
        let mut step = String::new();
        push_steps(&mut step, self.steps.get(reached..=reached).unwrap_or_default());
        let step = step
            .strip_prefix("$.")
            .or_else(|| step.strip_prefix('$'))
            .unwrap_or_default();
        let expected = format!("`{step}` in `{there}`");
        TableError::new(TableErrorCode::PathNotFound, None, expected, describe(value))
    }
}

impl FromStr for JsonPath {
    type Err = TableError;

    fn from_str(text: &str) -> Result<Self, TableError> {
        Self::parse(text)
    }
}

impl fmt::Display for JsonPath {
    /// Writes the path from `$`, with quotes only around the names that need them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        push_steps(&mut text, &self.steps);
        f.write_str(&text)
    }
}

#[inline(never)]
fn push_steps(out: &mut String, steps: &[Step]) {
    out.push('$');
    for step in steps {
        match step {
            Step::Item(index) => {
                out.push('[');
                out.push_str(&index.to_string());
                out.push(']');
            }
            Step::Member(name) if !name.is_empty() && name.chars().all(is_plain) => {
                out.push('.');
                out.push_str(name);
            }
            Step::Member(name) => {
                out.push_str("['");
                for character in name.chars() {
                    if let '\'' | '\\' = character {
                        out.push('\\');
                    }
                    out.push(character);
                }
                out.push_str("']");
            }
        }
    }
}

/// Whether a character may stand in a name without quotes.
fn is_plain(character: char) -> bool {
    !matches!(
        character,
        '\0'..=' ' | '.' | '[' | ']' | '(' | ')' | '\'' | '"' | '*' | '?' | '@' | ',' | ':' | '\\' | '\x7f'
    )
}

/// Says what a checked value is, for an error: the names of an object's members, never what they hold.
#[inline(never)]
pub(crate) fn describe(value: &[u8]) -> String {
    let mut lexer = Lexer::<false>::new(value, 0);
    match lexer.peek() {
        b'n' => "null".to_owned(),
        b't' | b'f' => "a boolean".to_owned(),
        b'"' => "a text".to_owned(),
        b'[' => format!("an array of {} items", count_items(&mut lexer).unwrap_or_default()),
        b'{' => describe_members(&mut lexer).unwrap_or_default(),
        _ => "a number".to_owned(),
    }
}

#[inline(never)]
fn count_items(lexer: &mut Lexer<'_, false>) -> Result<usize, Stopped> {
    let mut count = 0;
    let mut more = lexer.open(b']', 0)?;
    while more {
        count += 1;
        lexer.skip_value(0)?;
        more = lexer.next_item()?;
    }
    Ok(count)
}

#[inline(never)]
fn describe_members(lexer: &mut Lexer<'_, false>) -> Result<String, Stopped> {
    let mut text = String::new();
    let mut name = TextBuffer::default();
    let mut count = 0;
    let mut more = lexer.open(b'}', 0)?;
    while more {
        lexer.member_name(&mut name)?;
        count += 1;
        if count <= SHOWN_NAMES {
            let name = str::from_utf8(name.bytes()).unwrap_or_default();
            text.push_str(if count == 1 { "the members `" } else { ", `" });
            text.extend(name.chars().take(SHOWN_CHARACTERS));
            text.push_str(if name.chars().nth(SHOWN_CHARACTERS).is_some() {
                "…`"
            } else {
                "`"
            });
        }
        lexer.skip_value(0)?;
        more = lexer.next_member()?;
    }
    match count {
        0 => text.push_str("an object without members"),
        _ if count > SHOWN_NAMES => text.push_str(&format!(" and {} more", count - SHOWN_NAMES)),
        _ => {}
    }
    Ok(text)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at..).and_then(|rest| rest.chars().next())
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += character.len_utf8();
        Some(character)
    }

    fn error(&self, expected: &str) -> TableError {
        TableError::new(
            TableErrorCode::InvalidPath,
            Some(self.at),
            expected,
            character_at(self.text.as_bytes(), self.at),
        )
    }

    fn path(mut self) -> Result<JsonPath, TableError> {
        let mut steps = Vec::new();
        if self.peek() == Some('$') {
            self.at += 1;
        } else if self.peek().is_some_and(is_plain) {
            steps.push(self.name()?);
        }
        while let Some(character) = self.peek() {
            let step = match character {
                '.' => {
                    self.at += 1;
                    self.name()?
                }
                '[' => {
                    self.at += 1;
                    self.bracket()?
                }
                _ => return Err(self.error("`.` or `[`")),
            };
            steps.push(step);
        }
        Ok(JsonPath { steps })
    }

    fn name(&mut self) -> Result<Step, TableError> {
        let start = self.at;
        while self.peek().is_some_and(is_plain) {
            self.next();
        }
        match self.text.get(start..self.at) {
            Some(name) if !name.is_empty() => Ok(Step::Member(name.to_owned())),
            _ => Err(self.error("a member name")),
        }
    }

    /// Reads an index or a quoted name, after the opening bracket.
    fn bracket(&mut self) -> Result<Step, TableError> {
        let step = match self.peek() {
            Some(quote @ ('\'' | '"')) => {
                self.at += 1;
                self.quoted(quote)?
            }
            _ => {
                let start = self.at;
                while self.peek().is_some_and(|character| character.is_ascii_digit()) {
                    self.at += 1;
                }
                let index = self.text.get(start..self.at).and_then(|digits| digits.parse().ok());
                let Some(index) = index else {
                    self.at = start;
                    return Err(self.error("an index or a quoted name"));
                };
                Step::Item(index)
            }
        };
        if self.peek() != Some(']') {
            return Err(self.error("`]`"));
        }
        self.at += 1;
        Ok(step)
    }

    fn quoted(&mut self, quote: char) -> Result<Step, TableError> {
        let mut name = String::new();
        loop {
            match self.peek() {
                None => return Err(self.error(if quote == '"' { "`\"`" } else { "`'`" })),
                Some('\\') => {
                    self.at += 1;
                    match self.peek() {
                        Some(escaped @ ('\'' | '"' | '\\')) => name.push(escaped),
                        _ => return Err(self.error("a quote or `\\`")),
                    }
                    self.at += 1;
                }
                Some(character) => {
                    self.next();
                    if character == quote {
                        return Ok(Step::Member(name));
                    }
                    name.push(character);
                }
            }
        }
    }
}
