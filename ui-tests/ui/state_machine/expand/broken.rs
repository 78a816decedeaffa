// The stubs: one mistake, and whatever relies on the machine still compiles.
#[state_machine(initial Draft, terminal Placed)]
impl Order {
    #[transition(Draft -> Plcaed)]
    fn place(&self, cmd: PlaceOrder) -> OrderPlaced {
        OrderPlaced
    }

    #[transition(Draft -> Draft on OrderPaid, Placed on PaymentFailed)]
    fn pay(&self, cmd: PayOrder) -> OneOf<OrderPaid, PaymentFailed> {
        one_of(OrderPaid)
    }
}
