//! What is looked at before a request is read: the secret, and what tells how much work it may be.

use super::{Query, ShapeHandle};

impl Query {
    /// What is given as the secret, by either name (section 1).
    pub fn secret(&self) -> Option<&str> {
        match self.text("secret") {
            Ok(None) => self.text("api_secret").ok().flatten(),
            given => given.ok().flatten(),
        }
    }

    /// The handle, whatever it is needed for.
    pub fn handle(&self) -> Option<ShapeHandle> {
        self.text("handle").ok().flatten().map(ShapeHandle::from_client)
    }

    /// Whether a stream of events is asked for, by either name.
    pub fn asks_for_events(&self) -> bool {
        let older =
            || self.text("experimental_live_sse").ok().flatten().is_some_and(|word| ["true", "1"].contains(&word));
        self.flag("live") == Some(true) && self.flag("live_sse").unwrap_or_else(older)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newer_name_of_the_secret_counts() {
        for (query, wanted) in [
            ("secret=a%2B1", Some("a+1")),
            ("api_secret=a", Some("a")),
            ("secret=&api_secret=a", Some("a")),
            ("secret=a&api_secret=b", Some("a")),
            ("secret=%FF&api_secret=b", None),
            ("secret=", None),
            ("", None),
        ] {
            assert_eq!(Query::parse(query).secret(), wanted, "{query}");
        }
    }

    #[test]
    fn events_are_asked_for_by_either_name() {
        for (query, wanted) in [
            ("live=true&live_sse=true", true),
            ("live&live_sse", true),
            ("live=true&experimental_live_sse=true", true),
            ("live=true&live_sse=false&experimental_live_sse=true", false),
            ("live=true", false),
            ("live_sse=true", false),
        ] {
            assert_eq!(Query::parse(query).asks_for_events(), wanted, "{query}");
        }
    }
}
