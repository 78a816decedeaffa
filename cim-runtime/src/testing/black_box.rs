//! A machine as a black box: a line in, a line out, so that whoever sees only the lines can learn it.

use std::io::{self, BufRead, Write};

use ipld_core::ipld::Ipld;
use uuid::Uuid;

use super::any_command::{self, AnyCommand, Refused};
use super::round_trip::{Checked, told};
use super::{COMMAND, NOW, sample, some_id};
use crate::actor::Actor;
use crate::cbor::{Encoder, Shape};
use crate::dag_json::{self, DagJson};
use crate::decision::Rejection;
use crate::engine::{Live, Message};
use crate::event::EventSet as _;
use crate::machine::{Aggregate, Machine};

/// An aggregate that answers lines with lines, each with one.
///
/// The commands of its regions are commands like its own.
///
/// | in | out |
/// |---|---|
/// | `reset` | `reset`: the aggregate has no events again |
/// | `PlaceOrder {"price_cents": 5}`: the name of a command, and as DAG-JSON such of its fields as matter | `OrderPlaced`: the names of the events, `A, B` where there are several |
/// | | `nothing`: accepted, and nothing happened |
/// | | `not-now`: the state takes no such command, or closes the region that would |
/// | | `refused Empty`: the refusal, of an enum the name of the variant |
/// | | `error …`: the line is no command |
///
/// A field that is not given has a sample value: one that holds something, and always the same.
/// Time stands still, and nobody in particular acts.
///
/// ```
/// use cim_runtime::testing::BlackBox;
/// # use cim_runtime::prelude::*;
/// # #[derive(DomainId)] pub struct DoorId(String);
/// # #[aggregate(domain = "house", id = DoorId)] #[derive(Default)] pub struct Door {}
/// # #[command(Door)] pub struct OpenDoor { pub wide: bool, pub by: String }
/// # #[event(Door, unread)] pub struct DoorOpened { pub wide: bool }
/// # #[state_machine(initial Closed, terminal Open)]
/// # impl Door {
/// #     #[transition(Closed -> Open)]
/// #     fn open(&self, cmd: OpenDoor) -> DoorOpened { DoorOpened { wide: cmd.wide } }
/// # }
///
/// let mut door = BlackBox::<Door>::new();
/// assert_eq!(door.answer("OpenDoor"), "DoorOpened");
/// assert_eq!(door.answer("OpenDoor"), "not-now");
///
/// let mut door = door.with_data();
/// assert_eq!(door.answer("reset"), "reset");
/// assert_eq!(door.answer(r#"OpenDoor {"wide": true}"#), r#"DoorOpened {"wide":true}"#);
/// ```
///
/// As a program it is one line: `BlackBox::<Order>::new().run(stdin().lock(), stdout().lock())`.
#[derive(Debug)]
pub struct BlackBox<A: Aggregate> {
    live: Option<Live<A>>,
    shows: Shows,
}

/// What is shown of events and refusals.
#[derive(Debug, Clone, Copy)]
enum Shows {
    Names,
    Data,
}

impl<A: Aggregate> BlackBox<A> {
    /// The aggregate before its first event.
    #[must_use]
    pub fn new() -> Self {
        Self { live: None, shows: Shows::Names }
    }

    /// Shows the fields of events and refusals, too, as DAG-JSON.
    #[must_use]
    pub fn with_data(self) -> Self {
        Self { shows: Shows::Data, ..self }
    }

    /// Answers each line of `input` with one on `output`, to its end.
    ///
    /// # Errors
    ///
    /// When one of the two cannot be read or written.
    pub fn run(mut self, input: impl BufRead, mut output: impl Write) -> io::Result<()> {
        for line in input.lines() {
            writeln!(output, "{}", self.answer(&line?))?;
            // Whoever learns waits for the answer before the next question.
            output.flush()?;
        }
        Ok(())
    }

    /// Answers one line.
    pub fn answer(&mut self, line: &str) -> String {
        match line.trim() {
            "reset" => {
                self.live = None;
                "reset".to_owned()
            }
            line => self
                .sent(line)
                .unwrap_or_else(|problem| format!("error {}", problem.replace('\n', " "))),
        }
    }

    fn sent(&mut self, line: &str) -> Checked<String> {
        let command = read::<A>(line)?;
        let live = match &mut self.live {
            Some(live) => live,
            live => live.insert(told(Live::new(&some_id()?), "the id")?),
        };
        let message = Message {
            command_id: Uuid::from_u128(COMMAND + u128::from(live.version())),
            repeatable: false,
            actor: Actor::default(),
            now: NOW,
            cause: None,
        };
        let answer = command.decide(live, &message)?;
        match answer.events {
            Ok(events) => {
                if let Some(commit) = answer.commit {
                    live.take_in(&events, commit.head());
                }
                events_shown::<A>(&events, self.shows)
            }
            Err(Rejection::Refused(refusal)) => {
                Ok(format!("refused {}", refusal_shown(&refusal, self.shows)?))
            }
            Err(Rejection::NotNow | Rejection::Closed) => Ok("not-now".to_owned()),
        }
    }
}

impl<A: Aggregate> Default for BlackBox<A> {
    fn default() -> Self {
        Self::new()
    }
}

/// The command that a line says: its name, and over its sample the fields that are given.
fn read<A: Aggregate>(line: &str) -> Checked<AnyCommand<A>> {
    let (name, text) = line.split_once(char::is_whitespace).unwrap_or((line, "{}"));
    let kinds = any_command::kinds::<A>();
    let Some(kind) = kinds.iter().find(|kind| kind.name == name) else {
        let names: Vec<_> = kinds.iter().map(|kind| kind.name).collect();
        return Err(format!("`{name}` is not a command: expected reset, {}", names.join(", ")));
    };
    let Ipld::Map(given) = told(dag_json::from_str(text), "the fields")? else {
        return Err("the fields are not an object".to_owned());
    };
    let fields = if let Shape::Record(fields) = kind.shape { fields } else { &[] };
    let is_unknown = |key: &&String| !fields.iter().any(|(field, _)| field == key);
    if let Some(unknown) = given.keys().find(is_unknown) {
        let names: Vec<_> = fields.iter().map(|(field, _)| *field).collect();
        return Err(format!("`{name}` has no field `{unknown}`, only {}", names.join(", ")));
    }
    let data = match fields.len() == given.len() {
        true => Ipld::Map(given),
        false => {
            let sample = told(kind.sample(0), "a sample")?;
            let mut data = model(&encoded(|to| sample.encode(to))?)?;
            if let Ipld::Map(fields) = &mut data {
                fields.extend(given);
            }
            data
        }
    };
    let bytes = told(serde_ipld_dagcbor::to_vec(&data), "the fields")?;
    told(sample::decoded(&bytes, |from| kind.decode(from)), "the fields")
}

fn events_shown<A: Machine>(events: &[A::Event], shows: Shows) -> Checked<String> {
    let event = |event: &A::Event| {
        let name = event.kind().name;
        match shows {
            Shows::Names => Ok(name.to_owned()),
            Shows::Data => {
                let data = model(&encoded(|to| event.encode(to))?)?;
                Ok(format!("{name} {}", DagJson(&data)))
            }
        }
    };
    if events.is_empty() {
        return Ok("nothing".to_owned());
    }
    Ok(events.iter().map(event).collect::<Checked<Vec<_>>>()?.join(", "))
}

/// Of an enum the variant, which is what a learner can tell apart; of anything else the data.
fn refusal_shown(refusal: &Refused, shows: Shows) -> Checked<String> {
    let data = model(&refusal.bytes)?;
    let variant = match (refusal.shape, shows, &data) {
        (Shape::Enum(_), Shows::Names, Ipld::String(name)) => Some(name.clone()),
        (Shape::Enum(_), Shows::Names, Ipld::Map(data)) => data.keys().next().cloned(),
        _ => None,
    };
    Ok(variant.unwrap_or_else(|| DagJson(&data).to_string()))
}

fn encoded(encode: impl FnOnce(&mut Encoder)) -> Checked<Vec<u8>> {
    let mut to = Encoder::default();
    encode(&mut to);
    told(to.finish(), "the data")
}

fn model(bytes: &[u8]) -> Checked<Ipld> {
    told(serde_ipld_dagcbor::from_slice(bytes), "the data")
}
