//! Events in the older JSON envelope, as blocks of a new chain.
//!
//! Each event becomes the command that would bring it about, decided at the event's time on what the
//! events before it have made of the person: so what is stored holds to the rules, and what does not is
//! reported. Its block has the event's id and time, its correlation, and as its cause the event that it
//! names, if that was converted; any other cause was a command, whose id is kept as such.

mod convert;
mod fields;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use anyhow::Context as _;
use cim_person::People;
use cim_person::person::{Person, PersonId};
use cim_runtime::engine::{Live, Message, Origin};
use cim_runtime::machine::Machine;
use cim_runtime::prelude::*;
use cim_runtime::{Causation, EventCid};

use self::convert::Components;
use self::fields::Fields;
use super::lines::{Line, Lines};
use cim_program::StoreArguments;

/// Whether all was converted.
pub(super) async fn run(file: &Path, store: StoreArguments, json: bool) -> anyhow::Result<bool> {
    let input = File::open(file).with_context(|| format!("cannot open {}", file.display()))?;
    let bar = cim_program::bar(input.metadata().map_or(0, |metadata| metadata.len()), "bytes");
    let mut conversion = Conversion::over(store.open::<cim_person::People>().await?);
    let mut reports = Vec::new();
    let (mut line, mut summary) = (0_u64, BTreeMap::from(Came::ALL.map(|came| (came, 0_u64))));
    for Line { number, text, bytes } in Lines::new(BufReader::new(input)) {
        line = number;
        bar.inc(bytes);
        let came = match text {
            Ok(text) if text.trim().is_empty() => continue,
            Ok(text) => conversion.take(&text).await?,
            Err(problem) => Err(problem),
        };
        let came = came.unwrap_or_else(|problem| {
            reports.push(format!("{}, line {line}: {problem}", file.display()));
            Came::NotConverted
        });
        *summary.entry(came).or_default() += 1;
    }
    bar.finish_and_clear();
    for report in &reports {
        eprintln!("{report}");
    }
    let count = |came| summary.get(&came).copied().unwrap_or_default();
    let (converted, there) = (count(Came::Converted), count(Came::ThereBefore));
    let (left, streams) = (count(Came::NotConverted), conversion.lives.len());
    if json {
        let summary = serde_json::json!({
            "lines": line, "converted": converted, "there_before": there, "not_converted": left,
            "streams": streams, "stored": conversion.stored,
        });
        println!("{summary}");
    } else {
        println!("{converted} events converted, {there} were there before; of {streams} people");
        println!("{left} lines could not be converted");
    }
    Ok(left == 0)
}

/// What came of a line.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Came {
    Converted,
    ThereBefore,
    NotConverted,
}

impl Came {
    const ALL: [Self; 3] = [Self::Converted, Self::ThereBefore, Self::NotConverted];
}

struct Conversion {
    people: Handle<People>,
    lives: HashMap<PersonId, Life>,
    /// Of the events that are stored, to be named as causes.
    blocks: HashMap<Uuid, EventCid>,
    components: Components,
    stored: u64,
}

struct Life {
    live: Live<Person>,
    known: HashSet<Uuid>,
    /// The id of the last event.
    last: Option<Uuid>,
}

/// What stands around an event.
struct Envelope {
    event_id: Uuid,
    correlation: Option<Uuid>,
    causation: Option<Uuid>,
    at: Timestamp,
}

impl Conversion {
    fn over(people: Handle<People>) -> Self {
        Self {
            people,
            lives: HashMap::new(),
            blocks: HashMap::new(),
            components: Components::default(),
            stored: 0,
        }
    }

    /// Takes a line; what is wrong with it is said, and leaves everything as it was.
    async fn take(&mut self, text: &str) -> anyhow::Result<Result<Came, String>> {
        let json: serde_json::Value = match serde_json::from_str(text) {
            Ok(json) => json,
            Err(error) => return Ok(Err(format!("not JSON: {error}"))),
        };
        let (envelope, person, name, payload) = match read(&json) {
            Ok(read) => read,
            Err(problem) => return Ok(Err(problem)),
        };
        if !self.lives.contains_key(&person) {
            self.look_up(&person).await?;
        }
        let Some(life) = self.lives.get_mut(&person) else { return Ok(Err(String::new())) };
        let today = envelope.at.to_zoned(cim_runtime::jiff::tz::TimeZone::UTC).date();
        let steps = self.components.steps(&life.live, name, &payload, today);
        let steps = match steps {
            Ok(steps) => steps,
            // What has happened since was converted as well, and may be in the way.
            Err(_) if life.known.contains(&envelope.event_id) => return Ok(Ok(Came::ThereBefore)),
            Err(problem) => return Ok(Err(format!("`{name}`: {problem}"))),
        };
        let (mut came, mut before) = (Came::ThereBefore, envelope.event_id);
        for (number, step) in steps.into_iter().enumerate() {
            // What the older system told in one event is several here; they have ids that follow.
            let id = match number {
                0 => envelope.event_id,
                number => follows("event", envelope.event_id, number),
            };
            // Of an event that was interrupted the rest is taken, if nothing has happened since.
            let is_next = number == 0 || life.last == Some(before);
            if life.known.contains(&id) || !is_next {
                before = id;
                continue;
            }
            before = id;
            let origin = envelope.origin(id, &self.blocks);
            let message = Message {
                command_id: origin.command_id,
                repeatable: false,
                actor: Actor::new("import"),
                now: envelope.at,
                cause: None,
            };
            let events = match step(&mut life.live, &message) {
                Ok(events) => events,
                Err(problem) => return Ok(Err(format!("`{name}`: {problem}"))),
            };
            if events.is_empty() {
                if number == 0 {
                    return Ok(Err(format!("`{name}`: it changes nothing")));
                }
                continue;
            }
            let commit = life.live.commit_from(events.as_slice(), &message, &origin)?;
            let head = commit.head();
            self.people.store().commit(commit).await?;
            life.live.take_in(events.as_slice(), head);
            life.known.insert(id);
            life.last = Some(id);
            self.blocks.insert(id, head);
            self.stored += events.len() as u64;
            came = Came::Converted;
        }
        Ok(Ok(came))
    }

    /// Reads what is stored of a person: of an import that was interrupted, for instance.
    async fn look_up(&mut self, person: &PersonId) -> anyhow::Result<()> {
        let live = self.people.load::<Person>(person).await?;
        let (mut known, mut last) = (HashSet::new(), None);
        for event in self.people.store().read_stream(live.stream(), 0).await? {
            let id = event.envelope().context("a stored event")?.event_id;
            known.insert(id);
            last = Some(id);
            self.blocks.insert(id, event.cid);
        }
        self.lives.insert(person.clone(), Life { live, known, last });
        Ok(())
    }
}

impl Envelope {
    fn origin(&self, event_id: Uuid, blocks: &HashMap<Uuid, EventCid>) -> Origin {
        let named = self.causation.filter(|cause| *cause != self.event_id);
        let cause = named.and_then(|cause| blocks.get(&cause));
        let command_id = match cause {
            Some(_) => follows("command", event_id, 0),
            None => named.or(self.correlation).unwrap_or_else(|| follows("command", event_id, 0)),
        };
        Origin {
            event_id,
            command_id,
            causation: cause.map_or(Causation::Command(command_id), |cid| Causation::Event(*cid)),
            correlation: self.correlation.unwrap_or(command_id),
        }
    }
}

type Read<'a> = (Envelope, PersonId, &'a str, Fields<'a>);

/// The envelope, whose event it is, what it is called, and what it says.
fn read(json: &serde_json::Value) -> Result<Read<'_>, String> {
    let fields = Fields::of(json, "the line")?;
    let name = fields.text("event_type")?;
    let at: Timestamp = fields.parsed("timestamp", "a time, such as 2024-05-01T12:00:00Z")?;
    // Blocks count microseconds.
    let at = Timestamp::from_microsecond(at.as_microsecond()).map_err(|error| error.to_string())?;
    let envelope = Envelope {
        event_id: fields.uuid("event_id")?,
        correlation: fields.optional("correlation_id", Fields::uuid)?,
        causation: fields.optional("causation_id", Fields::uuid)?,
        at,
    };
    let payload = fields.inside("payload")?;
    // Some have the type once more around their fields.
    let payload = if payload.has(name) { payload.inside(name)? } else { payload };
    Ok((envelope, PersonId::from(fields.uuid("aggregate_id")?), name, payload))
}

/// The id that follows from an event's.
fn follows(what: &str, id: Uuid, number: usize) -> Uuid {
    let mut bytes = [0; 16];
    let hash = blake3::hash(format!("cim-person legacy {what}\n{id}\n{number}").as_bytes());
    bytes.copy_from_slice(&hash.as_bytes()[..16]);
    Uuid::new_v8(bytes)
}

/// What a person's machine emits.
type PersonEvent = <Person as Machine>::Event;
