use super::*;

async fn refusal(url: &str) -> SourceError {
    match source(url).stream().await {
        Ok(_) => panic!("it can be followed"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_server_without_logical_decoding_is_refused_by_name() {
    let start = || cluster::Cluster::start_with(&[("wal_level", "replica")]);
    let cluster = tokio::task::spawn_blocking(start).await.unwrap().unwrap();
    let error = refusal(&cluster.url("postgres")).await;
    assert!(error.is_fatal() && told(&error).contains("set `wal_level = logical`"), "{}", told(&error));
}

#[tokio::test]
async fn a_server_without_room_is_refused_by_name() {
    let start = || cluster::Cluster::start_with(&[("max_replication_slots", "1"), ("max_wal_senders", "2")]);
    let cluster = tokio::task::spawn_blocking(start).await.unwrap().unwrap();
    let url = cluster.url("postgres");
    let (one, two) = (source(&url), source(&url));
    let _first = one.stream().await.unwrap();
    let Err(error) = two.stream().await else { panic!("there is one slot") };
    assert!(!error.is_fatal() && told(&error).contains("max_replication_slots"), "{}", told(&error));
    // What it made before it failed goes, with the next attempt and in the end.
    let senders = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'walsender'";
    let one_is_left = || while cluster.psql("postgres", senders).unwrap() != "1" {};
    one_is_left();
    assert!(two.stream().await.is_err());
    assert_eq!(two.made().len(), 1);
    two.clean_up().await.unwrap();
    assert_eq!(cluster.psql("postgres", "SELECT count(*) FROM pg_publication").unwrap(), "1");
    one_is_left();
    let endpoint = Endpoint::new(&url, None).unwrap();
    let _second = crate::source::checks::connect(&endpoint).await.unwrap();
    let error = refusal(&url).await;
    assert!(!error.is_fatal() && told(&error).contains("max_wal_senders"), "{}", told(&error));
}

#[tokio::test]
async fn a_role_without_the_right_is_told_what_to_ask_for() {
    let test = Fixture::new("").await;
    let url = test.role("").await;
    let name = test.value("SELECT 'role_of_' || current_database()").await;
    let error = refusal(&url).await;
    assert!(
        error.is_fatal() && told(&error).contains(&format!("`ALTER ROLE \"{name}\" REPLICATION`")),
        "{}",
        told(&error)
    );
    test.execute(&format!("ALTER ROLE {name} REPLICATION")).await;
    let error = refusal(&url).await;
    assert!(error.is_fatal() && told(&error).contains("`GRANT CREATE ON DATABASE"), "{}", told(&error));
}

#[tokio::test]
async fn an_unknown_database_or_port_is_told() {
    let test = Fixture::new("").await;
    let error = refusal(&format!("{}_nowhere", test.database.url())).await;
    assert!(error.is_fatal() && told(&error).contains("does not exist"), "{}", told(&error));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let error = refusal(&format!("postgres://u@127.0.0.1:{port}/d")).await;
    assert!(!error.is_fatal(), "it may come up");
    assert!(told(&error).contains(&format!("127.0.0.1:{port} cannot be reached")), "{}", told(&error));
}
