//! How many commits a second the embedded store takes, beside a loop written by hand that does
//! only what cannot be left out. Run with `--release`, on the disk of interest as first argument.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cim_runtime::Envelope;
use cim_runtime::store::conformance::{SampleCommit, SampleStream};
use cim_runtime::store::{EmbeddedStore, Store as _};

const CALLERS: usize = 64;

fn sample() -> SampleCommit {
    SampleCommit { data: 100, ..SampleCommit::of(1) }
}

fn rate(what: &str, commits: usize, took: Duration) -> f64 {
    let rate = commits as f64 / took.as_secs_f64();
    println!("{what:<44} {rate:>9.0}/s");
    rate
}

/// Decide, encode, hash, append; one sync for 64.
fn raw(dir: &Path, commits: usize) -> std::io::Result<f64> {
    let mut file = File::create(dir.join("raw"))?;
    file.write_all(&vec![0; commits * 600])?;
    file.sync_all()?;
    std::io::Seek::rewind(&mut file)?;
    let mut streams: Vec<_> =
        (0..CALLERS).map(|i| SampleStream::new(&format!("raw-{i}"))).collect();
    let start = Instant::now();
    let mut buffer = Vec::new();
    for _ in 0..commits / CALLERS {
        buffer.clear();
        for stream in &mut streams {
            buffer.extend_from_slice(stream.commit_of(&sample()).sections());
        }
        file.write_all(&buffer)?;
        file.sync_data()?;
    }
    Ok(rate("raw loop, 64 at a time", commits, start.elapsed()))
}

async fn callers(
    what: &str,
    store: &EmbeddedStore,
    callers: usize,
    commits: usize,
    tag: &str,
) -> f64 {
    let start = Instant::now();
    let tasks = (0..callers).map(|caller| {
        let store = store.clone();
        let mut stream = SampleStream::new(&format!("{tag}-{caller}"));
        tokio::spawn(async move {
            for _ in 0..commits / callers {
                store.commit(stream.commit_of(&sample())).await.expect("a commit");
            }
        })
    });
    let tasks: Vec<_> = tasks.collect();
    for task in tasks {
        task.await.expect("a caller");
    }
    rate(what, commits, start.elapsed())
}

async fn load(what: &str, store: &EmbeddedStore, stream: &SampleStream) {
    let name = stream.name();
    let mut best = (Duration::MAX, Duration::MAX);
    for _ in 0..200 {
        let start = Instant::now();
        let events = store.read_stream(name, 0).await.expect("a stream");
        let read = start.elapsed();
        let start = Instant::now();
        for event in &events {
            event.verify().expect("a sound block");
            std::hint::black_box(Envelope::decode(&event.block).expect("an event"));
        }
        best = (best.0.min(read), best.1.min(start.elapsed()));
        assert_eq!(events.len(), 1000);
    }
    let ratio = 1.0 + best.0.as_secs_f64() / best.1.as_secs_f64();
    println!("{what:<44} read {:?}, decode and hash {:?}: {ratio:.2}x", best.0, best.1);
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let base = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let dir = tempfile::TempDir::new_in(base)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let commits = 640_000;
    let path = dir.path().join("store");
    runtime.block_on(async {
        for round in 0..2 {
            let raw = raw(dir.path(), 320_000)?;
            let store = EmbeddedStore::open(&path)?;
            let took = callers("64 callers", &store, 64, commits, &format!("a{round}")).await;
            println!("{:<44} {:>8.2}x", "", took / raw);
            drop(store);
            let start = Instant::now();
            let store = EmbeddedStore::open(&path)?;
            println!("{:<44} {:?}", "reopen", start.elapsed());
            let again =
                callers("64 callers after a reopen", &store, 64, commits, &format!("b{round}"))
                    .await;
            println!("{:<44} {:>8.2}x", "", again / took);
            callers("64 callers again (known streams)", &store, 64, 64, &format!("c{round}")).await;
            callers("1 caller", &store, 1, 5_000, &format!("d{round}")).await;
            callers("2 callers", &store, 2, 10_000, &format!("e{round}")).await;
            callers("8 callers", &store, 8, 40_000, &format!("f{round}")).await;
            let mut alone = SampleStream::new(&format!("alone{round}"));
            for _ in 0..1000 {
                store.commit(alone.commit_of(&sample())).await?;
            }
            load("1,000 commits in a row", &store, &alone).await;
            let mut mixed: Vec<_> =
                (0..8).map(|i| SampleStream::new(&format!("mixed{round}-{i}"))).collect();
            for _ in 0..1000 {
                for stream in &mut mixed {
                    store.commit(stream.commit_of(&sample())).await?;
                }
            }
            load("1,000 commits among 8 streams", &store, &mixed[0]).await;
            let store = Arc::new(store);
            drop(store);
        }
        Ok(())
    })
}
