//! Kill -9 in the middle of an import of people, again and again: the next one goes on where it was, and
//! everybody is there once.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use cim_tests::programs::program;
use memchr::memmem;
use serde_json::{Value as Json, json};

/// How many people there are.
const PEOPLE: usize = 2000;

/// How often an import is begun that is to be killed at a certain event.
const TRIES: usize = 10;

/// All of them: of four, one knows the next, and one, whom nobody knows, is dead. It is longer than what a
/// pipe holds by far.
fn cards() -> Vec<String> {
    let uid = |number: usize| format!("urn:uuid:00000000-0000-4000-8000-{number:012}");
    let card = |number: usize| {
        let more = match number % 4 {
            0 => format!("RELATED;TYPE=friend:{}\r\n", uid(number + 1)),
            2 => "DEATHDATE:20200229\r\n".to_owned(),
            _ => String::new(),
        };
        format!(
            "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:{}\r\nFN:Person {number}\r\n\
             EMAIL;TYPE=work;PREF=1:p{number}@example.org\r\nTEL:+49 30 {number:06}\r\n\
             EXPERTISE;LEVEL=expert:Skill {}\r\n{more}END:VCARD\r\n",
            uid(number),
            number % 7
        )
    };
    (0..PEOPLE).map(card).collect()
}

/// An import that is under way, of what is written to its standard input.
struct Import(Child);

impl Import {
    fn begin(store: &Path) -> Self {
        let mut command = program("cim-person");
        command.args(["import", "--json", "--form", "vcard", "/dev/stdin", "--store"]).arg(store);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(command.spawn().unwrap())
    }

    /// Waits until it has read these, but for what a pipe holds.
    fn give(&mut self, cards: &[String]) {
        self.0.stdin.as_mut().unwrap().write_all(cards.concat().as_bytes()).unwrap();
    }

    /// Gives it everybody, and kills it once the log has so many events of this name: `false` if it has
    /// ended before.
    fn killed_at(mut self, store: &Path, event: &str, times: usize) -> bool {
        self.give(&cards());
        drop(self.0.stdin.take());
        while logged(store, event) < times && self.0.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        self.kill()
    }

    /// Kills it: `false` if it has ended before.
    fn kill(mut self) -> bool {
        self.0.kill().unwrap();
        let output = self.0.wait_with_output().unwrap();
        assert!(output.status.success() || output.status.code().is_none(), "{output:?}");
        output.status.code().is_none()
    }
}

/// What an import says at its end that nobody kills.
fn whole(store: &Path) -> Json {
    let mut import = Import::begin(store);
    import.give(&cards());
    json(import.0.wait_with_output().unwrap())
}

fn json(output: Output) -> Json {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// How many events of this name the log of a store has, whoever has it open.
fn logged(store: &Path, event: &str) -> usize {
    let Ok(segments) = fs::read_dir(store.join("log")) else { return 0 };
    let segments = segments.map(|segment| fs::read(segment.unwrap().path()).unwrap());
    segments.map(|bytes| memmem::find_iter(&bytes, event).count()).sum()
}

fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-r").arg(from).arg(to).status().unwrap();
    assert!(copied.success());
}

/// How many events there are, each of which is what its CID says, and follows the one before.
fn verified(store: &Path) -> u64 {
    let output = program("cim").args(["verify", "--store"]).arg(store).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let stats = program("cim").args(["stats", "--json", "--store"]).arg(store).output().unwrap();
    json(stats)["events"].as_u64().unwrap()
}

fn export(store: &Path) -> String {
    let output = program("cim-person").args(["export", "--store"]).arg(store).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn an_import_that_is_killed_again_and_again_brings_everybody_once() {
    let folder = tempfile::tempdir().unwrap();
    let (once, mut killed) = (folder.path().join("once.cim"), folder.path().join("killed.cim"));
    let summary = whole(&once);
    assert_eq!((&summary["people"], &summary["refused"]), (&json!(PEOPLE), &json!(0)), "{summary}");
    let events = verified(&once);

    // While people come: it reads no further before those whom it has read are stored.
    let cards = cards();
    let mut before = 0;
    for part in 3..9 {
        let mut import = Import::begin(&killed);
        import.give(&cards[..PEOPLE * part / 10]);
        assert!(import.kill(), "it has ended before everybody was there");
        let stored = verified(&killed);
        assert!(stored >= before && 0 < stored && stored < events, "{stored}, {before} before");
        before = stored;
    }
    // While they come to know each other, and at the end, when some of them turn out to be dead. Nothing
    // holds an import up there: on a machine with much to do one may end before it is killed, and is begun
    // again from where the last one was killed.
    for event in
        ["RelationshipProposed", "ProposalReceived", "RelationshipConfirmed", "DeathRecorded"]
    {
        let done = logged(&killed, event);
        let times = done + (logged(&once, event) - done) / 3;
        let was_killed = (0..TRIES).any(|number| {
            let store = folder.path().join(format!("{event}-{number}.cim"));
            copy(&killed, &store);
            let was_killed = Import::begin(&store).killed_at(&store, event, times);
            if was_killed {
                killed = store;
            }
            was_killed
        });
        assert!(was_killed, "each of {TRIES} had ended before {times} {event} were seen");
        assert!(verified(&killed) < events, "{event}");
    }

    let summary = whole(&killed);
    assert_eq!((&summary["people"], &summary["refused"]), (&json!(PEOPLE), &json!(0)), "{summary}");
    assert_eq!(verified(&killed), events, "{summary}");
    assert_eq!(export(&killed), export(&once));
    assert_eq!(export(&killed).lines().count(), PEOPLE);
}
