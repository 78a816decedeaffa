//~ nothing is sent that could be refused
use cim_runtime::policy::Refused;
use cim_runtime::prelude::*;

#[derive(Tables)]
pub struct Payments;

pub struct PayOrder;

#[policy]
impl Payments {
    #[refused]
    fn not_paid(&self, _: &Refused<PayOrder>) {}
}

fn main() {}
