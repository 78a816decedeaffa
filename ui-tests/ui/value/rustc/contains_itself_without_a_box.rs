//~ it would have no end
use cim_runtime::prelude::*;

#[value]
pub struct Page {
    pub title: String,
    pub next: Option<Page>,
}

fn main() {}
