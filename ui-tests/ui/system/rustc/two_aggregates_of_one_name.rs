//~ their events would stand in one stream
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order {}

pub mod old {
    use super::*;

    #[aggregate(domain = "shop", id = OrderId, name = "order")]
    #[derive(Default)]
    pub struct Basket {}

    #[state_machine(initial Open)]
    impl Basket {
        #[transition(Open)]
        fn fill(&self, _: Fill) -> Filled {
            Filled
        }
    }

    #[command(Basket)]
    pub struct Fill;

    #[event(Basket)]
    pub struct Filled;
}

#[state_machine(initial Open)]
impl Order {}

#[system(aggregates(Order, old::Basket))]
pub struct Shop;

fn main() {}
