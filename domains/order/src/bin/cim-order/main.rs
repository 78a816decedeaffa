//! The order system as a program.

#![allow(missing_docs, reason = "a program has no public items")]

mod answers;
mod black_box;
mod describe;
mod import;
mod life;
mod log;
mod receipts;
mod replay;
mod serve;
mod simulate;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The order system: an event-sourced domain on an embedded store, or on JetStream.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    Simulate(simulate::Arguments),
    Import(import::Arguments),
    Replay(replay::Arguments),
    Serve(serve::Arguments),
    Describe(describe::Arguments),
    BlackBox(black_box::Arguments),
}

#[tokio::main]
async fn main() -> ExitCode {
    let result = match Arguments::parse().action {
        Action::Simulate(arguments) => simulate::run(arguments).await,
        Action::Import(arguments) => import::run(arguments).await,
        Action::Replay(arguments) => replay::run(arguments).await,
        Action::Serve(arguments) => serve::run(arguments).await,
        Action::Describe(arguments) => {
            describe::run(&arguments);
            Ok(())
        }
        Action::BlackBox(arguments) => black_box::run(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
