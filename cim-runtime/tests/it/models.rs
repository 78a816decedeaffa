//! Machines as models: whatever order the commands come in.

use cim_runtime::prelude::*;
use cim_runtime::testing::{MachineModel, ModelState};
use stateright::{Checker as _, Model as _};

use crate::walks::{Account, AccountState, Counter, Crooked, Even, Pair, Pairs, told};

#[test]
fn a_sound_machine_is_checked_to_its_end() {
    let checker = Account::model().steps(4).checker().spawn_bfs().join();
    checker.assert_properties();
    assert_eq!(checker.unique_state_count(), 24);
    assert_eq!(checker.max_depth(), 5);
}

#[test]
fn what_the_author_asks_is_checked() {
    let is_closed = |_: &MachineModel<Account>, account: &ModelState<Account>| {
        account.state() == AccountState::Closed
    };
    Account::model().steps(3).sometimes("closed", is_closed).check();
    Account::model()
        .steps(5)
        .always("closed without much money", |_, account| {
            account.state() != AccountState::Closed || account.cents() < 3
        })
        .check();
    let message = told(|| {
        Account::model().steps(5).always("never has 3", |_, account| account.cents() < 3).check();
    });
    assert!(message.starts_with("Unexpected \"never has 3\" counterexample Path[3]"), "{message}");
    assert!(message.contains("Last state: Open {\"cents\": "), "{message}");
}

#[test]
fn a_machine_that_differs_from_its_table_is_found() {
    let message = told(|| Crooked::model().check());
    let way = "counterexample Path[2]:\n- Pay\n- Push\nLast state: Unlocked {}: `Pushed` led from \
               `Unlocked` to `Unlocked` on `Push`: the table has no such row\n";
    assert!(message.ends_with(way), "{message}");
}

#[test]
fn an_apply_that_depends_on_more_than_the_event_is_found() {
    let message = told(|| Counter::model().check());
    assert!(message.contains("a replay of the same events comes to other data"), "{message}");
    assert!(message.contains("- Reset\n"), "{message}");
}

#[test]
fn a_type_with_an_encoding_of_its_own_is_given() {
    let message = told(|| Pairs::model().check());
    let expected = "there is no `Pair` to send: a `even` has no samples, since its encoding is \
                    written by hand; say with `sending` which there are\n";
    assert!(message.ends_with(expected), "{message}");
    Pairs::model().sending(Pair { number: Even(2) }).check();
}
