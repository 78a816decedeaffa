//~ nobody says when
use cim_runtime::prelude::*;

pub struct OrderPlaced;

pub struct Mailer;

#[policy]
pub async fn welcome(_mailer: &Mailer) {}

#[policy]
pub async fn welcome_again() {}

fn main() {}
