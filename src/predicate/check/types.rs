//! Which types can be compared, and as what: the outcome of Postgres' operator resolution for the types known here.

use crate::pg::PgType;
use crate::predicate::term::Conversion;

/// How two types are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    use Conversion::{
        DateToTimestamp, IntToFloat, IntToNumeric, NumericToFloat, Pad, Relabel, TimeToInterval, TimeToTimetz, Trim,
    };
    let (l, r) = (family(left), family(right));
    let (left_as, right_as) = match (l, r) {
        (Family::Other, Family::Other) if same(left, right) => (Relabel, Relabel),
        (Family::Other, _) | (_, Family::Other) => return None,
        (l, r) if l == r => (Relabel, Relabel),
        (Family::Int, Family::Numeric) => (IntToNumeric, Relabel),
        (Family::Numeric, Family::Int) => (Relabel, IntToNumeric),
        (Family::Int, Family::Float) => (IntToFloat, Relabel),
        (Family::Float, Family::Int) => (Relabel, IntToFloat),
        (Family::Numeric, Family::Float) => (NumericToFloat, Relabel),
        (Family::Float, Family::Numeric) => (Relabel, NumericToFloat),
        // Two operators would do; the one with an exact operand wins, and of equals the one on text.
        (Family::Bpchar, Family::Text) if *right == PgType::Varchar => (Relabel, Pad),
        (Family::Text, Family::Bpchar) if *left == PgType::Varchar => (Pad, Relabel),
        (Family::Bpchar, Family::Text) => (Trim, Relabel),
        (Family::Text, Family::Bpchar) => (Relabel, Trim),
        (Family::Date, Family::Timestamp) => (DateToTimestamp, Relabel),
        (Family::Timestamp, Family::Date) => (Relabel, DateToTimestamp),
        (Family::Time, Family::Timetz) => (TimeToTimetz, Relabel),
        (Family::Timetz, Family::Time) => (Relabel, TimeToTimetz),
        (Family::Time, Family::Interval) => (TimeToInterval, Relabel),
        (Family::Interval, Family::Time) => (Relabel, TimeToInterval),
        _ => return None,
    };
    let padded = [(l, left_as), (r, right_as)]
        .iter()
        .all(|(family, how)| *how == Pad || (*family == Family::Bpchar && *how != Trim));
    Some(Plan { left: left_as, right: right_as, padded })
}

/// Whether two types are one, but for domains.
pub(super) fn same(left: &PgType, right: &PgType) -> bool {
    match (left.base(), right.base()) {
        (PgType::Array(left), PgType::Array(right)) => same(left, right),
        (left, right) => left == right,
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

/// The type after a conversion.
pub(super) fn converted(ty: &PgType, how: Conversion) -> PgType {
    match how {
        Conversion::Relabel if family(ty) == Family::Text => PgType::Text,
        Conversion::Relabel => ty.clone(),
        Conversion::Trim | Conversion::EnumToText => PgType::Text,
        Conversion::Pad => PgType::Bpchar,
        Conversion::IntToNumeric => PgType::Numeric,
        Conversion::IntToFloat | Conversion::NumericToFloat => PgType::Float8,
        Conversion::DateToTimestamp => PgType::Timestamp,
        Conversion::TimeToInterval => PgType::Interval,
        Conversion::TimeToTimetz => PgType::Timetz,
    }
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

/// How a value of one type is taken for another where no cast is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coercion {
    Here(Conversion),
    /// Only Postgres can.
    Elsewhere,
}

/// The implicit cast from `from` to `to` (`pg_cast`), if there is one.
pub(super) fn coercion(from: &PgType, to: &PgType) -> Option<Coercion> {
    use PgType::{
        Bpchar, Cidr, Date, Float4, Float8, Inet, Int2, Int4, Int8, Interval, Macaddr, Macaddr8, Name, Numeric, Oid,
        Text, Time, Timestamp, Timestamptz, Timetz, Varbit, Varchar,
    };
    if same(from, to) {
        return Some(Coercion::Here(Conversion::Relabel));
    }
    Some(Coercion::Here(match (from, to) {
        (Int2, Int4 | Int8)
        | (Int4, Int8)
        | (Float4, Float8)
        | (Text | Varchar | Name, Text)
        | (Text, Varchar)
        | (Timestamp, Timestamptz) => Conversion::Relabel,
        (Text | Varchar, Bpchar) => Conversion::Pad,
        (Bpchar, Text | Varchar) => Conversion::Trim,
        (Int2 | Int4 | Int8, Numeric) => Conversion::IntToNumeric,
        (Int2 | Int4 | Int8, Float8) => Conversion::IntToFloat,
        (Numeric, Float8) => Conversion::NumericToFloat,
        (Date, Timestamp | Timestamptz) => Conversion::DateToTimestamp,
        (Time, Interval) => Conversion::TimeToInterval,
        (Time, Timetz) => Conversion::TimeToTimetz,
        (Int2 | Int4 | Int8 | Numeric, Float4)
        | (Int2 | Int4 | Int8, Oid)
        | (Text | Varchar | Bpchar, Name)
        | (Cidr, Inet)
        | (Macaddr, Macaddr8)
        | (PgType::Bit, Varbit)
        | (Varbit, PgType::Bit) => return Some(Coercion::Elsewhere),
        (PgType::Array(from), PgType::Array(to)) => {
            return coercion(from.base(), to.base()).map(|_| Coercion::Elsewhere);
        }
        _ => return None,
    }))
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
        assert_eq!((numeric.left, numeric.right), (Conversion::IntToNumeric, Conversion::Relabel));
        let float = plan(&PgType::Float4, &PgType::Numeric).unwrap();
        assert_eq!((float.left, float.right), (Conversion::Relabel, Conversion::NumericToFloat));
        assert_eq!(plan(&PgType::Int4, &PgType::Text), None);
        assert_eq!(plan(&PgType::Uuid, &PgType::Text), None);
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
