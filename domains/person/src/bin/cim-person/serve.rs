//! Serves the people over NATS until it is told to stop.

use std::net::SocketAddr;

use anyhow::Context as _;
use cim_runtime::observe;
use cim_runtime::service::{Connection, ServeOptions, Service};
use cim_runtime::store;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::store::StoreArguments;

/// Serve the commands and queries over NATS, and run its policies and projections.
///
/// Each command and each query has a subject of its own, which takes JSON: see docs/services.md.
/// Several processes may serve one store in JetStream. SIGINT and SIGTERM stop it, once what has come
/// is answered.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cim-person serve --store nats://localhost/PEOPLE
  cim-person serve --store people.cim --nats nats://localhost --metrics 127.0.0.1:9464
  nats req people.cmd.person.SuspendPerson '{\"id\": \"…\", \"command\": {\"reason\": \"asked to\"}}'")]
pub(crate) struct Arguments {
    #[command(flatten)]
    store: StoreArguments,
    /// Where requests come from, if not from the servers of the store: `nats://HOST:PORT`.
    #[arg(long, value_name = "URL")]
    nats: Option<String>,
    /// Serve the numbers of this process to Prometheus, at `http://ADDRESS/metrics`.
    #[arg(long, value_name = "ADDRESS")]
    metrics: Option<SocketAddr>,
}

pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let (mut interrupted, mut terminated) =
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let url = match &arguments.nats {
        Some(url) => url.clone(),
        None if is_nats(arguments.store.url()) => arguments.store.url().to_owned(),
        None => anyhow::bail!("a store on this machine has no server: say which with --nats URL"),
    };
    if let Some(address) = arguments.metrics {
        observe::serve_metrics(address)?;
    }
    let people = arguments.store.open().await?;
    let workers = people.start().await?;
    let connection = Connection::to(&url).await?;
    let options = ServeOptions::default()
        .version(env!("CARGO_PKG_VERSION"))
        .description("people, and how they are taken in");
    let service = people.serve(&connection, options).await?;
    report(&service, &url);
    wait(&mut interrupted, &mut terminated).await;
    service.stop().await.context("while stopping")?;
    workers.stop().await;
    println!("stopped: what had come is answered");
    Ok(())
}

fn is_nats(url: &str) -> bool {
    url.starts_with("nats://") || url.starts_with("tls://")
}

fn report(service: &Service, url: &str) {
    for subject in service.subjects() {
        println!("{subject}");
    }
    println!("serving `{}` on {} as {}", service.name(), store::shown(url), service.id());
}

async fn wait(interrupted: &mut Signal, terminated: &mut Signal) {
    tokio::select! {
        _ = interrupted.recv() => {}
        _ = terminated.recv() => {}
    }
}
