//! What a request gets when it cannot be served. The one place that chooses status codes for it.
//!
//! Clients see the protocol's bodies (section 3) and nothing of what lies behind them; that is logged, without values.

use std::error::Error;
use std::hash::{BuildHasher, RandomState};

use actix_web::HttpResponse;
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, RETRY_AFTER};
use tracing::{debug, error, warn};

use super::headers::{JSON, KNOWN_ERROR, SURROGATE_CONTROL};
use crate::engine::{CreateError, ResolveError};
use crate::protocol::{BodyError, CRASH, FieldErrors, NO_CACHE, NO_STORE, REVALIDATE, message_body};
use crate::service::Rejected;
use crate::shape::ShapeError;

const OTHER_HANDLE: &str = "The specified shape definition and handle do not match. Please ensure the shape definition is \
                            correct or omit the shape handle from the request to obtain a new one.";

/// Why a request cannot be served.
#[derive(Debug)]
pub(super) enum Failure {
    /// The request is wrong.
    Invalid(FieldErrors),
    /// The same of a POST, whose answers are cached otherwise.
    InvalidPost(FieldErrors),
    /// The body is wrong.
    Body(BodyError),
    /// The database cannot be asked whether the definition fits it.
    Unreachable(ResolveError),
    /// The shape cannot be made.
    Create(CreateError),
    /// What the server defines is no shape.
    Shape(ShapeError),
    /// The engine did not become ready in time.
    NotReady,
    /// Nor while another holds the slot.
    NotTheOwner,
    /// The engine was not ready any more when a live request's time was up.
    LostReadiness,
    /// The engine has stopped.
    Stopped,
    /// As many requests run as may.
    TooMany(Rejected),
    /// The URL is longer than this.
    UrlTooLong(usize),
    /// The secret is not given.
    Unauthorized,
    /// Shapes are not to be dropped.
    DeleteNotAllowed,
    /// There is no shape to drop.
    NoSuchShape,
    /// The shape to drop has another handle.
    OtherHandle,
    /// What the user's closure said.
    Handler(actix_web::Error),
}

impl From<CreateError> for Failure {
    fn from(error: CreateError) -> Self {
        Self::Create(error)
    }
}

impl From<ShapeError> for Failure {
    fn from(error: ShapeError) -> Self {
        Self::Shape(error)
    }
}

impl From<BodyError> for Failure {
    fn from(error: BodyError) -> Self {
        Self::Body(error)
    }
}

impl From<FieldErrors> for Failure {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

/// Who has written the definition of a shape.
#[derive(Clone, Copy, Debug)]
pub(super) enum Author {
    /// The client, who is told all about it.
    Client,
    /// The server, whose values are not for the client, nor for logs.
    Server,
}

impl Failure {
    /// A definition that does not fit the database, or cannot be compared with it.
    pub(super) fn of_definition(error: ResolveError, author: Author) -> Self {
        let field = match &error {
            ResolveError::Table(_) => "table",
            ResolveError::MissingKeyColumns(_)
            | ResolveError::UnknownColumns(_)
            | ResolveError::GeneratedColumns(_) => "columns",
            ResolveError::Filter(_) | ResolveError::NotAdmitted { .. } => "where",
            ResolveError::Unreachable(_) => return Self::Unreachable(error),
            ResolveError::Stopped => return Self::Stopped,
        };
        let text = match author {
            Author::Client => error.to_string(),
            Author::Server => {
                let text = error.without_values();
                warn!(field, text, "the shape of a route does not fit the database");
                text
            }
        };
        Self::Invalid(FieldErrors::one(field, text))
    }

    /// The same, if the request was a POST.
    pub(super) fn of_post(self) -> Self {
        match self {
            Self::Invalid(errors) => Self::InvalidPost(errors),
            other => other,
        }
    }

    /// Whether the definition is refused, as opposed to: cannot be looked at.
    pub(super) fn refuses_definition(&self) -> bool {
        matches!(self, Self::Invalid(_))
    }

    /// The answer as an error, for those who can only return one.
    pub(super) fn into_error(self) -> actix_web::Error {
        match self.respond() {
            Ok(response) => InternalError::from_response("a request is refused", response).into(),
            Err(error) => error,
        }
    }

    /// The answer, or the user's own error.
    pub(super) fn respond(self) -> Result<HttpResponse, actix_web::Error> {
        let refusal = match self {
            Self::Handler(error) => return Err(error),
            Self::Invalid(errors) => {
                debug!(%errors, "a request is refused");
                Refusal::invalid(&errors)
            }
            Self::InvalidPost(errors) => {
                debug!(%errors, "a request is refused");
                Refusal { cache_control: NO_CACHE, ..Refusal::invalid(&errors) }
            }
            Self::Body(error) => Refusal::body(&error),
            Self::Unreachable(error) => {
                warn!(error = &error as &dyn Error, "a shape cannot be looked up");
                Refusal::unavailable(1, &error.to_string())
            }
            Self::Create(error) => create(&error),
            Self::Shape(error) => {
                error!(error = &error as &dyn Error, "what a route serves is no shape");
                Refusal::crash()
            }
            Self::NotReady => Refusal::unavailable(5, "Timeout waiting for the service to become ready"),
            Self::NotTheOwner => Refusal::unavailable(5, "Timeout waiting for Postgres lock acquisition"),
            Self::LostReadiness => Refusal::unavailable(10, "The service is not ready any more, please retry"),
            Self::TooMany(rejected) => too_many(rejected),
            Self::UrlTooLong(limit) => {
                Refusal::message(StatusCode::URI_TOO_LONG, &format!("The URL is longer than {limit} bytes"))
            }
            Self::Unauthorized => {
                let body = message_body("Unauthorized - Invalid API secret");
                Refusal { cache_control: REVALIDATE, ..Refusal::new(StatusCode::UNAUTHORIZED, body) }
            }
            Self::DeleteNotAllowed => Refusal::message(StatusCode::METHOD_NOT_ALLOWED, "DELETE not allowed"),
            Self::NoSuchShape => Refusal::message(StatusCode::NOT_FOUND, "No existing shape found"),
            Self::OtherHandle => Refusal::message(StatusCode::BAD_REQUEST, OTHER_HANDLE),
            Self::Stopped => Refusal::unavailable(1, "The service is stopping, please retry"),
        };
        Ok(refusal.respond())
    }
}

/// How long one that was rejected is to wait, in seconds: not all of a crowd come again at once.
fn retry_after() -> u32 {
    // The standard library's hashers are keyed at random.
    let random = RandomState::new().hash_one(0_u8) % 5;
    6 + u32::try_from(random).unwrap_or_default()
}

fn too_many(rejected: Rejected) -> Refusal {
    let body = serde_json::json!({"code": "concurrent_request_limit_exceeded", "message": rejected.to_string()});
    let refusal = Refusal::new(StatusCode::SERVICE_UNAVAILABLE, body.to_string());
    Refusal { retry_after: Some(retry_after()), is_known: true, ..refusal }
}

fn create(error: &CreateError) -> Refusal {
    match error {
        // It was resolved anew more than once.
        CreateError::SchemaChanged(_) => Refusal::unavailable(1, "Failed to create shape, please retry"),
        CreateError::Snapshot { message, .. } => Refusal { is_known: true, ..Refusal::unavailable(10, message) },
        CreateError::Storage(_) => {
            error!(error = error as &dyn Error, "a shape cannot be made");
            Refusal::crash()
        }
        CreateError::TooManyShapes { .. } => Refusal { is_known: true, ..Refusal::unavailable(10, &error.to_string()) },
        CreateError::NotActive => Refusal::unavailable(5, "Timeout waiting for Postgres lock acquisition"),
    }
}

/// What is not there.
pub(super) fn missing() -> HttpResponse {
    HttpResponse::NotFound().insert_header((CACHE_CONTROL, REVALIDATE)).body("Not found")
}

/// An answer that refuses.
struct Refusal {
    status: StatusCode,
    body: String,
    retry_after: Option<u32>,
    /// A trouble that clients know of, and do not report.
    is_known: bool,
    cache_control: &'static str,
}

impl Refusal {
    fn invalid(errors: &FieldErrors) -> Self {
        Self::new(StatusCode::BAD_REQUEST, errors.body())
    }

    fn body(error: &BodyError) -> Self {
        let status = match error {
            BodyError::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            BodyError::Unread | BodyError::NotJson { .. } | BodyError::NotAnObject => StatusCode::BAD_REQUEST,
        };
        Self { cache_control: REVALIDATE, ..Self::new(status, error.body()) }
    }

    fn message(status: StatusCode, text: &str) -> Self {
        Self::new(status, message_body(text))
    }

    fn unavailable(retry_after: u32, text: &str) -> Self {
        Self { retry_after: Some(retry_after), ..Self::message(StatusCode::SERVICE_UNAVAILABLE, text) }
    }

    fn crash() -> Self {
        let refusal = Self::new(StatusCode::INTERNAL_SERVER_ERROR, CRASH.to_owned());
        Self { cache_control: REVALIDATE, ..refusal }
    }

    fn new(status: StatusCode, body: String) -> Self {
        Self { status, body, retry_after: None, is_known: false, cache_control: NO_STORE }
    }

    fn respond(self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        response.content_type(JSON).insert_header((CACHE_CONTROL, self.cache_control));
        if self.cache_control == NO_STORE {
            response.insert_header((SURROGATE_CONTROL, self.cache_control));
        }
        if let Some(seconds) = self.retry_after {
            response.insert_header((RETRY_AFTER, seconds));
        }
        if self.is_known {
            response.insert_header((KNOWN_ERROR, "true"));
        }
        response.body(self.body)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_crowd_comes_again_one_by_one() {
        let mut seen: Vec<u32> = (0..1000).map(|_| super::retry_after()).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen, [6, 7, 8, 9, 10]);
    }
}
