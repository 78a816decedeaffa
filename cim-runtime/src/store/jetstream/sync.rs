//! Whether servers sync before they answer (`sync_interval: always`).
//!
//! An application's connection does not tell. The monitoring ports do, and so does `$SYS`, where the
//! operator has the application's account import `$SYS.REQ.SERVER.PING.VARZ`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_nats::jetstream::stream::Info;
use async_nats::{Client, StatusCode};
use bytes::Bytes;
use futures::StreamExt as _;
use serde::Deserialize;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};

use super::options::JetStreamOptions;
use super::refusals::Refusals;
use crate::store::{DiskSync, Durability};

/// How long a server may take to say what it is.
const PATIENCE: Duration = Duration::from_secs(2);

/// No description of a server is longer.
const LONGEST: u64 = 4 << 20;

/// Where all servers are asked what they are.
const SERVERS: &str = "$SYS.REQ.SERVER.PING.VARZ";

/// What a server says of itself, as far as it is needed.
#[derive(Debug, Deserialize)]
struct Varz {
    server_name: String,
    #[serde(default)]
    jetstream: JetStream,
}

#[derive(Debug, Default, Deserialize)]
struct JetStream {
    #[serde(default)]
    config: Settings,
}

#[derive(Debug, Default, Deserialize)]
struct Settings {
    // `sync_interval` shows its default beside it, and says nothing.
    #[serde(default)]
    sync_always: bool,
}

/// What was seen.
#[derive(Debug, Default)]
struct Seen {
    always: BTreeMap<String, bool>,
    problems: Vec<String>,
}

/// Looks at the servers that keep the stream.
pub(super) async fn look(
    client: &Client,
    refusals: &Refusals,
    info: &Info,
    options: &JetStreamOptions,
) -> DiskSync {
    let servers = servers_of(info, client);
    let mut seen = Seen::default();
    for url in &options.monitoring {
        match timeout(PATIENCE, ask_port(url)).await {
            Ok(Ok(varz)) => seen.add(&varz),
            Ok(Err(problem)) => seen.problems.push(format!("{url}: {problem}")),
            Err(_) => seen.problems.push(format!("{url}: no answer within {PATIENCE:?}")),
        }
    }
    // Whoever declares less does not need the question.
    if options.durability == Durability::PowerLossSafe && !seen.has_all(&servers) {
        ask_system(client, refusals, &servers, &mut seen).await;
    }
    seen.judge(&servers, options)
}

/// The names of the servers that keep a stream.
fn servers_of(info: &Info, client: &Client) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    if let Some(cluster) = &info.cluster {
        names.extend(cluster.leader.clone());
        names.extend(cluster.replicas.iter().map(|peer| peer.name.clone()));
    }
    if names.is_empty() {
        names.insert(client.server_info().server_name);
    }
    names
}

impl Seen {
    fn add(&mut self, varz: &Varz) {
        self.always.insert(varz.server_name.clone(), varz.jetstream.config.sync_always);
    }

    fn has_all(&self, servers: &BTreeSet<String>) -> bool {
        servers.iter().all(|server| self.always.contains_key(server))
    }

    fn judge(mut self, servers: &BTreeSet<String>, options: &JetStreamOptions) -> DiskSync {
        // What is seen goes before what is said.
        if let Some(server) = servers.iter().find(|name| self.always.get(*name) == Some(&false)) {
            return DiskSync::Later { server: server.clone() };
        }
        if self.has_all(servers) {
            return DiskSync::Always;
        }
        if options.sync_always {
            return DiskSync::Asserted;
        }
        let missing = servers.iter().filter(|server| !self.always.contains_key(*server));
        let missing: Vec<_> = missing.map(String::as_str).collect();
        if !options.monitoring.is_empty() {
            self.problems.push(format!("nothing was seen of {}", missing.join(", ")));
        }
        DiskSync::NotSeen(match self.problems.as_slice() {
            [] => "no monitoring port is named".to_owned(),
            problems => problems.join("; "),
        })
    }
}

/// Asks at a monitoring port, such as `http://host:8222`. One plain question needs no client.
async fn ask_port(url: &str) -> Result<Varz, String> {
    let host = url.strip_prefix("http://").ok_or("it is not written http://HOST:PORT")?;
    let host = host.trim_end_matches('/');
    let mut stream = TcpStream::connect(host).await.map_err(|error| error.to_string())?;
    let question = format!("GET /varz HTTP/1.0\r\nHost: {host}\r\n\r\n");
    stream.write_all(question.as_bytes()).await.map_err(|error| error.to_string())?;
    let mut answer = Vec::new();
    stream.take(LONGEST).read_to_end(&mut answer).await.map_err(|error| error.to_string())?;
    let not_it = || "it is no monitoring port of a NATS server".to_owned();
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").ok_or_else(not_it)?;
    serde_json::from_slice(&answer[end + 4..]).map_err(|_| not_it())
}

/// Asks all servers, if that is passed on to them.
async fn ask_system(
    client: &Client,
    refusals: &Refusals,
    servers: &BTreeSet<String>,
    seen: &mut Seen,
) {
    #[derive(Deserialize)]
    struct Answer {
        data: Varz,
    }
    let inbox = client.new_inbox();
    let Ok(mut answers) = client.subscribe(inbox.clone()).await else { return };
    let listener = refusals.listen();
    if client.publish_with_reply(SERVERS, inbox, Bytes::new()).await.is_err() {
        return;
    }
    let deadline = Instant::now() + PATIENCE;
    while !seen.has_all(servers) {
        let answer = tokio::select! {
            answer = timeout_at(deadline, answers.next()) => answer,
            _ = listener.refused(|denied| denied == SERVERS) => return,
        };
        let Ok(Some(answer)) = answer else { return };
        if answer.status == Some(StatusCode::NO_RESPONDERS) {
            return;
        }
        if let Ok(answer) = serde_json::from_slice::<Answer>(&answer.payload) {
            seen.add(&answer.data);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(seen: &[(&str, bool)], options: &JetStreamOptions) -> DiskSync {
        let always = seen.iter().map(|(name, always)| ((*name).to_owned(), *always)).collect();
        let servers = ["s0", "s1"].map(str::to_owned).into();
        Seen { always, problems: Vec::new() }.judge(&servers, options)
    }

    #[test]
    fn what_is_seen_goes_before_what_is_said() {
        let (blind, told) = (JetStreamOptions::default(), JetStreamOptions::default());
        let told = told.assert_sync_always();
        let s1 = DiskSync::Later { server: "s1".to_owned() };
        for options in [&blind, &told] {
            assert_eq!(judged(&[("s0", true), ("s1", true)], options), DiskSync::Always);
            assert_eq!(judged(&[("s1", false)], options), s1);
            assert_eq!(judged(&[("s0", true), ("s1", false)], options), s1);
        }
        // One that does not keep the stream does not matter, and one of two is not both.
        assert_eq!(judged(&[("s0", true), ("s2", false)], &told), DiskSync::Asserted);
        let half = judged(&[("s0", true)], &blind.monitoring("http://s0:8222"));
        assert_eq!(half, DiskSync::NotSeen("nothing was seen of s1".to_owned()));
    }

    #[test]
    fn a_server_says_it_only_where_it_is_so() {
        let read = |text| serde_json::from_str::<Varz>(text).unwrap().jetstream.config.sync_always;
        assert!(read(
            r#"{"server_name":"s","jetstream":{"config":{"sync_interval":1,"sync_always":true}}}"#
        ));
        assert!(!read(r#"{"server_name":"s","jetstream":{"config":{"sync_interval":1}}}"#));
        assert!(!read(r#"{"server_name":"s"}"#));
    }
}
