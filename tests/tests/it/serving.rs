//! A domain's program as a process that serves it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Stdio};

use cim_tests::programs::program;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value as Json;

/// A process that serves, and ends with the test.
pub(crate) struct Serving {
    child: Child,
    said: BufReader<ChildStdout>,
    /// What it said before it took requests.
    pub(crate) greeting: String,
}

impl Serving {
    /// Starts `PROGRAM serve …`, and waits until it takes requests.
    pub(crate) fn start(name: &str, arguments: &[&str]) -> Self {
        let mut command = program(name);
        command.arg("serve").args(arguments).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut greeting = String::new();
        while !greeting.contains("serving `") && !greeting.starts_with('{') {
            assert_ne!(said.read_line(&mut greeting).unwrap(), 0, "it ended: {greeting}");
        }
        Self { child, said, greeting }
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends it as an operator does, and returns what it said.
    pub(crate) fn terminate(mut self) -> String {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        assert!(self.child.wait().unwrap().success());
        let mut said = String::new();
        self.said.read_to_string(&mut said).unwrap();
        said
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks as a program of any language does.
pub(crate) async fn asked(nats: &async_nats::Client, subject: &'static str, request: Json) -> Json {
    let answer = nats.request(subject, request.to_string().into()).await.unwrap();
    serde_json::from_slice(&answer.payload).unwrap()
}
