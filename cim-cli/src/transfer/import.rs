//! `cim import`: the commits of a CAR file, stored as if they had just been decided.
//!
//! The file is read twice at least: once to its end, so that a file with anything wrong in it
//! changes nothing, and once more to store it. It is never in memory as a whole.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cim_runtime::store::Store;
use indicatif::HumanCount;
use serde::Serialize;

use super::car_file::{BadFile, CarFile, Placed};
use super::overlap::{self, Misfit};
use super::sender::{Sender, Stored};
use super::summary::Summary;
use crate::failure::Failure;
use crate::open::StoreUrl;
use crate::output::{GOOD, Output, count};
use crate::progress;

/// Store all events of a CAR file
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The whole file is verified before anything is stored: every block is re-hashed, and every chain is
followed. What the store has already is counted and passed over. A store that does not exist is
created.

Examples:
  cim import shop.car --store copy.cim
  cim import shop.car --store copy.cim --json

Exit code 1 says that the file is damaged, or does not fit what the store holds.")]
pub(crate) struct Import {
    /// The CAR file, as `cim export` writes it
    pub(super) file: PathBuf,

    #[command(flatten)]
    pub(super) store: StoreUrl,
}

#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Imported {
    /// Those that are new to the store.
    pub(super) events: u64,
    pub(super) commits: u64,
    pub(super) streams: u64,
    /// Commits that the store had before.
    pub(super) duplicates: u64,
}

impl Import {
    pub(crate) async fn run(self, out: &mut Output) -> Result<(), Failure> {
        let imported = self.import(self.store.or_create()).await?;
        if out.is_json() {
            return out.object(&imported);
        }
        out.line(format_args!(
            "{GOOD}imported{GOOD:#} {} of {}; {} of {} there before",
            count(imported.events, "event"),
            count(imported.streams, "stream"),
            HumanCount(imported.duplicates),
            count(imported.commits, "commit"),
        ))
    }

    /// Imports into the store that `open` opens: once the file is known to be sound, and not
    /// before, since opening may create it.
    pub(super) async fn import(
        &self,
        open: impl Future<Output = Result<Arc<dyn Store>, Failure>>,
    ) -> Result<Imported, Failure> {
        let len = std::fs::metadata(&self.file).map_err(|error| {
            Failure::trouble(format!("{} could not be opened: {error}", self.file.display()))
        })?;
        let bar = progress::bytes(len.len(), "verifying");
        let mut file = CarFile::open(&self.file, bar.clone()).map_err(|bad| self.bad(&bad))?;
        let summary = Summary::read(&mut file).map_err(|bad| self.bad(&bad))?;

        let store = open.await?;
        overlap::compare(&summary, &mut file, &*store).await.map_err(|misfit| match misfit {
            Misfit::Conflict(problem) => nothing_stored(&self.file, &problem),
            Misfit::Store(error) => Failure::store(self.store.as_str(), &error),
            Misfit::File(bad) => self.bad(&bad),
        })?;

        bar.set_message("storing");
        let imported = self.store_all(&mut file, &*store, &summary).await?;
        bar.finish_and_clear();
        Ok(imported)
    }

    async fn store_all(
        &self,
        file: &mut CarFile,
        store: &dyn Store,
        summary: &Summary,
    ) -> Result<Imported, Failure> {
        file.rewind().map_err(|bad| self.bad(&bad))?;
        let mut sender = Sender::to(store);
        let sent = send_all(file, &mut sender).await;
        // After trouble, too, all that is on its way is waited for: it may have been stored.
        let finished = sender.finish().await.map_err(|unsent| unsent.to_string());
        let Stored { events, commits, duplicates } = sender.stored;
        match sent.and(finished) {
            Ok(()) => {
                let streams = summary.streams.len() as u64;
                Ok(Imported { events, commits, streams, duplicates })
            }
            Err(problem) => Err(self.stopped(commits - duplicates, &problem)),
        }
    }

    fn bad(&self, bad: &BadFile) -> Failure {
        nothing_stored(&self.file, &bad.0)
    }

    // What was stored stays: commits cannot be taken back, and need not be.
    fn stopped(&self, stored: u64, problem: &str) -> Failure {
        Failure::trouble(format!(
            "{}: {problem}; {} commits were stored: once the cause is gone, run the same import again, which passes over them",
            self.store.as_str(),
            stored
        ))
    }
}

async fn send_all(file: &mut CarFile, sender: &mut Sender<'_>) -> Result<(), String> {
    loop {
        match file.next() {
            Ok(Some(Placed { commit, .. })) => {
                sender.send(commit).await.map_err(|unsent| unsent.to_string())?;
            }
            Ok(None) => return Ok(()),
            // It was sound when it was read first.
            Err(BadFile(problem)) => return Err(format!("the file changed meanwhile: {problem}")),
        }
    }
}

fn nothing_stored(file: &Path, problem: &str) -> Failure {
    Failure::no(format!("{}: {problem}; nothing was stored", file.display()))
}
