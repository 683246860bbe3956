//! The name of a connector: of its section, its data source kind and its files.

use std::fmt;

use crate::error::{Error, ErrorCode};
use crate::json::quoted;

/// The longest name.
const LONGEST: usize = 64;

/// Names of devices, which no file on Windows can bear, whatever its ending.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul"];

/// The same, with a digit behind.
const NUMBERED_DEVICES: &[&str] = &["com", "lpt"];

/// A name that is safe wherever it goes: into M, into XML and JSON, and into names of files.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConnectorName(String);

impl ConnectorName {
    /// Reads a name: a letter, then letters and digits, 64 characters at most, all of them ASCII.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidOptions`] for anything else, and for the names that Windows keeps for devices.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let refuse = |why: &str| {
            Err(Error::new(
                ErrorCode::InvalidOptions,
                ["name: ", why, ", found ", &quoted(text)].concat(),
            ))
        };
        let fits = text.starts_with(|first: char| first.is_ascii_alphabetic())
            && text.chars().all(|character| character.is_ascii_alphanumeric())
            && text.len() <= LONGEST;
        if !fits {
            return refuse("expected a letter, then at most 63 letters and digits, without accents");
        }
        let lower = text.to_ascii_lowercase();
        let is_numbered = lower.len() == 4
            && lower.ends_with(|last: char| last.is_ascii_digit())
            && NUMBERED_DEVICES.contains(&&lower[..3]);
        if is_numbered || DEVICES.contains(&lower.as_str()) {
            return refuse("expected a name that a file on Windows can bear");
        }
        Ok(Self(text.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The section document.
    #[must_use]
    pub fn document(&self) -> String {
        [&self.0, ".pq"].concat()
    }

    /// The icon of a size.
    #[must_use]
    pub fn icon(&self, pixels: u32) -> String {
        [&self.0, &pixels.to_string(), ".png"].concat()
    }

    /// The archive that Power BI loads.
    #[must_use]
    pub fn archive(&self) -> String {
        [&self.0, ".mez"].concat()
    }
}

impl fmt::Display for ConnectorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_digits_make_a_name() {
        for good in ["Pqrun", "x", "A1", "Console", "Com10", &"a".repeat(64)] {
            assert_eq!(ConnectorName::parse(good).expect(good).as_str(), good);
        }
    }

    #[test]
    fn what_could_leave_its_place_in_m_xml_or_a_path_is_refused() {
        let long = "a".repeat(65);
        for bad in [
            "", "1A", "_A", "A.B", "A B", "A\"", "A#(lf)", "A/..", "..", "A\n", "Ä", "Ａ", "A\u{0}", "A<", &long,
        ] {
            let error = ConnectorName::parse(bad).expect_err(bad);
            assert_eq!(error.code(), ErrorCode::InvalidOptions);
            assert!(error.message.starts_with("name: "), "{error}");
        }
    }

    #[test]
    fn names_of_devices_are_refused() {
        for bad in ["con", "NUL", "Aux", "prn", "COM1", "lpt9", "com0"] {
            assert!(ConnectorName::parse(bad).is_err(), "{bad}");
        }
    }
}
