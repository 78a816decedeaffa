//! Whether a type has what it should have, as a constant: for what is asked only of those that do.
//!
//! A type that lacks something says so itself, once. Whatever else would be asked of what it lacks
//! would repeat that: every command, say, of an aggregate without a machine.

use std::marker::PhantomData;

use crate::cbor::Value;
use crate::event::Superseded;
use crate::machine::{HandledBy, Machine};

/// `Has::<T>::MACHINE` is the machine of `T`, if it has one, and `Has::<T>::ENCODING` says whether it
/// is a value. `Has::<(E, A)>::SUPERSEDED` says whether the event `E` of the machine `A` has a newer
/// version.
#[doc(hidden)]
#[derive(Debug)]
pub struct Has<T>(PhantomData<T>);

impl<T: Machine> Has<T> {
    pub const MACHINE: MachineOf<T> = MachineOf(PhantomData);
}

impl<T: Value> Has<T> {
    pub const ENCODING: bool = true;
}

impl<E: Superseded<A>, A> Has<(E, A)> {
    pub const SUPERSEDED: bool = true;
}

/// Where the constants of [`Has`] are found if the type has none: rustc looks into a type before it
/// looks into the traits in scope.
#[doc(hidden)]
pub trait Lacks {
    const MACHINE: NoMachine = NoMachine;
    const ENCODING: bool = false;
    const SUPERSEDED: bool = false;
}

impl<T> Lacks for Has<T> {}

/// The machine of a type that has one.
#[doc(hidden)]
#[derive(Debug)]
pub struct MachineOf<A>(PhantomData<A>);

impl<A: Machine> MachineOf<A> {
    pub const fn exists(self) -> bool {
        true
    }

    /// Whether it is in an aggregate: true, or an error, which is its own. A type with a constant in
    /// it that has no value is one that rustc says no more about: whoever else relies on the machine
    /// of a command or an event is quiet.
    pub const fn acts(self) -> bool {
        A::IN_ONE_AGGREGATE
    }

    /// The same, and whether it decides the command: true, or an error at the command.
    #[expect(clippy::extra_unused_type_parameters, reason = "its bound is the question")]
    pub const fn does<C: HandledBy<A>>(self) -> bool {
        A::IN_ONE_AGGREGATE
    }
}

/// What a type without a machine has instead.
#[doc(hidden)]
#[derive(Debug)]
pub struct NoMachine;

impl NoMachine {
    pub const fn exists(self) -> bool {
        false
    }

    pub const fn acts(self) -> bool {
        false
    }

    #[expect(clippy::extra_unused_type_parameters, reason = "asked as the other one is")]
    pub const fn does<C>(self) -> bool {
        false
    }
}
