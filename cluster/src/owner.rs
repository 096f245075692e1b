//! Who the server runs as: ourselves, but never root.

use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use crate::ClusterError;

/// The user that owns a cluster.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Owner {
    /// Whoever runs this process.
    Ourselves,
    /// Another user, since we are root.
    User { uid: u32, gid: u32 },
}

impl Owner {
    pub(crate) fn find(folder: &Path) -> Result<Self, ClusterError> {
        // A folder that we have just made belongs to whoever we are.
        let made = folder.metadata().map_err(ClusterError::io("look at the cluster's folder"))?;
        if made.uid() != 0 {
            return Ok(Self::Ourselves);
        }
        let users = std::fs::read_to_string("/etc/passwd").map_err(ClusterError::io("read /etc/passwd"))?;
        ["postgres", "nobody"].iter().find_map(|name| user(&users, name)).ok_or(ClusterError::NoUser)
    }

    pub(crate) fn give(self, folder: &Path) -> Result<(), ClusterError> {
        match self {
            Self::Ourselves => Ok(()),
            Self::User { uid, gid } => {
                chown(folder, Some(uid), Some(gid)).map_err(ClusterError::io("give the cluster's folder away"))
            }
        }
    }

    /// Makes the command run as this user.
    pub(crate) fn run(self, command: &mut Command) -> &mut Command {
        match self {
            Self::Ourselves => command,
            Self::User { uid, gid } => command.uid(uid).gid(gid),
        }
    }
}

/// The user `name` in the text of a password file.
fn user(passwd: &str, name: &str) -> Option<Owner> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let is_it = fields.next() == Some(name);
        let mut ids = fields.skip(1).map_while(|field| field.parse().ok());
        is_it.then(|| Some(Owner::User { uid: ids.next()?, gid: ids.next()? }))?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_ids_of_a_user() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\npostgres:x:101:103::/var/lib/postgresql:/bin/bash\n";
        assert!(matches!(user(passwd, "postgres"), Some(Owner::User { uid: 101, gid: 103 })));
        assert!(user(passwd, "nobody").is_none());
    }
}
