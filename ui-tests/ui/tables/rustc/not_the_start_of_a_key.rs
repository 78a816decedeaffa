//~ the prefix of a pair is its first part
use cim_runtime::prelude::*;

#[derive(Tables)]
pub struct OrderBook {
    days: Table<(String, u64), u64>,
}

impl OrderBook {
    pub fn sum(&self) -> u64 {
        self.days.with_prefix(&1u64).map(|(_, cents)| cents).sum()
    }
}

fn main() {}
