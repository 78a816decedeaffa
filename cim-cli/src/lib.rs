//! `cim`: looks into stores of events, verifies them, moves them between stores, and has a crate
//! lock how its events are stored.
//!
//! It knows no domain: blocks are read through the IPLD data model and shown as DAG-JSON, and
//! stores are reached through [`Store`](cim_runtime::store::Store) alone. A command is a file, with
//! all of its life in it: its arguments, its work, its text and its JSON.

mod chain;
mod cli;
mod dead;
mod events;
mod failure;
mod lock;
mod nats;
mod open;
mod output;
mod pages;
mod progress;
mod repair;
#[cfg(test)]
mod shop;
mod show;
mod stats;
mod time;
mod transfer;
mod verify;
mod view;

use std::process::ExitCode;

use clap::Parser as _;

use cli::Cli;
use failure::Failure;
use output::Output;

/// Runs the program with the arguments of this process.
///
/// The exit code is 0 when all is well, 1 when damage was found or the answer is no, and 2 when the
/// question could not be asked: a wrong argument, a store that cannot be opened.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut out = Output::stdout(cli.json);
    let done = run(cli, &mut out).and_then(|()| out.flush());
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run(cli: Cli, out: &mut Output) -> Result<(), Failure> {
    // The stores have threads of their own; this one only waits for them.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::trouble(format!("could not start: {error}")))?;
    runtime.block_on(cli.command.run(out))
}
