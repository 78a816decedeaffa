//! What a policy may answer with.

use std::fmt::Display;

use super::address::{Cancel, To};
use super::plan::Plan;
use super::sendable::Sendable;
use crate::machine::{Command, Handles, InOneAggregate};

/// What a method of a policy may return: `To<C>` and `Cancel<C>`; `Option`, `Vec`, and tuples of
/// them; nothing; and a `Result` of any of these.
#[diagnostic::on_unimplemented(
    message = "a policy cannot answer with `{Self}`",
    label = "not a command with an address",
    note = "answer with `To<C>`, made by `command.to(id)`, or with `Option`, `Vec` or a tuple of it"
)]
pub trait Reaction: Sized {
    /// The commands that there may be.
    const SENDS: Sends;

    /// Writes them down.
    #[doc(hidden)]
    fn plan(self, to: &mut Plan) -> Result<(), String>;

    /// Writes them down; returns why that failed.
    #[doc(hidden)]
    fn planned(self, to: &mut Plan) -> Option<String> {
        self.plan(to).err()
    }
}

/// Commands that an answer may have.
#[derive(Debug, Clone, Copy)]
pub enum Sends {
    /// None.
    None,
    /// This one.
    One(Sendable),
    /// Those of these.
    All(&'static [Sends]),
}

impl Sends {
    /// Each of them.
    pub fn list(&self) -> Vec<Sendable> {
        match self {
            Self::None => Vec::new(),
            Self::One(one) => vec![*one],
            Self::All(all) => all.iter().flat_map(Self::list).collect(),
        }
    }
}

impl Sends {
    /// Whether a command is among them.
    pub(super) const fn has(&self, command: &Sendable) -> bool {
        match self {
            Self::None => false,
            Self::One(one) => one.is(command),
            Self::All(all) => {
                let mut i = 0;
                while i < all.len() {
                    if all[i].has(command) {
                        return true;
                    }
                    i += 1;
                }
                false
            }
        }
    }
}

impl Reaction for () {
    const SENDS: Sends = Sends::None;

    fn plan(self, _: &mut Plan) -> Result<(), String> {
        Ok(())
    }
}

impl<C: Command<Of: Handles<C> + InOneAggregate>> Reaction for To<C> {
    const SENDS: Sends = Sends::One(Sendable::of::<C>());

    fn plan(self, to: &mut Plan) -> Result<(), String> {
        to.send(&self)
    }
}

impl<C: Command<Of: Handles<C> + InOneAggregate>> Reaction for Cancel<C> {
    const SENDS: Sends = Sends::None;

    fn plan(self, to: &mut Plan) -> Result<(), String> {
        to.cancel(&self);
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl<R: Reaction> Reaction for Option<R> {
    const SENDS: Sends = R::SENDS;

    fn plan(self, to: &mut Plan) -> Result<(), String> {
        self.map_or(Ok(()), |reaction| reaction.plan(to))
    }
}

#[diagnostic::do_not_recommend]
impl<R: Reaction> Reaction for Vec<R> {
    const SENDS: Sends = R::SENDS;

    fn plan(self, to: &mut Plan) -> Result<(), String> {
        self.into_iter().try_for_each(|reaction| reaction.plan(to))
    }
}

#[diagnostic::do_not_recommend]
impl<R: Reaction, E: Display> Reaction for Result<R, E> {
    const SENDS: Sends = R::SENDS;

    fn plan(self, to: &mut Plan) -> Result<(), String> {
        match self {
            Ok(reaction) => reaction.plan(to),
            Err(error) => Err(error.to_string()),
        }
    }
}

macro_rules! tuples {
    ($($($name:ident)*;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($name: Reaction),*> Reaction for ($($name,)*) {
            const SENDS: Sends = Sends::All(&[$($name::SENDS),*]);

            #[allow(non_snake_case, reason = "one name for the type and its value")]
            fn plan(self, to: &mut Plan) -> Result<(), String> {
                let ($($name,)*) = self;
                Ok(())$(.and_then(|()| $name.plan(to)))*
            }
        }
    )*};
}

tuples! {
    A;
    A B;
    A B C;
    A B C D;
}
