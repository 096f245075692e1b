//! An nginx of one's own, with the configuration that the project recommends.

use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const RECOMMENDED: &str = include_str!("../../examples/nginx.conf");

/// Runs nginx until its standard input ends, and removes its folder.
const WARDEN: &str = r#"trap '' INT TERM HUP
    "$1" -p "$2" -c "$2/nginx.conf" -e "$2/error.log" & pid=$!
    read -r _; kill "$pid"; wait "$pid"; cd /; rm -rf "$2""#;

/// A running nginx. It ends with this value, or with the process.
pub struct Nginx {
    /// `http://127.0.0.1:port`
    pub url: String,
    warden: Child,
}

impl Nginx {
    /// Starts one in front of `upstream`, which is `http://host:port`.
    pub async fn before(upstream: &str) -> Self {
        let upstream = upstream.strip_prefix("http://").unwrap().to_owned();
        tokio::task::spawn_blocking(move || {
            loop {
                // Until nginx listens on it, somebody else may take the port.
                if let Some(nginx) = Self::start(&upstream) {
                    return nginx;
                }
            }
        })
        .await
        .unwrap()
    }

    fn start(upstream: &str) -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = tempfile::Builder::new().prefix("diesel-electric-nginx-").tempdir().unwrap().keep();
        write_configuration(&folder, upstream, port);
        let mut warden = Command::new("/bin/sh");
        warden.args(["-c", WARDEN, "warden"]).arg(program()).arg(&folder).process_group(0);
        let warden = warden.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let nginx = Self { url: format!("http://127.0.0.1:{port}"), warden };
        let begin = Instant::now();
        // It is written once the port is listened on.
        while !folder.join("pid").exists() {
            let log = std::fs::read_to_string(folder.join("error.log")).unwrap_or_default();
            if log.contains("still could not bind()") {
                return None;
            }
            assert!(!log.contains("[emerg]") || log.contains("bind()"), "nginx refuses its configuration: {log}");
            assert!(begin.elapsed() < Duration::from_secs(60), "nginx does not start: {log}");
            std::thread::sleep(Duration::from_millis(10));
        }
        Some(nginx)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        drop(self.warden.stdin.take());
        let _ = self.warden.wait();
    }
}

fn program() -> PathBuf {
    let output = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/find-nginx.sh")).output().unwrap();
    assert!(output.status.success(), "there is no nginx; scripts/need-nginx.sh gets one");
    PathBuf::from(String::from_utf8(output.stdout).unwrap().trim())
}

/// The recommended file, with other addresses, and around it what keeps everything in the folder.
fn write_configuration(folder: &Path, upstream: &str, port: u16) {
    let path = folder.display();
    let mut shapes = RECOMMENDED.to_owned();
    for (theirs, ours) in [
        ("/var/cache/nginx/shapes", format!("{path}/cache")),
        ("server 127.0.0.1:3000;", format!("server {upstream};")),
        ("listen 8080;", format!("listen 127.0.0.1:{port};")),
    ] {
        assert_eq!(shapes.matches(theirs).count(), 1, "{theirs}");
        shapes = shapes.replace(theirs, &ours);
    }
    std::fs::write(folder.join("shapes.conf"), shapes).unwrap();
    // Root's workers would be another user, who may not look into the folder.
    let user = if folder.metadata().unwrap().uid() == 0 { "user root;" } else { "" };
    let folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let folders = folders.map(|name| format!("    {name}_temp_path {path}/{name};\n")).concat();
    let main = format!(
        "daemon off;\n{user}\npid {path}/pid;\nevents {{ worker_connections 1024; }}\n\
         http {{\n    access_log off;\n{folders}    include {path}/shapes.conf;\n}}\n"
    );
    std::fs::write(folder.join("nginx.conf"), main).unwrap();
}
