//~ an id is a text, a UUID or a number
use cim_runtime::prelude::*;

pub struct Inner;

#[derive(DomainId)]
pub struct OrderId(Inner);

fn main() {}
