//! How values are printed: the same in snapshots and on the stream, so that equal values are equal text.

/// Settings that decide on the text of values (specification, section 3.5).
/// `lc_monetary` is ours: the text of `money` could not be read back, nor a filter's written, under an unknown locale.
const DISPLAY: [(&str, &str); 6] = [
    ("bytea_output", "hex"),
    ("DateStyle", "ISO, DMY"),
    ("TimeZone", "UTC"),
    ("extra_float_digits", "1"),
    ("IntervalStyle", "iso_8601"),
    ("lc_monetary", "C"),
];

/// Statements that set them: `how` is `SET` for a session of ours, `SET LOCAL` for a transaction.
pub(super) fn display(how: &str) -> String {
    DISPLAY.map(|(name, value)| format!("{how} {name} = '{value}'; ")).concat()
}

/// Statements that keep the server from ending the session or transaction in the middle of its work.
pub(super) fn no_timeouts(how: &str) -> String {
    let is_local = how != "SET";
    let known = ["statement_timeout", "idle_in_transaction_session_timeout"];
    let known = known.map(|name| format!("{how} {name} = 0; ")).concat();
    // Servers before 17 do not know it.
    let newer = format!(
        "SELECT set_config('transaction_timeout', '0', {is_local}) \
         WHERE current_setting('transaction_timeout', true) IS NOT NULL; "
    );
    format!("{known}{newer}")
}
