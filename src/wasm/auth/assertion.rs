//! Where federated assertions come from.

use std::cell::RefCell;

use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;

use crate::auth::SecretString;
use crate::error::{Error, ErrorCode};
use crate::wasm::convert::{get, refuse};
use crate::wasm::options::{function, is_absent};
use crate::wasm::secret;
use crate::wasm::thrown::message_of;

thread_local! {
    static READ_FILE: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Sets what reads the text of a file, given its path. Without it `assertionFile` is refused.
///
/// @internal
#[wasm_bindgen(js_name = setFileReader)]
pub fn set_file_reader(
    #[wasm_bindgen(unchecked_param_type = "(path: string) => string | Promise<string>")] read: Function,
) {
    READ_FILE.set(Some(read));
}

/// Gives the assertion each time that it is asked: it may have been replaced.
#[derive(Clone)]
pub(super) struct Assertion {
    from: Function,
    /// What it is given: the path of a file, or nothing.
    with: JsValue,
}

impl Assertion {
    /// The members `assertion` and `assertionFile`, of which one must be there.
    pub(super) fn take(options: &JsValue) -> Result<Self, Error> {
        let (callback, path) = (function(options, "assertion")?, get(options, "assertionFile"));
        match (callback, is_absent(&path)) {
            (Some(from), true) => Ok(Self {
                from,
                with: JsValue::UNDEFINED,
            }),
            (None, false) if path.as_string().is_some_and(|path| !path.is_empty()) => {
                let from = READ_FILE.with_borrow(Clone::clone);
                let from = from.ok_or_else(|| refuse("assertionFile: expected a host with files, found none"))?;
                Ok(Self { from, with: path })
            }
            (None, false) => Err(refuse("assertionFile: expected the path of a file")),
            (Some(_), false) => Err(refuse("expected assertion or assertionFile, found both")),
            (None, true) => Err(Error::new(
                ErrorCode::MissingCredentials,
                "expected assertion or assertionFile, found none",
            )),
        }
    }

    /// The assertion as it is now.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) async fn read(self) -> Result<SecretString, String> {
        let given = match self.from.call1(&JsValue::UNDEFINED, &self.with) {
            Ok(given) => JsFuture::from(Promise::resolve(&given)).await,
            Err(thrown) => Err(thrown),
        };
        match given {
            Ok(given) => secret::read(&given).ok_or_else(|| "expected a text, found none".to_owned()),
            Err(thrown) => Err(message_of(&thrown)),
        }
    }
}
