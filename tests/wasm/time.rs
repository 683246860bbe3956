//! Our dates and those of the host name the same instants.

use js_sys::Date;
use pqrun::time::Timestamp;
use wasm_bindgen_test::wasm_bindgen_test;

/// The instant the host reads from a text, in milliseconds.
fn host(text: &str) -> f64 {
    Date::new(&text.into()).get_time()
}

#[wasm_bindgen_test]
fn an_iso_date_is_the_instant_the_host_reads() {
    for text in [
        "1970-01-01T00:00:00Z",
        "2024-02-29T23:59:59.999Z",
        "2026-04-27T06:54:22.370+02:00",
    ] {
        let time = Timestamp::parse_iso(text).expect(text);
        assert_eq!(time.0 as f64, host(text), "{text}");
    }
}

#[wasm_bindgen_test]
fn an_http_date_is_the_instant_the_host_reads() {
    let text = "Sun, 06 Nov 1994 08:49:37 GMT";
    let time = Timestamp::parse_http(text).expect(text);
    assert_eq!(time.0 as f64, host(text));
}

#[wasm_bindgen_test]
fn a_date_is_written_as_the_host_writes_it() {
    for ms in [0, 951_782_399_999, 1_777_272_862_370] {
        let written = Date::new(&(ms as f64).into()).to_iso_string();
        assert_eq!(Timestamp(ms).to_iso(), String::from(written));
    }
}
