//! Subsets of a shape's rows, as answers.

use actix_web::HttpResponse;
use actix_web::body::BodyStream;
use futures_util::stream::{self, Stream};

use super::body::Broken;
use super::error::Failure;
use super::serve::{Now, Serving};
use crate::engine::{Definition, ShapeStatus, SubsetBody, SubsetError};
use crate::protocol::{FieldErrors, LogOffset, RequestOffset};
use crate::shape::{Scope, Subset};

impl From<SubsetError> for Failure {
    fn from(error: SubsetError) -> Self {
        match error {
            SubsetError::Refused { field, .. } | SubsetError::Value { field, .. } => {
                Self::Invalid(FieldErrors::nested("subset", FieldErrors::found(field, error.to_string())))
            }
            SubsetError::Snapshot(error) => Self::Create(error),
            SubsetError::Stalled => Self::LostReadiness,
        }
    }
}

impl Serving {
    /// The subset that the request asks for, checked against the shape's table.
    pub(super) fn subset_of(&self, definition: &Definition) -> Result<Option<Subset>, Failure> {
        let Some(params) = &self.request.subset else { return Ok(None) };
        let table = &*definition.table;
        // Of a shape that the server defines, no column can be found out about that it does not show.
        let shown = (!self.by_client).then(|| definition.columns.clone());
        let queryable = self
            .queryable
            .as_ref()
            .map(|names| names.iter().filter_map(|name| table.column(name)).map(|(position, _)| position).collect());
        let columns = shown.or(queryable);
        let limits = self.service.limits().definition();
        Ok(Some(Subset::new(params, Scope { table, columns: columns.as_deref() }, &limits)?))
    }

    /// Serves a subset, after which the client goes on at `offset`. `None` asks to look the shape up again.
    pub(super) async fn subset(
        &self,
        now: &Now<'_>,
        subset: Subset,
        offset: LogOffset,
    ) -> Result<Option<HttpResponse>, Failure> {
        // Whether the client goes on elsewhere than where it stands: at the end of the log.
        let skips_log = match self.request.offset {
            RequestOffset::Now => true,
            RequestOffset::At(own) => own > offset,
        };
        let body = self.service.engine().subset(now.live, subset, skips_log).await?;
        if now.live.state().status == ShapeStatus::Gone {
            return Ok(None);
        }
        Ok(Some(self.reply.subset(now.live, offset, BodyStream::new(Box::pin(pieces(body))))))
    }
}

/// The body as it is read. Where it ends in the middle the connection must break.
fn pieces(body: SubsetBody) -> impl Stream<Item = Result<bytes::Bytes, Broken>> {
    stream::try_unfold(body, |mut body| async move {
        let next = body.next().await.map_err(|_| Broken)?;
        Ok(next.map(|bytes| (bytes, body)))
    })
}
