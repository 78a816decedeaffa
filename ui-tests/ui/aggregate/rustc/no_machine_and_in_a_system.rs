//~ two commands and a system rely on a machine that nobody wrote
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order {}

#[command(Order)]
pub struct PlaceOrder;
#[command(Order)]
pub struct ShipOrder;

#[event(Order)]
pub struct OrderPlaced;

#[system(aggregates(Order))]
pub struct Shop;

fn main() {}
