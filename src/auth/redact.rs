//! Cutting secrets out of what others say: an error's text may repeat what was sent.

use std::cmp::Reverse;

use secrecy::{ExposeSecret, SecretString};
use zeroize::{Zeroize, Zeroizing};

use crate::auth::call::basic;
use crate::error::Error;
use crate::http::push_encoded;
use crate::sort::sort_few;

/// What stands in a secret's place.
const MARK: &str = "[secret]";

/// The longest text of a service that gets into an error.
const LONGEST: usize = 600;

/// The shortest beginning of a secret at the end of a text that is taken for one.
const LEAST: usize = 5;

/// The texts that must not be shown, in every spelling in which they were sent.
pub(super) struct Redactor(Vec<Zeroizing<String>>);

impl Redactor {
    pub(super) fn new<'a>(client_id: Option<&str>, secrets: impl Iterator<Item = &'a SecretString>) -> Self {
        let mut spellings = Vec::new();
        for secret in secrets {
            let plain = Zeroizing::new(secret.expose_secret().to_owned());
            let mut encoded = Zeroizing::new(String::with_capacity(3 * plain.len()));
            push_encoded(&mut encoded, &plain);
            let lower = Zeroizing::new(encoded.to_ascii_lowercase());
            if let Some(client_id) = client_id {
                let basic = basic(client_id, secret);
                let pair = basic.expose_secret().strip_prefix("Basic ").unwrap_or_default();
                spellings.push(Zeroizing::new(pair.to_owned()));
            }
            spellings.extend([plain, encoded, lower]);
        }
        spellings.retain(|spelling| !spelling.is_empty());
        // The longest first: a shorter one may be part of it.
        sort_few(&mut spellings, |spelling| Reverse(spelling.len()));
        Self(spellings)
    }

    /// The error without any of them, with everything that a service said on one line.
    pub(super) fn clean(&self, mut error: Error) -> Error {
        self.clean_text(&mut error.message);
        self.clean_text(&mut error.hint);
        for text in [&mut error.service_code, &mut error.request_id].into_iter().flatten() {
            self.clean_text(text);
        }
        error
    }

    fn clean_text(&self, text: &mut String) {
        for secret in &self.0 {
            // What was cut off at the end may have been the rest of it.
            let whole = (LEAST..=secret.len()).rev().find_map(|length| {
                let part = secret.get(..length)?;
                text.strip_suffix(part).map(|before| [before, MARK].concat())
            });
            let cleaned = whole.as_ref().unwrap_or(text).replace(secret.as_str(), MARK);
            text.zeroize();
            *text = cleaned;
        }
        let line: String = text
            .chars()
            .map(|character| if character.is_control() { ' ' } else { character })
            .take(LONGEST)
            .collect();
        *text = line;
    }
}
