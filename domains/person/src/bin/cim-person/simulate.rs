//! `cim-person simulate`: a population that lives for years.

mod population;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use cim_person::People;
use cim_runtime::store::{self, Store};
use cim_runtime::testing::Simulation;
use cim_runtime::{EventCid, ManualEnvironment, SignedDuration, Timestamp};

use population::Population;

/// Let a population live for years of simulated time: people are born, taken in, hired, learn, marry,
/// move on and die, and policies do their part.
///
/// The clock is the simulation's, and begins on 2000-01-01. The same seed brings the same events, with
/// the same CIDs. The store must be empty.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cim-person simulate --store people.cim
  cim-person simulate --store memory: --people 1000 --years 20 --seed 7 --json")]
pub(crate) struct Arguments {
    /// Where the events go: `memory:`, `file:DIR`, a path, or `nats://HOST/STREAM`.
    #[arg(long, value_name = "URL")]
    store: String,
    /// How many people there are at the beginning.
    #[arg(long, value_name = "N", default_value_t = 100)]
    people: usize,
    /// For how many years, of at most 100.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(i64).range(1..=100))]
    years: i64,
    /// What chance follows from.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// End with one JSON object on standard output.
    #[arg(long)]
    json: bool,
}

/// 2000-01-01.
const BEGINNING: i64 = 946_684_800;

pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { store, people, years, seed, json } = arguments;
    let store = store::connect(store).await?;
    ensure!(store.head().await?.is_none(), "the store has events already: give an empty one");
    let clock = ManualEnvironment::new(seed);
    let beginning = Timestamp::from_second(BEGINNING)?;
    clock.set(beginning);
    let world = Simulation::<People>::start_on(Arc::clone(&store), clock).await?;

    let start = Instant::now();
    let mut population = Population::new(&world, seed);
    population.settle(people).await?;
    let months = years * 12;
    let bar = cim_program::bar(months as u64, "months");
    for month in 1..=months {
        // Twelve of them are a year of 365 days and a quarter.
        let time = SignedDuration::from_hours(month * 365 * 24 / 12 + month / 2);
        // A month in which much has happened may have been longer.
        world.advance_to((beginning + time).max(world.clock().time())).await?;
        population.month().await?;
        bar.inc(1);
    }
    world.settled().await?;
    bar.finish_and_clear();
    let Stored { events, digest, heads } = stored(store.as_ref()).await?;
    let Population { commands, refused, .. } = population;
    let total: u64 = events.values().sum();
    let seconds = start.elapsed().as_secs_f64();
    if json {
        let summary = serde_json::json!({
            "people": heads, "commands": commands, "refused": refused, "stored": total,
            "events": events, "digest": digest.to_string(), "seconds": seconds,
        });
        println!("{summary}");
        return Ok(());
    }
    println!("{heads} lives in {years} years, told in {seconds:.1} s");
    println!("{commands} commands, {refused} refused; {total} events with those of the policies");
    for (event, count) in events {
        println!("{count:>8} {event}");
    }
    println!("all of it: {digest}");
    Ok(())
}

/// What is in the store.
struct Stored {
    /// How many there are of each type.
    events: BTreeMap<String, u64>,
    /// One digest of the heads of all streams.
    digest: EventCid,
    /// How many people there are.
    heads: usize,
}

async fn stored(store: &dyn Store) -> anyhow::Result<Stored> {
    let (mut events, mut heads) = (BTreeMap::<String, u64>::new(), BTreeMap::new());
    let mut after = 0;
    loop {
        let page = store.read_all(after, 1000).await?;
        let Some(last) = page.last() else { break };
        after = last.position;
        for event in &page {
            let envelope = event.envelope().context("a stored event")?;
            *events.entry(envelope.event_type.to_owned()).or_default() += 1;
            let stream = (envelope.aggregate.to_owned(), envelope.id.to_owned());
            heads.insert(stream, event.cid.to_bytes());
        }
    }
    let all: Vec<u8> = heads.values().flatten().copied().collect();
    let is_person = |(aggregate, _): &&(String, String)| aggregate == "people.person";
    let people = heads.keys().filter(is_person).count();
    Ok(Stored { events, digest: EventCid::of(&all), heads: people })
}
