//! Options of tables, read by hand: a reader of any value would be the larger half of the module that has nothing but
//! tables. What is wrong with one is a sentence.

use js_sys::{JSON, Object};
use wasm_bindgen::{JsCast, JsValue};

use crate::table::{ColumnType, CsvOptions, Format, JsonPath, ReadOptions, Shape};
use crate::wasm::object::get;

/// How many characters of a text are told.
const MAX_SHOWN: usize = 40;

/// How a table is read.
pub(in crate::wasm) fn read_options(options: &JsValue) -> Result<ReadOptions, String> {
    let mut read = ReadOptions::new();
    let mut is_csv = false;
    for (name, value) in members(options, "options")? {
        read = match name.as_str() {
            "path" => read.path(parse_path(&value, "path")?),
            "format" => read.format(one_of(&value, "format", Format::ALL, Format::as_str)?),
            "shape" => read.shape(one_of(&value, "shape", Shape::ALL, Shape::as_str)?),
            "header" => read.header(flag(&value, "header")?),
            "delimiter" => read.delimiter(delimiter(&value)?),
            "flatten" => read.flatten(flag(&value, "flatten")?),
            "schema" => read.schema(schema(&value)?),
            _ => return Err(unknown(&name)),
        };
        is_csv |= name == "delimiter";
    }
    // Only CSV has one.
    Ok(if is_csv && read.is_auto() {
        read.format(Format::Csv)
    } else {
        read
    })
}

/// How CSV is written.
pub(super) fn csv_options(options: &JsValue) -> Result<CsvOptions, String> {
    let mut csv = CsvOptions::new();
    for (name, value) in members(options, "options")? {
        csv = match name.as_str() {
            "header" => csv.header(flag(&value, "header")?),
            "defuseFormulas" => csv.defuse_formulas(flag(&value, "defuseFormulas")?),
            _ => return Err(unknown(&name)),
        };
    }
    Ok(csv)
}

/// A path in JSON that was given as a text.
pub(in crate::wasm) fn parse_path(path: &JsValue, name: &str) -> Result<JsonPath, String> {
    let text = path
        .as_string()
        .ok_or_else(|| expected(name, "a JSON path such as $.rows", path))?;
    JsonPath::parse(&text).map_err(|error| [name, ": ", &error.to_string()].concat())
}

/// The members of an object that hold something, in order.
fn members(object: &JsValue, what: &str) -> Result<Vec<(String, JsValue)>, String> {
    if object.is_null() || object.is_undefined() {
        return Ok(Vec::new());
    }
    if !object.is_object() || object.is_array() {
        // It may be the text that was to be read.
        return Err([what, ": expected an object, found ", &kind(object)].concat());
    }
    let names = Object::keys(object.unchecked_ref::<Object>());
    let member = |name: JsValue| {
        let name = name.as_string()?;
        let value = get(object, &name);
        (!value.is_null() && !value.is_undefined()).then_some((name, value))
    };
    Ok(names.iter().filter_map(member).collect())
}

fn flag(value: &JsValue, name: &str) -> Result<bool, String> {
    value.as_bool().ok_or_else(|| expected(name, "true or false", value))
}

#[inline(never)] // Rarely given, so no part of what reads all.
fn one_of<T: Copy>(value: &JsValue, name: &str, all: &[T], as_str: fn(T) -> &'static str) -> Result<T, String> {
    let text = value.as_string();
    match all.iter().find(|one| Some(as_str(**one)) == text.as_deref()) {
        Some(one) => Ok(*one),
        None => {
            let known: Vec<_> = all.iter().map(|one| as_str(*one)).collect();
            Err(expected(name, &known.join(" or "), value))
        }
    }
}

#[inline(never)] // Rarely given, so no part of what reads all.
fn delimiter(value: &JsValue) -> Result<u8, String> {
    match value.as_string().as_deref().map(str::as_bytes) {
        Some([byte]) if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => Ok(*byte),
        _ => Err(expected(
            "delimiter",
            "one character of ASCII that is no quote and no line break",
            value,
        )),
    }
}

#[inline(never)] // Rarely given, so no part of what reads all.
fn schema(value: &JsValue) -> Result<Vec<(String, ColumnType)>, String> {
    let read = |(name, value): (String, JsValue)| {
        let called = ["schema.", &name].concat();
        one_of(&value, &called, ColumnType::ALL, ColumnType::as_str).map(|one| (name, one))
    };
    members(value, "schema")?.into_iter().map(read).collect()
}

fn expected(name: &str, what: &str, found: &JsValue) -> String {
    [name, ": expected ", what, ", found ", &shown(found)].concat()
}

/// A text as it is, unless it is long; of anything else its kind.
fn shown(value: &JsValue) -> String {
    match value.as_string() {
        Some(text) if text.chars().nth(MAX_SHOWN).is_none() => quoted(&text),
        _ => kind(value),
    }
}

fn kind(value: &JsValue) -> String {
    if value.is_array() {
        return "an array".to_owned();
    }
    ["a value of type ", &value.js_typeof().as_string().unwrap_or_default()].concat()
}

/// An option that nobody knows: most likely a misspelt name.
fn unknown(name: &str) -> String {
    ["expected known options, found ", &quoted(name)].concat()
}

fn quoted(text: &str) -> String {
    JSON::stringify(&text.into()).map_or_else(|_| text.to_owned(), String::from)
}
