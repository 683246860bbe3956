//! The log's way to JavaScript: each record as a plain object, handed to one function.

use std::cell::RefCell;

use js_sys::{Date, Function, Object};
use log::kv::{Error, Key, Value, VisitSource, VisitValue};
use log::{LevelFilter, Log, Metadata, Record};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert::set;

thread_local! {
    static CALLBACK: RefCell<Option<Function>> = const { RefCell::new(None) };
}

struct Logger;

static LOGGER: Logger = Logger;

impl Log for Logger {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let Some(callback) = CALLBACK.with_borrow(Clone::clone) else {
            return;
        };
        let mut fields = Fields(Object::new());
        // It fails only if a field does, and ours do not.
        let _ = record.key_values().visit(&mut fields);
        let given = Object::new();
        set(&given, "time", &Date::now().into());
        set(&given, "level", &level_name(record.level().to_level_filter()).into());
        set(&given, "target", &record.target().into());
        set(&given, "message", &record.args().to_string().into());
        set(&given, "fields", &fields.0);
        // A logger has no say in what goes on.
        let _ = callback.call1(&JsValue::UNDEFINED, &given);
    }

    fn flush(&self) {}
}

/// The fields of a record as members of an object.
struct Fields(Object);

impl<'kvs> VisitSource<'kvs> for Fields {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), Error> {
        let mut plain = Plain(JsValue::UNDEFINED);
        value.visit(&mut plain)?;
        set(&self.0, key.as_str(), &plain.0);
        Ok(())
    }
}

/// A field's value as JavaScript has it.
struct Plain(JsValue);

impl VisitValue<'_> for Plain {
    fn visit_any(&mut self, _: Value<'_>) -> Result<(), Error> {
        // Ours are texts and numbers. To write any other would bring the formatting of all that a value can be.
        Ok(())
    }

    fn visit_u64(&mut self, value: u64) -> Result<(), Error> {
        self.0 = (value as f64).into();
        Ok(())
    }

    fn visit_str(&mut self, value: &str) -> Result<(), Error> {
        self.0 = value.into();
        Ok(())
    }
}

const LEVELS: [LevelFilter; 6] = [
    LevelFilter::Off,
    LevelFilter::Error,
    LevelFilter::Warn,
    LevelFilter::Info,
    LevelFilter::Debug,
    LevelFilter::Trace,
];

const fn level_name(level: LevelFilter) -> &'static str {
    match level {
        LevelFilter::Off => "off",
        LevelFilter::Error => "error",
        LevelFilter::Warn => "warn",
        LevelFilter::Info => "info",
        LevelFilter::Debug => "debug",
        LevelFilter::Trace => "trace",
    }
}

/// Where this module's log goes, and from which level on. The package's own `setLogger` tells every module.
///
/// @param callback Called in the midst of the module's work: it must not call the module. `undefined` turns the log off.
/// @param level `off`, `error`, `warn`, `info`, `debug` or `trace`; anything else counts as `off`.
#[wasm_bindgen(js_name = setModuleLogger)]
pub fn set_module_logger(callback: Option<Function>, level: &str) {
    // Refused from the second time on: then it is set already.
    let _ = log::set_logger(&LOGGER);
    let level = LEVELS.into_iter().find(|known| level_name(*known) == level);
    log::set_max_level(level.filter(|_| callback.is_some()).unwrap_or(LevelFilter::Off));
    CALLBACK.set(callback);
}
