//! The log, as a program gets it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use log::kv::{self, Key, Value, VisitSource};
use log::{Level, LevelFilter, Log, Metadata, Record};

/// A line as a program gets it.
#[derive(Debug)]
pub struct Line {
    pub level: Level,
    pub target: String,
    pub message: String,
    pub fields: BTreeMap<String, String>,
}

impl Line {
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

thread_local! {
    // Each test is a thread.
    static LINES: RefCell<Vec<Line>> = const { RefCell::new(Vec::new()) };
}

struct Collector;

impl Log for Collector {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        struct Fields(BTreeMap<String, String>);
        impl<'kvs> VisitSource<'kvs> for Fields {
            fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), kv::Error> {
                assert!(
                    self.0.insert(key.to_string(), value.to_string()).is_none(),
                    "{key} stands twice"
                );
                Ok(())
            }
        }
        let mut fields = Fields(BTreeMap::new());
        record.key_values().visit(&mut fields).expect("every field is good");
        LINES.with_borrow_mut(|lines| {
            lines.push(Line {
                level: record.level(),
                target: record.target().to_owned(),
                message: record.args().to_string(),
                fields: fields.0,
            });
        });
    }

    fn flush(&self) {}
}

/// Turns the log on, for this test among others.
pub fn listen() {
    // Only the first test of a process sets it.
    let _ = log::set_logger(&Collector);
    log::set_max_level(LevelFilter::Trace);
    LINES.take();
}

/// The lines so far.
pub fn lines() -> Vec<Line> {
    LINES.take()
}

/// Those about requests.
pub fn requests() -> Vec<Line> {
    let mut lines = lines();
    lines.retain(|line| line.target == "pqrun::request");
    lines
}
