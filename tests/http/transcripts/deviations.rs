//! The differences that the protocol's reference allows (section 15). Each rule is as narrow as its sentence there, and
//! a scenario that names a rule must need it.

use super::compare::Difference;

/// An allowed difference.
pub struct Deviation {
    pub name: &'static str,
    pub applies: fn(&Difference) -> bool,
}

/// D11: two more headers are exposed.
pub const EXPOSED: Deviation = Deviation {
    name: "D11: electric-snapshot and etag are exposed too",
    applies: |it| {
        let both = it.recorded.as_ref().zip(it.ours.as_ref());
        it.place == "header access-control-expose-headers"
            && both.is_some_and(|(old, new)| *new == format!("{old},electric-snapshot,etag"))
    },
};

/// D5: one text for a value; of bool that of the log.
pub const BOOL: Deviation = Deviation {
    name: "D5: a bool in a snapshot is written as in the log",
    applies: |it| {
        let both = it.recorded.as_deref().zip(it.ours.as_deref());
        let is_bool = ["/value/flag", "/value/c_bool"].iter().any(|column| it.place.ends_with(column));
        is_bool && matches!(both, Some((r#""true""#, r#""t""#) | (r#""false""#, r#""f""#)))
    },
};

/// D5: one text for a value; of an inet that of the log.
pub const INET: Deviation = Deviation {
    name: "D5: an inet host in a snapshot is written as in the log",
    applies: |it| {
        let both = it.recorded.as_deref().zip(it.ours.as_deref());
        it.place.ends_with("/value/c_inet") && both == Some((r#""::1/128""#, r#""::1""#))
    },
};

/// Section 2: equal definitions share a handle. The reference tells apart how a constant is written.
pub const ONE_SHAPE: Deviation = Deviation {
    name: "section 2: `id = 1` is one shape, be the 1 a parameter, cast or plain",
    applies: |it| [6, 8].contains(&it.step) && it.place == "header electric-handle" && it.ours.is_some(),
};

/// D6: a stream with a backlog begins at the request's own offset, where the client is not up to date yet.
pub const STREAM_START: Deviation = Deviation {
    name: "D6: the head of a stream tells where it begins, not where its backlog ends",
    applies: |it| {
        let both = it.recorded.as_deref().zip(it.ours.as_deref());
        match it.place.as_str() {
            "header electric-offset" => both.is_some_and(|(_, ours)| it.step == 3 && ours == "0_inf"),
            "header etag" => both.is_some_and(|(_, ours)| it.step == 3 && ours.ends_with(":0_inf:0_inf\"")),
            "header electric-up-to-date" => it.step == 3 && it.ours.is_none(),
            _ => false,
        }
    },
};

/// D1: after a subset a client goes on where it stands.
pub const OWN_OFFSET: Deviation = Deviation {
    name: "D1: a subset comes with the offset of the request",
    applies: |it| {
        let both = it.recorded.as_deref().zip(it.ours.as_deref());
        it.place == "header electric-offset" && both == Some(("0_inf", "0_0"))
    },
};

/// D2: nothing is to be fetched in advance of a subset.
pub const SUBSET_UP_TO_DATE: Deviation = Deviation {
    name: "D2: a subset says that it is up to date",
    applies: |it| {
        let (recorded, ours) = (it.recorded.as_deref(), it.ours.as_deref());
        it.place == "header electric-up-to-date" && (recorded, ours) == (None, Some(""))
    },
};

/// Section 9: proxies are told not to keep a stream back.
pub const UNBUFFERED: Deviation = Deviation {
    name: "section 9: a stream asks proxies not to buffer it",
    applies: |it| {
        let (recorded, ours) = (it.recorded.as_deref(), it.ours.as_deref());
        it.place == "header x-accel-buffering" && (recorded, ours) == (None, Some("no"))
    },
};
