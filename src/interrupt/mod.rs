//! Which requests wait, and how to make them look again.
//!
//! Every waiting request of every route is registered here, by table. An interrupt bumps the generation and fires the
//! registrations it matches; one that comes between a request's look at the database and its registration is caught by
//! the generation noted before.
