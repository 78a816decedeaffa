//! One server: a process, an address, a folder.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
use tempfile::TempDir;

use crate::Host;
use crate::program::{program, program_of};

/// How a server is set up.
#[derive(Debug, Clone, Default)]
pub struct ServerOptions {
    version: Option<String>,
    host: Option<Host>,
    without_jetstream: bool,
    monitored: bool,
    settings: String,
    jetstream: String,
}

impl ServerOptions {
    /// Exactly this version, and not the one that is advised.
    #[must_use]
    pub fn version(mut self, version: &str) -> Self {
        self.version = Some(version.to_owned());
        self
    }

    /// A server with this address, and not with the next that is free.
    #[must_use]
    pub fn on(mut self, host: &Host) -> Self {
        self.host = Some(host.clone());
        self
    }

    /// A server that keeps nothing.
    #[must_use]
    pub fn without_jetstream(mut self) -> Self {
        self.without_jetstream = true;
        self
    }

    /// A line of the server's configuration, such as `max_payload: 65536`.
    #[must_use]
    pub fn setting(mut self, line: &str) -> Self {
        let _ = writeln!(self.settings, "{line}");
        self
    }

    /// A line of its JetStream's configuration, such as `domain: hub`.
    #[must_use]
    pub fn jetstream(mut self, line: &str) -> Self {
        let _ = writeln!(self.jetstream, "{line}");
        self
    }

    /// A server that is watched: it has a monitoring port.
    #[must_use]
    pub fn monitored(mut self) -> Self {
        self.monitored = true;
        self
    }

    /// Starts the server and waits until it listens.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn start(self) -> Server {
        let host = self.host.clone().unwrap_or_else(Host::claim);
        let folder = TempDir::with_prefix("cim-nats-")
            .unwrap_or_else(|error| panic!("cannot make a folder for a server: {error}"));
        let program = match &self.version {
            Some(version) => program_of(version),
            None => program().to_owned(),
        };
        let config = folder.path().join("server.conf");
        fs::write(&config, self.config(&host, folder.path()))
            .unwrap_or_else(|error| panic!("cannot write {}: {error}", config.display()));
        let running = Running::start(&program, &config, &host, None)
            .unwrap_or_else(|log| panic!("nats-server did not start:\n{log}"));
        let address = running.address;
        Server { program, config, host, address, running: Some(running), folder }
    }

    fn config(&self, host: &Host, folder: &Path) -> String {
        let mut config = self.settings.clone();
        if self.monitored {
            let _ = writeln!(config, "http: \"{}:-1\"", host.address());
        }
        if !self.without_jetstream {
            let store = folder.join("jetstream");
            let _ = writeln!(
                config,
                "jetstream {{ store_dir: {:?}\n{} }}",
                store.display(),
                self.jetstream
            );
        }
        config
    }
}

/// A NATS server, which ends when it is dropped.
#[derive(Debug)]
pub struct Server {
    program: PathBuf,
    config: PathBuf,
    host: Host,
    address: SocketAddr,
    running: Option<Running>,
    folder: TempDir,
}

impl Server {
    /// A server with JetStream.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn start() -> Self {
        ServerOptions::default().start()
    }

    /// A server that is set up otherwise.
    pub fn options() -> ServerOptions {
        ServerOptions::default()
    }

    /// Such as `nats://127.20.30.40:41234`.
    pub fn url(&self) -> String {
        format!("nats://{}", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its monitoring port, such as `http://127.20.30.40:41235`.
    ///
    /// # Panics
    ///
    /// When it has none: see [`ServerOptions::monitored`].
    pub fn monitoring_url(&self) -> String {
        let log = self.log();
        let port = log.split_once("Starting http monitor on ").map(|(_, rest)| rest.lines().next());
        match port.flatten() {
            Some(address) => format!("http://{}", address.trim()),
            None => panic!("the server has no monitoring port:\n{log}"),
        }
    }

    /// Its folder, in which JetStream's is.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Ends the process at once, as `kill -9` does; what it has not written is lost.
    pub fn kill(&mut self) {
        self.running = None;
    }

    /// Starts it again on the same port and folder.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn restart(&mut self) {
        self.kill();
        let running =
            Running::start(&self.program, &self.config, &self.host, Some(self.address.port()));
        self.running = Some(running.unwrap_or_else(|log| {
            panic!("nats-server did not start again on {}:\n{log}", self.address)
        }));
    }

    /// Stops the process without ending it: connections stay, nothing is answered.
    ///
    /// # Panics
    ///
    /// When it does not run.
    pub fn pause(&self) {
        let pid = self.signal(Signal::STOP);
        // A signal is on its way for a while.
        waitpid(Some(pid), WaitOptions::UNTRACED)
            .unwrap_or_else(|error| panic!("{pid:?} does not stop: {error}"));
    }

    /// Lets a paused process go on.
    ///
    /// # Panics
    ///
    /// When it does not run.
    pub fn resume(&self) {
        self.signal(Signal::CONT);
    }

    /// What it has written to its log since it was started last.
    pub fn log(&self) -> String {
        self.running.as_ref().map(Running::log).unwrap_or_default()
    }

    fn signal(&self, signal: Signal) -> Pid {
        let running = self.running.as_ref().unwrap_or_else(|| panic!("the server was killed"));
        let pid = Pid::from_child(&running.child);
        kill_process(pid, signal).unwrap_or_else(|error| panic!("cannot signal {pid:?}: {error}"));
        pid
    }
}

/// A process that listens.
#[derive(Debug)]
struct Running {
    child: Child,
    address: SocketAddr,
    log: Arc<Mutex<String>>,
}

impl Running {
    /// Starts a process and waits until it listens; without a port, on one of its own choice.
    /// Otherwise, what it said.
    fn start(
        program: &Path,
        config: &Path,
        host: &Host,
        port: Option<u16>,
    ) -> Result<Self, String> {
        // The server takes -1 for a port of its own choice.
        let port = port.map_or_else(|| "-1".to_owned(), |port| port.to_string());
        let mut child = Command::new(program)
            .args(["--addr", &host.address().to_string(), "--port", &port, "--config"])
            .arg(config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        let stderr = child.stderr.take().ok_or("its log is not there")?;
        let mut lines = BufReader::new(stderr);
        let (mut said, mut address) = (String::new(), None);
        loop {
            let start = said.len();
            match lines.read_line(&mut said) {
                Ok(1..) => {}
                // The log ends with the process.
                _ => {
                    let _ = child.wait();
                    return Err(said);
                }
            }
            let line = &said[start..];
            address = address.or_else(|| listening(line));
            if let (Some(address), true) = (address, line.contains("Server is ready")) {
                let log = Arc::new(Mutex::new(said));
                drain(lines, Arc::clone(&log));
                return Ok(Self { child, address, log });
            }
        }
    }

    fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address in `… Listening for client connections on 127.20.30.40:41234`.
fn listening(line: &str) -> Option<SocketAddr> {
    let (_, address) = line.split_once("Listening for client connections on ")?;
    address.trim().parse().ok()
}

/// Reads on, or the server would wait for room in the pipe.
fn drain(mut lines: BufReader<ChildStderr>, log: Arc<Mutex<String>>) {
    thread::spawn(move || {
        let mut line = String::new();
        while let Ok(1..) = lines.read_line(&mut line) {
            log.lock().unwrap_or_else(PoisonError::into_inner).push_str(&line);
            line.clear();
        }
    });
}
