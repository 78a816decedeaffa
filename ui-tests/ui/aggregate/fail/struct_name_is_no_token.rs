//~ the name would be `größe`
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct SizeId(String);

#[aggregate(domain = "shop", id = SizeId)]
#[derive(Default)]
pub struct Größe {}

#[state_machine(initial Klein)]
impl Größe {
    #[transition(Klein)]
    fn grow(&self, _: Grow) -> Grown {
        Grown
    }
}

#[command(Größe)]
pub struct Grow;

#[event(Größe)]
pub struct Grown;

fn main() {}
