//! The printer: the only place that lays out, quotes and escapes.

mod escape;
mod lower;
mod node;
mod types;

use node::Node;

use super::{Document, Expr};

impl Document {
    /// The document as M.
    pub fn to_source(&self) -> String {
        print(&lower::document(self))
    }
}

impl Expr {
    /// The expression as M, as a document of its own.
    pub fn to_source(&self) -> String {
        print(&lower::expression(self))
    }
}

fn print(node: &Node<'_>) -> String {
    let mut out = String::new();
    push_tokens(node, &mut out);
    out.push_str("\r\n");
    out
}

fn push_tokens(node: &Node<'_>, out: &mut String) {
    for comment in node.comments {
        out.push_str("\r\n// ");
        out.push_str(comment.as_str());
        out.push_str("\r\n");
    }
    if node.is_token() {
        if !out.is_empty() && !out.ends_with('\n') {
            out.push(' ');
        }
        out.push_str(&node.text);
    }
    for child in &node.children {
        push_tokens(child, out);
    }
    if node.text == ";" {
        out.push_str("\r\n");
    }
}
