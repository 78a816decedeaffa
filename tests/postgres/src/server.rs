//! One server: a process, and a folder with its data and its socket.

use std::fs::{self, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::account::Account;
use crate::program::programs;

/// What makes it fast, and small: nothing has to outlive the machine.
const SETTINGS: &str = "
listen_addresses = ''
fsync = off
full_page_writes = off
synchronous_commit = off
wal_level = minimal
max_wal_senders = 0
max_connections = 50
shared_buffers = 16MB
lc_messages = 'C'
";

/// A PostgreSQL server, which ends when it is dropped.
#[derive(Debug)]
pub struct Server {
    account: Option<Account>,
    running: Option<Running>,
    folder: TempDir,
}

impl Server {
    /// A server with an empty database.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn start() -> Self {
        let account = Account::other_than_root();
        let folder = TempDir::with_prefix("cim-postgres-")
            .unwrap_or_else(|error| panic!("cannot make a folder for a server: {error}"));
        if let Some(account) = account {
            account.own(folder.path());
        }
        let mut server = Self { account, running: None, folder };
        server.init();
        server.restart();
        server
    }

    /// Such as `postgres://postgres:s3cret@localhost/postgres?host=/tmp/cim-postgres-1`: the
    /// server lets everybody in, with any password.
    pub fn url(&self) -> String {
        let host = self.folder.path().display();
        format!("postgres://postgres:s3cret@localhost/postgres?host={host}")
    }

    /// Ends the process at once; what clients have begun is undone.
    pub fn kill(&mut self) {
        self.running = None;
    }

    /// Starts it again on the same folder.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn restart(&mut self) {
        self.kill();
        let mut postgres = self.command(&programs().postgres);
        postgres.arg("-D").arg(self.data());
        let running = Running::start(&mut postgres);
        self.running =
            Some(running.unwrap_or_else(|log| panic!("PostgreSQL did not start:\n{log}")));
    }

    fn init(&self) {
        let mut initdb = self.command(&programs().initdb);
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"]);
        let done = initdb.arg("--no-sync").arg("-D").arg(self.data()).output();
        let said = match done {
            Ok(output) if output.status.success() => None,
            Ok(output) => Some(String::from_utf8_lossy(&output.stderr).into_owned()),
            Err(error) => Some(error.to_string()),
        };
        if let Some(said) = said {
            panic!("{} failed: {said}", programs().initdb.display());
        }
        let socket = self.folder.path().display();
        let settings = format!("{SETTINGS}unix_socket_directories = '{socket}'\n");
        let written = OpenOptions::new()
            .append(true)
            .open(self.data().join("postgresql.conf"))
            .and_then(|mut config| config.write_all(settings.as_bytes()));
        written.unwrap_or_else(|error| panic!("cannot set the server up: {error}"));
    }

    fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    /// A program of the server's, as whoever it runs as.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder.path()).stdin(Stdio::null()).stdout(Stdio::null());
        if let Some(account) = self.account {
            account.runs(&mut command);
        }
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Before its folder is removed.
        self.kill();
        let _ = fs::remove_dir_all(self.data());
    }
}

/// A process that takes connections.
#[derive(Debug)]
struct Running(Child);

impl Running {
    /// Starts a process and waits until it takes connections; otherwise, what it said.
    fn start(postgres: &mut Command) -> Result<Self, String> {
        let mut child =
            postgres.stderr(Stdio::piped()).spawn().map_err(|error| error.to_string())?;
        let stderr = child.stderr.take().ok_or("its log is not there")?;
        let running = Self(child);
        let mut lines = BufReader::new(stderr);
        let mut said = String::new();
        loop {
            let start = said.len();
            match lines.read_line(&mut said) {
                Ok(1..) => {}
                // The log ends with the process.
                _ => return Err(said),
            }
            if said[start..].contains("database system is ready to accept connections") {
                drain(lines);
                return Ok(running);
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // At once, and with what it has of the machine's memory given back, which a `kill -9` leaves.
        let _ = kill_process(Pid::from_child(&self.0), Signal::QUIT);
        let _ = self.0.wait();
    }
}

/// Reads on, or the server would wait for room in the pipe.
fn drain(mut lines: BufReader<ChildStderr>) {
    thread::spawn(move || {
        let mut line = String::new();
        while let Ok(1..) = lines.read_line(&mut line) {
            line.clear();
        }
    });
}
