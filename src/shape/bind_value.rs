//! Values for the `$n` of a hand-written filter.

use super::bind_text::array_literal;

/// What [`Shape::bind`](super::Shape::bind) takes: integers, floats, booleans and text, `Option` of these for NULL, and
/// vectors, arrays and slices of all that for Postgres' arrays. Every other value goes as its Postgres text, such as a
/// UUID's.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be bound to a hand-written filter",
    label = "has no obvious text in Postgres",
    note = "bind its Postgres text instead: `.bind(value.to_string())`"
)]
pub trait BindValue {
    /// Its text in Postgres, `None` for NULL.
    #[doc(hidden)]
    fn into_text(self) -> Option<String>;
}

/// What can be an element of an array, which an array cannot.
pub trait Element {
    /// As in [`BindValue`].
    fn element_text(self) -> Option<String>;
}

impl<T: Element> BindValue for T {
    fn into_text(self) -> Option<String> {
        self.element_text()
    }
}

impl<T: Element> BindValue for Vec<T> {
    fn into_text(self) -> Option<String> {
        Some(array_literal(self.into_iter().map(Element::element_text)))
    }
}

impl<T: Element, const N: usize> BindValue for [T; N] {
    fn into_text(self) -> Option<String> {
        Some(array_literal(self.into_iter().map(Element::element_text)))
    }
}

impl<T: Element + Clone> BindValue for &[T] {
    fn into_text(self) -> Option<String> {
        Some(array_literal(self.iter().cloned().map(Element::element_text)))
    }
}

impl<T: Element> Element for Option<T> {
    fn element_text(self) -> Option<String> {
        self.and_then(Element::element_text)
    }
}

/// Types that Postgres reads as Rust shows them.
macro_rules! shown_alike {
    ($($ty:ty)*) => {$(
        impl Element for $ty {
            fn element_text(self) -> Option<String> {
                Some(self.to_string())
            }
        }
    )*};
}

shown_alike!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize bool String &String &str char);

impl Element for f64 {
    fn element_text(self) -> Option<String> {
        Some(match self {
            f64::INFINITY => "Infinity".into(),
            f64::NEG_INFINITY => "-Infinity".into(),
            // The shortest text that is read back as the same number, with an exponent where it would be long.
            finite => format!("{finite:?}"),
        })
    }
}

impl Element for f32 {
    fn element_text(self) -> Option<String> {
        // Not by way of f64, which has other digits: 0.1 is 0.10000000149011612.
        if self.is_finite() { Some(format!("{self:?}")) } else { f64::from(self).element_text() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_postgres_reads_them() {
        for (written, text) in [
            (7_i64.into_text(), "7"),
            ((-1_i8).into_text(), "-1"),
            (true.into_text(), "true"),
            ("it's".into_text(), "it's"),
            (0.1_f32.into_text(), "0.1"),
            (1.5e300.into_text(), "1.5e300"),
            (f64::NAN.into_text(), "NaN"),
            (f32::NEG_INFINITY.into_text(), "-Infinity"),
            (vec![1, 2].into_text(), "{1,2}"),
            ([Some("a b"), None, Some("NULL"), Some("")].into_text(), r#"{"a b",NULL,"NULL",""}"#),
            (["a\"b".to_owned(), "c\\d".to_owned()].as_slice().into_text(), r#"{"a\"b","c\\d"}"#),
            (Vec::<i32>::new().into_text(), "{}"),
        ] {
            assert_eq!(written.as_deref(), Some(text));
        }
        assert_eq!(None::<i32>.into_text(), None);
    }
}
