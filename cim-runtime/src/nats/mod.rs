//! How NATS is reached: what an address says, and who we are there.

mod address;
mod login;

pub(crate) use address::Address;
pub(crate) use login::{Credentials, Login};
