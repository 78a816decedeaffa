//~ one attempt changes what another one uses
use cim_runtime::prelude::*;

pub struct OrderPlaced;

pub struct Mailer;

#[policy]
pub async fn welcome(_: &Recorded<OrderPlaced>, _mailer: &mut Mailer) {}

fn main() {}
