//! The bindings of the generator's module.

use js_sys::{Array, Object, Uint8Array};
use serde_json::Value;
use wasm_bindgen::prelude::*;

use super::convert::{refuse, set, throw};
use super::value::{id_text, read_js};
use crate::connector::{self, GeneratedFile};
use crate::error::{Error, ErrorCode};
use crate::read::{FromValue, Wrong};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
import type { Length, Service } from "./pqrun.js";

/** A file that was generated. */
export interface GeneratedFile {
    /** From the folder that holds all of them, with `/` between folders. */
    path: string;
    /** Text is UTF-8, without a byte order mark. */
    content: Uint8Array<ArrayBuffer>;
}
"#;

/// Text for the Advanced Editor of Power Query: one expression, which starts a run, follows it, and gives its output.
///
/// Without a host, a job or a token, placeholders stand in their places.
///
/// @throws {PqrunError} `invalidOptions`, `invalidParameter`, `invalidHost`: the message names the option.
#[wasm_bindgen(js_name = generateQuery)]
pub fn generate_query(
    #[wasm_bindgen(unchecked_param_type = "QueryOptions")] options: &JsValue,
) -> Result<String, JsValue> {
    console_error_panic_hook::set_once();
    let generate = || {
        let mut members = read(options)?;
        if let Some(job) = members.get_mut("job") {
            write_id(job)?;
        }
        each(members.get_mut("jobs"), write_id)?;
        let file = connector::generate_query(&from(members)?)?;
        String::from_utf8(file.content).map_err(|_| refuse("expected a query that is text"))
    };
    generate().map_err(throw)
}

/// The files of an extension for Power Query: a folder that the Power Query SDK takes as a project. `packConnector` makes
/// of them what Power BI loads.
///
/// @throws {PqrunError} `invalidOptions`, `invalidParameter`, `invalidHost`: the message names the option.
#[wasm_bindgen(js_name = generateConnector, unchecked_return_type = "GeneratedFile[]")]
pub fn generate_connector(
    #[wasm_bindgen(unchecked_param_type = "ConnectorOptions")] options: &JsValue,
) -> Result<Array, JsValue> {
    console_error_panic_hook::set_once();
    let generate = || {
        let mut members = read(options)?;
        each(members.get_mut("jobs"), |function| match function.get_mut("job") {
            Some(job) => write_id(job),
            None => Ok(()),
        })?;
        connector::generate_connector(&from(members)?)
    };
    let files = generate().map_err(throw)?;
    Ok(files.iter().map(to_js).collect())
}

/// Whether a generated file belongs into the archive that Power BI loads.
#[wasm_bindgen(js_name = belongsIntoArchive)]
pub fn belongs_into_archive(path: &str) -> bool {
    connector::project::is_archived(path)
}

/// The options as plain data; a member that is undefined or null counts as absent.
fn read(options: &JsValue) -> Result<Value, Error> {
    let mut options = read_js(options).map_err(invalid)?;
    match &mut options {
        Value::Object(members) => members.retain(|_, member| !member.is_null()),
        _ => return Err(refuse("options: expected an object")),
    }
    Ok(options)
}

/// Makes a job's id a text, if it is a number. One beyond 2^53 has lost digits before it came here.
fn write_id(job: &mut Value) -> Result<(), Error> {
    if let Some(id) = job.get_mut("jobId").filter(|id| id.is_number()) {
        *id = id_text("jobId", id)?.into();
    }
    Ok(())
}

fn each(items: Option<&mut Value>, change: impl Fn(&mut Value) -> Result<(), Error>) -> Result<(), Error> {
    let items = items.and_then(Value::as_array_mut);
    items.into_iter().flatten().try_for_each(change)
}

fn from<T: FromValue>(options: Value) -> Result<T, Error> {
    T::from_value(options).map_err(invalid)
}

fn invalid(wrong: Wrong) -> Error {
    wrong.into_error(ErrorCode::InvalidOptions)
}

fn to_js(file: &GeneratedFile) -> JsValue {
    let shown = Object::new();
    set(&shown, "path", &file.path.as_str().into());
    set(&shown, "content", &Uint8Array::from(file.content.as_slice()).into());
    shown.into()
}
