//! Events for `for await`: every iterator has its own buffer.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use js_sys::{Function, Object, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert::set;

#[derive(Default)]
struct Buffer {
    events: VecDeque<JsValue>,
    waiting: VecDeque<Function>,
    closed: bool,
}

impl Buffer {
    fn close(&mut self) {
        self.closed = true;
        for resolve in self.waiting.drain(..) {
            give(&resolve, None);
        }
    }
}

/// The iterators of a session, as long as JavaScript holds them.
#[derive(Default)]
pub(super) struct Listeners(RefCell<Vec<Weak<RefCell<Buffer>>>>);

impl Listeners {
    /// An iterator over what comes from now on.
    pub(super) fn listen(&self, ended: bool) -> RunEvents {
        let buffer = Rc::new(RefCell::new(Buffer {
            closed: ended,
            ..Buffer::default()
        }));
        if !ended {
            self.0.borrow_mut().push(Rc::downgrade(&buffer));
        }
        RunEvents(buffer)
    }

    /// Tells all; `event` is only made if there is anybody.
    pub(super) fn tell(&self, event: impl FnOnce() -> JsValue) {
        let mut listeners = self.0.borrow_mut();
        listeners.retain(|listener| listener.upgrade().is_some_and(|buffer| !buffer.borrow().closed));
        if listeners.is_empty() {
            return;
        }
        let event = event();
        for buffer in listeners.iter().filter_map(Weak::upgrade) {
            let mut buffer = buffer.borrow_mut();
            match buffer.waiting.pop_front() {
                Some(resolve) => give(&resolve, Some(&event)),
                None => buffer.events.push_back(event.clone()),
            }
        }
    }

    /// Nothing comes any more. What is buffered is still given out.
    pub(super) fn close(&self) {
        for buffer in self.0.take().iter().filter_map(Weak::upgrade) {
            buffer.borrow_mut().close();
        }
    }
}

/// An iterator over the events of a run.
#[wasm_bindgen]
pub struct RunEvents(Rc<RefCell<Buffer>>);

#[wasm_bindgen]
impl RunEvents {
    /// The next event, or the end once the run has ended.
    #[wasm_bindgen(unchecked_return_type = "Promise<IteratorResult<RunEvent, undefined>>")]
    pub fn next(&self) -> Promise {
        let mut buffer = self.0.borrow_mut();
        if let Some(event) = buffer.events.pop_front() {
            return Promise::resolve(&item(Some(&event)));
        }
        if buffer.closed {
            return Promise::resolve(&item(None));
        }
        Promise::new(&mut |resolve, _| buffer.waiting.push_back(resolve))
    }

    /// Stops listening; the run goes on. `for await` calls it when the loop is left.
    #[wasm_bindgen(js_name = return, unchecked_return_type = "Promise<IteratorResult<RunEvent, undefined>>")]
    pub fn stop(&self) -> Promise {
        let mut buffer = self.0.borrow_mut();
        buffer.events.clear();
        buffer.close();
        Promise::resolve(&item(None))
    }

    /// The same iterator.
    #[wasm_bindgen(js_name = "[Symbol.asyncIterator]")]
    pub fn itself(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

fn give(resolve: &Function, event: Option<&JsValue>) {
    // A promise's own function does not throw.
    let _ = resolve.call1(&JsValue::UNDEFINED, &item(event));
}

fn item(event: Option<&JsValue>) -> JsValue {
    let item = Object::new();
    set(&item, "done", &event.is_none().into());
    set(&item, "value", event.unwrap_or(&JsValue::UNDEFINED));
    item.into()
}
