//~ nobody says when
use cim_runtime::prelude::*;

pub struct OrderPlaced;

pub struct Mailer;

#[policy]
pub async fn welcome(_mailer: &Mailer) {}

fn main() {}
