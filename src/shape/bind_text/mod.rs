//! The values of a Diesel query as text: from Postgres' binary form, which Diesel writes, to what Postgres prints.
//!
//! "Prints" is what `COPY (SELECT ..) TO STDOUT` does under the display settings of a snapshot: `bytea_output` hex,
//! `DateStyle` ISO, `TimeZone` UTC, `extra_float_digits` 1, `IntervalStyle` `iso_8601`, `lc_monetary` C. A module per
//! family of types; each follows the `*_recv` and `*_out` functions of the Postgres source. Pure, and never panics on
//! any bytes. Errors never tell a value.

mod array;
mod date_time;
mod float;
mod interval;
mod jsonb;
mod money;
mod network;
mod numeric;
mod range;
mod reader;
mod text;

pub use array::array_literal;

use self::reader::Reader;
use super::BindError;
use crate::pg::PgType;
use crate::predicate::BindType;

/// `pg_lsn`, which no column of a shape needs to know but Diesel does.
const PG_LSN: u32 = 3220;

/// What is wrong with a value, before its type is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// Not the binary form of the type.
    Malformed,
    /// A value that Postgres refuses.
    OutOfRange,
    /// A type without a text form here.
    Unsupported,
}

/// The text of a value of this type.
///
/// A type that only the catalog knows is taken to have its text as binary form, which is so for enums and for domains
/// over text.
pub(super) fn bind_text(ty: &BindType, bytes: &[u8]) -> Result<String, BindError> {
    let text = match ty {
        BindType::Oid(PG_LSN) => log_position(bytes),
        BindType::Oid(oid) => match PgType::from_oid(*oid) {
            Some(ty) => scalar_text(&ty, bytes),
            None => Err(Fault::Unsupported),
        },
        BindType::Named { array: true, .. } => array::array_text(None, bytes),
        BindType::Named { array: false, .. } | BindType::Unknown => text::plain(bytes),
    };
    text.map_err(|fault| match fault {
        Fault::Malformed => BindError::Malformed(name(ty)),
        Fault::OutOfRange => BindError::OutOfRange(name(ty)),
        Fault::Unsupported => BindError::Type(name(ty)),
    })
}

/// The name of a type, for messages.
fn name(ty: &BindType) -> String {
    let built_in = |oid: u32| match oid {
        PG_LSN => "pg_lsn".into(),
        2249 => "record".into(),
        4451 => "int4multirange".into(),
        4532 => "nummultirange".into(),
        4533 => "tsmultirange".into(),
        4534 => "tstzmultirange".into(),
        4535 => "datemultirange".into(),
        4536 => "int8multirange".into(),
        _ => PgType::from_oid(oid).map_or_else(|| format!("with OID {oid}"), |ty| ty.to_string()),
    };
    match ty {
        BindType::Unknown => "unknown".into(),
        BindType::Oid(oid) => built_in(*oid),
        BindType::Named { schema, name, array } => {
            let (schema, dot) = schema.as_deref().map_or(("", ""), |schema| (schema, "."));
            format!("{schema}{dot}{name}{}", if *array { "[]" } else { "" })
        }
    }
}

/// The text of a value of a built-in type, or array of one.
fn scalar_text(ty: &PgType, bytes: &[u8]) -> Result<String, Fault> {
    match ty {
        PgType::Bool => number(bytes, |reader| Ok(if reader.u8()? == 0 { "f" } else { "t" }.into())),
        PgType::Int2 => number(bytes, |reader| Ok(reader.i16()?.to_string())),
        PgType::Int4 => number(bytes, |reader| Ok(reader.i32()?.to_string())),
        PgType::Int8 => number(bytes, |reader| Ok(reader.i64()?.to_string())),
        PgType::Oid => number(bytes, |reader| Ok(reader.u32()?.to_string())),
        PgType::Float4 => number(bytes, |reader| Ok(float::float4(f32::from_bits(reader.u32()?)))),
        PgType::Float8 => number(bytes, |reader| Ok(float::float8(f64::from_bits(reader.u64()?)))),
        PgType::Money => number(bytes, |reader| Ok(money::money(reader.i64()?))),
        PgType::Date => number(bytes, |reader| date_time::date(reader.i32()?)),
        PgType::Time => number(bytes, |reader| date_time::time(reader.i64()?)),
        PgType::Timestamp => number(bytes, |reader| date_time::timestamp(reader.i64()?, "")),
        PgType::Timestamptz => number(bytes, |reader| date_time::timestamp(reader.i64()?, "+00")),
        PgType::Interval => number(bytes, interval::interval),
        PgType::Numeric => numeric::numeric(bytes),
        PgType::Text | PgType::Varchar | PgType::Bpchar | PgType::Name | PgType::Json => text::plain(bytes),
        PgType::Char => text::char(bytes),
        PgType::Bytea => Ok(text::bytea(bytes)),
        PgType::Uuid => text::uuid(bytes),
        PgType::Jsonb => jsonb::jsonb(bytes),
        PgType::Inet => network::inet(bytes),
        PgType::Cidr => network::cidr(bytes),
        PgType::Macaddr => network::mac_address(bytes, 6),
        PgType::Macaddr8 => network::mac_address(bytes, 8),
        PgType::Int4range => range::range(range::Of::Int4, bytes),
        PgType::Int8range => range::range(range::Of::Int8, bytes),
        PgType::Daterange => range::range(range::Of::Date, bytes),
        PgType::Tsrange => range::range(range::Of::Timestamp, bytes),
        PgType::Tstzrange => range::range(range::Of::Timestamptz, bytes),
        PgType::Numrange => range::range(range::Of::Numeric, bytes),
        PgType::Array(element) => array::array_text(Some(element), bytes),
        PgType::Xml | PgType::Timetz | PgType::Bit | PgType::Varbit | PgType::Custom(_) => Err(Fault::Unsupported),
    }
}

/// A value of fixed size, which must be all there is.
fn number(bytes: &[u8], read: impl FnOnce(&mut Reader<'_>) -> Result<String, Fault>) -> Result<String, Fault> {
    let mut reader = Reader::new(bytes);
    let text = read(&mut reader)?;
    reader.end()?;
    Ok(text)
}

/// `pg_lsn`.
fn log_position(bytes: &[u8]) -> Result<String, Fault> {
    number(bytes, |reader| Ok(format!("{:X}/{:X}", reader.u32()?, reader.u32()?)))
}

#[cfg(test)]
mod tests;
