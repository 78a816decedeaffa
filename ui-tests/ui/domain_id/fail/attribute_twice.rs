//~ one runtime is enough
use cim_runtime::prelude::*;

#[derive(DomainId)]
#[domain_id(crate = ::cim_runtime)]
#[domain_id(crate = ::cim_runtime)]
pub struct OrderId(String);

fn main() {}
