//! What tables throw.

use wasm_bindgen::JsValue;

use crate::error::ErrorCode;
use crate::table::{TableError, TableErrorCode};
use crate::wasm::object::{bare_error, set};

/// Codes with their hints, by themselves: to ask any code for its texts would bring those of all into the smaller module.
const INVALID_OPTIONS: &str = ErrorCode::InvalidOptions.as_str();
const OUTPUT_TOO_LARGE: &str = ErrorCode::OutputTooLarge.as_str();
const OUTPUT_TRUNCATED: (&str, &str) = texts(ErrorCode::OutputTruncated);
const OUTPUT_UNREADABLE: (&str, &str) = texts(ErrorCode::OutputUnreadable);

const fn texts(code: ErrorCode) -> (&'static str, &'static str) {
    (code.as_str(), code.hint())
}

/// An option or an argument is wrong.
pub(super) fn refused(message: impl AsRef<str>) -> JsValue {
    // Tables are sent nowhere, so there is no word of that.
    bare_error(
        INVALID_OPTIONS,
        "correct the option that the message names",
        message.as_ref(),
    )
}

/// A text is no table, with the place as far as it is known.
pub(super) fn unreadable(error: &TableError) -> JsValue {
    let (code, hint) = match error.code() {
        TableErrorCode::Truncated => OUTPUT_TRUNCATED,
        _ => OUTPUT_UNREADABLE,
    };
    let js = bare_error(code, hint, &error.to_string());
    let number = |number: Option<usize>| number.map(|number| JsValue::from_f64(number as f64));
    let places = [
        ("row", number(error.row())),
        ("column", error.column().map(JsValue::from_str)),
        ("offset", number(error.offset())),
    ];
    for (name, place) in places {
        if let Some(place) = place {
            set(&js, name, &place);
        }
    }
    js
}

/// A table is longer as a text than texts may be.
#[cold]
pub(super) fn unwritable(message: &str) -> JsValue {
    let hint = "write fewer rows or columns at a time; columnData, and toArrowIPC of pqrun/arrow, have no such limit";
    bare_error(OUTPUT_TOO_LARGE, hint, message)
}
