//! The text that a table is written as.

use super::error::{TableError, TableErrorCode};

/// A text that grows, up to a limit if it has one. What would go beyond it is left out: whoever writes looks at
/// [`is_full`](Self::is_full) now and then.
#[derive(Debug, Default)]
pub(crate) struct Out {
    text: String,
    /// In bytes. With a limit memory that is not there is no end of the program either.
    limit: Option<usize>,
    /// Why something was left out.
    lack: Option<Lack>,
}

#[derive(Clone, Copy, Debug)]
enum Lack {
    Limit,
    Memory,
}

impl Out {
    pub(crate) fn new(limit: Option<usize>) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    /// Lets `write` append to a text without a limit.
    pub(crate) fn append(text: &mut String, write: impl FnOnce(&mut Self)) {
        let mut out = Self {
            text: std::mem::take(text),
            ..Self::default()
        };
        write(&mut out);
        *text = out.text;
    }

    /// Says how long the text will be: no less than `least`, and most likely `likely` bytes.
    pub(crate) fn expect(&mut self, least: u64, likely: u64) {
        let limit = self.limit.map_or(u64::MAX, |limit| limit as u64);
        if least > limit {
            self.lack = Some(Lack::Limit);
        } else if let Ok(likely) = usize::try_from(likely.min(limit)) {
            // Without the room it grows as it needs it.
            let _ = self.text.try_reserve_exact(likely);
        }
    }

    /// The text, with room for that many bytes more; `None` if there can be none.
    #[inline(always)]
    pub(crate) fn room(&mut self, bytes: usize) -> Option<&mut String> {
        if self.text.capacity() - self.text.len() >= bytes || self.grow(bytes) {
            Some(&mut self.text)
        } else {
            None
        }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, bytes: usize) -> bool {
        let Some(limit) = self.limit else {
            self.text.reserve(bytes);
            return true;
        };
        let length = self.text.len();
        let Some(needed) = length.checked_add(bytes).filter(|needed| *needed <= limit) else {
            self.lack = Some(Lack::Limit);
            return false;
        };
        // Twice as much may be more than there can be, though what is needed is not.
        let wanted = length.saturating_mul(2).clamp(needed, limit);
        let has_room = [wanted, needed]
            .iter()
            .any(|room| self.text.try_reserve_exact(room - length).is_ok());
        if !has_room {
            self.lack = Some(Lack::Memory);
        }
        has_room
    }

    #[inline(always)]
    pub(crate) fn push_str(&mut self, text: &str) {
        if let Some(out) = self.room(text.len()) {
            out.push_str(text);
        }
    }

    /// Whether something was left out already.
    pub(crate) const fn is_full(&self) -> bool {
        self.lack.is_some()
    }

    /// The text, as far as it was written.
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// The whole text.
    ///
    /// # Errors
    /// `TooLarge`, if something was left out.
    pub(crate) fn into_whole(self) -> Result<String, TableError> {
        let expected = match (self.lack, self.limit) {
            (None, _) => return Ok(self.text),
            (Some(Lack::Memory), _) => "memory for the text that the table is written as".to_owned(),
            (Some(Lack::Limit), limit) => {
                format!(
                    "a table that is written in at most {} bytes",
                    limit.unwrap_or(usize::MAX)
                )
            }
        };
        let found = match self.lack {
            Some(Lack::Memory) => "too little",
            _ => "a longer one",
        };
        Err(TableError::new(TableErrorCode::TooLarge, None, expected, found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_grows_to_its_limit_and_not_beyond() {
        let mut out = Out::new(Some(5));
        out.push_str("abc");
        out.push_str("de");
        assert!(!out.is_full());
        assert_eq!(out.into_whole().expect("it fits"), "abcde");
    }

    #[test]
    fn memory_that_is_not_there_is_an_error() {
        let mut out = Out::new(Some(usize::MAX));
        out.push_str("abc");
        assert!(out.room(usize::MAX / 2 - 8).is_none());
        let error = out.into_whole().expect_err("there is no such memory");
        assert_eq!(error.code(), TableErrorCode::TooLarge);
        assert_eq!(
            error.to_string(),
            "expected memory for the text that the table is written as, found too little"
        );
    }
}
