/// Whoever has placed an order pays at once.
#[policy]
pub fn pay_at_once(event: &Recorded<OrderPlaced>) -> To<PayOrder> {
    PayOrder.to(event.id())
}

#[policy(refused = ignore, ends = "an order is paid some day")]
impl Reminders {
    #[on]
    fn placed(&self, event: &Recorded<OrderPlaced>) -> To<Remind> {
        Remind.to(event.id()).after(2.weeks())
    }

    #[on]
    fn paid(&mut self, _: &Recorded<OrderPaid>) {
        *self.paid.get_or_default(&0) += 1;
    }
}
