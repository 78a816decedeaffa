//~ one of them comes first
use cim_runtime::prelude::*;

pub struct OrderPlaced;

pub struct Mailer;

pub struct OrderPaid;

#[policy]
pub async fn welcome(_: &Recorded<OrderPlaced>, _: &Recorded<OrderPaid>) {}

fn main() {}
