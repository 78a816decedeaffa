//~ all attempts share what they take
use cim_runtime::prelude::*;

pub struct OrderPlaced;

pub struct Mailer;

#[policy]
pub async fn welcome(_: &Recorded<OrderPlaced>, _mailer: Mailer) {}

fn main() {}
