//~ nobody calls it
use cim_runtime::prelude::*;

pub struct PayOrder;

pub struct Payments;

impl Payments {
    #[refused]
    fn not_paid(&self, _: &PayOrder) {}
}

fn main() {}
