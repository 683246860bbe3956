//! A scripted service: a `fetch` that records what it is asked.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use serde_json::{Value, json};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// What the service answers: a status and JSON, or whatever a closure makes.
pub(crate) enum Answer {
    Json(u16, Value),
    Js(JsValue),
    Reject(JsValue),
}

/// The requests that came, as `METHOD path?query` with the token.
#[derive(Clone, Default)]
pub(crate) struct Service {
    pub(crate) log: Rc<RefCell<Vec<String>>>,
    script: Rc<RefCell<VecDeque<Answer>>>,
}

impl Service {
    pub(crate) fn new(script: impl IntoIterator<Item = Answer>) -> Self {
        Self {
            log: Rc::default(),
            script: Rc::new(RefCell::new(script.into_iter().collect())),
        }
    }

    /// A job that runs and ends at once: start, run, output.
    pub(crate) fn of_one_run() -> Self {
        let output = json!({ "notebook_output": { "result": "[{\"id\":1},{\"id\":9007199254740993}]" } });
        Self::new([
            Answer::Json(200, json!({ "run_id": 7 })),
            Answer::Json(200, run("TERMINATED")),
            Answer::Json(200, output),
        ])
    }

    pub(crate) fn log(&self) -> Vec<String> {
        self.log.borrow().clone()
    }

    pub(crate) fn fetch(&self) -> JsValue {
        let service = self.clone();
        let fetch = Closure::<dyn FnMut(String, JsValue) -> Promise>::new(move |url: String, init| {
            let method = text(&init, "method");
            let token = text(&get(&init, "headers"), "Authorization");
            assert_eq!(text(&init, "redirect"), "manual");
            let path = url.split_once(".net").map_or(url.as_str(), |(_, path)| path);
            service.log.borrow_mut().push(format!("{method} {path} {token}"));
            match service.script.borrow_mut().pop_front() {
                Some(Answer::Json(status, body)) => Promise::resolve(&response(status, &body.to_string())),
                Some(Answer::Js(answer)) => Promise::resolve(&answer),
                Some(Answer::Reject(reason)) => Promise::reject(&reason),
                None => Promise::new(&mut |_, _| ()),
            }
        });
        fetch.into_js_value()
    }

    /// Options for a run of job 42.
    pub(crate) fn options(&self, more: &[(&str, JsValue)]) -> JsValue {
        let fetch = [
            ("fetch", self.fetch()),
            ("host", "adb-1.5.azuredatabricks.net".into()),
            ("jobId", 42.into()),
        ];
        let object = Object::new();
        for (name, value) in fetch.iter().chain(more) {
            Reflect::set(&object, &(*name).into(), value).expect("it is our object");
        }
        if !more.iter().any(|(name, _)| *name == "token") {
            Reflect::set(&object, &"token".into(), &"secret".into()).expect("it is our object");
        }
        object.into()
    }
}

/// A run with one notebook task.
pub(crate) fn run(state: &str) -> Value {
    let state = match state {
        "TERMINATED" => json!({ "state": state, "termination_details": { "code": "SUCCESS", "type": "SUCCESS" } }),
        _ => json!({ "state": state }),
    };
    json!({
        "run_id": 7, "job_id": 42, "status": state, "start_time": 1, "run_page_url": "https://adb-1/#job/42/run/7",
        "tasks": [{ "run_id": 8, "task_key": "only", "status": state, "notebook_task": {}, "start_time": 1 }],
    })
}

/// An answer that is no `Response`: plain members, headers as a map.
pub(crate) fn response(status: u16, body: &str) -> JsValue {
    response_with(status, body, &[("content-type", "application/json")])
}

pub(crate) fn response_with(status: u16, body: &str, given: &[(&str, &str)]) -> JsValue {
    let bytes = JsValue::from(Uint8Array::from(body.as_bytes()).buffer());
    let body = Closure::<dyn FnMut() -> Promise>::new(move || Promise::resolve(&bytes)).into_js_value();
    let headers = js_sys::Map::new();
    for (name, value) in given {
        headers.set(&(*name).into(), &(*value).into());
    }
    object(&[
        ("status", status.into()),
        ("headers", headers.into()),
        ("arrayBuffer", body),
    ])
}

pub(crate) fn object(members: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in members {
        Reflect::set(&object, &(*name).into(), value).expect("it is our object");
    }
    object.into()
}

pub(crate) fn get(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &name.into()).unwrap_or_default()
}

pub(crate) fn text(value: &JsValue, name: &str) -> String {
    get(value, name).as_string().unwrap_or_default()
}

pub(crate) fn call(value: &JsValue, method: &str, arguments: &[JsValue]) -> JsValue {
    let function: Function = get(value, method).dyn_into().expect(method);
    function
        .apply(value, &arguments.iter().collect::<Array>())
        .expect(method)
}

pub(crate) async fn settled(promise: Promise) -> Result<JsValue, JsValue> {
    JsFuture::from(promise).await
}

/// Lets everything that is due have its turn.
pub(crate) async fn turns() {
    for _ in 0..50 {
        settled(Promise::resolve(&JsValue::UNDEFINED))
            .await
            .expect("it resolves");
    }
}
