//! A text out of a document.

use super::JsonPath;
use super::json;
use super::lexer::{Lexer, Stopped};
use super::path::Step;
use super::texts::TextBuffer;

/// Takes the text at `path` out of a JSON document: gives the text, and the document with an empty text in its place.
///
/// A service's answer may hold one long text among few other things. What parses the rest is then spared the text.
///
/// `None` if there is no text at the path, or if something up to its end is not JSON in UTF-8. What stands behind is not
/// looked at. Of a name that occurs twice the first one counts here.
#[must_use]
pub fn cut_text(document: &[u8], path: &JsonPath) -> Option<(String, Vec<u8>)> {
    let mut lexer = Lexer::<false>::new(document, 0);
    lexer.skip_space();
    for step in &path.steps {
        go_to(&mut lexer, step).ok()?;
    }
    let start = lexer.at;
    if !lexer.is_at_quote() {
        return None;
    }
    lexer.skip_text().ok()?;
    let mut text = TextBuffer::default();
    json::unescape(document.get(start + 1..lexer.at - 1)?, &mut text);
    let rest = [document.get(..=start)?, document.get(lexer.at - 1..)?].concat();
    Some((text.into_string()?, rest))
}

/// Goes to the first value of that name or at that place.
fn go_to(lexer: &mut Lexer<'_, false>, step: &Step) -> Result<(), Stopped> {
    match (step, lexer.peek()) {
        (Step::Member(name), b'{') => {
            let mut member = TextBuffer::default();
            let mut more = lexer.open(b'}', 0)?;
            while more {
                lexer.member_name(&mut member)?;
                if member.bytes() == name.as_bytes() {
                    return Ok(());
                }
                lexer.skip_value(0)?;
                more = lexer.next_member()?;
            }
        }
        (Step::Item(index), b'[') => {
            let mut more = lexer.open(b']', 0)?;
            for _ in 0..*index {
                if !more {
                    break;
                }
                lexer.skip_value(0)?;
                more = lexer.next_item()?;
            }
            if more {
                return Ok(());
            }
        }
        _ => {}
    }
    Err(Stopped)
}
