//! A directory with a store in it, and the program run against it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use cim_runtime::Commit;
use cim_runtime::store::{EmbeddedStore, Store as _};
use futures::executor::block_on;
use serde_json::Value;
use tempfile::TempDir;

use crate::shop::Shop;

/// The directory, which is removed in the end.
pub(crate) struct World {
    dir: TempDir,
}

/// What the program said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl World {
    /// No store yet.
    pub(crate) fn empty() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    /// A store `shop` with these commits.
    pub(crate) fn with(commits: &[Commit]) -> Self {
        let world = Self::empty();
        world.store("shop", commits);
        world
    }

    /// Four events: 1 and 2 of order `a` in one commit, then 1 of `b`, then 3 of `a`.
    pub(crate) fn shop() -> (Self, Vec<Commit>) {
        let mut shop = Shop::default();
        let commits = vec![
            shop.commit("a", &["OrderPlaced", "OrderPaid"]),
            shop.commit("b", &["OrderPlaced"]),
            shop.commit("a", &["OrderSent"]),
        ];
        (Self::with(&commits), commits)
    }

    /// Adds commits to a store, which is created if it is not there.
    pub(crate) fn store(&self, name: &str, commits: &[Commit]) {
        let store = EmbeddedStore::open(self.path(name)).unwrap();
        let sent = commits.iter().map(|commit| store.commit(commit.clone()));
        for answer in block_on(futures::future::join_all(sent)) {
            answer.unwrap();
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The program with these arguments, split at blanks, in the directory.
    pub(crate) fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cim"));
        command.args(arguments.split_whitespace()).current_dir(self.dir.path());
        command
    }

    pub(crate) fn cim(&self, arguments: &str) -> Said {
        Said::of(&self.command(arguments).output().unwrap())
    }

    /// The only segment of a store's log.
    pub(crate) fn segment(&self, name: &str) -> PathBuf {
        let log = std::fs::read_dir(self.path(name).join("log")).unwrap();
        let segments: Vec<_> = log.map(|entry| entry.unwrap().path()).collect();
        let [segment] = &segments[..] else { panic!("not one segment: {segments:?}") };
        segment.clone()
    }

    /// Changes one byte of the block that holds `needle`, at the needle.
    pub(crate) fn flip(&self, name: &str, needle: &[u8], nth: usize) {
        let segment = self.segment(name);
        let mut bytes = std::fs::read(&segment).unwrap();
        let mut places = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(needle));
        let at = places.nth(nth).unwrap();
        bytes[at] ^= 0x20;
        std::fs::write(segment, bytes).unwrap();
    }
}

impl Said {
    pub(crate) fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self {
            code: output.status.code().unwrap(),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    /// What was said on stdout, when all went well and nothing else was said.
    #[track_caller]
    pub(crate) fn well(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{}", self.out);
        self.out
    }

    /// The lines of stdout as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The only line of stdout as JSON.
    #[track_caller]
    pub(crate) fn object(&self) -> Value {
        let mut lines = self.json();
        assert_eq!(lines.len(), 1, "{}", self.out);
        lines.remove(0)
    }

    /// The complaint on stderr, when the exit code is this one.
    #[track_caller]
    pub(crate) fn complaint(self, code: i32) -> String {
        assert_eq!(self.code, code, "{self:?}");
        assert!(self.err.starts_with("error: "), "{self:?}");
        self.err
    }
}

/// The names of what is in a directory.
pub(crate) fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
