//! Expressions.

use super::lex::TokenKind;
use super::{Parser, SyntaxError, is_symbol, is_word};
use crate::m::{Binding, Expr, Function, Handler, Item, Name, NullablePrimitive, Operator, Parameter, UnaryOperator};

/// The operators that group to the left, the weakest first. `is` and `as` stand between `and` and the comparisons.
const LEVELS: [&[Operator]; 8] = [
    &[Operator::Or],
    &[Operator::And],
    IS,
    AS,
    &[Operator::Equal, Operator::NotEqual],
    &[
        Operator::LessEqual,
        Operator::GreaterEqual,
        Operator::Less,
        Operator::Greater,
    ],
    &[Operator::Add, Operator::Subtract, Operator::Concat],
    &[Operator::Multiply, Operator::Divide],
];
const IS: &[Operator] = &[];
const AS: &[Operator] = &[];
const IS_LEVEL: usize = 2;
const AS_LEVEL: usize = 3;

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Result<Expr, SyntaxError> {
        match self.kind() {
            TokenKind::Word("each") => {
                self.next()?;
                Ok(Expr::Each(self.boxed()?))
            }
            TokenKind::Word("error") => {
                self.next()?;
                Ok(Expr::Error(self.boxed()?))
            }
            TokenKind::Word("if") => {
                self.next()?;
                let condition = self.boxed()?;
                self.word("then")?;
                let then = self.boxed()?;
                self.word("else")?;
                Ok(Expr::If {
                    condition,
                    then,
                    otherwise: self.boxed()?,
                })
            }
            TokenKind::Word("let") => self.let_in(),
            TokenKind::Word("try") => self.attempt(),
            TokenKind::Symbol("(") if self.at_function() => Ok(Expr::Function(Box::new(self.function()?))),
            _ => self.coalesce(),
        }
    }

    fn boxed(&mut self) -> Result<Box<Expr>, SyntaxError> {
        self.expression().map(Box::new)
    }

    fn let_in(&mut self) -> Result<Expr, SyntaxError> {
        self.next()?;
        let mut variables = Vec::new();
        loop {
            let comments = self.take_comments();
            let name = self.name()?;
            self.symbol("=")?;
            variables.push(Binding {
                comments,
                name,
                value: self.expression()?,
            });
            if !self.take_symbol(",")? {
                break;
            }
        }
        self.word("in")?;
        Ok(Expr::Let {
            variables,
            body: self.boxed()?,
        })
    }

    fn attempt(&mut self) -> Result<Expr, SyntaxError> {
        self.next()?;
        let value = self.boxed()?;
        if self.take_word("otherwise")? {
            return Ok(Expr::Try(value, Handler::Otherwise(self.boxed()?)));
        }
        if !self.name_after(0, "catch") {
            return Ok(Expr::Try(value, Handler::None));
        }
        self.next()?;
        self.symbol("(")?;
        let parameter = if self.at_symbol(")") { None } else { Some(self.name()?) };
        self.symbol(")")?;
        self.symbol("=>")?;
        Ok(Expr::Try(
            value,
            Handler::Catch {
                parameter,
                body: self.boxed()?,
            },
        ))
    }

    /// Whether the parenthesis opens a list of parameters: `(…) =>` or `(…) as type =>`.
    fn at_function(&self) -> bool {
        let mut after = self.after_closing(0);
        if is_word(self.kind_after(after), "as") {
            after += if self.name_after(after + 1, "nullable") { 3 } else { 2 };
        }
        is_symbol(self.kind_after(after), "=>")
    }

    fn function(&mut self) -> Result<Function, SyntaxError> {
        self.symbol("(")?;
        let parameters = self.elements(")", |parser| {
            let optional = parser.optional()?;
            let name = parser.name()?;
            Ok(Parameter {
                name,
                optional,
                of: parser.as_type()?,
            })
        })?;
        let result = self.as_type()?;
        self.symbol("=>")?;
        Ok(Function {
            parameters,
            result,
            body: self.expression()?,
        })
    }

    fn as_type(&mut self) -> Result<Option<NullablePrimitive>, SyntaxError> {
        if self.take_word("as")? {
            self.nullable_primitive().map(Some)
        } else {
            Ok(None)
        }
    }

    fn coalesce(&mut self) -> Result<Expr, SyntaxError> {
        let left = self.binary(0)?;
        if !self.take_symbol(Operator::Coalesce.as_str())? {
            return Ok(left);
        }
        Ok(Expr::Binary(
            Operator::Coalesce,
            Box::new(left),
            Box::new(self.coalesce()?),
        ))
    }

    fn binary(&mut self, level: usize) -> Result<Expr, SyntaxError> {
        let Some(operators) = LEVELS.get(level) else {
            return self.meta();
        };
        let mut left = self.binary(level + 1)?;
        loop {
            left = if level == IS_LEVEL && self.take_word("is")? {
                Expr::Is(Box::new(left), self.nullable_primitive()?)
            } else if level == AS_LEVEL && self.take_word("as")? {
                Expr::As(Box::new(left), self.nullable_primitive()?)
            } else {
                let found = operators.iter().find(|operator| match self.kind() {
                    TokenKind::Symbol(text) | TokenKind::Word(text) => *text == operator.as_str(),
                    _ => false,
                });
                let Some(operator) = found else { return Ok(left) };
                self.next()?;
                Expr::Binary(*operator, Box::new(left), Box::new(self.binary(level + 1)?))
            };
        }
    }

    fn meta(&mut self) -> Result<Expr, SyntaxError> {
        let value = self.unary()?;
        if !self.take_word("meta")? {
            return Ok(value);
        }
        Ok(Expr::Meta(Box::new(value), Box::new(self.unary()?)))
    }

    fn unary(&mut self) -> Result<Expr, SyntaxError> {
        let operator = match self.kind() {
            TokenKind::Symbol("-") => UnaryOperator::Minus,
            TokenKind::Symbol("+") => UnaryOperator::Plus,
            TokenKind::Word("not") => UnaryOperator::Not,
            TokenKind::Word("type") => {
                self.next()?;
                return Ok(Expr::Type(self.primary_type()?));
            }
            _ => return self.primary(),
        };
        self.next()?;
        Ok(Expr::Unary(operator, Box::new(self.unary()?)))
    }

    /// A literal, or a value with what is asked of it: calls, items, fields.
    pub(super) fn primary(&mut self) -> Result<Expr, SyntaxError> {
        let literal = match self.kind() {
            TokenKind::Text(value) => Expr::Text(value.clone()),
            TokenKind::Number => Expr::Number(self.number()?),
            TokenKind::Word("true") => Expr::Logical(true),
            TokenKind::Word("false") => Expr::Logical(false),
            TokenKind::Word("null") => Expr::Null,
            TokenKind::Keyword(keyword) if keyword.is_literal() => Expr::Keyword(*keyword),
            _ => {
                let head = self.head()?;
                return self.postfix(head);
            }
        };
        self.next()?;
        Ok(literal)
    }

    fn head(&mut self) -> Result<Expr, SyntaxError> {
        match self.kind() {
            TokenKind::Identifier | TokenKind::Quoted(_) => Ok(Expr::Name(self.name()?)),
            TokenKind::Keyword(keyword) => {
                let keyword = *keyword;
                self.next()?;
                Ok(Expr::Keyword(keyword))
            }
            TokenKind::Symbol("@") => {
                self.next()?;
                Ok(Expr::Inclusive(self.name()?))
            }
            TokenKind::Symbol("...") => {
                self.next()?;
                Ok(Expr::NotImplemented)
            }
            TokenKind::Symbol("(") => {
                self.next()?;
                let inner = self.expression()?;
                self.symbol(")")?;
                Ok(inner)
            }
            TokenKind::Symbol("{") => {
                self.next()?;
                Ok(Expr::List(self.elements("}", Self::item)?))
            }
            TokenKind::Symbol("[") => self.record_or_field(),
            _ => Err(self.error("an expression")),
        }
    }

    fn item(&mut self) -> Result<Item, SyntaxError> {
        let comments = self.take_comments();
        let value = self.expression()?;
        let last = if self.take_symbol("..")? {
            Some(self.expression()?)
        } else {
            None
        };
        Ok(Item { comments, value, last })
    }

    /// A record, or a field or several fields of `_`.
    fn record_or_field(&mut self) -> Result<Expr, SyntaxError> {
        self.next()?;
        if self.at_symbol("[") {
            return self.projection(None);
        }
        if self.take_symbol("]")? {
            return Ok(Expr::Record(Vec::new()));
        }
        let comments = self.take_comments();
        let name = self.field_name()?;
        if comments.is_empty() && self.take_symbol("]")? {
            return Ok(Expr::Field {
                of: None,
                name,
                optional: self.take_symbol("?")?,
            });
        }
        self.symbol("=")?;
        let mut fields = vec![Binding {
            comments,
            name,
            value: self.expression()?,
        }];
        if self.take_symbol(",")? {
            if self.at_symbol("]") {
                return Err(self.error("a field"));
            }
            fields.extend(self.elements("]", |parser| {
                let comments = parser.take_comments();
                let name = parser.field_name()?;
                parser.symbol("=")?;
                Ok(Binding {
                    comments,
                    name,
                    value: parser.expression()?,
                })
            })?);
        } else {
            self.symbol("]")?;
        }
        Ok(Expr::Record(fields))
    }

    /// The names of a projection, after its first bracket.
    fn projection(&mut self, of: Option<Box<Expr>>) -> Result<Expr, SyntaxError> {
        let first = self.selected()?;
        let mut more = Vec::new();
        while self.take_symbol(",")? {
            more.push(self.selected()?);
        }
        self.symbol("]")?;
        Ok(Expr::Projection {
            of,
            first,
            more,
            optional: self.take_symbol("?")?,
        })
    }

    /// One name of a projection.
    fn selected(&mut self) -> Result<Name, SyntaxError> {
        self.symbol("[")?;
        let name = self.field_name()?;
        self.symbol("]")?;
        Ok(name)
    }

    fn postfix(&mut self, mut value: Expr) -> Result<Expr, SyntaxError> {
        loop {
            value = match self.kind() {
                TokenKind::Symbol("(") => {
                    self.next()?;
                    Expr::Call(Box::new(value), self.elements(")", Self::expression)?)
                }
                TokenKind::Symbol("{") => {
                    self.next()?;
                    let key = self.boxed()?;
                    self.symbol("}")?;
                    Expr::Item {
                        of: Box::new(value),
                        key,
                        optional: self.take_symbol("?")?,
                    }
                }
                TokenKind::Symbol("[") => {
                    self.next()?;
                    if self.at_symbol("[") {
                        self.projection(Some(Box::new(value)))?
                    } else {
                        let name = self.field_name()?;
                        self.symbol("]")?;
                        Expr::Field {
                            of: Some(Box::new(value)),
                            name,
                            optional: self.take_symbol("?")?,
                        }
                    }
                }
                _ => return Ok(value),
            };
        }
    }
}
