//! Where the server's programs are.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::ClusterError;

/// The oldest major version that the project supports.
const OLDEST: u32 = 14;

/// The folder of a server's programs: `initdb`, `pg_ctl`, `psql`.
#[derive(Clone, Debug)]
pub struct Binaries {
    folder: PathBuf,
}

impl Binaries {
    /// The folder named in `PG_BIN`, else the newest server in the usual places of Debian, Red Hat, Homebrew and
    /// Postgres.app, else what `pg_config` on the path knows.
    ///
    /// # Errors
    /// [`ClusterError::NotInstalled`].
    pub fn find() -> Result<Self, ClusterError> {
        if let Some(folder) = std::env::var_os("PG_BIN") {
            return Ok(Self { folder: folder.into() });
        }
        let newest = candidates()
            .into_iter()
            .filter(|folder| folder.join("initdb").is_file())
            .filter_map(|folder| Some((version(&folder)?, folder)))
            .filter(|(version, _)| *version >= OLDEST)
            .max_by_key(|(version, _)| *version);
        newest.map(|(_, folder)| Self { folder }).ok_or(ClusterError::NotInstalled)
    }

    /// The path of a program.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// The major version of the server in `folder`; `None` if it does not say.
pub fn version(folder: &Path) -> Option<u32> {
    let output = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let number = text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    number.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok()
}

fn candidates() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    // Folders that hold one folder for each version.
    for (parent, below) in [
        ("/usr/lib/postgresql", "bin"),
        ("/opt/homebrew/opt", "bin"),
        ("/usr/local/opt", "bin"),
        ("/Applications/Postgres.app/Contents/Versions", "bin"),
    ] {
        for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
            folders.push(entry.path().join(below));
        }
    }
    // Red Hat's `/usr/pgsql-17`.
    for entry in std::fs::read_dir("/usr").into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with("pgsql") {
            folders.push(entry.path().join("bin"));
        }
    }
    folders.extend(["/usr/local/pgsql/bin", "/usr/bin"].map(PathBuf::from));
    let configured = Command::new("pg_config").arg("--bindir").output().ok();
    let configured = configured.and_then(|output| String::from_utf8(output.stdout).ok());
    folders.extend(configured.map(|folder| PathBuf::from(folder.trim())));
    folders
}
