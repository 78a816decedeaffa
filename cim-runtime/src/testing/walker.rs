//! A walk through a machine, each step of which is held against the machine's table.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::any_command::{Answer, AnyCommand, Inside, Refused};
use super::round_trip::{Checked, told};
use super::{COMMAND, NOW, some_id, stored};
use crate::actor::Actor;
use crate::cbor;
use crate::commit::Commit;
use crate::decision::Rejection;
use crate::engine::{Live, Message};
use crate::event::EventSet as _;
use crate::machine::{Aggregate, Machine, Standing as _, TransitionRow};
use crate::store::StoredEvent;

/// A command on a walk.
pub(super) struct Step<A: Aggregate> {
    pub(super) command: AnyCommand<A>,
    pub(super) actor: Actor,
    /// How long after the command before.
    pub(super) later: SignedDuration,
}

impl<A: Aggregate> fmt::Debug for Step<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { command, actor, later } = self;
        write!(f, "{command:?} by {actor:?}, {later:?} later")
    }
}

/// What came of a step.
pub(super) type Ended<A> = Result<Vec<<A as Machine>::Event>, Rejection<Refused>>;

/// An aggregate on a walk, twice: as deciding has made it, and as its stored bytes have.
pub(super) struct Walker<A: Aggregate> {
    live: Live<A>,
    replayed: Live<A>,
    history: Vec<StoredEvent>,
    now: Timestamp,
}

impl<A: Aggregate> Walker<A> {
    pub(super) fn new() -> Checked<Self> {
        let id: A::Id = some_id()?;
        Ok(Self {
            live: told(Live::new(&id), "the id")?,
            replayed: told(Live::new(&id), "the id")?,
            history: Vec::new(),
            now: NOW,
        })
    }

    /// In the middle of a walk, wherever it came from: with this data, which stands there.
    #[cfg(feature = "stateright")]
    pub(super) fn at(data: &[u8], standing: A::Standing) -> Checked<Self> {
        let mut walker = Self::new()?;
        for live in [&mut walker.live, &mut walker.replayed] {
            live.put(told(cbor::from_slice(data), "the aggregate's data")?, standing);
        }
        Ok(walker)
    }

    #[cfg(feature = "stateright")]
    pub(super) fn live(&self) -> &Live<A> {
        &self.live
    }

    pub(super) fn standing(&self) -> A::Standing {
        self.live.standing()
    }

    /// Takes one step; `walked` is told each row of the table that it takes.
    pub(super) fn step(
        &mut self,
        step: &Step<A>,
        walked: &mut dyn FnMut(&'static TransitionRow),
    ) -> Checked<Ended<A>> {
        let (name, inside) = (step.command.name(), step.command.inside());
        step.command.round_trip()?;
        let message = self.message(step);
        let before = data(&self.live)?;
        let lives = [&mut self.live, &mut self.replayed];
        let Answer { events: answer, commit } = step.command.decide_twice(lives, &message)?;
        if data(&self.live)? != before {
            return Err(format!("deciding `{name}` changed the aggregate, and only events may"));
        }
        self.is_taken_as_the_table_says(&inside, name, &answer)?;
        if let (Ok(events), Some(commit)) = (&answer, commit) {
            self.follow_the_table(&inside, name, events)?.into_iter().for_each(walked);
            self.fold(events, &commit)?;
        }
        Ok(answer)
    }

    /// Replays the whole history, once from its beginning and once from a snapshot on its way.
    #[cfg(feature = "proptest")]
    pub(super) fn finish(&self) -> Checked {
        let mut whole: Live<A> = told(Live::new(self.live.id()), "the id")?;
        told(whole.replay(&self.history), "the history")?;
        self.is_like(&whole, "a replay of the whole history")?;
        let mut middle: Live<A> = told(Live::new(self.live.id()), "the id")?;
        let half = self.history.len().div_ceil(2);
        told(middle.replay(&self.history[..half]), "the first half of the history")?;
        let Some(snapshot) = middle.snapshot_after(0) else { return Ok(()) };
        let mut restored: Live<A> = told(Live::new(self.live.id()), "the id")?;
        restored.start_from(&snapshot);
        match told(restored.read(&self.history[half - 1..]), "the history after a snapshot")? {
            true => self.is_like(&restored, "a snapshot and the events after it"),
            false => Err("a snapshot is not of the stream that it was taken of".to_owned()),
        }
    }

    fn message(&mut self, step: &Step<A>) -> Message {
        self.now = self.now.checked_add(step.later).unwrap_or(Timestamp::MAX);
        Message {
            command_id: Uuid::from_u128(COMMAND + u128::from(self.live.version())),
            repeatable: false,
            actor: step.actor.clone(),
            now: self.now,
            cause: None,
        }
    }

    fn is_taken_as_the_table_says(
        &self,
        inside: &Inside<A>,
        name: &str,
        answer: &Ended<A>,
    ) -> Checked {
        let standing = self.live.standing();
        // What a closed region would take does not count.
        let (is_open, state) = match inside.is_open(standing) {
            true => (true, (inside.state)(standing)),
            false => (false, standing.names()[0]),
        };
        let is_closed = matches!(answer, Err(Rejection::Closed));
        match (inside.takes(standing, name), answer) {
            _ if is_open == is_closed => {
                let (is, does) = if is_open { ("open", "closed") } else { ("closed", "open") };
                let machine = inside.table.name;
                Err(format!("by the table, `{machine}` is {is} in `{state}`, and it is {does}"))
            }
            (true, Err(Rejection::NotNow)) => {
                Err(format!("by the table, `{state}` takes `{name}`, and it does not"))
            }
            (false, Ok(_) | Err(Rejection::Refused(_))) => {
                Err(format!("by the table, `{state}` does not take `{name}`, and it does"))
            }
            _ => Ok(()),
        }
    }

    /// The rows of the events, each from where the one before has led.
    fn follow_the_table(
        &self,
        inside: &Inside<A>,
        command: &str,
        events: &[A::Event],
    ) -> Checked<Vec<&'static TransitionRow>> {
        let mut standing = self.live.standing();
        let mut rows = Vec::new();
        for (number, event) in events.iter().enumerate() {
            let (from, name) = ((inside.state)(standing), event.kind().name);
            standing = A::next(standing, event).ok_or_else(|| {
                format!("`{command}` came to `{name}`, which `{from}` cannot take")
            })?;
            let to = (inside.state)(standing);
            let is_it = |row: &&TransitionRow| {
                (row.from, row.event, row.to) == (from, name, to)
                    && (number > 0 || row.command == Some(command))
            };
            let row = inside.table.transitions.iter().find(is_it).ok_or_else(|| {
                format!(
                    "`{name}` led from `{from}` to `{to}` on `{command}`: the table has no such row"
                )
            })?;
            rows.push(row);
        }
        Ok(rows)
    }

    /// Folds the events as they are, and from their bytes.
    fn fold(&mut self, events: &[A::Event], commit: &Commit) -> Checked {
        self.live.take_in(events, commit.head());
        let stored = stored(commit)?;
        told(self.replayed.replay(&stored), "the events")?;
        self.history.extend(stored);
        self.is_like(&self.replayed, "a replay of the same events")
    }

    fn is_like(&self, other: &Live<A>, what: &str) -> Checked {
        let (live, other_state) = (&self.live, other.standing().names());
        if live.standing().names() != other_state {
            let state = live.standing().names();
            return Err(format!("the aggregate is in {state:?}, and by {what} in {other_state:?}"));
        }
        if (live.version(), live.head()) != (other.version(), other.head()) {
            return Err(format!("{what} comes to another version or link"));
        }
        let (live, other) = (data(live)?, data(other)?);
        match live == other {
            true => Ok(()),
            false => Err(format!(
                "{what} comes to other data: an `#[apply]` may depend on the event and the data \
                 alone\n live: {}\n other: {}",
                shown(&live),
                shown(&other)
            )),
        }
    }
}

/// The aggregate's data as it would stand in a snapshot.
pub(super) fn data<A: Aggregate>(live: &Live<A>) -> Checked<Vec<u8>> {
    told(cbor::to_vec::<A>(live), "the aggregate's data")
}

/// Data for people: aggregates need not be `Debug`.
pub(super) fn shown(data: &[u8]) -> String {
    let ipld: Result<ipld_core::ipld::Ipld, _> = serde_ipld_dagcbor::from_slice(data);
    ipld.map_or_else(|error| error.to_string(), |ipld| format!("{ipld:?}"))
}
