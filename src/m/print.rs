//! The printer: the only place that lays out, quotes and escapes.

mod escape;
mod layout;
mod lower;
mod node;
mod rules;
mod types;

use super::{Document, Expr};

impl Document {
    /// The document as M.
    pub fn to_source(&self) -> String {
        layout::print(lower::document(self))
    }
}

impl Expr {
    /// The expression as M, as a document of its own.
    pub fn to_source(&self) -> String {
        layout::print(lower::expression(self))
    }
}
