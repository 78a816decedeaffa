// The stubs: one mistake, and whatever relies on the machine still compiles.
#[state_machine(initial Draft, terminal Placed)]
impl Order {
    #[transition(Draft -> Plcaed)]
    fn place(&self, cmd: PlaceOrder) -> OrderPlaced {
        OrderPlaced
    }
}
