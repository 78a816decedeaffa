//! `cim lock`: writes the lock of a crate's events, through the crate's own test.
//!
//! Only the crate knows its events. So the test that `cim_runtime::lock!` writes is run, and told
//! by `CIM_LOCK=write` to write the file; without it, the test checks the file.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::output::{ERROR, FAINT, GOOD, Output, WARNING, count};

/// The name of the test.
const TEST: &str = "the_lock_is_current";

/// Write how a crate's events are stored into its `cim.lock`, or check it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cim lock
  cim lock --package shop
  cim lock --check

The crate needs one line, such as `cim_runtime::lock!(Shop);` below its system. Exit code 1 says that the lock
is not current, or that the crate does not compile; with --check, nothing is changed.")]
pub(crate) struct Lock {
    /// The package whose events are locked [default: the one in this directory]
    #[arg(long, short)]
    package: Option<String>,

    /// Change nothing, and say whether the lock is current
    #[arg(long)]
    check: bool,
}

/// What `cargo metadata` says, as far as it is needed.
#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Debug, Deserialize)]
struct Target {
    kind: Vec<String>,
}

impl Package {
    fn has_library(&self) -> bool {
        self.targets.iter().flat_map(|target| &target.kind).any(|kind| kind.ends_with("lib"))
    }
}

/// What became of the lock.
#[derive(Debug, Serialize)]
struct Report {
    lock: PathBuf,
    current: bool,
    added: Vec<String>,
    removed: Vec<String>,
}

impl Lock {
    pub(crate) fn run(self, out: &mut Output) -> Result<(), Failure> {
        let package = package(self.package.as_deref())?;
        let lock = package.manifest_path.with_file_name("cim.lock");
        let before = lines(&lock)?;
        let current = run_test(&package, self.check)?;
        let after = lines(&lock)?;
        let only_in = |a: &BTreeSet<String>, b| a.difference(b).cloned().collect();
        let (added, removed) = (only_in(&after, &before), only_in(&before, &after));
        let report = Report { lock, current, added, removed };
        if out.is_json() {
            out.object(&report)?
        } else {
            report.text(out)?
        }
        if report.current { Ok(()) } else { Err(Failure::Said) }
    }
}

/// The package of this name, or the one that this directory belongs to.
fn package(name: Option<&str>) -> Result<Package, Failure> {
    let output = cargo()
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .stderr(Stdio::inherit())
        .output()
        .map_err(not_run)?;
    if !output.status.success() {
        return Err(Failure::trouble("there is no package here; run `cim lock` in one"));
    }
    let Metadata { mut packages } = serde_json::from_slice(&output.stdout)
        .map_err(|error| Failure::trouble(format!("cargo's answer cannot be read: {error}")))?;
    let here = std::env::current_dir()
        .map_err(|error| Failure::trouble(format!("this directory cannot be read: {error}")))?;
    let is_it = |package: &Package| match name {
        Some(name) => package.name == name,
        None => package.manifest_path.parent().is_some_and(|folder| here.starts_with(folder)),
    };
    let mut names: Vec<_> = packages.iter().map(|package| package.name.clone()).collect();
    names.sort();
    // Of packages inside one another, the innermost.
    packages.retain(is_it);
    packages.sort_by_key(|package| package.manifest_path.as_os_str().len());
    packages.pop().ok_or_else(|| {
        let names = names.join(", ");
        Failure::trouble(match name {
            Some(name) => format!("no package is called {name}; there are {names}"),
            None => format!("this directory is no package; name one with --package: {names}"),
        })
    })
}

/// Whether the test went well; it checks the lock, or writes it.
fn run_test(package: &Package, check: bool) -> Result<bool, Failure> {
    // In the library first: when an event has changed, the rest need not compile yet. Never in the
    // documentation's examples, which take long to start.
    let library = package.has_library().then_some("--lib");
    for targets in library.into_iter().chain(["--tests"]) {
        if let Some(current) = run_test_in(package, targets, check)? {
            return Ok(current);
        }
    }
    Err(Failure::trouble(format!(
        "{} has no test `{TEST}`; add this line below its system, with the system's name: \
         cim_runtime::lock!(Shop);",
        package.name
    )))
}

/// The same in some of the package's targets; `None` if the test is in none of them.
fn run_test_in(package: &Package, targets: &str, check: bool) -> Result<Option<bool>, Failure> {
    let mut command = cargo();
    command.args(["test", targets, "--package", &package.name, TEST]);
    // What the test has to say, it says at once.
    command.args(["--", "--nocapture"]).stderr(Stdio::inherit()).env_remove("CIM_LOCK");
    if !check {
        command.env("CIM_LOCK", "write");
    }
    let output = command.output().map_err(not_run)?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut tests = text.lines().filter(|line| line.starts_with("test ") && line.contains(TEST));
    let has_run = tests.next().is_some();
    let went_well = output.status.success();
    Ok((has_run || !went_well).then_some(went_well))
}

/// The lines about events; none if there is no lock.
fn lines(lock: &Path) -> Result<BTreeSet<String>, Failure> {
    let text = match std::fs::read_to_string(lock) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Failure::trouble(format!("{}: {error}", lock.display()))),
    };
    let lines =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(lines.map(str::to_owned).collect())
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

fn not_run(error: std::io::Error) -> Failure {
    Failure::trouble(format!("could not run cargo: {error}"))
}

impl Report {
    fn text(&self, out: &mut Output) -> Result<(), Failure> {
        let Self { lock, current, added, removed } = self;
        for line in removed {
            out.line(format_args!("{ERROR}- {line}{ERROR:#}"))?;
        }
        for line in added {
            out.line(format_args!("{GOOD}+ {line}{GOOD:#}"))?;
        }
        let lock = lock.display();
        if !current {
            return out.line(format_args!("{ERROR}not current{ERROR:#} {FAINT}{lock}{FAINT:#}"));
        }
        if !removed.is_empty() {
            let lines = count(removed.len() as u64, "line");
            out.line(format_args!(
                "{WARNING}{lines} changed or gone{WARNING:#}: what was stored so can no longer be \
                 read"
            ))?;
        }
        out.line(format_args!("{GOOD}current{GOOD:#} {FAINT}{lock}{FAINT:#}"))
    }
}
