//~ nobody says which command
use cim_runtime::policy::Refused;
use cim_runtime::prelude::*;

#[derive(Tables)]
pub struct Payments;

pub struct OrderPlaced;

pub struct PayOrder;

#[policy]
impl Payments {
    #[on]
    fn placed(&self, _: &Recorded<OrderPlaced>) {}

    #[refused]
    fn not_paid(&self) {}
}

fn main() {}
