//~ an id has one text form
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId<T>(T);

fn main() {}
