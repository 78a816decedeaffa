//! What the programs of all domains have: where events are, serving, describing, progress.
//!
//! Each part is arguments for `clap`, to be flattened into those of a subcommand, and what is done with
//! them for the program's own system.

mod describe;
mod progress;
mod serve;
mod store;

pub use describe::DescribeArguments;
pub use progress::bar;
pub use serve::ServeArguments;
pub use store::StoreArguments;
