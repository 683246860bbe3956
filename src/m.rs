//! The M language (Power Query): a syntax tree, a parser for the crate's own library files, and the one printer.
//!
//! No node of the tree holds source text. What a user gives goes into [`Expr::Text`], into a [`Number`] or into a
//! [`Name`], and the printer alone decides how these are quoted and escaped; so no value can become code.
//!
//! Grammar: <https://learn.microsoft.com/en-us/powerquery-m/m-spec-consolidated-grammar>

mod build;
mod names;
mod parse;
mod print;
mod scope;
mod tree;
mod visit;

pub use build::*;
pub use names::{BadComment, BadNumber, Comment, Keyword, Name, Number, Primitive};
pub use parse::SyntaxError;
pub use scope::{Captured, for_each_call_mut, free_names, mentions, rename, substitute};
pub use tree::*;
