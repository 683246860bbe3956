//! A hash that a plain Power Query can compute too, so that a query and a program agree on the token of a start.

use serde_json::Value;

use crate::json;

/// Four primes below 2^26, each with a base: `hash * base + byte` stays below 2^53, so it is exact in doubles, the
/// only numbers that M has. The bases are arbitrary and never change.
const MODULI: [(u64, u64); 4] = [
    (67_108_859, 31_607_419),
    (67_108_837, 46_341_023),
    (67_108_819, 12_345_679),
    (67_108_777, 58_213_891),
];

/// 28 hexadecimal digits: four polynomial remainders, 7 digits each, over the canonical JSON's UTF-8 bytes.
///
/// This keeps apart what callers meant to be different; it is no protection against somebody who wants a collision.
#[must_use]
pub fn fingerprint(body: &Value) -> String {
    let text = json::canonical(body);
    MODULI
        .iter()
        .map(|(prime, base)| {
            // Starting at 1 makes leading zero bytes count.
            let remainder = text
                .bytes()
                .fold(1, |hash, byte| (hash * base + u64::from(byte)) % prime);
            format!("{remainder:07x}")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_moduli_are_primes_below_two_to_the_26_and_exact_in_doubles() {
        for (prime, base) in MODULI {
            assert!(prime < 1 << 26 && base < prime);
            assert!((2..=8192).all(|divisor| prime % divisor != 0), "{prime} is no prime");
            assert!((prime - 1) * base + 255 < 1 << 53);
        }
    }

    #[test]
    fn member_order_and_blanks_do_not_matter_and_everything_else_does() {
        let one: Value =
            serde_json::from_str(r#"{"job_id": 1, "job_parameters": {"b": "ü", "a": "1"}}"#).expect("it is JSON");
        let two: Value =
            serde_json::from_str(r#"{"job_parameters":{"a":"1","b":"ü"},"job_id":1}"#).expect("it is JSON");
        let other: Value =
            serde_json::from_str(r#"{"job_parameters":{"a":"1","b":"u"},"job_id":1}"#).expect("it is JSON");
        assert_eq!(fingerprint(&one), fingerprint(&two));
        assert_ne!(fingerprint(&one), fingerprint(&other));
        assert_eq!(fingerprint(&one).len(), 28);
    }
}
