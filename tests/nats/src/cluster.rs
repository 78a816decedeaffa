//! Three servers that replicate.

use crate::{Host, Server, ServerOptions};

/// How many servers a cluster has.
const SERVERS: usize = 3;

/// Where the servers listen for each other, each on its own address. Ports that a system gives away
/// by itself begin higher.
const ROUTES: u16 = 6222;

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
        let hosts: Vec<_> = (0..SERVERS).map(|_| Host::claim()).collect();
        let listen = |host: &Host| format!("{}:{ROUTES}", host.address());
        let routes: Vec<_> = hosts.iter().map(|host| format!("nats://{}", listen(host))).collect();
        let routes = routes.join(", ");
        let start = |(number, host): (usize, &Host)| {
            settings(Server::options())
                .on(host)
                .setting(&format!("server_name: s{number}"))
                .setting(&format!(
                    "cluster {{ name: cim, listen: \"{}\", routes: [{routes}] }}",
                    listen(host)
                ))
                .start()
        };
        Self { servers: hosts.iter().enumerate().map(start).collect() }
    }

    /// The addresses of all, as one: `nats://127.20.30.40:4222,127.20.30.41:4222,…`.
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
