#[projection]
impl OrderBook {
    #[on]
    fn placed(&mut self, event: &Recorded<OrderPlaced>) {
        self.orders.insert(&event.id(), Summary::of(&event.event));
    }

    #[on]
    fn paid(&mut self, event: &Recorded<OrderPaid>) -> Result<(), NotPlaced> {
        self.orders.get_mut(&event.id()).ok_or(NotPlaced)?.paid = true;
        Ok(())
    }

    #[query]
    fn order(&self, question: OrderOf) -> Option<Summary> {
        self.orders.get(&question.id)
    }
}
