//! People as a program.

#![allow(missing_docs, reason = "a program has no public items")]

mod asking;
mod describe;
mod export;
mod form;
mod import;
mod kinds;
mod network;
mod search;
mod serve;
mod show;
mod simulate;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// People: who they are, how they are reached, what they can, and whom they know; on an embedded
/// store, or on JetStream.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    Import(import::Arguments),
    Export(export::Arguments),
    Show(show::Arguments),
    Search(search::Arguments),
    Network(network::Arguments),
    Simulate(simulate::Arguments),
    Serve(serve::Arguments),
    Describe(describe::Arguments),
}

#[tokio::main]
async fn main() -> ExitCode {
    let result = match Arguments::parse().action {
        Action::Import(arguments) => import::run(arguments).await,
        Action::Export(arguments) => done(export::run(arguments).await),
        Action::Show(arguments) => done(show::run(arguments).await),
        Action::Search(arguments) => done(search::run(arguments).await),
        Action::Network(arguments) => done(network::run(arguments).await),
        Action::Simulate(arguments) => done(simulate::run(arguments).await),
        Action::Serve(arguments) => done(serve::run(arguments).await),
        Action::Describe(arguments) => {
            describe::run(&arguments);
            Ok(ExitCode::SUCCESS)
        }
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn done(result: anyhow::Result<()>) -> anyhow::Result<ExitCode> {
    result.map(|()| ExitCode::SUCCESS)
}
