//! The types of columns and values.

use std::fmt;
use std::sync::Arc;

use super::quote_ident;

macro_rules! built_in {
    ($($variant:ident $name:literal $oid:literal $array:literal;)*) => {
        /// A type of Postgres, as far as the house needs to tell types apart.
        ///
        /// Modifiers (`varchar(8)`, `numeric(8,2)`) belong to the column, not to the type.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum PgType {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
            /// An array with these elements; the number of dimensions is not part of the type.
            Array(Arc<PgType>),
            /// Every other type: enums, domains, composites, ranges, and the built-in ones not listed here.
            Custom(Arc<CustomType>),
        }

        impl PgType {
            /// The built-in type, or array of one, with this OID (fixed in `pg_type.dat` of the Postgres source).
            pub fn from_oid(oid: u32) -> Option<Self> {
                match oid {
                    $($oid => Some(Self::$variant),)*
                    $($array => Some(Self::Array(Arc::new(Self::$variant))),)*
                    _ => None,
                }
            }

            /// The OID of a built-in type or array; `None` for an array of a custom type.
            pub fn oid(&self) -> Option<u32> {
                match self {
                    $(Self::$variant => Some($oid),)*
                    Self::Array(element) => match **element {
                        $(Self::$variant => Some($array),)*
                        _ => None,
                    },
                    Self::Custom(custom) => Some(custom.oid),
                }
            }

            /// `pg_type.typname`; for an array that of its element, as the `electric-schema` header wants it.
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Array(element) => element.name(),
                    Self::Custom(custom) => &custom.name,
                }
            }

            /// The built-in type with this `typname`.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

built_in! {
    Bool "bool" 16 1000;
    Bytea "bytea" 17 1001;
    Char "char" 18 1002;
    Name "name" 19 1003;
    Int8 "int8" 20 1016;
    Int2 "int2" 21 1005;
    Int4 "int4" 23 1007;
    Text "text" 25 1009;
    Oid "oid" 26 1028;
    Json "json" 114 199;
    Xml "xml" 142 143;
    Cidr "cidr" 650 651;
    Float4 "float4" 700 1021;
    Float8 "float8" 701 1022;
    Macaddr8 "macaddr8" 774 775;
    Money "money" 790 791;
    Macaddr "macaddr" 829 1040;
    Inet "inet" 869 1041;
    Bpchar "bpchar" 1042 1014;
    Varchar "varchar" 1043 1015;
    Date "date" 1082 1182;
    Time "time" 1083 1183;
    Timestamp "timestamp" 1114 1115;
    Timestamptz "timestamptz" 1184 1185;
    Interval "interval" 1186 1187;
    Timetz "timetz" 1266 1270;
    Bit "bit" 1560 1561;
    Varbit "varbit" 1562 1563;
    Numeric "numeric" 1700 1231;
    Uuid "uuid" 2950 2951;
    Jsonb "jsonb" 3802 3807;
    Int4range "int4range" 3904 3905;
    Numrange "numrange" 3906 3907;
    Tsrange "tsrange" 3908 3909;
    Tstzrange "tstzrange" 3910 3911;
    Daterange "daterange" 3912 3913;
    Int8range "int8range" 3926 3927;
}

impl PgType {
    /// The type that values really have: domains, nested ones too, peeled off.
    pub fn base(&self) -> &PgType {
        match self {
            Self::Custom(custom) => match &custom.kind {
                CustomTypeKind::Domain { base } => base.base(),
                _ => self,
            },
            _ => self,
        }
    }

    /// The labels in sort order, if this is an enum.
    pub fn enum_labels(&self) -> Option<&[String]> {
        match self {
            Self::Custom(custom) => match &custom.kind {
                CustomTypeKind::Enum { labels } => Some(labels),
                _ => None,
            },
            _ => None,
        }
    }

    /// The name for use in SQL, as in a cast: `"int8"`, `"public"."mood"`, `"text"[]`.
    ///
    /// Built-in names are quoted as stored, which is exact also for `"char"` and independent of the search path.
    pub fn sql_name(&self) -> String {
        match self {
            Self::Array(element) => format!("{}[]", element.sql_name()),
            Self::Custom(custom) => format!("{}.{}", quote_ident(&custom.schema), quote_ident(&custom.name)),
            built_in => format!("\"pg_catalog\".{}", quote_ident(built_in.name())),
        }
    }
}

/// As in Postgres' messages: `integer` is `int4` here, arrays end in `[]`.
impl fmt::Display for PgType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Array(element) => write!(f, "{element}[]"),
            scalar => f.write_str(scalar.name()),
        }
    }
}

/// A type found in the catalog.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CustomType {
    /// `pg_type.oid`.
    pub oid: u32,
    /// Schema, as stored.
    pub schema: String,
    /// `typname`.
    pub name: String,
    /// What it is.
    pub kind: CustomTypeKind,
}

/// What a custom type is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CustomTypeKind {
    /// An enum with its labels in sort order.
    Enum {
        /// In `enumsortorder`.
        labels: Vec<String>,
    },
    /// A domain over `base`.
    Domain {
        /// May be a domain itself.
        base: PgType,
    },
    /// Composites, multiranges, extension types and the rest.
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_types_are_found_by_oid_and_name() {
        for oid in [16, 23, 1000, 1231, 2951, 3904] {
            assert_eq!(PgType::from_oid(oid).unwrap().oid(), Some(oid));
        }
        assert_eq!(PgType::from_name("timestamptz"), Some(PgType::Timestamptz));
        assert_eq!(PgType::from_oid(1), None);
    }

    #[test]
    fn sql_names_do_not_depend_on_the_search_path() {
        assert_eq!(PgType::Array(Arc::new(PgType::Text)).sql_name(), "\"pg_catalog\".\"text\"[]");
        let mood = CustomType {
            oid: 9,
            schema: "a\"b".into(),
            name: "mood".into(),
            kind: CustomTypeKind::Enum { labels: vec![] },
        };
        assert_eq!(PgType::Custom(Arc::new(mood)).sql_name(), "\"a\"\"b\".\"mood\"");
    }
}
