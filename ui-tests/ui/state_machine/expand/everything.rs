#[state_machine(
    initial Draft,
    /// Waiting for the warehouse.
    Placed,
    Held,
    terminal Cancelled,
    region notes: Notes in Placed | Held,
)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, cmd: PlaceOrder) -> Result<OrderPlaced, OrderRefused> {
        Ok(OrderPlaced { lines: cmd.lines })
    }

    #[transition(Placed -> Placed on OrderPaid, Held on PaymentFailed)]
    fn pay(&self, cmd: PayOrder, cx: &Context<Self>) -> OneOf<OrderPaid, PaymentFailed> {
        one_of(OrderPaid)
    }

    #[transition(Placed | Held)]
    fn remind(&self, _: Remind) -> Option<Reminded> {
        None
    }

    #[transition(Held -> Placed on Released)]
    fn release(&self, _: ReleaseOrder) -> (Checked, Released) {
        (Checked, Released)
    }

    #[transition(* -> Cancelled)]
    fn cancel(&self, _: CancelOrder) -> OrderCancelled {
        OrderCancelled
    }

    #[apply]
    fn placed(&mut self, event: &OrderPlaced) {
        self.lines = event.lines.clone();
    }

    #[apply(Placed -> Held)]
    fn suspended(&mut self, event: &OrderSuspended) {
        self.reason = event.reason.clone();
    }
}
