//! What a projection takes of memory that falls behind: in a process of its own, which is looked at.

use std::fs;
use std::process::Stdio;

use cim_runtime::prelude::*;
use cim_test_nats::Server;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::books::{Books, EACH, Paid, fill};

/// What the first argument of that process is.
pub const PROCESS: &str = "process-that-falls-behind";

/// A system with a projection that has few rows, so that only what waits for it could grow.
#[system(
    aggregates(cim_order::order::Order, cim_order::item::Item, cim_order::package::Package),
    projections(Paid)
)]
struct FewRows;

pub async fn run() {
    let most = crate::events(1_000_000);
    let server = Server::start();
    let shop = Books::open(server.url()).await.unwrap();
    let mut process = Process::start(&server.url());
    process.said("started").await;
    let mut stored = 0;
    for behind in [0, most / 5, most / 2, most] {
        fill(&shop, stored / EACH..behind / EACH).await;
        stored = behind;
        let memory = process.ask("memory").await;
        println!("{behind} events behind: {memory}");
    }
    println!("caught up on {stored} events: {}", process.ask("go on").await);
    drop(process.input);
    process.child.wait().await.unwrap();
}

struct Process {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Process {
    fn start(url: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([PROCESS, url])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, input, output }
    }

    async fn ask(&mut self, question: &str) -> String {
        self.input.write_all(format!("{question}\n").as_bytes()).await.unwrap();
        self.output.next_line().await.unwrap().unwrap()
    }

    async fn said(&mut self, line: &str) {
        assert_eq!(self.output.next_line().await.unwrap().unwrap(), line);
    }
}

/// The process itself: it holds the projection up, and answers.
pub async fn process(url: &str) {
    let shop = FewRows::open(url).await.unwrap();
    let workers = shop.start().await.unwrap();
    workers.settled().await.unwrap();
    let projection = shop.projection::<Paid>().unwrap();
    projection.pause();
    println!("started");
    let mut questions = BufReader::new(tokio::io::stdin()).lines();
    while let Some(question) = questions.next_line().await.unwrap() {
        if question == "go on" {
            projection.resume();
            workers.settled().await.unwrap();
        }
        println!("{}", memory());
    }
    workers.stop().await;
}

/// What of this process is in memory, and what was at most.
fn memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let of = |field: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
    };
    format!("{:.0} MiB, at most {:.0} MiB", of("VmRSS:"), of("VmHWM:"))
}
