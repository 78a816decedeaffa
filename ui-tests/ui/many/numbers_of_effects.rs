//~ zero of something
use cim_runtime::prelude::*;

pub struct OrderPlaced;

pub struct Mailer;

#[policy(attempts = 0, at_once = 0, timeout_seconds = 9999999999)]
pub async fn welcome(_: &Recorded<OrderPlaced>) {}

fn main() {}
