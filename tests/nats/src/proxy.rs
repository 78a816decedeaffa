//! Something between a client and its server that loses what a test wants lost.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// How long a test waits for a cut before it fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where a connection is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// When the client sends bytes with this text in them; they do not reach the server.
    BeforeTheServer(&'static str),
    /// When the server answers with bytes that have this text in them; they do not reach the client.
    BeforeTheClient(&'static str),
}

/// Passes connections on to a server.
///
/// ```
/// let server = cim_test_nats::Server::start();
/// let proxy = cim_test_nats::Proxy::before(&server);
/// assert_ne!(proxy.url(), server.url());
/// ```
#[derive(Debug)]
pub struct Proxy {
    shared: Arc<Shared>,
    address: SocketAddr,
}

#[derive(Debug)]
struct Shared {
    server: SocketAddr,
    state: Mutex<State>,
    changed: Condvar,
    ended: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    cut: Option<Cut>,
    cuts: u32,
    /// Whether new connections wait.
    held: bool,
    open: Vec<TcpStream>,
}

impl Proxy {
    /// A proxy in front of this server.
    ///
    /// # Panics
    ///
    /// When there is no free port.
    pub fn before(server: &crate::Server) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .unwrap_or_else(|error| panic!("no port for a proxy: {error}"));
        let address = listener
            .local_addr()
            .unwrap_or_else(|error| panic!("a proxy without an address: {error}"));
        let shared = Arc::new(Shared {
            server: server.address(),
            state: Mutex::default(),
            changed: Condvar::new(),
            ended: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if accepting.ended.load(Ordering::SeqCst) {
                    return;
                }
                accepting.pass_on(client);
            }
        });
        Self { shared, address }
    }

    /// Such as `nats://127.0.0.1:41235`.
    pub fn url(&self) -> String {
        format!("nats://{}", self.address)
    }

    /// Cuts the next connection, once, where `cut` says.
    pub fn cut_once(&self, cut: Cut) {
        self.shared.state().cut = Some(cut);
    }

    /// The same, and new connections wait until [`Proxy::release`].
    pub fn cut_once_and_hold(&self, cut: Cut) {
        let mut state = self.shared.state();
        (state.cut, state.held) = (Some(cut), true);
    }

    /// Lets new connections through again.
    pub fn release(&self) {
        self.shared.state().held = false;
        self.shared.changed.notify_all();
    }

    /// How often a connection was cut.
    pub fn cuts(&self) -> u32 {
        self.shared.state().cuts
    }

    /// Waits until a connection was cut so often.
    ///
    /// # Panics
    ///
    /// When that does not happen: nothing passes that has the text.
    pub fn wait_for_cuts(&self, cuts: u32) {
        let waiting = |state: &mut State| state.cuts < cuts;
        let state = self.shared.state();
        let waited = self.shared.changed.wait_timeout_while(state, PATIENCE, waiting);
        let (state, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        assert!(!waited.timed_out(), "no connection was cut: {:?} was never passed on", state.cut);
    }

    /// Cuts every connection now.
    pub fn cut_all(&self) {
        for stream in self.shared.state().open.drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        self.release();
        self.cut_all();
        // Wakes the thread that accepts, so that it sees the end.
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pass_on(self: &Arc<Self>, client: TcpStream) {
        drop(self.changed.wait_while(self.state(), |state| state.held));
        let Ok(server) = TcpStream::connect(self.server) else {
            let _ = client.shutdown(Shutdown::Both);
            return;
        };
        let both = || Ok::<_, io::Error>((client.try_clone()?, server.try_clone()?));
        let Ok((from_client, to_server)) = both() else { return };
        if let Ok((client, server)) = both() {
            self.state().open.extend([client, server]);
        }
        let (there, back) = (Arc::clone(self), Arc::clone(self));
        thread::spawn(move || there.copy(from_client, to_server, before_the_server));
        thread::spawn(move || back.copy(server, client, before_the_client));
    }

    fn copy(&self, mut from: TcpStream, mut to: TcpStream, text: fn(Cut) -> Option<&'static str>) {
        let mut bytes = vec![0; 64 * 1024];
        while let Ok(len @ 1..) = from.read(&mut bytes) {
            if self.is_cut(&bytes[..len], text) || to.write_all(&bytes[..len]).is_err() {
                break;
            }
        }
        let _ = from.shutdown(Shutdown::Both);
        let _ = to.shutdown(Shutdown::Both);
    }

    fn is_cut(&self, bytes: &[u8], text: fn(Cut) -> Option<&'static str>) -> bool {
        let mut state = self.state();
        let Some(text) = state.cut.and_then(text) else { return false };
        let found = bytes.windows(text.len()).any(|window| window == text.as_bytes());
        if found {
            state.cut = None;
            state.cuts += 1;
            self.changed.notify_all();
        }
        found
    }
}

fn before_the_server(cut: Cut) -> Option<&'static str> {
    match cut {
        Cut::BeforeTheServer(text) => Some(text),
        Cut::BeforeTheClient(_) => None,
    }
}

fn before_the_client(cut: Cut) -> Option<&'static str> {
    match cut {
        Cut::BeforeTheClient(text) => Some(text),
        Cut::BeforeTheServer(_) => None,
    }
}
