//! What is decided: a command of a known type, or one of a machine's commands.

use std::fmt::{self, Debug};

use super::{Live, Message};
use crate::decision::Events;
use crate::error::SendError;
use crate::machine::{Command, CommandSet as _, Handles, InOneAggregate, Machine};

/// A command on its way to an aggregate.
pub trait Request: Clone + Debug + Send {
    /// The machine that decides it.
    type Of: InOneAggregate;

    /// The command's name.
    fn name(&self) -> &'static str;

    /// Decides it; nothing changes.
    ///
    /// # Errors
    ///
    /// When the machine's rules or its state say no.
    fn decide(
        self,
        live: &mut Live<OwnerIn<Self>>,
        message: &Message,
    ) -> Result<Events<<OwnerIn<Self> as Machine>::Event>, SendError<Self::Of>>;
}

/// The aggregate that a request is sent to.
pub type OwnerIn<R> = <<R as Request>::Of as InOneAggregate>::Owner;

impl<C: Command<Of: Handles<C> + InOneAggregate>> Request for C {
    type Of = C::Of;

    fn name(&self) -> &'static str {
        C::NAME
    }

    fn decide(
        self,
        live: &mut Live<OwnerIn<Self>>,
        message: &Message,
    ) -> Result<Events<<OwnerIn<Self> as Machine>::Event>, SendError<C::Of>> {
        live.decide(self, message)
    }
}

/// One of a machine's commands, as it comes from outside.
pub(crate) struct OneOfAll<M: Machine>(pub(crate) M::Command);

impl<M: InOneAggregate> Request for OneOfAll<M> {
    type Of = M;

    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn decide(
        self,
        live: &mut Live<M::Owner>,
        message: &Message,
    ) -> Result<Events<<M::Owner as Machine>::Event>, SendError<M>> {
        let name = self.0.name();
        let answer = live.answer::<M>(self.0, message);
        answer.map_err(|rejection| live.rejected(name, rejection))
    }
}

impl<M: Machine> Clone for OneOfAll<M> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<M: Machine> Debug for OneOfAll<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
