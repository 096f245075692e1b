//! One database with its servers: several write, many follow, and after each round all must agree.

use std::time::Duration;

use cluster::Random;
use diesel_electric::{SyncService, shape_api};
use futures_util::future::join_all;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_postgres::SimpleQueryMessage;

use super::follower::{Follower, Mode};
use super::tables::{Definition, Row, SCHEMA, TABLES};
use super::writer::{Session, Slow, Writer, farewell};
use crate::support::{Db, Stand};

/// No round may take longer, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(180);

/// How long live requests are held: not shorter, for whoever waits in vain has lost a change.
const HOLD: Duration = Duration::from_secs(120);

/// Ends the server's replication stream: it has to connect again. With logs in memory it has no slot that lasts, and
/// all shapes begin anew.
const CUT: &str = "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots \
    WHERE database = current_database() AND active";

const WRITERS: usize = 3;
const FOLLOWERS: usize = 12;

pub struct Lane {
    stand: Stand,
    random: Random,
    session: Session,
    writers: Vec<Writer>,
    slow: Slow,
    followers: Vec<Follower>,
    marks: Follower,
    round: u64,
    farewells: u64,
}

impl Lane {
    pub async fn open(chunk_bytes: usize, mut random: Random) -> Self {
        let routes = |config: &mut actix_web::web::ServiceConfig, sync: &SyncService| {
            config.service(shape_api(sync));
        };
        // Transactions stay open here, and new slots wait for them, on whatever database of the server they are.
        let db = Db::apart(SCHEMA).await;
        let stand = Stand::on(db, |builder| builder.chunk_bytes(chunk_bytes).hold(HOLD), routes).await;
        // The first shape of a table changes the table, which waits for whoever writes to it.
        for table in TABLES {
            let url = reqwest::Url::parse_with_params(
                &format!("{}/v1/shape", stand.url),
                [("table", table.name), ("offset", "-1")],
            );
            let answer = stand.http.get(url.unwrap()).send().await.unwrap();
            assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
        }
        let url = stand.db.url().to_owned();
        let modes = [Mode::LongPoll, Mode::Stream, Mode::LongPoll, Mode::Ask];
        let followers = (0..FOLLOWERS).map(|n| {
            let definition = Definition::random(&mut random);
            Follower::new(&stand.url, modes[n % modes.len()], definition, random.split())
        });
        let followers = followers.collect();
        let mut marks = Follower::new(&stand.url, Mode::LongPoll, Definition::marks(), random.split());
        // So that no mark is in the snapshot, where it has no position.
        marks.begin().await;
        let session = Session::open(&url).await;
        let mut writers = Vec::new();
        for _ in 0..WRITERS {
            writers.push(Writer::open(&url, random.split()).await);
        }
        let slow = Slow::open(&url, random.split()).await;
        Self { stand, random, session, writers, slow, followers, marks, round: 0, farewells: 0 }
    }

    /// Several write while many follow; then each must have what Postgres has. Returns how many transactions got to
    /// their end.
    pub async fn round(&mut self) -> u64 {
        self.round += 1;
        let each = 1 + self.random.below(8);
        let Ok(complete) = timeout(PATIENCE, self.write_and_follow(each)).await else {
            let recent = self.followers.iter().filter(|it| it.is_behind(self.marks.copy.last.0)).map(Follower::state);
            panic!(
                "round {}: somebody never got what was written\n{}",
                self.round,
                recent.collect::<Vec<_>>().join("\n\n")
            );
        };
        for follower in &self.followers {
            let (ours, expected) = (follower.copy.rows(), self.rows(&follower.definition).await);
            if ours != expected {
                let other = |these: &[(String, Row)], those: &[(String, Row)]| {
                    these.iter().filter(|row| !those.contains(row)).cloned().collect::<Vec<_>>()
                };
                let (more, missing) = (other(&ours, &expected), other(&expected, &ours));
                let (round, state) = (self.round, follower.state());
                panic!(
                    "round {round}: it has {more:#?} of {}, and not {missing:#?} of {}; {state}",
                    ours.len(),
                    expected.len()
                );
            }
        }
        complete
    }

    async fn write_and_follow(&mut self, each: u64) -> u64 {
        let (end, ended) = watch::channel(None);
        let is_cut = self.random.one_in(30);
        let follow = self.followers.iter_mut().map(|follower| {
            let mut ended = ended.clone();
            async move { follower.follow(&mut ended).await }
        });
        let write = async {
            let writers = join_all(self.writers.iter_mut().map(|writer| writer.write(each)));
            let cut = async {
                if is_cut {
                    // The new slot waits for all transactions that are open.
                    self.slow.end().await;
                    self.session.run(CUT).await;
                }
            };
            let (complete, ()) = futures_util::future::join(writers, cut).await;
            if !is_cut {
                self.slow.step().await;
            }
            loop {
                self.farewells += 1;
                self.session.run(&farewell(self.farewells)).await;
                self.marks.until(&format!("\"public\".\"marks\"/\"{}\"", self.farewells)).await;
                // Where the marks have begun anew, it may be in the snapshot, where it has no position.
                if self.marks.copy.last.0 > 0 {
                    break;
                }
            }
            end.send_replace(Some(self.marks.copy.last.0));
            complete.into_iter().sum()
        };
        futures_util::future::join(join_all(follow), write).await.1
    }

    /// What Postgres says is in a shape.
    async fn rows(&self, definition: &Definition) -> Vec<(String, Row)> {
        let messages = self.session.client().simple_query(&definition.query()).await.unwrap();
        let mut rows: Vec<_> = messages
            .iter()
            .filter_map(|message| {
                let SimpleQueryMessage::Row(row) = message else { return None };
                let column = |(at, column): (usize, &tokio_postgres::SimpleColumn)| {
                    (column.name().to_owned(), row.get(at).map(str::to_owned))
                };
                let row: Vec<_> = row.columns().iter().enumerate().map(column).collect();
                Some((definition.key(&row), row.into_iter().collect()))
            })
            .collect();
        rows.sort();
        rows
    }

    pub async fn stop(self) -> usize {
        let requests = self.followers.iter().map(|follower| follower.requests).sum();
        self.stand.stop().await;
        requests
    }
}
