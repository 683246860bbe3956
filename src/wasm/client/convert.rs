//! Options objects as the client reads them, on top of what all modules share.

use js_sys::Object;
use serde::Serialize;
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};

use crate::error::{Error, ErrorCode};
use crate::read::FromValue;
use crate::wasm::convert::is_large;
use crate::wasm::options::{is_absent, unknown};
use crate::wasm::value::{id_text, read_js};

pub(super) use crate::wasm::convert::{get, refuse, set, throw, value_to_js};
pub(super) use crate::wasm::value::Members;

/// A plain value from JavaScript; undefined counts as null, a `Map` as an object.
pub(super) fn from_js(value: &JsValue) -> Result<Value, Error> {
    read_js(value).map_err(|wrong| wrong.into_error(ErrorCode::InvalidOptions))
}

/// A value for JavaScript. What is absent is absent there too, not null.
pub(super) fn to_js<T: Serialize + ?Sized>(value: &T) -> JsValue {
    serde_json::to_value(value).map_or(JsValue::UNDEFINED, value_to_js)
}

/// The members of an options object but for those in `own`, which stay in JavaScript. A member that is undefined or
/// null counts as absent.
pub(super) fn members(options: &JsValue, what: &str, own: &[&str]) -> Result<Members, Error> {
    if is_absent(options) {
        return Ok(Members::new());
    }
    let Some(object) = options.dyn_ref::<Object>().filter(|object| !object.is_function()) else {
        return Err(refuse(format!("{what}: expected an object")));
    };
    let mut members = Members::new();
    for name in Object::keys(object).iter().filter_map(|name| name.as_string()) {
        if own.contains(&name.as_str()) {
            continue;
        }
        if SIGN_IN.contains(&name.as_str()) {
            return Err(signs_in(&name));
        }
        let value =
            read_js(&get(object, &name)).map_err(|wrong| wrong.within(&name).into_error(ErrorCode::InvalidOptions))?;
        if !value.is_null() {
            members.insert(name, value);
        }
    }
    Ok(members)
}

/// What `pqrun/auth` takes, and nothing here does. They are not even read: there may be a secret in them.
const SIGN_IN: &[&str] = &[
    "accountId",
    "assertion",
    "assertionFile",
    "authority",
    "azureWorkspaceResourceId",
    "clientId",
    "clientSecret",
    "tenantId",
    "vaultCredential",
];

fn signs_in(name: &str) -> Error {
    let process = get(&js_sys::global(), "process");
    if get(&get(&process, "versions"), "node").is_string() {
        refuse(
            [
                name,
                ": expected token or credential; a function of pqrun/auth makes a credential of this",
            ]
            .concat(),
        )
    } else {
        Error::new(
            ErrorCode::ClientSecretInBrowser,
            [
                name,
                ": expected token or credential; a page can't sign in with a secret",
            ]
            .concat(),
        )
    }
}

/// Takes out the members that `names` lists.
pub(super) fn take(members: &mut Members, names: &[&str]) -> Members {
    names
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), members.shift_remove(*name)?)))
        .collect()
}

/// Refuses what nobody took.
pub(super) fn refuse_rest(members: &Members) -> Result<(), Error> {
    match members.keys().next() {
        None => Ok(()),
        Some(name) => Err(unknown(name)),
    }
}

/// Makes the ids among the members texts. A number beyond 2^53 has lost digits before it came here.
pub(super) fn write_ids(members: &mut Members, names: &[&str]) -> Result<(), Error> {
    for name in names {
        if let Some(value) = members.get_mut(*name) {
            *value = Value::String(id_text(name, value)?);
        }
    }
    Ok(())
}

/// An id that was given as a text, a bigint or a safe integer.
pub(super) fn id(name: &str, value: &JsValue) -> Result<String, Error> {
    id_text(name, &from_js(value)?)
}

/// Reads a struct; an error names the member.
pub(super) fn read<T: FromValue>(members: Members) -> Result<T, Error> {
    if let Some((name, _)) = members.iter().find(|(_, value)| has_large(value)) {
        return Err(refuse(format!(
            "{name}: expected numbers below 2^53; give a larger one as a text"
        )));
    }
    T::from_value(members.into()).map_err(|wrong| wrong.into_error(ErrorCode::InvalidOptions))
}

fn has_large(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(has_large),
        Value::Object(members) => members.values().any(has_large),
        scalar => is_large(scalar),
    }
}
