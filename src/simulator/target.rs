//! Takes a request target apart.

use super::Request;
use crate::search::split_once;

/// A request target in its parts.
pub(super) struct Target<'a> {
    pub(super) origin: String,
    pub(super) path: &'a str,
    pub(super) segments: Vec<String>,
    pub(super) query: Vec<(String, String)>,
}

/// Reads path and query, or an absolute URL, as a page without a server gives it.
pub(super) fn read(request: &Request) -> Target<'_> {
    let header = |wanted: &str| {
        request
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.as_str())
    };
    let target = request.target.split('#').next().unwrap_or_default();
    let (origin, target) = match split_once(target, "://") {
        Some((scheme, rest)) if !scheme.contains(['/', '?']) => {
            let end = rest.find(['/', '?']).unwrap_or(rest.len());
            (format!("{scheme}://{}", &rest[..end]), &rest[end..])
        }
        _ => {
            let scheme = header("x-forwarded-proto").unwrap_or("http");
            (format!("{scheme}://{}", header("host").unwrap_or("localhost")), target)
        }
    };
    let (path, raw_query) = target.split_once('?').unwrap_or((target, ""));
    Target {
        origin,
        path,
        segments: path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| decode(segment, false))
            .collect(),
        query: pairs(raw_query),
    }
}

/// The pairs of a query or of a form.
pub(super) fn pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name, true), decode(value, true))
        })
        .collect()
}

/// Decodes percent signs, and pluses where they stand for blanks. What is no encoding stays.
fn decode(text: &str, plus: bool) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let pair = bytes.get(at + 1..at + 3).and_then(|digits| {
            let digits = std::str::from_utf8(digits)
                .ok()
                .filter(|digits| !digits.contains('+'))?;
            u8::from_str_radix(digits, 16).ok()
        });
        match (byte, pair) {
            (b'%', Some(value)) => {
                decoded.push(value);
                at += 3;
                continue;
            }
            (b'+', _) if plus => decoded.push(b' '),
            (byte, _) => decoded.push(*byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(target: &str) -> Request {
        Request {
            method: "GET".into(),
            target: target.into(),
            headers: vec![("Host".into(), "127.0.0.1:8080".into())],
            body: Vec::new(),
        }
    }

    #[test]
    fn a_target_is_decoded_once() {
        let request = request("/a%2Fb/%C3%BC?x=1+2%2B3&y&z=%zz");
        let target = read(&request);
        assert_eq!(target.segments, ["a/b", "ü"]);
        let query: Vec<(&str, &str)> = target.query.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(query, [("x", "1 2+3"), ("y", ""), ("z", "%zz")]);
        assert_eq!(target.origin, "http://127.0.0.1:8080");
    }

    #[test]
    fn an_absolute_url_brings_its_own_origin() {
        let request = request("https://adb-1.5.azuredatabricks.net/api?next=https://x/");
        let target = read(&request);
        assert_eq!(
            (&*target.origin, target.path),
            ("https://adb-1.5.azuredatabricks.net", "/api")
        );
        let request = self::request("/v1?next=https://x/");
        assert_eq!(read(&request).path, "/v1");
    }
}
