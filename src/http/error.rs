//! What a request gets when it cannot be served. The one place that chooses status codes for it.
//!
//! Clients see the protocol's bodies (section 3) and nothing of what lies behind them; that is logged, without values.

use std::error::Error;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, RETRY_AFTER};
use tracing::{debug, error, warn};

use super::headers::{JSON, KNOWN_ERROR, SURROGATE_CONTROL};
use crate::engine::{CreateError, ResolveError};
use crate::protocol::{CRASH, Caching, FieldErrors, REVALIDATE, message_body};
use crate::shape::ShapeError;

/// Why a request cannot be served.
#[derive(Debug)]
pub(super) enum Failure {
    /// The request is wrong.
    Invalid(FieldErrors),
    /// The definition does not fit the database.
    Resolve(ResolveError),
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
    /// What the user's closure said.
    Handler(actix_web::Error),
}

impl From<ResolveError> for Failure {
    fn from(error: ResolveError) -> Self {
        Self::Resolve(error)
    }
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

impl From<FieldErrors> for Failure {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl Failure {
    /// Whether the definition is refused, as opposed to: cannot be looked at.
    pub(super) fn refuses_definition(&self) -> bool {
        match self {
            Self::Invalid(_) => true,
            Self::Resolve(error) => field_errors(error, "columns").is_some(),
            _ => false,
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
            Self::Resolve(error) => resolve(&error),
            Self::Create(error) => create(&error),
            Self::Shape(error) => {
                error!(error = &error as &dyn Error, "what a route serves is no shape");
                Refusal::crash()
            }
            Self::NotReady => Refusal::unavailable(5, "Timeout waiting for the service to become ready"),
            Self::NotTheOwner => Refusal::unavailable(5, "Timeout waiting for Postgres lock acquisition"),
            Self::LostReadiness => Refusal::unavailable(10, "The service is not ready any more, please retry"),
            Self::Stopped => Refusal::unavailable(1, STOPPED),
        };
        Ok(refusal.respond())
    }
}

const STOPPED: &str = "The service is stopping, please retry";

fn resolve(error: &ResolveError) -> Refusal {
    if let Some(errors) = field_errors(error, "columns") {
        return Refusal::invalid(&errors);
    }
    match error {
        ResolveError::Unreachable(_) => {
            warn!(error = error as &dyn Error, "a shape cannot be looked up");
            Refusal::unavailable(1, &error.to_string())
        }
        ResolveError::Stopped => Refusal::unavailable(1, STOPPED),
        ResolveError::Table(_)
        | ResolveError::MissingKeyColumns(_)
        | ResolveError::UnknownColumns(_)
        | ResolveError::GeneratedColumns(_)
        | ResolveError::Filter(_) => Refusal::crash(),
    }
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
        CreateError::NotActive => Refusal::unavailable(5, "Timeout waiting for Postgres lock acquisition"),
    }
}

/// What the client is to be told of a definition that does not fit the database. `columns` is the name of the parameter
/// that selects.
pub(super) fn field_errors(error: &ResolveError, columns: &'static str) -> Option<FieldErrors> {
    let field = match error {
        ResolveError::Table(_) => "table",
        ResolveError::MissingKeyColumns(_) | ResolveError::UnknownColumns(_) | ResolveError::GeneratedColumns(_) => {
            columns
        }
        ResolveError::Filter(_) => "where",
        ResolveError::Unreachable(_) | ResolveError::Stopped => return None,
    };
    let text = error.to_string();
    let text = match columns {
        "queryable_columns" => text.replacen("The list of columns", "The list of queryable columns", 1),
        _ => text,
    };
    Some(FieldErrors::one(field, text))
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

    fn unavailable(retry_after: u32, text: &str) -> Self {
        let refusal = Self::new(StatusCode::SERVICE_UNAVAILABLE, message_body(text));
        Self { retry_after: Some(retry_after), ..refusal }
    }

    fn crash() -> Self {
        let refusal = Self::new(StatusCode::INTERNAL_SERVER_ERROR, CRASH.to_owned());
        Self { cache_control: REVALIDATE, ..refusal }
    }

    fn new(status: StatusCode, body: String) -> Self {
        Self { status, body, retry_after: None, is_known: false, cache_control: Caching::Never.public() }
    }

    fn respond(self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        response.content_type(JSON).insert_header((CACHE_CONTROL, self.cache_control));
        if self.cache_control == Caching::Never.public() {
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
