//! What the values in paths and queries look like.

use super::refusal::Refusal;
use super::target::Place;
use crate::contract::Endpoint;
use crate::fabric::instance::canonical_guid;
use crate::file;
use crate::json::canonical_id;

/// What a value is.
#[derive(Clone, Copy, Debug)]
enum Form {
    /// Digits, such as a limit or a time in milliseconds.
    Count,
    /// `true` or `false`.
    Flag,
    /// A GUID.
    Guid,
    /// A positive 64-bit number.
    Id,
    /// One of these.
    OneOf(&'static [&'static str]),
    /// Plain names with slashes between them.
    Path,
    /// Any text of the service's or a person's.
    Text,
    /// Letters, digits, `_`, `-` and `.`.
    Word,
}

/// The longest text.
const LONGEST: usize = 4096;

/// Whether a name in a path stays one, however often it is decoded.
pub(super) fn is_clean(name: &str) -> bool {
    let mut name = name.to_owned();
    loop {
        if !file::is_clean(&name) {
            return false;
        }
        match file::decoded(&name) {
            Some(next) if next != name => name = next,
            _ => return true,
        }
    }
}

/// By the names that the contract has. What is not here is let through nowhere.
fn form_of(name: &str) -> Option<Form> {
    Some(match name {
        "version" => Form::OneOf(&["2.2", "2.1", "2.0"]),
        "resource" => Form::OneOf(&["filesystem"]),
        "instanceId" | "itemId" | "operationId" | "workspaceId" => Form::Guid,
        "job_id" | "run_id" => Form::Id,
        "jobType" | "type" => Form::Word,
        "active_only" | "beta" | "completed_only" | "include_history" | "recursive" => Form::Flag,
        "length" | "limit" | "offset" | "start_time_from" | "start_time_to" => Form::Count,
        "directory" | "directory_path" | "file_path" | "path" => Form::Path,
        "continuation" | "continuationToken" | "name" | "page_token" | "workspace" => Form::Text,
        _ => return None,
    })
}

/// The value in the form in which it is sent.
///
/// # Errors
/// 400 if it can't be one.
pub(super) fn checked(endpoint: &Endpoint, name: &str, value: &str) -> Result<String, Refusal> {
    let refuse = |expected: &str| {
        Refusal::new(
            400,
            [
                endpoint.name,
                ": ",
                name,
                ": expected ",
                expected,
                ", found another text",
            ]
            .concat(),
        )
    };
    let form = form_of(name).ok_or_else(|| refuse("a member that the proxy knows"))?;
    let same = |holds: bool| holds.then(|| value.to_owned());
    match form {
        Form::Count => same((1..=19).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit()))
            .ok_or_else(|| refuse("digits")),
        Form::Flag => same(matches!(value, "true" | "false")).ok_or_else(|| refuse("true or false")),
        Form::Guid => canonical_guid(value)
            .filter(|guid| guid.len() == value.len())
            .ok_or_else(|| refuse("a GUID")),
        Form::Id => canonical_id(value)
            .filter(|id| id == value)
            .ok_or_else(|| refuse("a positive 64-bit number in plain digits")),
        Form::OneOf(all) => same(all.contains(&value)).ok_or_else(|| refuse(&all.join(" or "))),
        Form::Path => same(value.len() <= LONGEST && value.strip_prefix('/').unwrap_or(value).split('/').all(is_clean))
            .ok_or_else(|| refuse("a path of plain names")),
        Form::Text => same(value.len() <= LONGEST && !value.bytes().any(|byte| byte.is_ascii_control()))
            .ok_or_else(|| refuse("a text of at most 4096 bytes")),
        Form::Word => same(
            !value.is_empty()
                && value
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
                && !value.bytes().all(|byte| byte == b'.'),
        )
        .ok_or_else(|| refuse("a name of letters, digits, _, - and .")),
    }
}

/// What varies in a path, in the form in which it is sent.
///
/// # Errors
/// As [`checked`].
pub(super) fn checked_path(endpoint: &Endpoint, place: &Place) -> Result<Place, Refusal> {
    let checked = |(name, value): &(&'static str, String)| Ok((*name, checked(endpoint, name, value)?));
    place.iter().map(checked).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{databricks, fabric};

    #[test]
    fn every_name_in_the_contract_has_a_form() {
        let all = [
            databricks::contract::ENDPOINTS,
            fabric::contract::ENDPOINTS,
            fabric::contract::ONE_LAKE_ENDPOINTS,
        ];
        for endpoint in all.concat() {
            let in_path = endpoint.path.split('{').skip(1).filter_map(|part| part.split_once('}'));
            for name in in_path.map(|(name, _)| name).chain(endpoint.query.iter().copied()) {
                assert!(form_of(name).is_some(), "{}: {name}", endpoint.name);
            }
        }
    }
}
