//! Single requests for the clients.

use std::rc::Rc;

use serde_json::Value;

use super::fetch::{self, Answer, Flight};
use super::host::{Host, now, seed};
use crate::contract::Call;
use crate::error::Error;
use crate::http::HttpResponse;
use crate::poller::single::{SingleCall, Step};
use crate::wasm::wait::{race, sleep};

/// Sends until there is an answer, or an end to the patience.
pub(super) async fn call(host: &Rc<Host>, call: Call) -> Result<Value, Error> {
    answer(host, call).await.map(|(value, _)| value)
}

/// The same, for those who need more of the answer than its body.
pub(super) async fn answer(host: &Rc<Host>, call: Call) -> Result<(Value, HttpResponse), Error> {
    let mut single = SingleCall::new(call, seed()?);
    loop {
        let request = single.request(now());
        let flight = Flight::new()?;
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
