//! Types that only the catalog knows, while there is none to ask.

use diesel::pg::{PgMetadataLookup, PgTypeMetadata};

use crate::pg::PgType;
use crate::predicate::BindType;

/// Where the stand-ins for unknown OIDs begin: Postgres counts OIDs up from 16384 and has never been seen here.
const FIRST: u32 = 0xFFFF_0000;

/// Hands out stand-ins for the OIDs of types that Diesel looks up by name, and remembers which name each is for.
#[derive(Debug, Default)]
pub(super) struct RecordingLookup {
    /// Schema and name; the n-th has the OIDs `FIRST + 2n`, and one more as an array.
    names: Vec<(Option<String>, String)>,
}

impl PgMetadataLookup for RecordingLookup {
    fn lookup_type(&mut self, type_name: &str, schema: Option<&str>) -> PgTypeMetadata {
        // A built-in type, though Diesel was given its name. Its values are not text in binary form.
        if let (None | Some("pg_catalog"), Some(ty)) = (schema, PgType::from_name(type_name))
            && let (Some(oid), Some(array)) = (ty.oid(), PgType::Array(ty.into()).oid())
        {
            return PgTypeMetadata::new(oid, array);
        }
        let is_it = |(s, n): &(Option<String>, String)| s.as_deref() == schema && n == type_name;
        let position = self.names.iter().position(is_it).unwrap_or_else(|| {
            self.names.push((schema.map(str::to_owned), type_name.to_owned()));
            self.names.len() - 1
        });
        // 32,768 names fit; a query has no more than 65,535 binds, of few types.
        let oid = u32::try_from(position).unwrap_or(u32::MAX).saturating_mul(2).saturating_add(FIRST);
        PgTypeMetadata::new(oid, oid.saturating_add(1))
    }
}

impl RecordingLookup {
    /// The type with this OID, which may be a stand-in.
    pub(super) fn resolve(&self, oid: u32) -> BindType {
        let named = oid.checked_sub(FIRST).and_then(|n| Some((n, self.names.get(usize::try_from(n / 2).ok()?)?)));
        match named {
            Some((n, (schema, name))) => {
                BindType::Named { schema: schema.clone(), name: name.clone(), array: n % 2 == 1 }
            }
            None => BindType::Oid(oid),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(schema: Option<&str>, name: &str, array: bool) -> BindType {
        BindType::Named { schema: schema.map(str::to_owned), name: name.to_owned(), array }
    }

    #[test]
    fn each_name_has_a_stand_in_of_its_own() {
        let mut lookup = RecordingLookup::default();
        let (mood, other) = (lookup.lookup_type("mood", None), lookup.lookup_type("mood", Some("app")));
        assert_eq!(lookup.lookup_type("mood", None), mood);
        assert_eq!(lookup.resolve(mood.oid().unwrap()), named(None, "mood", false));
        assert_eq!(lookup.resolve(mood.array_oid().unwrap()), named(None, "mood", true));
        assert_eq!(lookup.resolve(other.oid().unwrap()), named(Some("app"), "mood", false));
    }

    #[test]
    fn what_has_an_oid_keeps_it() {
        let mut lookup = RecordingLookup::default();
        assert_eq!(lookup.resolve(23), BindType::Oid(23));
        assert_eq!(lookup.resolve(FIRST), BindType::Oid(FIRST));
        for schema in [None, Some("pg_catalog")] {
            let int4 = lookup.lookup_type("int4", schema);
            assert_eq!((int4.oid().unwrap(), int4.array_oid().unwrap()), (23, 1007));
        }
        let mine = lookup.lookup_type("int4", Some("app")).oid().unwrap();
        assert_eq!(lookup.resolve(mine), named(Some("app"), "int4", false));
    }
}
