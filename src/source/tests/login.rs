use super::*;

/// Who must prove what.
const RULES: &str = "local all all trust
host all postgres 127.0.0.1/32 trust
host all with_scram 127.0.0.1/32 scram-sha-256
host all with_md5 127.0.0.1/32 md5
host all with_password 127.0.0.1/32 password
host all with_certificate 127.0.0.1/32 ident
";

const ROLES: &str = "SET password_encryption = 'scram-sha-256';
CREATE ROLE with_scram SUPERUSER LOGIN PASSWORD 'sécret ''1';
CREATE ROLE with_password SUPERUSER LOGIN PASSWORD 'sécret ''1';
SET password_encryption = 'md5';
CREATE ROLE with_md5 SUPERUSER LOGIN PASSWORD 'sécret ''1';
CREATE ROLE with_certificate SUPERUSER LOGIN;
CREATE ROLE unlisted SUPERUSER LOGIN";

/// `sécret '1`
const PASSWORD: &str = "s%C3%A9cret%20%271";

#[tokio::test]
async fn every_way_to_log_in_works_for_stream_and_pools() {
    let folder = std::env::temp_dir();
    let folder = folder.to_str().unwrap().to_owned();
    let start = move || cluster::Cluster::start_with(&[("unix_socket_directories", &folder)]);
    let cluster = tokio::task::spawn_blocking(start).await.unwrap().unwrap();
    cluster.psql("postgres", ROLES).unwrap();
    std::fs::write(cluster.data().join("pg_hba.conf"), RULES).unwrap();
    cluster.psql("postgres", "SELECT pg_reload_conf()").unwrap();
    cluster.psql("postgres", "CREATE TABLE t (id int)").unwrap();
    let url = |user: &str| cluster.url("postgres").replacen("postgres@", &format!("{user}@"), 1);
    // Until the new rules are read everybody is let in.
    let probe = Endpoint::new(&url("unlisted"), None).unwrap();
    while Client::connect(&probe).await.is_ok() {
        tokio::task::yield_now().await;
    }
    for role in ["with_scram", "with_md5", "with_password"] {
        let source = source(&url(&format!("{role}:{PASSWORD}")));
        let stream = source.stream().await;
        assert!(stream.is_ok(), "{role}: {}", told(&stream.err().unwrap()));
        source.table(&TableName::new("public", "t")).await.unwrap();
        drop(stream);
        source.clean_up().await.unwrap();
        for wrong in [format!("{role}:wrong"), role.to_owned()] {
            let Err(error) = self::source(&url(&wrong)).stream().await else { panic!("{wrong} was let in") };
            assert!(error.is_fatal() && !told(&error).contains("wrong"), "{}", told(&error));
        }
    }
    for (user, cause) in [("unlisted", "no pg_hba.conf entry"), ("nobody", "no pg_hba.conf entry")] {
        let Err(error) = source(&url(user)).stream().await else { panic!("{user} was let in") };
        assert!(error.is_fatal() && told(&error).contains(cause), "{}", told(&error));
    }
    let local = format!("host={} port={} user=postgres", std::env::temp_dir().display(), cluster.port());
    let source = source(&local);
    assert!(source.stream().await.is_ok());
    source.table(&TableName::new("public", "t")).await.unwrap();
}
