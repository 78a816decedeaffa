//! Real NATS servers for tests.
//!
//! Each [`Server`] is a process of its own on a loopback address of its own (a [`Host`]), with a folder
//! of its own, which all end with it. It can be killed and started again on the same port and folder,
//! and it can be paused. A [`Cluster`] is three of them. A [`Proxy`] in front of it cuts connections
//! where a test wants. An [`Operator`] signs for users, who come with a `.creds` file.
//!
//! The program is found in `$CIM_NATS_SERVER`, else on the `PATH`, else it is installed under the
//! workspace's target folder; where that cannot be done, a test fails and says what to do.

mod cluster;
mod host;
mod operator;
mod program;
mod proxy;
mod server;

pub use cluster::Cluster;
pub use host::Host;
pub use operator::Operator;
pub use program::{ADVISED, program, program_of};
pub use proxy::{Cut, Proxy};
pub use server::{Server, ServerOptions};
