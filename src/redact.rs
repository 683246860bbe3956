//! Cutting secrets out of what others say: an answer may repeat what was sent.

use std::cmp::Reverse;
use std::fmt;

use serde_json::Value;
use zeroize::{Zeroize, Zeroizing};

use crate::error::Error;
use crate::http::{HttpResponse, push_encoded};
use crate::json::{quoted, written};
use crate::search::{find, holds};
use crate::sort::sort_few;

/// What stands in a secret's place.
const MARK: &str = "[secret]";

/// The longest text of a service that gets into a sign-in's error.
const LONGEST: usize = 600;

/// The shortest secret, and the shortest beginning of one at the end of a text that is taken for one. Anything shorter
/// stands in every other text.
const LEAST: usize = 5;

/// The texts that must not be shown, in every spelling in which they were sent.
#[derive(Clone)]
pub(crate) struct Redactor(Vec<Zeroizing<String>>);

impl fmt::Debug for Redactor {
    /// Tells how many there are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redactor({})", self.0.len())
    }
}

impl Redactor {
    pub(crate) fn new<'a>(secrets: impl Iterator<Item = &'a str>) -> Self {
        let mut spellings = Vec::new();
        for secret in secrets.filter(|secret| secret.len() >= LEAST) {
            let mut encoded = Zeroizing::new(String::with_capacity(3 * secret.len()));
            push_encoded(&mut encoded, secret);
            let lower = Zeroizing::new(encoded.to_ascii_lowercase());
            // A body that is repeated in another one is escaped twice.
            let escaped = escape(secret);
            let twice = escape(&escaped);
            spellings.extend([Zeroizing::new(secret.to_owned()), encoded, lower, escaped, twice]);
        }
        // The longest first: a shorter one may be part of it.
        sort_few(&mut spellings, |spelling| Reverse(spelling.len()));
        spellings.dedup_by(|one, other| one.as_str() == other.as_str());
        Self(spellings)
    }

    /// Cuts them out of a text; gives back whether there were any. All are looked for before anything is cut: one may
    /// begin as another ends, or as it ends itself.
    pub(crate) fn clean_text(&self, text: &mut String) -> bool {
        let mut hidden = Vec::new();
        for secret in &self.0 {
            let mut from = 0;
            while let Some(found) = text.get(from..).and_then(|rest| find(rest, secret)) {
                let at = from + found;
                hide(&mut hidden, text, at, secret.len());
                // The next one may lie across this one.
                from = at + secret.chars().next().map_or(1, char::len_utf8);
            }
            // What was cut off at the end may have been the rest of it.
            let cut = (LEAST..secret.len())
                .rev()
                .find(|length| secret.get(..*length).is_some_and(|part| text.ends_with(part)));
            if let Some(length) = cut {
                hide(&mut hidden, text, text.len() - length, length);
            }
        }
        if hidden.is_empty() {
            return false;
        }
        let mut cleaned = String::with_capacity(text.len() + MARK.len());
        let mut was_hidden = false;
        for (at, character) in text.char_indices() {
            let is_hidden = hidden.get(at).is_some_and(|hidden| *hidden);
            if !is_hidden {
                cleaned.push(character);
            } else if !was_hidden {
                cleaned.push_str(MARK);
            }
            was_hidden = is_hidden;
        }
        text.zeroize();
        *text = cleaned;
        true
    }

    /// Cuts them out of every text in a document; gives back whether there were any.
    fn clean_value(&self, value: &mut Value) -> bool {
        match value {
            Value::String(text) => self.clean_text(text),
            Value::Array(items) => items
                .iter_mut()
                .fold(false, |found, item| self.clean_value(item) | found),
            Value::Object(members) => members
                .values_mut()
                .fold(false, |found, member| self.clean_value(member) | found),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }

    /// Cuts them out of an answer that is no good, before anybody reads it: the body and the headers.
    pub(crate) fn clean_refusal(&self, response: &mut HttpResponse) {
        if self.0.is_empty() || response.is_success() {
            return;
        }
        let mut body = String::from_utf8_lossy(&response.body).into_owned();
        self.clean_text(&mut body);
        // Services escape more than has to be, .NET's every letter beyond ASCII and the plus sign, too.
        if holds(&body, "\\")
            && let Ok(mut document) = serde_json::from_str(&body)
            && self.clean_value(&mut document)
        {
            body.zeroize();
            body = written(&document);
        }
        response.body.zeroize();
        response.body = body.into_bytes();
        for (_, value) in &mut response.headers {
            self.clean_text(value);
        }
    }

    /// Whether one of them is in these bytes, whole and in one of its spellings.
    #[cfg(any(test, all(target_family = "wasm", feature = "auth")))]
    pub(crate) fn is_in(&self, bytes: &[u8]) -> bool {
        self.0.iter().any(|secret| {
            let Some((first, rest)) = secret.as_bytes().split_first() else {
                return false;
            };
            // By the first byte: there may be many megabytes, and comparing whole secrets takes longer.
            let mut bytes = bytes;
            while let Some(at) = bytes.iter().position(|byte| byte == first) {
                bytes = bytes.get(at + 1..).unwrap_or_default();
                if bytes.starts_with(rest) {
                    return true;
                }
            }
            false
        })
    }

    /// The error without any of them.
    pub(crate) fn clean(&self, mut error: Error) -> Error {
        for text in said(&mut error) {
            self.clean_text(text);
        }
        error
    }

    /// The same, with what was said on one line of bounded length.
    pub(crate) fn clean_line(&self, error: Error) -> Error {
        let mut error = self.clean(error);
        for text in said(&mut error) {
            *text = text
                .chars()
                .map(|character| if character.is_control() { ' ' } else { character })
                .take(LONGEST)
                .collect();
        }
        error
    }
}

/// What others may have said in an error.
fn said(error: &mut Error) -> impl Iterator<Item = &mut String> {
    [
        Some(&mut error.message),
        error.service_code.as_mut(),
        error.request_id.as_mut(),
    ]
    .into_iter()
    .flatten()
}

/// As it stands in JSON, between the quotes.
fn escape(text: &str) -> Zeroizing<String> {
    let quoted = Zeroizing::new(quoted(text));
    let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    Zeroizing::new(inner.unwrap_or(&quoted).to_owned())
}

/// Notes that these bytes of the text are not to be shown.
fn hide(hidden: &mut Vec<bool>, text: &str, at: usize, length: usize) {
    hidden.resize(text.len(), false);
    if let Some(bytes) = hidden.get_mut(at..at + length) {
        bytes.fill(true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(text: &str) -> String {
        let mut text = text.to_owned();
        Redactor::new(["a+b/\"c\" d", "abc"].into_iter()).clean_text(&mut text);
        text
    }

    #[test]
    fn a_secret_is_cut_out_in_each_of_its_spellings() {
        for spelling in [
            "a+b/\"c\" d",
            "a%2Bb%2F%22c%22%20d",
            "a%2bb%2f%22c%22%20d",
            r#"a+b/\"c\" d"#,
            r#"a+b/\\\"c\\\" d"#,
        ] {
            assert_eq!(cleaned(&format!("<{spelling}><{spelling}>")), "<[secret]><[secret]>");
        }
    }

    #[test]
    fn a_secret_that_was_cut_off_at_the_end_is_cut_out_too() {
        assert_eq!(cleaned("the key is a+b/\"c"), "the key is [secret]");
        assert_eq!(cleaned("the key is a+b"), "the key is a+b");
    }

    #[test]
    fn a_secret_that_ends_as_it_begins_is_cut_out_whole() {
        for secret in ["abcde-fgh-abcde", "aaaaaaaaaaaa", "abcabcabcabc"] {
            let mut text = format!("<{secret}> {secret}");
            Redactor::new([secret].into_iter()).clean_text(&mut text);
            assert_eq!(text, "<[secret]> [secret]");
        }
    }

    #[test]
    fn secrets_that_lie_across_each_other_are_cut_out_whole() {
        for (text, expected) in [
            ("<12345-67890-abcde>", "<[secret]>"),
            ("12345-67890-abc", "[secret]"),
            ("67890-abcde 12345-67890", "[secret] [secret]"),
        ] {
            let mut text = text.to_owned();
            Redactor::new(["12345-67890", "67890-abcde"].into_iter()).clean_text(&mut text);
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn a_secret_is_cut_out_of_a_refusal_however_that_is_escaped() {
        for body in [
            r#"{"error": {"message": ["no p\u00E4ss\u002Bw\u00f6rt\u0027", 1]}}"#,
            r#"{"error": {"message": ["no p\u00e4ss+wört'", 1]}}"#,
        ] {
            let mut response = HttpResponse {
                status: 400,
                headers: Vec::new(),
                body: body.as_bytes().to_vec(),
            };
            Redactor::new(["päss+wört'"].into_iter()).clean_refusal(&mut response);
            assert_eq!(
                String::from_utf8_lossy(&response.body),
                r#"{"error":{"message":["no [secret]",1]}}"#
            );
        }
    }

    #[test]
    fn a_text_too_short_to_be_a_secret_stays() {
        assert_eq!(cleaned("abc"), "abc");
    }

    #[test]
    fn a_secret_is_found_in_bytes_that_are_no_text() {
        let redactor = Redactor::new(["aab+c", "secret"].into_iter());
        for (bytes, expected) in [
            (&b"\xff\x00aaab+c\xff"[..], true),
            (b"aab%2Bc", true),
            (b"aaab+", false),
            (b"secre", false),
            (b"", false),
        ] {
            assert_eq!(redactor.is_in(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn an_answer_that_is_good_is_the_callers_own_and_stays() {
        for (status, expected) in [(200, "abcdef"), (400, "[secret]")] {
            let mut response = HttpResponse {
                status,
                headers: vec![("Location".into(), "/abcdef".into())],
                body: b"abcdef".to_vec(),
            };
            Redactor::new(["abcdef"].into_iter()).clean_refusal(&mut response);
            assert_eq!(response.body, expected.as_bytes());
            assert_eq!(response.headers[0].1, format!("/{expected}"));
        }
    }
}
