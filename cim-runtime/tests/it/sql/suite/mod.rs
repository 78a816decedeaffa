//! What holds on every database. `super` says which it is: what statements run on, and where.

mod anew;
mod failing;
mod market;
mod once;
mod sharing;

#[allow(unused_imports, reason = "not every database has tests of its own")]
pub(super) use {
    failing::retrying,
    market::{Goods, Lines, Market, sell},
};
