//! Mealy machines of any size, made by chance, and the domains that they are written as.
//!
//! The build script writes the sources, the tests compile them: both have the same tables.

mod source;
mod table;

pub use source::module;
pub use table::{Answer, SIZES, Size, Table};
