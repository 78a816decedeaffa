//! Who sees only lines learns the machines that are in the tables.

mod learner;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use cim_order::item::Item;
use cim_order::order::Order;
use cim_order::package::Package;
use cim_runtime::machine::MachineTable;
use cim_runtime::prelude::Machine as _;
use cim_tests::programs::program;
use learner::{Learned, learn};

/// A machine behind the lines of its program.
struct BlackBox {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl BlackBox {
    fn of(machine: &str) -> Self {
        let mut child = program("cim-order")
            .args(["black-box", machine])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let to = child.stdin.take().unwrap();
        let from = BufReader::new(child.stdout.take().unwrap());
        Self { child, to, from }
    }

    fn answer(&mut self, line: &str) -> String {
        writeln!(self.to, "{line}").unwrap();
        let mut answer = String::new();
        self.from.read_line(&mut answer).unwrap();
        answer.trim_end().to_owned()
    }

    fn end(self) {
        let Self { mut child, to, .. } = self;
        drop(to);
        assert!(child.wait().unwrap().success());
    }
}

/// The commands of a machine, in the order of its table.
fn commands(table: &MachineTable) -> Vec<&'static str> {
    let mut commands: Vec<_> = table.states.iter().flat_map(|state| state.takes.to_vec()).collect();
    commands.sort_unstable();
    commands.dedup();
    commands
}

fn learned(machine: &str, commands: &[&str]) -> Learned {
    let mut black_box = BlackBox::of(machine);
    let learned = learn(commands.len(), &mut |word| {
        assert_eq!(black_box.answer("reset"), "reset");
        word.iter().map(|&input| black_box.answer(commands[input])).collect()
    });
    black_box.end();
    learned
}

/// Walks through both at once. Returns which of the learned states each of the table's is: states
/// that no input tells apart, such as two terminal ones, are one to who sees only lines.
fn compared(table: &MachineTable, learned: &Learned) -> BTreeMap<&'static str, usize> {
    let commands = commands(table);
    let initial = table.states.iter().find(|state| state.initial).unwrap().name;
    let mut found = BTreeMap::from([(initial, 0)]);
    let mut open = vec![initial];
    while let Some(state) = open.pop() {
        for (command, (output, next)) in commands.iter().zip(&learned[found[state]]) {
            let mut rows = table.transitions.iter();
            let row = rows.find(|row| row.from == state && row.command == Some(command));
            let (event, to) = row.map_or(("not-now", state), |row| (row.event, row.to));
            assert_eq!(output, event, "{command} in {state}");
            let known = found.entry(to).or_insert_with(|| {
                open.push(to);
                *next
            });
            assert_eq!(known, next, "where {command} leads from {state}");
        }
    }
    found
}

fn is_learned(machine: &str, table: &MachineTable, states: usize) {
    let learned = learned(machine, &commands(table));
    assert_eq!(learned.len(), states, "{learned:?}");
    assert_eq!(compared(table, &learned).len(), table.states.len(), "every state is reached");
}

#[test]
fn the_order_machine_is_learned_from_its_answers() {
    // To who sees only lines, `Delivered` and `Cancelled` are one state: neither takes anything.
    is_learned("order", Order::MACHINE, 6);
}

#[test]
fn the_item_machine_is_learned_from_its_answers() {
    is_learned("item", Item::MACHINE, 6);
}

#[test]
fn the_package_machine_is_learned_from_its_answers() {
    is_learned("package", Package::MACHINE, 4);
}

#[test]
fn what_is_no_command_is_an_error_and_changes_nothing() {
    let mut order = BlackBox::of("order");
    let expected = "error `Fly` is not a command: expected reset, PlaceOrder, ConfirmOrder, \
                    RemindOfPayment, PayOrder, CancelOrder, ShipOrder, DeliverOrder";
    assert_eq!(order.answer("Fly"), expected);
    assert_eq!(order.answer(r#"PlaceOrder {"items": []}"#), "refused Empty");
    assert_eq!(order.answer(r#"PlaceOrder {"price_cents": 7}"#), "OrderPlaced");
    order.end();
}
