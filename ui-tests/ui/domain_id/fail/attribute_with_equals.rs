//~ arguments stand in parentheses
use cim_runtime::prelude::*;

#[derive(DomainId)]
#[domain_id = "::cim_runtime"]
pub struct OrderId(String);

fn main() {}
