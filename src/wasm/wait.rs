//! Waits with a bound.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use gloo_timers::future::TimeoutFuture;
#[cfg(feature = "client")]
use {js_sys::Promise, wasm_bindgen::JsValue, wasm_bindgen_futures::JsFuture};

/// Waits for a promise, but not for ever.
#[cfg(feature = "client")]
pub(super) async fn within(promise: &Promise, limit: Duration) -> Result<JsValue, JsValue> {
    race(JsFuture::from(promise.clone()), limit)
        .await
        .unwrap_or_else(|| Err(JsValue::from_str(&format!("nothing within {} s", limit.as_secs()))))
}

/// What the work gives; `None` if the time is over first.
pub(super) async fn race<T>(mut work: impl Future<Output = T> + Unpin, limit: Duration) -> Option<T> {
    let mut timer = TimeoutFuture::new(millis(limit));
    poll_fn(|context| match Pin::new(&mut work).poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => Pin::new(&mut timer).poll(context).map(|()| None),
    })
    .await
}

/// Waits, and nothing else.
#[cfg(feature = "client")]
pub(super) async fn sleep(length: Duration) {
    TimeoutFuture::new(millis(length)).await;
}

/// A wait that a service asked for may be longer than a timer can be.
fn millis(length: Duration) -> u32 {
    u32::try_from(length.as_millis())
        .unwrap_or(u32::MAX)
        .min(i32::MAX.unsigned_abs())
}
