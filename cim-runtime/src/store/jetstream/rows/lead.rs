//! Which of many processes writes: whoever has its name in the bucket, and renews it.
//!
//! Times are those of each process's own clock: a name that has not been renewed for so long as one
//! has looked at it is given up. Nothing rests on it: two who both believe that they lead are told
//! apart by the checkpoints.

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::bucket::Written;
use super::{BucketRows, message};
use crate::parts::Part;
use crate::rows::{Guard, Lead};
use crate::store::StoreError;

/// The space of those who lead.
const SPACE: &str = "-lead";
const NAMES: &str = "names";

/// How often a name is renewed, and when it is given up.
const RENEWED: Duration = Duration::from_secs(1);
const GIVEN_UP: Duration = Duration::from_secs(5);

/// How often those who wait look.
const LOOK: Duration = Duration::from_millis(250);

/// Waits until this process leads.
pub(super) async fn lead(rows: BucketRows, name: &str) -> Result<Lead, StoreError> {
    let subjects = rows.bucket.subjects(SPACE);
    let key = name.as_bytes();
    let (to, stored) = (subjects.to_row(NAMES, key), subjects.of_row(NAMES, key));
    let mut seen: Option<(u64, Instant)> = None;
    loop {
        let last = rows.bucket.last(&stored).await?;
        let sequence = last.as_ref().map_or(0, |last| last.sequence);
        let is_free = last.as_ref().is_none_or(|last| last.payload.is_empty());
        let since = match seen {
            Some((before, since)) if before == sequence => since,
            _ => Instant::now(),
        };
        seen = Some((sequence, since));
        if is_free || since.elapsed() >= GIVEN_UP {
            let me = Bytes::from(message::nonce().to_string());
            if let Written::At(sequence) = rows.bucket.put(to.clone(), me.clone(), sequence).await {
                return Ok(hold(rows, name, to, stored, me, sequence));
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Renews the name until it is dropped or lost.
fn hold(
    rows: BucketRows,
    name: &str,
    subject: String,
    stored: String,
    me: Bytes,
    sequence: u64,
) -> Lead {
    let name = name.to_owned();
    rows.leads().insert(name.clone());
    let (lost, is_lost) = watch::channel(false);
    let (last, at) = watch::channel(sequence);
    let renewing = {
        let (rows, name, subject) = (rows.clone(), name.clone(), subject.clone());
        rows.runtime.clone().spawn(async move {
            let mut renewed = Instant::now();
            while renewed.elapsed() < GIVEN_UP {
                tokio::time::sleep(RENEWED).await;
                let expected = *last.borrow();
                match rows.bucket.put(subject.clone(), me.clone(), expected).await {
                    Written::At(sequence) => {
                        renewed = Instant::now();
                        last.send_replace(sequence);
                    }
                    // It may be there although nobody said so.
                    Written::Overtaken => match rows.bucket.last(&stored).await {
                        Ok(Some(found)) if found.payload == me => {
                            last.send_replace(found.sequence);
                        }
                        _ => break,
                    },
                    Written::Unknown(_) | Written::Refused(_) => {}
                }
            }
            rows.disown(&name);
            lost.send_replace(true);
        })
    };
    let guard = Held { rows, name, subject, at, renewing: renewing.abort_handle() };
    Lead::shared(is_lost, Box::new(guard))
}

/// Gives the name back when it is dropped.
#[derive(Debug)]
struct Held {
    rows: BucketRows,
    name: String,
    subject: String,
    at: watch::Receiver<u64>,
    renewing: AbortHandle,
}

impl Guard for Held {}

impl Drop for Held {
    fn drop(&mut self) {
        self.renewing.abort();
        self.rows.disown(&self.name);
        let (rows, subject, at) = (self.rows.clone(), self.subject.clone(), *self.at.borrow());
        // Whoever waits would find out by itself, only later.
        let give_back = async move { rows.bucket.put(subject, Bytes::new(), at).await };
        self.rows.runtime.spawn(Part::of_this_task().keep(give_back));
    }
}
