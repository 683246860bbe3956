//! A request's target: read strictly, so that nobody behind it can read it in another way.

use super::forms;
use super::refusal::{Refusal, another_member};
use crate::contract::Endpoint;
use crate::file::decoded;

/// The longest target, in bytes. The paths of files are the longest ones.
const LONGEST: usize = 8192;

/// A target in its parts.
#[derive(Debug)]
pub(super) struct Target {
    /// The service's host, with its port if there is one, as it was written.
    pub(super) authority: String,
    /// What is between the slashes, as it was written and as it is meant.
    segments: Vec<(String, String)>,
    /// Names as they were written, and what their values mean.
    query: Vec<(String, String)>,
}

/// What varies in an endpoint's path, by name.
pub(super) type Place = Vec<(&'static str, String)>;

impl Target {
    /// # Errors
    /// 400 for what has more than one reading.
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        let refuse = |found: &str| Refusal::new(400, ["the target: expected /proxy/HOST/PATH, found ", found].concat());
        if text.len() > LONGEST {
            return Err(Refusal::new(
                414,
                format!("the target: expected at most {LONGEST} bytes, found more"),
            ));
        }
        if !text.bytes().all(|byte| (b'!'..=b'~').contains(&byte)) || text.contains(['#', '\\', '"', '<', '>']) {
            return Err(refuse("a character that a URL does not have"));
        }
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let mut names = path.split('/');
        let authority = names.next().unwrap_or_default().to_owned();
        let mut segments = Vec::new();
        for name in names {
            let meant = decoded(name).filter(|meant| forms::is_clean(meant));
            let Some(meant) = meant else {
                return Err(refuse(
                    "an empty name in it, a dot alone, .., an encoded slash, or what is no text",
                ));
            };
            segments.push((name.to_owned(), meant));
        }
        let mut members: Vec<(String, String)> = Vec::new();
        for member in query.split('&').filter(|_| !query.is_empty()) {
            let (name, value) = member.split_once('=').unwrap_or((member, ""));
            // A plus is a space to some and a plus to others.
            let meant = decoded(value)
                .filter(|meant| !value.contains('+') && !meant.bytes().any(|byte| byte.is_ascii_control()));
            let Some(meant) = meant else {
                return Err(refuse("a query whose values are no encoded text"));
            };
            if members.iter().any(|(known, _)| known == name) {
                return Err(refuse("the same member of the query twice"));
            }
            members.push((name.to_owned(), meant));
        }
        Ok(Self {
            authority,
            segments,
            query: members,
        })
    }

    /// What varies in the endpoint's path, if the target's is one of its paths.
    pub(super) fn place(&self, endpoint: &'static Endpoint) -> Option<Place> {
        let mut place = Vec::new();
        let mut segments = self.segments.iter();
        for part in endpoint.path.split('/').skip(1) {
            let (literal, names) = part.split_once('{').unwrap_or((part, ""));
            let mut names = names.split(['{', '}']).filter(|name| !name.is_empty());
            if literal.is_empty() {
                place.push((names.next()?, segments.next()?.1.clone()));
            } else if segments.next()?.0 != literal {
                return None;
            }
            // Behind something else it stands for a path itself.
            if let Some(name) = names.next() {
                let rest: Vec<&str> = segments.by_ref().map(|(_, meant)| meant.as_str()).collect();
                if rest.is_empty() {
                    return None;
                }
                place.push((name, ["/", &rest.join("/")].concat()));
            }
        }
        segments.next().is_none().then_some(place)
    }

    /// The members of the query, in the endpoint's names.
    ///
    /// # Errors
    /// 403 for one that the endpoint does not have, 400 for a value that can't be one of its values.
    pub(super) fn query(&self, endpoint: &'static Endpoint) -> Result<Place, Refusal> {
        let mut members = Vec::new();
        for (name, value) in &self.query {
            let Some(known) = endpoint.query.iter().find(|known| *known == name) else {
                return Err(Refusal::new(
                    403,
                    [endpoint.name, ": ", &another_member("query", endpoint.query)].concat(),
                ));
            };
            members.push((*known, forms::checked(endpoint, known, value)?));
        }
        Ok(members)
    }
}
