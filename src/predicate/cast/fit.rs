//! What the modifiers of a type do to a value that is cast to it: `varchar(3)`, `numeric(8, 2)`.

use crate::pg::PgType;
use crate::predicate::value::Numeric;
use crate::predicate::{EvalError, Value};

/// Longest `varchar(n)` (`MaxAttrSize`), and most digits of a `numeric(p, s)` (`NUMERIC_MAX_PRECISION`).
const MOST_CHARACTERS: usize = 10_485_760;
const MOST_DIGITS: i64 = 1000;

/// A type with modifiers, as far as they are known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::predicate) enum Fit {
    /// No more than so many characters.
    Varchar(usize),
    /// So many, with blanks at the end.
    Bpchar(usize),
    /// So many digits, of which so many after the point.
    Numeric { precision: i64, scale: i64 },
}

impl Fit {
    pub(super) fn new(ty: &PgType, modifiers: &[i32]) -> Option<Self> {
        let characters = |count: i32| usize::try_from(count).ok().filter(|count| (1..=MOST_CHARACTERS).contains(count));
        match (ty, modifiers) {
            (PgType::Varchar, [length]) => characters(*length).map(Self::Varchar),
            (PgType::Bpchar, [length]) => characters(*length).map(Self::Bpchar),
            (PgType::Numeric, [precision, rest @ ..]) => {
                let (precision, scale) = match rest {
                    [] => (i64::from(*precision), 0),
                    [scale] => (i64::from(*precision), i64::from(*scale)),
                    _ => return None,
                };
                // Newer servers know other scales.
                let is_known = (1..=MOST_DIGITS).contains(&precision) && (0..=precision).contains(&scale);
                is_known.then_some(Self::Numeric { precision, scale })
            }
            _ => None,
        }
    }

    /// As they are written after the type's name.
    pub(in crate::predicate) fn modifiers(self) -> String {
        match self {
            Self::Varchar(length) | Self::Bpchar(length) => format!("({length})"),
            Self::Numeric { precision, scale } => format!("({precision}, {scale})"),
        }
    }

    /// The value made to fit; texts are cut where a cast is written.
    pub(super) fn apply(self, value: &Value) -> Result<Value, EvalError> {
        match (self, value) {
            (Self::Varchar(length), Value::Text(text)) => Ok(Value::Text(cut(text, length).into())),
            (Self::Bpchar(length), Value::Text(text)) => {
                Ok(Value::Text(format!("{:length$}", cut(text, length)).into()))
            }
            (Self::Numeric { precision, scale }, Value::Numeric(number)) => {
                number_of(number, precision, scale).map(Value::Numeric)
            }
            _ => Err(super::number::MISMATCH),
        }
    }
}

fn cut(text: &str, length: usize) -> &str {
    text.char_indices().nth(length).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

fn number_of(number: &Numeric, precision: i64, scale: i64) -> Result<Numeric, EvalError> {
    const OVERFLOW: EvalError = EvalError::Refused("numeric field overflow");
    if number.sign().is_some() && !number.is_finite() {
        return Err(OVERFLOW);
    }
    let rounded = number.rounded(scale).map_err(|_| OVERFLOW)?;
    if rounded.is_longer_than(precision - scale) { Err(OVERFLOW) } else { Ok(rounded) }
}
