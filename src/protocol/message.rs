//! Control messages (section 5).

use crate::pg::Lsn;

/// The body of every answer that sends the client back to the start.
pub const MUST_REFETCH: &str = r#"[{"headers":{"control":"must-refetch"}}]"#;

/// The message that ends what is up to date; `seen` is the position up to which the client has now seen all changes.
pub fn up_to_date(seen: Lsn) -> String {
    format!(r#"{{"headers":{{"control":"up-to-date","global_last_seen_lsn":"{}"}}}}"#, seen.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_decimal_text() {
        let message: serde_json::Value = serde_json::from_str(&up_to_date(Lsn(1 << 63))).unwrap();
        assert_eq!(message["headers"]["global_last_seen_lsn"], "9223372036854775808");
        assert_eq!(message["headers"]["control"], "up-to-date");
    }
}
