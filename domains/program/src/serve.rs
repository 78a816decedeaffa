//! Serves a domain over NATS until it is told to stop.

use std::net::SocketAddr;

use anyhow::Context as _;
use cim_runtime::service::{Connection, ServeOptions, Service};
use cim_runtime::system::System;
use cim_runtime::{observe, store};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::StoreArguments;

/// Where a domain is served.
#[derive(Debug, clap::Args)]
pub struct ServeArguments {
    #[command(flatten)]
    store: StoreArguments,
    /// Where requests come from, if not from the servers of the store: `nats://HOST:PORT`.
    #[arg(long, value_name = "URL")]
    nats: Option<String>,
    /// Serve the numbers of this process to Prometheus, at `http://ADDRESS/metrics`.
    #[arg(long, value_name = "ADDRESS")]
    metrics: Option<SocketAddr>,
    /// Say where it is served as one JSON object, in one line of standard output.
    #[arg(long)]
    json: bool,
}

impl ServeArguments {
    /// Takes commands and questions, and runs policies and projections, until SIGINT or SIGTERM.
    ///
    /// # Errors
    ///
    /// When the store cannot be opened, the domain cannot be served, or the metrics cannot.
    pub async fn run<S: System>(self, options: ServeOptions) -> anyhow::Result<()> {
        let (mut interrupted, mut terminated) =
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let url = match &self.nats {
            Some(url) => url.clone(),
            None if is_nats(self.store.url()) => self.store.url().to_owned(),
            None => {
                anyhow::bail!("a store on this machine has no server: say which with --nats URL")
            }
        };
        if let Some(address) = self.metrics {
            observe::serve_metrics(address)?;
        }
        let system = self.store.open::<S>().await?;
        let workers = system.start().await?;
        let connection = Connection::to(&url).await?;
        let service = system.serve(&connection, options).await?;
        if self.json {
            println!("{}", summary(&service, &url, self.metrics));
        } else {
            report(&service, &url);
        }
        wait(&mut interrupted, &mut terminated).await;
        service.stop().await.context("while stopping")?;
        workers.stop().await;
        // Whoever reads JSON sees the end of the output, and the exit code.
        if !self.json {
            println!("stopped: what had come is answered");
        }
        Ok(())
    }
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

/// What whoever has started the process needs to send requests.
fn summary(service: &Service, url: &str, metrics: Option<SocketAddr>) -> serde_json::Value {
    serde_json::json!({
        "service": service.name(),
        "id": service.id(),
        "url": store::shown(url),
        "subjects": service.subjects().collect::<Vec<_>>(),
        "metrics": metrics.map(|address| format!("http://{address}/metrics")),
    })
}

async fn wait(interrupted: &mut Signal, terminated: &mut Signal) {
    tokio::select! {
        _ = interrupted.recv() => {}
        _ = terminated.recv() => {}
    }
}
