//! The source against a real server.

mod stream;

use std::sync::Arc;

use super::endpoint::Endpoint;
use super::pool::Client;
use super::{ChangeStream, PostgresSource, Source, SourceError};
use crate::change::Event;
use crate::pg::{TableName, TableSchema};

/// A fresh database, a source that follows it, and a connection of somebody who works with it.
struct Fixture {
    source: PostgresSource,
    sql: Client,
    // Last, so that it goes last.
    database: cluster::Database,
}

impl Fixture {
    /// With this schema.
    async fn new(schema: &str) -> Self {
        let database = cluster::database().unwrap();
        let fixture = Self { source: source(database.url()), sql: client(database.url()).await, database };
        fixture.sql.batch_execute(schema).await.unwrap();
        fixture
    }

    async fn execute(&self, sql: &str) {
        self.sql.batch_execute(sql).await.unwrap();
    }

    async fn table(&self, name: &str) -> Result<Arc<TableSchema>, SourceError> {
        self.source.table(&TableName::parse(name).unwrap()).await
    }

    /// A stream with these tables published.
    async fn follow(&self, tables: &[&str]) -> Box<dyn ChangeStream> {
        let stream = self.source.stream().await.unwrap();
        for table in tables {
            self.source.publish(&*self.table(table).await.unwrap()).await.unwrap();
        }
        stream
    }
}

fn source(url: &str) -> PostgresSource {
    PostgresSource::new(url, None).unwrap()
}

async fn client(url: &str) -> Client {
    Client::connect(&Endpoint::new(url, None).unwrap()).await.unwrap()
}

/// The events up to the commit of the transaction that `is_last` picks, or the first event that it picks.
async fn until(stream: &mut dyn ChangeStream, is_last: impl Fn(&Event) -> bool) -> Vec<Event> {
    let (mut events, mut batch) = (Vec::new(), Vec::new());
    loop {
        stream.next(&mut batch).await.unwrap();
        for event in batch.drain(..) {
            let last = is_last(&event);
            events.push(event);
            if last {
                return events;
            }
        }
    }
}
