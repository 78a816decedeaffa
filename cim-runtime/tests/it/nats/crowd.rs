//! Many writers, in processes of their own, on one aggregate of a cluster.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use cim_runtime::store::conformance::SampleStream;
use cim_runtime::store::{Durability, JetStreamOptions, JetStreamStore, Store as _, StoredEvent};
use cim_test_nats::Cluster;

use super::cluster::connect_with;
use super::ledger::Ledger;

const PROCESSES: usize = 4;
const WRITERS: usize = 16;

/// Where the servers are, for a process that this test has started.
const SERVERS: &str = "CIM_TEST_CROWD";
/// What begins the line of a commit that was answered for.
const ACKED: &str = "acked ";

fn options() -> JetStreamOptions {
    // With so many, a commit waits for its turn.
    let patient = std::time::Duration::from_secs(60);
    JetStreamStore::options().durability(Durability::Replicated).domain("sample").deadline(patient)
}

#[test]
fn of_64_writers_in_4_processes_each_wins_its_version_on_a_cluster() {
    let cluster = Cluster::start();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let store = runtime.block_on(connect_with(&options(), &cluster.url()));
    let ledger = Ledger::new();
    let processes: Vec<_> = (0..PROCESSES).map(|_| process(&cluster.url())).collect();
    for mut process in processes {
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        for line in lines.map_while(Result::ok) {
            // The test harness writes on the same line.
            let Some((_, acked)) = line.split_once(ACKED) else { continue };
            let (cid, position) = acked.split_once(' ').unwrap();
            ledger.acked_elsewhere(cid.parse().unwrap(), position.parse().unwrap());
        }
        assert!(process.wait().unwrap().success());
    }
    assert_eq!(ledger.count(), PROCESSES * WRITERS);
    runtime.block_on(async {
        ledger.check(&store).await;
        let stored = store.read_stream(SampleStream::new("one").name(), 0).await.unwrap();
        assert_eq!(stored.len(), PROCESSES * WRITERS);
    });
}

/// A process that runs the test below, and nothing else of this program.
fn process(url: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "nats::crowd::sixteen_writers", "--ignored", "--nocapture"])
        .env(SERVERS, url)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the test above runs it, in processes of its own"]
async fn sixteen_writers() {
    let url = std::env::var(SERVERS).expect("the test above runs this, with the address");
    let store = connect_with(&options(), &url).await;
    let writers = (0..WRITERS).map(|_| tokio::spawn(one_commit(store.clone())));
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
}

/// Writes once, however often another was faster.
async fn one_commit(store: JetStreamStore) {
    let name = SampleStream::new("one").name().clone();
    let mut after: Vec<StoredEvent> = Vec::new();
    loop {
        after.extend(store.read_stream(&name, after.len() as u64).await.unwrap());
        let head = after.last().map(|event| event.cid);
        let commit = SampleStream::at("one", after.len() as u64, head).commit(1);
        let cid = commit.head();
        match store.commit(commit).await {
            Ok(committed) => return println!("{ACKED}{cid} {}", committed.position),
            Err(error) => assert!(error.is_conflict(), "{error}"),
        }
    }
}
