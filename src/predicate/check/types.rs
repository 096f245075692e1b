//! Which types can be compared, and as what: the outcome of Postgres' operator resolution for the types known here.

use crate::pg::PgType;
use crate::predicate::cast::{self, Coercion, Conversion, TO_COMPARE_DATE};

pub(super) use crate::predicate::cast::is_same as same;

/// How two types are compared.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) left: Conversion,
    pub(super) right: Conversion,
    /// As `bpchar`.
    pub(super) padded: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Int,
    Float,
    Numeric,
    Text,
    Bpchar,
    Date,
    Time,
    Timetz,
    Timestamp,
    Interval,
    /// Compared with its own kind alone.
    Other,
}

fn family(ty: &PgType) -> Family {
    match ty {
        PgType::Int2 | PgType::Int4 | PgType::Int8 => Family::Int,
        PgType::Float4 | PgType::Float8 => Family::Float,
        PgType::Numeric => Family::Numeric,
        PgType::Text | PgType::Varchar | PgType::Name => Family::Text,
        PgType::Bpchar => Family::Bpchar,
        PgType::Date => Family::Date,
        PgType::Time => Family::Time,
        PgType::Timetz => Family::Timetz,
        PgType::Timestamp | PgType::Timestamptz => Family::Timestamp,
        PgType::Interval => Family::Interval,
        _ => Family::Other,
    }
}

/// How `left` and `right`, both base types, are compared; `None` if no operator takes them.
pub(super) fn plan(left: &PgType, right: &PgType) -> Option<Plan> {
    use Conversion::{Pad, Relabel, Trim};
    let (l, r) = (family(left), family(right));
    let (left_as, right_as) = match (l, r) {
        (Family::Other, Family::Other) if same(left, right) => (Relabel, Relabel),
        (Family::Other, _) | (_, Family::Other) => return None,
        (l, r) if l == r => (Relabel, Relabel),
        (Family::Int, Family::Numeric) | (Family::Time, Family::Interval | Family::Timetz) => {
            (becoming(left, right)?, Relabel)
        }
        (Family::Numeric, Family::Int) | (Family::Interval | Family::Timetz, Family::Time) => {
            (Relabel, becoming(right, left)?)
        }
        (Family::Int | Family::Numeric, Family::Float) => (becoming(left, &PgType::Float8)?, Relabel),
        (Family::Float, Family::Int | Family::Numeric) => (Relabel, becoming(right, &PgType::Float8)?),
        // Two operators would do; the one with an exact operand wins, and of equals the one on text.
        (Family::Bpchar, Family::Text) if *right == PgType::Varchar => (Relabel, Pad),
        (Family::Text, Family::Bpchar) if *left == PgType::Varchar => (Pad, Relabel),
        (Family::Bpchar, Family::Text) => (Trim, Relabel),
        (Family::Text, Family::Bpchar) => (Relabel, Trim),
        (Family::Date, Family::Timestamp) => (TO_COMPARE_DATE, Relabel),
        (Family::Timestamp, Family::Date) => (Relabel, TO_COMPARE_DATE),
        _ => return None,
    };
    let is_padded = |family, how: &Conversion| matches!(how, Pad) || (family == Family::Bpchar && !matches!(how, Trim));
    let padded = is_padded(l, &left_as) && is_padded(r, &right_as);
    Some(Plan { left: left_as, right: right_as, padded })
}

/// How `from` becomes `to` by itself.
fn becoming(from: &PgType, to: &PgType) -> Option<Conversion> {
    match cast::implicit(from, to)? {
        Coercion::Here(how) => Some(how),
        Coercion::Elsewhere => None,
    }
}

/// What a literal of unknown type becomes beside `ty`.
pub(super) fn of_unknown_beside(ty: &PgType) -> PgType {
    match ty.base() {
        PgType::Varchar => PgType::Text,
        other => other.clone(),
    }
}

/// Whether `plan` after its conversions compares two values as constants of one type would be: then a constant may take
/// the type of the other side.
pub(super) fn is_int(ty: &PgType) -> bool {
    family(ty) == Family::Int
}

pub(super) fn is_text(ty: &PgType) -> bool {
    matches!(family(ty), Family::Text | Family::Bpchar)
}

/// The type that `ARRAY[..]` and `IN` find for elements of types `a` and then `b` (Postgres' rule for UNION): the first,
/// unless it can become the second without a cast and not the other way round. Types of one category alone.
pub(super) fn common(a: &PgType, b: &PgType) -> Option<PgType> {
    if same(a, b) {
        return Some(a.clone());
    }
    let preferred = |ty: &PgType| matches!(ty, PgType::Float8 | PgType::Text | PgType::Timestamptz | PgType::Interval);
    if kind(a)? != kind(b)? {
        return None;
    }
    let to_second = !preferred(a) && becomes(a, b) && !becomes(b, a);
    let taken = if to_second { b } else { a };
    Some(taken.clone())
}

fn kind(ty: &PgType) -> Option<u8> {
    match family(ty) {
        Family::Int | Family::Float | Family::Numeric => Some(b'N'),
        Family::Text | Family::Bpchar => Some(b'S'),
        // `time` is among them, but becomes none of the others but `timetz`.
        Family::Date | Family::Timestamp | Family::Time | Family::Timetz => Some(b'D'),
        Family::Interval => Some(b'T'),
        Family::Other => None,
    }
}

/// `pg_type.typcategory`
pub(super) fn category(ty: &PgType) -> u8 {
    use PgType::{
        Array, Bit, Bool, Bpchar, Char, Cidr, Date, Daterange, Float4, Float8, Inet, Int2, Int4, Int4range, Int8,
        Int8range, Interval, Money, Name, Numeric, Numrange, Oid, Text, Time, Timestamp, Timestamptz, Timetz, Tsrange,
        Tstzrange, Varbit, Varchar,
    };
    match ty {
        Bool => b'B',
        Int2 | Int4 | Int8 | Float4 | Float8 | Numeric | Oid | Money => b'N',
        Text | Varchar | Bpchar | Name => b'S',
        Date | Time | Timetz | Timestamp | Timestamptz => b'D',
        Interval => b'T',
        Array(_) => b'A',
        Inet | Cidr => b'I',
        Bit | Varbit => b'V',
        Char => b'Z',
        Int4range | Int8range | Numrange | Tsrange | Tstzrange | Daterange => b'R',
        other if other.enum_labels().is_some() => b'E',
        _ => b'U',
    }
}

/// `pg_type.typispreferred`
pub(super) fn is_preferred(ty: &PgType) -> bool {
    use PgType::{Bool, Float8, Inet, Interval, Oid, Text, Timestamptz, Varbit};
    matches!(ty, Bool | Float8 | Oid | Text | Timestamptz | Interval | Inet | Varbit)
}

/// Implicit casts within a category.
fn becomes(from: &PgType, to: &PgType) -> bool {
    let rank = |ty: &PgType| match ty {
        PgType::Int2 => 0,
        PgType::Int4 => 1,
        PgType::Int8 => 2,
        PgType::Numeric => 3,
        PgType::Float4 => 4,
        PgType::Float8 => 5,
        PgType::Date => 10,
        PgType::Timestamp => 11,
        PgType::Timestamptz => 12,
        _ => 20,
    };
    match (from, to) {
        (PgType::Time, PgType::Timetz) => true,
        (PgType::Time | PgType::Timetz, _)
        | (_, PgType::Time | PgType::Timetz)
        | (PgType::Name, PgType::Varchar | PgType::Bpchar) => false,
        (from, to) if is_text(from) && is_text(to) => true,
        (from, to) => rank(from) < rank(to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixed_numbers() {
        let numeric = plan(&PgType::Int4, &PgType::Numeric).unwrap();
        assert!(matches!((numeric.left, numeric.right), (Conversion::Run(PgType::Numeric, _), Conversion::Relabel)));
        let float = plan(&PgType::Float4, &PgType::Numeric).unwrap();
        assert!(matches!((float.left, float.right), (Conversion::Relabel, Conversion::Run(PgType::Float8, _))));
        assert!(plan(&PgType::Int4, &PgType::Text).is_none());
        assert!(plan(&PgType::Uuid, &PgType::Text).is_none());
    }

    #[test]
    fn blanks_count_when_bpchar_becomes_text() {
        assert!(plan(&PgType::Bpchar, &PgType::Bpchar).unwrap().padded);
        assert!(plan(&PgType::Bpchar, &PgType::Varchar).unwrap().padded);
        assert!(!plan(&PgType::Bpchar, &PgType::Text).unwrap().padded);
        assert!(!plan(&PgType::Varchar, &PgType::Text).unwrap().padded);
    }

    #[test]
    fn the_first_type_gives_way_to_a_wider_one() {
        assert_eq!(common(&PgType::Int4, &PgType::Numeric), Some(PgType::Numeric));
        assert_eq!(common(&PgType::Float4, &PgType::Numeric), Some(PgType::Float4));
        assert_eq!(common(&PgType::Date, &PgType::Timestamp), Some(PgType::Timestamp));
        assert_eq!(common(&PgType::Int4, &PgType::Text), None);
    }
}
