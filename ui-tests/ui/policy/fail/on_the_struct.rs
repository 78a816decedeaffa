//~ the attribute on the struct instead of its impl
use cim_runtime::prelude::*;

#[policy]
#[derive(Tables)]
pub struct Reminders;

#[system(aggregates(), policies(Reminders))]
pub struct Shop;

fn main() {}
