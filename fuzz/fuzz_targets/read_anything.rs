#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pqrun_fuzz::properties::read_anything(data));
