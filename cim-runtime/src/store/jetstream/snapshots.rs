//! Snapshots in a bucket of their own, beside the stream.
//!
//! They are a shortcut: one that does not fit into a message is not kept, and one that cannot be read
//! is as good as none.

use async_nats::jetstream::kv;
use bytes::Bytes;
use tokio::sync::OnceCell;

use super::server::Server;
use super::{Inner, errors, subjects};
use crate::store::StoreError;
use crate::subject::StreamName;

/// What the server adds to a value: the subject and a few headers.
const ROOM: usize = 1024;

/// A stream with fewer commits is loaded as fast as its snapshot.
const WORTH_IT: u64 = 32;

impl Inner {
    /// The last snapshot of a stream, unless the stream is known to be short.
    pub(super) async fn snapshot(&self, stream: &StreamName) -> Result<Option<Bytes>, StoreError> {
        let head = self.heads.get(stream).and_then(|known| known.head);
        if head.is_some_and(|head| head.back.number < WORTH_IT) {
            return Ok(None);
        }
        self.snapshots.get(&self.server, stream).await
    }
}

/// The bucket, which is made when it is first used.
pub(super) struct Snapshots {
    name: String,
    bucket: OnceCell<kv::Store>,
}

impl Snapshots {
    pub(super) fn of(stream: &str) -> Self {
        Self { name: subjects::snapshots(stream), bucket: OnceCell::new() }
    }

    /// The last snapshot of a stream.
    pub(super) async fn get(
        &self,
        server: &Server,
        stream: &StreamName,
    ) -> Result<Option<Bytes>, StoreError> {
        let bucket = self.bucket(server).await?;
        bucket.get(stream.as_str()).await.map_err(|error| self.error(&error))
    }

    /// Keeps a snapshot in place of the last.
    pub(super) async fn put(
        &self,
        server: &Server,
        stream: &StreamName,
        snapshot: Bytes,
    ) -> Result<(), StoreError> {
        let (size, limit) = (snapshot.len(), server.client.max_payload());
        if size + ROOM > limit {
            tracing::debug!(%stream, size, limit, "a snapshot is too large to be kept");
            return Ok(());
        }
        let bucket = self.bucket(server).await?;
        bucket.put(stream.as_str(), snapshot).await.map_err(|error| self.error(&error))?;
        Ok(())
    }

    /// The bucket; when it is not there and cannot be made, snapshots are not kept.
    pub(super) async fn bucket(&self, server: &Server) -> Result<&kv::Store, StoreError> {
        self.bucket.get_or_try_init(|| self.open(server)).await
    }

    async fn open(&self, server: &Server) -> Result<kv::Store, StoreError> {
        if let Ok(bucket) = server.context.get_key_value(&self.name).await {
            return Ok(bucket);
        }
        let config = kv::Config {
            bucket: self.name.clone(),
            description: "The last snapshot of each stream; may be deleted".to_owned(),
            history: 1,
            num_replicas: 1,
            ..kv::Config::default()
        };
        server.context.create_key_value(config).await.map_err(|error| self.error(&error))
    }

    fn error(&self, error: &dyn std::error::Error) -> StoreError {
        errors::snapshots(&self.name, &error.to_string())
    }
}

impl std::fmt::Debug for Snapshots {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}
