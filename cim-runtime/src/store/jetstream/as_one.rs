//! Several messages that are stored one behind the other, all or none (NATS ADR-50).

use async_nats::client::RequestErrorKind;
use async_nats::{HeaderMap, Request};
use bytes::Bytes;
use serde::Deserialize;

use super::server::{Answer, Server, patience};
use super::wire;

/// A message that is to be stored.
#[derive(Debug)]
pub(super) struct Unstored {
    pub(super) subject: String,
    pub(super) headers: HeaderMap,
    pub(super) payload: Bytes,
}

/// What the answer to a batch says besides.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Whole {
    batch: String,
    count: usize,
}

impl Server {
    /// Sends messages that a JetStream stream is to store one behind the other, all or none. If they
    /// are stored, the answer has the sequence of the last one.
    pub(super) async fn store_as_one(&self, stream: &str, mut messages: Vec<Unstored>) -> Answer {
        let (count, connection) = (messages.len(), self.connection());
        let inbox = self.client.new_inbox();
        let batch = inbox.rsplit('.').next().unwrap_or(&inbox);
        if count > 1 {
            for (number, message) in (1..).zip(&mut messages) {
                message.headers.insert(wire::BATCH_ID, batch);
                message.headers.insert(wire::BATCH_SEQUENCE, number.to_string());
            }
        }
        let Some(mut last) = messages.pop() else {
            return Answer::NotNow("nothing was to be sent".to_owned());
        };
        for Unstored { subject, headers, payload } in messages {
            let sent = self.client.publish_with_headers(subject, headers, payload).await;
            if let Err(error) = sent {
                // They are not all there, and never will be.
                return Answer::NotNow(error.to_string());
            }
        }
        if count > 1 {
            last.headers.insert(wire::BATCH_COMMIT, "1");
        }
        let request = Request::new().headers(last.headers).payload(last.payload);
        let request = request.timeout(Some(patience()));
        let sent = self.client.send_request(last.subject, request);
        match self.unless_lost(connection, sent).await {
            Some(Ok(message)) => match self.understand(stream, &message.payload) {
                // The last message was stored as one of its own: each has to be looked at.
                Answer::Stored { .. } if count > 1 && !is_whole(&message.payload, batch, count) => {
                    Answer::Silence("an answer to no batch".to_owned())
                }
                answer => answer,
            },
            Some(Err(error)) if error.kind() == RequestErrorKind::NoResponders => Answer::Nobody,
            Some(Err(error)) => Answer::Silence(error.to_string()),
            None => Answer::Silence("the connection was lost".to_owned()),
        }
    }
}

fn is_whole(answer: &[u8], batch: &str, count: usize) -> bool {
    let whole = serde_json::from_slice::<Whole>(answer);
    whole.is_ok_and(|whole| whole.batch == batch && whole.count == count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_to_a_batch_names_it_and_counts_its_messages() {
        let answer = br#"{"stream":"S","seq":7,"batch":"b","count":3}"#;
        assert!(is_whole(answer, "b", 3));
        assert!(!is_whole(answer, "b", 2));
        assert!(!is_whole(answer, "c", 3));
        assert!(!is_whole(br#"{"stream":"S","seq":7}"#, "b", 3));
    }
}
