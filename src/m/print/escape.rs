//! How texts and names are written so that nothing in them can end the literal.

use crate::m::names::RESERVED;

/// The literal of a text.
pub(super) fn text_literal(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    push_quoted(&mut out, value);
    out
}

/// A name where the language wants an identifier: plain if it is one, else quoted.
pub(super) fn identifier(name: &str) -> String {
    if is_identifier(name) {
        name.to_owned()
    } else {
        quoted_identifier(name)
    }
}

/// A name where the language takes a generalized identifier, as in a record: blanks and reserved words are allowed.
pub(super) fn field_name(name: &str) -> String {
    let plain = RESERVED.contains(&name)
        || name.split(' ').all(is_identifier)
        // Where a field may be optional, this word is not a name.
            && name.split(' ').all(|word| word != "optional");
    if plain {
        name.to_owned()
    } else {
        quoted_identifier(name)
    }
}

fn quoted_identifier(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 3);
    out.push('#');
    push_quoted(&mut out, name);
    out
}

/// Whether the name needs no quotes. Names beyond ASCII are quoted: tools disagree on which letters they take.
///
/// Words that mean something in some places only (`optional`, the names of types) are identifiers too; the two that
/// would be misread where a name is wanted are quoted.
fn is_identifier(name: &str) -> bool {
    !name.is_empty()
        && name.split('.').all(|part| {
            part.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        })
        && !RESERVED.contains(&name)
        && !matches!(name, "optional" | "catch" | "nullable")
}

fn push_quoted(out: &mut String, value: &str) {
    out.push('"');
    let mut rest = value.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '"' => out.push_str("\"\""),
            // Only before a parenthesis does it start an escape.
            '#' if rest.peek() == Some(&'(') => out.push_str("#(#)"),
            '\r' => out.push_str("#(cr)"),
            '\n' => out.push_str("#(lf)"),
            '\t' => out.push_str("#(tab)"),
            _ if is_readable(character) => out.push(character),
            _ => push_code_point(out, character),
        }
    }
    out.push('"');
}

/// Whether a character stands in a literal as it is: printable ASCII, and the letters, digits and common signs of scripts
/// that are written from left to right. Others could not be seen, or would move what stands around them.
fn is_readable(character: char) -> bool {
    match character {
        ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{ff}' | '\u{2010}'..='\u{2027}' | '\u{20a0}'..='\u{20bf}' => {
            true
        }
        // Written from right to left.
        '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' => false,
        '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}' => false,
        // Letters that are not seen.
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' => false,
        _ => character > '\u{ff}' && character.is_alphanumeric(),
    }
}

fn push_code_point(out: &mut String, character: char) {
    let code = u32::from(character);
    let digits = if code > 0xffff { 8 } else { 4 };
    out.push_str("#(");
    for position in (0..digits).rev() {
        let digit = (code >> (4 * position)) & 0xf;
        out.push(
            char::from_digit(digit, 16)
                .expect("four bits are one hexadecimal digit")
                .to_ascii_uppercase(),
        );
    }
    out.push(')');
}
