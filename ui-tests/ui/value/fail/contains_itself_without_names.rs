//~ what is around the place has no name to point to
use cim_runtime::prelude::*;

#[value]
pub struct Page(pub Vec<Page>);

fn main() {}
