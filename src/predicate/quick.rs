//! The commonest condition, a column against a constant, without building operands: the evaluator's fast lane.

use std::cmp::Ordering;

use super::term::{ColumnRef, Compare, Reader, Term};
use super::{EvalError, Row, Value};

/// The outcome of a lane that may not be open.
pub(super) enum Lane {
    /// Decided: how the column's value stands to the constant, `None` if either is NULL.
    Order(Option<Ordering>),
    /// Take the long way.
    Closed,
}

/// Compares the column of `compare` with its constant.
///
/// # Errors
/// The text is none of the column's type.
#[inline]
pub(super) fn order(compare: &Compare, row: &impl Row) -> Result<Lane, EvalError> {
    let (Term::Column(column), Term::Constant(constant)) = (&compare.left, &compare.right) else {
        return Ok(Lane::Closed);
    };
    let Some(value) = &constant.value else { return Ok(Lane::Closed) };
    let Some(text) = row.text(column.position) else { return Ok(Lane::Order(None)) };
    let order = match (&column.reader, value) {
        (Reader::Int, Value::Int(value)) => integer(text).ok_or_else(|| invalid(column))?.cmp(value),
        (Reader::Text, Value::Text(value)) if !compare.padded => text.cmp(value.as_bytes()),
        // Postgres prints them all alike, and the texts are in the order of the values.
        (Reader::Uuid, Value::Uuid(_)) => text.cmp(constant.text.as_deref().unwrap_or_default().as_bytes()),
        _ => return Ok(Lane::Closed),
    };
    Ok(Lane::Order(Some(order)))
}

pub(super) fn invalid(column: &ColumnRef) -> EvalError {
    EvalError::InvalidValue { column: column.position }
}

/// An integer as Postgres prints it.
pub(super) fn integer(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    // No more digits than an i64 has: then a u64 does not overflow.
    if digits.is_empty() || digits.len() > 19 {
        return None;
    }
    let mut value = 0u64;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
    }
    if negative { 0i64.checked_sub_unsigned(value) } else { i64::try_from(value).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_to_the_limits() {
        for value in [0, 7, -7, i64::MAX, i64::MIN] {
            assert_eq!(integer(value.to_string().as_bytes()), Some(value));
        }
        for text in ["", "-", "x", "1.0", " 1", "9223372036854775808", "-9223372036854775809", "10000000000000000000"] {
            assert_eq!(integer(text.as_bytes()), None, "{text}");
        }
    }
}
