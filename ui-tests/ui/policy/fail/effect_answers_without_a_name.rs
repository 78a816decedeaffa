//~ nobody knows which commands
use cim_runtime::prelude::*;

pub struct OrderPlaced;

pub struct Mailer;

#[policy]
pub async fn welcome(_: &Recorded<OrderPlaced>) -> impl Sized {}

fn main() {}
