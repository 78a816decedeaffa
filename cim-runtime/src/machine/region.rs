//! Machines inside of aggregates: the aggregate's own, and its regions.

use super::{Aggregate, Machine, Standing};
use crate::context::Context;
use crate::decision::{Decision, Events, Rejection};
use crate::event::Reading;

/// A machine inside an aggregate: the aggregate's own, or one of its regions.
///
/// Written by `#[state_machine(…, region skills: Skills)]` for the region `Skills`, which then shares
/// the id, the stream and the version of its owner.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an aggregate",
    label = "not an aggregate",
    note = "write `#[aggregate(domain = \"…\", id = …)]` on the struct `{Self}`, or name it as a region in the machine of an aggregate: `#[state_machine(…, region name: {Self})]`"
)]
pub trait InOneAggregate: Machine {
    /// The aggregate.
    type Owner: Aggregate;

    /// The machine's data in that of the aggregate.
    fn of(owner: &Self::Owner) -> &Self;

    /// Where the machine stands, if the aggregate stands there.
    fn at(standing: <Self::Owner as Machine>::Standing) -> Self::State;

    /// The machine's event as one of the aggregate.
    fn wrap(event: Self::Event) -> <Self::Owner as Machine>::Event;

    /// Whether the aggregate takes the machine's commands when it is in this state.
    fn is_open(state: <Self::Owner as Machine>::State) -> bool;

    /// Decides a command in the context of the aggregate.
    #[doc(hidden)]
    fn decide_within(
        owner: &Self::Owner,
        command: Self::Command,
        cx: &Context<Self::Owner>,
        standing: <Self::Owner as Machine>::Standing,
    ) -> Result<Events<<Self::Owner as Machine>::Event>, Rejection<Self::Refusal>> {
        if !Self::is_open(cx.state()) {
            return Err(Rejection::Closed);
        }
        let events = Self::of(owner).decide(command, &cx.within::<Self>(Self::at(standing)))?;
        Ok(events.map(Self::wrap))
    }

    /// Reads one of the machine's events as one of the aggregate.
    #[doc(hidden)]
    fn read_within(from: &mut Reading<'_, '_, <Self::Owner as Machine>::Event>) {
        from.read_as(Self::wrap);
    }
}

/// Asks a machine whether it is in an aggregate: see [`Machine::IN_ONE_AGGREGATE`].
#[doc(hidden)]
pub const fn in_one_aggregate<M: InOneAggregate>() -> bool {
    true
}

/// Holds for the field of a region: what the owner's machine reaches its data through.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the field of the region `{Region}` has the type `{Self}`",
    label = "not the type of the field",
    note = "a region is a field whose type has a machine: make the field one of the type `{Region}`"
)]
pub trait HoldsRegion<Region> {
    fn region(&self) -> &Region;
    fn region_mut(&mut self) -> &mut Region;
}

#[diagnostic::do_not_recommend]
impl<Region> HoldsRegion<Region> for Region {
    #[inline]
    fn region(&self) -> &Region {
        self
    }

    #[inline]
    fn region_mut(&mut self) -> &mut Region {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<A: Aggregate> InOneAggregate for A {
    type Owner = A;

    #[inline]
    fn of(owner: &A) -> &A {
        owner
    }

    #[inline]
    fn at(standing: A::Standing) -> A::State {
        Standing::state(standing)
    }

    #[inline]
    fn wrap(event: A::Event) -> A::Event {
        event
    }

    #[inline]
    fn is_open(_: A::State) -> bool {
        true
    }

    #[inline]
    fn decide_within(
        owner: &A,
        command: A::Command,
        cx: &Context<A>,
        _: A::Standing,
    ) -> Decision<A> {
        owner.decide(command, cx)
    }
}
