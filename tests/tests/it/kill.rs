//! Kill -9 in the middle of a simulation, again and again: whatever was answered for is there.

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;

use cim_runtime::EventCid;
use cim_runtime::store::{EmbeddedStore, Store};
use cim_tests::programs::program;

const KILLS: usize = 20;
const ORDERS: &str = "1500";

/// Runs the simulation until it has reported `count` receipts more, kills it, and returns all it
/// has reported.
fn run_and_kill(store: &Path, count: usize) -> Vec<EventCid> {
    let mut child = program("cim-order")
        .args(["simulate", "--orders", ORDERS, "--seed", "7", "--receipts", "/dev/stdout", "--store"])
        .arg(store)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut receipts: Vec<EventCid> = Vec::new();
    for line in lines.by_ref().take(count) {
        receipts.push(line.unwrap().parse().unwrap());
    }
    assert_eq!(receipts.len(), count, "the simulation ended before it could be killed");
    child.kill().unwrap();
    child.wait().unwrap();
    // What was still in the pipe was answered for as well; a torn last line was not reported.
    receipts.extend(lines.filter_map(|line| line.ok()?.parse::<EventCid>().ok()));
    receipts
}

#[tokio::test]
async fn what_was_answered_for_survives_twenty_kills() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("shop.cim");
    let mut answered: HashSet<EventCid> = HashSet::new();
    for kill in 0..KILLS {
        answered.extend(run_and_kill(&store, 40 + 37 * kill));
        let opened = EmbeddedStore::open(&store).unwrap();
        for cid in &answered {
            let found = opened.find(cid).await.unwrap();
            found.unwrap_or_else(|| panic!("kill {kill}: {cid} was answered for and is gone")).verify().unwrap();
        }
        drop(opened);
        let verify = program("cim").args(["verify", "--store"]).arg(&store).output().unwrap();
        assert!(verify.status.success(), "kill {kill}: {}", String::from_utf8_lossy(&verify.stdout));
    }

    // The next run goes on: it finds what was stored, and finishes every life.
    let last = program("cim-order")
        .args(["simulate", "--orders", ORDERS, "--seed", "7", "--json", "--store"])
        .arg(&store)
        .output()
        .unwrap();
    let summary: serde_json::Value = serde_json::from_slice(&last.stdout).unwrap();
    let head = EmbeddedStore::open(&store).unwrap().head().await.unwrap().unwrap();
    let (stored, repeated) = (summary["stored"].as_u64().unwrap(), summary["repeated"].as_u64().unwrap());
    assert_eq!(stored + repeated, head.number, "each event was stored once: {summary}");
    assert!(repeated >= answered.len() as u64, "{summary}");
    assert_eq!(summary["orders"], 1500);
}
