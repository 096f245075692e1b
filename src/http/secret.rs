//! The secret that lets clients define shapes (section 1).

use std::fmt;
use std::sync::Arc;

use subtle::ConstantTimeEq;

use crate::protocol::Query;

/// What a request must know. Shown nowhere.
#[derive(Clone)]
pub(super) struct Secret(Arc<str>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Secret {
    pub(super) fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// Whether the request gives it. How long this takes does not tell how much of a wrong one is right.
    pub(super) fn is_given(&self, query: &Query) -> bool {
        query.secret().is_some_and(|given| bool::from(given.as_bytes().ct_eq(self.0.as_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_9_11_the_newer_name_counts() {
        let secret = Secret::new("s+1");
        for query in ["secret=s%2B1", "api_secret=s%2B1", "secret=&api_secret=s%2B1", "secret=s%2B1&api_secret=x"] {
            assert!(secret.is_given(&Query::parse(query)), "{query}");
        }
        for query in ["", "secret=s+1", "secret=S%2B1", "secret=s%2B1x", "secret=x&api_secret=s%2B1", "secret=%FF", "s"]
        {
            assert!(!secret.is_given(&Query::parse(query)), "{query}");
        }
    }

    #[test]
    fn an_empty_secret_lets_nobody_in() {
        for query in ["", "secret=", "secret=+", "secret"] {
            assert!(!Secret::new("").is_given(&Query::parse(query)), "{query}");
        }
    }

    #[test]
    fn it_is_not_shown() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(..)");
    }
}
