//! Serves the shop over NATS until it is told to stop.

use cim_order::Shop;
use cim_program::ServeArguments;
use cim_runtime::service::ServeOptions;

/// Serve the shop's commands and queries over NATS, and run its policies and projections.
///
/// Each command and each query has a subject of its own, which takes JSON: see docs/services.md.
/// Several processes may serve one store in JetStream. SIGINT and SIGTERM stop it, once what has come
/// is answered.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cim-order serve --store nats://localhost/SHOP
  cim-order serve --store shop.cim --nats nats://localhost --metrics 127.0.0.1:9464
  nats req shop.cmd.order.ConfirmOrder '{\"id\": \"990001\"}'
  nats req shop.qry.sales.OrderById '{\"question\": {\"id\": \"990001\"}}'")]
pub(crate) struct Arguments {
    #[command(flatten)]
    serve: ServeArguments,
}

pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let options = ServeOptions::default()
        .version(env!("CARGO_PKG_VERSION"))
        .description("orders, their items, and the packages that carry them");
    arguments.serve.run::<Shop>(options).await
}
