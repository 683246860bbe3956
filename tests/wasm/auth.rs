//! Signing in, over a `fetch` made of closures.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Promise, Uint8Array};
use pqrun::wasm::auth::{JsCredential, databricks_federation, databricks_oauth, databricks_token, set_file_reader};
use pqrun::wasm::set_default_fetch;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use super::client::service::{get, object, response, settled, text};

const SCOPE: &str = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default";
const PRINCIPAL: &str = "d0000000-0000-4000-8000-000000000001";
const ANSWER: &str = r#"{"access_token":"given","token_type":"Bearer","expires_in":"3600"}"#;

/// A token endpoint: what it was sent, as `URL Authorization body`.
#[derive(Clone, Default)]
struct Issuer(Rc<RefCell<Vec<String>>>);

impl Issuer {
    fn fetch(&self) -> js_sys::Function {
        let log = Rc::clone(&self.0);
        let fetch = Closure::<dyn FnMut(String, JsValue) -> Promise>::new(move |url: String, init: JsValue| {
            assert_eq!(text(&init, "redirect"), "manual");
            let authorization = text(&get(&init, "headers"), "Authorization");
            log.borrow_mut().push(format!(
                "{} {url} {authorization} {}",
                text(&init, "method"),
                text(&init, "body")
            ));
            Promise::resolve(&response(200, ANSWER))
        });
        fetch.into_js_value().unchecked_into()
    }

    fn log(&self) -> Vec<String> {
        self.0.borrow().clone()
    }
}

fn made(made: Result<JsCredential, JsValue>) -> JsCredential {
    made.unwrap_or_else(|thrown| panic!("{}", text(&thrown, "message")))
}

fn oauth(more: &[(&str, JsValue)]) -> JsCredential {
    let mut all = vec![("clientId", PRINCIPAL.into()), ("clientSecret", "s~3cret".into())];
    all.extend_from_slice(more);
    made(databricks_oauth(&object(&all)))
}

fn workspace(refresh: bool) -> JsValue {
    let host = "https://adb-1.5.azuredatabricks.net";
    object(&[("host", host.into()), ("refresh", refresh.into())])
}

#[wasm_bindgen_test]
async fn a_token_comes_with_its_end_and_is_kept() {
    let issuer = Issuer::default();
    let credential = oauth(&[("fetch", issuer.fetch().into()), ("scope", "jobs".into())]);
    let begun = js_sys::Date::now();
    let scopes = Array::of(&[JsValue::from(SCOPE)]);
    for scope in [JsValue::from(SCOPE), scopes.into()] {
        let token = settled(credential.get_token(&scope, &workspace(false)))
            .await
            .expect("it is given");
        assert_eq!(text(&token, "token"), "given");
        let end = get(&token, "expiresOnTimestamp").as_f64().expect("it is told");
        assert!((3_599_000.0..3_660_000.0).contains(&(end - begun)), "{end}");
        assert!(get(&token, "headers").is_undefined());
    }
    let url = "https://adb-1.5.azuredatabricks.net/oidc/v1/token";
    let log = issuer.log();
    assert_eq!(log.len(), 1);
    assert!(log[0].starts_with(&format!("POST {url} Basic ")), "{}", log[0]);
    assert!(
        log[0].ends_with("grant_type=client_credentials&scope=jobs"),
        "{}",
        log[0]
    );
}

#[wasm_bindgen_test]
async fn all_who_ask_at_once_wait_for_one_sign_in() {
    let issuer = Issuer::default();
    let credential = oauth(&[("fetch", issuer.fetch().into())]);
    for refresh in [false, true] {
        let all: Array = (0..10)
            .map(|_| credential.get_token(&SCOPE.into(), &workspace(refresh)))
            .collect();
        settled(Promise::all(&all)).await.expect("they are given");
    }
    assert_eq!(issuer.log().len(), 2);
}

#[wasm_bindgen_test]
async fn the_default_fetch_sends_what_has_none_of_its_own() {
    let issuer = Issuer::default();
    set_default_fetch(Some(issuer.fetch()));
    let token = settled(oauth(&[]).get_token(&SCOPE.into(), &workspace(false))).await;
    set_default_fetch(None);
    assert_eq!(text(&token.expect("it is given"), "token"), "given");
    assert_eq!(issuer.log().len(), 1);
}

#[wasm_bindgen_test]
async fn a_file_with_an_assertion_is_read_for_each_sign_in() {
    let paths = Rc::new(RefCell::new(Vec::new()));
    let read = Rc::clone(&paths);
    let reader = Closure::<dyn FnMut(String) -> Promise>::new(move |path| {
        read.borrow_mut().push(path);
        Promise::resolve(&JsValue::from(format!("head.body{}.tail\n", read.borrow().len())))
    });
    set_file_reader(reader.into_js_value().unchecked_into());
    let issuer = Issuer::default();
    let options = object(&[("assertionFile", "/run/token".into()), ("fetch", issuer.fetch().into())]);
    let credential = made(databricks_federation(&options));
    for refresh in [false, true] {
        settled(credential.get_token(&SCOPE.into(), &workspace(refresh)))
            .await
            .expect("it is given");
    }
    assert_eq!(*paths.borrow(), ["/run/token", "/run/token"]);
    let log = issuer.log();
    assert!(log[0].contains("subject_token=head.body1.tail&"), "{}", log[0]);
    assert!(log[1].contains("subject_token=head.body2.tail&"), "{}", log[1]);
}

#[wasm_bindgen_test]
async fn a_secret_keeps_every_character_and_loses_the_blanks_around_it() {
    let credential = made(databricks_token(&object(&[("token", " dapi~.:/+=%\r\n".into())])));
    let token = settled(credential.get_token(&SCOPE.into(), &workspace(false))).await;
    assert_eq!(text(&token.expect("it is there"), "token"), "dapi~.:/+=%");
}

#[wasm_bindgen_test]
fn a_secret_of_another_type_is_refused_and_not_repeated() {
    let half = js_sys::JsString::from_char_code(&[0x61, 0xd800]).into();
    let bytes = Uint8Array::from(&b"planted"[..]).into();
    for value in [JsValue::from(5), bytes, half, object(&[("planted", 1.into())])] {
        let thrown = databricks_token(&object(&[("token", value)])).err().expect("it throws");
        assert_eq!(text(&thrown, "name"), "PqrunError");
        assert_eq!(text(&thrown, "code"), "invalidCredentials");
        let message = text(&thrown, "message");
        assert!(
            message.starts_with("token: ") && !message.contains("planted"),
            "{message}"
        );
    }
}

#[wasm_bindgen_test]
async fn a_token_is_for_a_known_scope_and_a_host() {
    let credential = oauth(&[]);
    let nowhere = JsValue::UNDEFINED;
    let both = Array::of(&[JsValue::from(SCOPE), "https://api.fabric.microsoft.com/.default".into()]);
    for (scope, request, expected) in [
        (JsValue::from(SCOPE), &nowhere, "request.host: "),
        (both.into(), &nowhere, "scope: "),
        (JsValue::from(5), &nowhere, "scope: "),
        (
            "https://graph.microsoft.com/.default".into(),
            &workspace(false),
            "scope: ",
        ),
        (
            SCOPE.into(),
            &object(&[("host", "x.example".into()), ("refresh", 1.into())]),
            "refresh: ",
        ),
    ] {
        let thrown = settled(credential.get_token(&scope, request))
            .await
            .expect_err("it rejects");
        assert_eq!(text(&thrown, "code"), "invalidOptions");
        let message = text(&thrown, "message");
        assert!(message.starts_with(expected), "{message}");
    }
}
