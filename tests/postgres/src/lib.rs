//! Real PostgreSQL servers for tests.
//!
//! Each [`Server`] is a process of its own with a folder of its own, in which its socket is, too: it
//! has no port. Both end with it. It can be stopped and started again on the same folder.
//!
//! The programs are found in the folder `$CIM_POSTGRES_BIN`, else on the `PATH`, else where Debian
//! puts them, else they are installed with `apt-get`, where a test runs as root; where that cannot be
//! done, a test fails and says what to do.

mod account;
mod program;
mod server;

pub use server::Server;
