//! Addresses of the loopback device that nobody else has.

use std::fmt;
use std::net::Ipv4Addr;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::sync::Arc;

/// How many addresses are tried, of the 16 million that Linux answers on.
const TRIES: u32 = 10_000;

/// An address of this machine that is one server's alone, for as long as anybody holds this.
///
/// On 127.0.0.1 a port that was free a moment ago is the next connection's, or another test's: a
/// server that comes back would not find its own, and servers of two clusters would find each other.
/// Here all ports are free, and stay so.
#[derive(Clone)]
pub struct Host {
    address: Ipv4Addr,
    /// A name that only one process of this machine can have.
    _claim: Arc<UnixListener>,
}

impl Host {
    /// An address that nobody has.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub fn claim() -> Self {
        // Processes begin far apart, and so rarely ask for what another one has.
        let first = std::process::id().wrapping_mul(0x9e37_79b1);
        let mut problem = String::new();
        for number in 0..TRIES {
            // Not 127.0.x.x, where 127.0.0.1 is, and not the last, which is for all.
            let [low, middle, high, _] = first.wrapping_add(number).to_le_bytes();
            let address = Ipv4Addr::new(127, 1 + high % 250, middle, low);
            let claim = SocketAddr::from_abstract_name(format!("cim-test-nats {address}"))
                .and_then(|name| UnixListener::bind_addr(&name));
            match claim {
                Ok(claim) => return Self { address, _claim: Arc::new(claim) },
                Err(error) => problem = error.to_string(),
            }
        }
        panic!("no address of the loopback device is free: {problem}");
    }

    /// The address.
    pub fn address(&self) -> Ipv4Addr {
        self.address
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Host({})", self.address)
    }
}
