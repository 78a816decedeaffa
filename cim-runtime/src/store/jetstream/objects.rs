//! Snapshots that do not fit into one message.
//!
//! An object is written in pieces, and counts once its description stands behind them; the one before
//! it stays until then. What is read is compared with the description's hash.

use std::time::Duration;

use async_nats::jetstream::object_store::{self, Object, ObjectStore};
use bytes::Bytes;
use tokio::io::AsyncReadExt as _;
use tokio::sync::OnceCell;
use tokio::time::timeout;

use super::server::Server;
use super::{errors, subjects};
use crate::store::StoreError;
use crate::subject::StreamName;

/// When no more of an object has come for so long, its pieces are not there.
const PATIENCE: Duration = Duration::from_secs(2);

/// So much is read at a time, at least.
const PIECE: usize = 128 * 1024;

/// The bucket of objects, which is made when it is first used.
pub(super) struct Objects {
    name: String,
    bucket: OnceCell<ObjectStore>,
}

impl Objects {
    pub(super) fn of(stream: &str) -> Self {
        Self { name: subjects::large_snapshots(stream), bucket: OnceCell::new() }
    }

    /// The snapshot of a stream, if a whole one is there.
    pub(super) async fn get(&self, server: &Server, stream: &StreamName) -> Option<Bytes> {
        match self.read(server, stream).await {
            Ok(snapshot) => Some(snapshot),
            Err(problem) => {
                tracing::debug!(%stream, problem, "a large snapshot is passed over");
                None
            }
        }
    }

    async fn read(&self, server: &Server, stream: &StreamName) -> Result<Bytes, String> {
        let bucket = self.bucket(server).await.map_err(|error| error.to_string())?;
        let object = bucket.get(stream.as_str()).await.map_err(|error| error.to_string())?;
        whole(object).await
    }

    /// Keeps a snapshot in place of the last.
    pub(super) async fn put(
        &self,
        server: &Server,
        stream: &StreamName,
        mut snapshot: &[u8],
    ) -> Result<(), StoreError> {
        let bucket = self.bucket(server).await?;
        let put = bucket.put(stream.as_str(), &mut snapshot).await;
        put.map(drop).map_err(|error| self.error(&error))
    }

    /// The bucket; when it is not there and cannot be made, large snapshots are not kept.
    pub(super) async fn bucket(&self, server: &Server) -> Result<&ObjectStore, StoreError> {
        self.bucket.get_or_try_init(|| self.open(server)).await
    }

    async fn open(&self, server: &Server) -> Result<ObjectStore, StoreError> {
        if let Ok(bucket) = server.context.get_object_store(&self.name).await {
            return Ok(bucket);
        }
        let config = object_store::Config {
            bucket: self.name.clone(),
            description: Some("Large snapshots; may be deleted".to_owned()),
            num_replicas: 1,
            ..object_store::Config::default()
        };
        server.context.create_object_store(config).await.map_err(|error| self.error(&error))
    }

    fn error(&self, error: &dyn std::error::Error) -> StoreError {
        errors::snapshots(&self.name, &error.to_string())
    }
}

/// Reads an object to its end. The client waits for ever for pieces that are not there.
async fn whole(mut object: Object) -> Result<Bytes, String> {
    let size = object.info().size;
    // What the description says of the size is not to be believed before it is seen.
    let mut bytes = Vec::new();
    while bytes.len() < size {
        bytes.reserve(PIECE);
        let read = timeout(PATIENCE, object.read_buf(&mut bytes)).await;
        match read {
            Ok(Ok(0)) => break,
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return Err(error.to_string()),
            Err(_) => return Err(format!("only {} of {size} bytes came", bytes.len())),
        }
    }
    match bytes.len() == size {
        true => Ok(bytes.into()),
        false => Err(format!("it has {} bytes in place of {size}", bytes.len())),
    }
}

impl std::fmt::Debug for Objects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}
