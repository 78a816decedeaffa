//! What a store found when it was opened.

use std::fmt;

use super::Durability;

/// What a JetStream store found when it was opened: the server, the stream, and what they keep.
///
/// It is shown as a few lines, one for each thing, for the log of a program that starts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StartUp {
    /// The name of the server that is connected to.
    pub server: String,
    /// Its version.
    pub version: String,
    /// Its cluster, if it is in one.
    pub cluster: Option<String>,
    /// The name of the stream.
    pub stream: String,
    /// Whether it was created just now.
    pub created: bool,
    /// The subjects of the stream.
    pub subjects: Vec<String>,
    /// How many servers keep it.
    pub replicas: usize,
    /// Whether it is kept in files, and not in memory.
    pub in_files: bool,
    /// What was declared, and is kept to.
    pub durability: Durability,
    /// Whether its servers sync before they answer.
    pub sync: DiskSync,
    /// How many bytes a commit may have with its headers.
    pub max_commit: usize,
    /// How many bytes the stream may have; more is refused, and nothing is dropped.
    pub max_bytes: Option<u64>,
    /// How many messages are in it.
    pub messages: u64,
    /// How many bytes are in it.
    pub bytes: u64,
}

/// Whether a server has synced a message to its disk before it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DiskSync {
    /// It was not seen, for this reason.
    NotSeen(String),
    /// The operator says so, and it was not seen.
    Asserted,
    /// It was seen at each server that keeps the stream.
    Always,
    /// Not before it answers, but in intervals: seen at this server.
    Later {
        /// The server's name.
        server: String,
    },
}

impl fmt::Display for DiskSync {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSeen(why) => write!(f, "not seen ({why})"),
            Self::Asserted => f.write_str("before each answer, on the operator's word"),
            Self::Always => f.write_str("before each answer, seen at each server"),
            Self::Later { server } => write!(f, "in intervals, seen at {server}"),
        }
    }
}

impl fmt::Display for StartUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { server, version, stream, messages, bytes, max_commit, .. } = self;
        write!(f, "server      nats-server {version}, {server}")?;
        if let Some(cluster) = &self.cluster {
            write!(f, " of the cluster {cluster}")?;
        }
        let created = if self.created { ", created now" } else { "" };
        write!(f, "\nstream      {stream}{created}, with {}", self.subjects.join(", "))?;
        let kept = if self.in_files { "files" } else { "memory" };
        let s = if self.replicas == 1 { "" } else { "s" };
        write!(f, "\nkept        by {} server{s} in {kept}", self.replicas)?;
        write!(f, "\ndurability  {}", self.durability.name())?;
        write!(f, "\nsync        {}", self.sync)?;
        write!(f, "\nholds       {messages} commits, {bytes} bytes")?;
        write!(f, "\nlimits      {max_commit} bytes for a commit, ")?;
        match self.max_bytes {
            Some(limit) => write!(f, "{limit} bytes for all"),
            None => f.write_str("none for all"),
        }
    }
}
