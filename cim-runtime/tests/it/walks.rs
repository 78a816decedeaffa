//! Random walks find the machines that break their promises, and show a shortest walk.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

use cim_runtime::cbor::{DecodeError, Decoder, Encoder, Shape};
use cim_runtime::decision::{Decision, Events, Never, Rejection};
use cim_runtime::machine::{InOneAggregate, MachineTable};
use cim_runtime::prelude::*;
use cim_runtime::testing::Walks;
use proptest::prelude::{Just, Strategy as _};

#[derive(DomainId)]
pub struct AccountId(Uuid);

#[value]
pub enum AccountRefused {
    Overdrawn { cents: u64 },
}

#[value]
pub enum Channel {
    Desk,
    Phone { number: String },
    Web(Uuid, Option<Timestamp>),
}

#[aggregate(domain = "it", id = AccountId)]
#[derive(Default)]
pub struct Account {
    cents: u64,
    tags: BTreeSet<String>,
}

#[command(Account)]
pub struct OpenAccount {
    pub limits: BTreeMap<Uuid, u32>,
    pub channel: Channel,
    pub code: [u8; 4],
}
#[command(Account)]
pub struct Deposit {
    pub cents: u32,
    pub tags: BTreeSet<String>,
}
#[command(Account)]
pub struct Withdraw {
    pub cents: u64,
}
#[command(Account)]
pub struct CloseAccount {
    pub because_of: Option<cim_runtime::EventCid>,
    pub rate: f64,
}

#[event(Account, unread)]
pub struct AccountOpened {
    pub channel: Channel,
}
#[event(Account)]
pub struct Deposited {
    pub cents: u32,
}
#[event(Account)]
pub struct Tagged {
    pub tag: String,
}
#[event(Account)]
pub struct Withdrawn {
    pub cents: u64,
}
#[event(Account)]
pub struct Emptied;
#[event(Account, unread)]
pub struct AccountClosed {
    pub rate: f64,
    pub id: Uuid,
}

impl Account {
    pub(crate) fn cents(&self) -> u64 {
        self.cents
    }
}

#[state_machine(initial Unknown, Open, Empty, terminal Closed)]
impl Account {
    #[transition(Unknown -> Empty)]
    fn open(&self, cmd: OpenAccount) -> AccountOpened {
        AccountOpened { channel: cmd.channel }
    }

    #[transition(Empty | Open -> Open on Deposited)]
    fn deposit(&self, cmd: Deposit) -> (Deposited, Tagged) {
        let tag = cmd.tags.first().cloned().unwrap_or_default();
        (Deposited { cents: cmd.cents }, Tagged { tag })
    }

    #[transition(Open -> Open on Withdrawn, Empty on Emptied)]
    fn withdraw(&self, cmd: Withdraw) -> Result<OneOf<Withdrawn, Emptied>, AccountRefused> {
        match self.cents.checked_sub(cmd.cents) {
            None => Err(AccountRefused::Overdrawn { cents: self.cents }),
            Some(0) => Ok(one_of(Emptied)),
            Some(_) => Ok(one_of(Withdrawn { cents: cmd.cents })),
        }
    }

    #[transition(Open | Empty -> Closed)]
    fn close(&self, cmd: CloseAccount, cx: &Context<Self>) -> Option<AccountClosed> {
        (self.cents < 3).then(|| AccountClosed { rate: cmd.rate, id: cx.new_id() })
    }

    #[apply]
    fn deposited(&mut self, event: &Deposited) {
        self.cents += u64::from(event.cents);
    }

    #[apply]
    fn tagged(&mut self, event: &Tagged) {
        self.tags.insert(event.tag.clone());
    }

    #[apply]
    fn withdrawn(&mut self, event: &Withdrawn) {
        self.cents -= event.cents;
    }

    #[apply]
    fn emptied(&mut self, _: &Emptied) {
        self.cents = 0;
    }
}

#[test]
fn commands_of_any_shape_are_drawn() {
    Account::walks().covering_everything().run();
}

#[test]
fn what_no_walk_takes_is_named() {
    let walks = Account::walks().with(|command| {
        if let AccountCommand::Deposit(deposit) = command {
            deposit.cents = 0;
        }
    });
    let message =
        failure(walks.drawing(Just(Withdraw { cents: 1 })).cases(16).covering_everything());
    assert!(
        message.starts_with(
            "no walk of `Account` has taken\n\nOpen -> Open: Withdraw / Withdrawn\n\
             Open -> Empty: Withdraw / Emptied\n\nhelp: "
        ),
        "{message}"
    );
}

/// The message of a panic.
pub(crate) fn told(run: impl FnOnce()) -> String {
    let panic: Box<dyn Any + Send> = catch_unwind(AssertUnwindSafe(run)).unwrap_err();
    panic.downcast_ref::<String>().unwrap().clone()
}

fn failure<A: Aggregate>(walks: Walks<A>) -> String {
    told(|| drop(walks.run()))
}

#[derive(DomainId)]
pub struct CounterId(u32);

#[aggregate(domain = "it", id = CounterId)]
#[derive(Default)]
pub struct Counter {
    total: u8,
    calls: u64,
}

#[command(Counter)]
pub struct Add {
    pub number: u8,
    pub note: String,
}
#[command(Counter)]
pub struct Reset;
#[event(Counter)]
pub struct Added {
    pub number: u8,
}
#[event(Counter)]
pub struct WasReset;

static CALLS: AtomicU64 = AtomicU64::new(0);

#[state_machine(initial Counting)]
impl Counter {
    #[transition(Counting)]
    fn add(&self, cmd: Add) -> Option<Added> {
        (cmd.number > 0).then_some(Added { number: cmd.number })
    }

    #[transition(Counting)]
    fn reset(&self, _: Reset) -> WasReset {
        WasReset
    }

    #[apply]
    fn added(&mut self, event: &Added) {
        self.total += event.number;
    }

    /// From 3 on, what is not the event's and not the data's gets in.
    #[apply]
    fn was_reset(&mut self, _: &WasReset) {
        if self.total >= 3 {
            self.calls = CALLS.fetch_add(1, Ordering::Relaxed);
        }
        self.total = 0;
    }
}

#[test]
fn an_apply_that_depends_on_more_than_the_event_is_found() {
    let adds = (0..8_u8).prop_map(|number| Add { number, note: String::new() });
    let message = failure(Counter::walks().drawing(adds));
    let expected = "a walk of `Counter` fails: a replay of the same events comes to other \
                    data: an `#[apply]` may depend on the event and the data alone\n";
    assert!(message.starts_with(expected), "{message}");
    let (start, end) =
        ("as a test:\n\n    Counter::given(())\n        .when(Add {", ".when(Reset);\n");
    assert!(message.contains(start) && message.ends_with(end), "{message}");
    assert_eq!(sum(&message), 3, "{message}");
}

/// What was added on a walk. With a step less, or a smaller number, it would not have failed.
fn sum(message: &str) -> u32 {
    let numbers = message.split(".when(Add { number: ").skip(1);
    numbers.map(|add| add.split(',').next().unwrap().parse::<u32>().unwrap()).sum()
}

#[test]
fn a_panic_in_an_apply_is_found() {
    let sums = (1..=200u8).prop_map(|number| Add { number, note: String::new() });
    let resets = Just(Reset);
    let walks = Counter::walks().drawing(sums).drawing(resets).with(|command| {
        // The other fault is not this test's.
        if let CounterCommand::Reset(_) = command {
            *command = CounterCommand::Add(Add { number: 1, note: String::new() });
        }
    });
    let message = failure(walks);
    assert!(message.contains("attempt to add with overflow"), "{message}");
    assert_eq!(sum(&message), 256, "{message}");
}

#[derive(DomainId)]
pub struct TurnstileId(String);
#[aggregate(domain = "it", id = TurnstileId)]
#[derive(Default)]
pub struct Turnstile {}
#[command(Turnstile)]
pub struct Push;
#[command(Turnstile)]
pub struct Pay;
#[event(Turnstile)]
pub struct Pushed;
#[event(Turnstile)]
pub struct Paid;

#[state_machine(initial Locked, Unlocked)]
impl Turnstile {
    #[transition(Locked -> Unlocked)]
    fn pay(&self, _: Pay) -> Paid {
        Paid
    }
    #[transition(Unlocked -> Locked)]
    fn push(&self, _: Push) -> Pushed {
        Pushed
    }
}

/// The states, events and commands of [`Turnstile`], and a machine that was written by hand.
#[aggregate(domain = "it", id = TurnstileId)]
#[derive(Default)]
pub struct Crooked {}

impl Machine for Crooked {
    type State = TurnstileState;
    type Standing = TurnstileState;
    type Event = TurnstileEvent;
    type Command = TurnstileCommand;
    type Refusal = Never;
    const MACHINE: &'static MachineTable = Turnstile::MACHINE;

    fn decide(&self, command: TurnstileCommand, cx: &Context<Self>) -> Decision<Self>
    where
        Self: InOneAggregate,
    {
        match (cx.state(), command) {
            (TurnstileState::Locked, TurnstileCommand::Pay(_)) => {
                Ok(Events::One(TurnstileEvent::Paid(Paid)))
            }
            (TurnstileState::Unlocked, TurnstileCommand::Push(_)) => {
                Ok(Events::One(TurnstileEvent::Pushed(Pushed)))
            }
            _ => Err(Rejection::NotNow),
        }
    }

    fn next(state: TurnstileState, event: &TurnstileEvent) -> Option<TurnstileState> {
        match (state, event) {
            (TurnstileState::Locked, TurnstileEvent::Paid(_)) => Some(TurnstileState::Unlocked),
            // The table says `Locked`.
            (TurnstileState::Unlocked, TurnstileEvent::Pushed(_)) => Some(TurnstileState::Unlocked),
            _ => None,
        }
    }

    fn apply(&mut self, _: &TurnstileEvent) {}
}

#[test]
fn a_machine_that_differs_from_its_table_is_found() {
    let expected = "\
a walk of `Turnstile` fails: `Pushed` led from `Unlocked` to `Unlocked` on `Push`: the table has no such row

the shortest one, as a test:

    Turnstile::given(())
        .when(Pay)
        .then(Paid)
        .when(Push);
";
    assert_eq!(failure(Crooked::walks()), expected);
}

/// Only even numbers are ones, which no shape says.
#[derive(Debug, Clone, PartialEq)]
pub struct Even(pub(crate) u64);

impl Value for Even {
    const SHAPE: Shape = Shape::Of("even");

    fn encode(&self, to: &mut Encoder) {
        to.unsigned(self.0);
    }

    fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        from.unsigned().map(Self)
    }
}

#[derive(DomainId)]
pub struct PairsId(i8);
#[aggregate(domain = "it", id = PairsId)]
#[derive(Default)]
pub struct Pairs {}
#[command(Pairs)]
pub struct Pair {
    pub number: Even,
}
#[event(Pairs, unread)]
pub struct Paired {
    pub number: Even,
}

#[state_machine(initial Open)]
impl Pairs {
    #[transition(Open)]
    fn pair(&self, cmd: Pair) -> Paired {
        Paired { number: cmd.number }
    }
}

#[test]
fn a_type_with_an_encoding_of_its_own_needs_a_strategy() {
    assert_eq!(
        failure(Pairs::walks()),
        "`Pair` cannot be drawn: a `even` has no samples, since its encoding is written by hand; \
         say with `drawing` which there are"
    );
    let pairs = (0..9u64).prop_map(|half| Pair { number: Even(2 * half) });
    Pairs::walks().drawing(pairs).covering_everything().run();
}

#[derive(DomainId)]
pub struct JourneyId(u64);
/// A journey of eight stations, each of which may be the last.
#[aggregate(domain = "it", id = JourneyId)]
#[derive(Default)]
pub struct Journey {}
#[command(Journey)]
pub struct GoOn;
#[command(Journey)]
pub struct Stop;
#[event(Journey)]
pub struct Went;
#[event(Journey)]
pub struct Stopped;

#[state_machine(initial A, B, C, D, E, F, G, H, terminal Over)]
impl Journey {
    #[transition(A -> B)]
    #[transition(B -> C)]
    #[transition(C -> D)]
    #[transition(D -> E)]
    #[transition(E -> F)]
    #[transition(F -> G)]
    #[transition(G -> H)]
    fn go_on(&self, _: GoOn) -> Went {
        Went
    }

    #[transition(* -> Over)]
    fn stop(&self, _: Stop) -> Stopped {
        Stopped
    }
}

#[test]
fn walks_go_far_though_each_step_may_be_the_last() {
    let coverage = Journey::walks().covering_everything().run();
    let text = coverage.to_string();
    assert_eq!(text.lines().count(), Journey::MACHINE.transitions.len(), "{text}");
}

/// A number that does not come back from its bytes, if it is larger than three.
#[derive(Debug, Clone, Default)]
pub struct Forgetful(u64);

impl Value for Forgetful {
    const SHAPE: Shape = u64::SHAPE;

    fn encode(&self, to: &mut Encoder) {
        to.unsigned(self.0);
    }

    fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        from.unsigned().map(|number| Self(number.min(3)))
    }
}

#[derive(DomainId)]
pub struct TallyId(u16);
#[aggregate(domain = "it", id = TallyId)]
#[derive(Default)]
pub struct Tally {
    count: Forgetful,
}
#[command(Tally)]
pub struct Count;
#[event(Tally)]
pub struct Counted;

#[state_machine(initial Counting)]
impl Tally {
    #[transition(Counting)]
    fn count(&self, _: Count) -> Counted {
        Counted
    }

    #[apply]
    fn counted(&mut self, _: &Counted) {
        self.count.0 += 1;
    }
}

#[test]
fn a_snapshot_that_forgets_is_found() {
    let message = failure(Tally::walks());
    let expected =
        "a walk of `Tally` fails: a snapshot and the events after it comes to other data";
    assert!(message.starts_with(expected), "{message}");
    // Four were counted when the snapshot was taken, in the middle.
    assert_eq!(message.matches(".when(Count)").count(), 7, "{message}");
}

#[derive(DomainId)]
pub struct PanelId(String);

#[aggregate(domain = "it", id = PanelId)]
#[derive(Default)]
pub struct Panel {
    switch: Switch,
}

#[command(Panel)]
pub struct Mount;
#[event(Panel)]
pub struct Mounted;

#[state_machine(initial Boxed, Hung, region switch: Switch in Hung)]
impl Panel {
    #[transition(Boxed -> Hung)]
    fn mount(&self, _: Mount) -> Mounted {
        Mounted
    }
}

#[value]
#[derive(Default)]
pub struct Switch {
    flips: u64,
}

#[command(Switch)]
pub struct Flip;
#[event(Switch)]
pub struct Flipped;

#[state_machine(initial Off, On)]
impl Switch {
    #[transition(Off -> On)]
    #[transition(On -> Off)]
    fn flip(&self, _: Flip) -> Flipped {
        Flipped
    }

    #[apply]
    fn flipped(&mut self, _: &Flipped) {
        self.flips = CALLS.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn a_region_that_breaks_its_promise_is_found() {
    let message = failure(Panel::walks());
    assert!(message.contains("a replay of the same events comes to other data"), "{message}");
    let test = "    Panel::given(())\n        .when(Mount)\n        .then(Mounted)\n        \
                .when(Flip);\n";
    assert!(message.ends_with(test), "{message}");
}
