//! Of many processes one writes, and the others know how far it is.

use std::convert::Infallible;

use super::worker::Stopped;
use crate::rows::RowStore;

/// Does `own` once this process is the one that writes what `name` stands for, and for as long as it
/// is; until then `others`.
pub(crate) async fn leading(
    rows: &dyn RowStore,
    name: &str,
    others: impl Future<Output = Result<Infallible, Stopped>>,
    own: impl Future<Output = Result<(), Stopped>>,
) -> Result<(), Stopped> {
    let mut lead = tokio::select! {
        biased;
        lead = rows.lead(name) => lead?,
        ended = others => match ended? {},
    };
    tokio::select! {
        biased;
        ended = own => ended,
        () = lead.lost() => {
            tracing::warn!(name, "another process goes on with it");
            Ok(())
        }
    }
}
