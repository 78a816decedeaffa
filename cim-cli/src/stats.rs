//! `cim stats`: what a store holds, in numbers.

use std::collections::BTreeMap;

use cim_runtime::Timestamp;
use cim_runtime::store::StartUp;
use indicatif::{HumanBytes, HumanCount};
use serde::Serialize;

use crate::failure::Failure;
use crate::open::StoreUrl;
use crate::output::{FAINT, NAME, Output};
use crate::pages::Pages;
use crate::progress;
use crate::time;
use crate::view::{View, printable};

/// Count events, streams, commits and types
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cim stats --store shop.cim
  cim stats --store shop.cim --json | jq .types")]
pub(crate) struct Stats {
    #[command(flatten)]
    store: StoreUrl,
}

/// What was found at the server.
#[derive(Debug, Serialize)]
struct Server {
    server: String,
    version: String,
    cluster: Option<String>,
    stream: String,
    subjects: Vec<String>,
    replicas: usize,
    in_files: bool,
    durability: &'static str,
    sync: String,
    max_commit: usize,
    max_bytes: Option<u64>,
    messages: u64,
    bytes: u64,
}

impl From<&StartUp> for Server {
    fn from(found: &StartUp) -> Self {
        Self {
            server: found.server.clone(),
            version: found.version.clone(),
            cluster: found.cluster.clone(),
            stream: found.stream.clone(),
            subjects: found.subjects.clone(),
            replicas: found.replicas,
            in_files: found.in_files,
            durability: found.durability.name(),
            sync: found.sync.to_string(),
            max_commit: found.max_commit,
            max_bytes: found.max_bytes,
            messages: found.messages,
            bytes: found.bytes,
        }
    }
}

#[derive(Debug, Default, Serialize)]
struct Counts {
    #[serde(skip_serializing_if = "Option::is_none")]
    store: Option<Server>,
    events: u64,
    streams: u64,
    commits: u64,
    /// Of the blocks alone.
    bytes: u64,
    #[serde(serialize_with = "time::optional")]
    first: Option<Timestamp>,
    #[serde(serialize_with = "time::optional")]
    last: Option<Timestamp>,
    types: BTreeMap<String, u64>,
}

impl Counts {
    fn add(&mut self, view: &View<'_>, bytes: usize) {
        let event = &view.envelope;
        self.events += 1;
        // A stream has one first event, and a commit one first part.
        self.streams += u64::from(event.version == 1);
        self.commits += u64::from(event.part == 1);
        self.bytes += bytes as u64;
        self.first = Some(self.first.map_or(event.at, |first| first.min(event.at)));
        self.last = Some(self.last.map_or(event.at, |last| last.max(event.at)));
        match self.types.get_mut(event.event_type) {
            Some(count) => *count += 1,
            None => drop(self.types.insert(event.event_type.to_owned(), 1)),
        }
    }
}

impl Stats {
    pub(crate) async fn run(self, out: &mut Output) -> Result<(), Failure> {
        let url = self.store.as_str();
        let store = self.store.existing().await?;
        let trouble = |error| Failure::store(url, &error);
        let head = store.head().await.map_err(trouble)?;
        let bar = progress::events(&*store, head.map_or(0, |head| head.number));
        let found = store.start_up();
        let mut counts = Counts { store: found.map(Server::from), ..Counts::default() };
        let mut pages = Pages::all(&*store);
        loop {
            let page = pages.next().await.map_err(trouble)?;
            if page.is_empty() {
                break;
            }
            for event in &page {
                counts.add(&View::of(event, url)?, event.block.len());
            }
            bar.set_position(page.last().map_or(0, |event| event.position));
        }
        bar.finish_and_clear();
        pages.warn_of_missing(url);
        if out.is_json() {
            return out.object(&counts);
        }
        if let Some(found) = found {
            out.line(format_args!("{FAINT}{found}{FAINT:#}\n"))?;
        }
        text(&counts, out)
    }
}

fn shown(time: Option<Timestamp>) -> String {
    time.map_or("-".to_owned(), time::text)
}

fn text(counts: &Counts, out: &mut Output) -> Result<(), Failure> {
    let mut field =
        |name: &str, value: String| out.line(format_args!("{FAINT}{name:<9}{FAINT:#}{value}"));
    field("events", HumanCount(counts.events).to_string())?;
    field("streams", HumanCount(counts.streams).to_string())?;
    field("commits", HumanCount(counts.commits).to_string())?;
    field("bytes", format!("{} ({})", HumanCount(counts.bytes), HumanBytes(counts.bytes)))?;
    field("first", shown(counts.first))?;
    field("last", shown(counts.last))?;
    for (name, count) in &counts.types {
        out.line(format_args!(
            "{:>12}  {NAME}{}{NAME:#}",
            HumanCount(*count).to_string(),
            printable(name)
        ))?;
    }
    Ok(())
}
