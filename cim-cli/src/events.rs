//! `cim events`: lists events, from the whole store or through its indexes.

use cim_runtime::store::{Lookup, Store, StoredEvent};
use cim_runtime::{Envelope, StreamName, Timestamp, Uuid};
use futures::StreamExt as _;

use crate::failure::Failure;
use crate::open::StoreUrl;
use crate::output::Output;
use crate::pages::Pages;
use crate::time;
use crate::view::View;

/// List events, in the order in which they were stored
#[derive(Debug, clap::Args)]
#[command(after_help = "\
With --json, each line is one event: its links as in DAG-JSON ({\"/\": \"bafy…\"}), its ids and times
as text.

An embedded store is open in one process at a time: while cim follows it, no other can write to it.

Examples:
  cim events --store shop.cim --limit 20
  cim events --store shop.cim --aggregate shop.order --id 990001
  cim events --store shop.cim --type OrderPlaced --since 2026-03-01 --json
  cim events --store shop.cim --correlation 0198c5f2-… --json | jq .data
  cim events --store shop.cim --follow")]
pub(crate) struct Events {
    #[command(flatten)]
    store: StoreUrl,

    #[command(flatten)]
    filter: Filter,

    /// Go on with new events as they are stored
    #[arg(long)]
    follow: bool,

    /// Stop after so many events
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
}

/// What an event must be to be listed.
#[derive(Debug, clap::Args)]
struct Filter {
    /// Only events of this type of aggregate, such as shop.order
    #[arg(long, value_name = "NAME")]
    aggregate: Option<String>,

    /// Only events of the aggregates with this id
    #[arg(long)]
    id: Option<String>,

    /// Only events of this type, such as OrderPlaced
    #[arg(long = "type", value_name = "NAME")]
    event_type: Option<String>,

    /// Only what this root command brought about
    #[arg(long, value_name = "UUID")]
    correlation: Option<Uuid>,

    /// Only events decided at this time or later
    #[arg(long, value_name = "TIME", value_parser = time::parse)]
    since: Option<Timestamp>,

    /// Only events decided before this time
    #[arg(long, value_name = "TIME", value_parser = time::parse)]
    until: Option<Timestamp>,
}

impl Filter {
    fn matches(&self, event: &Envelope<'_>) -> bool {
        let text =
            |wanted: &Option<String>, is: &str| wanted.as_ref().is_none_or(|wanted| wanted == is);
        text(&self.aggregate, event.aggregate)
            && text(&self.id, event.id)
            && text(&self.event_type, event.event_type)
            && self.correlation.is_none_or(|wanted| wanted == event.correlation)
            && self.since.is_none_or(|since| event.at >= since)
            && self.until.is_none_or(|until| event.at < until)
    }

    /// The stream that is asked for, if it is a single one.
    fn stream(&self) -> Result<Option<StreamName>, Failure> {
        let (Some(aggregate), Some(id)) = (&self.aggregate, &self.id) else { return Ok(None) };
        StreamName::new(aggregate, id)
            .map(Some)
            .map_err(|error| Failure::trouble(error.to_string()))
    }

    /// The index that answers with the fewest events, if any has what is asked for.
    fn lookup(&self) -> Option<Lookup> {
        if let Some(id) = self.correlation {
            return Some(Lookup::Correlation(id));
        }
        if let Some(name) = &self.event_type {
            return Some(Lookup::EventType(name.clone()));
        }
        if self.since.is_none() && self.until.is_none() {
            return None;
        }
        let since = self.since.unwrap_or(Timestamp::MIN);
        Some(Lookup::Time(since..self.until.unwrap_or(Timestamp::MAX)))
    }
}

impl Events {
    pub(crate) async fn run(self, out: &mut Output) -> Result<(), Failure> {
        let store = self.store.existing().await?;
        let mut left = self.limit.unwrap_or(u64::MAX);
        // Asked for before anything is read: what is stored meanwhile is followed from here.
        let head = store.head().await.map_err(|error| self.trouble(&error))?;
        let head = head.map_or(0, |head| head.number);
        self.stored(&*store, head, &mut left, out).await?;
        if self.follow && left > 0 {
            out.flush()?;
            self.follow(&*store, head, &mut left, out).await?;
        }
        Ok(())
    }

    /// Lists what is stored up to position `head`.
    async fn stored(
        &self,
        store: &dyn Store,
        head: u64,
        left: &mut u64,
        out: &mut Output,
    ) -> Result<(), Failure> {
        if let Some(stream) = self.filter.stream()? {
            let events =
                store.read_stream(&stream, 0).await.map_err(|error| self.trouble(&error))?;
            return self.list(&events, head, left, out);
        }
        let mut pages = match self.filter.lookup() {
            Some(lookup) => Pages::lookup(store, lookup),
            None => Pages::all(store),
        };
        while *left > 0 {
            let page = pages.next().await.map_err(|error| self.trouble(&error))?;
            if page.is_empty() {
                break;
            }
            self.list(&page, head, left, out)?;
        }
        pages.warn_of_missing(self.store.as_str());
        Ok(())
    }

    /// Lists what is stored from now on.
    async fn follow(
        &self,
        store: &dyn Store,
        head: u64,
        left: &mut u64,
        out: &mut Output,
    ) -> Result<(), Failure> {
        let mut events = store.subscribe(head);
        while *left > 0
            && let Some(event) = events.next().await
        {
            let event = event.map_err(|error| self.trouble(&error))?;
            self.list(&[event], u64::MAX, left, out)?;
            out.flush()?;
        }
        Ok(())
    }

    fn list(
        &self,
        events: &[StoredEvent],
        head: u64,
        left: &mut u64,
        out: &mut Output,
    ) -> Result<(), Failure> {
        for event in events.iter().take_while(|event| event.position <= head) {
            if *left == 0 {
                break;
            }
            let view = View::of(event, self.store.as_str())?;
            if !self.filter.matches(&view.envelope) {
                continue;
            }
            *left -= 1;
            if out.is_json() {
                out.object(&view)?;
            } else {
                out.line(view.line())?;
            }
        }
        Ok(())
    }

    fn trouble(&self, error: &cim_runtime::store::StoreError) -> Failure {
        Failure::store(self.store.as_str(), error)
    }
}
