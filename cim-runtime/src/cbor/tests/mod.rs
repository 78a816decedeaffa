//! The wire format, against its specification and against `serde_ipld_dagcbor`.

mod canonical;
mod differential;
mod values;
