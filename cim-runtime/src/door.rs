//! A machine's commands for whoever knows them by name: other processes, and other languages.

use std::fmt;

use futures::future::BoxFuture;

use crate::cbor::{self, Decoder, Shape};
use crate::driver::Driver;
use crate::engine::{Message, OneOfAll, Sent};
use crate::error::{Error, SendError};
use crate::id::InvalidId;
use crate::machine::{
    Aggregate, CommandSet, InOneAggregate, Machine, MachineState as _, MachineVisitor,
};
use crate::subject::AggregateName;

/// The commands of one machine inside an aggregate.
#[derive(Clone, Copy)]
pub struct CommandDoor {
    /// The aggregate that they are sent to.
    pub aggregate: AggregateName,
    /// The machine that decides them: the aggregate's own, or a region's.
    pub machine: &'static str,
    /// Each command's name and shape.
    pub commands: fn() -> Vec<(&'static str, Shape)>,
    send: SendFn,
}

type SendFn = for<'a> fn(Knock<'a>) -> BoxFuture<'a, Result<Sent, Turned>>;

/// A command that comes from outside.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Knock<'a> {
    pub(crate) driver: &'a Driver,
    pub(crate) id: &'a str,
    /// The command's name.
    pub(crate) name: &'a str,
    /// The command's fields, as canonical DAG-CBOR.
    pub(crate) data: &'a [u8],
    pub(crate) message: &'a Message,
}

/// Why a command that came from outside was not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Turned {
    /// There is no such id.
    Id(InvalidId),
    /// The machine has no such command.
    Unknown,
    /// The fields are not those of the command.
    Unreadable(String),
    /// The business says no: the refusal as canonical DAG-CBOR, and in words.
    Refused { refusal: Vec<u8>, text: String },
    /// The state takes no such command.
    NotNow { state: &'static str, allowed: Vec<&'static str>, text: String },
    /// The aggregate is in a state that closes the region whose command it is.
    Closed { state: &'static str, region: &'static str, text: String },
    /// The machine says no.
    Error(Error),
}

impl CommandDoor {
    /// The commands of `M`.
    pub const fn of<M: InOneAggregate>() -> Self {
        Self {
            aggregate: <M::Owner as Aggregate>::NAME,
            machine: M::MACHINE.name,
            commands: commands::<M>,
            send: send::<M>,
        }
    }

    /// The commands of an aggregate: its own, and those of its regions.
    pub(crate) fn all<A: Aggregate>() -> Vec<Self> {
        let mut doors = vec![Self::of::<A>()];
        A::regions(&mut Doors(&mut doors));
        doors
    }

    /// Carries a command out.
    pub(crate) async fn send(&self, knock: Knock<'_>) -> Result<Sent, Turned> {
        (self.send)(knock).await
    }
}

struct Doors<'a>(&'a mut Vec<CommandDoor>);

impl<A: Aggregate> MachineVisitor<A> for Doors<'_> {
    fn machine<M: InOneAggregate<Owner = A>>(&mut self) {
        self.0.push(CommandDoor::of::<M>());
    }
}

fn commands<M: Machine>() -> Vec<(&'static str, Shape)> {
    M::Command::kinds().iter().map(|kind| (kind.name, kind.shape)).collect()
}

fn send<M: InOneAggregate>(knock: Knock<'_>) -> BoxFuture<'_, Result<Sent, Turned>> {
    Box::pin(async move {
        let id: <M::Owner as Aggregate>::Id = knock.id.parse().map_err(Turned::Id)?;
        let mut from = Decoder::new(knock.data);
        let command = M::Command::decode(knock.name, &mut from).ok_or(Turned::Unknown)?;
        let command = command.and_then(|command| from.finish().map(|()| command));
        let command = command.map_err(|error| Turned::Unreadable(error.to_string()))?;
        let sent = knock.driver.send(&id, OneOfAll::<M>(command), knock.message).await;
        sent.map_err(|error| turned(&error))
    })
}

fn turned<M: Machine>(error: &SendError<M>) -> Turned {
    let text = error.to_string();
    match error {
        SendError::Refused(refusal) => {
            // One without an encoding is told in words.
            Turned::Refused { refusal: cbor::to_vec(refusal).unwrap_or_default(), text }
        }
        SendError::NotNow { state, allowed, .. } => {
            Turned::NotNow { state: state.name(), allowed: allowed.clone(), text }
        }
        SendError::Closed { state, .. } => Turned::Closed { state, region: M::MACHINE.name, text },
        SendError::Error(error) => Turned::Error(error.clone()),
    }
}

impl fmt::Debug for CommandDoor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.aggregate, self.machine)
    }
}
