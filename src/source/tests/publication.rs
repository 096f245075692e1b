use super::*;

#[tokio::test]
async fn a_table_is_published_with_its_whole_old_rows() {
    let test = Fixture::new("CREATE TABLE t (id int PRIMARY KEY)").await;
    let _stream = test.follow(&["t"]).await;
    assert_eq!(test.value("SELECT relreplident FROM pg_class WHERE relname = 't'").await, "f");
    let members = "SELECT count(*) FROM pg_publication_tables WHERE tablename = 't'";
    assert_eq!(test.value(members).await, "1");
    // Once more is no error.
    test.publish("t").await.unwrap();
    assert_eq!(test.value(members).await, "1");
}

#[tokio::test]
async fn publishing_waits_for_those_who_wrote_before() {
    let test = Fixture::new("CREATE TABLE t (id int PRIMARY KEY); ALTER TABLE t REPLICA IDENTITY FULL").await;
    let mut stream = test.follow(&[]).await;
    let older = client(test.database.url()).await;
    older.batch_execute("BEGIN; INSERT INTO t VALUES (1)").await.unwrap();
    let mut published = std::pin::pin!(test.publish("t"));
    tokio::select! {
        _ = &mut published => panic!("it did not wait"),
        // The table is a member, so only the wait is left; a second look at it has then been taken.
        () = test.until("(SELECT count(*) = 1 FROM pg_publication_tables)") => {}
    }
    tokio::select! {
        _ = &mut published => panic!("it did not wait"),
        () = test.until("pg_sleep(0.3) IS NOT NULL") => {}
    }
    older.batch_execute("INSERT INTO t VALUES (2); COMMIT").await.unwrap();
    published.await.unwrap();
    // What it wrote is seen by whatever snapshot is taken now.
    let mut rows = test.source.snapshot(&query("t", &["id"])).await.unwrap();
    assert_eq!(all(&mut *rows).await.unwrap(), "1\n2\n");
    test.execute("INSERT INTO t VALUES (3)").await;
    until(&mut *stream, |event| matches!(event, Event::Change(_))).await;
}

#[tokio::test]
async fn publishing_gives_up_on_a_lock_that_is_not_to_be_had() {
    let mut test = Fixture::new("CREATE TABLE t (id int PRIMARY KEY)").await;
    test.source.patience.lock = std::time::Duration::from_millis(200);
    let _stream = test.follow(&[]).await;
    let table = test.table("t").await.unwrap();
    test.execute("BEGIN; LOCK TABLE t").await;
    let error = test.source.publish(&table).await.unwrap_err();
    assert_eq!(error.to_string(), "Snapshot timed out while waiting for a table lock");
    test.execute("ROLLBACK").await;
    test.source.publish(&table).await.unwrap();
}

#[tokio::test]
async fn only_the_owner_can_publish() {
    let mut test = Fixture::new("CREATE TABLE t (id int PRIMARY KEY)").await;
    let url = test.role("REPLICATION").await;
    let database = test.value("SELECT current_database()").await;
    test.execute(&format!("GRANT CREATE ON DATABASE {database} TO role_of_{database}")).await;
    test.source = source(&url);
    let _stream = test.source.stream().await.unwrap();
    let error = test.publish("t").await.unwrap_err();
    assert_eq!(error.to_string(), "Unable to create initial snapshot: must be owner of table t");
    assert!(!error.is_schema_change());
    test.execute(&format!("ALTER TABLE t OWNER TO role_of_{database}")).await;
    test.publish("t").await.unwrap();
}

#[tokio::test]
async fn a_dropped_table_and_a_missing_stream_are_told_apart() {
    let test = Fixture::new("CREATE TABLE t (id int PRIMARY KEY)").await;
    let error = test.publish("t").await.unwrap_err();
    assert_eq!(error.to_string(), "Database connection not available");
    let _stream = test.follow(&[]).await;
    let table = test.table("t").await.unwrap();
    test.execute("DROP TABLE t").await;
    assert!(test.source.publish(&table).await.unwrap_err().is_schema_change());
}

#[tokio::test]
async fn a_stream_whose_publication_is_gone_ends() {
    let test = Fixture::new("CREATE TABLE t (id int PRIMARY KEY)").await;
    let mut stream = test.follow(&[]).await;
    let name = test.value("SELECT pubname FROM pg_publication").await;
    test.execute(&format!("DROP PUBLICATION {name}")).await;
    let error = test.publish("t").await.unwrap_err();
    assert!(!error.is_schema_change() && told(&error).contains(&name), "{}", told(&error));
    let mut events = Vec::new();
    while stream.next(&mut events).await.is_ok() {}
    drop(stream);
    let _stream = test.follow(&["t"]).await;
}

#[tokio::test]
async fn what_nobody_uses_is_swept_and_nothing_else() {
    let test = Fixture::new("CREATE TABLE t (id int PRIMARY KEY)").await;
    let publications = "SELECT coalesce(string_agg(pubname, ' ' ORDER BY pubname), '') FROM pg_publication";
    let other = source(test.database.url());
    let others_stream = other.stream().await.unwrap();
    let used = test.value(publications).await;
    // Left behind by one that died; kept by one that is stopped, but has its slot; somebody else's.
    test.execute("CREATE PUBLICATION diesel_electric_publication_dead; CREATE PUBLICATION theirs").await;
    let database = test.value("SELECT current_database()").await;
    test.execute(&format!(
        "SELECT pg_create_logical_replication_slot('diesel_electric_slot_{database}', 'pgoutput');
         CREATE PUBLICATION diesel_electric_publication_{database}"
    ))
    .await;
    // And one whose owner has just begun: it holds the lock, and has no slot yet.
    let beginner = client(test.database.url()).await;
    let lock = "SELECT pg_advisory_lock(hashtext('diesel_electric_slot_begun'))";
    beginner.batch_execute(&format!("{lock}; CREATE PUBLICATION diesel_electric_publication_begun")).await.unwrap();

    let stream = test.source.stream().await.unwrap();
    let left = test.value(publications).await;
    assert!(!left.contains("_dead"), "{left}");
    for kept in [used.as_str(), "_begun", database.as_str(), "theirs"] {
        assert!(left.contains(kept), "{kept} in {left}");
    }
    drop(stream);
    test.source.clean_up().await.unwrap();
    let left = test.value(publications).await;
    assert!(left.contains(&used) && left.split(' ').count() == 4, "{left}");
    drop(others_stream);
    other.clean_up().await.unwrap();
    test.execute(&format!("SELECT pg_drop_replication_slot('diesel_electric_slot_{database}')")).await;
}

#[tokio::test]
async fn the_slot_goes_with_the_stream() {
    let test = Fixture::new("").await;
    let slots = "(SELECT count(*) FROM pg_replication_slots WHERE database = current_database())";
    let stream = test.source.stream().await.unwrap();
    assert_eq!(test.value(&format!("SELECT {slots}")).await, "1");
    assert_eq!(
        test.value(
            "SELECT temporary AND plugin = 'pgoutput' FROM pg_replication_slots WHERE database = current_database()"
        )
        .await,
        "t"
    );
    drop(stream);
    test.until(&format!("{slots} = 0")).await;
}
