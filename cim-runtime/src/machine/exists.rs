//! Whether a type has a machine, as a constant: for what is asked only of those that have one.
//!
//! One that should have a machine and has none says so itself, once. Whatever else would be asked of
//! the machine then would repeat it: every command, say, that nothing handles it.

use std::marker::PhantomData;

use super::Machine;

/// `MachineOf::<T>::EXISTS` says whether `T` has a machine.
#[doc(hidden)]
#[derive(Debug)]
pub struct MachineOf<T>(PhantomData<T>);

impl<T: Machine> MachineOf<T> {
    pub const EXISTS: bool = true;
}

/// What `EXISTS` is found in where there is no machine: rustc looks into a type before it looks into
/// the traits in scope.
#[doc(hidden)]
pub trait WithoutMachine {
    const EXISTS: bool = false;
}

impl<T> WithoutMachine for MachineOf<T> {}
