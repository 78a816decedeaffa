//! A command of an aggregate, whichever of its machines decides it: its own, or that of a region.

#[cfg(feature = "proptest")]
use std::any::Any;
use std::fmt::{self, Debug};
use std::sync::Arc;

use super::deciding::{self, Decided};
use super::round_trip::{Checked, told};
#[cfg(any(feature = "black-box", feature = "stateright"))]
use super::sample::{self, Unsampled};
use crate::cbor::{self, DecodeError, Decoder, Encoder, Shape, Value as _};
use crate::commit::Commit;
use crate::decision::Rejection;
use crate::engine::{Live, Message};
use crate::machine::{
    Aggregate, CommandKind, CommandSet, InOneAggregate, Machine, MachineState, MachineTable,
    MachineVisitor, RegionRow, Standing as _,
};
#[cfg(any(feature = "proptest", feature = "stateright"))]
use crate::machine::{Command, Handles};

/// What a command came to, without the types of the machine that has decided it.
pub(super) struct Answer<A: Aggregate> {
    pub(super) events: Result<Vec<A::Event>, Rejection<Refused>>,
    pub(super) commit: Option<Commit>,
}

/// A refusal.
pub(super) struct Refused {
    pub(super) shape: Shape,
    pub(super) bytes: Vec<u8>,
    /// As it is written in Rust.
    pub(super) text: String,
}

/// A machine inside the aggregate, as a walk sees it.
pub(super) struct Inside<A: Aggregate> {
    pub(super) table: &'static MachineTable,
    /// The name of its state.
    pub(super) state: fn(A::Standing) -> &'static str,
    /// In which states of the aggregate its commands are taken, if it is a region.
    open_in: Option<&'static [&'static str]>,
}

// Whatever the aggregate is: it is only named.
impl<A: Aggregate> Clone for Inside<A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A: Aggregate> Copy for Inside<A> {}

impl<A: Aggregate> Inside<A> {
    fn of<M: InOneAggregate<Owner = A>>() -> Self {
        let is_region = |row: &&RegionRow| row.machine.name == M::MACHINE.name;
        let region = A::MACHINE.regions.iter().find(is_region);
        Self {
            table: M::MACHINE,
            state: |standing| M::at(standing).name(),
            open_in: region.map(|region| region.open_in),
        }
    }

    /// Whether the aggregate takes the machine's commands when it stands there.
    pub(super) fn is_open(&self, standing: A::Standing) -> bool {
        self.open_in.is_none_or(|states| states.contains(&standing.state().name()))
    }

    /// Whether it takes the command with this name.
    pub(super) fn takes(&self, standing: A::Standing, command: &str) -> bool {
        self.is_open(standing) && self.table.allowed((self.state)(standing)).contains(&command)
    }
}

/// A command of one of the machines inside `A`.
pub(super) trait CommandOn<A: Aggregate>: Debug + Send + Sync {
    fn name(&self) -> &'static str;

    /// The machine that decides it.
    fn inside(&self) -> Inside<A>;

    fn encode(&self, to: &mut Encoder);

    /// Passes it through its bytes.
    #[cfg(any(feature = "proptest", feature = "stateright"))]
    fn round_trip(&self) -> Checked;

    /// The command, changed.
    #[cfg(feature = "proptest")]
    fn adjusted(&self, adjust: &dyn Fn(&mut dyn Any)) -> AnyCommand<A>;

    fn decide(&self, live: &mut Live<A>, message: &Message) -> Checked<Answer<A>>;

    /// Decides on two aggregates of one history, which must come to the same.
    #[cfg(any(feature = "proptest", feature = "stateright"))]
    fn decide_twice(&self, lives: [&mut Live<A>; 2], message: &Message) -> Checked<Answer<A>>;
}

/// A command of one of the machines inside `A`, shared.
pub(super) type AnyCommand<A> = Arc<dyn CommandOn<A>>;

/// A command of the machine `M`.
struct On<M: Machine>(M::Command);

impl<M: Machine> Debug for On<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<A: Aggregate, M: InOneAggregate<Owner = A>> CommandOn<A> for On<M> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn inside(&self) -> Inside<A> {
        Inside::of::<M>()
    }

    fn encode(&self, to: &mut Encoder) {
        self.0.encode(to);
    }

    #[cfg(any(feature = "proptest", feature = "stateright"))]
    fn round_trip(&self) -> Checked {
        super::round_trip::command_round_trip(&self.0)
    }

    #[cfg(feature = "proptest")]
    fn adjusted(&self, adjust: &dyn Fn(&mut dyn Any)) -> AnyCommand<A> {
        let mut command = self.0.clone();
        adjust(&mut command);
        Arc::new(Self(command))
    }

    fn decide(&self, live: &mut Live<A>, message: &Message) -> Checked<Answer<A>> {
        answer(deciding::decide::<A, M>(live, self.0.clone(), message)?)
    }

    #[cfg(any(feature = "proptest", feature = "stateright"))]
    fn decide_twice(&self, lives: [&mut Live<A>; 2], message: &Message) -> Checked<Answer<A>> {
        let [first, again] =
            lives.map(|live| deciding::decide::<A, M>(live, self.0.clone(), message));
        answer(deciding::same(self.name(), first?, again?)?)
    }
}

fn answer<A: Aggregate, M: Machine>(decided: Decided<A, M>) -> Checked<Answer<A>> {
    let events = match decided.answer {
        Ok(events) => Ok(events),
        Err(Rejection::Refused(refusal)) => Err(Rejection::Refused(Refused {
            shape: M::Refusal::SHAPE,
            bytes: told(cbor::to_vec(&refusal), "the refusal")?,
            text: format!("{refusal:?}"),
        })),
        Err(Rejection::NotNow) => Err(Rejection::NotNow),
        Err(Rejection::Closed) => Err(Rejection::Closed),
    };
    Ok(Answer { events, commit: decided.commit })
}

/// The command, as one of any of the machines inside `A`.
#[cfg(any(feature = "proptest", feature = "stateright"))]
pub(super) fn any<A: Aggregate, C>(command: C) -> AnyCommand<A>
where
    C: Command<Of: Handles<C> + InOneAggregate<Owner = A>>,
{
    Arc::new(On::<C::Of>(<C::Of as Handles<C>>::COMMAND(command)))
}

/// A type of command that one of the machines inside `A` decides.
pub(super) struct Kind<A: Aggregate> {
    pub(super) name: &'static str,
    pub(super) inside: Inside<A>,
    pub(super) shape: Shape,
    decode: Decode<A>,
}

type Decode<A> = Arc<dyn Fn(&mut Decoder<'_>) -> Result<AnyCommand<A>, DecodeError> + Send + Sync>;

impl<A: Aggregate> Kind<A> {
    fn of<M: InOneAggregate<Owner = A>>(kind: CommandKind<M::Command>) -> Self {
        let decode = move |from: &mut Decoder<'_>| {
            kind.decode(from).map(|command| Arc::new(On::<M>(command)) as AnyCommand<A>)
        };
        let (name, shape) = (kind.name, kind.shape);
        Self { name, inside: Inside::of::<M>(), shape, decode: Arc::new(decode) }
    }

    /// Reads a command of this type.
    pub(super) fn decode(&self, from: &mut Decoder<'_>) -> Result<AnyCommand<A>, DecodeError> {
        (self.decode)(from)
    }

    /// The sample with this number.
    #[cfg(any(feature = "black-box", feature = "stateright"))]
    pub(super) fn sample(&self, number: usize) -> Result<AnyCommand<A>, Unsampled> {
        sample::sampled(&self.shape, number, |from| self.decode(from)).map(|(command, _)| command)
    }
}

impl<A: Aggregate> Clone for Kind<A> {
    fn clone(&self) -> Self {
        Self { decode: Arc::clone(&self.decode), ..*self }
    }
}

/// The types of the commands of an aggregate and of its regions, in the order of the machines.
pub(super) fn kinds<A: Aggregate>() -> Vec<Kind<A>> {
    let mut kinds = Kinds(Vec::new());
    kinds.machine::<A>();
    A::regions(&mut kinds);
    kinds.0
}

struct Kinds<A: Aggregate>(Vec<Kind<A>>);

impl<A: Aggregate> MachineVisitor<A> for Kinds<A> {
    fn machine<M: InOneAggregate<Owner = A>>(&mut self) {
        self.0.extend(M::Command::kinds().into_iter().map(Kind::of::<M>));
    }
}
