//! Snapshots in a bucket of their own, beside the stream; those that do not fit into one message are
//! objects, to which the bucket leads.
//!
//! They are a shortcut: one that cannot be read is as good as none.

use async_nats::jetstream::kv;
use bytes::Bytes;
use tokio::sync::OnceCell;

use super::objects::Objects;
use super::server::Server;
use super::{Inner, errors, subjects};
use crate::store::StoreError;
use crate::subject::StreamName;

/// What the server adds to a value: the subject and a few headers.
const ROOM: usize = 1024;

/// What stands in the bucket for a snapshot that is an object. No snapshot begins like this.
const IS_OBJECT: &[u8] = b"\0cim-object\n";

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
    objects: Objects,
}

impl Snapshots {
    pub(super) fn of(stream: &str) -> Self {
        let objects = Objects::of(stream);
        Self { name: subjects::snapshots(stream), bucket: OnceCell::new(), objects }
    }

    /// The last snapshot of a stream.
    pub(super) async fn get(
        &self,
        server: &Server,
        stream: &StreamName,
    ) -> Result<Option<Bytes>, StoreError> {
        let bucket = self.bucket(server).await?;
        let found = bucket.get(stream.as_str()).await.map_err(|error| self.error(&error))?;
        match found {
            Some(found) if found == IS_OBJECT => Ok(self.objects.get(server, stream).await),
            found => Ok(found),
        }
    }

    /// Keeps a snapshot in place of the last.
    pub(super) async fn put(
        &self,
        server: &Server,
        stream: &StreamName,
        snapshot: Bytes,
    ) -> Result<(), StoreError> {
        let bucket = self.bucket(server).await?;
        let is_large = snapshot.len() + ROOM > server.client.max_payload();
        let value = match is_large {
            true => {
                self.objects.put(server, stream, &snapshot).await?;
                Bytes::from_static(IS_OBJECT)
            }
            false => snapshot,
        };
        bucket.put(stream.as_str(), value).await.map_err(|error| self.error(&error))?;
        Ok(())
    }

    async fn bucket(&self, server: &Server) -> Result<&kv::Store, StoreError> {
        self.bucket.get_or_try_init(|| self.open(server)).await
    }

    /// Makes the buckets, where they are not there.
    pub(super) async fn make(&self, server: &Server) -> Result<(), StoreError> {
        self.bucket(server).await?;
        self.objects.bucket(server).await.map(drop)
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
