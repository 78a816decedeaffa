//! What a server and a stream must be like, or the store is not opened.

use async_nats::ServerInfo;
use async_nats::jetstream::stream::{
    Config, DiscardPolicy, PersistenceMode, RetentionPolicy, StorageType,
};

use super::options::JetStreamOptions;
use super::{errors, subjects, wire};
use crate::store::{DiskSync, Durability, StoreError};

/// Before 2.14.4, servers judge the expectations in a batch wrongly; 2.10 and 2.11 store a batch's
/// members one by one without a word.
const OLDEST: (u64, u64, u64) = (2, 14, 4);

/// How many replicas survive the loss of a machine, with a majority left.
const REPLICAS: usize = 3;

/// The stream as it is created when it is not there.
pub(super) fn config(name: &str, options: &JetStreamOptions) -> Config {
    let durability = options.durability;
    let replicas = options.replicas.unwrap_or(match durability {
        Durability::Dev => 1,
        Durability::Replicated | Durability::PowerLossSafe => REPLICAS,
    });
    Config {
        name: name.to_owned(),
        subjects: subjects::of(name, &options.domains),
        storage: StorageType::File,
        retention: RetentionPolicy::Limits,
        discard: DiscardPolicy::New,
        num_replicas: replicas,
        max_messages: -1,
        max_messages_per_subject: -1,
        max_bytes: -1,
        max_consumers: -1,
        duplicate_window: wire::DUPLICATE_WINDOW,
        allow_direct: true,
        // Only where each message is synced are atomic batches faster.
        allow_atomic_publish: options.sync_always || durability == Durability::PowerLossSafe,
        allow_batch_publish: replicas == 1,
        deny_delete: true,
        deny_purge: true,
        ..Config::default()
    }
}

/// Refuses a server that is too old.
pub(super) fn check_version(server: &ServerInfo) -> Result<(), StoreError> {
    if version(&server.version).is_some_and(|version| version >= OLDEST) {
        return Ok(());
    }
    let (major, minor, patch) = OLDEST;
    Err(errors::too_old(&server.version, &format!("{major}.{minor}.{patch}")))
}

fn version(text: &str) -> Option<(u64, u64, u64)> {
    let mut numbers = text.splitn(3, '.').map(|number| {
        let end = number.find(|char: char| !char.is_ascii_digit()).unwrap_or(number.len());
        number[..end].parse().ok()
    });
    Some((numbers.next()??, numbers.next()??, numbers.next()??))
}

/// Refuses a stream that keeps less than it is declared to.
pub(super) fn check_stream(
    config: &Config,
    options: &JetStreamOptions,
    sync: &DiskSync,
) -> Result<(), StoreError> {
    let mut problems = Vec::new();
    keeps_everything(config, &mut problems);
    keeps_it_as_sent(config, &mut problems);
    keeps_it_through(options, config, sync, &mut problems);
    takes_the_domains(options, config, &mut problems);
    if problems.is_empty() {
        return Ok(());
    }
    Err(errors::contract(&config.name, &problems))
}

// A stream that makes room for the new drops the old, and with it the start of every chain.
fn keeps_everything(config: &Config, problems: &mut Vec<String>) {
    let mut wrong = |holds: bool, problem: &str| {
        if holds {
            problems.push(problem.to_owned());
        }
    };
    wrong(config.discard != DiscardPolicy::New, "its discard policy must be `new`");
    wrong(config.retention != RetentionPolicy::Limits, "its retention must be `limits`");
    wrong(!config.max_age.is_zero(), "it has a max_age");
    wrong(config.max_messages > 0, "it has max_msgs");
    wrong(config.max_messages_per_subject > 0, "it has max_msgs_per_subject");
    wrong(config.allow_rollup, "it allows rollups (allow_rollup_hdrs)");
    wrong(config.allow_message_ttl, "it allows messages to expire (allow_msg_ttl)");
    wrong(config.subject_delete_marker_ttl.is_some(), "it has a subject_delete_marker_ttl");
    wrong(config.no_ack, "it does not answer (no_ack)");
    wrong(config.sealed, "it is sealed");
}

// A commit is what its writer sent, in the order in which it was answered.
fn keeps_it_as_sent(config: &Config, problems: &mut Vec<String>) {
    let mut wrong = |holds: bool, problem: &str| {
        if holds {
            problems.push(problem.to_owned());
        }
    };
    wrong(config.mirror.is_some(), "it is a mirror");
    wrong(config.sources.as_ref().is_some_and(|sources| !sources.is_empty()), "it has sources");
    wrong(config.subject_transform.is_some(), "it transforms subjects");
    wrong(config.allow_message_counter, "it has counters (allow_msg_counter)");
    wrong(config.allow_message_schedules, "it has schedules (allow_msg_schedules)");
    wrong(!config.allow_direct, "it does not answer direct gets (allow_direct)");
}

fn keeps_it_through(
    options: &JetStreamOptions,
    config: &Config,
    sync: &DiskSync,
    problems: &mut Vec<String>,
) {
    let durability = options.durability;
    if durability == Durability::Dev {
        return;
    }
    if config.num_replicas < REPLICAS {
        let found = config.num_replicas;
        problems.push(format!("{durability:?} needs {REPLICAS} replicas, it has {found}"));
    }
    if config.storage != StorageType::File {
        problems.push(format!("{durability:?} needs storage in files"));
    }
    if config.persist_mode == Some(PersistenceMode::Async) {
        problems.push(format!("{durability:?} needs answers after writes (persist_mode)"));
    }
    if durability == Durability::PowerLossSafe {
        match sync {
            DiskSync::Always | DiskSync::Asserted => {}
            DiskSync::Later { server } => problems.push(format!(
                "{durability:?} needs servers that sync before they answer, and {server} does not: \
                 set `sync_interval: always` in its `jetstream` block"
            )),
            DiskSync::NotSeen(why) => problems.push(format!(
                "{durability:?} needs servers with `sync_interval: always`, and that was not seen \
                 ({why}): name the monitoring port of each server with JetStreamOptions::monitoring, \
                 or say that they have it, with JetStreamOptions::assert_sync_always"
            )),
        }
    }
}

fn takes_the_domains(options: &JetStreamOptions, config: &Config, problems: &mut Vec<String>) {
    for missing in subjects::missing(config, &options.domains) {
        problems.push(format!("it does not have the subjects {missing}"));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    // Nobody looks.
    fn sync_of(options: &JetStreamOptions) -> DiskSync {
        match options.sync_always {
            true => DiskSync::Asserted,
            false => DiskSync::NotSeen("nobody looked".to_owned()),
        }
    }

    fn check(config: &Config, options: &JetStreamOptions) -> Result<(), StoreError> {
        check_stream(config, options, &sync_of(options))
    }

    fn refused(options: &JetStreamOptions, change: impl FnOnce(&mut Config)) -> String {
        let mut config = config("SHOP", options);
        change(&mut config);
        check_stream(&config, options, &sync_of(options)).unwrap_err().to_string()
    }

    #[test]
    fn the_stream_that_is_created_is_taken() {
        for durability in [Durability::Dev, Durability::Replicated] {
            let options = JetStreamOptions::default().durability(durability);
            check(&config("SHOP", &options), &options).unwrap();
        }
        let safe = JetStreamOptions::default().durability(Durability::PowerLossSafe);
        assert!(refused(&safe, |_| {}).contains("assert_sync_always"));
        let safe = safe.assert_sync_always();
        let stream = config("SHOP", &safe);
        check(&stream, &safe).unwrap();
        assert!(
            stream.allow_atomic_publish
                && !config("SHOP", &JetStreamOptions::default()).allow_atomic_publish
        );
        assert!(
            config("SHOP", &JetStreamOptions::default()).allow_batch_publish
                && !stream.allow_batch_publish
        );
        // What is seen goes before what is said.
        let later = DiskSync::Later { server: "s1".to_owned() };
        let error = check_stream(&stream, &safe, &later).unwrap_err().to_string();
        assert!(error.contains("s1 does not") && error.contains("sync_interval"), "{error}");
    }

    #[test]
    fn a_stream_that_loses_events_is_refused() {
        let options = JetStreamOptions::default();
        assert!(
            refused(&options, |config| config.discard = DiscardPolicy::Old).contains("discard")
        );
        let hour = Duration::from_secs(3600);
        assert!(refused(&options, |config| config.max_age = hour).contains("max_age"));
        assert!(refused(&options, |config| config.max_messages = 1).contains("max_msgs"));
        let per_subject = |config: &mut Config| config.max_messages_per_subject = 1;
        assert!(refused(&options, per_subject).contains("max_msgs_per_subject"));
        assert!(refused(&options, |config| config.allow_rollup = true).contains("rollup"));
        assert!(refused(&options, |config| config.allow_direct = false).contains("allow_direct"));
    }

    #[test]
    fn a_stream_takes_the_domains_that_are_declared() {
        let options = JetStreamOptions::default().domain("shop").domain("house");
        let config = config("SHOP", &options);
        assert_eq!(config.subjects, ["SHOP.evt.*.*", "house.evt.*.*", "shop.evt.*.*"]);
        check(&config, &options).unwrap();
        let error = check(&config, &options.domain("office")).unwrap_err();
        assert!(error.to_string().contains("the subjects office.evt.*.*"), "{error}");
    }

    #[test]
    fn all_problems_are_named_at_once() {
        let options = JetStreamOptions::default().durability(Durability::Replicated);
        let error = refused(&options, |config| {
            config.num_replicas = 1;
            config.storage = StorageType::Memory;
            config.sealed = true;
        });
        assert!(error.contains("3 replicas, it has 1"), "{error}");
        assert!(error.contains("files") && error.contains("sealed"), "{error}");
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        let check = |version: &str| {
            check_version(&ServerInfo { version: version.to_owned(), ..ServerInfo::default() })
        };
        for version in ["2.14.4", "2.14.10", "2.15.0", "3.0.0-beta.1", "2.15.1-RC.2"] {
            check(version).unwrap();
        }
        for version in ["2.14.3", "2.9.99", "1.99.99", "", "2.15", "x.y.z"] {
            assert!(check(version).unwrap_err().to_string().contains("2.14.4"), "{version}");
        }
    }
}
