//! What the machine of an aggregate asks its regions through.

use std::fmt;

use super::{InOneAggregate, Machine, MachineTable, Standing};
use crate::event::{EventSet, EventVisitor, InRegion, Reading};

/// A type that the machine of `Owner` names as its region, written by `#[state_machine]`.
#[doc(hidden)]
pub trait RegionOf<Owner>: Sized {
    /// [`Inside`], and whether there is a machine.
    type Inside: ActsIn<Owner, Self>;
}

/// The events of the region `R` of `Owner`.
#[doc(hidden)]
pub type RegionEvent<R, Owner> = <<R as RegionOf<Owner>>::Inside as ActsIn<Owner, R>>::Event;

/// Where the region `R` of `Owner` stands.
#[doc(hidden)]
pub type RegionStanding<R, Owner> = <<R as RegionOf<Owner>>::Inside as ActsIn<Owner, R>>::Standing;

/// How a region acts inside its owner, if it has a machine. One that has none says so where its
/// owner names it; through this its owner asks it for nothing that would repeat that.
#[doc(hidden)]
#[derive(Debug)]
pub struct Inside<const HAS_MACHINE: bool>;

/// Does something with machines inside of `Owner`, each by its type.
#[doc(hidden)]
pub trait MachineVisitor<Owner> {
    fn machine<M: InOneAggregate<Owner = Owner>>(&mut self);
}

/// All that an owner's machine wants of its region `R`.
#[doc(hidden)]
pub trait ActsIn<Owner, R> {
    type Event: EventSet;
    type Standing: Standing;
    const MACHINE: &'static MachineTable;

    fn next(standing: Self::Standing, event: &Self::Event) -> Option<Self::Standing>;

    fn apply(region: &mut R, event: &Self::Event);

    fn visit<V>(event: &Self::Event, visitor: V) -> V::Output
    where
        Owner: Machine,
        V: EventVisitor<Owner::Event>;

    fn read(from: &mut Reading<'_, '_, Owner::Event>)
    where
        Owner: Machine;

    /// Shows the region, if it has a machine.
    fn show<V: MachineVisitor<Owner>>(to: &mut V);

    /// Where the region's own machine stands.
    fn state(standing: Self::Standing) -> R::State
    where
        R: Machine;

    /// The event, as the owner holds it.
    fn held(event: R::Event) -> Self::Event
    where
        R: Machine;
}

impl<Owner, R: InOneAggregate<Owner = Owner>> ActsIn<Owner, R> for Inside<true> {
    type Event = R::Event;
    type Standing = R::Standing;
    const MACHINE: &'static MachineTable = R::MACHINE;

    #[inline]
    fn next(standing: R::Standing, event: &R::Event) -> Option<R::Standing> {
        R::next(standing, event)
    }

    #[inline]
    fn apply(region: &mut R, event: &R::Event) {
        region.apply(event);
    }

    #[inline]
    fn visit<V>(event: &R::Event, visitor: V) -> V::Output
    where
        Owner: Machine,
        V: EventVisitor<Owner::Event>,
    {
        event.visit(InRegion::<R, V>::new(visitor))
    }

    fn read(from: &mut Reading<'_, '_, Owner::Event>)
    where
        Owner: Machine,
    {
        R::read_within(from);
    }

    fn show<V: MachineVisitor<Owner>>(to: &mut V) {
        to.machine::<R>();
    }

    #[inline]
    fn state(standing: R::Standing) -> R::State {
        standing.state()
    }

    #[inline]
    fn held(event: R::Event) -> R::Event {
        event
    }
}

/// The events of a region without a machine.
#[doc(hidden)]
#[derive(Clone, PartialEq)]
pub enum NoEvent {}

impl fmt::Debug for NoEvent {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl EventSet for NoEvent {
    fn visit<V: EventVisitor<Self>>(&self, _: V) -> V::Output {
        match *self {}
    }

    fn read(_: &mut Reading<'_, '_, Self>) {}
}

impl<Owner: Machine, R> ActsIn<Owner, R> for Inside<false> {
    type Event = NoEvent;
    type Standing = Owner::State;
    const MACHINE: &'static MachineTable = &MachineTable::new("", &[], &[]);

    fn next(_: Owner::State, event: &NoEvent) -> Option<Owner::State> {
        match *event {}
    }

    fn apply(_: &mut R, event: &NoEvent) {
        match *event {}
    }

    fn visit<V>(event: &NoEvent, _: V) -> V::Output
    where
        V: EventVisitor<Owner::Event>,
    {
        match *event {}
    }

    fn read(_: &mut Reading<'_, '_, Owner::Event>) {}

    fn show<V: MachineVisitor<Owner>>(_: &mut V) {}

    fn state(_: Owner::State) -> R::State
    where
        R: Machine,
    {
        unreachable!("did not compile")
    }

    fn held(_: R::Event) -> NoEvent
    where
        R: Machine,
    {
        unreachable!("did not compile")
    }
}
