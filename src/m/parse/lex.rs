//! From text to tokens. Comments go with the token they stand before.

use super::error::SyntaxError;
use crate::m::names::{RESERVED, literal_length};
use crate::m::{Comment, Keyword};

/// A token, where it stands, and the comments before it.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    /// The token's place in the source, in bytes.
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) comments: Vec<Comment>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum TokenKind {
    End,
    /// A name without quotes that is no reserved word.
    Identifier,
    /// A word with `#`.
    Keyword(Keyword),
    Number,
    /// The text of a name in quotes.
    Quoted(String),
    /// An operator or a bracket.
    Symbol(&'static str),
    /// The value of a text literal.
    Text(String),
    /// A reserved word.
    Word(&'static str),
}

/// Longer ones before those they start with.
const SYMBOLS: [&str; 26] = [
    "...", "..", "=>", "<>", "<=", ">=", "??", ",", ";", "=", "<", ">", "+", "-", "*", "/", "&", "(", ")", "[", "]",
    "{", "}", "@", "?", "!",
];

pub(super) fn tokens(source: &str) -> Result<Vec<Token>, SyntaxError> {
    let mut lexer = Lexer {
        source,
        at: 0,
        line: 1,
        line_start: 0,
        tokens: Vec::new(),
    };
    while !matches!(
        lexer.tokens.last(),
        Some(Token {
            kind: TokenKind::End,
            ..
        })
    ) {
        let comments = lexer.blanks_and_comments()?;
        let (start, line, column) = (lexer.at, lexer.line, lexer.column());
        let kind = lexer.token()?;
        lexer.tokens.push(Token {
            kind,
            start,
            end: lexer.at,
            line,
            column,
            comments,
        });
    }
    Ok(lexer.tokens)
}

struct Lexer<'source> {
    source: &'source str,
    at: usize,
    line: usize,
    line_start: usize,
    tokens: Vec<Token>,
}

impl<'source> Lexer<'source> {
    fn rest(&self) -> &'source str {
        &self.source[self.at..]
    }

    fn column(&self) -> usize {
        self.source[self.line_start..self.at].chars().count() + 1
    }

    fn error(&self, expected: &'static str) -> SyntaxError {
        let found = match self.rest().chars().next() {
            Some(character) => format!("{character:?}"),
            None => "the end".to_owned(),
        };
        SyntaxError {
            line: self.line,
            column: self.column(),
            expected,
            found,
        }
    }

    /// Moves over one character and counts lines.
    fn next(&mut self) -> Option<char> {
        let character = self.rest().chars().next()?;
        self.at += character.len_utf8();
        let ends_line = match character {
            '\r' => !self.rest().starts_with('\n'),
            '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => true,
            _ => false,
        };
        if ends_line {
            self.line += 1;
            self.line_start = self.at;
        }
        Some(character)
    }

    fn blanks_and_comments(&mut self) -> Result<Vec<Comment>, SyntaxError> {
        let mut comments = Vec::new();
        loop {
            let rest = self.rest();
            if rest.starts_with("//") {
                // The line of the last token ends before its comment, or the comment would move to the next thing.
                if self
                    .tokens
                    .last()
                    .is_some_and(|token| token.line_of_end(self.source) == self.line)
                {
                    return Err(self.error("a comment on lines of its own"));
                }
                let line = rest
                    .split(['\r', '\n', '\u{85}', '\u{2028}', '\u{2029}'])
                    .next()
                    .unwrap_or(rest);
                let text = &line[2..];
                comments.push(Comment::new(text).map_err(|_| self.error("a comment without control characters"))?);
                self.at += line.len();
            } else if rest.starts_with("/*") {
                return Err(self.error("a comment that starts with //"));
            } else if rest.starts_with(char::is_whitespace) {
                self.next();
            } else {
                return Ok(comments);
            }
        }
    }

    fn token(&mut self) -> Result<TokenKind, SyntaxError> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return Ok(TokenKind::End);
        };
        if first == '"' {
            self.at += 1;
            return Ok(TokenKind::Text(self.quoted()?));
        }
        if rest.starts_with("#\"") {
            self.at += 2;
            return Ok(TokenKind::Quoted(self.quoted()?));
        }
        if first == '#' {
            let length = 1 + rest[1..].bytes().take_while(u8::is_ascii_alphabetic).count();
            let keyword = Keyword::from_text(&rest[..length]).ok_or_else(|| self.error("a word like #date"))?;
            self.at += length;
            return Ok(TokenKind::Keyword(keyword));
        }
        if let Some(length) = literal_length(rest.as_bytes()) {
            self.at += length;
            return Ok(TokenKind::Number);
        }
        let length = identifier_length(rest);
        if length > 0 {
            self.at += length;
            let word = RESERVED.into_iter().find(|word| *word == &rest[..length]);
            return Ok(word.map_or(TokenKind::Identifier, TokenKind::Word));
        }
        match SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol)) {
            Some(symbol) => {
                self.at += symbol.len();
                Ok(TokenKind::Symbol(symbol))
            }
            None => Err(self.error("a token of M")),
        }
    }

    /// What stands between quotes, after the first.
    fn quoted(&mut self) -> Result<String, SyntaxError> {
        let mut value = String::new();
        loop {
            if self.rest().starts_with("\"\"") {
                self.at += 2;
                value.push('"');
            } else if self.rest().starts_with("#(") {
                self.at += 2;
                self.escapes(&mut value)?;
            } else {
                match self.next() {
                    Some('"') => return Ok(value),
                    Some(character) => value.push(character),
                    None => return Err(self.error("a closing quote")),
                }
            }
        }
    }

    /// The escapes up to the parenthesis, with commas between them.
    fn escapes(&mut self, value: &mut String) -> Result<(), SyntaxError> {
        let end = self
            .rest()
            .find(')')
            .ok_or_else(|| self.error("the end of the escape"))?;
        for escape in self.rest()[..end].split(',') {
            let character = match escape {
                "cr" => '\r',
                "lf" => '\n',
                "tab" => '\t',
                "#" => '#',
                _ if matches!(escape.len(), 4 | 8) && escape.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                    let code = u32::from_str_radix(escape, 16).ok().and_then(char::from_u32);
                    code.ok_or_else(|| self.error("the code of a character"))?
                }
                _ => return Err(self.error("an escape")),
            };
            value.push(character);
        }
        self.at += end + 1;
        Ok(())
    }
}

impl Token {
    /// The line the token ends on: a text may go over several.
    fn line_of_end(&self, source: &str) -> usize {
        let text = &source[self.start..self.end];
        self.line
            + text
                .replace("\r\n", "\n")
                .matches(['\r', '\n', '\u{85}', '\u{2028}', '\u{2029}'])
                .count()
    }
}

/// Letters, digits and such, in parts with single dots between them.
fn identifier_length(text: &str) -> usize {
    let mut length = 0;
    loop {
        let part = &text[length..];
        let part_length = if part.starts_with(is_identifier_start) {
            part.find(|character| !is_identifier_part(character))
                .unwrap_or(part.len())
        } else {
            0
        };
        if part_length == 0 {
            // The dot before it belongs to something else, for instance to a range.
            return length.saturating_sub(1);
        }
        length += part_length;
        if !text[length..].starts_with('.') {
            return length;
        }
        length += 1;
    }
}

fn is_identifier_start(character: char) -> bool {
    character == '_' || character.is_alphabetic()
}

pub(super) fn is_identifier_part(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}
