//! Names in Rust may change; stored names stay.

use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "pass", id = OrderId)]
#[derive(Default)]
pub struct Order {}

#[value]
pub enum Payment {
    #[stored(name = "Paid")]
    Cash,
    Card {
        #[stored(name = "no")]
        number: u64,
    },
}

#[command(Order)]
pub struct SubmitOrder {
    pub payment: Payment,
}

/// Was `OrderPlaced`, with its payment in `pay`.
#[event(Order, unread, version = 2, name = "OrderPlaced", upcast = v1::OrderPlaced)]
pub struct OrderSubmitted {
    #[stored(name = "pay")]
    pub payment: Payment,
}

pub mod v1 {
    use cim_runtime::prelude::*;

    #[event(super::Order)]
    pub struct OrderPlaced;

    impl From<OrderPlaced> for super::OrderSubmitted {
        fn from(_: OrderPlaced) -> Self {
            Self { payment: super::Payment::Cash }
        }
    }
}

#[state_machine(initial Draft, terminal Submitted)]
impl Order {
    #[transition(Draft -> Submitted)]
    fn submit(&self, cmd: SubmitOrder) -> OrderSubmitted {
        OrderSubmitted { payment: cmd.payment }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_names_are_those_of_the_pins() {
        let event = <OrderSubmitted as cim_runtime::event::Event>::ROW;
        assert_eq!((event.name, event.schema), ("OrderPlaced", 2));
        assert_eq!(event.shape.to_string(), "{pay: enum{Card: {no: u64}, Paid}}");
        let [_, before] = event.versions().collect::<Vec<_>>()[..] else { panic!("two versions") };
        assert_eq!((before.name, before.schema), ("OrderPlaced", 1));

        Order::given(())
            .when(SubmitOrder { payment: Payment::Card { number: 7 } })
            .then(OrderSubmitted { payment: Payment::Card { number: 7 } });
    }
}
