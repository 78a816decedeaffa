//~ a text is no number
use cim_runtime::prelude::*;

pub struct OrderPlaced;

pub struct Mailer;

#[policy(timeout_seconds = "30 s")]
pub async fn welcome(_: &Recorded<OrderPlaced>) {}

fn main() {}
