//! Several processes at once, servers that end, and servers that replicate.

use std::sync::Arc;

use cim_test_nats::{Cluster, Server};
use tokio::sync::watch;

use super::history::{History, batch, write_to};
use super::{BucketRows, SPACE, rows_on};
use crate::store::{Durability, JetStreamStore};

const MANY: u64 = 700;

/// How many transactions each writes before the other one does.
const TURNS: [u64; 9] = [7, 300, 1, 2, 90, 260, 5, 33, 400];

#[tokio::test]
async fn of_those_who_take_turns_each_goes_on_where_the_other_was() {
    let server = Server::start();
    let history = History::up_to(TURNS.iter().sum());
    let writers = [rows_on(&server).await, rows_on(&server).await];
    let seldom = rows_on(&server).await;
    let mut position = 0;
    for (turn, steps) in TURNS.into_iter().enumerate() {
        let [writer, other] = [turn % 2, (turn + 1) % 2].map(|number| &writers[number]);
        position += steps;
        assert!(write_to(writer, position).await);
        // Who was behind is refused, and reads what is new.
        let late = other.write(SPACE, batch(position - steps + 1)).await;
        assert!(late.unwrap_err().is_conflict());
        let fresh = rows_on(&server).await;
        for rows in [writer, other, &fresh] {
            assert_eq!(history.check(rows.look(SPACE).await.unwrap().as_ref()), position);
        }
        if turn % 4 == 3 {
            assert_eq!(history.check(seldom.look(SPACE).await.unwrap().as_ref()), position);
        }
    }
}

/// Looks again and again until nobody writes any more: as one process, or each time as a new one.
async fn look(
    rows: impl AsyncFn() -> BucketRows,
    history: Arc<History>,
    mut written: watch::Receiver<u64>,
    pause: u64,
) -> u64 {
    let mut last = 0;
    loop {
        let rows = rows().await;
        let at_least = *written.borrow();
        let position = history.check(rows.look(SPACE).await.unwrap().as_ref());
        assert!(position >= at_least.max(last), "{position} is older than {at_least} and {last}");
        last = position;
        if last >= MANY
            || written.wait_for(|now| *now >= last + pause || *now == MANY).await.is_err()
        {
            return last;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_reads_while_others_write_sees_all_rows_of_a_checkpoint() {
    let server = Arc::new(Server::start());
    let history = Arc::new(History::up_to(MANY));
    let (writes, written) = watch::channel(0);
    let mut readers = Vec::new();
    // The last one is overtaken by the whole ring each time.
    for pause in [0, 20, 600] {
        let rows = rows_on(&server).await;
        let always = async move || rows.clone();
        readers.push(tokio::spawn(look(always, Arc::clone(&history), written.clone(), pause)));
    }
    let new = {
        let server = Arc::clone(&server);
        async move || rows_on(&server).await
    };
    readers.push(tokio::spawn(look(new, Arc::clone(&history), written, 50)));
    // Two who both believe that they write.
    let writers = [rows_on(&server).await, rows_on(&server).await];
    let write = async |rows: &BucketRows| {
        for position in 1..=MANY {
            while !write_to(rows, position).await {}
            writes.send_if_modified(|last| std::mem::replace(last, position.max(*last)) < position);
        }
    };
    tokio::join!(write(&writers[0]), write(&writers[1]));
    for reader in readers {
        assert_eq!(reader.await.unwrap(), MANY);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_torn_when_the_server_is_killed() {
    let mut server = Server::start();
    let history = Arc::new(History::up_to(MANY));
    let rows = rows_on(&server).await;
    let (writes, mut written) = watch::channel(0);
    let writing = tokio::spawn({
        let history = Arc::clone(&history);
        async move {
            let mut position = 0;
            while position < MANY {
                match rows.write(SPACE, batch(position + 1)).await {
                    Ok(()) => position += 1,
                    // It is known when the server is there again; what was answered for is there.
                    Err(_) => {
                        let Ok(view) = rows.look(SPACE).await else { continue };
                        let found = history.check(view.as_ref());
                        assert!(
                            found == position || found == position + 1,
                            "{found} of {position}"
                        );
                        position = found;
                    }
                }
                writes.send_replace(position);
            }
        }
    });
    for kill in 1..=6 {
        written.wait_for(|now| *now >= kill * MANY / 7).await.unwrap();
        server.kill();
        server.restart();
        let at_least = *written.borrow();
        assert!(
            history.check(rows_on(&server).await.look(SPACE).await.unwrap().as_ref()) >= at_least
        );
    }
    writing.await.unwrap();
    let fresh = rows_on(&server).await;
    assert_eq!(history.check(fresh.look(SPACE).await.unwrap().as_ref()), MANY);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_write_on_three_servers_one_is_refused() {
    let cluster = Cluster::start();
    let history = History::up_to(400);
    let options = JetStreamStore::options().durability(Durability::Replicated).domain("sample");
    let open = async || {
        loop {
            if let Ok(store) = options.clone().connect(&cluster.url()).await
                && let Ok(rows) = BucketRows::remembering(
                    Arc::clone(&store.0.server),
                    3,
                    super::super::REMEMBERED,
                )
                .await
            {
                return rows;
            }
        }
    };
    let writers = [open().await, open().await];
    let write = async |rows: &BucketRows| {
        let mut refused = 0;
        loop {
            // While somebody else writes, the server may say that it is busy.
            let Ok(view) = rows.look(SPACE).await else { continue };
            let from = history.check(view.as_ref());
            if from == 400 {
                return refused;
            }
            let written = rows.write(SPACE, batch(from + 1)).await;
            refused += u64::from(written.is_err_and(|error| error.is_conflict()));
        }
    };
    let (one, other) = tokio::join!(write(&writers[0]), write(&writers[1]));
    assert!(one + other > 0, "they were never in each other's way");
    assert_eq!(history.check(open().await.look(SPACE).await.unwrap().as_ref()), 400);
}
