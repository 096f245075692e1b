//! One server: made, started, restarted, gone.

use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::binaries::Binaries;
use crate::error::ClusterError;
use crate::owner::Owner;

/// How often another port is tried: between finding a free one and listening on it somebody else may take it.
const ATTEMPTS: usize = 5;

/// Settings of every cluster; those of the caller win.
const SETTINGS: [(&str, &str); 10] = [
    ("wal_level", "logical"),
    ("listen_addresses", "127.0.0.1"),
    ("unix_socket_directories", ""),
    ("max_connections", "300"),
    ("max_replication_slots", "64"),
    ("max_wal_senders", "64"),
    ("fsync", "off"),
    ("full_page_writes", "off"),
    ("autovacuum", "off"),
    // Nothing depends on the machine's own zone.
    ("timezone", "UTC"),
];

/// A running server with a superuser `postgres` who needs no password from this machine.
#[derive(Debug)]
pub struct Cluster {
    binaries: Binaries,
    owner: Owner,
    folder: PathBuf,
    port: u16,
    /// Stops the server and removes the folder once its standard input ends.
    warden: Child,
}

impl Cluster {
    /// Makes and starts a server.
    ///
    /// # Errors
    /// If none is installed, or it does not start.
    pub fn start() -> Result<Self, ClusterError> {
        Self::start_with(&[])
    }

    /// As [`Self::start`], with further settings (`postgresql.conf`), such as `("wal_level", "replica")`.
    ///
    /// # Errors
    /// As there.
    pub fn start_with(settings: &[(&str, &str)]) -> Result<Self, ClusterError> {
        let binaries = Binaries::find()?;
        let folder = tempfile::Builder::new().prefix("diesel-electric-").tempdir();
        let folder = folder.map_err(ClusterError::io("make a temporary folder"))?;
        let owner = Owner::find(folder.path())?;
        owner.give(folder.path())?;
        // From here on the warden removes it.
        let folder = folder.keep();
        let warden = warden(&binaries, owner, &folder)?;
        let mut cluster = Self { binaries, owner, folder, port: 0, warden };
        let data = cluster.data();
        let mut initdb = cluster.command("initdb");
        run(initdb.args(["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8"]).arg(data))?;
        cluster.listen(settings)?;
        Ok(cluster)
    }

    fn listen(&mut self, settings: &[(&str, &str)]) -> Result<(), ClusterError> {
        let mut attempt = 1;
        loop {
            self.port = free_port()?;
            let line = |(name, value): &(&str, &str)| format!("{name} = '{value}'\n");
            let lines: String = SETTINGS.iter().chain(settings).map(line).collect();
            std::fs::write(self.data().join("postgresql.auto.conf"), format!("{lines}port = {}\n", self.port))
                .map_err(ClusterError::io("write the server's settings"))?;
            match self.pg_ctl("start") {
                Err(_) if attempt < ATTEMPTS => attempt += 1,
                outcome => return outcome,
            }
        }
    }

    /// The URL of a database of this server.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// The path of a program of the server, such as `psql`.
    pub fn program(&self, name: &str) -> PathBuf {
        self.binaries.program(name)
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its data directory, which holds `pg_hba.conf`.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Runs SQL by `psql` in a database; returns what it prints, unaligned.
    ///
    /// # Errors
    /// With the server's message.
    pub fn psql(&self, database: &str, sql: &str) -> Result<String, ClusterError> {
        psql(&self.binaries, &self.url(database), sql)
    }

    /// Stops the server, as when its machine is restarted.
    ///
    /// # Errors
    /// If it does not stop.
    pub fn stop(&self) -> Result<(), ClusterError> {
        self.pg_ctl("stop")
    }

    /// Starts the server after [`Self::stop`], on the same port.
    ///
    /// # Errors
    /// If it does not start.
    pub fn start_again(&self) -> Result<(), ClusterError> {
        self.pg_ctl("start")
    }

    pub(crate) fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.binaries.program(program));
        self.owner.run(&mut command).current_dir(&self.folder);
        command
    }

    fn pg_ctl(&self, action: &str) -> Result<(), ClusterError> {
        let mut command = self.command("pg_ctl");
        let log = self.folder.join("log");
        command.arg("--pgdata").arg(self.data()).arg("--log").arg(log).args(["--wait", "--silent", "--mode=fast"]);
        // A server inherits what pg_ctl holds, and a pipe of ours would never end.
        let status = command.arg(action).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        if status.map_err(ClusterError::io("run pg_ctl"))?.success() {
            return Ok(());
        }
        let output = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        Err(ClusterError::Program { program: self.binaries.program("pg_ctl"), output })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.warden.stdin.take());
        // Its end is the end of the server; if waiting fails, it goes on without us.
        let _ = self.warden.wait();
    }
}

/// Starts the process that ends the server when we are gone. In a process group of its own, so that Ctrl-C at a terminal
/// leaves it to its work.
fn warden(binaries: &Binaries, owner: Owner, folder: &Path) -> Result<Child, ClusterError> {
    let script = r#"trap '' INT TERM HUP; read -r _; "$1" -D "$2/data" -m immediate -s stop; cd /
        # An initdb that outlives us may still be writing.
        for _ in 1 2 3 4 5; do rm -rf "$2" && break; sleep 1; done"#;
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script, "warden"]).arg(binaries.program("pg_ctl")).arg(folder);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    owner.run(&mut command).current_dir("/").spawn().map_err(ClusterError::io("start the cluster's warden"))
}

fn free_port() -> Result<u16, ClusterError> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(ClusterError::io("find a free port"))?;
    Ok(listener.local_addr().map_err(ClusterError::io("find a free port"))?.port())
}

pub(crate) fn psql(binaries: &Binaries, url: &str, sql: &str) -> Result<String, ClusterError> {
    let mut command = Command::new(binaries.program("psql"));
    let options = ["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1"];
    run(command.args(options).arg("--dbname").arg(url).arg("--command").arg(sql))
}

/// Runs a program to its end and returns what it printed.
fn run(command: &mut Command) -> Result<String, ClusterError> {
    let output = command.stdin(Stdio::null()).output().map_err(ClusterError::io("run a program of the server"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned());
    }
    let printed = [output.stdout, output.stderr].concat();
    let output = String::from_utf8_lossy(&printed).trim_end().to_owned();
    Err(ClusterError::Program { program: command.get_program().into(), output })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_answers_restarts_and_leaves_nothing_behind() {
        let cluster = Cluster::start().unwrap();
        assert_eq!(cluster.psql("postgres", "SHOW wal_level").unwrap(), "logical");
        assert!(cluster.psql("postgres", "SELECT nonsense").unwrap_err().to_string().contains("nonsense"));
        cluster.stop().unwrap();
        cluster.start_again().unwrap();
        assert_eq!(cluster.psql("postgres", "SELECT 1 + 1").unwrap(), "2");
        let (folder, port) = (cluster.folder.clone(), cluster.port);
        drop(cluster);
        assert!(!folder.exists());
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
    }
}
