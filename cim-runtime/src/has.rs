//! Whether a type has what it should have, as a constant: for what is asked only of those that do.
//!
//! A type that lacks something says so itself, once. Whatever else would be asked of what it lacks
//! would repeat that: every command, say, of an aggregate without a machine.

use std::marker::PhantomData;

use crate::cbor::Value;
use crate::machine::Machine;

/// `Has::<T>::MACHINE` says whether `T` has a machine, `Has::<T>::ENCODING` whether it is a value.
#[doc(hidden)]
#[derive(Debug)]
pub struct Has<T>(PhantomData<T>);

impl<T: Machine> Has<T> {
    pub const MACHINE: bool = true;
}

impl<T: Value> Has<T> {
    pub const ENCODING: bool = true;
}

/// Where the constants of [`Has`] are found if the type has none: rustc looks into a type before it
/// looks into the traits in scope.
#[doc(hidden)]
pub trait Lacks {
    const MACHINE: bool = false;
    const ENCODING: bool = false;
}

impl<T> Lacks for Has<T> {}
