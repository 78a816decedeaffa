//! What looks like a loop, and is none.

use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct ParcelId(String);

#[aggregate(domain = "pass", id = ParcelId)]
#[derive(Default)]
pub struct Parcel {}

#[command(Parcel)]
pub struct Pack;

#[command(Parcel)]
pub struct Send;

#[event(Parcel)]
pub struct Packed;

#[event(Parcel)]
pub struct Sent;

#[state_machine(initial Empty, Full, terminal Gone)]
impl Parcel {
    #[transition(Empty -> Full)]
    fn pack(&self, _: Pack) -> Packed {
        Packed
    }

    #[transition(Full -> Gone)]
    fn send(&self, _: Send) -> Sent {
        Sent
    }
}

/// Sends, and listens to what it has sent: it goes on step by step, and comes to an end.
#[derive(Tables)]
pub struct Warehouse {
    gone: Table<ParcelId, Timestamp>,
}

#[policy]
impl Warehouse {
    #[on]
    fn packed(&mut self, event: &Recorded<Packed>) -> To<Send> {
        Send.to(event.id())
    }

    #[on]
    fn sent(&mut self, event: &Recorded<Sent>) -> Cancel<Send> {
        self.gone.insert(&event.id(), event.at);
        Send::cancel(event.id())
    }
}

/// A loop that is meant.
#[policy(ends = "a full parcel refuses")]
pub fn again(event: &Recorded<Packed>) -> To<Pack> {
    Pack.to(event.id())
}

/// Another, of a policy that has more than one method.
#[derive(Tables)]
pub struct Impatient {
    packed: Table<ParcelId, Timestamp>,
}

#[policy]
impl Impatient {
    #[on(ends = "a full parcel refuses")]
    fn packed(&mut self, event: &Recorded<Packed>) -> To<Pack> {
        self.packed.insert(&event.id(), event.at);
        Pack.to(event.id())
    }

    #[on]
    fn sent(&mut self, event: &Recorded<Sent>) -> Cancel<Pack> {
        self.packed.remove(&event.id());
        Pack::cancel(event.id())
    }
}

#[system(aggregates(Parcel), policies(Warehouse, again, Impatient))]
pub struct Post;
