//! Commands without their types, as they wait for their time.

use std::fmt;

use futures::future::BoxFuture;

use super::plan::Letter;
use super::refused::Refusal;
use crate::cbor;
use crate::driver::Driver;
use crate::engine::{Message, Sent};
use crate::error::{Error, SendError};
use crate::machine::{Aggregate as _, Command, Handles, InOneAggregate, is_same};
use crate::subject::AggregateName;
use crate::system::{IdOf, OwnerOf};

/// A type of command that a policy sends.
#[derive(Clone, Copy)]
pub struct Sendable {
    /// The aggregate that it goes to.
    pub aggregate: AggregateName,
    /// The command.
    pub command: &'static str,
    send: SendFn,
}

type SendFn =
    for<'a> fn(&'a Driver, &'a str, &'a [u8], &'a Message) -> BoxFuture<'a, Result<Sent, Unsent>>;

/// Why a command of any type was not carried out.
#[derive(Debug)]
pub(super) enum Unsent {
    /// The business says no.
    Refused(Refusal),
    /// The machine says no.
    Error(Error),
    /// What was kept is no such command: another program has written it.
    Unreadable(String),
}

impl Sendable {
    /// The commands of type `C`.
    pub const fn of<C: Command<Of: Handles<C> + InOneAggregate>>() -> Self {
        Self { aggregate: OwnerOf::<C>::NAME, command: C::NAME, send: send::<C> }
    }

    /// Whether both are one type of command.
    pub(super) const fn is(&self, other: &Self) -> bool {
        is_same(self.command, other.command)
            && is_same(self.aggregate.as_str(), other.aggregate.as_str())
    }

    /// Whether a letter holds such a command.
    pub(super) fn is_of(&self, letter: &Letter) -> bool {
        self.command == letter.command && self.aggregate.as_str() == letter.aggregate
    }

    /// Sends such a command, from its bytes.
    pub(super) async fn send(
        &self,
        driver: &Driver,
        id: &str,
        command: &[u8],
        message: &Message,
    ) -> Result<Sent, Unsent> {
        (self.send)(driver, id, command, message).await
    }
}

fn send<'a, C: Command<Of: Handles<C> + InOneAggregate>>(
    driver: &'a Driver,
    id: &'a str,
    command: &'a [u8],
    message: &'a Message,
) -> BoxFuture<'a, Result<Sent, Unsent>> {
    Box::pin(async move {
        let unreadable = |error: &dyn fmt::Display| Unsent::Unreadable(error.to_string());
        let id: IdOf<C> = id.parse().map_err(|error| unreadable(&error))?;
        let command: C = cbor::from_slice(command).map_err(|error| unreadable(&error))?;
        driver.send(&id, command, message).await.map_err(|error| match Refusal::of(&error) {
            Some(refusal) => Unsent::Refused(refusal),
            None => match error {
                SendError::Error(error) => Unsent::Error(error),
                refusal => unreadable(&refusal),
            },
        })
    })
}

impl fmt::Debug for Sendable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.aggregate, self.command)
    }
}

#[cfg(test)]
impl Sendable {
    /// The same under another name, for tests of what only looks at names.
    pub(super) const fn named(self, command: &'static str) -> Self {
        Self { command, ..self }
    }
}
