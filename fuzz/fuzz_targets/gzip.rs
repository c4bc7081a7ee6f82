#![no_main]

#[path = "../../tests/support/fuzz.rs"]
#[allow(dead_code)]
mod bodies;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::gzip(data));
