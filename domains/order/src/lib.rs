//! An order system: orders, their items, and the packages that carry them.
//!
//! The three modules read as the specification of the three lives; [`Shop`] wires them.

#![allow(missing_docs, reason = "the names of commands, events and fields are the specification")]

pub mod item;
pub mod order;
pub mod package;
pub mod policies;
pub mod sales;

use cim_runtime::prelude::*;

/// The order system.
#[system(
    aggregates(order::Order, item::Item, package::Package),
    policies(policies::request_items, policies::Reminders, policies::Packing),
    projections(sales::Sales)
)]
pub struct Shop;

cim_runtime::lock!(Shop);
