//! The compiler behind CIM's macros, an ordinary library.
//!
//! Every macro is a module with one function from tokens to tokens, which reads as the pipeline:
//! parse what was written, model what it means, check the rules, expand. Errors are collected, and
//! every sentence stands in the macro's `errors.rs`. Whatever is wrong, the user's item comes out
//! again, with all the impls that other code relies on: one mistake is one error.

mod arguments;
mod derives;
mod diagnostics;
mod fields;
mod item;
mod listener;
mod lock;
mod names;
mod personal;
mod pins;
mod record;
mod scope;
mod world;

mod aggregate;
mod command;
mod domain_id;
mod event;
mod policy;
mod projection;
mod settings;
mod state_machine;
mod system;
mod tables;
#[cfg(test)]
mod tests;
mod value;

pub use aggregate::aggregate;
pub use command::command;
pub use derives::{parts_clone, parts_debug, parts_partial_eq};
pub use domain_id::domain_id;
pub use event::event;
pub use personal::personal;
pub use policy::policy;
pub use projection::{on, projection, query, refused, reset};
pub use settings::settings;
pub use state_machine::{apply, output, state_machine, transition};
pub use system::system;
pub use tables::tables;
pub use value::value;
