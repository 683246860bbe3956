//! The caller's `AbortSignal`.

use std::rc::{Rc, Weak};

use js_sys::Function;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

use super::{Session, Until};
use crate::poller::Input;
use crate::wasm::client::convert::get;

/// Listens to a signal until it is dropped.
pub(super) struct AbortHook {
    signal: JsValue,
    listener: Closure<dyn FnMut()>,
}

impl AbortHook {
    /// Makes the session obey the signal; at once if it has fired already.
    pub(super) fn install(session: &Rc<Session>, signal: JsValue, cancel: bool) {
        if get(&signal, "aborted").is_truthy() {
            session.end(Err(get(&signal, "reason")));
            return;
        }
        let aborted = Rc::downgrade(session);
        let fired = signal.clone();
        let listener = Closure::new(move || {
            if let Some(session) = Weak::upgrade(&aborted) {
                session.aborted(get(&fired, "reason"), cancel);
            }
        });
        call(&signal, "addEventListener", listener.as_ref());
        session.abort.replace(Some(Self { signal, listener }));
    }
}

impl Drop for AbortHook {
    fn drop(&mut self) {
        call(&self.signal, "removeEventListener", self.listener.as_ref());
    }
}

impl Session {
    fn aborted(self: &Rc<Self>, reason: JsValue, cancel: bool) {
        if cancel && matches!(self.until, Until::Done) {
            self.reason.replace(Some(reason));
            self.input(Input::Cancel);
        } else {
            self.take(Input::Detach);
            self.end(Err(reason));
        }
    }
}

fn call(signal: &JsValue, method: &str, listener: &JsValue) {
    if let Ok(method) = get(signal, method).dyn_into::<Function>() {
        let _ = method.call2(signal, &"abort".into(), listener);
    }
}
