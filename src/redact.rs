//! Cutting secrets out of what others say: an answer may repeat what was sent.

use std::cmp::Reverse;
use std::fmt;

use zeroize::{Zeroize, Zeroizing};

use crate::error::Error;
use crate::http::{HttpResponse, push_encoded};
use crate::json::quoted;
use crate::search::split_once;
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

    /// Cuts them out of a text.
    pub(crate) fn clean_text(&self, text: &mut String) {
        for secret in &self.0 {
            // What was cut off at the end may have been the rest of it.
            let end = (LEAST..secret.len()).rev().find_map(|length| {
                let part = secret.get(..length)?;
                text.strip_suffix(part).map(str::len)
            });
            if let Some(end) = end {
                text.truncate(end);
                text.push_str(MARK);
            }
            if split_once(text, secret).is_some() {
                let cleaned = without(text, secret);
                text.zeroize();
                *text = cleaned;
            }
        }
    }

    /// Cuts them out of an answer that is no good, before anybody reads it: the body and the headers.
    pub(crate) fn clean_refusal(&self, response: &mut HttpResponse) {
        if self.0.is_empty() || response.is_success() {
            return;
        }
        let mut body = String::from_utf8_lossy(&response.body).into_owned();
        self.clean_text(&mut body);
        response.body.zeroize();
        response.body = body.into_bytes();
        for (_, value) in &mut response.headers {
            self.clean_text(value);
        }
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

fn without(mut text: &str, secret: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    while let Some((before, behind)) = split_once(text, secret) {
        kept.push_str(before);
        kept.push_str(MARK);
        text = behind;
    }
    kept.push_str(text);
    kept
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
    fn a_text_too_short_to_be_a_secret_stays() {
        assert_eq!(cleaned("abc"), "abc");
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
