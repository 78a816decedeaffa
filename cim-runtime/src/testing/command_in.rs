//! Commands that a test may send.

use crate::machine::{Aggregate, Command, Handles, InOneAggregate};

/// Holds for the commands of an aggregate, and of its regions.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command of `{A}`",
    label = "not a command of `{A}`",
    note = "a test sends commands of the aggregate or of a region of it: structs with `#[command({A})]`"
)]
pub trait CommandIn<A: Aggregate>: Command<Of: Handles<Self> + InOneAggregate<Owner = A>> {}

#[diagnostic::do_not_recommend]
impl<C, A: Aggregate> CommandIn<A> for C where C: Command<Of: Handles<C> + InOneAggregate<Owner = A>>
{}
