//~ which mailer is not known
use cim_runtime::prelude::*;

pub struct OrderPlaced;

pub struct Mailer;

#[policy]
pub async fn welcome<T: Sync>(_: &Recorded<OrderPlaced>, _mailer: &T) {}

fn main() {}
