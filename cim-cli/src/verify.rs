//! `cim verify`: reads a whole store and proves that nothing in it was changed.
//!
//! Two passes: the store looks for damage in its medium, then every event is read in order,
//! re-hashed, and held against the chain of its stream. The second pass also gives the names: the
//! medium knows places and CIDs, the chain knows whose event has that CID.

use std::ops::RangeInclusive;
use std::time::Instant;

use cim_runtime::dag_json::Link;
use cim_runtime::store::{Damage, Store, StoreError, StoreErrorKind, StoredEvent};
use cim_runtime::{Envelope, EventCid, StreamName};
use indicatif::HumanBytes;
use serde::Serialize;

use crate::chain::{Break, Chain};
use crate::failure::Failure;
use crate::open::StoreUrl;
use crate::output::{ERROR, FAINT, GOOD, Output, count};
use crate::pages::PAGE;
use crate::progress;
use crate::view::name;

/// Read every event and prove that none was changed, lost or reordered
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Every block is re-hashed, and every event is held against the one before it in its stream.

Examples:
  cim verify --store shop.cim
  cim verify --store shop.cim --json | jq .damage

Exit code 1 says that damage was found; `cim repair` mends what it can.")]
pub(crate) struct Verify {
    #[command(flatten)]
    store: StoreUrl,
}

impl Verify {
    pub(crate) async fn run(self, out: &mut Output) -> Result<(), Failure> {
        let url = self.store.as_str();
        let store = self.store.existing().await?;
        let report =
            Reader::new(&*store).read().await.map_err(|error| Failure::store(url, &error))?;
        if out.is_json() {
            out.object(&report)?;
        } else {
            text(&report, url, out)?;
        }
        if report.sound {
            return Ok(());
        }
        out.flush()?;
        Err(Failure::Said)
    }
}

#[derive(Debug, Default, Serialize)]
struct Report {
    sound: bool,
    events: u64,
    streams: u64,
    /// Positions without an event. That is no damage by itself: a repair has stated it, or the
    /// store says otherwise.
    empty: u64,
    /// Of the blocks alone.
    bytes: u64,
    seconds: f64,
    damage: Vec<Finding>,
}

/// One place where the store does not hold what was stored.
#[derive(Debug, Default, Serialize)]
struct Finding {
    aggregate: Option<String>,
    id: Option<String>,
    /// The event's number in its stream.
    version: Option<u64>,
    position: Option<u64>,
    place: Option<String>,
    problem: String,
    expected: Option<Link<EventCid>>,
    found: Option<Link<EventCid>>,
}

impl Finding {
    fn names(&mut self, event: &Envelope<'_>, version: u64) {
        self.aggregate = Some(event.aggregate.to_owned());
        self.id = Some(event.id.to_owned());
        self.version = Some(version);
    }

    fn is_about(&self, event: &Envelope<'_>, versions: &RangeInclusive<u64>) -> bool {
        self.aggregate.as_deref() == Some(event.aggregate)
            && self.id.as_deref() == Some(event.id)
            && self.version.is_some_and(|version| versions.contains(&version))
    }

    fn is_of(&self, cid: EventCid) -> bool {
        self.expected.as_ref().is_some_and(|expected| expected.0 == cid)
    }
}

impl From<Damage> for Finding {
    fn from(damage: Damage) -> Self {
        let (aggregate, id, version) = match damage.claim {
            Some(claim) => (Some(claim.aggregate), Some(claim.id), Some(claim.version)),
            None => (None, None, None),
        };
        Self {
            aggregate,
            id,
            version,
            position: damage.position,
            place: Some(damage.place),
            problem: damage.problem,
            expected: damage.expected.map(Link),
            found: damage.found.map(Link),
        }
    }
}

/// Reads a store from its first event to its last.
struct Reader<'a> {
    store: &'a dyn Store,
    chain: Chain,
    report: Report,
    /// The position and the CID of the last event that was read.
    last: (u64, Option<EventCid>),
}

impl<'a> Reader<'a> {
    fn new(store: &'a dyn Store) -> Self {
        Self { store, chain: Chain::default(), report: Report::default(), last: (0, None) }
    }

    async fn read(mut self) -> Result<Report, StoreError> {
        let start = Instant::now();
        let damage = self.store.damage().await?;
        self.report.damage = damage.into_iter().map(Finding::from).collect();
        let head = self.store.head().await?;
        let end = head.map_or(0, |head| head.number);
        let bar = progress::events(self.store, end);
        let mut limit = PAGE;
        // What was stored after the head was asked for is left for the next run.
        while self.last.0 < end {
            let left = usize::try_from(end - self.last.0).unwrap_or(usize::MAX);
            match self.store.read_all(self.last.0, limit.min(left)).await {
                Ok(page) if page.is_empty() => break,
                Ok(page) => {
                    for event in &page {
                        self.event(event);
                    }
                    limit = PAGE;
                }
                // Close in on the event that cannot be read, and go on behind it.
                Err(error) if error.kind() == StoreErrorKind::Damaged && limit > 1 => limit /= 2,
                Err(error) if error.kind() == StoreErrorKind::Damaged => self.unreadable(&error),
                Err(error) => return Err(error),
            }
            bar.set_position(self.last.0);
        }
        bar.finish_and_clear();
        if let Some(head) = head.filter(|head| self.last != (head.number, Some(head.cid))) {
            self.head_differs(head.number, head.cid);
        }
        self.unfinished().await?;
        self.report.streams = self.chain.streams();
        self.report.sound = self.report.damage.is_empty();
        self.report.seconds = start.elapsed().as_secs_f64();
        Ok(self.report)
    }

    fn event(&mut self, event: &StoredEvent) {
        self.report.events += 1;
        self.report.bytes += event.block.len() as u64;
        let before = self.last.0;
        self.last = (event.position, Some(event.cid));
        if self.store.positions_count() {
            self.report.empty += event.position - before - 1;
        }
        let found = EventCid::of(&event.block);
        if found != event.cid {
            return self.changed(event, found);
        }
        let envelope = match event.envelope() {
            Ok(envelope) => envelope,
            Err(error) => return self.not_an_event(event, &error.to_string()),
        };
        let Ok(stream) = StreamName::new(envelope.aggregate, envelope.id) else {
            return self.not_an_event(event, "its stream has no possible name");
        };
        if let Err(gap) = self.chain.take(&stream, event.cid, &envelope) {
            self.broken(event, &envelope, gap);
        }
    }

    /// The block is not the one its CID names. What it says of itself may be what was changed; it
    /// is believed where it continues its stream, and put right by the event after it.
    fn changed(&mut self, event: &StoredEvent, found: EventCid) {
        let problem = "the block does not match its CID".to_owned();
        let finding = self.finding(Some(event.position), event.cid, problem);
        let finding = &mut self.report.damage[finding];
        finding.position.get_or_insert(event.position);
        finding.expected.get_or_insert(Link(event.cid));
        finding.found.get_or_insert(Link(found));
        let Ok(envelope) = event.envelope() else { return };
        let Ok(stream) = StreamName::new(envelope.aggregate, envelope.id) else { return };
        let next = self.chain.last(&stream).map_or(1, |last| last.version + 1);
        if envelope.version == next {
            finding.names(&envelope, next);
            self.chain.believe(&stream, event.cid, &envelope);
        }
    }

    fn broken(&mut self, event: &StoredEvent, envelope: &Envelope<'_>, gap: Break) {
        let damage = &mut self.report.damage;
        let version = *gap.versions.end();
        // The medium may have reported the event that is missing, without knowing whose it is.
        let linked = |known: &&mut Finding| gap.expected.is_some_and(|cid| known.is_of(cid));
        if let Some(known) = damage.iter_mut().find(linked) {
            return known.names(envelope, version);
        }
        // A commit with one bad block is missing as a whole: that is one mistake.
        if damage.iter().any(|known| known.is_about(envelope, &gap.versions)) {
            return;
        }
        let mut finding = Finding {
            position: Some(event.position),
            problem: gap.problem,
            expected: gap.expected.map(Link),
            found: gap.found.map(Link),
            ..Finding::default()
        };
        finding.names(envelope, version);
        self.report.damage.push(finding);
    }

    fn not_an_event(&mut self, event: &StoredEvent, why: &str) {
        let problem = format!("the block is not an event: {why}");
        self.finding(Some(event.position), event.cid, problem);
    }

    fn unreadable(&mut self, error: &StoreError) {
        let position = self.last.0 + 1;
        self.last = (position, None);
        let known = |finding: &Finding| finding.position == Some(position);
        if !self.report.damage.iter().any(known) {
            let (position, problem) = (Some(position), error.to_string());
            self.report.damage.push(Finding { position, problem, ..Finding::default() });
        }
    }

    fn head_differs(&mut self, number: u64, cid: EventCid) {
        let (read, found) = self.last;
        let known = |finding: &Finding| finding.is_of(cid) || finding.position == Some(number);
        if !self.report.damage.iter().any(known) {
            self.report.damage.push(Finding {
                position: Some(number),
                problem: format!("the store's head is position {number}, its events end at {read}"),
                expected: Some(Link(cid)),
                found: found.map(Link),
                ..Finding::default()
            });
        }
    }

    /// Where the end of a stream is not the end of a commit, the commit's last events are lost.
    async fn unfinished(&mut self) -> Result<(), StoreError> {
        for (stream, last) in self.chain.unfinished() {
            let (part, parts) = last.parts();
            let mut finding = Finding {
                problem: format!(
                    "part {part} of a commit of {parts} events is the last of {stream}"
                ),
                ..Finding::default()
            };
            // The chain knows streams by their subjects; the event has its aggregate's name and id.
            let events = self.store.read_stream(stream, last.version - 1).await?;
            if let Some(event) = events.first() {
                finding.position = Some(event.position);
                let envelope = event.envelope().ok();
                envelope.inspect(|event| finding.names(event, last.version));
            }
            self.report.damage.push(finding);
        }
        Ok(())
    }

    /// The finding about this event, which is added if the medium did not report it.
    fn finding(&mut self, position: Option<u64>, expected: EventCid, problem: String) -> usize {
        let damage = &mut self.report.damage;
        let known = |known: &Finding| known.is_of(expected) || known.position == position;
        if let Some(known) = damage.iter().position(known) {
            return known;
        }
        damage.push(Finding {
            position,
            problem,
            expected: Some(Link(expected)),
            ..Finding::default()
        });
        damage.len() - 1
    }
}

fn text(report: &Report, url: &str, out: &mut Output) -> Result<(), Failure> {
    for finding in &report.damage {
        finding_text(finding, out)?;
    }
    let read = format!(
        "{} in {}, {}, {:.1} s",
        count(report.events, "event"),
        count(report.streams, "stream"),
        HumanBytes(report.bytes),
        report.seconds
    );
    if report.sound {
        let lost = match report.empty {
            0 => String::new(),
            empty => format!("; lost before a repair: {}", count(empty, "event")),
        };
        return out.line(format_args!("{GOOD}sound{GOOD:#}: {read}{lost}"));
    }
    let places = count(report.damage.len() as u64, "place");
    out.line(format_args!(
        "{ERROR}damaged{ERROR:#} in {places}: {read}; keep a copy, then run `cim repair --store {url}`"
    ))
}

fn finding_text(finding: &Finding, out: &mut Output) -> Result<(), Failure> {
    let event = match (&finding.aggregate, &finding.id, finding.version) {
        (Some(aggregate), Some(id), Some(version)) => {
            format!("{} event {version}", name(aggregate, id))
        }
        _ => "an unknown event".to_owned(),
    };
    out.line(format_args!("{ERROR}{event}{ERROR:#}: {}", finding.problem))?;
    let mut field = |name: &str, value: Option<String>| match value {
        Some(value) => out.line(format_args!("  {FAINT}{name:<10}{FAINT:#}{value}")),
        None => Ok(()),
    };
    field("place", finding.place.clone())?;
    field("position", finding.position.map(|position| position.to_string()))?;
    field("expected", finding.expected.as_ref().map(|cid| cid.0.to_string()))?;
    field("found", finding.found.as_ref().map(|cid| cid.0.to_string()))
}

#[cfg(test)]
mod tests;
