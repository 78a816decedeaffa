//! Who a server runs as: PostgreSQL refuses to be root.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

/// An account of this machine, by its numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Account {
    user: u32,
    group: u32,
}

impl Account {
    /// Somebody else, if this process is root's.
    ///
    /// # Panics
    ///
    /// When there is nobody else.
    pub(crate) fn other_than_root() -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            return None;
        }
        let accounts = fs::read_to_string("/etc/passwd")
            .unwrap_or_else(|error| panic!("cannot read which accounts there are: {error}"));
        let names = ["postgres", "nobody"];
        let found = names.iter().find_map(|name| Self::named(name, &accounts));
        Some(found.unwrap_or_else(|| {
            panic!(
                "PostgreSQL does not run as root, and there is no account `postgres` or `nobody`"
            )
        }))
    }

    /// The account in a line such as `postgres:x:101:103:…`.
    fn named(name: &str, accounts: &str) -> Option<Self> {
        let line = accounts.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        let mut fields = line.split(':').skip(1);
        Some(Self { user: fields.next()?.parse().ok()?, group: fields.next()?.parse().ok()? })
    }

    /// Gives it a folder.
    pub(crate) fn own(self, folder: &Path) {
        std::os::unix::fs::chown(folder, Some(self.user), Some(self.group)).unwrap_or_else(
            |error| panic!("cannot give {} to user {}: {error}", folder.display(), self.user),
        );
    }

    /// Has a program run as it.
    pub(crate) fn runs(self, command: &mut Command) {
        command.uid(self.user).gid(self.group);
    }
}
