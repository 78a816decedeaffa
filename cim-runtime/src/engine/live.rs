//! An aggregate as its events have made it.

use std::fmt;
use std::ops::Deref;

use bytes::Bytes;

use super::caused::Caused;
use super::message::{Message, Origin};
use super::snapshot;
use crate::cbor::Decoder;
use crate::cid::EventCid;
use crate::commit::{Commit, CommitBuilder};
use crate::context::Context;
use crate::decision::{Events, Rejection};
use crate::envelope::Envelope;
use crate::error::{Error, SendError};
use crate::event::EventSet as _;
use crate::machine::{
    Aggregate, Command, Handles, InOneAggregate, MachineState as _, Standing as _,
};
use crate::store::StoredEvent;
use crate::subject::StreamName;
use uuid::Uuid;

/// An aggregate with its id, its state, its version and its head.
///
/// Dereferences to the aggregate's own data.
pub struct Live<A: Aggregate> {
    data: A,
    context: Context<A>,
    standing: A::Standing,
    stream: StreamName,
    id: Box<str>,
    version: u64,
    head: Option<EventCid>,
    caused: Caused,
    snapshot_version: u64,
    /// Whether the data is a snapshot's of which it is not yet known that its event is in the
    /// stream.
    unproven: bool,
    /// False until the stream was read, and while events are being folded: one that cannot be
    /// replayed, or an `apply` that panics, leaves data behind that nobody may use.
    whole: bool,
}

impl<A: Aggregate> Live<A> {
    /// The aggregate with this id, before any event is read.
    ///
    /// # Errors
    ///
    /// When the id cannot be part of a stream's name.
    pub fn new(id: &A::Id) -> Result<Self, Error> {
        let text = id.to_string();
        Ok(Self {
            data: A::empty(),
            context: Context::new(id.clone()),
            standing: A::Standing::INITIAL,
            stream: StreamName::new(A::NAME.as_str(), &text)?,
            id: text.into(),
            version: 0,
            head: None,
            caused: Caused::default(),
            snapshot_version: 0,
            unproven: false,
            whole: false,
        })
    }

    /// The id.
    pub fn id(&self) -> &A::Id {
        self.context.id()
    }

    /// The state.
    pub fn state(&self) -> A::State {
        self.context.state()
    }

    /// The state of a machine inside the aggregate: of a region, or its own.
    pub fn state_of<M: InOneAggregate<Owner = A>>(&self) -> M::State {
        M::at(self.standing)
    }

    /// The states of all machines inside the aggregate.
    #[cfg(any(feature = "proptest", feature = "stateright"))]
    pub(crate) fn standing(&self) -> A::Standing {
        self.standing
    }

    /// How many events there are.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The last event.
    pub fn head(&self) -> Option<EventCid> {
        self.head
    }

    /// The stream of the aggregate's events.
    pub fn stream(&self) -> &StreamName {
        &self.stream
    }

    /// Whether the stream was read since the aggregate was made or reset.
    pub(crate) fn is_whole(&self) -> bool {
        self.whole
    }

    pub(crate) fn into_context(self) -> Context<A> {
        self.context
    }

    pub(crate) fn id_text(&self) -> &str {
        &self.id
    }

    /// Forgets everything but the id.
    pub(crate) fn reset(&mut self) {
        self.data = A::empty();
        self.enter(A::Standing::INITIAL);
        self.version = 0;
        self.head = None;
        self.caused = Caused::default();
        self.snapshot_version = 0;
        self.unproven = false;
        self.whole = false;
    }

    /// Starts from a snapshot; one that no longer fits the aggregate's shape, or is damaged, is
    /// passed over.
    ///
    /// Whether it is of this stream shows when the stream is read.
    pub fn start_from(&mut self, bytes: &[u8]) {
        let Some(snapshot) = snapshot::decode::<A>(bytes) else { return };
        self.data = snapshot.data;
        self.enter(snapshot.standing);
        self.version = snapshot.version;
        self.snapshot_version = snapshot.version;
        self.head = Some(snapshot.head);
        self.caused = snapshot.caused;
        self.unproven = true;
    }

    /// After which version the stream is to be read: a snapshot's own event is read again, as the
    /// proof that the stream has it.
    pub(crate) fn read_after(&self) -> u64 {
        self.version.saturating_sub(u64::from(self.unproven))
    }

    /// Folds what was read of the stream after [`Live::read_after`].
    ///
    /// False if it was started from a snapshot of another history, as when a store is restored
    /// from a copy: then all is forgotten, and the stream is to be read from its beginning.
    ///
    /// # Errors
    ///
    /// As [`Live::replay`].
    pub(crate) fn read(&mut self, events: &[StoredEvent]) -> Result<bool, Error> {
        let events = match events {
            events if !self.unproven => events,
            [first, events @ ..] if Some(first.cid) == self.head => events,
            _ => {
                self.reset();
                return Ok(false);
            }
        };
        self.unproven = false;
        self.replay(events).map(|()| true)
    }

    /// A snapshot, if this many events or more were folded since the last.
    pub(crate) fn snapshot_after(&mut self, events: u64) -> Option<Bytes> {
        if self.version - self.snapshot_version < events {
            return None;
        }
        let (standing, caused) = (self.standing, &self.caused);
        let bytes = snapshot::encode(&self.data, standing, caused, self.version, self.head?)?;
        self.snapshot_version = self.version;
        Some(bytes)
    }

    /// Puts this in the place of what its events have made of it.
    #[cfg(feature = "stateright")]
    pub(crate) fn put(&mut self, data: A, standing: A::Standing) {
        self.data = data;
        self.enter(standing);
    }

    /// Folds events as a store gave them back: each is re-hashed, and must link the one before.
    ///
    /// # Errors
    ///
    /// [`Error::Replay`] at the first event that does not follow, which leaves the aggregate
    /// unusable until it is loaded again.
    pub fn replay(&mut self, events: &[StoredEvent]) -> Result<(), Error> {
        self.whole = false;
        for event in events {
            self.replay_one(event)?;
        }
        self.whole = true;
        Ok(())
    }

    fn replay_one(&mut self, stored: &StoredEvent) -> Result<(), Error> {
        stored.verify()?;
        let envelope = match stored.envelope() {
            Ok(envelope) => envelope,
            Err(error) => return Err(self.unreplayable(self.version + 1, error.to_string())),
        };
        let problem = if (envelope.aggregate, envelope.id) != (A::NAME.as_str(), &*self.id) {
            format!("it belongs to {}/{}", envelope.aggregate, envelope.id)
        } else if envelope.version != self.version + 1 {
            format!("it should be number {}", self.version + 1)
        } else if envelope.prev != self.head {
            let (expected, found) = (link(self.head), link(envelope.prev));
            format!("it links {found} as the event before it, which is {expected}")
        } else {
            return self.replay_data(&envelope, stored.cid);
        };
        Err(self.unreplayable(envelope.version, problem))
    }

    fn replay_data(&mut self, envelope: &Envelope<'_>, cid: EventCid) -> Result<(), Error> {
        let mut data = Decoder::new(envelope.data);
        let event = match A::Event::decode(envelope.event_type, envelope.schema, &mut data) {
            Some(Ok(event)) => event,
            Some(Err(error)) => {
                return Err(self.unreplayable(
                    envelope.version,
                    format!("the data of `{}`, {error}", envelope.event_type),
                ));
            }
            None => {
                let problem =
                    format!("`{}` knows no event `{}`", A::MACHINE.name, envelope.event_type);
                return Err(self.unreplayable(envelope.version, problem));
            }
        };
        let Some(standing) = A::next(self.standing, &event) else {
            let (name, state) = (envelope.event_type, self.state().name());
            let problem = format!("the machine has no transition for `{name}` in state `{state}`");
            return Err(self.unreplayable(envelope.version, problem));
        };
        self.fold(&event, standing);
        self.caused.see(envelope);
        self.version = envelope.version;
        self.head = Some(cid);
        Ok(())
    }

    #[inline]
    fn fold(&mut self, event: &A::Event, standing: A::Standing) {
        self.data.apply(event);
        self.enter(standing);
    }

    #[inline]
    fn enter(&mut self, standing: A::Standing) {
        self.standing = standing;
        self.context.enter(standing.state());
    }

    /// Decides a command; nothing changes until [`Live::take_in`].
    ///
    /// # Errors
    ///
    /// When the machine's rules or its state say no.
    pub fn decide<C>(
        &mut self,
        command: C,
        message: &Message,
    ) -> Result<Events<A::Event>, SendError<C::Of>>
    where
        C: Command<Of: Handles<C> + InOneAggregate<Owner = A>>,
    {
        let answer = self.answer::<C::Of>(C::Of::COMMAND(command), message);
        answer.map_err(|rejection| self.rejected(C::NAME, rejection))
    }

    /// What a machine inside the aggregate answers to one of its commands.
    pub(crate) fn answer<M: InOneAggregate<Owner = A>>(
        &mut self,
        command: M::Command,
        message: &Message,
    ) -> Result<Events<A::Event>, Rejection<M::Refusal>> {
        self.context.begin(message.command_id, message.now, &message.actor);
        M::decide_within(&self.data, command, &self.context, self.standing)
    }

    /// What the sender of the command with this name is told.
    pub(crate) fn rejected<M: InOneAggregate<Owner = A>>(
        &self,
        command: &'static str,
        rejection: Rejection<M::Refusal>,
    ) -> SendError<M> {
        match rejection {
            Rejection::Refused(refusal) => SendError::Refused(refusal),
            Rejection::NotNow => {
                let state = self.state_of::<M>();
                SendError::NotNow { state, command, allowed: state.allowed() }
            }
            Rejection::Closed => SendError::Closed { state: self.state().name(), command },
        }
    }

    /// The commit of what was decided.
    ///
    /// # Errors
    ///
    /// When an event has no encoding, or the machine has no row for it.
    pub fn commit(&self, events: &[A::Event], message: &Message) -> Result<Commit, Error> {
        let ids = self.context.ids();
        self.commit_with(events, message, &Origin::of(message), |part| ids.event(part))
    }

    /// The commit of what was decided elsewhere, by whatever kept events before: ids and causes are
    /// those that it had there; the chain is this stream's own. Further events of the same decision
    /// get ids that follow from the message.
    ///
    /// # Errors
    ///
    /// As [`Live::commit`].
    pub fn commit_from(
        &self,
        events: &[A::Event],
        message: &Message,
        origin: &Origin,
    ) -> Result<Commit, Error> {
        let ids = self.context.ids();
        self.commit_with(events, message, origin, |part| match part {
            1 => origin.event_id,
            part => ids.event(part),
        })
    }

    #[inline]
    fn commit_with(
        &self,
        events: &[A::Event],
        message: &Message,
        origin: &Origin,
        event_id: impl Fn(u32) -> Uuid,
    ) -> Result<Commit, Error> {
        let parts = events.len() as u32;
        let mut commit = CommitBuilder::new(parts);
        let mut prev = self.head;
        let mut standing = self.standing;
        for (part, event) in (1..).zip(events) {
            let kind = event.kind();
            let version = self.version + u64::from(part);
            standing = A::next(standing, event).ok_or_else(|| {
                let state = standing.state().name();
                let problem = format!("`{}` cannot happen in state `{state}`", kind.name);
                self.unreplayable(version, problem)
            })?;
            let envelope = Envelope {
                at: message.now,
                id: &self.id,
                data: &[],
                part,
                parts,
                prev,
                event_type: kind.name,
                actor: message.actor.as_str(),
                event_id: event_id(part),
                schema: kind.schema,
                command_id: origin.command_id,
                version,
                aggregate: A::NAME.as_str(),
                causation: origin.causation,
                correlation: origin.correlation,
            };
            let cid = commit
                .push(kind.name, &envelope, |to| event.encode(to))
                .map_err(|source| Error::Encode { stream: self.stream.clone(), source })?;
            prev = Some(cid);
        }
        Ok(commit.finish(self.stream.clone(), self.version))
    }

    /// At which version the first event of a command stands that an event has caused, if the stream
    /// has it.
    pub(crate) fn caused_at(&self, command_id: Uuid) -> Option<u64> {
        self.caused.version_of(command_id)
    }

    /// Remembers a command that an event has caused, and whose events are about to be folded.
    pub(crate) fn will_take(&mut self, message: &Message) {
        if message.cause.is_some() {
            self.caused.insert(message.command_id, self.version + 1);
        }
    }

    /// Folds what was committed; `head` is the commit's.
    pub fn take_in(&mut self, events: &[A::Event], head: EventCid) {
        self.whole = false;
        for event in events {
            // `commit` has walked the same rows.
            if let Some(standing) = A::next(self.standing, event) {
                self.fold(event, standing);
            }
        }
        self.version += events.len() as u64;
        self.head = Some(head);
        self.whole = true;
    }

    #[cold]
    fn unreplayable(&self, version: u64, problem: String) -> Error {
        Error::Replay { stream: self.stream.clone(), version, problem }
    }
}

impl<A: Aggregate> Deref for Live<A> {
    type Target = A;

    fn deref(&self) -> &A {
        &self.data
    }
}

impl<A: Aggregate + fmt::Debug> fmt::Debug for Live<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live")
            .field("stream", &self.stream)
            .field("state", &self.state())
            .field("version", &self.version)
            .field("head", &self.head)
            .field("data", &self.data)
            .finish_non_exhaustive()
    }
}

fn link(cid: Option<EventCid>) -> String {
    cid.map_or_else(|| "nothing".to_owned(), |cid| cid.to_string())
}
