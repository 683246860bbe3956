//! Reads M: the crate's own library files, and whatever the printer writes.
//!
//! Comments are kept where the tree has a place for them: at the head of the document, before a member, a variable, a
//! field, an item of a list. Anywhere else they are an error, so that none is lost or moved in silence.

mod error;
mod expression;
mod lex;
mod types;

pub use error::SyntaxError;
use lex::{Token, TokenKind, is_identifier_part};

use super::{Attribute, Comment, Content, Document, Expr, Literal, Member, Name, Number, Section};

impl Document {
    /// Reads a document: a section, or one expression.
    ///
    /// # Errors
    /// The first place where the text is not M, or where a comment stands that the tree has no place for.
    pub fn parse(source: &str) -> Result<Self, SyntaxError> {
        let mut parser = Parser::new(source)?;
        let comments = parser.take_comments();
        let content = if parser.at_section() {
            Content::Section(parser.section()?)
        } else {
            Content::Expression(parser.expression()?)
        };
        parser.end()?;
        Ok(Self { comments, content })
    }
}

impl Expr {
    /// Reads one expression.
    ///
    /// # Errors
    /// The first place where the text is not M, or where a comment stands that the tree has no place for.
    pub fn parse(source: &str) -> Result<Self, SyntaxError> {
        let mut parser = Parser::new(source)?;
        let expr = parser.expression()?;
        parser.end()?;
        Ok(expr)
    }
}

struct Parser<'source> {
    source: &'source str,
    tokens: Vec<Token>,
    at: usize,
}

impl<'source> Parser<'source> {
    fn new(source: &'source str) -> Result<Self, SyntaxError> {
        Ok(Self {
            source,
            tokens: lex::tokens(source)?,
            at: 0,
        })
    }

    fn kind(&self) -> &TokenKind {
        self.kind_after(0)
    }

    /// The kind of the token this many places ahead; beyond the end, of the end.
    fn kind_after(&self, distance: usize) -> &TokenKind {
        &self.tokens[(self.at + distance).min(self.tokens.len() - 1)].kind
    }

    fn at_symbol(&self, symbol: &str) -> bool {
        is_symbol(self.kind(), symbol)
    }

    fn at_word(&self, word: &str) -> bool {
        is_word(self.kind(), word)
    }

    /// Whether the token this many places ahead is this name, which is no reserved word.
    fn name_after(&self, distance: usize, name: &str) -> bool {
        let index = (self.at + distance).min(self.tokens.len() - 1);
        let token = &self.tokens[index];
        token.kind == TokenKind::Identifier && &self.source[token.start..token.end] == name
    }

    fn text(&self) -> &'source str {
        let token = &self.tokens[self.at];
        &self.source[token.start..token.end]
    }

    fn error(&self, expected: &'static str) -> SyntaxError {
        let token = &self.tokens[self.at];
        let found = if token.kind == TokenKind::End {
            "the end"
        } else {
            self.text()
        };
        SyntaxError {
            line: token.line,
            column: token.column,
            expected,
            found: found.to_owned(),
        }
    }

    /// The comments before the current token, which then count as kept.
    fn take_comments(&mut self) -> Vec<Comment> {
        std::mem::take(&mut self.tokens[self.at].comments)
    }

    /// Moves on.
    fn next(&mut self) -> Result<(), SyntaxError> {
        self.no_comments()?;
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        Ok(())
    }

    fn no_comments(&self) -> Result<(), SyntaxError> {
        match self.tokens[self.at].comments.first() {
            None => Ok(()),
            Some(comment) => Err(SyntaxError {
                found: format!("a comment ({}) before {}", comment.as_str(), self.error("").found),
                ..self.error("comments only before members, variables, fields, items and the document")
            }),
        }
    }

    fn end(&self) -> Result<(), SyntaxError> {
        self.no_comments()?;
        match self.kind() {
            TokenKind::End => Ok(()),
            _ => Err(self.error("the end")),
        }
    }

    fn take_symbol(&mut self, symbol: &str) -> Result<bool, SyntaxError> {
        let found = self.at_symbol(symbol);
        if found {
            self.next()?;
        }
        Ok(found)
    }

    fn take_word(&mut self, word: &str) -> Result<bool, SyntaxError> {
        let found = self.at_word(word);
        if found {
            self.next()?;
        }
        Ok(found)
    }

    fn symbol(&mut self, symbol: &'static str) -> Result<(), SyntaxError> {
        if self.take_symbol(symbol)? {
            Ok(())
        } else {
            Err(self.error(symbol))
        }
    }

    fn word(&mut self, word: &'static str) -> Result<(), SyntaxError> {
        if self.take_word(word)? {
            Ok(())
        } else {
            Err(self.error(word))
        }
    }

    /// A name that is declared or referred to.
    fn name(&mut self) -> Result<Name, SyntaxError> {
        let name = match self.kind() {
            TokenKind::Identifier => Name::from(self.text()),
            TokenKind::Quoted(name) => Name::from(name.as_str()),
            _ => return Err(self.error("a name")),
        };
        self.next()?;
        Ok(name)
    }

    /// A name of a field: several words in a row are one name, reserved words among them.
    fn field_name(&mut self) -> Result<Name, SyntaxError> {
        if let TokenKind::Quoted(_) = self.kind() {
            return self.name();
        }
        let (first, start) = (self.at, self.tokens[self.at].start);
        let mut end = start;
        while matches!(
            self.kind(),
            TokenKind::Identifier | TokenKind::Number | TokenKind::Word(_)
        ) {
            end = self.tokens[self.at].end;
            self.next()?;
        }
        let name = &self.source[start..end];
        let is_name = name
            .chars()
            .all(|character| matches!(character, ' ' | '.') || is_identifier_part(character));
        if name.is_empty() || !is_name {
            self.at = first;
            return Err(self.error("the name of a field"));
        }
        Ok(Name::from(name))
    }

    /// Elements up to the closing symbol, with commas between them.
    fn elements<T>(
        &mut self,
        close: &'static str,
        mut element: impl FnMut(&mut Self) -> Result<T, SyntaxError>,
    ) -> Result<Vec<T>, SyntaxError> {
        let mut elements = Vec::new();
        if !self.at_symbol(close) {
            elements.push(element(self)?);
            while self.take_symbol(",")? {
                elements.push(element(self)?);
            }
        }
        self.symbol(close)?;
        Ok(elements)
    }

    /// The distance to the token after the bracket that closes the one this many places ahead.
    fn after_closing(&self, open: usize) -> usize {
        let mut depth = 0usize;
        for distance in open.. {
            match self.kind_after(distance) {
                TokenKind::Symbol("(" | "[" | "{") => depth += 1,
                TokenKind::Symbol(")" | "]" | "}") => depth = depth.saturating_sub(1),
                TokenKind::End => return distance,
                _ => {}
            }
            if depth == 0 {
                return distance + 1;
            }
        }
        unreachable!("the tokens end with the end")
    }

    fn at_section(&self) -> bool {
        let after_attributes = if self.at_symbol("[") { self.after_closing(0) } else { 0 };
        is_word(self.kind_after(after_attributes), "section")
    }

    fn section(&mut self) -> Result<Section, SyntaxError> {
        let attributes = self.attributes()?;
        self.word("section")?;
        let name = self.name()?;
        self.symbol(";")?;
        let mut members = Vec::new();
        while *self.kind() != TokenKind::End {
            let comments = self.take_comments();
            let attributes = self.attributes()?;
            let shared = self.take_word("shared")?;
            let name = self.name()?;
            self.symbol("=")?;
            let value = self.expression()?;
            self.symbol(";")?;
            members.push(Member {
                comments,
                attributes,
                shared,
                name,
                value,
            });
        }
        Ok(Section {
            attributes,
            name,
            members,
        })
    }

    fn attributes(&mut self) -> Result<Vec<Attribute>, SyntaxError> {
        if !self.take_symbol("[")? {
            return Ok(Vec::new());
        }
        self.elements("]", |parser| {
            let name = parser.field_name()?;
            parser.symbol("=")?;
            Ok(Attribute {
                name,
                value: parser.literal()?,
            })
        })
    }

    fn literal(&mut self) -> Result<Literal, SyntaxError> {
        let literal = match self.kind() {
            TokenKind::Symbol("[") => return Ok(Literal::Record(self.attributes()?)),
            TokenKind::Symbol("{") => {
                self.next()?;
                return Ok(Literal::List(self.elements("}", Self::literal)?));
            }
            TokenKind::Text(value) => Literal::Text(value.clone()),
            TokenKind::Number => Literal::Number(self.number()?),
            TokenKind::Word("true") => Literal::Logical(true),
            TokenKind::Word("false") => Literal::Logical(false),
            TokenKind::Word("null") => Literal::Null,
            _ => return Err(self.error("a literal")),
        };
        self.next()?;
        Ok(literal)
    }

    fn number(&self) -> Result<Number, SyntaxError> {
        Number::parse(self.text()).map_err(|_| self.error("a number"))
    }
}

fn is_symbol(kind: &TokenKind, wanted: &str) -> bool {
    matches!(kind, TokenKind::Symbol(symbol) if *symbol == wanted)
}

fn is_word(kind: &TokenKind, wanted: &str) -> bool {
    matches!(kind, TokenKind::Word(word) if *word == wanted)
}
