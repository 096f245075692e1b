//! Which other origins may read answers (D11).

use std::collections::HashSet;
use std::sync::Arc;

use super::Error;

/// Which other origins may read answers.
#[derive(Clone, Debug, Default)]
pub(crate) enum Origins {
    /// All of them: answers say `*`.
    #[default]
    Any,
    /// These alone: answers name the one that asks.
    Listed(Arc<HashSet<String>>),
}

impl Origins {
    /// Reads what was configured; nothing but a `*` stands for all.
    pub(super) fn new(listed: &[String]) -> Result<Self, Error> {
        if listed.iter().any(|origin| origin == "*") {
            return match listed {
                [_] => Ok(Self::Any),
                _ => Err(Error::Config("origins: `*` lets all in; give it alone, or give origins only".to_owned())),
            };
        }
        let listed = listed.iter().map(|origin| {
            if is_origin(origin) {
                return Ok(origin.to_ascii_lowercase());
            }
            Err(Error::Config(format!("origins: {origin:?} is none; write it like https://app.example:8443")))
        });
        Ok(Self::Listed(Arc::new(listed.collect::<Result<_, _>>()?)))
    }

    /// Whether this origin may read answers.
    pub(crate) fn allows(&self, origin: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Listed(listed) => listed.contains(origin) || listed.contains(&origin.to_ascii_lowercase()),
        }
    }
}

/// A scheme, a host and perhaps a port; or `null`, which is what local files and sandboxed frames say.
fn is_origin(text: &str) -> bool {
    let Some((scheme, authority)) = text.split_once("://") else { return text == "null" };
    let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    // Letters, also of a name that is not ASCII, are sent in Punycode.
    let is_authority = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    !scheme.is_empty() && scheme.bytes().all(is_scheme) && !authority.is_empty() && authority.bytes().all(is_authority)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins(listed: &[&str]) -> Result<Origins, Error> {
        Origins::new(&listed.iter().map(|&origin| origin.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn listed_origins_alone_are_allowed() {
        let listed = origins(&["https://App.example", "http://localhost:5173", "http://[::1]:8080", "null"]).unwrap();
        for origin in ["https://app.example", "http://localhost:5173", "http://[::1]:8080", "null"] {
            assert!(listed.allows(origin), "{origin}");
        }
        for origin in ["http://app.example", "https://app.example:8443", "https://b.app.example", "*", ""] {
            assert!(!listed.allows(origin), "{origin}");
        }
        assert!(origins(&["*"]).unwrap().allows("https://anybody"));
        assert!(!origins(&[]).unwrap().allows("https://anybody"));
    }

    #[test]
    fn what_is_no_origin_is_refused_by_name() {
        for origin in
            ["app.example", "https://app.example/", "https://", "https://a b", "://x", "", "https://ä.example"]
        {
            let error = origins(&[origin]).unwrap_err().to_string();
            assert!(error.starts_with("origins: ") && error.contains(origin), "{error}");
        }
        assert!(origins(&["*", "https://app.example"]).is_err());
    }
}
