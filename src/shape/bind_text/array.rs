//! Arrays.

use super::reader::Reader;
use super::{Fault, scalar_text, text};
use crate::pg::{PgType, push_array_element};

/// An array in its binary form; of a type that only the catalog knows if `element` is not given.
///
/// Diesel writes arrays of one dimension; others have no counterpart in it.
pub(super) fn array_text(element: Option<&PgType>, bytes: &[u8]) -> Result<String, Fault> {
    let mut reader = Reader::new(bytes);
    let (dimensions, _has_nulls, oid) = (reader.i32()?, reader.i32()?, reader.u32()?);
    if element.is_some_and(|element| element.oid() != Some(oid)) {
        return Err(Fault::Malformed);
    }
    let (length, first) = match dimensions {
        0 => (0, 1),
        1 => (reader.i32()?, reader.i32()?),
        _ => return Err(Fault::Unsupported),
    };
    if length < 0 {
        return Err(Fault::Malformed);
    }
    let mut elements = Vec::new();
    for _ in 0..length {
        let value = reader.sized()?.map(|bytes| match element {
            Some(element) => scalar_text(element, bytes),
            None => text::plain(bytes),
        });
        elements.push(value.transpose()?);
    }
    reader.end()?;
    let literal = array_literal(elements.into_iter());
    Ok(match (first, first.checked_add(length)) {
        _ if length == 0 => literal,
        (1, _) => literal,
        (first, Some(end)) => format!("[{first}:{}]={literal}", end - 1),
        (_, None) => return Err(Fault::OutOfRange),
    })
}

/// The text of a one-dimensional array whose elements have these texts.
pub fn array_literal(elements: impl Iterator<Item = Option<String>>) -> String {
    let mut text = String::from("{");
    for (position, element) in elements.enumerate() {
        if position > 0 {
            text.push(',');
        }
        match element {
            None => text.push_str("NULL"),
            Some(element) => push_array_element(&element, &mut text),
        }
    }
    text.push('}');
    text
}
