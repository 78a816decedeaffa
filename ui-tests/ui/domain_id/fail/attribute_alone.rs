//~ an attribute that says nothing
use cim_runtime::prelude::*;

#[derive(DomainId)]
#[domain_id]
pub struct OrderId(String);

fn main() {}
