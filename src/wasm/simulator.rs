//! The simulator's class.

use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::json::written;
use crate::simulator::{Fate, Reply, Request, Scenario, Simulator, Speed};
use crate::time::Timestamp;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** An answer of the simulator, and how it is to be delivered. */
export interface SimulatorReply {
    /** The status code. */
    status: number;
    /** Names and values, as `fetch` and `node:http` take them. */
    headers: [string, string][];
    /** All of the body, even if only a part of it is to arrive. */
    body: Uint8Array<ArrayBuffer>;
    /** How long to wait before the first byte, in milliseconds. */
    delayMs: number;
    /** `drop`: close the connection without an answer. `cut`: close it after `cutBytes` bytes of the body. */
    fate: "deliver" | "drop" | "cut";
    /** How many bytes of the body arrive under the full `Content-Length`, if the fate is `cut`; else all of them. */
    cutBytes: number;
}
"#;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "SimulatorReply")]
    pub type SimulatorReply;
    #[wasm_bindgen(typescript_type = "Iterable<[string, string]>")]
    pub type HeaderPairs;
}

/// A Databricks workspace and Microsoft Fabric in memory, without a clock or a network of their own: every call brings
/// the time with it.
///
/// A scenario says what they hold, how runs go and what goes wrong. Without one there is a workspace for
/// demonstrations, with the tokens `dapi-simulated` and `fabric-simulated`.
#[wasm_bindgen(js_name = Simulator)]
#[derive(Debug)]
pub struct JsSimulator(Simulator);

#[wasm_bindgen(js_class = Simulator)]
impl JsSimulator {
    /// A simulator at the start of its scenario.
    ///
    /// @param scenario - A scenario as JSON text; the built-in one if left out.
    /// @param now - Milliseconds since the Unix epoch, such as `Date.now()`.
    /// @param speed - Divides every length of time: 60 makes a minute pass in a second. The clock stays real.
    /// @throws An `Error` whose message names the member that is wrong.
    #[wasm_bindgen(constructor)]
    pub fn new(scenario: Option<String>, now: f64, speed: f64) -> Result<Self, JsError> {
        console_error_panic_hook::set_once();
        let scenario = match scenario {
            Some(text) => Scenario::parse(&text)?,
            None => Scenario::built_in()?,
        };
        Ok(Self(
            Simulator::new(scenario, timestamp(now))?.with_speed(Speed::new(speed)),
        ))
    }

    /// Answers one request.
    ///
    /// @param now - Milliseconds since the Unix epoch; it may stand still, but not go back.
    /// @param method - The method.
    /// @param target - Path and query, or an absolute URL.
    /// @param headers - Names and values; `Host` becomes part of links in answers.
    /// @param body - The body's bytes; empty if there is none.
    pub fn handle(
        &mut self,
        now: f64,
        method: String,
        target: String,
        headers: HeaderPairs,
        body: Vec<u8>,
    ) -> Result<SimulatorReply, JsError> {
        let headers = pairs(&headers).ok_or_else(|| JsError::new("headers: expected pairs of strings"))?;
        let request = Request {
            method,
            target,
            headers,
            body,
        };
        let reply = self.0.handle(timestamp(now), &request);
        Ok(to_js(&reply).unchecked_into())
    }

    /// Everything there is to know, tokens too, as text for {@link Simulator.restore}.
    pub fn snapshot(&self) -> Result<String, JsError> {
        Ok(serde_json::to_string(&self.0)?)
    }

    /// A simulator that goes on where a snapshot was taken.
    ///
    /// @throws An `Error` if the text is not a snapshot of this version.
    pub fn restore(text: &str) -> Result<Self, JsError> {
        console_error_panic_hook::set_once();
        Ok(Self(serde_json::from_str(text)?))
    }

    /// The truth as JSON text: `{ databricks, fabric, signIn, requests }`, with the runs really created, how each really
    /// ends, how many tokens were given to whom, and what came in. No token is in it.
    ///
    /// @param now - Milliseconds since the Unix epoch.
    pub fn state(&self, now: f64) -> String {
        written(&self.0.state(timestamp(now)))
    }

    /// The text of the scenario that is taken when none is given.
    #[wasm_bindgen(js_name = builtInScenario)]
    pub fn built_in_scenario() -> String {
        Scenario::BUILT_IN.to_owned()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, and a clock gives whole positive milliseconds"
)]
fn timestamp(now: f64) -> Timestamp {
    Timestamp(now as u64)
}

fn pairs(headers: &JsValue) -> Option<Vec<(String, String)>> {
    let pairs = js_sys::try_iter(headers).ok()??;
    pairs
        .map(|pair| {
            let pair = pair.ok()?.dyn_into::<Array>().ok()?;
            Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
        })
        .collect()
}

fn to_js(reply: &Reply) -> Object {
    let headers: Array = reply
        .response
        .headers
        .iter()
        .map(|(name, value)| Array::of2(&JsValue::from_str(name), &JsValue::from_str(value)))
        .collect();
    let (fate, cut) = match reply.fate {
        Fate::Deliver => ("deliver", reply.response.body.len()),
        Fate::Drop => ("drop", 0),
        Fate::Cut(bytes) => ("cut", bytes.min(reply.response.body.len())),
    };
    let shown = Object::new();
    for (name, value) in [
        ("status", JsValue::from(reply.response.status)),
        ("headers", headers.into()),
        ("body", Uint8Array::from(reply.response.body.as_slice()).into()),
        ("delayMs", JsValue::from(reply.delay.as_secs_f64() * 1000.0)),
        ("fate", JsValue::from_str(fate)),
        ("cutBytes", JsValue::from(u32::try_from(cut).unwrap_or(u32::MAX))),
    ] {
        // Setting a member of a plain object that is ours does not fail.
        let _ = Reflect::set(&shown, &JsValue::from_str(name), &value);
    }
    shown
}
