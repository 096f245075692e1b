//! Types that only the catalog knows, while there is none to ask.

use diesel::pg::{PgMetadataLookup, PgTypeMetadata};

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
