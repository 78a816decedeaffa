//~ many types have it
use cim_runtime::prelude::*;

pub struct OrderPlaced;

pub struct Mailer;

pub trait Sends {}

#[policy]
pub async fn welcome(_: &Recorded<OrderPlaced>, _mailer: &dyn Sends) {}

#[policy]
pub async fn welcome_again(_: &Recorded<OrderPlaced>, _mailer: &impl Sends) {}

#[policy]
pub async fn welcome_still(_: &Recorded<OrderPlaced>, _mailer: impl Sends) {}

fn main() {}
