//! `cim-order black-box`: one of the machines, for whoever wants to learn it from outside.

use std::io;

use cim_order::item::Item;
use cim_order::order::Order;
use cim_order::package::Package;
use cim_runtime::machine::Aggregate;
use cim_runtime::testing::BlackBox;

/// Answers commands on stdin with events on stdout, a line with a line.
///
/// A line is `reset`, or the name of a command and, as JSON, such of its fields as matter:
/// `PayOrder {"cents": 5}`. The answer is the events' names, `nothing`, `not-now`,
/// `refused <why>`, or `error <what>`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The machine.
    #[arg(value_enum, default_value_t = Machine::Order)]
    machine: Machine,
    /// Also show the fields of events and refusals, as DAG-JSON.
    #[arg(long)]
    data: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Machine {
    Order,
    Item,
    Package,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    match arguments.machine {
        Machine::Order => answer::<Order>(arguments),
        Machine::Item => answer::<Item>(arguments),
        Machine::Package => answer::<Package>(arguments),
    }
}

fn answer<A: Aggregate>(arguments: &Arguments) -> anyhow::Result<()> {
    let machine = BlackBox::<A>::new();
    let machine = if arguments.data { machine.with_data() } else { machine };
    Ok(machine.run(io::stdin().lock(), io::stdout().lock())?)
}
