//! `OneLake`, as far as Azure Data Lake Storage's API reads files and lists directories.

use std::time::Duration;

use super::scenario::FileAccess;
use super::{Entry, Files, Found, ONE_LAKE, page};
use crate::http::HttpResponse;
use crate::simulator::call::{Call, Refusal, empty_reply, json_reply, set_header};
use crate::simulator::json::json;

/// The endpoint's name, by which a fault may be aimed.
pub(in crate::simulator) fn endpoint(method: &str, path: &[&str]) -> Option<&'static str> {
    match (method, path) {
        ("GET", [_]) => Some("onelake/path/list"),
        ("GET", [_, _, ..]) => Some("onelake/path/read"),
        _ => None,
    }
}

/// Whether a call is for it, and for no other service.
pub(in crate::simulator) fn is_of(path: &[&str], query: &[(String, String)]) -> bool {
    match path {
        [_] => query
            .iter()
            .any(|(name, value)| name == "resource" && value == "filesystem"),
        [first, _, folder, ..] => *first != "v1" && matches!(*folder, "Files" | "Tables"),
        _ => false,
    }
}

impl Files {
    /// Answers a call. Its answers may be read by pages of every origin.
    pub(in crate::simulator) fn of_one_lake(
        &mut self,
        call: &mut Call<'_>,
        token: Result<(), Refusal>,
    ) -> HttpResponse {
        let mut response = match (call.method, token) {
            ("OPTIONS", _) => {
                let mut response = empty_reply(200);
                set_header(
                    &mut response,
                    "Access-Control-Allow-Headers",
                    "authorization,if-match,range,x-ms-version",
                );
                set_header(&mut response, "Access-Control-Allow-Methods", "GET,HEAD,OPTIONS");
                response
            }
            (_, Err(why)) => refuse(why),
            _ if call.header("x-ms-version").is_none() => problem(
                400,
                "MissingRequiredHeader",
                "An HTTP header that's mandatory for this request is not specified.",
            ),
            ("GET", _) if call.path.len() == 1 => self.listing(call),
            ("GET", _) => self.content(call),
            _ => problem(
                405,
                "UnsupportedHttpVerb",
                "The resource doesn't support the specified HTTP verb.",
            ),
        };
        set_header(&mut response, "Access-Control-Allow-Origin", "*");
        set_header(&mut response, "Access-Control-Expose-Headers", "*,Authorization");
        response
    }

    fn content(&mut self, call: &Call<'_>) -> HttpResponse {
        let (path, began) = (format!("{ONE_LAKE}/{}", call.path.join("/")), self.began);
        let file = match self.find(&path) {
            Found::File(file) => file,
            // A directory is an empty file with a mark.
            Found::Directory if call.header("Range").is_some() => return invalid_range(),
            Found::Directory => {
                let mut response = empty_reply(200);
                set_header(&mut response, "x-ms-resource-type", "directory");
                return response;
            }
            Found::Nothing => return not_found(),
        };
        if file.access == FileAccess::None {
            return problem(
                403,
                "AuthorizationPermissionMismatch",
                "This request is not authorized to perform this operation using this permission.",
            );
        }
        let etag = file.etag();
        match file.ranged(call, began) {
            Ok(mut response) => {
                set_header(&mut response, "ETag", etag);
                set_header(&mut response, "x-ms-resource-type", "file");
                response
            }
            Err(412) => problem(
                412,
                "ConditionNotMet",
                "The condition specified using HTTP conditional header(s) is not met.",
            ),
            Err(_) => invalid_range(),
        }
    }

    fn listing(&self, call: &Call<'_>) -> HttpResponse {
        let directory = call.query_value("directory").unwrap_or_default().trim_matches('/');
        let workspace = call.path.first().map(String::as_str).unwrap_or_default();
        let Some(entries) = self.list(&format!("{ONE_LAKE}/{workspace}/{directory}")) else {
            return not_found();
        };
        let row = |entry: &Entry| {
            let mut row = json!({
                "name": format!("{directory}/{}", entry.name), "contentLength": entry.size.to_string(),
                "lastModified": crate::simulator::clock::http_date(entry.modified),
            });
            if entry.is_directory {
                row["isDirectory"] = "true".into();
            }
            row
        };
        let (rows, next) = page(entries, call.query_value("continuation"), row);
        let mut response = json_reply(200, &json!({ "paths": rows }));
        if let Some(next) = next {
            set_header(&mut response, "x-ms-continuation", next);
        }
        response
    }
}

/// Its own 503, which asks to be left alone for a while.
pub(in crate::simulator) fn throttle(call: &Call<'_>, wait: Duration) -> HttpResponse {
    let mut response = problem(503, "ServerBusy", "The server is busy.");
    let seconds = call.speed.retry_after_seconds(wait);
    set_header(&mut response, "Retry-After", seconds.to_string());
    response
}

fn refuse(why: Refusal) -> HttpResponse {
    let message = match why {
        Refusal::Missing => {
            "Server failed to authenticate the request. Please refer to the information in the www-authenticate header."
        }
        Refusal::OtherAudience(_) => "Authentication Failed with InvalidAudience.",
        Refusal::Expired | Refusal::NotYetValid | Refusal::Unknown => "Server failed to authenticate the request.",
    };
    let code = if why == Refusal::Missing {
        "NoAuthenticationInformation"
    } else {
        "InvalidAuthenticationInfo"
    };
    let mut response = problem(401, code, message);
    set_header(
        &mut response,
        "WWW-Authenticate",
        "Bearer authorization_uri=https://login.microsoftonline.com/common resource_id=https://storage.azure.com",
    );
    response
}

fn not_found() -> HttpResponse {
    problem(404, "PathNotFound", "The specified path does not exist.")
}

fn invalid_range() -> HttpResponse {
    problem(
        416,
        "InvalidRange",
        "The range specified is invalid for the current size of the resource.",
    )
}

fn problem(status: u16, code: &'static str, message: &str) -> HttpResponse {
    let mut response = json_reply(status, &json!({"error": {"code": code, "message": message}}));
    set_header(&mut response, "x-ms-error-code", code);
    response
}
