//! What the modifiers of a type do to a value that is cast to it: `varchar(3)`, `numeric(8, 2)`, `timestamp(0)`.

use crate::pg::PgType;
use crate::predicate::value::{Numeric, Timetz, is_timestamp};
use crate::predicate::{EvalError, Value};

/// Longest `varchar(n)` (`MaxAttrSize`), and most digits of a `numeric(p, s)` (`NUMERIC_MAX_PRECISION`).
const MOST_CHARACTERS: usize = 10_485_760;
const MOST_DIGITS: i64 = 1000;
/// Digits of seconds that are kept (`MAX_TIMESTAMP_PRECISION`).
const SECOND_DIGITS: u32 = 6;

/// A type with modifiers, as far as they are known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::predicate) enum Fit {
    /// No more than so many characters.
    Varchar(usize),
    /// So many, with blanks at the end.
    Bpchar(usize),
    /// So many digits, of which so many after the point.
    Numeric { precision: i64, scale: i64 },
    /// Seconds of so many digits after the point.
    Seconds(u32),
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
            (PgType::Time | PgType::Timetz | PgType::Timestamp | PgType::Timestamptz, [digits]) => {
                // More mean six, with a warning.
                u32::try_from(*digits).ok().filter(|digits| *digits <= SECOND_DIGITS).map(Self::Seconds)
            }
            _ => None,
        }
    }

    /// As they are written after the type's name.
    pub(in crate::predicate) fn modifiers(self) -> String {
        match self {
            Self::Varchar(length) | Self::Bpchar(length) => format!("({length})"),
            Self::Numeric { precision, scale } => format!("({precision}, {scale})"),
            Self::Seconds(digits) => format!("({digits})"),
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
            (Self::Seconds(digits), Value::Time(micros)) => Ok(Value::Time(rounded(*micros, digits))),
            (Self::Seconds(digits), Value::Timetz(time)) => {
                Ok(Value::Timetz(Timetz { micros: rounded(time.micros, digits), ..*time }))
            }
            (Self::Seconds(_), Value::Timestamp(i64::MIN | i64::MAX)) => Ok(value.clone()),
            (Self::Seconds(digits), Value::Timestamp(micros)) => {
                let rounded = rounded(*micros, digits);
                // What comes last is rounded out of range by Postgres.
                let is_known = is_timestamp(rounded);
                is_known.then_some(Value::Timestamp(rounded)).ok_or(EvalError::Refused("timestamp out of range"))
            }
            _ => Err(super::number::MISMATCH),
        }
    }
}

/// Half away from midnight, or from the year 2000.
fn rounded(micros: i64, digits: u32) -> i64 {
    let unit = 10i64.pow(SECOND_DIGITS.saturating_sub(digits));
    micros.signum() * ((micros.abs() + unit / 2) / unit * unit)
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
