//! Casts: a catalog in the manner of Postgres' own, `pg_cast`, and the casts that go by way of text.
//!
//! Callers: the checker, which finds here whether a value becomes one of another type, by itself ([`implicit`]) or where it
//! is written ([`explicit`]), and how; the evaluator, which [applies](Conversion::apply) it. A file per family of types;
//! of pairs of types that are known here the catalog has all of Postgres' casts, those that only Postgres can evaluate
//! without a [`Conversion`].

mod date;
mod elsewhere;
mod fit;
mod number;
#[cfg(test)]
#[cfg(feature = "embedded")]
mod tests;
mod text;

pub(super) use date::{TO_COMPARE_DATE, called};

use std::sync::Arc;

use fit::Fit;

use super::{EvalError, Value};
use crate::pg::PgType;

/// A cast of `pg_cast`.
#[derive(Debug)]
pub(super) struct Cast {
    from: PgType,
    to: PgType,
    context: Context,
    /// `None`: only Postgres can.
    how: Option<Conversion>,
}

/// Where Postgres casts without being told to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Context {
    /// Everywhere.
    Implicit,
    /// In statements that write, never in a filter.
    Assignment,
    Explicit,
}

/// How a value becomes one of another type. NULL stays NULL.
#[derive(Clone, Debug)]
pub(super) enum Conversion {
    /// Represented alike.
    Relabel,
    /// `bpchar` to another text type: trailing blanks go.
    Trim,
    /// Another text type to `bpchar`: trailing blanks cease to count.
    Pad,
    /// Computed; the type that it gives.
    Run(PgType, Run),
    /// A value of this type is read from its text.
    Read(PgType),
    /// The text of a value of this type.
    Print(PgType),
    /// Made to fit the modifiers of its type.
    Fit(Fit),
    /// Each element of an array, which is then of this type.
    Elements(Arc<(PgType, Conversion)>),
}

/// Computes a value of another type.
pub(super) type Run = fn(&Value) -> Result<Value, EvalError>;

/// What becomes of a value where no cast is written.
#[derive(Clone, Debug)]
pub(super) enum Coercion {
    Here(Conversion),
    /// Only Postgres can.
    Elsewhere,
}

/// A cast of the catalog: `cast!(Int4 => Int8, Implicit, as Relabel)`, or with a [`Run`] for last. Without it only Postgres
/// can.
macro_rules! cast {
    ($from:ident => $to:ident, $context:ident $(,)?) => {
        $crate::predicate::cast::cast!(@ $from, $to, $context, None)
    };
    ($from:ident => $to:ident, $context:ident, as $how:ident) => {
        $crate::predicate::cast::cast!(@ $from, $to, $context, Some($crate::predicate::cast::Conversion::$how))
    };
    ($from:ident => $to:ident, $context:ident, $run:expr) => {
        $crate::predicate::cast::cast!(@ $from, $to, $context,
            Some($crate::predicate::cast::Conversion::Run($crate::pg::PgType::$to, $run)))
    };
    (@ $from:ident, $to:ident, $context:ident, $how:expr) => {
        $crate::predicate::cast::Cast {
            from: $crate::pg::PgType::$from,
            to: $crate::pg::PgType::$to,
            context: $crate::predicate::cast::Context::$context,
            how: $how,
        }
    };
}

use cast;

/// Every family.
static FAMILIES: &[&[Cast]] = &[date::CASTS, elsewhere::CASTS, number::CASTS, text::CASTS];

fn find(from: &PgType, to: &PgType) -> Option<&'static Cast> {
    FAMILIES.iter().copied().flatten().find(|cast| cast.from == *from && cast.to == *to)
}

/// The cast from `from` to `to` that needs not be written, if there is one. Neither is a domain.
pub(super) fn implicit(from: &PgType, to: &PgType) -> Option<Coercion> {
    if is_same(from, to) {
        return Some(Coercion::Here(Conversion::Relabel));
    }
    if let (PgType::Array(from), PgType::Array(to)) = (from, to) {
        return Some(match implicit(from.base(), to.base())? {
            Coercion::Here(how) => elements(to.base(), how).map_or(Coercion::Elsewhere, Coercion::Here),
            Coercion::Elsewhere => Coercion::Elsewhere,
        });
    }
    let cast = find(from, to).filter(|cast| cast.context == Context::Implicit)?;
    Some(cast.how.clone().map_or(Coercion::Elsewhere, Coercion::Here))
}

/// The cast from `from` to `to` that is written; `None` if there is none, or if only Postgres can. Neither is a domain.
pub(super) fn explicit(from: &PgType, to: &PgType) -> Option<Conversion> {
    if is_same(from, to) {
        return Some(Conversion::Relabel);
    }
    if let Some(cast) = find(from, to) {
        return cast.how.clone();
    }
    match (from, to) {
        (PgType::Array(from), PgType::Array(to)) => elements(to.base(), explicit(from.base(), to.base())?),
        (from, to) => text::by_text(from, to),
    }
}

/// What the modifiers of `ty` do; `None` if only Postgres knows.
pub(super) fn fitting(ty: &PgType, modifiers: &[i32]) -> Option<Conversion> {
    match ty {
        PgType::Array(element) => elements(element, fitting(element, modifiers)?),
        ty => Fit::new(ty, modifiers).map(Conversion::Fit),
    }
}

/// What `how` makes of arrays, whose elements are then of type `to`.
fn elements(to: &PgType, how: Conversion) -> Option<Conversion> {
    match how {
        // Elements of `bpchar` have no blanks at their end.
        Conversion::Relabel | Conversion::Trim => Some(Conversion::Relabel),
        Conversion::Pad | Conversion::Print(_) | Conversion::Fit(_) if *to == PgType::Bpchar => None,
        how => Some(Conversion::Elements(Arc::new((PgType::Array(to.clone().into()), how)))),
    }
}

/// Whether two types are one, but for domains.
pub(super) fn is_same(left: &PgType, right: &PgType) -> bool {
    match (left.base(), right.base()) {
        (PgType::Array(left), PgType::Array(right)) => is_same(left, right),
        (left, right) => left == right,
    }
}

impl Conversion {
    /// Whether nothing happens.
    pub(super) fn is_relabel(&self) -> bool {
        matches!(self, Self::Relabel)
    }

    /// The modifiers that it fits values to, as they are written.
    pub(super) fn modifiers(&self) -> Option<String> {
        match self {
            Self::Fit(fit) => Some(fit.modifiers()),
            Self::Elements(elements) => elements.1.modifiers(),
            _ => None,
        }
    }

    /// Whether equality and order before it are those after it. `bpchar` loses its blanks in a [`Value`] too.
    pub(super) fn is_alike(&self) -> bool {
        matches!(self, Self::Relabel | Self::Trim)
    }

    /// The type that it makes of `from`; alike types are not told apart.
    pub(super) fn result(&self, from: &PgType) -> PgType {
        match self {
            Self::Relabel if matches!(from, PgType::Varchar | PgType::Name) => PgType::Text,
            Self::Relabel | Self::Fit(_) => from.clone(),
            Self::Trim | Self::Print(_) => PgType::Text,
            Self::Pad => PgType::Bpchar,
            Self::Run(ty, _) | Self::Read(ty) => ty.clone(),
            Self::Elements(elements) => elements.0.clone(),
        }
    }

    /// The value as one of the other type.
    pub(super) fn apply(&self, value: &Value) -> Result<Value, EvalError> {
        match (self, value) {
            (Self::Run(_, run), value) => run(value),
            (Self::Fit(fit), value) => fit.apply(value),
            // To `bpchar` too: a `Value` of it has no blanks at its end.
            (Self::Trim | Self::Pad, Value::Text(text)) => Ok(Value::Text(text.trim_end_matches(' ').into())),
            (Self::Read(ty), Value::Text(text)) => text::read(text, ty),
            (Self::Print(ty), value) => Ok(Value::Text(value.print(ty).into())),
            (Self::Elements(elements), Value::Array(array)) => {
                Ok(Value::Array(Box::new(array.map(|element| elements.1.apply(element))?)))
            }
            (Self::Relabel | Self::Trim | Self::Pad | Self::Read(_) | Self::Elements(_), same) => Ok(same.clone()),
        }
    }

    /// The same of a text, which is not copied first.
    pub(super) fn apply_to_text(&self, text: &str) -> Result<Value, EvalError> {
        match self {
            Self::Read(ty) => text::read(text, ty),
            other => other.apply(&Value::Text(text.into())),
        }
    }
}
