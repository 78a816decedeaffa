//! Kill -9 in the middle of policies and projections, again and again: what they come to is what they
//! would have come to.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use cim_test_nats::Server;
use cim_tests::programs::program;
use serde_json::Value;
use tempfile::TempDir;

/// A log in which an order is placed each day; each third is paid late, and each fifth never.
fn log(orders: u32) -> String {
    let mut rows = Vec::new();
    let mut add = |day: u32, hour: u32, activity: &str, items: &str, order: u32| {
        let (month, day) = (1 + day / 28, 1 + day % 28);
        let year = 2019 + (month - 1) / 12;
        let month = 1 + (month - 1) % 12;
        let at = format!("{year}-{month:02}-{day:02} {hour:02}:00:00.000Z");
        rows.push((at, activity.to_owned(), items.to_owned(), order));
    };
    for order in 0..orders {
        let items = format!("\"['i{order}a','i{order}b']\"");
        add(order, 7, "place order", &items, order);
        add(order, 8, "confirm order", " ", order);
        add(order + 1, 9, "pick item", &format!("\"['i{order}a']\""), order);
        add(order + 2, 10, "pick item", &format!("\"['i{order}b']\""), order);
        match order {
            order if order % 5 == 0 => {}
            order if order % 3 == 0 => add(order + 40, 11, "pay order", " ", order),
            order => add(order + 3, 12, "pay order", " ", order),
        }
    }
    rows.sort();
    let mut text = "ocel:eid,ocel:activity,ocel:timestamp,ocel:type:customers,ocel:type:items,\
                    ocel:type:orders,ocel:type:packages,ocel:type:products,weight,price\n"
        .to_owned();
    for (number, (at, activity, items, order)) in rows.iter().enumerate() {
        writeln!(text, "{number},{activity},{at}, ,{items},\"['o{order}']\", , ,1.0,20.0").unwrap();
    }
    text
}

/// The program, which was built once, its log, and what a run comes to that nobody kills.
struct Replay {
    program: OsString,
    folder: TempDir,
    log: PathBuf,
    whole: Value,
}

impl Replay {
    fn of(orders: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (program, log_file) =
            (program("cim-order").get_program().to_owned(), folder.path().join("log.csv"));
        fs::write(&log_file, log(orders)).unwrap();
        let mut replay = Self { program, folder, log: log_file, whole: Value::Null };
        replay.whole = replay.finished(&replay.embedded("whole"));
        assert_eq!(replay.whole["orders"], orders);
        let reminded = replay.whole["events"]["PaymentReminded"].as_u64().unwrap();
        assert!(reminded > u64::from(orders) / 2, "{}", replay.whole);
        replay
    }

    /// The address of an embedded store.
    fn embedded(&self, name: &str) -> OsString {
        self.folder.path().join(name).into()
    }

    fn command(&self, store: &OsStr) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("replay").arg(&self.log).arg("--store").arg(store);
        command
    }

    /// What a run comes to that is left alone from here on.
    fn finished(&self, store: &OsStr) -> Value {
        let output = self.command(store).arg("--json").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Kills a run once so many events from outside were answered for: what they call for is under way
    /// then, and so is whatever falls due until the next one.
    fn kill(&self, store: &OsStr, events: u64) {
        let mut child = self
            .command(store)
            .args(["--receipts", "/dev/stdout"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let count = lines.take(events as usize).filter(Result::is_ok).count() as u64;
        child.kill().unwrap();
        let said = child.wait_with_output().unwrap().stderr;
        assert_eq!(count, events, "it has ended before: {}", String::from_utf8_lossy(&said));
    }

    /// Kills runs on a store that has nothing yet: all together come to what one alone does.
    fn comes_to_the_same(&self, store: &OsStr, kills: u64) {
        let inputs = self.whole["inputs"].as_u64().unwrap();
        for kill in 0..kills {
            // Anywhere in its part of the log, and each time elsewhere.
            let part = inputs / (kills + 1);
            self.kill(store, 1 + part * kill + kill * 7919 % part);
        }
        // All of the events, which are those that each command brings once, and all of the rows.
        assert_eq!(self.finished(store), self.whole);
        let verify = program("cim").args(["verify", "--store"]).arg(store).output().unwrap();
        assert!(verify.status.success(), "{}", String::from_utf8_lossy(&verify.stdout));
    }
}

#[test]
fn a_run_that_is_killed_again_and_again_comes_to_the_same() {
    let replay = Replay::of(40);
    replay.comes_to_the_same(&replay.embedded("killed"), 12);
}

#[test]
fn so_does_one_on_a_server() {
    let server = Server::start();
    // Whoever comes next waits five seconds until the one that was killed is given up.
    Replay::of(12).comes_to_the_same(server.url().as_ref(), 3);
}

#[test]
#[ignore = "a soak of minutes: see CONTRIBUTING.md"]
fn soak_runs_are_killed_200_times_on_each_store() {
    let replay = Replay::of(160);
    replay.comes_to_the_same(&replay.embedded("killed"), 200);
    let server = Server::start();
    replay.comes_to_the_same(server.url().as_ref(), 200);
}
