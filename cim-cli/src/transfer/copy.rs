//! `cim copy`: every commit of one store, sent to another.

use std::collections::HashMap;

use cim_runtime::store::{Head, Store};
use cim_runtime::{EventCid, StreamName};
use serde::Serialize;

use super::commits::Commits;
use super::sender::{Sender, Stored, Unsent};
use crate::failure::Failure;
use crate::open::Url;
use crate::output::{GOOD, Output, count};
use crate::progress;

/// Copy all events into another store
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The copy has the same blocks with the same CIDs, in the same order; what a copy that was cut off had
sent last may stand in another order of streams. It is verified at the end: for each stream the last
event is compared, whose CID covers all that came before it. A copy that was cut off goes on where it
was when it is run again. What is stored while it runs is not in it.

Examples:
  cim copy --from shop.cim --to backup.cim
  cim copy --from shop.cim --to nats://localhost/SHOP
  cim copy --from nats://localhost/SHOP --to shop.cim --json

Exit code 1 says that the source is damaged, or that the two stores hold different histories.")]
pub(crate) struct Copy {
    /// The store to read
    #[arg(long, value_name = "URL")]
    pub(super) from: Url,

    /// The store to write, which is created if it is not there
    #[arg(long, value_name = "URL")]
    pub(super) to: Url,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Copied {
    /// Those that are new to the copy.
    pub(super) events: u64,
    pub(super) commits: u64,
    /// All that the copy has of the source now.
    pub(super) streams: u64,
}

/// The last event of a stream.
struct End {
    version: u64,
    cid: EventCid,
}

impl Copy {
    pub(crate) async fn run(self, out: &mut Output) -> Result<(), Failure> {
        let from = self.from.existing().await?;
        let to = self.to.or_create().await?;
        let copied = self.copy(&*from, &*to).await?;
        if out.is_json() {
            return out.object(&copied);
        }
        out.line(format_args!(
            "{GOOD}copied{GOOD:#} {} in {}; {} verified",
            count(copied.events, "event"),
            count(copied.commits, "commit"),
            count(copied.streams, "stream"),
        ))
    }

    pub(super) async fn copy(&self, from: &dyn Store, to: &dyn Store) -> Result<Copied, Failure> {
        let head = from.head().await.map_err(|error| Failure::store(self.from.as_str(), &error))?;
        let Some(head) = head else {
            return Err(Failure::no(format!(
                "{} is empty: there is nothing to copy",
                self.from.as_str()
            )));
        };
        let known = self.known(from, to, head).await?;
        let mut sender = Sender::to(to);
        let ends = match self.pass(from, head, known, &mut sender).await {
            // A copy that was cut off may have left out commits before the last one it stored.
            Err(_) if known > 0 => self.pass(from, head, 0, &mut sender).await?,
            done => done?,
        };
        let Stored { events, commits, duplicates } = sender.stored;
        let (commits, streams) = (commits - duplicates, ends.len() as u64);
        Ok(Copied { events, commits, streams })
    }

    /// Sends what is behind a position, and verifies the whole.
    async fn pass(
        &self,
        from: &dyn Store,
        head: Head,
        known: u64,
        sender: &mut Sender<'_>,
    ) -> Result<HashMap<StreamName, End>, Failure> {
        let sent = self.send_all(from, head, known, sender).await;
        // After trouble, too, all that is on its way is waited for: it may have been stored.
        let finished = sender.finish().await.map_err(|unsent| self.unsent(&unsent));
        let stored = sender.stored.commits - sender.stored.duplicates;
        let ends = finished.and(sent).map_err(|failure| stopped(failure, stored))?;
        self.verify(&ends, sender.store()).await?;
        Ok(ends)
    }

    /// Up to which position the copy seems to have everything: a copy that was cut off has most of
    /// what comes first, and nothing of the rest.
    async fn known(&self, from: &dyn Store, to: &dyn Store, head: Head) -> Result<u64, Failure> {
        let (mut known, mut new) = (0, head.number + 1);
        while new - known > 1 {
            let middle = known + (new - known) / 2;
            let events = from.read_all(middle - 1, 1).await;
            let events = events.map_err(|error| Failure::store(self.from.as_str(), &error))?;
            let Some(event) = events.first().filter(|event| event.position < new) else {
                new = middle;
                continue;
            };
            let there = to.find(&event.cid).await;
            match there.map_err(|error| Failure::store(self.to.as_str(), &error))? {
                Some(_) => known = event.position,
                None => new = middle,
            }
        }
        Ok(known)
    }

    /// Sends every commit behind a position; returns where all streams end.
    async fn send_all(
        &self,
        from: &dyn Store,
        head: Head,
        known: u64,
        sender: &mut Sender<'_>,
    ) -> Result<HashMap<StreamName, End>, Failure> {
        let bar = progress::events(from, head.number);
        let mut ends = HashMap::new();
        let mut commits = Commits::new(self.from.as_str(), from, head.number);
        while let Some((position, commit)) = commits.next().await? {
            let end = End { version: commit.version(), cid: commit.head() };
            ends.insert(commit.stream().clone(), end);
            if position > known {
                sender.send(commit).await.map_err(|unsent| self.unsent(&unsent))?;
            }
            bar.set_position(position);
        }
        bar.finish_and_clear();
        Ok(ends)
    }

    async fn verify(&self, ends: &HashMap<StreamName, End>, to: &dyn Store) -> Result<(), Failure> {
        let bar = progress::streams(ends.len() as u64);
        for (stream, end) in ends {
            let events = to.read_stream(stream, end.version - 1).await;
            let events = events.map_err(|error| Failure::store(self.to.as_str(), &error))?;
            if events.first().is_none_or(|event| event.cid != end.cid) {
                return Err(self.differ(stream, &format!("event {} is another one", end.version)));
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(())
    }

    fn unsent(&self, Unsent { stream, error }: &Unsent) -> Failure {
        if error.is_conflict() {
            return self.differ(stream, &error.to_string());
        }
        Failure::store(self.to.as_str(), error)
    }

    fn differ(&self, stream: &StreamName, how: &str) -> Failure {
        let (from, to) = (self.from.as_str(), self.to.as_str());
        Failure::no(format!("{from} and {to} hold different histories of {stream}: {how}"))
    }
}

// What was stored stays: commits cannot be taken back, and need not be.
fn stopped(failure: Failure, stored: u64) -> Failure {
    let and = format!(
        "; {} were copied: once the cause is gone, the same copy goes on behind them",
        count(stored, "commit")
    );
    match failure {
        Failure::No(problem) => Failure::No(problem + &and),
        Failure::Trouble(problem) => Failure::Trouble(problem + &and),
        other => other,
    }
}
