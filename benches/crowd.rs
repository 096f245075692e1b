//! The load: clients that ask, or wait.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::sync::Semaphore;
use tokio::task::LocalSet;
use tokio_postgres::NoTls;

use crate::commands::{Commands, say};
use crate::cpu;
use crate::wire::Connection;

/// How many connections are opened at the same time.
const OPENED_AT_ONCE: usize = 100;

/// The role of a process: `ask ADDRESS PATH CONNECTIONS ANSWERS`, as fast as it can. It prints the nanoseconds that took,
/// those of its CPU, and the bytes of the bodies.
pub(crate) async fn ask(arguments: &[String]) {
    let [address, path, connections, answers]: &[String; 4] = arguments.try_into().expect("four arguments");
    let (connections, answers): (u32, u32) =
        (connections.parse().expect("a number"), answers.parse().expect("a number"));
    let mut clients = Vec::new();
    for _ in 0..connections {
        clients.push(Connection::open(address).await);
    }
    let (start, before) = (Instant::now(), cpu::ours());
    let tasks = LocalSet::new();
    let clients = clients.into_iter().map(|mut client| {
        let path = path.clone();
        tasks.spawn_local(async move {
            let mut bytes = 0;
            for _ in 0..answers / connections {
                client.send(&path).await;
                client.receive(|part| bytes += part.len()).await;
            }
            bytes
        })
    });
    let clients: Vec<_> = clients.collect();
    let bytes = tasks.run_until(join_all(clients)).await;
    let bytes: usize = bytes.into_iter().map(|bytes| bytes.expect("a client that ends well")).sum();
    let cpu = cpu::ours().saturating_sub(before);
    say(&format!("{} {} {bytes}", start.elapsed().as_nanos(), cpu.as_nanos()));
}

/// The role of a process: `crowd ADDRESS`, clients that wait. Commands: `open COUNT PATH` makes more of them, and is
/// answered when all have asked; `get PATH` or `sql URL STATEMENT` makes news, and is answered when all have got it and
/// have asked again, with the nanoseconds to the last byte of the median client and of the last one.
pub(crate) async fn crowd(arguments: &[String]) {
    let [address]: &[String; 1] = arguments.try_into().expect("an address");
    let mut clients = Vec::new();
    let mut commands = Commands::new();
    while let Some(command) = commands.next().await {
        match command.split_once(' ').expect("a command") {
            ("open", rest) => {
                let (count, path) = rest.split_once(' ').expect("COUNT PATH");
                open(&mut clients, address, count.parse().expect("a number"), path).await;
                say("");
            }
            ("get", path) => {
                let mut news = Connection::open(address).await;
                let make = async move {
                    news.send(path).await;
                    news.receive(|_| ()).await;
                };
                clients = wake(clients, make).await;
            }
            ("sql", rest) => {
                let (url, statement) = rest.split_once(' ').expect("URL STATEMENT");
                let (database, connection) = tokio_postgres::connect(url, NoTls).await.expect("a database");
                tokio::spawn(connection);
                clients =
                    wake(clients, async { database.batch_execute(statement).await.expect("SQL that runs") }).await;
            }
            _ => unreachable!("{command}?"),
        }
    }
}

struct Client {
    connection: Connection,
    path: String,
}

impl Client {
    /// The server may say in a header where it is now; its place is at the end of its path.
    fn go_on(&mut self) {
        if let Some(offset) = self.connection.header("electric-offset")
            && let Some((before, _)) = self.path.rsplit_once('=')
        {
            self.path = format!("{before}={offset}");
        }
    }
}

async fn open(clients: &mut Vec<Client>, address: &str, count: usize, path: &str) {
    let permits = Semaphore::new(OPENED_AT_ONCE);
    let opened = (0..count).map(|_| async {
        let _permit = permits.acquire().await.expect("it is never closed");
        let mut connection = Connection::open(address).await;
        connection.send(path).await;
        Client { connection, path: path.to_owned() }
    });
    clients.extend(join_all(opened).await);
}

async fn wake(clients: Vec<Client>, make_news: impl Future<Output = ()>) -> Vec<Client> {
    let tasks = LocalSet::new();
    let waiting: Vec<_> = clients
        .into_iter()
        .map(|mut client| {
            tasks.spawn_local(async move {
                client.connection.receive(|_| ()).await;
                (Instant::now(), client)
            })
        })
        .collect();
    // All of them are set to wait before there is anything.
    tasks.run_until(tokio::time::sleep(Duration::from_millis(200))).await;
    let start = Instant::now();
    let (woken, ()) = tasks.run_until(async { tokio::join!(join_all(waiting), make_news) }).await;
    let (mut times, mut clients) = (Vec::new(), Vec::new());
    for woken in woken {
        let (end, mut client) = woken.expect("a client that ends well");
        times.push(end.duration_since(start).as_nanos());
        client.go_on();
        client.connection.send(&client.path).await;
        clients.push(client);
    }
    times.sort_unstable();
    say(&format!("{} {}", times.get(times.len() / 2).unwrap_or(&0), times.last().unwrap_or(&0)));
    clients
}
