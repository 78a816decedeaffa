//! `cim.lock`: how each version of each event of this crate is stored, in a file that is committed.
//!
//! A macro sees the names of fields, and rustc what their types come to. So an event's fields are
//! compared with its line here, and for the shape of each field a question goes to rustc, at the
//! field's type. That an event is gone only its machine can see. Without a file there are no
//! mistakes, and nothing is written; the file itself is written by a test, `cim_runtime::lock!`.

mod errors;
mod event;
mod file;
mod line;
mod machine;

pub(crate) use event::StoredEvent;
pub(crate) use file::Lock;
pub(crate) use machine::StoredMachine;
