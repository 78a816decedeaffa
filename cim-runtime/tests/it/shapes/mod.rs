//! Every form of transition and every kind of answer, through a handle and through the test kit.

mod domain;

use std::sync::Arc;

use cim_runtime::machine::{StateRow, TransitionRow};
use cim_runtime::prelude::*;
use cim_runtime::store::{MemoryStore, Store};

use domain::*;

fn bank() -> Handle<Bank> {
    Handle::over(Arc::new(MemoryStore::new()))
}

fn id() -> AccountId {
    "1".parse().unwrap()
}

async fn opened(bank: &Handle<Bank>, cents: u64) -> AccountId {
    bank.send(&id(), OpenAccount).await.unwrap();
    bank.send(&id(), Deposit { cents }).await.unwrap();
    id()
}

async fn frozen(bank: &Handle<Bank>) -> AccountId {
    let id = opened(bank, 5).await;
    bank.send(&id, Withdraw { cents: 6 }).await.unwrap();
    id
}

/// State, version and balance, which are the same whether the events were folded as they were
/// decided or as they were read.
async fn account(bank: &Handle<Bank>) -> (AccountState, u64, u64) {
    let cached = bank.load::<Account>(&id()).await.unwrap();
    let fresh = Handle::<Bank>::over(Arc::clone(bank.store()));
    let read = fresh.load::<Account>(&id()).await.unwrap();
    assert_eq!((cached.head(), cached.cents), (read.head(), read.cents));
    (read.state(), read.version(), read.cents)
}

/// The names of the events with their places in their commits.
async fn parts(bank: &Handle<Bank>) -> Vec<(String, u32, u32)> {
    let events = bank.store().read_all(0, 100).await.unwrap();
    let part = |event: &cim_runtime::store::StoredEvent| {
        let envelope = event.envelope().unwrap();
        (envelope.event_type.to_owned(), envelope.part, envelope.parts)
    };
    events.iter().map(part).collect()
}

#[tokio::test]
async fn one_event_moves_the_state() {
    let bank = bank();
    let sent = bank.send(&id(), OpenAccount).await.unwrap();
    assert!(matches!(&sent, Sent::Stored(receipt) if receipt.events.len() == 1), "{sent:?}");
    assert_eq!(account(&bank).await, (AccountState::Open, 1, 0));

    Account::given(()).when(OpenAccount).then(AccountOpened);
    Account::given(AccountOpened).then_state(AccountState::Open);
}

#[tokio::test]
async fn an_alias_of_result_refuses_with_its_own_type() {
    let bank = bank();
    let id = opened(&bank, 5).await;
    let refused = bank.send(&id, Deposit { cents: 0 }).await.unwrap_err();
    assert!(matches!(refused, SendError::Refused(Refused::NotPositive)), "{refused}");
    assert!(refused.is_refusal());
    assert_eq!(account(&bank).await, (AccountState::Open, 2, 5));

    Account::given(AccountOpened).when(Deposit { cents: 0 }).then_refused(Refused::NotPositive);
    Account::given(AccountOpened).when(Deposit { cents: 2 }).then(Deposited { cents: 2 });
}

#[tokio::test]
async fn an_empty_option_leaves_the_aggregate_unchanged() {
    let bank = bank();
    let id = opened(&bank, 5).await;
    let note = TakeNote { text: "vip".into() };
    assert_eq!(bank.send(&id, note.clone()).await.unwrap().version(), 3);
    assert_eq!(bank.send(&id, note.clone()).await.unwrap(), Sent::Unchanged { version: 3 });
    assert_eq!(bank.send(&id, note.clone()).await.unwrap().receipt(), None);
    assert_eq!(account(&bank).await.1, 3);

    let noted = Noted { text: "vip".into() };
    Account::given(()).when(note.clone()).then(noted.clone());
    Account::given(noted).when(note).then_nothing();
}

#[tokio::test]
async fn a_vector_of_events_is_one_commit() {
    let bank = bank();
    let id = opened(&bank, 5).await;
    let none = bank.send(&id, DepositAll { cents: vec![] }).await.unwrap();
    assert_eq!(none, Sent::Unchanged { version: 2 });
    let one = bank.send(&id, DepositAll { cents: vec![1] }).await.unwrap();
    assert_eq!(one.version(), 3);
    let many = bank.send(&id, DepositAll { cents: vec![2, 3, 4] }).await.unwrap();
    assert_eq!((many.version(), many.receipt().unwrap().events.len()), (6, 3));
    assert_eq!(account(&bank).await, (AccountState::Open, 6, 15));
    let deposited = |part, parts| ("Deposited".to_owned(), part, parts);
    assert_eq!(
        parts(&bank).await[2..],
        [deposited(1, 1), deposited(1, 3), deposited(2, 3), deposited(3, 3)]
    );
    let worthless = bank.send(&id, DepositAll { cents: vec![0] }).await.unwrap_err();
    assert!(
        matches!(worthless, SendError::Refused(Refused::Worthless { offered }) if offered == [0])
    );

    let given = || Account::given(AccountOpened);
    given().when(DepositAll { cents: vec![] }).then_nothing();
    given().when(DepositAll { cents: vec![7] }).then(Deposited { cents: 7 });
    given()
        .when(DepositAll { cents: vec![7, 8] })
        .then(vec![Deposited { cents: 7 }, Deposited { cents: 8 }]);
}

#[tokio::test]
async fn a_tuple_is_one_commit_of_which_one_event_moves() {
    let bank = bank();
    let id = frozen(&bank).await;
    let settled = bank.send(&id, Settle { cents: 9 }).await.unwrap();
    assert_eq!(settled.receipt().unwrap().events.len(), 2);
    assert_eq!(account(&bank).await, (AccountState::Open, 5, 14));
    assert_eq!(parts(&bank).await[3..], [("Deposited".into(), 1, 2), ("Thawed".into(), 2, 2)]);

    Account::given((AccountOpened, Overdrawn { missing: 1 }))
        .when(Settle { cents: 9 })
        .then((Deposited { cents: 9 }, Thawed));
}

#[tokio::test]
async fn each_alternative_has_its_target() {
    let bank = bank();
    let id = opened(&bank, 5).await;
    bank.send(&id, Withdraw { cents: 5 }).await.unwrap();
    assert_eq!(account(&bank).await, (AccountState::Open, 3, 0));
    bank.send(&id, Withdraw { cents: 1 }).await.unwrap();
    assert_eq!(account(&bank).await, (AccountState::Frozen, 4, 0));

    Account::given((AccountOpened, Deposited { cents: 3 }))
        .when(Withdraw { cents: 5 })
        .then(Overdrawn { missing: 2 });
}

#[tokio::test]
async fn four_alternatives_under_two_attributes() {
    use AccountState::{Forfeited, Frozen, Open};
    for (from_open, from_frozen, finding) in
        [(Open, Open, 0), (Open, Frozen, 1), (Frozen, Frozen, 2), (Forfeited, Forfeited, 3)]
    {
        let bank_1 = bank();
        let id = opened(&bank_1, 5).await;
        bank_1.send(&id, Audit { finding }).await.unwrap();
        assert_eq!(account(&bank_1).await.0, from_open, "{finding}");
        let bank_2 = bank();
        let id = self::frozen(&bank_2).await;
        bank_2.send(&id, Audit { finding }).await.unwrap();
        assert_eq!(account(&bank_2).await.0, from_frozen, "{finding}");
    }
    Account::given(AccountOpened).when(Audit { finding: 3 }).then(Seized);
    Account::given((AccountOpened, Suspended)).when(Audit { finding: 1 }).then(Warned);
    Account::given(AccountOpened).when(Audit { finding: 4 }).then_refused(Refused::NotPositive);
}

#[tokio::test]
async fn a_star_takes_what_no_method_names() {
    use AccountState::{Ended, Forfeited};
    let (new, open, cold) = (bank(), bank(), bank());
    new.send(&id(), Close).await.unwrap();
    assert_eq!(account(&new).await, (Ended, 1, 0));
    open.send(&opened(&open, 5).await, Close).await.unwrap();
    assert_eq!(account(&open).await, (Ended, 3, 5));
    cold.send(&frozen(&cold).await, Close).await.unwrap();
    assert_eq!(account(&cold).await, (Forfeited, 4, 5), "the explicit source wins");

    Account::given(()).when(Close).then(Closed);
    Account::given((AccountOpened, Suspended)).when(Close).then(Seized);
    Account::given(Closed).when(Close).then_not_now();
}

#[tokio::test]
async fn a_state_says_what_it_does_not_take_and_what_it_takes() {
    let bank = bank();
    let too_early = bank.send(&id(), Deposit { cents: 1 }).await.unwrap_err();
    let SendError::NotNow { state, command, allowed } = &too_early else { panic!("{too_early}") };
    assert_eq!((*state, *command), (AccountState::New, "Deposit"));
    assert_eq!(allowed, &["OpenAccount", "TakeNote", "Close"]);
    assert!(too_early.is_refusal());

    bank.send(&id(), Close).await.unwrap();
    let too_late = bank.send(&id(), OpenAccount).await.unwrap_err();
    assert_eq!(
        too_late.to_string(),
        "`OpenAccount` is not taken in state `Ended`, which takes no commands"
    );
    assert_eq!(account(&bank).await.1, 1);
}

#[tokio::test]
async fn an_event_that_is_no_longer_emitted_is_replayed() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let old = Handle::<older::Bank>::over(Arc::clone(&store));
    old.send(&id(), older::OpenAccount).await.unwrap();
    old.send(&id(), older::Lock { why: "fraud".into() }).await.unwrap();

    let bank = Handle::<Bank>::over(store);
    assert_eq!(account(&bank).await, (AccountState::Frozen, 2, 0));
    assert_eq!(bank.load::<Account>(&id()).await.unwrap().note, "fraud");
    bank.send(&id(), Settle { cents: 1 }).await.unwrap();
    assert_eq!(account(&bank).await, (AccountState::Open, 4, 1));

    Account::given((AccountOpened, Locked { why: "fraud".into() }))
        .then_state(AccountState::Frozen)
        .when(Withdraw { cents: 1 })
        .then_not_now();
}

#[test]
fn the_states_are_data() {
    let state = |name, doc, initial, terminal| {
        let takes = match name {
            "New" => &["OpenAccount", "TakeNote", "Close"][..],
            "Open" => &["Deposit", "DepositAll", "Withdraw", "TakeNote", "Audit", "Close"],
            "Frozen" => &["Deposit", "TakeNote", "Settle", "Audit", "Close"],
            _ => &[],
        };
        StateRow { name, doc, initial, terminal, takes }
    };
    assert_eq!(Account::MACHINE.name, "Account");
    assert_eq!(
        Account::MACHINE.states,
        [
            state("New", "", true, false),
            state("Open", "In daily use.", false, false),
            state("Frozen", "", false, false),
            state("Ended", "", false, true),
            state("Forfeited", "", false, true),
        ]
    );
    assert_eq!(AccountState::ALL.len(), 5);
    assert_eq!((AccountState::INITIAL, AccountState::Frozen.name()), (AccountState::New, "Frozen"));
}

#[test]
fn the_transitions_are_data() {
    let expected = "
        New OpenAccount AccountOpened Open
        Open Deposit Deposited Open
        Frozen Deposit Deposited Frozen
        Open DepositAll Deposited Open
        Open Withdraw Withdrawn Open
        Open Withdraw Overdrawn Frozen
        New TakeNote Noted New
        Open TakeNote Noted Open
        Frozen TakeNote Noted Frozen
        Frozen Settle Deposited Frozen
        Frozen - Thawed Open
        Open Audit Passed Open
        Open Audit Warned Open
        Open Audit Suspended Frozen
        Open Audit Seized Forfeited
        Frozen Audit Passed Open
        Frozen Audit Warned Frozen
        Frozen Audit Suspended Frozen
        Frozen Audit Seized Forfeited
        Frozen Close Seized Forfeited
        New Close Closed Ended
        Open Close Closed Ended
        Open - Locked Frozen";
    let shown = |row: &TransitionRow| {
        format!("{} {} {} {}", row.from, row.command.unwrap_or("-"), row.event, row.to)
    };
    let found: Vec<_> = Account::MACHINE.transitions.iter().map(shown).collect();
    let expected: Vec<_> = expected.trim().lines().map(str::trim).collect();
    assert_eq!(found, expected);
}

#[test]
fn what_a_state_takes_is_read_from_the_table() {
    let allowed = |state| Account::MACHINE.allowed(state);
    assert_eq!(allowed("Frozen"), ["Deposit", "TakeNote", "Settle", "Audit", "Close"]);
    assert!(allowed("Ended").is_empty());
    assert!(allowed("Nowhere").is_empty());
}

#[test]
fn next_agrees_with_the_table() {
    let state =
        |name: &str| AccountState::ALL.iter().copied().find(|state| state.name() == name).unwrap();
    let events: [AccountEvent; 12] = [
        AccountOpened.into(),
        Deposited { cents: 1 }.into(),
        Withdrawn { cents: 1 }.into(),
        Overdrawn { missing: 1 }.into(),
        Noted { text: String::new() }.into(),
        Thawed.into(),
        Passed.into(),
        Warned.into(),
        Suspended.into(),
        Seized.into(),
        Closed.into(),
        Locked { why: String::new() }.into(),
    ];
    for from in AccountState::ALL {
        for event in &events {
            let name = cim_runtime::event::EventSet::kind(event).name;
            let rows = Account::MACHINE.transitions.iter();
            let row = rows.clone().find(|row| (row.from, row.event) == (from.name(), name));
            assert_eq!(
                Account::next(*from, event),
                row.map(|row| state(row.to)),
                "{from:?} {name}"
            );
        }
    }
}

/// A tuple of which both events move: its second step starts in a state that does not take the
/// command.
mod relay {
    use cim_runtime::prelude::*;

    #[derive(DomainId)]
    pub struct RelayId(u8);

    #[aggregate(domain = "it", id = RelayId)]
    #[derive(Default)]
    pub struct Relay {}

    #[command(Relay)]
    pub struct Leap;
    #[command(Relay)]
    pub struct Step;

    #[event(Relay)]
    pub struct Left;
    #[event(Relay)]
    pub struct Landed;

    #[state_machine(initial Ground, Air, terminal There)]
    impl Relay {
        #[transition(Ground -> Air on Left, There on Landed)]
        fn leap(&self, _: Leap) -> (Left, Landed) {
            (Left, Landed)
        }

        #[transition(Air -> There)]
        fn step(&self, _: Step) -> Landed {
            Landed
        }
    }
}

#[test]
fn the_steps_of_a_tuple_do_not_take_its_command() {
    use relay::{Landed, Leap, Left, Relay, RelayState};
    Relay::given(()).when(Leap).then((Left, Landed));
    Relay::given((Left, Landed)).then_state(RelayState::There);
    Relay::given(Left).when(Leap).then_not_now();
    assert_eq!(Relay::MACHINE.allowed("Air"), ["Step"], "as the machine decides");
}
