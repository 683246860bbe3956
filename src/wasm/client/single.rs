//! Single requests for the clients, and waits with a bound.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use gloo_timers::future::TimeoutFuture;
use js_sys::Promise;
use serde_json::Value;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::fetch::{self, Answer, Flight};
use super::host::{Host, now, random};
use crate::contract::Call;
use crate::error::{Error, ErrorCode};
use crate::http::HttpResponse;
use crate::poller::single::{SingleCall, Step};

/// Sends until there is an answer, or an end to the patience.
pub(super) async fn call(host: &Host, call: Call) -> Result<Value, Error> {
    answer(host, call).await.map(|(value, _)| value)
}

/// The same, for those who need more of the answer than its body.
pub(super) async fn answer(host: &Host, call: Call) -> Result<(Value, HttpResponse), Error> {
    let random = random()?;
    let mut seed = [0; 8];
    seed.copy_from_slice(&random[..8]);
    let mut single = SingleCall::new(call, seed);
    loop {
        let request = single.request(now());
        let flight = Flight::new()
            .ok_or_else(|| Error::new(ErrorCode::InvalidOptions, "expected AbortController, found none"))?;
        let answer = {
            let sent = Box::pin(fetch::send(host, &request, &flight));
            race(sent, request.timeout).await
        };
        let step = match answer {
            Some(Answer::Response(response)) => match single.answered(now(), &response)? {
                Step::Done(value) => return Ok((value, response)),
                step => step,
            },
            Some(Answer::Failed { message, .. }) => single.unanswered(now(), &message)?,
            Some(Answer::NotSent(error)) => return Err(single.not_sent(now(), error)),
            None => {
                flight.abort();
                single.unanswered(now(), &format!("no answer within {} s", request.timeout.as_secs()))?
            }
        };
        if let Step::Again(at) = step {
            sleep(at.since(now())).await;
        }
    }
}

/// Waits for a promise, but not for ever.
pub(super) async fn within(promise: &Promise, limit: Duration) -> Result<JsValue, JsValue> {
    race(JsFuture::from(promise.clone()), limit)
        .await
        .unwrap_or_else(|| Err(JsValue::from_str(&format!("nothing within {} s", limit.as_secs()))))
}

/// What the work gives; `None` if the time is over first.
async fn race<T>(mut work: impl Future<Output = T> + Unpin, limit: Duration) -> Option<T> {
    let mut timer = TimeoutFuture::new(u32::try_from(limit.as_millis()).unwrap_or(u32::MAX));
    poll_fn(|context| match Pin::new(&mut work).poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => Pin::new(&mut timer).poll(context).map(|()| None),
    })
    .await
}

pub(super) async fn sleep(length: Duration) {
    // A wait that a service asked for may be longer than a timer can be.
    TimeoutFuture::new(
        u32::try_from(length.as_millis())
            .unwrap_or(u32::MAX)
            .min(i32::MAX.unsigned_abs()),
    )
    .await;
}
