//! Every sentence that the store says no with.

use std::time::Duration;

use async_nats::jetstream::context::RequestError;

use super::message::Foreign;
use super::refusals::Refusal;
use crate::commit::Commit;
use crate::store::{Alarm, StoreError, StoreErrorKind};
use crate::subject::StreamName;

/// The server cannot be reached.
pub(super) fn not_connected(servers: &str, problem: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Io,
        format!(
            "no connection to {servers}: {problem}; check the address, and that a NATS server runs there"
        ),
    )
}

/// The server does not know who we are.
pub(super) fn not_allowed(servers: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Invalid,
        format!(
            "{servers} refuses our credentials: check the user, the password or the token; those of a \
             file may have expired, or be for another server"
        ),
    )
}

/// The server does not let this user do it.
pub(super) fn denied(what: &str, refusal: &Refusal) -> StoreError {
    let remedy = match refusal {
        Refusal::Publish(_) => {
            "be another user, or have it granted: `cim nats permissions` prints what each role needs"
        }
        Refusal::Subscribe(_) => {
            "that is where answers come to: name the prefix that this user was given, as `inbox` of \
             [nats], as `?inbox=PREFIX` in the address, or with JetStreamOptions::inbox_prefix"
        }
    };
    StoreError::new(
        StoreErrorKind::Denied,
        format!("{what} is denied: the server does not let this user {refusal}; {remedy}"),
    )
}

/// Subjects cannot begin with it.
pub(super) fn no_prefix(found: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Invalid,
        format!("`{found}` is no prefix of inboxes: write one such as `_INBOX_shop`"),
    )
}

/// Earlier servers cannot be trusted with expectations.
pub(super) fn too_old(found: &str, oldest: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Invalid,
        format!(
            "nats-server {found} is too old: it judges the expectations of some commits wrongly, or \
             ignores them; use {oldest} or later"
        ),
    )
}

/// The server keeps nothing.
pub(super) fn no_jetstream(servers: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Invalid,
        format!(
            "{servers} has no JetStream for this account: start nats-server with --jetstream, and \
             enable it for the account"
        ),
    )
}

/// The stream is set up so that events would be lost.
pub(super) fn contract(stream: &str, problems: &[String]) -> StoreError {
    StoreError::new(
        StoreErrorKind::Invalid,
        format!("the stream `{stream}` does not keep what it is given: {}", problems.join("; ")),
    )
}

/// The server refused to create the stream.
pub(super) fn not_created(stream: &str, problem: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Io,
        format!("the stream `{stream}` is not there and cannot be created: {problem}"),
    )
}

/// The stream lacks subjects.
pub(super) fn not_extended(stream: &str, subjects: &[String], problem: &str) -> StoreError {
    let subjects = subjects.join(", ");
    StoreError::new(
        StoreErrorKind::Invalid,
        format!(
            "the stream `{stream}` does not have the subjects {subjects}, and they cannot be added: \
             {problem}; add them (nats stream edit {stream} --subjects …)"
        ),
    )
}

/// The stream may lack subjects: nobody has said whether they were added.
pub(super) fn not_extended_now(
    stream: &str,
    subjects: &[String],
    problem: &RequestError,
) -> StoreError {
    let subjects = subjects.join(", ");
    StoreError::new(
        StoreErrorKind::Io,
        format!(
            "the subjects {subjects} were not seen to be added to the stream `{stream}`: {problem}"
        ),
    )
}

/// The stream is not there, and is not to be created.
pub(super) fn not_there(stream: &str, servers: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Invalid,
        format!("there is no stream {stream} at {servers}; nothing was created: check the address"),
    )
}

/// Another stream takes what this one should.
pub(super) fn overlap(stream: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Invalid,
        format!(
            "the stream `{stream}` cannot be created: another stream of this account has some of its \
             subjects; name that one, as in nats://host/NAME, or give each its own domains"
        ),
    )
}

/// Nothing was heard, and nothing was stored.
pub(super) fn not_stored(commit: &Commit, deadline: Duration, problem: &str) -> StoreError {
    let stream = commit.stream();
    StoreError::new(
        StoreErrorKind::Io,
        format!(
            "the commit to {stream} was not stored: the server did not take it within {deadline:?} \
             ({problem}); send it again"
        ),
    )
}

/// Nothing was heard that would tell.
pub(super) fn unknown(commit: Commit, deadline: Duration, problem: &str) -> StoreError {
    let stream = commit.stream().clone();
    StoreError::unknown(
        commit,
        format!(
            "it is unknown whether the commit to {stream} is stored: there was no answer within \
             {deadline:?} ({problem}); send the identical commit again, which the error carries, and \
             do not decide again"
        ),
    )
}

/// The message would not fit.
pub(super) fn too_large(stream: &StreamName, size: usize, limit: usize) -> StoreError {
    StoreError::new(
        StoreErrorKind::Invalid,
        format!(
            "the commit to {stream} takes {size} bytes with its headers, the server takes {limit}: \
             raise max_payload, or put less into one command's events"
        ),
    )
}

/// The stream takes less than the server.
pub(super) fn too_large_for_stream(stream: &StreamName, size: usize) -> StoreError {
    StoreError::new(
        StoreErrorKind::Invalid,
        format!(
            "the commit to {stream} takes {size} bytes with its headers, more than the JetStream \
             stream's max_msg_size: raise that, or put less into one command's events"
        ),
    )
}

/// Positions have room for so many.
pub(super) fn too_many_parts(stream: &StreamName, events: usize, limit: usize) -> StoreError {
    StoreError::new(
        StoreErrorKind::Invalid,
        format!(
            "the commit to {stream} has {events} events, {limit} is the most: send several commands"
        ),
    )
}

/// Storage is used up.
pub(super) fn full(stream: &StreamName, code: u64, said: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Full,
        format!(
            "the server has no room for the commit to {stream} (code {code}, `{said}`): raise the \
             limit of the stream, the account or the server, then send it again"
        ),
    )
}

/// Our subject is another stream's.
pub(super) fn other_stream(stream: &StreamName, ours: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Invalid,
        format!(
            "{stream} belongs to another JetStream stream than `{ours}`: open that one, or give \
             `{ours}` this subject"
        ),
    )
}

/// The server refuses, for a reason of its own.
pub(super) fn refused(what: &str, code: u64, said: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Io,
        format!("the server refuses {what}: `{said}` (code {code})"),
    )
}

/// A read was never answered.
pub(super) fn no_answer(what: &str, deadline: Duration, problem: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Io,
        format!("the server did not give {what} within {deadline:?} ({problem}); ask again"),
    )
}

/// Somebody else writes where only we may.
pub(super) fn foreign(foreign: &Foreign, ours: &str) -> StoreError {
    let Foreign { sequence, subject, problem } = foreign;
    StoreError::damaged(format!(
        "the message at sequence {sequence} of `{ours}` ({subject}) is no commit: {problem}; let only \
         this library's writers publish there"
    ))
}

/// A commit that others build on is not there.
pub(super) fn hole(stream: &StreamName, sequence: u64, ours: &str) -> StoreError {
    StoreError::damaged(format!(
        "a commit of {stream} is missing: the message at sequence {sequence} of `{ours}` was \
         deleted; restore the stream from a backup"
    ))
}

/// The lists in the headers contradict each other.
pub(super) fn lists(stream: &StreamName, ours: &str) -> StoreError {
    StoreError::damaged(format!(
        "the commits of {stream} in `{ours}` do not lead to each other: their `Cim-Back` headers are \
         not those they were stored with; restore the stream from a backup"
    ))
}

/// What was there is not there any more.
pub(super) fn alarm(alarm: Alarm, ours: &str, found: &str) -> StoreError {
    let sentence = match alarm {
        Alarm::AckedEventLost => "an event that was stored is not there any more",
        Alarm::Rewound => "it is behind what was stored in it",
        Alarm::Diverged => "it is another one than before",
    };
    StoreError::new(
        StoreErrorKind::Alarm(alarm),
        format!(
            "{alarm:?}: the stream `{ours}` has lost history: {sentence} ({found}); nothing is \
             written until the store is opened again: find out what happened before you do, and \
             restore it from a backup"
        ),
    )
}

/// An event that the index knows is not there.
pub(super) fn deleted(sequence: u64, ours: &str) -> StoreError {
    StoreError::damaged(format!(
        "the message at sequence {sequence} of `{ours}` was deleted; restore the stream from a backup"
    ))
}

/// The rows of projections and policies cannot be read or written.
pub(super) fn rows(bucket: &str, problem: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Io,
        format!(
            "the rows in the bucket `{bucket}` cannot be read or written ({problem}); no event is \
             lost: look at the server, and at what this user may do there"
        ),
    )
}

/// The bucket of snapshots cannot be used.
pub(super) fn snapshots(bucket: &str, problem: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Io,
        format!(
            "the snapshots in the bucket `{bucket}` cannot be used: {problem}; no event is lost"
        ),
    )
}
