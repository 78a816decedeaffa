//! Three servers that replicate.

use std::net::{Ipv4Addr, TcpListener};

use crate::{Server, ServerOptions};

/// How often other ports are tried, should one be taken between two looks.
const TRIES: u32 = 5;

/// How many servers a cluster has.
const SERVERS: usize = 3;

/// Three servers, of which one may fail.
#[derive(Debug)]
pub struct Cluster {
    servers: Vec<Server>,
}

impl Cluster {
    /// Three servers that know each other. Who leads is settled a moment later: ask again until
    /// JetStream answers.
    ///
    /// # Panics
    ///
    /// When they do not start.
    pub fn start() -> Self {
        Self::start_with(|options| options)
    }

    /// The same, with settings of each server.
    ///
    /// # Panics
    ///
    /// When they do not start.
    pub fn start_with(settings: impl Fn(ServerOptions) -> ServerOptions) -> Self {
        let mut problem = String::new();
        for _ in 0..TRIES {
            match Self::try_start(&settings) {
                Ok(servers) => return Self { servers },
                Err(said) => problem = said,
            }
        }
        panic!("a cluster did not start:\n{problem}");
    }

    fn try_start(
        settings: &impl Fn(ServerOptions) -> ServerOptions,
    ) -> Result<Vec<Server>, String> {
        let ports = free_ports();
        let routes: Vec<_> = ports.iter().map(|port| format!("nats://127.0.0.1:{port}")).collect();
        let routes = routes.join(", ");
        let servers = ports.iter().enumerate().map(|(number, port)| {
            settings(Server::options())
                .setting(&format!("server_name: s{number}"))
                .setting(&format!(
                    "cluster {{ name: cim, listen: \"127.0.0.1:{port}\", routes: [{routes}] }}"
                ))
                .try_start()
        });
        servers.collect()
    }

    /// The addresses of all, as one: `nats://127.0.0.1:4222,127.0.0.1:4223,127.0.0.1:4224`.
    pub fn url(&self) -> String {
        let addresses: Vec<_> =
            self.servers.iter().map(|server| server.address().to_string()).collect();
        format!("nats://{}", addresses.join(","))
    }

    /// The servers, in the order of their names `s0`, `s1` and `s2`.
    pub fn servers(&mut self) -> &mut [Server] {
        &mut self.servers
    }
}

/// Ports that nobody has now. All are held until all are found, so that they differ.
fn free_ports() -> Vec<u16> {
    let listener = |_| {
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .unwrap_or_else(|error| panic!("no port for a cluster: {error}"))
    };
    let listeners: Vec<_> = (0..SERVERS).map(listener).collect();
    let port = |listener: &TcpListener| listener.local_addr().map(|address| address.port());
    listeners.iter().filter_map(|listener| port(listener).ok()).collect()
}
