//! The source against a real server.

mod admission;
mod catalog;
mod decoder;
mod login;
mod publication;
mod refusals;
mod snapshot;
mod stream;
mod subset;
mod tls;
mod verdicts;

use std::sync::Arc;

use super::endpoint::Endpoint;
use super::pool::Client;
use super::{ChangeStream, PostgresSource, SnapshotQuery, SnapshotRows, Source, SourceError};
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
        let database = tokio::task::spawn_blocking(cluster::database).await.unwrap().unwrap();
        let fixture = Self { source: source(database.url()), sql: client(database.url()).await, database };
        fixture.execute(schema).await;
        fixture
    }

    async fn execute(&self, sql: &str) {
        self.sql.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    /// The first value of a query's first row.
    async fn value(&self, sql: &str) -> String {
        let answer = self.sql.simple_query(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        let value = answer.iter().find_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        value.unwrap_or_default().to_owned()
    }

    /// Asks the server until it says yes; the server itself waits between two questions.
    async fn until(&self, condition: &str) {
        while self.value(&format!("SELECT {condition} FROM pg_sleep(0.02)")).await != "t" {}
    }

    async fn table(&self, name: &str) -> Result<Arc<TableSchema>, SourceError> {
        self.source.table(&TableName::parse(name).unwrap()).await
    }

    async fn publish(&self, table: &str) -> Result<(), SourceError> {
        let table = self.table(table).await.unwrap();
        self.source.publish(&table).await
    }

    /// A stream with these tables published.
    async fn follow(&self, tables: &[&str]) -> Box<dyn ChangeStream> {
        let stream = self.source.stream().await.unwrap();
        for table in tables {
            self.publish(table).await.unwrap();
        }
        stream
    }

    /// The URL for another role, which is made with these words.
    async fn role(&self, words: &str) -> String {
        let name = self.value("SELECT 'role_of_' || current_database()").await;
        self.execute(&format!("CREATE ROLE {name} LOGIN {words}")).await;
        self.database.url().replacen("postgres@", &format!("{name}@"), 1)
    }
}

fn source(url: &str) -> PostgresSource {
    PostgresSource::new(url, None).unwrap()
}

async fn client(url: &str) -> Client {
    Client::connect(&Endpoint::new(url, None).unwrap()).await.unwrap()
}

/// An error and its sources, as an operator reads them.
fn told(error: &SourceError) -> String {
    let chain = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    chain.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// The events up to the one that `is_last` picks.
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

fn is_commit(event: &Event) -> bool {
    matches!(event, Event::Commit(_))
}

/// All rows of a snapshot, as `COPY` text.
async fn all(rows: &mut dyn SnapshotRows) -> Result<String, SourceError> {
    let mut text = Vec::new();
    while let Some(piece) = rows.next().await? {
        assert_eq!(piece.last(), Some(&b'\n'), "whole rows");
        text.extend_from_slice(&piece);
    }
    Ok(String::from_utf8(text).unwrap())
}

/// Everything in these columns.
fn query(table: &str, columns: &[&str]) -> SnapshotQuery {
    SnapshotQuery {
        table: TableName::parse(table).unwrap(),
        id: None,
        columns: columns.iter().map(|&column| column.to_owned()).collect(),
        filter: None,
        rows: true,
        subset: None,
    }
}
