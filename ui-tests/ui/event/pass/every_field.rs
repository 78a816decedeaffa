//! Every type that has an encoding of its own.

use std::collections::{BTreeMap, BTreeSet};

use cim_runtime::prelude::*;

pub struct Order;

#[derive(DomainId)]
pub struct LineId(Uuid);

#[event(Order)]
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
