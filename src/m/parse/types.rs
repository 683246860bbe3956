//! Types.

use super::lex::TokenKind;
use super::{Parser, SyntaxError, is_symbol};
use crate::m::{FieldType, NullablePrimitive, PrimaryType, Primitive, Type, TypeParameter};

impl Parser<'_> {
    pub(super) fn nullable_primitive(&mut self) -> Result<NullablePrimitive, SyntaxError> {
        let nullable = self.name_after(0, "nullable");
        if nullable {
            self.next()?;
        }
        let of = self.primitive().ok_or_else(|| self.error("a primitive type"))?;
        self.next()?;
        Ok(NullablePrimitive { nullable, of })
    }

    /// The primitive type at the current token.
    fn primitive(&self) -> Option<Primitive> {
        match self.kind() {
            TokenKind::Identifier | TokenKind::Word("type" | "null") => Primitive::from_text(self.text()),
            _ => None,
        }
    }

    /// The word `optional`, where it is not a name.
    pub(super) fn optional(&mut self) -> Result<bool, SyntaxError> {
        let found = self.name_after(0, "optional");
        if found {
            self.next()?;
        }
        Ok(found)
    }

    /// What follows on the word `type`.
    pub(super) fn primary_type(&mut self) -> Result<PrimaryType, SyntaxError> {
        self.maybe_primary_type()?.ok_or_else(|| self.error("a type"))
    }

    fn nested_type(&mut self) -> Result<Type, SyntaxError> {
        match self.maybe_primary_type()? {
            Some(of) => Ok(Type::Primary(of)),
            None => Ok(Type::Value(Box::new(self.primary()?))),
        }
    }

    fn maybe_primary_type(&mut self) -> Result<Option<PrimaryType>, SyntaxError> {
        if self.take_symbol("[")? {
            return self.record_type().map(Some);
        }
        if self.take_symbol("{")? {
            let of = self.nested_type()?;
            self.symbol("}")?;
            return Ok(Some(PrimaryType::List(Box::new(of))));
        }
        if self.name_after(0, "nullable") {
            self.next()?;
            return Ok(Some(PrimaryType::Nullable(Box::new(self.nested_type()?))));
        }
        if self.name_after(0, "function") && is_symbol(self.kind_after(1), "(") {
            self.next()?;
            return self.function_type().map(Some);
        }
        if self.name_after(0, "table") {
            if is_symbol(self.kind_after(1), "[") {
                self.next()?;
                self.next()?;
                return Ok(Some(PrimaryType::Table(self.elements("]", Self::field_type)?)));
            }
            let by_value = matches!(
                self.kind_after(1),
                TokenKind::Symbol("(" | "@") | TokenKind::Identifier | TokenKind::Quoted(_)
            );
            if by_value {
                self.next()?;
                return Ok(Some(PrimaryType::TableOf(Box::new(self.primary()?))));
            }
        }
        let Some(of) = self.primitive() else { return Ok(None) };
        self.next()?;
        Ok(Some(PrimaryType::Primitive(of)))
    }

    /// The fields of a type of records, after its bracket.
    fn record_type(&mut self) -> Result<PrimaryType, SyntaxError> {
        let mut fields = Vec::new();
        let mut open = false;
        if !self.at_symbol("]") {
            loop {
                open = self.take_symbol("...")?;
                if open {
                    break;
                }
                fields.push(self.field_type()?);
                if !self.take_symbol(",")? {
                    break;
                }
            }
        }
        self.symbol("]")?;
        Ok(PrimaryType::Record { fields, open })
    }

    fn field_type(&mut self) -> Result<FieldType, SyntaxError> {
        let optional = self.optional()?;
        let name = self.field_name()?;
        let of = if self.take_symbol("=")? {
            Some(self.nested_type()?)
        } else {
            None
        };
        Ok(FieldType { optional, name, of })
    }

    fn function_type(&mut self) -> Result<PrimaryType, SyntaxError> {
        self.symbol("(")?;
        let parameters = self.elements(")", |parser| {
            let optional = parser.optional()?;
            let name = parser.name()?;
            parser.word("as")?;
            Ok(TypeParameter {
                optional,
                name,
                of: parser.nested_type()?,
            })
        })?;
        self.word("as")?;
        Ok(PrimaryType::Function {
            parameters,
            result: Box::new(self.nested_type()?),
        })
    }
}
