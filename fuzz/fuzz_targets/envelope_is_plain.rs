#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pqrun_fuzz::properties::envelope_is_plain(data));
