//! Where a file is that an output names, and what may be followed.

use serde_json::Value;

use crate::auth::{Resource, is_one_lake};
use crate::error::{Error, ErrorCode};
use crate::http::{BaseUrl, Service, push_path};
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
        /// From the workspace on, such as `/Sales/lh.Lakehouse/Files/orders.csv`.
        path: String,
    },
}

/// The longest text that is looked at, in bytes.
const LONGEST: usize = 4096;

/// Files that no reader of tables reads.
pub(crate) const OTHER_FORMATS: &[&str] = &[
    "avro", "bz2", "delta", "feather", "gz", "orc", "parquet", "snappy", "xls", "xlsx", "zip", "zst",
];

/// What is followed, for people.
const FOLLOWED: &str = "a file in a volume, in DBFS or in OneLake";

/// What looks like the path of a file to those who write it, and is known to the job alone.
const NOT_FOLLOWED: [(&str, &str); 3] = [
    ("/Workspace/", "one among the workspace's files"),
    ("file:/", "one on the disk of the machine that ran the job"),
    (
        "/lakehouse/",
        "one in a lakehouse as the notebook sees it, without its workspace",
    ),
];

impl FilePlace {
    /// What a text names: a path alone, or in JSON as a text or as an object with `path` alone, with blanks around it.
    /// `None` if it names nothing. `base` is the service that the run is at.
    ///
    /// # Errors
    /// [`ErrorCode::OutputPathRefused`] for what looks like a path and is not followed: among the workspace's files, on the
    /// disk of the job's machine, on another host, by another scheme, with a query, with `..` or an encoded slash in it.
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
        let of_dbfs = text.strip_prefix("dbfs:/").or_else(|| text.strip_prefix("/dbfs/"));
        let of_workspace = of_dbfs.or_else(|| text.strip_prefix('/').filter(|path| path.starts_with("Volumes/")));
        if let Some(path) = of_workspace {
            return Some(if service == Service::Databricks {
                in_workspace(path.trim_start_matches('/'))
            } else {
                Err(for_fabric(refused(
                    "a file in OneLake for a run of Fabric, found one of Databricks",
                )))
            });
        }
        let is_below = |start: &&(&str, _)| {
            text.get(..start.0.len())
                .is_some_and(|text| text.eq_ignore_ascii_case(start.0))
        };
        if let Some((_, found)) = NOT_FOLLOWED.iter().find(is_below) {
            let error = refused(&[FOLLOWED, ", found ", found].concat());
            return Some(Err(if service == Service::Fabric {
                for_fabric(error)
            } else {
                error
            }));
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

    /// The path within the store, with a slash in front; in `OneLake` the workspace comes first.
    pub(crate) fn path(&self) -> &str {
        match self {
            Self::Volume(path) | Self::Dbfs(path) | Self::OneLake { path, .. } => path,
        }
    }

    /// As people write it.
    pub(crate) fn written(&self) -> String {
        let (before, path) = match self {
            Self::Volume(path) => ("", path),
            Self::Dbfs(path) => ("dbfs:", path),
            Self::OneLake { origin, path } => {
                let mut url = origin.as_str().to_owned();
                push_path(&mut url, path);
                return url;
            }
        };
        [before, path].concat()
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
    // Catalog, schema and volume come first.
    let is_volume = path.starts_with("Volumes/");
    let path = joined(path, false, if is_volume { 5 } else { 1 })?;
    Ok(if is_volume {
        FilePlace::Volume(path)
    } else {
        FilePlace::Dbfs(path)
    })
}

/// What is followed by its address: OneLake only.
fn by_url(scheme: &str, rest: &str, base: &BaseUrl) -> Result<FilePlace, Error> {
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (workspace, host) = match authority.split_once('@') {
        Some((workspace, host)) if scheme == "abfss" => (workspace, host),
        _ => ("", authority),
    };
    // What stands behind a question mark may be a secret, and so may a user part: neither is repeated.
    if rest.bytes().any(|byte| b"?#\\".contains(&byte)) || host.contains('@') {
        return Err(refused("an address without a query and a user, found one with it"));
    }
    let host = host.to_ascii_lowercase();
    // Blobs have an address of their own; it is the same file.
    let host = match split_once(&host, ".blob.") {
        Some((account, rest)) => [account, ".dfs.", rest].concat(),
        None => host,
    };
    let is_secure = scheme == "https" || !workspace.is_empty();
    let address = [if is_secure { "https" } else { scheme }, "://", &host].concat();
    // Where the service is this machine, OneLake is, too: that is the simulator.
    let known = |origin: &BaseUrl| {
        (is_secure && !host.contains(':') && is_one_lake(origin)) || (base.is_loopback() && origin == base)
    };
    let Some(origin) = BaseUrl::parse(&address).ok().filter(known) else {
        return Err(refused(&[FOLLOWED, ", found one at ", &quoted(&address)].concat()));
    };
    // Workspace and item come first, and what is in an item is in one of its folders.
    let path = if workspace.is_empty() {
        joined(path, true, 4)
    } else {
        joined(&[workspace, "/", path].concat(), true, 4)
    }?;
    Ok(FilePlace::OneLake { origin, path })
}

/// A path of at least so many names, with a slash before each. A directory may be written with a slash at its end.
///
/// # Errors
/// It is none, or one of its names could lead to another place than it seems to.
fn joined(text: &str, is_encoded: bool, least: usize) -> Result<String, Error> {
    let mut path = String::new();
    let mut count = 0;
    for name in text.strip_suffix('/').unwrap_or(text).split('/') {
        let name = if is_encoded {
            decoded(name)
        } else {
            Some(name.to_owned())
        };
        let name = name.filter(|name| is_clean(name)).ok_or_else(|| {
            refused("a path of plain names, found an empty one, a dot alone, .., a slash in one or what is no text")
        })?;
        path.push('/');
        path.push_str(&name);
        count += 1;
    }
    if count < least {
        return Err(refused("the path of a file, found one that ends before it"));
    }
    Ok(path)
}

/// Whether a name can be nothing else, however often it is decoded.
pub(crate) fn is_clean(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    !matches!(name, "" | "." | "..")
        && !name
            .bytes()
            .any(|byte| byte.is_ascii_control() || byte == b'/' || byte == b'\\')
        && !["%2f", "%5c", "%2e%2e"].iter().any(|hidden| holds(&lower, hidden))
}

/// A name in a URL as it is meant.
pub(crate) fn decoded(name: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = name.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            u8::try_from(digit()? * 16 + digit()?).ok()?
        } else {
            byte
        });
    }
    String::from_utf8(bytes).ok()
}

/// The same error for a run of Fabric, which is not led to Databricks.
fn for_fabric(error: Error) -> Error {
    let hint = "give out the address of a CSV or JSON file in OneLake, as \
                https://onelake.dfs.fabric.microsoft.com/workspace/item/Files/… or abfss://…, or leave followPath out";
    error.with_hint(hint)
}

pub(super) fn refused(expected: &str) -> Error {
    Error::new(ErrorCode::OutputPathRefused, ["expected ", expected].concat())
}
