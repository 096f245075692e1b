//! How TLS is asked for; the handshake itself is the connector's, here one that leaves bytes as they are.

use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll};

use futures_util::future::{Ready, ready};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};

use super::*;
use crate::source::MadeTls;

/// Notes for which hosts it was asked.
#[derive(Clone, Debug, Default)]
struct Plain {
    hosts: Arc<Mutex<Vec<String>>>,
}

impl MakeTlsConnect<TcpStream> for Plain {
    type Stream = PlainStream;
    type TlsConnect = Plain;
    type Error = std::io::Error;

    fn make_tls_connect(&mut self, host: &str) -> std::io::Result<Plain> {
        self.hosts.lock().unwrap().push(host.to_owned());
        Ok(self.clone())
    }
}

impl TlsConnect<TcpStream> for Plain {
    type Stream = PlainStream;
    type Error = std::io::Error;
    type Future = Ready<std::io::Result<PlainStream>>;

    fn connect(self, stream: TcpStream) -> Self::Future {
        ready(Ok(PlainStream(stream)))
    }
}

struct PlainStream(TcpStream);

impl TlsStream for PlainStream {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for PlainStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for PlainStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

fn source_with(url: &str, connector: &Plain) -> PostgresSource {
    PostgresSource::new(url, Some(Arc::new(MadeTls(connector.clone())))).unwrap()
}

/// A server in front of the real one that agrees to TLS; returns its port.
async fn agreeable(port: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let front = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = [0; 8];
                client.read_exact(&mut request).await.unwrap();
                assert_eq!(request, [0, 0, 0, 8, 4, 210, 22, 47], "a request for TLS");
                client.write_all(b"S").await.unwrap();
                let mut server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    front
}

#[tokio::test]
async fn every_connection_goes_through_the_connector() {
    let test = Fixture::new("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)").await;
    let port: u16 = test.value("SELECT current_setting('port')").await.parse().unwrap();
    let front = agreeable(port).await;
    let connector = Plain::default();
    let url = test.database.url().replacen(&format!(":{port}"), &format!(":{front}"), 1);
    let source = source_with(&format!("{url}?sslmode=require"), &connector);
    let stream = source.stream().await.unwrap();
    let table = source.table(&TableName::new("public", "t")).await.unwrap();
    source.publish(&table).await.unwrap();
    let slow = SnapshotQuery { filter: Some("pg_sleep(600) IS NOT NULL".into()), ..query("t", &["id"]) };
    let mut rows = source.snapshot(&slow).await.unwrap();
    let sleeping =
        "FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE 'COPY%' AND datname = current_database()";
    let sleeps = format!("EXISTS (SELECT {sleeping})");
    tokio::select! {
        _ = rows.next() => panic!("it takes ten minutes"),
        () = test.until(&sleeps) => {}
    }
    drop(rows);
    test.until(&format!("NOT EXISTS (SELECT {sleeping})")).await;
    // Stream, catalog, snapshot, cancel.
    assert_eq!(*connector.hosts.lock().unwrap(), ["127.0.0.1"; 4]);
    drop(stream);
    source.clean_up().await.unwrap();
}

#[tokio::test]
async fn a_server_without_tls_is_refused_if_it_is_required() {
    let test = Fixture::new("").await;
    let connector = Plain::default();
    let source = source_with(&format!("{}?sslmode=require", test.database.url()), &connector);
    let Err(error) = source.stream().await else { panic!("not encrypted") };
    assert!(error.is_fatal() && told(&error).contains("sslmode=require"), "{}", told(&error));
    for mode in ["prefer", "disable"] {
        let source = source_with(&format!("{}?sslmode={mode}", test.database.url()), &connector);
        assert!(source.stream().await.is_ok());
        source.clean_up().await.unwrap();
    }
    assert!(connector.hosts.lock().unwrap().is_empty());
}
