//~ every mistake is told, in source order
use cim_runtime::prelude::*;

#[derive(Tables)]
pub struct Reminders;

pub struct OrderPlaced;

#[policy(refused = drop, ends = "", starts = now)]
impl Reminders {
    #[on]
    async fn placed(&mut self, _: OrderPlaced) {}

    #[on]
    fn paid(&self) -> impl Sized {}

    #[on]
    fn asked(&self, _: &Recorded<OrderPlaced>) -> Option<impl Sized> {
        Some(Timestamp::now())
    }
}

fn main() {}
