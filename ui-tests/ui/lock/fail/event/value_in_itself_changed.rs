//~ a group had names for its rules
//# Order OrderPlaced 1 {rule: enum{All: map[^], Paid}}
use cim_runtime::prelude::*;

pub struct Order;

#[value]
pub enum Rule {
    Paid,
    All(Vec<Rule>),
}

#[event(Order)]
pub struct OrderPlaced {
    pub rule: Rule,
}
