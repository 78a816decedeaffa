//! Every type that has an encoding of its own.

use std::collections::{BTreeMap, BTreeSet};

use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct LineId(Uuid);

#[event(Order, unread)]
pub struct OrderPlaced {
    pub numbers: (u8, u16, u32, u64),
    pub signed: (i8, i16, i32, i64),
    pub float: f64,
    pub truth: bool,
    pub text: String,
    pub bytes: Vec<u8>,
    pub fixed: [u32; 4],
    pub maybe: Option<Box<String>>,
    pub list: Vec<Option<Vec<String>>>,
    pub set: BTreeSet<String>,
    pub map: BTreeMap<String, Vec<u8>>,
    pub by_id: BTreeMap<LineId, Line>,
    pub id: Uuid,
    pub at: Timestamp,
    pub by: Actor,
}

#[event(Order)]
pub struct NothingInBraces {}

#[value]
pub struct Line {
    pub cents: u64,
}

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order;

#[command(Order)]
pub struct PlaceOrder;

#[command(Order)]
pub struct Wait;

#[state_machine(initial Draft, terminal Placed)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, _: PlaceOrder) -> Option<OrderPlaced> {
        None
    }

    #[transition(Draft)]
    fn wait(&self, _: Wait) -> NothingInBraces {
        NothingInBraces {}
    }
}
