//! Plain values from JavaScript, through [`Value`], so that each type is read by one piece of code only.

use js_sys::{Array, Date, Map, Object, Symbol};
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};

use super::convert::{MAX_SAFE, get, refuse};
use crate::error::Error;
use crate::read::Wrong;
use crate::search::holds;

/// Members of an options object by name.
pub(super) type Members = serde_json::Map<String, Value>;

/// Neither a function nor a set, an array of bytes or the like, which would lose its items.
fn is_plain(object: &Object) -> bool {
    !object.is_function() && !Symbol::iterator().js_in(object)
}

/// How deep a value from JavaScript may be; one that holds itself has no end.
const MOST_DEPTH: usize = 128;

/// A plain value from JavaScript; undefined counts as null, a `Map` as an object. An error says where in the value.
pub(super) fn read_js(value: &JsValue) -> Result<Value, Wrong> {
    plain(value, 0)
}

/// By hand: serde's reader of any value brings the texts of all that can be found in one, floats among them.
fn plain(value: &JsValue, depth: usize) -> Result<Value, Wrong> {
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
    if let Some(text) = text(value)? {
        return Ok(text.into());
    }
    if value.is_bigint() {
        let (signed, unsigned) = (i64::try_from(value.clone()), u64::try_from(value.clone()));
        return match (signed, unsigned) {
            (Ok(number), _) => Ok(number.into()),
            (_, Ok(number)) => Ok(number.into()),
            _ => Err(unfit("found a bigint beyond 64 bits")),
        };
    }
    if let Some(date) = value.dyn_ref::<Date>() {
        return Ok(JsValue::from(date.to_json()).as_string().into());
    }
    if depth == MOST_DEPTH {
        return Err(unfit("found more than 128 levels"));
    }
    if Array::is_array(value) {
        let items = value.unchecked_ref::<Array>();
        return (0..items.length())
            .map(|at| plain(&items.get(at), depth + 1).map_err(|wrong| wrong.within(&at.to_string())))
            .collect();
    }
    let object = match value.dyn_ref::<Map>() {
        Some(map) => Object::from_entries(map).ok(),
        None => value.dyn_ref::<Object>().filter(|object| is_plain(object)).cloned(),
    };
    let object = object.ok_or_else(|| unfit("found a function, a symbol or an iterable"))?;
    let mut members = Members::new();
    for name in Object::keys(&object).iter() {
        let Some(name) = text(&name)? else { continue };
        let member = get(&object, &name);
        // As in `JSON.stringify`.
        if !member.is_undefined() {
            let member = plain(&member, depth + 1).map_err(|wrong| wrong.within(&name))?;
            members.insert(name, member);
        }
    }
    Ok(members.into())
}

/// A text, if it is one. Half of a surrogate pair has no place in UTF-8: it would become another character, and who
/// gave it would never know.
fn text(value: &JsValue) -> Result<Option<String>, Wrong> {
    let Some(text) = value.as_string() else {
        return Ok(None);
    };
    if holds(&text, "\u{fffd}") && JsValue::from_str(&text) != *value {
        return Err(Wrong::new(
            "expected a text of whole characters, found half of a surrogate pair".to_owned(),
        ));
    }
    Ok(Some(text))
}

fn unfit(found: &str) -> Wrong {
    Wrong::new(["expected plain data, ", found].concat())
}

/// An id that was given as a text, a bigint or a safe integer.
pub(super) fn id_text(name: &str, value: &Value) -> Result<String, Error> {
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
