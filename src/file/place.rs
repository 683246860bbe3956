//! Where a file is that an output names, and what may be followed.

use std::borrow::Cow;

use serde_json::Value;

use crate::auth::{Resource, is_one_lake};
use crate::error::{Error, ErrorCode};
use crate::http::{BaseUrl, Service, push_encoded};
use crate::json::quoted;
use crate::search::{holds, split_once};

/// Where a file is, or a directory of parts.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "another store would be a new product")]
pub enum FilePlace {
    /// In a volume of Unity Catalog, as `/Volumes/catalog/schema/volume/…`.
    Volume(String),
    /// In DBFS, as `/…`.
    Dbfs(String),
    /// In OneLake.
    OneLake {
        /// Its address; of several the one that the output names.
        origin: BaseUrl,
        /// The workspace, by its name or its id.
        workspace: String,
        /// From the item on, such as `/lh.Lakehouse/Files/orders.csv`.
        path: String,
    },
}

/// The longest text that is looked at, in bytes.
const LONGEST: usize = 4096;

/// Files that no reader of tables reads.
pub(crate) const OTHER_FORMATS: &[&str] = &[
    "avro", "bz2", "delta", "feather", "gz", "orc", "parquet", "snappy", "xls", "xlsx", "zip", "zst",
];

impl FilePlace {
    /// What a text names: a path alone, or in JSON as a text or as an object with `path` alone, with blanks around it.
    /// `None` if it names nothing. `base` is the service that the run is at.
    ///
    /// # Errors
    /// [`ErrorCode::OutputPathRefused`] for what looks like a path and is not followed: on another host, by another
    /// scheme, with a query, with `..` or an encoded slash in it.
    #[must_use]
    pub fn in_text(text: &str, service: Service, base: &BaseUrl) -> Option<Result<Self, Error>> {
        let text = text.trim();
        if text.len() > LONGEST {
            return None;
        }
        if text.starts_with(['"', '{']) {
            let value: Value = serde_json::from_str(text).ok()?;
            return Self::in_value(&value, service, base);
        }
        Self::read(text, service, base)
    }

    /// The same for what is JSON already.
    #[must_use]
    pub fn in_value(value: &Value, service: Service, base: &BaseUrl) -> Option<Result<Self, Error>> {
        let text = match value {
            Value::String(text) => text,
            Value::Object(members) if members.len() == 1 => members.get("path")?.as_str()?,
            _ => return None,
        };
        Self::read(text.trim(), service, base)
    }

    fn read(text: &str, service: Service, base: &BaseUrl) -> Option<Result<Self, Error>> {
        let of_workspace = |path: &str| {
            if service == Service::Databricks {
                in_workspace(path)
            } else {
                Err(refused(
                    "a file in OneLake for a run of Fabric, found one of a Databricks workspace",
                ))
            }
        };
        if let Some(path) = text.strip_prefix("dbfs:/").or_else(|| text.strip_prefix("/dbfs/")) {
            return Some(of_workspace(path.trim_start_matches('/')));
        }
        if text.starts_with("/Volumes/") {
            return Some(of_workspace(&text[1..]));
        }
        let (scheme, rest) = split_once(text, "://")?;
        let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
        if !is_scheme {
            return None;
        }
        let place = by_url(&scheme.to_ascii_lowercase(), rest, base);
        // A sentence that begins with a link is no path.
        let is_sentence = text.bytes().any(|byte| byte.is_ascii_whitespace());
        (place.is_ok() || !is_sentence).then_some(place)
    }

    /// What a token for it is for. `base` is the service that the run is at.
    pub(crate) fn resource(&self, base: &BaseUrl) -> Resource {
        match self {
            Self::Volume(_) | Self::Dbfs(_) => Resource::Databricks(base.clone()),
            Self::OneLake { origin, .. } => Resource::OneLake(origin.clone()),
        }
    }

    /// The path within the store, with a slash in front.
    pub(crate) fn path(&self) -> &str {
        match self {
            Self::Volume(path) | Self::Dbfs(path) | Self::OneLake { path, .. } => path,
        }
    }

    /// As people write it.
    pub(crate) fn written(&self) -> String {
        match self {
            Self::Volume(path) => path.clone(),
            Self::Dbfs(path) => ["dbfs:", path].concat(),
            Self::OneLake {
                origin,
                workspace,
                path,
            } => {
                let mut url = [origin.as_str(), "/"].concat();
                push_encoded(&mut url, workspace);
                for segment in path.split('/').skip(1) {
                    url.push('/');
                    push_encoded(&mut url, segment);
                }
                url
            }
        }
    }
}

/// What stands behind the last dot of a name, in lower case.
///
/// # Errors
/// [`ErrorCode::OutputPathRefused`] for a format that can't be read as a table.
pub(super) fn extension(path: &str) -> Result<String, Error> {
    let name = path.rsplit('/').next().unwrap_or_default();
    let extension = name
        .rsplit_once('.')
        .map_or_else(String::new, |(_, extension)| extension.to_ascii_lowercase());
    if OTHER_FORMATS.contains(&extension.as_str()) {
        return Err(refused(
            &["a file of CSV, JSON or JSON lines, found .", &extension].concat(),
        ));
    }
    Ok(extension)
}

/// A path in a volume or in DBFS, without the slash in front.
fn in_workspace(path: &str) -> Result<FilePlace, Error> {
    let segments: Vec<Cow<'_, str>> = without_end(path).split('/').map(Cow::from).collect();
    let path = joined(&segments)?;
    if segments.first().is_none_or(|first| first != "Volumes") {
        return Ok(FilePlace::Dbfs(path));
    }
    // Catalog, schema and volume come first.
    if segments.len() < 5 {
        return Err(refused(
            "/Volumes/catalog/schema/volume/… with a file, found a path without one",
        ));
    }
    Ok(FilePlace::Volume(path))
}

/// What is followed by its address: OneLake only.
fn by_url(scheme: &str, rest: &str, base: &BaseUrl) -> Result<FilePlace, Error> {
    // What stands behind a question mark may be a secret, and so may a user part: neither is repeated.
    if rest.contains(['?', '#', '\\']) {
        return Err(refused("an address without a query, found one with it"));
    }
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (workspace, host) = match (scheme, authority.split_once('@')) {
        ("abfss", Some((workspace, host))) => (Some(workspace), host),
        ("abfss", None) => return Err(refused("abfss://workspace@host/…, found no workspace")),
        (_, found) => (None, found.map_or(authority, |_| "@")),
    };
    if host.contains('@') {
        return Err(refused("an address without a user, found one with it"));
    }
    let host = host.to_ascii_lowercase();
    // Blobs have an address of their own; it is the same file.
    let host = match split_once(&host, ".blob.") {
        Some((account, rest)) => [account, ".dfs.", rest].concat(),
        None => host,
    };
    let is_secure = matches!(scheme, "https" | "abfss");
    let origin = BaseUrl::parse(&[if is_secure { "https" } else { scheme }, "://", &host].concat()).ok();
    // Where the service is this machine, OneLake is, too: that is the simulator.
    let known = |origin: &BaseUrl| {
        (is_secure && !host.contains(':') && is_one_lake(origin)) || (base.is_loopback() && origin == base)
    };
    let Some(origin) = origin.filter(known) else {
        return Err(refused(&format!(
            "a file in a volume, in DBFS or in OneLake, found one at {}",
            quoted(&format!("{scheme}://{host}"))
        )));
    };
    let mut segments = Vec::new();
    for segment in workspace.into_iter().chain(without_end(path).split('/')) {
        segments.push(decoded(segment)?);
    }
    // Workspace and item come first, and what is in an item is in one of its folders.
    if segments.len() < 4 {
        return Err(refused(
            "https://onelake.dfs.fabric.microsoft.com/workspace/item/Files/… with a file, found an address without one",
        ));
    }
    joined(&segments[..1])?;
    Ok(FilePlace::OneLake {
        origin,
        workspace: segments.remove(0).into_owned(),
        path: joined(&segments)?,
    })
}

/// A directory may be written with a slash at its end.
fn without_end(path: &str) -> &str {
    path.strip_suffix('/').unwrap_or(path)
}

/// The segments with a slash before each.
///
/// # Errors
/// One of them could lead to another place than it seems to.
fn joined(segments: &[Cow<'_, str>]) -> Result<String, Error> {
    let mut path = String::new();
    for segment in segments {
        let lower = segment.to_ascii_lowercase();
        let is_clean = !matches!(&**segment, "" | "." | "..")
            && !segment.contains(|found: char| found.is_control() || matches!(found, '/' | '\\'))
            && !["%2f", "%5c", "%2e%2e"].iter().any(|hidden| holds(&lower, hidden));
        if !is_clean {
            return Err(refused(
                "a path of plain names, found an empty one, a dot alone, .., an encoded slash or a control character",
            ));
        }
        path.push('/');
        path.push_str(segment);
    }
    Ok(path)
}

/// A segment of a URL as it is meant.
fn decoded(segment: &str) -> Result<Cow<'_, str>, Error> {
    if !segment.contains('%') {
        return Ok(segment.into());
    }
    let mut parts = segment.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let byte = part
            .get(..2)
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.ok_or_else(|| refused("an encoded address, found a % that encodes nothing"))?);
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes)
        .map(Cow::from)
        .map_err(|_| refused("an address in UTF-8, found another encoding"))
}

pub(super) fn refused(expected: &str) -> Error {
    Error::new(ErrorCode::OutputPathRefused, ["expected ", expected].concat())
}
