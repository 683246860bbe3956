//! The one way of values between JavaScript and the core: through [`Value`], so that each type is read and written by
//! one piece of code only.

use js_sys::{Array, Date, Map, Object, Reflect, Symbol};
use serde::Serialize;
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};

use crate::error::{Error, ErrorCode};
use crate::json::{quoted, written};
use crate::read::FromValue;
use crate::search::holds;

/// The largest integer up to which JavaScript's numbers tell neighbours apart.
pub(super) const MAX_SAFE: i64 = 9_007_199_254_740_991;

/// Members of an options object by name.
pub(super) type Members = serde_json::Map<String, Value>;

/// A value for JavaScript. What is absent is absent there too, not null.
pub(super) fn to_js<T: Serialize + ?Sized>(value: &T) -> JsValue {
    serde_json::to_value(value).map_or(JsValue::UNDEFINED, value_to_js)
}

/// Integers that JavaScript's numbers can't hold become decimal digits in a text, as the services' ids do.
pub(super) fn value_to_js(mut value: Value) -> JsValue {
    write_large_integers(&mut value);
    value
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .unwrap_or_default()
}

/// Neither a function nor a set, an array of bytes or the like, which would lose its items.
fn is_plain(object: &Object) -> bool {
    !object.is_function() && !Symbol::iterator().js_in(object)
}

fn write_large_integers(value: &mut Value) {
    match value {
        Value::Number(_) if is_large(value) => *value = written(value).into(),
        Value::Array(items) => items.iter_mut().for_each(write_large_integers),
        Value::Object(members) => members.values_mut().for_each(write_large_integers),
        _ => {}
    }
}

fn is_large(value: &Value) -> bool {
    match (value.as_i64(), value.as_u64()) {
        (Some(number), _) => !(-MAX_SAFE..=MAX_SAFE).contains(&number),
        (None, large) => large.is_some(),
    }
}

/// How deep a value from JavaScript may be; one that holds itself has no end.
const MOST_DEPTH: usize = 128;

/// A plain value from JavaScript; undefined counts as null, a `Map` as an object.
pub(super) fn from_js(value: &JsValue) -> Result<Value, Error> {
    plain(value, 0)
}

/// By hand: serde's reader of any value brings the texts of all that can be found in one, floats among them.
fn plain(value: &JsValue, depth: usize) -> Result<Value, Error> {
    if value.is_null() || value.is_undefined() {
        return Ok(Value::Null);
    }
    if let Some(flag) = value.as_bool() {
        return Ok(flag.into());
    }
    if let Some(number) = value.as_f64() {
        return Ok(if number.fract() == 0.0 && number.abs() <= MAX_SAFE as f64 {
            (number as i64).into()
        } else {
            number.into()
        });
    }
    if let Some(text) = value.as_string() {
        return Ok(text.into());
    }
    if value.is_bigint() {
        let (signed, unsigned) = (i64::try_from(value.clone()), u64::try_from(value.clone()));
        return match (signed, unsigned) {
            (Ok(number), _) => Ok(number.into()),
            (_, Ok(number)) => Ok(number.into()),
            _ => Err(refuse("expected plain data: found a bigint beyond 64 bits")),
        };
    }
    if let Some(date) = value.dyn_ref::<Date>() {
        return Ok(JsValue::from(date.to_json()).as_string().into());
    }
    if depth == MOST_DEPTH {
        return Err(refuse("expected plain data: found more than 128 levels"));
    }
    if Array::is_array(value) {
        let items = value.unchecked_ref::<Array>();
        return (0..items.length()).map(|at| plain(&items.get(at), depth + 1)).collect();
    }
    let object = match value.dyn_ref::<Map>() {
        Some(map) => Object::from_entries(map).ok(),
        None => value.dyn_ref::<Object>().filter(|object| is_plain(object)).cloned(),
    };
    let object = object.ok_or_else(|| refuse("expected plain data: found a function, a symbol or an iterable"))?;
    let mut members = Members::new();
    for name in Object::keys(&object).iter().filter_map(|name| name.as_string()) {
        let member = get(&object, &name);
        // As in `JSON.stringify`.
        if !member.is_undefined() {
            members.insert(name, plain(&member, depth + 1)?);
        }
    }
    Ok(members.into())
}

/// The members of an options object but for those in `own`, which stay in JavaScript. A member that is undefined or
/// null counts as absent.
pub(super) fn members(options: &JsValue, what: &str, own: &[&str]) -> Result<Members, Error> {
    if options.is_null() || options.is_undefined() {
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
        let value = from_js(&get(object, &name)).map_err(|error| refuse(format!("{name}: {}", error.message)))?;
        if !value.is_null() {
            members.insert(name, value);
        }
    }
    Ok(members)
}

/// Takes out the members that `names` lists.
pub(super) fn take(members: &mut Members, names: &[&str]) -> Members {
    names
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), members.shift_remove(*name)?)))
        .collect()
}

/// Refuses what nobody took: most likely a misspelt name.
pub(super) fn refuse_rest(members: &Members) -> Result<(), Error> {
    match members.keys().next() {
        None => Ok(()),
        Some(name) => Err(refuse(format!("expected known options, found {}", quoted(name)))),
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

fn id_text(name: &str, value: &Value) -> Result<String, Error> {
    match value {
        Value::String(text) => Ok(text.clone()),
        // A bigint of any size; a number comes as an integer only if it is a safe one.
        Value::Number(number) if number.is_i64() || number.is_u64() => Ok(number.to_string()),
        Value::Number(number) => Err(refuse(format!(
            "{name}: expected a text, a bigint or an integer below 2^53, found the number {number}, which may have lost digits"
        ))),
        _ => Err(refuse(format!("{name}: expected a text, a bigint or an integer"))),
    }
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

/// An option is wrong.
pub(super) fn refuse(message: impl Into<String>) -> Error {
    Error::new(ErrorCode::InvalidOptions, message)
}

/// A member of anything; undefined if there is none.
pub(super) fn get(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &name.into()).unwrap_or_default()
}

/// Sets a member of an object that was made here.
pub(super) fn set(object: &JsValue, name: &str, value: &JsValue) {
    // Only a frozen object or a setter of one's own can refuse.
    let _ = Reflect::set(object, &name.into(), value);
}

/// The one way of an error to JavaScript: a real `Error` named `PqrunError` with our members.
pub(super) fn throw(error: Error) -> JsValue {
    let js = js_sys::Error::new(&error.to_string());
    js.set_name("PqrunError");
    if let Ok(Value::Object(members)) = serde_json::to_value(error) {
        for (name, value) in members {
            if name != "message" {
                set(&js, &name, &value_to_js(value));
            }
        }
    }
    js.into()
}

/// What a thrown value says, with the cause behind it.
pub(super) fn message_of(thrown: &JsValue) -> String {
    let message = |value: &JsValue| match get(value, "message").as_string() {
        Some(message) if !message.is_empty() => Some(message),
        _ => value.as_string(),
    };
    let said = message(thrown).unwrap_or_else(|| "no message".to_owned());
    match message(&get(thrown, "cause")) {
        Some(cause) if !holds(&said, &cause) => format!("{said}: {cause}"),
        _ => said,
    }
}
