//! Finding short texts in short texts. The standard library's search is made for long ones, and costs 1 KB or more of
//! wasm at each place that uses it.

/// Where `part` begins for the first time.
pub(crate) fn find(text: &str, part: &str) -> Option<usize> {
    let windows = text.as_bytes().windows(part.len().max(1));
    windows.into_iter().position(|window| window == part.as_bytes())
}

/// Whether `part` is somewhere in it.
pub(crate) fn holds(text: &str, part: &str) -> bool {
    find(text, part).is_some()
}

/// What stands before and behind the first `part`.
pub(crate) fn split_once<'t>(text: &'t str, part: &str) -> Option<(&'t str, &'t str)> {
    let at = find(text, part)?;
    Some((text.get(..at)?, text.get(at + part.len()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_finds_what_the_standard_library_finds() {
        for (text, part) in [
            ("", "a"),
            ("a", "a"),
            ("aab", "ab"),
            ("é: ü: x", ": "),
            ("abc", "abcd"),
            ("abc", "c"),
        ] {
            assert_eq!(find(text, part), text.find(part), "{text} {part}");
            assert_eq!(split_once(text, part), text.split_once(part), "{text} {part}");
        }
        assert!(!holds("a", ""));
    }
}
