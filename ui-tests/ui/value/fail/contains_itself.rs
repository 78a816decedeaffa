//~ the shape would have no end
use cim_runtime::prelude::*;

#[value]
pub struct Page {
    pub pages: Vec<Page>,
}

fn main() {}
