//~ every mistake is told, in source order
use cim_runtime::prelude::*;

#[derive(Tables)]
pub struct Reminders;

pub struct OrderPlaced;

pub struct OrderPaid;

#[policy(refused = drop, ends = "", starts = now)]
impl Reminders {
    #[on]
    async fn placed(&mut self, _: OrderPlaced) {}

    #[on]
    fn paid(&self) -> impl Sized {}

    #[on]
    fn asked(&self, _: &Recorded<OrderPlaced>) -> impl Sized {}

    #[on]
    fn asked_again(&self, _: &Recorded<OrderPaid>) {
        drop(Timestamp::now());
    }
}

fn main() {}
