//! An order system: orders, their items, and the packages that carry them.
//!
//! The three modules read as the specification of the three lives; [`Shop`] wires them.

pub mod item;
pub mod order;
pub mod package;

use cim_runtime::prelude::*;

/// The order system.
#[system(aggregates(order::Order, item::Item, package::Package))]
pub struct Shop;
